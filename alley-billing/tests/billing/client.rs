use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use alley_billing::{Billing, Config, CustomerRef, Error, IdempotencyKey, Mode, Stores, SyncMode};
use alley_core::http::{RequestLimits, TransportError, TransportErrorKind};
use alley_core::{HttpTransport, ManualClock, MemoryStore, Problem};
use alley_sandbox::{Fault, On};
use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use pollster::block_on;

use crate::support::{KEY, START, World, at, config, env, owner, tenant};

/// Status, body and headers of an answer.
type Scripted = (u16, &'static str, Vec<(&'static str, &'static str)>);

/// Answers from a list and keeps what was sent.
#[derive(Debug, Default)]
struct Script {
    answers: Mutex<VecDeque<Scripted>>,
    sent: Mutex<Vec<Request<Bytes>>>,
}

#[async_trait]
impl HttpTransport for Script {
    async fn send(
        &self,
        request: Request<Bytes>,
        _limits: &RequestLimits,
    ) -> Result<Response<Bytes>, TransportError> {
        self.sent.lock().unwrap().push(request);
        let (status, body, headers) = self
            .answers
            .lock()
            .unwrap()
            .pop_front()
            .ok_or(TransportError::new(TransportErrorKind::Timeout))?;
        let mut answer = Response::builder().status(status).header("request-id", "req_1");
        for (name, value) in headers {
            answer = answer.header(name, value);
        }
        Ok(answer.body(Bytes::from_static(body.as_bytes())).unwrap())
    }
}

fn scripted(answers: Vec<Scripted>) -> (Arc<Script>, Billing) {
    let script = Arc::new(Script { answers: Mutex::new(answers.into()), ..Script::default() });
    let clock = Arc::new(ManualClock::new(at(START)));
    let env = env(&clock, script.clone());
    let stores = Stores::from(Arc::new(MemoryStore::new()));
    (script, Billing::new(&env, stores, config(SyncMode::Refetch)).unwrap())
}

const CUSTOMER: &str = r#"{"id":"cus_1","object":"customer"}"#;

fn key() -> IdempotencyKey {
    IdempotencyKey::stored("0123456789abcdef".to_owned())
}

fn header<'a>(request: &'a Request<Bytes>, name: &str) -> &'a str {
    request.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[test]
fn every_attempt_of_an_operation_carries_the_same_key_and_body() {
    let busy = include_str!("../data/error.idempotency_in_use.409.json");
    let broken = include_str!("../data/error.api_error.500.json");
    let (script, billing) =
        scripted(vec![(409, busy, vec![]), (500, broken, vec![]), (200, CUSTOMER, vec![])]);
    block_on(billing.client().create_customer(tenant(), &key())).unwrap();
    let sent = script.sent.lock().unwrap();
    assert_eq!(sent.len(), 3);
    for request in sent.iter() {
        assert_eq!(request.uri(), "http://stripe.test/v1/customers");
        assert_eq!(header(request, "idempotency-key"), "0123456789abcdef");
        assert_eq!(header(request, "stripe-version"), "2026-09-30.endive");
        assert_eq!(header(request, "authorization"), format!("Bearer {KEY}"));
        assert!(header(request, "user-agent").starts_with("alley-billing/"));
        let body = format!("metadata%5Balley_tenant_id%5D={}", tenant());
        assert_eq!(request.body(), body.as_bytes());
    }
}

#[test]
fn refusals_are_not_repeated_and_keep_type_code_and_request() {
    let rows: [(&str, u16, &str, &str, &str); 7] = [
        (
            include_str!("../data/error.parameter_missing.400.json"),
            400,
            "invalid_request_error",
            "parameter_missing",
            "",
        ),
        (
            include_str!("../data/error.idempotency_mismatch.400.json"),
            400,
            "idempotency_error",
            "none",
            "",
        ),
        (
            include_str!("../data/error.authentication.401.json"),
            401,
            "invalid_request_error",
            "none",
            "",
        ),
        (
            include_str!("../data/error.card_declined.402.json"),
            402,
            "card_error",
            "card_declined",
            "",
        ),
        (
            include_str!("../data/error.resource_missing.404.json"),
            404,
            "invalid_request_error",
            "resource_missing",
            "",
        ),
        (include_str!("../data/error.rate_limit.429.json"), 429, "", "rate_limit", "retryable"),
        (include_str!("../data/error.lock_timeout.429.json"), 429, "", "lock_timeout", "retryable"),
    ];
    for (body, status, kind, code, retryable) in rows {
        let (script, billing) = scripted(vec![(status, body, vec![])]);
        let error = block_on(billing.client().create_customer(tenant(), &key())).unwrap_err();
        let Error::Remote(remote) = &error else { panic!("{error:?}") };
        assert_eq!(remote.status.as_u16(), status);
        assert!(kind.is_empty() || remote.kind.as_deref() == Some(kind), "{body}");
        assert_eq!(remote.code.as_deref().unwrap_or("none"), code, "{body}");
        assert_eq!(remote.request_id.as_deref(), Some("req_1"));
        assert_eq!(error.is_retryable(), !retryable.is_empty(), "{body}");
        assert_eq!(script.sent.lock().unwrap().len(), 1, "{body}");
        let problem = Problem::from(&error);
        assert_eq!(problem.status, StatusCode::BAD_GATEWAY);
    }
}

