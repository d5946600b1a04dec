//! The second factors that an account has: listing, removal, new recovery codes.

use alley_core::totp::TotpSecret;
use alley_core::{
    AccountLimits, ActiveSession, BeginTotp, ChangePassword, CompleteSignIn, ConfirmTotp,
    FactorChange, IdentityChange, MailKind, RemoveTotp, RenewRecoveryCodes, SecondFactorProof,
    SessionRefused, SignIn, TotpState, Write,
};
use chrono::TimeDelta;
use secrecy::ExposeSecret as _;

use crate::world::{Enrolled, OTHER_PASSWORD, PASSWORD, World, base32, no_limits, secret};

const ANN: &str = "ann@example.test";

async fn enrolled(world: &World) -> (Enrolled, ActiveSession) {
    let signed_in = world.signed_in(ANN).await;
    let enrolled = world.enrol(&signed_in).await;
    world.next_step();
    let session = world.session(&enrolled.cookie).await;
    (enrolled, session)
}

async fn remove(
    world: &World,
    session: &ActiveSession,
    proof: SecondFactorProof<'_>,
) -> RemoveTotp {
    let first = world.accounts.authenticators(session).await.unwrap()[0].id;
    world.accounts.remove_totp(session, first, proof).await.unwrap()
}

async fn removed(
    world: &World,
    session: &ActiveSession,
    proof: SecondFactorProof<'_>,
) -> FactorChange {
    match remove(world, session, proof).await {
        RemoveTotp::Removed(change) => change,
        other => panic!("{other:?}"),
    }
}

/// Whether a sign-in with this proof comes to its end.
async fn signs_in(world: &World, proof: SecondFactorProof<'_>) -> bool {
    let pending = world.half_sign_in(ANN).await;
    let answer = world.accounts.complete_sign_in(&pending, proof, &world.client()).await.unwrap();
    matches!(answer, CompleteSignIn::SignedIn(_))
}

async fn begin(world: &World, session: &ActiveSession) -> (alley_core::TotpId, TotpSecret) {
    let BeginTotp::Begun(begun) = world.accounts.begin_totp(session).await.unwrap() else {
        panic!("refused");
    };
    (begun.id, TotpSecret::from_bytes(&base32(begun.secret.expose_secret())).unwrap())
}

#[tokio::test]
async fn to_10_the_last_authenticator_goes_for_one_of_its_codes_and_takes_recovery_along() {
    let world = World::new();
    let (enrolled, session) = enrolled(&world).await;
    let [only] = world.accounts.authenticators(&session).await.unwrap()[..] else {
        panic!("not one");
    };
    assert_eq!(only.state, TotpState::Active);
    let wrong = remove(&world, &session, SecondFactorProof::Totp("000000")).await;
    assert!(matches!(wrong, RemoveTotp::WrongCode));
    let used = remove(&world, &session, SecondFactorProof::Totp(&enrolled.first_code)).await;
    assert!(matches!(used, RemoveTotp::WrongCode), "it was used to confirm");
    assert!(matches!(world.try_sign_in(ANN, PASSWORD).await, SignIn::SecondFactor(_)));

    let code = world.code(&enrolled.totp);
    let change = removed(&world, &session, SecondFactorProof::Totp(&code)).await;
    assert_eq!(
        change.mailing.into_mail().unwrap().kind,
        MailKind::SecondFactorRemoved { codes_left: None }
    );
    assert!(!world.is_active(&enrolled.cookie).await, "the old cookie is dead");
    let session = world.session(change.cookie.expose()).await;
    assert_eq!(world.accounts.authenticators(&session).await.unwrap(), []);
    let again = world.accounts.remove_totp(&session, only.id, SecondFactorProof::Totp(&code)).await;
    assert!(matches!(again.unwrap(), RemoveTotp::Unknown));

    // A password alone signs in, and the next enrolment brings codes of its own.
    let signed_in = world.sign_in(ANN).await;
    let codes = world.enrol(&signed_in).await.recovery_codes;
    assert_eq!(codes.len(), 10);
    let old = enrolled.recovery_codes[0].to_groups();
    assert!(!signs_in(&world, SecondFactorProof::RecoveryCode(old.expose_secret())).await);
    let new = codes[0].to_groups();
    assert!(signs_in(&world, SecondFactorProof::RecoveryCode(new.expose_secret())).await);
}

