//! What any host sets up once, for examples that need no doubles.

use std::sync::Arc;

use alley_core::http::{ReqwestTransport, TokioTimer};
use alley_core::{ActiveSession, Client, Email, Env, KeyId, Keyring, OsRandom, SealKey};
use alley_store::Doors;
use secrecy::{ExposeSecret as _, SecretString};

use crate::Failure;

/// The system's time and chance, and a new key. A host reads its key from where it keeps secrets.
///
/// # Errors
/// When the system has no randomness or no certificates.
pub fn env() -> Result<Env, Failure> {
    let keyring = Keyring::of(SealKey::generate(KeyId::new(1), &OsRandom::new())?);
    Ok(Env::new(Arc::new(keyring), Arc::new(ReqwestTransport::new()?), Arc::new(TokioTimer::new())))
}

/// A person signs up at this address, follows the link in the mail, and signs in.
///
/// # Errors
/// When the address is taken, or a store fails.
pub async fn sign_up(doors: &Doors, address: &str) -> Result<ActiveSession, Failure> {
    let password = SecretString::from("tallow wick lantern seventeen");
    let (address, browser) = (Email::parse(address)?, Client::new());
    let accounts = doors.accounts();
    let mail = accounts.register(&address, &password, &browser).await?.into_mail();
    let token = mail.and_then(|mail| mail.token).ok_or("there is no link to follow")?;
    let verified = accounts.verify_email(token.expose_secret()).await?;
    verified.account().ok_or("the link is dead")?;
    let signed_in = accounts.sign_in(&address, &password, &browser).await?.signed_in();
    Ok(signed_in.ok_or("the password was rejected")?.session)
}
