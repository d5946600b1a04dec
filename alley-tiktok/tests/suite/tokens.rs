//! Refreshing: once, whatever happens around it.

use std::sync::Arc;

use alley_core::conformance::Hooked;
use alley_core::{Commit, MemoryStore, Versioned, Write};
use alley_sandbox::tiktok::Options;
use alley_sandbox::{Fault, On};
use alley_tiktok::affiliate::GetOutreachQuota;
use alley_tiktok::order::SearchOrders;
use alley_tiktok::seller::{ListWebhooks, RemoveWebhook, SetWebhook};
use alley_tiktok::{
    Cipher, Error, IntegrationState, RawCall, ReconnectReason, RefusalClass, ShopClient, Token,
    TokenChange, TokenStore,
};
use chrono::TimeDelta;
use http::Method;

use crate::flaky::Flaky;
use crate::world::World;

async fn client(world: &World) -> ShopClient {
    world.tiktok.shop_client(&world.access, &world.shop()).await.unwrap()
}

async fn stored(world: &World) -> Versioned<Token> {
    let id = world.tiktok.integrations(&world.access).await.unwrap()[0].integration_id;
    world.store.token(world.tenant(), id).await.unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_expired_token_is_refreshed_once_though_ten_calls_ask() {
    let world = Arc::new(World::new(Options::default().with_orders(5_u32)));
    world.connected().await;
    world.clock.advance(TimeDelta::days(8));
    let client = client(&world).await;
    let calls: Vec<_> = (0..10)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.call(&SearchOrders::new(1)).await.map(drop) })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(world.double.refreshes(), 1);
    assert_eq!(world.calls_to("/api/v2/token/refresh"), 1);
}

#[tokio::test]
async fn three_processes_refresh_once_among_them() {
    let world = Arc::new(World::new(Options::default().with_orders(5_u32)));
    world.connected().await;
    world.clock.advance(TimeDelta::days(8));
    let doors = [world.beside(), world.beside(), world.beside()];
    let mut calls = Vec::new();
    for door in doors {
        let client = door.shop_client(&world.access, &world.shop()).await.unwrap();
        calls.push(tokio::spawn(async move { client.call(&SearchOrders::new(1)).await.map(drop) }));
    }
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(world.double.refreshes(), 1);
}

#[tokio::test]
async fn a_token_that_the_platform_calls_expired_is_refreshed_and_the_call_sent_again() {
    let world = World::new(Options::default().with_orders(5_u32));
    world.connected().await;
    world.double.expire_access_tokens();
    let client = client(&world).await;
    let page = client.call(&SearchOrders::new(3)).await.unwrap();
    assert_eq!(page.data.orders.len(), 3);
    assert_eq!(world.double.refreshes(), 1);
    // Only once: a platform that goes on calling it expired is believed.
    world.double.faults().arm(Fault::ExpiredToken, On::path("/order/").times(2));
    let error = client.call(&SearchOrders::new(3)).await.unwrap_err();
    assert_eq!(error.class(), Some(RefusalClass::TokenExpired));
    assert_eq!(world.double.refreshes(), 2);
}

#[tokio::test]
async fn the_job_refreshes_a_day_ahead() {
    let world = World::new(Options::default());
    world.connected().await;
    world.clock.advance(TimeDelta::days(5));
    world.run_jobs().await;
    assert_eq!(world.double.refreshes(), 0);
    world.clock.advance(TimeDelta::days(1));
    world.run_jobs().await;
    world.run_jobs().await;
    assert_eq!(world.double.refreshes(), 1);
    assert_eq!(stored(&world).await.record.generation, 2);
}

#[tokio::test]
async fn a_lost_answer_to_a_refresh_is_reported_and_not_passed_over() {
    let world = World::new(Options::default().with_orders(5_u32));
    world.connected().await;
    world.clock.advance(TimeDelta::days(8));
    // The platform handed out a new pair, and the line broke before it arrived.
    world.double.faults().arm(Fault::DropAfter, On::path("/api/v2/token/refresh"));
    let client = client(&world).await;
    let error = client.call(&SearchOrders::new(1)).await.unwrap_err();
    assert!(error.is_retryable(), "{error}");
    assert!(stored(&world).await.record.refreshing_since.is_some());
    match client.call(&SearchOrders::new(1)).await.unwrap_err() {
        Error::ReconnectNeeded { reason, .. } => {
            assert_eq!(reason, ReconnectReason::RefreshOutcomeLost);
        }
        other => panic!("{other}"),
    }
    let integration = &world.tiktok.integrations(&world.access).await.unwrap()[0];
    assert_eq!(integration.state, IntegrationState::ReconnectNeeded);
    assert_eq!(integration.reconnect_reason, Some(ReconnectReason::RefreshOutcomeLost));
    // Connecting again heals it.
    world.connected().await;
    client.call(&SearchOrders::new(1)).await.unwrap();
}