#[tokio::test]
async fn to_09_to_10_a_second_authenticator_leaves_the_first_alone_and_one_of_two_can_go() {
    let world = World::new();
    let (first, session) = enrolled(&world).await;
    let _given_up = begin(&world, &session).await;
    let (id, second) = begin(&world, &session).await;
    let code = world.code(&first.totp);
    assert!(signs_in(&world, SecondFactorProof::Totp(&code)).await, "the first one is untouched");
    world.next_step();
    let code = world.code(&second);
    assert!(!signs_in(&world, SecondFactorProof::Totp(&code)).await, "it is not confirmed yet");
    let confirmed = world.accounts.confirm_totp(&session, id, &code).await.unwrap();
    let ConfirmTotp::Confirmed(confirmed) = confirmed else { panic!("{confirmed:?}") };
    assert!(confirmed.recovery_codes.is_empty(), "those of the first hold");
    let session = world.session(confirmed.cookie.expose()).await;
    assert_eq!(world.accounts.authenticators(&session).await.unwrap().len(), 2);

    world.next_step();
    let recovery = first.recovery_codes[0].to_groups();
    let recovery = SecondFactorProof::RecoveryCode(recovery.expose_secret());
    let change = removed(&world, &session, recovery).await;
    assert!(!signs_in(&world, recovery).await, "it was used to remove");
    let kind = change.mailing.into_mail().unwrap().kind;
    assert_eq!(kind, MailKind::SecondFactorRemoved { codes_left: Some(9) });
    let audit = world.audit().await;
    assert_eq!(audit.iter().filter(|entry| entry.action == "recovery_code.use").count(), 1);
    let code = world.code(&first.totp);
    assert!(!signs_in(&world, SecondFactorProof::Totp(&code)).await);
    let code = world.code(&second);
    assert!(signs_in(&world, SecondFactorProof::Totp(&code)).await);
    let session = world.session(change.cookie.expose()).await;
    let left = world.accounts.authenticators(&session).await.unwrap();
    assert_eq!(left.iter().map(|one| one.id).collect::<Vec<_>>(), [id]);
}

#[tokio::test]
async fn to_10_a_stale_session_removes_and_renews_nothing() {
    let world = World::new();
    let (enrolled, session) = enrolled(&world).await;
    world.clock.advance(TimeDelta::minutes(10));
    let code = world.code(&enrolled.totp);
    let answer = remove(&world, &session, SecondFactorProof::Totp(&code)).await;
    assert!(matches!(answer, RemoveTotp::Refused(SessionRefused::NotFresh)));
    let answer = world.accounts.renew_recovery_codes(&session).await.unwrap();
    assert!(matches!(answer, RenewRecoveryCodes::Refused(SessionRefused::NotFresh)));
    assert!(signs_in(&world, SecondFactorProof::Totp(&code)).await, "nothing was used up");
}

#[tokio::test]
async fn calls_that_are_refused_anyway_use_up_no_tries() {
    let mut limits = no_limits();
    limits.codes_per_account = AccountLimits::default().codes_per_account;
    let world = World::with_limits(limits);
    let (enrolled, session) = enrolled(&world).await;
    let unknown = alley_core::TotpId::from_uuid(uuid::Uuid::from_u128(1));
    let code = world.code(&enrolled.totp);
    for _ in 0..20 {
        let proof = SecondFactorProof::Totp(&code);
        let answer = world.accounts.remove_totp(&session, unknown, proof).await.unwrap();
        assert!(matches!(answer, RemoveTotp::Unknown));
    }
    world.clock.advance(TimeDelta::minutes(10));
    for _ in 0..20 {
        let answer = remove(&world, &session, SecondFactorProof::Totp(&code)).await;
        assert!(matches!(answer, RemoveTotp::Refused(SessionRefused::NotFresh)));
    }
    let code = world.code(&enrolled.totp);
    assert!(signs_in(&world, SecondFactorProof::Totp(&code)).await);
}

