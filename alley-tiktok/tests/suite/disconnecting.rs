//! The end of an integration, from either side.

use alley_core::{Clock as _, Fact, Job as _, LegState, Outbox as _, Relay, TenantRole};
use alley_sandbox::tiktok::Options;
use alley_tiktok::{Disconnected, Error, IntegrationState, SyncKind, TokenStore as _};

use crate::world::{World, access};

#[tokio::test]
async fn disconnecting_deletes_the_tokens_and_tells_the_others_once() {
    let world = World::new(Options::default().with_orders(5_u32));
    let id = world.connected().await.integration.integration_id;
    let ended = world.tiktok.disconnect(&world.access, id).await.unwrap();
    assert_eq!(ended, Disconnected::Now);
    assert_eq!(world.tiktok.disconnect(&world.access, id).await.unwrap(), Disconnected::Before);
    assert!(world.store.token(world.tenant(), id).await.unwrap().is_none());
    assert!(world.tiktok.shops(&world.access).await.unwrap().is_empty());
    let facts = world.store.due(world.clock.now(), 10).await.unwrap();
    assert_eq!(facts.len(), 1);
    let expected =
        Fact::IntegrationDisconnected { tenant: world.tenant(), integration: id.to_string() };
    assert_eq!(facts[0].entry.fact, expected);
    let refused = world.tiktok.shop_client(&world.access, &world.shop()).await;
    assert!(matches!(refused, Err(Error::NotConnected)), "{refused:?}");
}

#[tokio::test]
async fn a_sync_under_way_stores_nothing_after_the_end() {
    let world = World::new(Options::default().with_orders(500_u32));
    let id = world.connected().await.integration.integration_id;
    let mut sync = world.tiktok.sync(&world.access, &world.shop(), SyncKind::Orders).await.unwrap();
    sync.next_page().await.unwrap();
    let _ended = world.tiktok.disconnect(&world.access, id).await.unwrap();
    let error = sync.next_page().await.unwrap_err();
    assert!(matches!(error, Error::NotConnected), "{error}");
}

#[tokio::test]
async fn members_and_other_tenants_do_not_disconnect() {
    let world = World::new(Options::default());
    let id = world.connected().await.integration.integration_id;
    let member = access(world.tenant(), &world.env, TenantRole::Member);
    assert!(matches!(world.tiktok.disconnect(&member, id).await, Err(Error::NotAllowed)));
    let stranger = access(world.env.id().unwrap(), &world.env, TenantRole::Owner);
    assert_eq!(world.tiktok.disconnect(&stranger, id).await.unwrap(), Disconnected::Unknown);
    assert_eq!(world.tiktok.shops(&world.access).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_closed_tenant_is_disconnected_however_often_it_is_told() {
    let world = World::new(Options::default());
    let id = world.connected().await.integration.integration_id;
    let leg = world.tiktok.remote_leg();
    assert_eq!(leg.advance(world.tenant()).await.unwrap().state, LegState::Running);
    let fact = world.env.fact(Fact::TenantClosed { tenant: world.tenant() }).unwrap();
    let subscriber = world.tiktok.subscriber();
    subscriber.receive(&fact).await.unwrap();
    subscriber.receive(&fact).await.unwrap();
    assert!(world.store.token(world.tenant(), id).await.unwrap().is_none());
    assert_eq!(world.store.due(world.clock.now(), 10).await.unwrap().len(), 1);
    let report = leg.advance(world.tenant()).await.unwrap();
    assert_eq!((report.state, report.reason), (LegState::Refused, Some("no_revocation_call")));
    let relay = Relay::new(world.store.clone(), vec![subscriber], world.clock.clone());
    assert_eq!(relay.run_once(10).await.unwrap().done, 1);
}

#[tokio::test]
async fn connecting_after_the_end_is_a_new_integration() {
    let world = World::new(Options::default());
    let first = world.connected().await.integration.integration_id;
    let _ended = world.tiktok.disconnect(&world.access, first).await.unwrap();
    let second = world.connected().await;
    assert_ne!(second.integration.integration_id, first);
    assert_eq!(second.shops.unwrap()[0].closed_at, None);
    let all = world.tiktok.integrations(&world.access).await.unwrap();
    let states: Vec<IntegrationState> = all.iter().map(|found| found.state).collect();
    assert_eq!(states.len(), 2);
    assert!(states.contains(&IntegrationState::Disconnected));
    assert!(states.contains(&IntegrationState::Connected));
}
