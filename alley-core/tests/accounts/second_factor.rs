use alley_core::{
    AccountLimits, AssuranceLevel, BeginTotp, CompleteSignIn, ConfirmTotp, MailKind, PendingLogin,
    SecondFactorProof, SessionRefused, SignIn,
};
use chrono::TimeDelta;
use secrecy::ExposeSecret as _;

use crate::world::{PASSWORD, World, no_limits};

const ANN: &str = "ann@example.test";

async fn complete(
    world: &World,
    pending: &PendingLogin,
    proof: SecondFactorProof<'_>,
) -> CompleteSignIn {
    world.accounts.complete_sign_in(pending, proof, &world.client()).await.unwrap()
}

#[tokio::test]
async fn a_confirmed_authenticator_is_asked_for_and_its_code_signs_in_with_two_factors() {
    let world = World::new();
    let signed_in = world.signed_in(ANN).await;
    assert_eq!(signed_in.session.level(), AssuranceLevel::Aal1);
    let enrolled = world.enrol(&signed_in).await;
    assert_eq!(enrolled.recovery_codes.len(), 10);
    assert!(!world.is_active(signed_in.cookie.expose()).await, "the old cookie is dead");
    assert!(world.is_active(&enrolled.cookie).await);
    world.next_step();
    let pending = world.half_sign_in(ANN).await;
    let code = world.code(&enrolled.totp);
    match complete(&world, &pending, SecondFactorProof::Totp(&code)).await {
        CompleteSignIn::SignedIn(signed_in) => {
            assert_eq!(signed_in.session.level(), AssuranceLevel::Aal2);
            assert!(world.is_active(signed_in.cookie.expose()).await);
        }
        other => panic!("{other:?}"),
    }
    let again = complete(&world, &pending, SecondFactorProof::Totp(&code)).await;
    assert!(matches!(again, CompleteSignIn::Expired), "half a sign-in is completed once");
}

#[tokio::test]
async fn to_08_the_code_that_confirmed_does_not_sign_in() {
    let world = World::new();
    let signed_in = world.signed_in(ANN).await;
    let enrolled = world.enrol(&signed_in).await;
    let pending = world.half_sign_in(ANN).await;
    let answer = complete(&world, &pending, SecondFactorProof::Totp(&enrolled.first_code)).await;
    assert!(matches!(answer, CompleteSignIn::WrongCode { left: 4 }));
}

#[tokio::test]
async fn a_pending_enrolment_asks_for_nothing_and_gives_way_to_the_next() {
    let world = World::new();
    let signed_in = world.signed_in(ANN).await;
    let BeginTotp::Begun(first) = world.accounts.begin_totp(&signed_in.session).await.unwrap()
    else {
        panic!("refused");
    };
    assert!(first.uri.expose_secret().starts_with("otpauth://totp/Alley:ann%40example.test?"));
    assert!(matches!(world.try_sign_in(ANN, PASSWORD).await, SignIn::SignedIn(_)));
    let begun = world.accounts.begin_totp(&signed_in.session).await.unwrap();
    assert!(matches!(begun, BeginTotp::Begun(_)));
    let answer = world.accounts.confirm_totp(&signed_in.session, first.id, "123456").await;
    assert!(matches!(answer.unwrap(), ConfirmTotp::Expired));
}

#[tokio::test]
async fn to_08_an_enrolment_dies_after_five_wrong_codes_or_ten_minutes() {
    let world = World::new();
    let signed_in = world.signed_in(ANN).await;
    let enrol = async || match world.accounts.begin_totp(&signed_in.session).await.unwrap() {
        BeginTotp::Begun(begun) => begun,
        other => panic!("{other:?}"),
    };
    let confirm = async |id, code: &str| {
        world.accounts.confirm_totp(&signed_in.session, id, code).await.unwrap()
    };
    let begun = enrol().await;
    for _ in 0..5 {
        assert!(matches!(confirm(begun.id, "12345x").await, ConfirmTotp::WrongCode));
    }
    assert!(matches!(confirm(begun.id, "12345x").await, ConfirmTotp::Expired));
    let begun = enrol().await;
    world.clock.advance(TimeDelta::minutes(9));
    assert!(matches!(confirm(begun.id, "12345x").await, ConfirmTotp::WrongCode));
}

#[tokio::test]
async fn a_stale_session_may_not_enrol() {
    let world = World::new();
    let signed_in = world.signed_in(ANN).await;
    world.clock.advance(TimeDelta::minutes(10));
    let begun = world.accounts.begin_totp(&signed_in.session).await.unwrap();
    assert!(matches!(begun, BeginTotp::Refused(SessionRefused::NotFresh)));
    world.accounts.sign_out(&signed_in.session).await.unwrap();
    let begun = world.accounts.begin_totp(&signed_in.session).await.unwrap();
    assert!(matches!(begun, BeginTotp::Refused(SessionRefused::SignedOut)));
}

