use std::sync::Arc;

use alley_billing::webhook::{MAX_BODY_BYTES, SIGNATURE_HEADER};
use alley_billing::{
    Billing, BillingStore, Config, Customer, EventRef, IdempotencyKey, InboxState, Mode, Stores,
    SyncMode,
};
use alley_core::conformance::{Hook, Hooked};
use alley_core::{
    AuditEntry, AuditOutcome, Commit, ManualClock, MemoryStore, Query, Record as _, RecordWrite,
    StoreError, StoreErrorKind, Write,
};
use async_trait::async_trait;
use bytes::Bytes;
use chrono::TimeDelta;
use http::{HeaderMap, StatusCode};
use pollster::block_on;

use crate::support::{SECRET, START, World, at, billing_over, env, owner, signed, tenant};

fn event(id: &str, kind: &str, more: &str) -> String {
    format!(
        r#"{{"id":"{id}","object":"event","type":"{kind}","created":{START},"livemode":false{more},
            "data":{{"object":{{"id":"sub_1","object":"subscription","customer":"cus_1","status":"active"}}}}}}"#
    )
}

fn call(world: &World, body: &str) -> StatusCode {
    let headers = signed(SECRET, START, body.as_bytes());
    block_on(world.billing.receive(&headers, Bytes::from(body.to_owned()))).status
}

fn stored(world: &World, id: &str) -> Option<alley_billing::InboxEvent> {
    let id = EventRef::new(id).unwrap();
    block_on(world.store.inbox_event(&id)).unwrap().map(|event| event.record)
}

#[test]
fn every_reference_vector_is_answered_as_expected() {
    let file: serde_json::Value =
        serde_json::from_str(include_str!("../data/vectors.json")).unwrap();
    for vector in file["vectors"].as_array().unwrap() {
        let text = |name: &str| vector[name].as_str().unwrap();
        let clock = Arc::new(ManualClock::new(at(vector["now"].as_i64().unwrap())));
        let store = Arc::new(MemoryStore::new());
        let world = World::new();
        let env = env(&clock, Arc::new(crate::support::InProcess(world.stripe.clone())));
        let secrets = [text("secret").into()];
        let config = Config::new(Mode::Test, "sk_test_1".into(), &secrets).unwrap();
        let billing = Billing::new(&env, Stores::from(store), config).unwrap();
        let mut headers = HeaderMap::new();
        headers.insert(SIGNATURE_HEADER, text("header").parse().unwrap());
        let body = Bytes::from(text("payload").to_owned());
        let status = block_on(billing.receive(&headers, body)).status;
        let expected = match text("expected") {
            "accept" => StatusCode::OK,
            _ => StatusCode::BAD_REQUEST,
        };
        assert_eq!(status, expected, "{}", text("id"));
    }
}

#[test]
fn calls_that_stripe_did_not_make_are_refused_before_anything_is_read() {
    let world = World::new();
    let body = Bytes::from(event("evt_1", "invoice.paid", ""));
    let mut twice = signed(SECRET, START, &body);
    twice.append(SIGNATURE_HEADER, "t=1,v1=00".parse().unwrap());
    let rows = [
        ("no header", HeaderMap::new(), body.clone()),
        ("two headers", twice, body.clone()),
        ("another secret", signed("whsec_other", START, &body), body.clone()),
        ("too old", signed(SECRET, START - 301, &body), body.clone()),
        ("from the future", signed(SECRET, START + 301, &body), body.clone()),
        ("no JSON", signed(SECRET, START, b"ok"), Bytes::from_static(b"ok")),
        ("empty", signed(SECRET, START, b""), Bytes::new()),
        ("no event", signed(SECRET, START, b"{}"), Bytes::from_static(b"{}")),
    ];
    for (label, headers, body) in rows {
        let status = block_on(world.billing.receive(&headers, body)).status;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{label}");
    }
    let large = Bytes::from(vec![b' '; MAX_BODY_BYTES + 1]);
    let status = block_on(world.billing.receive(&signed(SECRET, START, &large), large)).status;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(stored(&world, "evt_1").is_none());
}

#[test]
fn a_byte_order_mark_is_signed_and_not_parsed() {
    let world = World::new();
    let body = format!("\u{feff}{}", event("evt_1", "invoice.paid", ""));
    assert_eq!(call(&world, &body), StatusCode::OK);
    assert!(stored(&world, "evt_1").is_some());
}

