//! To the authorize page and back.

use alley_core::TenantRole;
use alley_sandbox::tiktok::Options;
use alley_sandbox::{Fault, On};
use alley_tiktok::{Callback, ConnectOutcome, Error, IntegrationState, TokenStore as _};
use chrono::TimeDelta;
use secrecy::SecretString;

use crate::world::{World, access, callback};

#[tokio::test]
async fn a_seller_is_connected_with_all_shops() {
    let world = World::new(Options::default().with_shops(2_u32));
    let request = world.tiktok.begin_authorization(&world.access).await.unwrap();
    assert!(request.url.starts_with("http://127.0.0.1:1/open/authorize?service_id=73"));
    assert!(request.url.contains(request.state.expose()));
    let connection = world.connected().await;
    assert_eq!(connection.integration.state, IntegrationState::Connected);
    assert!(connection.integration.allows("seller.order.info"));
    assert_eq!(connection.shops.unwrap().len(), 2);
    assert_eq!(world.tiktok.shops(&world.access).await.unwrap().len(), 2);
}

#[tokio::test]
async fn tokens_are_sealed_and_nothing_shows_them() {
    let world = World::new(Options::default());
    let connection = world.connected().await;
    let snapshot = world.double.snapshot().to_string();
    let stored = world
        .store
        .token(world.tenant(), connection.integration.integration_id)
        .await
        .unwrap()
        .unwrap();
    // Every token of the double begins like this.
    assert!(snapshot.contains("TTP_"));
    let shown = format!("{stored:?} {connection:?} {:?}", world.tiktok);
    assert!(!shown.contains("TTP_"), "{shown}");
    assert!(!stored.record.access.as_bytes().windows(4).any(|bytes| bytes == b"TTP_"));
}

#[tokio::test]
async fn second_use_of_a_state_is_refused() {
    let world = World::new(Options::default());
    let request = world.tiktok.begin_authorization(&world.access).await.unwrap();
    let state = Some(request.state.expose().to_owned());
    let first = callback(&world.double.authorize(state.as_deref()).redirect);
    let second = callback(&world.double.authorize(state.as_deref()).redirect);
    let outcome = world.tiktok.complete_authorization(&world.access, first).await.unwrap();
    assert!(matches!(outcome, ConnectOutcome::Connected(_)), "{outcome:?}");
    let outcome = world.tiktok.complete_authorization(&world.access, second).await.unwrap();
    assert!(matches!(outcome, ConnectOutcome::StateRefused), "{outcome:?}");
    assert_eq!(world.calls_to("/api/v2/token/get"), 1);
}

#[tokio::test]
async fn of_two_callbacks_at_once_one_connects() {
    let world = World::new(Options::default());
    let request = world.tiktok.begin_authorization(&world.access).await.unwrap();
    let redirect = world.double.authorize(Some(request.state.expose())).redirect;
    let complete = || world.tiktok.complete_authorization(&world.access, callback(&redirect));
    let (one, other) = tokio::join!(complete(), complete());
    let connected = [one.unwrap(), other.unwrap()]
        .iter()
        .filter(|outcome| matches!(outcome, ConnectOutcome::Connected(_)))
        .count();
    assert_eq!((connected, world.calls_to("/api/v2/token/get")), (1, 1));
}

#[tokio::test]
async fn a_state_runs_out_after_ten_minutes_and_is_of_no_use_to_another_tenant() {
    let world = World::new(Options::default());
    let request = world.tiktok.begin_authorization(&world.access).await.unwrap();
    let redirect = world.double.authorize(Some(request.state.expose())).redirect;
    let stranger = access(world.env.id().unwrap(), &world.env, TenantRole::Owner);
    let outcome =
        world.tiktok.complete_authorization(&stranger, callback(&redirect)).await.unwrap();
    assert!(matches!(outcome, ConnectOutcome::StateRefused), "{outcome:?}");
    world.clock.advance(TimeDelta::minutes(10));
    let outcome =
        world.tiktok.complete_authorization(&world.access, callback(&redirect)).await.unwrap();
    assert!(matches!(outcome, ConnectOutcome::StateRefused), "{outcome:?}");
}

#[tokio::test]
async fn a_refusal_of_the_seller_uses_up_the_state() {
    let world = World::new(Options::default());
    let request = world.tiktok.begin_authorization(&world.access).await.unwrap();
    let redirect = world.double.refuse_authorization(Some(request.state.expose()));
    let complete = || world.tiktok.complete_authorization(&world.access, callback(&redirect));
    assert!(matches!(complete().await.unwrap(), ConnectOutcome::Denied));
    assert!(matches!(complete().await.unwrap(), ConnectOutcome::StateRefused));
}

#[tokio::test]
async fn an_authorization_from_the_app_store_waits_to_be_claimed_once() {
    let world = World::new(Options::default());
    let back = callback(&world.double.authorize(None).redirect);
    let claim = match world.tiktok.complete_authorization(&world.access, back).await.unwrap() {
        ConnectOutcome::Unsolicited { claim, .. } => claim,
        other => panic!("{other:?}"),
    };
    assert!(world.tiktok.integrations(&world.access).await.unwrap().is_empty());
    // A claim is no state.
    let callback =
        Callback::parse(&format!("code=x&state={}", secrecy::ExposeSecret::expose_secret(&claim)));
    let other = SecretString::from("guessed");
    let outcome = world.tiktok.claim_authorization(&world.access, &other).await.unwrap();
    assert!(matches!(outcome, ConnectOutcome::StateRefused), "{outcome:?}");
    let outcome = world.tiktok.claim_authorization(&world.access, &claim).await.unwrap();
    assert!(matches!(outcome, ConnectOutcome::Connected(_)), "{outcome:?}");
    let outcome = world.tiktok.claim_authorization(&world.access, &claim).await.unwrap();
    assert!(matches!(outcome, ConnectOutcome::StateRefused), "{outcome:?}");
    let outcome = world.tiktok.complete_authorization(&world.access, callback).await.unwrap();
    assert!(matches!(outcome, ConnectOutcome::StateRefused), "{outcome:?}");
}

#[tokio::test]
async fn connecting_again_renews_the_same_integration() {
    let world = World::new(Options::default());
    let first = world.connected().await;
    let second = world.connected().await;
    assert_eq!(first.integration.integration_id, second.integration.integration_id);
    assert_eq!(world.tiktok.integrations(&world.access).await.unwrap().len(), 1);
}

#[tokio::test]
async fn shops_that_could_not_be_listed_are_listed_later() {
    let world = World::new(Options::default());
    world.double.faults().arm(Fault::ServerError, On::path("/authorization/").times(6));
    let connection = world.connected().await;
    assert!(connection.shops.is_err());
    let id = connection.integration.integration_id;
    assert_eq!(world.tiktok.reload_shops(&world.access, id).await.unwrap().len(), 1);
}

#[tokio::test]
async fn members_do_not_connect() {
    let world = World::new(Options::default());
    let member = access(world.tenant(), &world.env, TenantRole::Member);
    let refused = world.tiktok.begin_authorization(&member).await;
    assert!(matches!(refused, Err(Error::NotAllowed)), "{refused:?}");
}