#[tokio::test]
async fn a_process_that_died_before_the_call_is_made_up_for() {
    let world = World::new(Options::default().with_orders(5_u32));
    world.connected().await;
    world.clock.advance(TimeDelta::days(8));
    // What a process leaves that dies between writing the intent and calling.
    let Versioned { mut record, version: read, .. } = stored(&world).await;
    let now = alley_core::Clock::now(world.clock.as_ref());
    record.refreshing_since = Some(now);
    record.lease_until = Some(now + TimeDelta::seconds(60));
    let store: &dyn TokenStore = world.store.as_ref();
    let commit: Commit<TokenChange> = world.env.commit().unwrap();
    store.commit(commit.change(Write::Update { record, read })).await.unwrap();
    let client = client(&world).await;
    client.call(&SearchOrders::new(1)).await.unwrap();
    assert_eq!(world.double.refreshes(), 1);
    assert_eq!(stored(&world).await.record.refreshing_since, None);
    assert!(alley_core::Clock::now(world.clock.as_ref()) >= now + TimeDelta::seconds(60));
}

#[tokio::test]
async fn a_rate_limit_of_the_authorization_server_costs_no_intent() {
    let world = World::new(Options::default().with_orders(5_u32));
    world.connected().await;
    world.clock.advance(TimeDelta::days(8));
    world.double.faults().arm(Fault::RateLimit, On::path("/api/v2/token/refresh").always());
    let client = client(&world).await;
    let error = client.call(&SearchOrders::new(1)).await.unwrap_err();
    assert_eq!(error.class(), Some(RefusalClass::RateLimited));
    let token = stored(&world).await.record;
    assert_eq!((token.refreshing_since, token.lease_until), (None, None));
    world.double.faults().clear();
    client.call(&SearchOrders::new(1)).await.unwrap();
}

#[tokio::test]
async fn a_refused_token_says_that_the_seller_must_connect_again() {
    let world = World::new(Options::default().with_orders(5_u32));
    world.connected().await;
    let _ = world.double.deauthorize();
    let client = client(&world).await;
    let error = client.call(&SearchOrders::new(1)).await.unwrap_err();
    assert_eq!(error.class(), Some(RefusalClass::TokenInvalid));
    let error = client.call(&SearchOrders::new(1)).await.unwrap_err();
    assert!(matches!(error, Error::ReconnectNeeded { .. }), "{error}");
}

#[tokio::test]
async fn a_pair_that_arrives_after_its_lease_ran_out_is_kept() {
    let world = World::new(Options::default().with_orders(5_u32));
    world.connected().await;
    world.clock.advance(TimeDelta::days(8));
    world.wire.slow_turns.store(500, std::sync::atomic::Ordering::SeqCst);
    let client_of = |door: alley_tiktok::Tiktok| {
        let (access, shop) = (world.access, world.shop());
        async move { door.shop_client(&access, &shop).await.unwrap() }
    };
    let slow = client_of(world.beside()).await;
    let hasty = client_of(world.beside()).await;
    let search = SearchOrders::new(1);
    let (slow_call, hasty_call) = tokio::join!(slow.call(&search), async {
        while world.double.refreshes() == 0 {
            tokio::task::yield_now().await;
        }
        world.clock.advance(TimeDelta::seconds(61));
        hasty.call(&search).await
    });
    assert!(matches!(hasty_call, Err(Error::ReconnectNeeded { .. })), "{hasty_call:?}");
    slow_call.unwrap();
    let integration = &world.tiktok.integrations(&world.access).await.unwrap()[0];
    assert_eq!(integration.state, IntegrationState::Connected);
    hasty.call(&search).await.unwrap();
}