#[test]
fn events_that_do_not_concern_us_are_taken_and_not_stored() {
    let world = World::new();
    let rows = [
        event("evt_1", "charge.succeeded", ""),
        event("evt_1", "customer.updated", ""),
        event("evt_1", "invoice.paid", r#","account":"acct_1""#),
        event("evt_1", "invoice.paid", "").replace(r#""livemode":false"#, r#""livemode":true"#),
    ];
    for body in rows {
        assert_eq!(call(&world, &body), StatusCode::OK);
        assert!(stored(&world, "evt_1").is_none(), "{body}");
    }
}

#[test]
fn ten_parallel_deliveries_of_one_event_have_one_effect() {
    let world = World::new();
    let (_, deliveries) = world.subscribe();
    let event = &deliveries[1];
    std::thread::scope(|scope| {
        for _ in 0..10 {
            scope.spawn(|| assert_eq!(world.receive(event), StatusCode::OK));
        }
    });
    let calls = world.stripe.journal().calls("/v1/subscriptions");
    let report = world.work("billing-inbox");
    assert_eq!(report.done, 1);
    assert_eq!(world.stripe.journal().calls("/v1/subscriptions"), calls + 1);
    assert_eq!(world.receive(event), StatusCode::OK);
    assert_eq!(world.work("billing-inbox").done, 0);
}

static TRAIL: Query = Query::new("test_trail", AuditEntry::TYPE);

/// Deliveries that the trail reports.
fn reported(world: &World) -> Vec<(String, AuditOutcome)> {
    let trail = alley_core::store::all::<AuditEntry, _>(world.store.as_ref(), &TRAIL, &[]);
    let trail = block_on(trail).unwrap().into_iter().map(|entry| entry.record);
    let received = trail.filter(|entry| entry.action == "webhook.receive");
    received.map(|entry| (entry.target.unwrap(), entry.outcome)).collect()
}

#[test]
fn an_event_that_comes_with_another_content_is_reported_and_the_first_one_stays() {
    for sync in [SyncMode::Refetch, SyncMode::Snapshot] {
        let world = World::with(sync);
        let kind = "customer.subscription.updated";
        let first = event("evt_1", kind, r#","api_version":"2025-09-30.clover""#);
        assert_eq!(call(&world, &first), StatusCode::OK);
        let kept = stored(&world, "evt_1").unwrap();
        let altered = first.replace("active", "canceled");
        assert_eq!(call(&world, &altered), StatusCode::OK);
        assert_eq!(stored(&world, "evt_1").unwrap(), kept);
        let told = ("billing_inbox_event:evt_1".to_owned(), AuditOutcome::Denied);
        assert_eq!(reported(&world), [told]);
    }
}

#[test]
fn an_event_whose_envelope_alone_differs_is_a_repetition() {
    let world = World::with(SyncMode::Snapshot);
    let kind = "customer.subscription.updated";
    let first = event("evt_1", kind, r#","api_version":"2025-09-30.clover","pending_webhooks":2"#);
    assert_eq!(call(&world, &first), StatusCode::OK);
    for again in [
        first.clone(),
        first.replace(r#""pending_webhooks":2"#, r#""pending_webhooks":1"#),
        // An endpoint of another version renders the same event otherwise.
        first.replace("2025-09-30.clover", "2024-09-30.acacia").replace("active", "past_due"),
    ] {
        assert_eq!(call(&world, &again), StatusCode::OK);
    }
    assert_eq!(reported(&world), []);
}

#[test]
fn several_events_of_a_customer_lead_to_one_reading() {
    let world = World::new();
    let (_, deliveries) = world.subscribe();
    world.receive_all(&deliveries);
    let calls = world.stripe.journal().calls("/v1/subscriptions");
    assert_eq!(world.work("billing-inbox").done, deliveries.len() as u64);
    assert_eq!(world.stripe.journal().calls("/v1/subscriptions"), calls + 1);
    assert!(world.granted());
}

#[test]
fn one_reading_settles_also_what_the_limit_left_waiting() {
    let world = World::new();
    let (_, deliveries) = world.subscribe();
    world.receive_all(&deliveries);
    let jobs = world.billing.jobs();
    let report = block_on(jobs[0].run_once(1)).unwrap();
    assert_eq!(report.done, deliveries.len() as u64);
}

#[test]
fn the_events_of_a_session_end_the_checkout_under_way() {
    for sync in [SyncMode::Refetch, SyncMode::Snapshot] {
        let world = World::with(sync);
        let (_, deliveries) = world.subscribe();
        assert!(block_on(world.store.checkout(tenant())).unwrap().is_some());
        world.receive_all(&deliveries);
        world.work_inbox();
        assert!(block_on(world.store.checkout(tenant())).unwrap().is_none());
    }
}

#[test]
fn a_refetching_host_stores_ids_and_nothing_else_of_an_event() {
    let world = World::new();
    let (_, deliveries) = world.subscribe();
    world.receive_all(&deliveries);
    for delivery in &deliveries {
        let event = stored(&world, delivery.id()).unwrap();
        assert!(event.payload.is_none() && event.is_pending());
    }
    world.work_inbox();
    let event = stored(&world, deliveries[0].id()).unwrap();
    assert_eq!((event.state, event.tenant_id), (InboxState::Done, Some(tenant())));
}

#[test]
fn a_snapshot_host_stores_sealed_state_until_it_is_applied() {
    let world = World::with(SyncMode::Snapshot);
    let (subscription, deliveries) = world.subscribe();
    world.receive_all(&deliveries);
    let updated = deliveries.iter().find(|one| one.kind() == "customer.subscription.updated");
    let event = stored(&world, updated.unwrap().id()).unwrap();
    let sealed = event.payload.unwrap();
    let shows =
        |needle: &str| sealed.as_bytes().windows(needle.len()).any(|w| w == needle.as_bytes());
    assert!(!shows(&subscription) && !shows("active"));
    let calls = world.stripe.journal().total();
    world.work_inbox();
    assert_eq!(world.stripe.journal().total(), calls);
    assert!(world.granted());
    assert!(stored(&world, &event.event_id.to_string()).unwrap().payload.is_none());
}

#[test]
fn a_thin_event_is_resolved_and_shares_the_claim_of_its_twin() {
    let world = World::new();
    let (_, deliveries) = world.subscribe();
    let snapshot = deliveries.iter().find(|one| one.kind() == "customer.subscription.updated");
    let snapshot = snapshot.unwrap();
    let thin = world.stripe.thin_event(snapshot.id()).unwrap();
    assert_eq!(world.receive(&thin), StatusCode::OK);
    assert_eq!(world.receive(snapshot), StatusCode::OK);
    assert_eq!(world.work("billing-inbox").done, 1);
    assert!(world.granted());
}

#[test]
fn a_thin_event_is_refetched_in_the_snapshot_mode_too() {
    let world = World::with(SyncMode::Snapshot);
    let (_, deliveries) = world.subscribe();
    let snapshot = deliveries.iter().find(|one| one.kind() == "customer.subscription.updated");
    let thin = world.stripe.thin_event(snapshot.unwrap().id()).unwrap();
    assert_eq!(world.receive(&thin), StatusCode::OK);
    world.work_inbox();
    assert!(world.granted());
}

#[test]
fn an_event_of_an_unknown_customer_waits_and_is_given_up_after_three_days() {
    let world = World::new();
    assert_eq!(call(&world, &event("evt_1", "customer.subscription.created", "")), StatusCode::OK);
    assert_eq!(world.work("billing-inbox").done, 0);
    let waiting = stored(&world, "evt_1").unwrap();
    assert!(waiting.is_pending() && waiting.due_at > Some(at(START)));
    world.clock.advance(TimeDelta::days(3));
    world.work_inbox();
    assert_eq!(stored(&world, "evt_1").unwrap().state, InboxState::Unlinked);
}

#[test]
fn an_event_that_came_before_the_link_is_acted_on_after_it() {
    let world = World::new();
    let (_, deliveries) = world.subscribe();
    // Another process with a store of its own hears of the customer before it is linked there.
    let other = World::over(
        world.clock.clone(),
        world.stripe.clone(),
        Arc::new(MemoryStore::new()),
        SyncMode::Refetch,
    );
    other.receive_all(&deliveries);
    other.work_inbox();
    assert!(!other.granted());
    // The claim of the first store comes late: the same key finds the same customer.
    let (claim, ..) = world.projection();
    let key = IdempotencyKey::stored(claim.unwrap().creation_key);
    let claim = Customer::claimed(tenant(), false, &key, at(START));
    let commit = other.env.commit().unwrap().change(Write::Insert(claim));
    block_on(BillingStore::commit(&*other.store, commit)).unwrap();
    block_on(other.billing.ensure_customer(&owner())).unwrap();
    other.work_inbox();
    assert_eq!(world.customers_at_stripe(), 1);
    assert!(other.granted());
}

#[test]
fn old_events_are_forgotten_and_pending_ones_are_not() {
    let world = World::new();
    let (_, deliveries) = world.subscribe();
    world.receive(&deliveries[0]);
    world.work_inbox();
    world.clock.advance(TimeDelta::days(29));
    world.work_inbox();
    assert!(stored(&world, deliveries[0].id()).is_some());
    world.clock.advance(TimeDelta::days(2));
    world.work_inbox();
    assert!(stored(&world, deliveries[0].id()).is_none());
}

#[test]
fn a_failing_reading_keeps_the_event_and_tries_later() {
    use alley_sandbox::{Fault, On};
    let world = World::new();
    let (_, deliveries) = world.subscribe();
    world.receive_all(&deliveries);
    world.stripe.faults().arm(Fault::RateLimit, On::path("/v1/subscriptions").times(3));
    let report = world.work("billing-inbox");
    assert_eq!((report.done, report.failures.len()), (0, 1));
    world.work_inbox();
    assert!(!world.granted());
    world.clock.advance(TimeDelta::seconds(30));
    world.work_inbox();
    assert!(world.granted());
}

/// Lets reads through and no commit.
#[derive(Debug)]
struct Full;

#[async_trait]
impl Hook for Full {
    async fn before_commit(&self, _: &mut Commit<RecordWrite>) -> Result<(), StoreError> {
        Err(StoreErrorKind::Unavailable.into())
    }
}

#[test]
fn an_event_that_could_not_be_stored_is_asked_for_again() {
    let world = World::new();
    let billing = billing_over(&world, Arc::new(Hooked::new(world.store.clone(), Full)));
    let body = event("evt_1", "invoice.paid", "");
    let headers = signed(SECRET, START, body.as_bytes());
    let status = block_on(billing.receive(&headers, Bytes::from(body))).status;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
}

#[test]
fn every_event_of_the_fixtures_is_taken_and_acted_on_in_both_modes() {
    let events = [
        include_str!("../data/event.checkout.session.completed.json"),
        include_str!("../data/event.customer.subscription.created.json"),
        include_str!("../data/event.customer.subscription.updated.json"),
        include_str!("../data/event.customer.subscription.updated.acacia.json"),
        include_str!("../data/event.customer.subscription.updated.renewal.json"),
        include_str!("../data/event.customer.subscription.deleted.json"),
        include_str!("../data/event.invoice.paid.json"),
        include_str!("../data/event.invoice.payment_failed.json"),
    ];
    let thin = include_str!("../data/event_notification.v1.customer.subscription.updated.json");
    for sync in [SyncMode::Refetch, SyncMode::Snapshot] {
        let world = World::with(sync);
        let customer = alley_billing::CustomerRef::new("cus_AlleyFx000001").unwrap();
        let key = IdempotencyKey::stored("00".to_owned());
        let mut link = Customer::claimed(tenant(), false, &key, at(START));
        link.stripe_customer_id = Some(customer);
        let commit = world.env.commit().unwrap().change(Write::Insert(link));
        block_on(BillingStore::commit(&*world.store, commit)).unwrap();
        for body in events {
            assert_eq!(call(&world, body), StatusCode::OK);
        }
        // The double knows nothing of this customer, so that nothing can be read from it.
        if sync == SyncMode::Refetch {
            assert_eq!(call(&world, thin), StatusCode::OK);
            continue;
        }
        world.work_inbox();
        let (customer, subscriptions, invoices) = world.projection();
        assert_eq!((subscriptions.len(), invoices.len()), (1, 1));
        assert_eq!(subscriptions[0].status, "canceled");
        assert!(invoices[0].is_settled() && invoices[0].failed_at.is_some());
        assert!(customer.unwrap().ended_at.is_some());
    }
}
