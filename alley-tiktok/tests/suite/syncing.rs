//! Page by page, through faults and restarts.

use std::collections::BTreeSet;

use alley_core::{PageRequest, TenantRole};
use alley_sandbox::tiktok::Options;
use alley_sandbox::{Fault, On};
use alley_tiktok::{Error, Progress, ShopReads as _, SyncKind, SyncedReads as _, Tiktok};
use chrono::TimeDelta;

use crate::world::{World, access};

async fn run(world: &World, tiktok: &Tiktok, kind: SyncKind) -> Progress {
    let mut sync = tiktok.sync(&world.access, &world.shop(), kind).await.unwrap();
    loop {
        let progress = sync.next_page().await.unwrap();
        if progress.finished {
            return progress;
        }
    }
}

async fn count(world: &World, kind: SyncKind) -> u64 {
    world.store.synced_count(world.tenant(), &world.shop(), kind).await.unwrap()
}

async fn order_ids(world: &World) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    let mut request = PageRequest::first(1_000);
    loop {
        let page = world.tiktok.orders(&world.access, &world.shop(), request).await.unwrap();
        ids.extend(page.items.iter().map(|order| order.order_id.to_string()));
        match page.next {
            Some(cursor) => request = PageRequest::after(cursor, 1_000),
            None => return ids,
        }
    }
}

#[tokio::test]
async fn five_thousand_orders_arrive_through_a_rate_limit_and_lost_connections() {
    let world = World::new(Options::default());
    world.connected().await;
    let faults = world.double.faults();
    faults.arm(Fault::RateLimit, On::path("/order/").nth(3).times(2));
    faults.arm(Fault::DropBefore, On::path("/order/").nth(10));
    faults.arm(Fault::CutAnswer, On::path("/order/").nth(20));
    faults.arm(Fault::ServerError, On::path("/order/").nth(30));
    let progress = run(&world, &world.tiktok, SyncKind::Orders).await;
    assert_eq!((progress.done, progress.total), (5_000, Some(5_000)));
    let expected: BTreeSet<String> = world.double.order_ids().into_iter().collect();
    assert_eq!(order_ids(&world).await, expected);
    assert_eq!(world.double.faults().armed(), 0);
    assert_eq!(world.calls_to("/order/"), 50 + 5);
}

#[tokio::test]
async fn a_restarted_process_continues_in_the_middle() {
    let world = World::new(Options::default().with_orders(1_000_u32));
    world.connected().await;
    let mut sync = world.tiktok.sync(&world.access, &world.shop(), SyncKind::Orders).await.unwrap();
    for _ in 0..4 {
        let progress = sync.next_page().await.unwrap();
        assert!(!progress.finished);
    }
    drop(sync);
    assert_eq!(count(&world, SyncKind::Orders).await, 400);
    let before = world.calls_to("/order/");
    let progress = run(&world, &world.restarted(), SyncKind::Orders).await;
    assert_eq!((progress.done, progress.total), (1_000, Some(1_000)));
    assert_eq!(world.calls_to("/order/") - before, 6);
    assert_eq!(order_ids(&world).await.len(), 1_000);
}

#[tokio::test]
async fn the_next_run_asks_for_changes_only_and_brings_them() {
    let world = World::new(Options::default().with_orders(500_u32));
    world.connected().await;
    run(&world, &world.tiktok, SyncKind::Orders).await;
    let id = world.double.order_ids()[3].clone();
    world.clock.advance(TimeDelta::hours(1));
    world.double.set_order_status(&id, "RETURNED_BY_DRONE");
    let before = world.calls_to("/order/");
    let progress = run(&world, &world.tiktok, SyncKind::Orders).await;
    assert!(progress.done < 20, "{progress:?}");
    assert_eq!(world.calls_to("/order/") - before, 1);
    let id = alley_tiktok::OrderId::new(id).unwrap();
    let order = world.tiktok.order(&world.access, &id).await.unwrap().unwrap();
    assert_eq!(order.status.as_deref(), Some("RETURNED_BY_DRONE"));
}

