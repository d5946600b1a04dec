//! Act 1: the seller registers, proves the address, adds a second factor, signs in and out.

use alley_core::totp::TotpSecret;
use alley_core::{BeginTotp, ConfirmTotp, MailKind, Registration, SessionCheck, VerifyEmail};
use chrono::TimeDelta;
use secrecy::ExposeSecret as _;

use crate::failure::Failure;
use crate::seller::Seller;
use crate::stage::Stage;

pub(super) async fn play(stage: &Stage) -> Result<(), Failure> {
    let seller = Seller::of(stage);
    if stage.journal.note("address verified").is_none() {
        register(stage).await?;
        stage.journal.keep("address verified", "yes")?;
    }
    stage.screen.line("registered, address verified");
    enrol(stage, seller).await?;
    sessions(stage, seller).await
}

async fn register(stage: &Stage) -> Result<(), Failure> {
    let accounts = stage.alley.accounts();
    let client = Seller::client("Browser at home");
    loop {
        let email = Seller::email()?;
        let registered = accounts.register(&email, &Seller::password(), &client).await?;
        let Registration::Accepted(mailing) = registered else {
            return Err(Failure::new(format!("registration was refused: {registered:?}")));
        };
        // After many restarts within the hour no further mail comes; a person waits as well.
        let Some(mail) = mailing.into_mail() else {
            stage.wait(TimeDelta::hours(1))?;
            continue;
        };
        // Another kind of mail: an earlier start was stopped after it had verified the address.
        let (MailKind::VerifyEmail, Some(token)) = (mail.kind, mail.token) else {
            return Ok(());
        };
        return match accounts.verify_email(token.expose_secret()).await? {
            VerifyEmail::Verified(_) => Ok(()),
            other => Err(Failure::new(format!("the mailed token was not taken: {other:?}"))),
        };
    }
}

async fn enrol(stage: &Stage, seller: Seller<'_>) -> Result<(), Failure> {
    if stage.journal.note("second factor").is_some() {
        return Ok(());
    }
    let accounts = stage.alley.accounts();
    let signed = accounts
        .sign_in(&Seller::email()?, &Seller::password(), &Seller::client("Browser at home"))
        .await?;
    if let alley_core::SignIn::SignedIn(signed) = signed {
        let BeginTotp::Begun(enrolment) = accounts.begin_totp(&signed.session).await? else {
            return Err(Failure::new("a second factor could not be begun"));
        };
        seller.scan(&enrolment.secret)?;
        let code = seller.code()?.unwrap_or_default();
        let confirmed = accounts.confirm_totp(&signed.session, enrolment.id, &code).await?;
        let ConfirmTotp::Confirmed(confirmed) = confirmed else {
            return Err(Failure::new(format!("the code was not taken: {confirmed:?}")));
        };
        stage.screen.line(&format!(
            "second factor on, {} recovery codes shown once",
            confirmed.recovery_codes.len()
        ));
        if let Some(code) = confirmed.recovery_codes.first() {
            stage.journal.keep("recovery code", code.to_groups().expose_secret())?;
        }
    }
    stage.journal.keep("second factor", "on")
}

async fn sessions(stage: &Stage, seller: Seller<'_>) -> Result<(), Failure> {
    let accounts = stage.alley.accounts();
    let old = seller.sign_in("Tablet in the shop").await?;
    let signed = seller.sign_in("Browser at work").await?;
    stage.journal.keep("browser", signed.cookie.expose())?;
    let active = accounts.check(signed.cookie.expose()).await?;
    let SessionCheck::Active(session) = active else {
        return Err(Failure::new("a session that was just made is not active"));
    };
    let garbage = accounts.check("not a cookie of ours").await?;
    let ended = accounts.end_other_sessions(&session).await?;
    let tablet = accounts.check(old.cookie.expose()).await?;
    let right = matches!(garbage, SessionCheck::Invalid)
        && !matches!(tablet, SessionCheck::Active(_))
        && ended >= 1;
    stage.journal.saw("sessions", if right { "checked and revoked" } else { "not revoked" })?;
    stage.screen.line("signed in with password and code; the other device was signed out");
    Ok(())
}

/// The secrets of this act, in every form in which a careless program would store them.
pub(super) fn secrets(stage: &Stage) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let mut secrets = vec![("password".to_owned(), crate::seller::PASSWORD.as_bytes().to_vec())];
    if let Some(base32) = stage.journal.note("phone") {
        secrets.push(("TOTP secret in base32".to_owned(), base32.clone().into_bytes()));
        let raw = TotpSecret::from_bytes(&crate::seller::decode(&base32)?)?;
        secrets.push(("TOTP secret".to_owned(), raw.expose_bytes().to_vec()));
    }
    for (name, note) in [("session cookie", "browser"), ("recovery code", "recovery code")] {
        if let Some(text) = stage.journal.note(note) {
            secrets.push((name.to_owned(), text.clone().into_bytes()));
            secrets.push((format!("{name} without hyphens"), text.replace('-', "").into_bytes()));
        }
    }
    if let Some(cookie) = stage.journal.note("browser") {
        // v1.<key>.<token>.<mac>: the token alone, too.
        let token = cookie.split('.').nth(2).unwrap_or(&cookie);
        secrets.push(("session token".to_owned(), token.as_bytes().to_vec()));
    }
    Ok(secrets)
}
