use alley_core::{MailKind, Registration, SignIn, VerifyEmail};
use chrono::TimeDelta;

use crate::world::{OTHER_PASSWORD, PASSWORD, World, email, no_limits, secret, token};

#[tokio::test]
async fn id_04_id_06_a_taken_address_looks_like_a_free_one_and_costs_the_same() {
    let world = World::new();
    world.person("ann@example.test").await;
    let before = world.offload.hashes();
    let free = world.register("bob@example.test", OTHER_PASSWORD).await.unwrap();
    let taken = world.register("Ann@EXAMPLE.test", OTHER_PASSWORD).await.unwrap();
    assert_eq!(world.offload.hashes() - before, 2);
    assert_eq!(free.kind, MailKind::VerifyEmail);
    assert_eq!((taken.kind, taken.token.is_none()), (MailKind::AddressTaken, true));
    // Mail goes to the stored address, not to the typed one.
    assert_eq!(taken.to.expose(), "ann@example.test");
    assert!(matches!(world.try_sign_in("ann@example.test", PASSWORD).await, SignIn::SignedIn(_)));
}

#[tokio::test]
async fn nobody_signs_in_before_the_address_is_verified() {
    let world = World::new();
    let mail = world.register("ann@example.test", PASSWORD).await.unwrap();
    assert!(matches!(world.try_sign_in("ann@example.test", PASSWORD).await, SignIn::Rejected));
    let token = token(mail);
    assert!(matches!(world.accounts.verify_email(&token).await.unwrap(), VerifyEmail::Verified(_)));
    assert_eq!(world.accounts.verify_email(&token).await.unwrap(), VerifyEmail::Invalid);
    assert!(matches!(world.try_sign_in("ann@example.test", PASSWORD).await, SignIn::SignedIn(_)));
}

#[tokio::test]
async fn each_registration_of_an_address_brings_its_own_password() {
    let world = World::new();
    let strangers = token(world.register("ann@example.test", OTHER_PASSWORD).await.unwrap());
    let anns = token(world.register("ann@example.test", PASSWORD).await.unwrap());
    let later = token(world.register("ann@example.test", OTHER_PASSWORD).await.unwrap());
    assert!(matches!(world.accounts.verify_email(&anns).await.unwrap(), VerifyEmail::Verified(_)));
    for void in [strangers, later] {
        assert_eq!(world.accounts.verify_email(&void).await.unwrap(), VerifyEmail::Invalid);
    }
    assert!(matches!(world.try_sign_in("ann@example.test", PASSWORD).await, SignIn::SignedIn(_)));
    let other = world.try_sign_in("ann@example.test", OTHER_PASSWORD).await;
    assert!(matches!(other, SignIn::Rejected));
}

#[tokio::test]
async fn five_registrations_of_one_address_may_be_open() {
    let world = World::new();
    for _ in 0..5 {
        assert!(world.register("ann@example.test", PASSWORD).await.is_some());
    }
    assert!(world.register("ann@example.test", PASSWORD).await.is_none());
    world.clock.advance(TimeDelta::hours(24));
    assert!(world.register("ann@example.test", PASSWORD).await.is_some());
}

#[tokio::test]
async fn a_verification_token_lives_a_day() {
    let world = World::new();
    let token = token(world.register("ann@example.test", PASSWORD).await.unwrap());
    world.clock.advance(TimeDelta::hours(24));
    assert_eq!(world.accounts.verify_email(&token).await.unwrap(), VerifyEmail::Invalid);
}

#[tokio::test]
async fn a_refused_password_costs_no_read_and_no_hash() {
    let world = World::new();
    for refused in ["short", "example.test", &"x".repeat(5_000)] {
        let answer = world
            .accounts
            .register(&email("ann@example.test"), &secret(refused), &world.client())
            .await;
        assert!(matches!(answer.unwrap(), Registration::PasswordRefused(_)), "{refused}");
    }
    assert_eq!((world.store.hook().reads(), world.offload.hashes()), (0, 0));
}

#[tokio::test]
async fn the_fourth_mail_of_an_hour_is_left_out_in_silence() {
    let mut limits = no_limits();
    limits.mails_per_account = alley_core::AccountLimits::default().mails_per_account;
    let world = World::with_limits(limits);
    for _ in 0..3 {
        assert!(world.register("ann@example.test", PASSWORD).await.is_some());
    }
    assert!(world.register("ann@example.test", PASSWORD).await.is_none());
    world.clock.advance(TimeDelta::minutes(20));
    assert!(world.register("ann@example.test", PASSWORD).await.is_some());
}