#[test]
fn error_bodies_of_any_shape_are_taken_and_never_shown() {
    let personal = r#"{"error":{"type":"Name <a@b.test>","message":"owner@example.com has no card","code":"x y"}}"#;
    for body in [
        "",
        "<html>",
        "null",
        "[]",
        "{\"error\":\"no\"}",
        personal,
        include_str!("../data/error.minimal.json"),
    ] {
        let (_, billing) = scripted(vec![(400, body, vec![])]);
        let error = block_on(billing.client().create_customer(tenant(), &key())).unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains('@') && !shown.contains("html"), "{shown}");
        assert!(matches!(error, Error::Remote(_)));
    }
}

#[test]
fn stripe_says_when_to_go_on_and_when_to_stop() {
    let (script, billing) =
        scripted(vec![(429, "{}", vec![("stripe-should-retry", "true")]), (200, CUSTOMER, vec![])]);
    block_on(billing.client().create_customer(tenant(), &key())).unwrap();
    assert_eq!(script.sent.lock().unwrap().len(), 2);
    let (script, billing) = scripted(vec![(500, "{}", vec![("stripe-should-retry", "false")])]);
    block_on(billing.client().create_customer(tenant(), &key())).unwrap_err();
    assert_eq!(script.sent.lock().unwrap().len(), 1);
}

#[test]
fn answers_that_are_no_json_or_lack_the_id_are_errors() {
    for body in ["", "ok", "{}", r#"{"id":null}"#] {
        let (_, billing) = scripted(vec![(200, body, vec![])]);
        let error = block_on(billing.client().create_customer(tenant(), &key())).unwrap_err();
        assert!(matches!(error, Error::Answer { .. }), "{body}");
    }
}

#[test]
fn ids_cannot_leave_their_place_in_the_path() {
    let (script, billing) = scripted(vec![(404, "{}", vec![])]);
    let id = CustomerRef::new("../subscriptions?status=all#").unwrap();
    block_on(billing.client().customer(&id)).unwrap_err();
    let sent = script.sent.lock().unwrap();
    assert_eq!(sent[0].uri().path(), "/v1/customers/..%2Fsubscriptions%3Fstatus%3Dall%23");
}

#[test]
fn lists_are_read_to_their_end() {
    let first = r#"{"object":"list","has_more":true,"data":[{"id":"sub_1","customer":"cus_1","status":"active"}]}"#;
    let second = r#"{"object":"list","has_more":false,"data":[{"id":"sub_2","customer":"cus_1","status":"canceled"}]}"#;
    let (script, billing) = scripted(vec![(200, first, vec![]), (200, second, vec![])]);
    let customer = CustomerRef::new("cus_1").unwrap();
    let found = block_on(billing.client().subscriptions(&customer)).unwrap();
    assert_eq!(found.len(), 2);
    let sent = script.sent.lock().unwrap();
    assert_eq!(sent[0].uri().query(), Some("customer=cus_1&status=all&limit=100"));
    assert_eq!(
        sent[1].uri().query(),
        Some("customer=cus_1&status=all&limit=100&starting_after=sub_1")
    );
}

