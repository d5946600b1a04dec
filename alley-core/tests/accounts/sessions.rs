use alley_core::{Keyring, Rotation, SessionCheck};
use chrono::TimeDelta;

use crate::world::{World, env, key};

const ANN: &str = "ann@example.test";

async fn audited(world: &World, action: &str) -> usize {
    world.audit().await.iter().filter(|entry| entry.action == action).count()
}

#[tokio::test]
async fn se_03_a_cookie_that_is_not_ours_costs_no_read() {
    let world = World::new();
    let signed_in = world.signed_in(ANN).await;
    let cookie = signed_in.cookie.expose();
    let before = (world.store.hook().reads(), world.store.hook().commits());
    let mut wrong: Vec<String> = vec![String::new(), "garbage".into(), "v1.1.x.y".into()];
    for place in 0..cookie.len() {
        let mut bytes = cookie.as_bytes().to_vec();
        bytes[place] ^= 1;
        wrong.push(String::from_utf8_lossy(&bytes).into_owned());
    }
    for cookie in &wrong {
        assert!(matches!(world.accounts.check(cookie).await.unwrap(), SessionCheck::Invalid));
        assert!(matches!(world.accounts.rotate(cookie).await.unwrap(), Rotation::Invalid));
    }
    assert_eq!((world.store.hook().reads(), world.store.hook().commits()), before);
    assert!(world.is_active(cookie).await);
}

#[tokio::test]
async fn se_10_uses_within_a_minute_are_written_once() {
    let world = World::new();
    let signed_in = world.signed_in(ANN).await;
    let before = world.store.hook().commits();
    for _ in 0..1_000 {
        world.clock.advance(TimeDelta::milliseconds(60));
        assert!(world.is_active(signed_in.cookie.expose()).await);
    }
    assert_eq!(world.store.hook().commits() - before, 1);
}

#[tokio::test]
async fn se_19_se_20_an_idle_session_ends_for_good_even_if_the_clock_is_set_back() {
    let world = World::new();
    let cookie = world.signed_in(ANN).await.cookie;
    world.clock.advance(TimeDelta::hours(24));
    let check = world.accounts.check(cookie.expose()).await.unwrap();
    assert!(matches!(check, SessionCheck::Expired));
    world.clock.advance(TimeDelta::hours(-20));
    let check = world.accounts.check(cookie.expose()).await.unwrap();
    assert!(matches!(check, SessionCheck::Invalid));
}

#[tokio::test]
async fn se_09_no_amount_of_use_extends_the_absolute_end() {
    let world = World::new();
    let cookie = world.signed_in(ANN).await.cookie;
    for _ in 0..(14 * 24 - 1) {
        world.clock.advance(TimeDelta::hours(1));
        assert!(world.is_active(cookie.expose()).await);
    }
    let Rotation::Rotated(cookie) = world.accounts.rotate(cookie.expose()).await.unwrap() else {
        panic!("not rotated");
    };
    world.clock.advance(TimeDelta::hours(1));
    assert!(!world.is_active(cookie.expose()).await);
}

#[tokio::test]
async fn se_18_a_rotated_token_is_dead_at_once_and_its_later_use_ends_the_family() {
    let world = World::new();
    let old = world.signed_in(ANN).await.cookie;
    let Rotation::Rotated(new) = world.accounts.rotate(old.expose()).await.unwrap() else {
        panic!("not rotated");
    };
    assert!(matches!(world.accounts.rotate(old.expose()).await.unwrap(), Rotation::AlreadyRotated));
    assert!(!world.is_active(old.expose()).await);
    assert!(world.is_active(new.expose()).await, "a race is no theft");
    world.clock.advance(TimeDelta::seconds(1));
    assert!(!world.is_active(old.expose()).await);
    assert!(!world.is_active(new.expose()).await, "the thief's and the owner's end together");
    assert_eq!(audited(&world, "session.reuse").await, 1);
}

