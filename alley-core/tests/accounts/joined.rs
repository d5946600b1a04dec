//! Doors inside a unit of work.

use std::sync::Arc;

use alley_core::rate_limit::Limit;
use alley_core::{MemoryStore, Purpose, SignIn};
use chrono::TimeDelta;

use crate::world::{PASSWORD, World, email, no_limits, secret, token};

#[tokio::test]
async fn a_joined_door_writes_there_and_nowhere_else() {
    let world = World::new();
    let unit = Arc::new(MemoryStore::new());
    let (accounts, tenancy) =
        (world.accounts.on(Arc::clone(&unit)), world.tenancy.on(Arc::clone(&unit)));
    let address = email("ada@example.org");
    let registered = accounts.register(&address, &secret(PASSWORD), &world.client()).await.unwrap();
    let _ = accounts.verify_email(&token(registered.into_mail().unwrap())).await.unwrap();
    let signed_in = accounts.sign_in(&address, &secret(PASSWORD), &world.client()).await.unwrap();
    let SignIn::SignedIn(signed_in) = signed_in else { panic!("{signed_in:?}") };
    let tenant = tenancy.create(&signed_in.session, "Harbor").await.unwrap().tenant().unwrap();
    let access = tenancy.access(&signed_in.session, tenant, Purpose::UserWorkflows).await.unwrap();
    assert!(access.granted().is_some());

    assert_eq!((world.store.hook().reads(), world.store.hook().commits()), (0, 0));
    let outside = world.try_sign_in("ada@example.org", PASSWORD).await;
    assert!(!matches!(outside, SignIn::SignedIn(_)), "{outside:?}");
}

#[tokio::test]
async fn a_joined_door_keeps_its_rules_and_counts_with_the_original() {
    let mut limits = no_limits();
    limits.passwords_per_account = Limit::per(2, TimeDelta::days(1)).unwrap();
    let world = World::with_limits(limits);
    let joined = world.accounts.on(Arc::new(MemoryStore::new()));
    for _ in 0..2 {
        let unknown =
            joined.sign_in(&email("b@example.org"), &secret(PASSWORD), &world.client()).await;
        assert!(!matches!(unknown.unwrap(), SignIn::Throttled { .. }));
    }
    assert_eq!(world.offload.hashes(), 2, "passwords are hashed elsewhere");
    let third = world.try_sign_in("b@example.org", PASSWORD).await;
    assert!(matches!(third, SignIn::Throttled { .. }), "{third:?}");
}

#[test]
fn a_joined_door_has_no_background_work() {
    let world = World::new();
    assert!(!world.accounts.jobs().is_empty());
    assert!(world.accounts.on(Arc::new(MemoryStore::new())).jobs().is_empty());
}
