//! Receiving and acting.

use std::sync::Arc;

use alley_core::webhook::HmacSha256Key;
use alley_core::{
    AuditEntry, AuditOutcome, Clock as _, KeyId, Keyring, Outbox as _, Query, Record as _, SealKey,
};
use alley_sandbox::tiktok::Options;
use alley_sandbox::{Delivery, Fault, On};
use alley_tiktok::{
    InboxState, IntegrationState, OrderId, ShopReads as _, Stores, SyncKind, Tiktok,
    TokenStore as _,
};
use bytes::Bytes;
use chrono::TimeDelta;
use http::{HeaderMap, StatusCode};
use serde_json::json;

use crate::world::World;

async fn deliver(world: &World, deliveries: &[Delivery]) {
    for delivery in deliveries {
        let reply = world.tiktok.receive(delivery.headers(), delivery.body().clone()).await;
        assert_eq!((reply.status, reply.body.len()), (StatusCode::OK, 0));
    }
}

async fn synced(world: &World) {
    world.connected().await;
    let mut sync = world.tiktok.sync(&world.access, &world.shop(), SyncKind::Orders).await.unwrap();
    while !sync.next_page().await.unwrap().finished {}
}

async fn status(world: &World, order: &str) -> String {
    let id = OrderId::new(order).unwrap();
    world.tiktok.order(&world.access, &id).await.unwrap().unwrap().status.unwrap()
}