#[tokio::test]
async fn rc_06_a_recovery_code_signs_in_once_and_the_person_hears_of_it() {
    let world = World::new();
    let signed_in = world.signed_in(ANN).await;
    let enrolled = world.enrol(&signed_in).await;
    let code = enrolled.recovery_codes[3].to_groups();
    let code = code.expose_secret();
    let pending = world.half_sign_in(ANN).await;
    match complete(&world, &pending, SecondFactorProof::RecoveryCode(code)).await {
        CompleteSignIn::SignedIn(signed_in) => {
            let mail = signed_in.mailing.into_mail().unwrap();
            assert_eq!(mail.kind, MailKind::RecoveryCodeUsed { left: 9, is_low: false });
        }
        other => panic!("{other:?}"),
    }
    let pending = world.half_sign_in(ANN).await;
    let again = complete(&world, &pending, SecondFactorProof::RecoveryCode(code)).await;
    assert!(matches!(again, CompleteSignIn::WrongCode { .. }));
    let others = enrolled.recovery_codes.iter().enumerate().filter(|(place, _)| *place != 3);
    let mut told = Vec::new();
    for (_, code) in others {
        let (pending, code) = (world.half_sign_in(ANN).await, code.to_groups());
        let proof = SecondFactorProof::RecoveryCode(code.expose_secret());
        let signed_in = complete(&world, &pending, proof).await.signed_in().unwrap();
        told.push(signed_in.mailing.into_mail().unwrap().kind);
    }
    let wanted = (0..9).rev().map(|left| MailKind::RecoveryCodeUsed { left, is_low: left < 3 });
    assert_eq!(told, wanted.collect::<Vec<_>>());
    let audit = world.audit().await;
    let uses = audit.iter().filter(|entry| entry.action == "recovery_code.use");
    assert_eq!(uses.count(), 10);
}

#[tokio::test]
async fn se_15_to_12_half_a_sign_in_takes_five_codes_and_ten_minutes_and_is_no_session() {
    let world = World::new();
    let signed_in = world.signed_in(ANN).await;
    let enrolled = world.enrol(&signed_in).await;
    world.next_step();
    let pending = world.half_sign_in(ANN).await;
    assert!(!world.is_active(pending.expose()).await);
    for left in (0..5).rev() {
        match complete(&world, &pending, SecondFactorProof::Totp("000000")).await {
            CompleteSignIn::WrongCode { left: found } => assert_eq!(found, left),
            other => panic!("{other:?}"),
        }
    }
    let code = world.code(&enrolled.totp);
    let right = complete(&world, &pending, SecondFactorProof::Totp(&code)).await;
    assert!(matches!(right, CompleteSignIn::Expired));
    let pending = world.half_sign_in(ANN).await;
    world.clock.advance(TimeDelta::minutes(10));
    let code = world.code(&enrolled.totp);
    let late = complete(&world, &pending, SecondFactorProof::Totp(&code)).await;
    assert!(matches!(late, CompleteSignIn::Expired));
}

#[tokio::test]
async fn to_12_the_eleventh_code_of_an_hour_is_throttled() {
    let mut limits = no_limits();
    limits.codes_per_account = AccountLimits::default().codes_per_account;
    let world = World::with_limits(limits);
    let signed_in = world.signed_in(ANN).await;
    // The first code of the ten confirms.
    let _enrolled = world.enrol(&signed_in).await;
    for _ in 0..9 {
        let pending = world.half_sign_in(ANN).await;
        let answer = complete(&world, &pending, SecondFactorProof::Totp("000000")).await;
        assert!(matches!(answer, CompleteSignIn::WrongCode { .. }));
    }
    let pending = world.half_sign_in(ANN).await;
    let answer = complete(&world, &pending, SecondFactorProof::Totp("000000")).await;
    assert!(matches!(answer, CompleteSignIn::Throttled { .. }));
}

#[tokio::test]
async fn se_15_a_token_of_another_purpose_is_no_half_sign_in() {
    let world = World::new();
    let signed_in = world.signed_in(ANN).await;
    let _enrolled = world.enrol(&signed_in).await;
    let mail = world.accounts.request_reset(&crate::world::email(ANN), &world.client()).await;
    let reset = crate::world::token(mail.unwrap().into_mail().unwrap());
    let pending = PendingLogin::from_text(reset);
    let answer = complete(&world, &pending, SecondFactorProof::Totp("000000")).await;
    assert!(matches!(answer, CompleteSignIn::Expired));
}