#[tokio::test]
async fn every_kind_arrives() {
    let world = World::new(Options::default().with_orders(10_u32).with_statements(3_u32));
    world.connected().await;
    for (kind, rows) in [
        (SyncKind::Orders, 10),
        (SyncKind::Products, 60),
        (SyncKind::Statements, 3),
        (SyncKind::Creators, 200),
    ] {
        let progress = run(&world, &world.tiktok, kind).await;
        assert_eq!((progress.done, count(&world, kind).await), (rows, rows), "{kind}");
    }
    let figures = run(&world, &world.tiktok, SyncKind::ShopPerformance).await;
    assert!(figures.done > 80, "{figures:?}");
    assert_eq!(count(&world, SyncKind::ShopPerformance).await, figures.done);
    world.clock.advance(TimeDelta::days(2));
    let figures = run(&world, &world.tiktok, SyncKind::ShopPerformance).await;
    assert!(figures.done < 12, "{figures:?}");
    assert_eq!(run(&world, &world.tiktok, SyncKind::Creators).await.done, 200);
    assert_eq!(count(&world, SyncKind::Creators).await, 200);
}

#[tokio::test]
async fn buyers_are_sealed_and_open_for_the_door_only() {
    let world = World::new(Options::default().with_orders(20_u32));
    world.connected().await;
    run(&world, &world.tiktok, SyncKind::Orders).await;
    let page =
        world.tiktok.orders(&world.access, &world.shop(), PageRequest::first(20)).await.unwrap();
    let mut opened = 0;
    for order in &page.items {
        if let Some(buyer) = world.tiktok.buyer(order).unwrap() {
            opened += 1;
            let name = buyer.recipient.or(buyer.nickname).unwrap_or_default();
            assert!(name.is_empty() || !format!("{order:?}").contains(&name));
        }
        assert!(order.total_minor.is_some() && order.currency.is_some());
    }
    assert!(opened > 0);
}

#[tokio::test]
async fn a_listing_that_turns_in_a_circle_is_an_error_and_not_a_loop() {
    let world = World::new(Options::default().with_orders(5_u32));
    world.connected().await;
    let page = r#"{"code":0,"data":{"next_page_token":"same","orders":[]}}"#;
    for _ in 0..3 {
        world.answer_next("/order/", 200, page);
    }
    let mut sync = world.tiktok.sync(&world.access, &world.shop(), SyncKind::Orders).await.unwrap();
    assert!(!sync.next_page().await.unwrap().finished);
    let error = sync.next_page().await.unwrap_err();
    assert!(matches!(error, Error::PageTokenRepeated { .. }), "{error}");
    world.wire.script.lock().unwrap().clear();
    assert_eq!(run(&world, &world.tiktok, SyncKind::Orders).await.done, 5);
}

#[tokio::test]
async fn a_page_token_that_ran_out_starts_the_run_over() {
    let world = World::new(Options::default().with_orders(250_u32));
    world.connected().await;
    let mut sync = world.tiktok.sync(&world.access, &world.shop(), SyncKind::Orders).await.unwrap();
    sync.next_page().await.unwrap();
    world.answer_next("/order/", 400, r#"{"code":36009004,"message":"Invalid page_token"}"#);
    let progress = run(&world, &world.restarted(), SyncKind::Orders).await;
    assert_eq!(progress.done, 250);
}

#[tokio::test]
async fn two_syncs_of_the_same_kind_share_the_work() {
    let world = World::new(Options::default().with_orders(500_u32));
    world.connected().await;
    let other = world.restarted();
    let (one, two) = tokio::join!(
        run(&world, &world.tiktok, SyncKind::Orders),
        run(&world, &other, SyncKind::Orders),
    );
    assert!(one.finished && two.finished);
    assert_eq!(count(&world, SyncKind::Orders).await, 500);
}

#[tokio::test]
async fn another_tenant_sees_nothing_and_syncs_nothing() {
    let world = World::new(Options::default().with_orders(5_u32));
    world.connected().await;
    run(&world, &world.tiktok, SyncKind::Orders).await;
    let stranger = access(world.env.id().unwrap(), &world.env, TenantRole::Owner);
    let refused = world.tiktok.sync(&stranger, &world.shop(), SyncKind::Orders).await;
    assert!(matches!(refused, Err(Error::NotConnected)), "{refused:?}");
    let page = world.tiktok.orders(&stranger, &world.shop(), PageRequest::first(5)).await.unwrap();
    assert!(page.items.is_empty());
    let cursor =
        world.store.sync_cursor(stranger.tenant(), &world.shop(), SyncKind::Orders).await.unwrap();
    assert!(cursor.is_none());
}