#[tokio::test]
async fn raw_calls_are_signed_like_all_others_and_never_write_to_a_person() {
    let world = World::new(Options::default().with_orders(5_u32));
    world.connected().await;
    let client = client(&world).await;
    let call = RawCall::new(Method::POST, "/order/202309/orders/search", Cipher::Shop)
        .with_parameter("page_size", "2")
        .with_json(r#"{ "create_time_ge": 1 }"#)
        .idempotent();
    let answer = client.raw(call).await.unwrap();
    assert_eq!(answer.data["orders"].as_array().unwrap().len(), 2);
    let before = world.calls_to("/");
    let path = "/affiliate_seller/202412/conversations/7/messages";
    for path in [path.to_owned(), path.replace('m', "%6d")] {
        let refused = client.raw(RawCall::new(Method::POST, path, Cipher::Shop)).await;
        let sends = matches!(refused, Err(Error::SendsToPerson { .. } | Error::InvalidRequest(_)));
        assert!(sends, "{refused:?}");
    }
    assert_eq!((world.calls_to("/"), world.double.sends_refused()), (before, 0));
}

#[tokio::test]
async fn another_version_can_be_called_and_errors_name_the_request() {
    let world = World::new(Options::default().with_orders(5_u32));
    world.connected().await;
    let config = crate::world::config().with_version("order.get_order_list", "209901");
    let stores = alley_tiktok::Stores::from(world.store.clone());
    let door = alley_tiktok::Tiktok::new(&world.env, stores, config).unwrap();
    let client = door.shop_client(&world.access, &world.shop()).await.unwrap();
    let error = client.call(&SearchOrders::new(1)).await.unwrap_err();
    assert_eq!(error.class(), Some(RefusalClass::NoSuchOperation));
    assert!(error.to_string().contains(error.request_id().unwrap()), "{error}");
    assert_eq!(world.calls_to("/order/209901/orders/search"), 1);
}

#[tokio::test]
async fn a_write_is_not_repeated_when_the_line_breaks() {
    let world = World::new(Options::default());
    world.connected().await;
    world.double.faults().arm(Fault::DropAfter, On::path("/event/"));
    let client = client(&world).await;
    let call = RawCall::new(Method::PUT, "/event/202309/webhooks", Cipher::Shop)
        .with_json(r#"{"address":"https://example.com","event_type":"PACKAGE_UPDATE"}"#);
    let error = client.raw(call).await.unwrap_err();
    assert!(matches!(error, Error::Transport { .. }), "{error}");
    assert_eq!(world.calls_to("/event/"), 1);
    // The typed operation is the same when done twice, and says so.
    world.double.faults().arm(Fault::DropAfter, On::path("/event/"));
    client.call(&SetWebhook::new("PACKAGE_UPDATE", "https://example.com")).await.unwrap();
    assert_eq!(world.calls_to("/event/"), 3);
    let set = client.call(&ListWebhooks::new()).await.unwrap().data.webhooks;
    assert_eq!(set.len(), 1);
    client.call(&RemoveWebhook::new("PACKAGE_UPDATE")).await.unwrap();
    let quota = client.call(&GetOutreachQuota::new()).await.unwrap().data.data.unwrap();
    assert_eq!(quota.quota_sum, Some(1_000));
}

/// A connected world whose token has run out, and a client over a store that will refuse.
async fn away(refusals: u32) -> (World, Arc<Hooked<MemoryStore, Flaky>>, ShopClient) {
    let world = World::new(Options::default().with_orders(5_u32));
    world.connected().await;
    world.clock.advance(TimeDelta::days(8));
    let double = world.double.clone();
    let flaky = Flaky { double, refusals: refusals.into(), refused: 0.into() };
    let store = Arc::new(Hooked::new(world.store.clone(), flaky));
    let stores = alley_tiktok::Stores::from(store.clone());
    let door = alley_tiktok::Tiktok::new(&world.env, stores, crate::world::config()).unwrap();
    let client = door.shop_client(&world.access, &world.shop()).await.unwrap();
    (world, store, client)
}

#[tokio::test]
async fn a_new_pair_is_kept_though_the_store_is_away_for_a_moment() {
    let (world, store, client) = away(2).await;
    let before = alley_core::Clock::now(world.clock.as_ref());
    client.call(&SearchOrders::new(1)).await.unwrap();
    assert_eq!(store.hook().refused.load(std::sync::atomic::Ordering::SeqCst), 2);
    assert_eq!(world.double.refreshes(), 1);
    let token = stored(&world).await.record;
    assert_eq!((token.generation, token.refreshing_since), (2, None));
    // It waited between the tries, by the timer of the environment.
    let waited = alley_core::Clock::now(world.clock.as_ref()) - before;
    assert_eq!(waited, TimeDelta::milliseconds(750));
}

#[tokio::test]
async fn a_store_that_stays_away_loses_the_pair_and_the_next_call_says_so() {
    let (world, store, client) = away(6).await;
    let before = alley_core::Clock::now(world.clock.as_ref());
    let error = client.call(&SearchOrders::new(1)).await.unwrap_err();
    assert!(matches!(error, Error::Store(_)), "{error}");
    assert_eq!(store.hook().refused.load(std::sync::atomic::Ordering::SeqCst), 6);
    let waited = alley_core::Clock::now(world.clock.as_ref()) - before;
    assert_eq!(waited, TimeDelta::milliseconds(7_750));
    match client.call(&SearchOrders::new(1)).await.unwrap_err() {
        Error::ReconnectNeeded { reason, .. } => {
            assert_eq!(reason, ReconnectReason::RefreshOutcomeLost);
        }
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_call_that_is_dropped_while_it_refreshes_loses_the_pair() {
    let world = World::new(Options::default().with_orders(5_u32));
    world.connected().await;
    world.clock.advance(TimeDelta::days(8));
    world.wire.slow_turns.store(500, std::sync::atomic::Ordering::SeqCst);
    let client = client(&world).await;
    let search = SearchOrders::new(1);
    tokio::select! {
        biased;
        answer = client.call(&search) => panic!("{answer:?}"),
        () = async {
            while world.double.refreshes() == 0 {
                tokio::task::yield_now().await;
            }
        } => {}
    }
    match client.call(&search).await.unwrap_err() {
        Error::ReconnectNeeded { reason, .. } => {
            assert_eq!(reason, ReconnectReason::RefreshOutcomeLost);
        }
        other => panic!("{other}"),
    }
}
