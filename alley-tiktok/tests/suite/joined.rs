//! The door inside a unit of work.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use alley_core::MemoryStore;
use alley_sandbox::tiktok::Options;
use alley_tiktok::order::SearchOrders;
use alley_tiktok::{Disconnected, Error, TokenStore};
use chrono::TimeDelta;

use crate::world::{World, callback};

#[tokio::test]
async fn a_joined_door_writes_there_and_nowhere_else() {
    let world = World::new(Options::default());
    world.connected().await;
    let unit = Arc::new(MemoryStore::new());
    let joined = world.tiktok.on(Arc::clone(&unit));
    assert!(joined.jobs().is_empty() && !world.tiktok.jobs().is_empty());
    let begun = joined.begin_authorization(&world.access).await.unwrap();
    assert!(begun.url.contains("7300000000000000001"), "another app: {}", begun.url);
    assert!(joined.integrations(&world.access).await.unwrap().is_empty());
    let known = world.tiktok.integrations(&world.access).await.unwrap()[0].integration_id;
    let ended = joined.disconnect(&world.access, known).await.unwrap();
    assert_eq!(ended, Disconnected::Unknown);
    let redirect = world.double.authorize(Some(begun.state.expose())).redirect;
    let outside = world.tiktok.complete_authorization(&world.access, callback(&redirect)).await;
    let outside = outside.unwrap();
    assert!(matches!(outside, alley_tiktok::ConnectOutcome::StateRefused), "{outside:?}");
}

#[tokio::test]
async fn a_joined_door_calls_nobody_and_writes_nothing_for_it() {
    let world = World::new(Options::default().with_orders(5_u32));
    world.connected().await;
    let id = world.tiktok.integrations(&world.access).await.unwrap()[0].integration_id;
    let joined = world.tiktok.on(Arc::clone(&world.store));
    let before = world.store.token(world.tenant(), id).await.unwrap().unwrap();
    let calls = world.wire.calls.load(Ordering::SeqCst);
    // Run out, so that the call would have to refresh it first.
    world.clock.advance(TimeDelta::days(8));
    let client = joined.shop_client(&world.access, &world.shop()).await.unwrap();
    let refused = client.call(&SearchOrders::new(1)).await;
    assert!(matches!(refused, Err(Error::InTransaction)), "{refused:?}");
    let refused = joined.reload_shops(&world.access, id).await;
    assert!(matches!(refused, Err(Error::InTransaction)), "{refused:?}");
    let begun = joined.begin_authorization(&world.access).await.unwrap();
    let redirect = world.double.authorize(Some(begun.state.expose())).redirect;
    let refused = joined.complete_authorization(&world.access, callback(&redirect)).await;
    assert!(matches!(refused, Err(Error::InTransaction)), "{refused:?}");

    assert_eq!(world.wire.calls.load(Ordering::SeqCst), calls);
    let after = world.store.token(world.tenant(), id).await.unwrap().unwrap();
    assert_eq!(before.version, after.version);
    // The state was not used up: the original takes it.
    let taken = world.tiktok.complete_authorization(&world.access, callback(&redirect)).await;
    let taken = taken.unwrap();
    assert!(matches!(taken, alley_tiktok::ConnectOutcome::Connected(_)), "{taken:?}");
}