#[tokio::test]
async fn wrong_signatures_are_answered_401_and_leave_nothing() {
    let world = World::new(Options::default().with_orders(1_u32));
    let delivery = &world.double.webhook(1, json!({}))[0];
    let mut tampered = delivery.body().to_vec();
    tampered.push(b' ');
    let reply = world.tiktok.receive(delivery.headers(), Bytes::from(tampered)).await;
    assert_eq!((reply.status, reply.body.len()), (StatusCode::UNAUTHORIZED, 0));
    let reply = world.tiktok.receive(&HeaderMap::new(), delivery.body().clone()).await;
    assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
    let mut twice = delivery.headers().clone();
    twice.append("authorization", "00".parse().unwrap());
    let reply = world.tiktok.receive(&twice, delivery.body().clone()).await;
    assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
    assert!(world.store.inbox_due(world.clock.now(), 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_duplicate_is_answered_200_and_kept_once_and_sealed() {
    let world = World::new(Options::default().with_orders(1_u32));
    world.double.faults().arm(Fault::DuplicateWebhook, On::any());
    let deliveries = world.double.webhook(33, json!({ "content": "hello there" }));
    assert_eq!(deliveries.len(), 2);
    deliver(&world, &deliveries).await;
    let kept = world.store.inbox_due(world.clock.now(), 10).await.unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].record.event_id, deliveries[0].id());
    let body = kept[0].record.body.as_bytes();
    assert!(!body.windows(5).any(|bytes| bytes == b"hello"));
}

static TRAIL: Query = Query::new("test_trail", AuditEntry::TYPE);

#[tokio::test]
async fn a_webhook_that_comes_with_another_body_is_reported_and_the_first_one_stays() {
    let world = World::new(Options::default().with_orders(1_u32));
    let delivery = &world.double.webhook(33, json!({ "content": "hello there" }))[0];
    deliver(&world, std::slice::from_ref(delivery)).await;
    let kept = world.store.inbox_event(delivery.id()).await.unwrap().unwrap();
    let altered = String::from_utf8(delivery.body().to_vec()).unwrap().replace("hello", "other");
    let code = HmacSha256Key::new(b"fake-app-secret").parts(&[b"key1", altered.as_bytes()]);
    let hex: String = code.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    let mut headers = HeaderMap::new();
    headers.insert("authorization", hex.parse().unwrap());
    let reply = world.tiktok.receive(&headers, Bytes::from(altered)).await;
    assert_eq!(reply.status, StatusCode::OK, "it is not to come again");
    assert_eq!(world.store.inbox_event(delivery.id()).await.unwrap().unwrap(), kept);
    let trail = alley_core::store::all::<AuditEntry, _>(world.store.as_ref(), &TRAIL, &[]);
    let trail = trail.await.unwrap();
    let [entry] = &trail[..] else { panic!("{} entries", trail.len()) };
    let target = format!("tiktok_inbox_event:{}", delivery.id());
    assert_eq!(entry.record.target.as_deref(), Some(target.as_str()));
    assert_eq!(entry.record.outcome, AuditOutcome::Denied);
}

#[tokio::test]
async fn an_older_status_that_comes_late_changes_nothing() {
    let world = World::new(Options::default().with_orders(3_u32));
    synced(&world).await;
    let order = world.double.order_ids()[1].clone();
    world.clock.advance(TimeDelta::minutes(1));
    let earlier = world.double.order_status_webhook(&order, "IN_TRANSIT");
    world.clock.advance(TimeDelta::minutes(1));
    let later = world.double.order_status_webhook(&order, "DELIVERED");
    deliver(&world, &later).await;
    deliver(&world, &earlier).await;
    world.run_jobs().await;
    assert_eq!(status(&world, &order).await, "DELIVERED");
    // The whole order replaces the row at the next sync.
    world.double.set_order_status(&order, "COMPLETED");
    world.clock.advance(TimeDelta::minutes(1));
    let mut sync = world.tiktok.sync(&world.access, &world.shop(), SyncKind::Orders).await.unwrap();
    while !sync.next_page().await.unwrap().finished {}
    assert_eq!(status(&world, &order).await, "COMPLETED");
}

#[tokio::test]
async fn a_deauthorization_disconnects_but_a_stale_one_does_not() {
    let world = World::new(Options::default().with_orders(1_u32));
    let id = world.connected().await.integration.integration_id;
    world.clock.advance(TimeDelta::minutes(1));
    let notice = world.double.deauthorize();
    deliver(&world, &notice).await;
    world.run_jobs().await;
    assert!(world.store.token(world.tenant(), id).await.unwrap().is_none());
    assert_eq!(world.store.due(world.clock.now(), 10).await.unwrap().len(), 1);
    world.clock.advance(TimeDelta::hours(3));
    // The seller connects again; a notice from before then arrives late, as another event.
    world.clock.advance(TimeDelta::seconds(-3_600));
    let stale = world.double.webhook(6, json!({ "message": "late" }));
    world.clock.advance(TimeDelta::seconds(3_600));
    let second = world.connected().await.integration.integration_id;
    deliver(&world, &stale).await;
    world.run_jobs().await;
    assert!(world.store.token(world.tenant(), second).await.unwrap().is_some());
}

#[tokio::test]
async fn a_warning_is_kept_on_the_integration() {
    let world = World::new(Options::default());
    world.connected().await;
    let ends = world.clock.now() + TimeDelta::days(30);
    let warning = world.double.authorization_expiry_webhook(ends.timestamp());
    deliver(&world, &warning).await;
    world.run_jobs().await;
    let integration = &world.tiktok.integrations(&world.access).await.unwrap()[0];
    assert_eq!(integration.state, IntegrationState::Connected);
    assert_eq!(integration.warned_at, Some(world.clock.now()));
    assert_eq!(integration.authorization_ends_at, Some(ends));
}

#[tokio::test]
async fn unknown_kinds_are_kept_marked_and_removed_after_two_days() {
    let world = World::new(Options::default());
    let unknown = world.double.webhook(9_001, json!({ "of": "next year" }));
    deliver(&world, &unknown).await;
    world.run_jobs().await;
    let later = world.clock.now() + TimeDelta::days(1);
    assert!(world.store.inbox_due(later, 10).await.unwrap().is_empty());
    assert_eq!(world.store.inbox_handled(later, 10).await.unwrap().len(), 1);
    deliver(&world, &unknown).await;
    world.clock.advance(TimeDelta::hours(49));
    world.run_jobs().await;
    assert!(world.store.inbox_handled(world.clock.now(), 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_event_that_fails_for_good_is_removed_two_days_after_its_last_try() {
    let world = World::new(Options::default());
    deliver(&world, &world.double.webhook(33, json!({ "content": "hello" }))).await;
    // A process with another key cannot open the body, whenever it tries.
    let mut env = world.env.clone();
    let key = SealKey::from_bytes(KeyId::new(1), &[8; 32]).unwrap();
    env.keyring = Arc::new(Keyring::of(key));
    let stores = Stores::from(world.store.clone());
    let door = Tiktok::new(&env, stores, crate::world::config()).unwrap();
    let jobs = door.jobs();
    let of_name = |name| jobs.iter().find(|job| job.name() == name).unwrap();
    let (inbox, prune) = (of_name("tiktok-inbox"), of_name("tiktok-prune"));
    for _ in 0..20 {
        assert_eq!(inbox.run_once(10).await.unwrap().failures.len(), 1);
        world.clock.advance(TimeDelta::hours(1));
    }
    assert!(inbox.run_once(10).await.unwrap().failures.is_empty());
    let last_try = world.clock.now() - TimeDelta::hours(1);
    let failed = world.store.inbox_handled(world.clock.now(), 10).await.unwrap();
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0].record.state, InboxState::Failed);
    assert_eq!(failed[0].record.handled_at, Some(last_try));
    world.clock.set(last_try + TimeDelta::hours(48) - TimeDelta::seconds(1));
    assert_eq!(prune.run_once(10).await.unwrap().done, 0);
    world.clock.advance(TimeDelta::seconds(1));
    assert_eq!(prune.run_once(10).await.unwrap().done, 1);
    assert!(world.store.inbox_handled(world.clock.now(), 10).await.unwrap().is_empty());
}