#[tokio::test]
async fn one_session_others_or_all_can_be_ended() {
    let world = World::new();
    let first = world.signed_in(ANN).await;
    let second = world.sign_in(ANN).await;
    let third = world.sign_in(ANN).await;
    let _bobs = world.signed_in("bob@example.test").await;
    let devices = world.accounts.devices(&first.session).await.unwrap();
    assert_eq!(devices.len(), 3);
    assert_eq!(devices.iter().filter(|device| device.is_current).count(), 1);
    assert_eq!(devices[0].device.as_deref(), Some("Firefox on Linux"));
    assert_eq!(devices[0].network.as_deref(), Some("192.0.2.0/24"));
    let ended = second.session.id();
    assert!(world.accounts.end_session(&first.session, ended).await.unwrap());
    assert!(!world.accounts.end_session(&first.session, ended).await.unwrap());
    assert!(!world.is_active(second.cookie.expose()).await);
    assert_eq!(world.accounts.end_other_sessions(&first.session).await.unwrap(), 1);
    assert!(!world.is_active(third.cookie.expose()).await);
    assert!(world.is_active(first.cookie.expose()).await);
    assert_eq!(world.accounts.end_all_sessions(&first.session).await.unwrap(), 1);
    assert!(!world.is_active(first.cookie.expose()).await);
}

#[tokio::test]
async fn nobody_ends_the_session_of_somebody_else() {
    let world = World::new();
    let ann = world.signed_in(ANN).await;
    let bob = world.signed_in("bob@example.test").await;
    assert!(!world.accounts.end_session(&bob.session, ann.session.id()).await.unwrap());
    assert!(world.is_active(ann.cookie.expose()).await);
}

#[tokio::test]
async fn se_16_the_twenty_first_session_ends_the_longest_unused() {
    let world = World::new();
    let first = world.signed_in(ANN).await;
    for _ in 0..19 {
        world.clock.advance(TimeDelta::seconds(1));
        let _another = world.sign_in(ANN).await;
    }
    assert!(world.is_active(first.cookie.expose()).await);
    assert_eq!(audited(&world, "session.surplus").await, 0);
    let _surplus = world.sign_in(ANN).await;
    assert!(!world.is_active(first.cookie.expose()).await);
    assert_eq!(audited(&world, "session.surplus").await, 1);
}

#[tokio::test]
async fn se_04_a_cookie_of_an_older_key_is_taken_and_reissued() {
    let world = World::new();
    let signed_in = world.signed_in(ANN).await;
    let rotated = Keyring::builder(key(2)).decrypt_only(key(1)).build().unwrap();
    let config = alley_core::AccountsConfig::new("Alley", world.offload.clone());
    let env = env(&world.clock, rotated);
    let accounts = alley_core::Accounts::new(&env, world.stores.clone(), config).unwrap();
    let SessionCheck::Active(active) = accounts.check(signed_in.cookie.expose()).await.unwrap()
    else {
        panic!("refused");
    };
    let reissued = active.reissue().unwrap();
    let SessionCheck::Active(active) = accounts.check(reissued.expose()).await.unwrap() else {
        panic!("refused");
    };
    assert!(active.reissue().is_none());
    assert_eq!(active.id(), signed_in.session.id());
}

#[tokio::test]
async fn se_19_the_sweep_deletes_what_has_expired_and_nothing_else() {
    let world = World::new();
    let _over = world.signed_in(ANN).await;
    world.register("bob@example.test", crate::world::PASSWORD).await;
    world.clock.advance(TimeDelta::days(13));
    let live = world.signed_in("eve@example.test").await;
    world.clock.advance(TimeDelta::days(1));
    let job = &world.accounts.jobs()[0];
    let report = job.run_once(1).await.unwrap();
    assert_eq!(report.done, 2, "one session and one token");
    assert_eq!(job.run_once(10).await.unwrap().done, 0);
    let left = world.stores.identity.sessions(live.session.account()).await.unwrap();
    assert_eq!(left.len(), 1);
}