#[test]
fn a_subscription_with_more_lines_than_its_list_shows_is_completed() {
    let cut = r#"{"id":"sub_1","customer":"cus_1","status":"active","items":{"has_more":true,
        "data":[{"id":"si_1","price":"price_1","current_period_end":100}]}}"#;
    let rest = r#"{"object":"list","has_more":false,"data":[
        {"id":"si_1","price":"price_1","current_period_end":100},
        {"id":"si_2","price":"price_2","current_period_end":200}]}"#;
    let (_, billing) = scripted(vec![(200, cut, vec![]), (200, rest, vec![])]);
    let id = alley_billing::SubscriptionRef::new("sub_1").unwrap();
    let found = block_on(billing.client().subscription(&id)).unwrap();
    assert_eq!((found.items.len(), found.paid_until), (2, Some(at(200))));
}

#[test]
fn every_fault_of_the_wire_is_survived_by_repeating() {
    let faults = [
        Fault::ServerError,
        Fault::Unavailable,
        Fault::Slow(Duration::from_secs(1)),
        Fault::DropBefore,
        Fault::DropAfter,
        Fault::CutAnswer,
    ];
    for fault in faults {
        let world = World::new();
        world.stripe.faults().arm(fault, On::any().times(2));
        block_on(world.billing.ensure_customer(&owner())).unwrap();
        assert_eq!(world.customers_at_stripe(), 1, "{fault:?}");
    }
}

#[test]
fn wrong_configurations_are_refused_when_built() {
    let build = |mode, key: &str, secrets: Vec<&str>| {
        let secrets: Vec<_> = secrets.into_iter().map(Into::into).collect();
        Config::new(mode, key.into(), &secrets)
    };
    assert!(build(Mode::Live, "sk_test_1", vec!["whsec_1"]).is_err());
    assert!(build(Mode::Test, "rk_live_1", vec!["whsec_1"]).is_err());
    assert!(build(Mode::Test, "", vec!["whsec_1"]).is_err());
    assert!(build(Mode::Test, "sk_test_1\n", vec!["whsec_1"]).is_err());
    assert!(build(Mode::Test, "sk_test_1", vec![]).is_err());
    assert!(build(Mode::Test, "sk_test_1", vec![" "]).is_err());
    let good = build(Mode::Live, "rk_live_1", vec!["whsec_1"]).unwrap();
    assert!(good.clone().with_base("stripe").is_err());
    let shown = format!("{good:?}");
    assert!(!shown.contains("rk_live_1") && !shown.contains("whsec_1"), "{shown}");
}

#[test]
fn objects_of_the_fixtures_are_read() {
    use alley_billing::{CheckoutRef, CheckoutState, PortalRequest, PriceRef};
    let ok = |body| vec![(200, body, vec![])];
    let (_, billing) = scripted(ok(include_str!("../data/customer.json")));
    let id = CustomerRef::new("cus_AlleyFx000001").unwrap();
    assert_eq!(block_on(billing.client().customer(&id)).unwrap().id, id);
    let (_, billing) = scripted(ok(include_str!("../data/customer.deleted.json")));
    assert!(block_on(billing.client().customer(&id)).unwrap().deleted);
    let (_, billing) = scripted(ok(include_str!("../data/price.json")));
    let price = block_on(billing.client().price(&PriceRef::new("price_1").unwrap())).unwrap();
    assert_eq!((price.product.as_str(), price.active), ("prod_AlleyFxPro", true));
    let (_, billing) = scripted(ok(include_str!("../data/portal_session.json")));
    let request = PortalRequest::new("https://a.test/");
    let _page = block_on(billing.client().create_portal(&id, &request, &key())).unwrap();
    let list = include_str!("../data/subscription.list.json");
    let end = r#"{"object":"list","data":[],"has_more":false}"#;
    let (_, billing) = scripted(vec![(200, list, vec![]), (200, end, vec![])]);
    assert!(!block_on(billing.client().subscriptions(&id)).unwrap().is_empty());
    let sessions = [
        (include_str!("../data/checkout_session.open.json"), CheckoutState::Open, true),
        (include_str!("../data/checkout_session.complete.json"), CheckoutState::Complete, false),
        (include_str!("../data/checkout_session.expired.json"), CheckoutState::Expired, false),
    ];
    for (body, state, has_url) in sessions {
        let (_, billing) = scripted(ok(body));
        let session = CheckoutRef::new("cs_1").unwrap();
        let read = block_on(billing.client().checkout(&session)).unwrap();
        assert_eq!((read.state, read.url.is_some()), (state, has_url));
        assert_eq!(read.customer.as_ref(), Some(&id));
    }
}
