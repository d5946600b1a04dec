use alley_core::{ChangePassword, MailKind, ResetPassword, SecondFactorProof, SignIn};
use chrono::TimeDelta;

use crate::world::{OTHER_PASSWORD, PASSWORD, World, email, secret, token};

const ANN: &str = "ann@example.test";

async fn reset_token(world: &World, address: &str) -> Option<String> {
    let mailing = world.accounts.request_reset(&email(address), &world.client()).await.unwrap();
    mailing.into_mail().map(token)
}

async fn reset(world: &World, token: &str) -> ResetPassword {
    world.accounts.reset_password(token, &secret(OTHER_PASSWORD), None).await.unwrap()
}

#[tokio::test]
async fn pw_20_pw_21_a_change_needs_the_present_password_and_ends_every_other_session() {
    let world = World::new();
    let here = world.signed_in(ANN).await;
    let elsewhere = world.sign_in(ANN).await;
    let open = reset_token(&world, ANN).await.unwrap();
    let change = async |current: &str, new: &str| {
        let (current, new) = (secret(current), secret(new));
        world
            .accounts
            .change_password(&here.session, &current, &new, &world.client())
            .await
            .unwrap()
    };
    let wrong = change(OTHER_PASSWORD, "a newt in knickerbockers").await;
    assert!(matches!(wrong, ChangePassword::WrongPassword));
    assert!(matches!(change(PASSWORD, "short").await, ChangePassword::PasswordRefused(_)));
    let ChangePassword::Changed(changed) = change(PASSWORD, OTHER_PASSWORD).await else {
        panic!("not changed");
    };
    assert_eq!(changed.mailing.into_mail().unwrap().kind, MailKind::PasswordChanged);
    assert!(world.is_active(changed.cookie.expose()).await);
    assert!(!world.is_active(here.cookie.expose()).await);
    assert!(!world.is_active(elsewhere.cookie.expose()).await);
    assert!(matches!(reset(&world, &open).await, ResetPassword::Invalid));
    assert!(matches!(world.try_sign_in(ANN, PASSWORD).await, SignIn::Rejected));
    assert!(matches!(world.try_sign_in(ANN, OTHER_PASSWORD).await, SignIn::SignedIn(_)));
}

#[tokio::test]
async fn tk_08_a_reset_sets_the_password_once_and_signs_nobody_in() {
    let world = World::new();
    let before = world.signed_in(ANN).await;
    let token = reset_token(&world, ANN).await.unwrap();
    assert!(world.is_active(before.cookie.expose()).await, "asking changes nothing");
    for _ in 0..2 {
        assert!(world.accounts.is_reset_open(&token).await.unwrap(), "looking uses nothing up");
    }
    let ResetPassword::Done(mailing) = reset(&world, &token).await else {
        panic!("not done");
    };
    assert_eq!(mailing.into_mail().unwrap().kind, MailKind::PasswordChanged);
    assert!(!world.is_active(before.cookie.expose()).await);
    assert!(matches!(reset(&world, &token).await, ResetPassword::Invalid));
    assert!(!world.accounts.is_reset_open(&token).await.unwrap());
    assert!(matches!(world.try_sign_in(ANN, OTHER_PASSWORD).await, SignIn::SignedIn(_)));
}

#[tokio::test]
async fn a_refused_password_leaves_the_token_open() {
    let world = World::new();
    world.person(ANN).await;
    let token = reset_token(&world, ANN).await.unwrap();
    let refused = world.accounts.reset_password(&token, &secret("short"), None).await.unwrap();
    assert!(matches!(refused, ResetPassword::PasswordRefused(_)));
    assert!(matches!(reset(&world, &token).await, ResetPassword::Done(_)));
}

#[tokio::test]
async fn tk_05_unknown_and_unverified_addresses_get_no_mail_and_cost_the_same() {
    let world = World::new();
    world.person(ANN).await;
    world.register("unverified@example.test", PASSWORD).await;
    let mut costs = Vec::new();
    for (address, mailed) in
        [(ANN, true), ("nobody@example.test", false), ("unverified@example.test", false)]
    {
        let before = (world.store.hook().reads(), world.store.hook().commits());
        assert_eq!(reset_token(&world, address).await.is_some(), mailed, "{address}");
        costs
            .push((world.store.hook().reads() - before.0, world.store.hook().commits() - before.1));
    }
    assert_eq!(costs[0], costs[1]);
    assert_eq!(costs[0], costs[2]);
}

#[tokio::test]
async fn a_newer_token_or_half_an_hour_voids_a_token() {
    let world = World::new();
    world.person(ANN).await;
    let first = reset_token(&world, ANN).await.unwrap();
    let second = reset_token(&world, ANN).await.unwrap();
    assert!(matches!(reset(&world, &first).await, ResetPassword::Invalid));
    world.clock.advance(TimeDelta::minutes(30));
    assert!(matches!(reset(&world, &second).await, ResetPassword::Invalid));
}

#[tokio::test]
async fn tk_07_a_reset_does_not_get_around_the_second_factor() {
    let world = World::new();
    let signed_in = world.signed_in(ANN).await;
    let enrolled = world.enrol(&signed_in).await;
    world.next_step();
    let token = reset_token(&world, ANN).await.unwrap();
    assert!(matches!(reset(&world, &token).await, ResetPassword::NeedsSecondFactor));
    let with = async |code: &str| {
        let proof = Some(SecondFactorProof::Totp(code));
        world.accounts.reset_password(&token, &secret(OTHER_PASSWORD), proof).await.unwrap()
    };
    assert!(matches!(with("000000").await, ResetPassword::WrongCode { left: 4 }));
    let code = world.code(&enrolled.totp);
    assert!(matches!(with(&code).await, ResetPassword::Done(_)));
    let answer = world.try_sign_in(ANN, OTHER_PASSWORD).await;
    assert!(matches!(answer, SignIn::SecondFactor(_)), "the authenticator is still asked for");
}