#[tokio::test]
async fn to_10_a_new_password_does_not_stand_for_the_second_factor() {
    let world = World::new();
    let (_, session) = enrolled(&world).await;
    world.clock.advance(TimeDelta::minutes(10));
    let (current, new) = (secret(PASSWORD), secret(OTHER_PASSWORD));
    let changed = world.accounts.change_password(&session, &current, &new, &world.client()).await;
    let ChangePassword::Changed(changed) = changed.unwrap() else { panic!("not changed") };
    let session = world.session(changed.cookie.expose()).await;
    let answer = world.accounts.renew_recovery_codes(&session).await.unwrap();
    assert!(matches!(answer, RenewRecoveryCodes::Refused(SessionRefused::NotFresh)));
    let answer = world.accounts.begin_totp(&session).await.unwrap();
    assert!(matches!(answer, BeginTotp::Refused(SessionRefused::NotFresh)));
}

#[tokio::test]
async fn to_10_with_the_last_living_authenticator_the_dead_ones_go() {
    let world = World::new();
    let (first, session) = enrolled(&world).await;
    let (id, second) = begin(&world, &session).await;
    let confirmed = world.accounts.confirm_totp(&session, id, &world.code(&second)).await.unwrap();
    let session = world.session(confirmed.confirmation().unwrap().cookie.expose()).await;
    let totp = world.stores.identity.totp(session.account()).await.unwrap();
    let mut dead = totp.into_iter().find(|totp| totp.record.totp_id == id).unwrap();
    dead.record.failures_in_row = 100;
    let killed = Write::Update { record: dead.record, read: dead.version };
    let commit = world.env.commit::<IdentityChange>().unwrap().change(killed);
    world.stores.identity.commit(commit).await.unwrap();
    world.next_step();
    let code = world.code(&first.totp);
    let living = world.accounts.authenticators(&session).await.unwrap();
    let living = living.iter().find(|one| one.state == TotpState::Active).unwrap().id;
    let proof = SecondFactorProof::Totp(&code);
    let answer = world.accounts.remove_totp(&session, living, proof).await.unwrap();
    assert!(matches!(answer, RemoveTotp::Removed(_)));
    assert!(matches!(world.try_sign_in(ANN, PASSWORD).await, SignIn::SignedIn(_)));
}

#[tokio::test]
async fn rc_05_new_recovery_codes_void_the_earlier_ones() {
    let world = World::new();
    let (enrolled, session) = enrolled(&world).await;
    let renewed = world.accounts.renew_recovery_codes(&session).await.unwrap();
    let RenewRecoveryCodes::Renewed { codes, change } = renewed else { panic!("{renewed:?}") };
    assert_eq!(codes.len(), 10);
    assert_eq!(change.mailing.into_mail().unwrap().kind, MailKind::RecoveryCodesRenewed);
    assert!(!world.is_active(&enrolled.cookie).await);
    assert!(world.is_active(change.cookie.expose()).await);
    for (code, holds) in
        enrolled.recovery_codes.iter().map(|code| (code, false)).take(3).chain([(&codes[9], true)])
    {
        let code = code.to_groups();
        let proof = SecondFactorProof::RecoveryCode(code.expose_secret());
        assert_eq!(signs_in(&world, proof).await, holds);
    }
}

#[tokio::test]
async fn rc_05_codes_are_renewed_with_two_factors_only() {
    let world = World::new();
    let signed_in = world.signed_in(ANN).await;
    let answer = world.accounts.renew_recovery_codes(&signed_in.session).await.unwrap();
    assert!(matches!(answer, RenewRecoveryCodes::NoSecondFactor));
    let enrolled = world.enrol(&signed_in).await;
    let session = world.session(&enrolled.cookie).await;
    let mut row = world.stores.identity.session(session.id()).await.unwrap().unwrap();
    row.record.second_factor_at = None;
    let weakened = Write::Update { record: row.record, read: row.version };
    let commit = world.env.commit::<IdentityChange>().unwrap().change(weakened);
    world.stores.identity.commit(commit).await.unwrap();
    let answer = world.accounts.renew_recovery_codes(&session).await.unwrap();
    assert!(matches!(answer, RenewRecoveryCodes::Refused(SessionRefused::OneFactorOnly)));
    let code = enrolled.recovery_codes[0].to_groups();
    assert!(signs_in(&world, SecondFactorProof::RecoveryCode(code.expose_secret())).await);
}
