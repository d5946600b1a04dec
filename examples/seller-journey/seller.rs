//! The seller as a person: a mailbox, a phone with an authenticator app, a browser.

use alley_core::totp::{TotpSecret, TotpSettings};
use alley_core::{
    Access, AccessDecision, ActiveSession, Client, CompleteSignIn, Email, Purpose,
    SecondFactorProof, SignIn, SignedIn, TenantId,
};
use chrono::TimeDelta;
use secrecy::{ExposeSecret as _, SecretString};

use crate::failure::Failure;
use crate::stage::Stage;

/// The seller's address.
pub(crate) const EMAIL: &str = "olivia@harbor-candles.example";
/// The seller's password; searched for in every file at the end.
pub(crate) const PASSWORD: &str = "tallow wick lantern seventeen";

/// What the seller can do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seller<'a> {
    stage: &'a Stage,
}

impl<'a> Seller<'a> {
    pub(crate) const fn of(stage: &'a Stage) -> Self {
        Self { stage }
    }

    pub(crate) fn email() -> Result<Email, Failure> {
        Ok(Email::parse(EMAIL)?)
    }

    pub(crate) fn password() -> SecretString {
        SecretString::from(PASSWORD)
    }

    pub(crate) fn client(device: &str) -> Client {
        Client::new().with_device(device)
    }

    /// What the authenticator app shows now. Each call first waits for a code that was not used.
    pub(crate) fn code(self) -> Result<Option<String>, Failure> {
        let Some(kept) = self.stage.journal.note("phone") else { return Ok(None) };
        self.stage.wait(TimeDelta::seconds(31))?;
        let secret = TotpSecret::from_bytes(&decode(&kept)?)?;
        let step = TotpSettings::step(self.stage.now());
        Ok(Some(TotpSettings::default().code(&secret, step).expose_secret().to_owned()))
    }

    /// Puts a secret into the authenticator app.
    pub(crate) fn scan(self, base32: &SecretString) -> Result<(), Failure> {
        self.stage.journal.keep("phone", base32.expose_secret())
    }

    /// Signs in with password, and with the app's code if one is asked for. After many restarts the
    /// limits ask for a pause; a person waits as well.
    pub(crate) async fn sign_in(self, device: &str) -> Result<SignedIn, Failure> {
        let accounts = self.stage.alley.accounts();
        let client = Self::client(device);
        for _ in 0..10 {
            let signed = accounts.sign_in(&Self::email()?, &Self::password(), &client).await?;
            let pending = match signed {
                SignIn::SignedIn(signed) => return Ok(signed),
                SignIn::SecondFactor(pending) => pending,
                SignIn::Throttled { retry_after } => {
                    self.stage.wait(retry_after)?;
                    continue;
                }
                other => return Err(Failure::new(format!("the seller cannot sign in: {other:?}"))),
            };
            let code = self.code()?.ok_or_else(|| {
                Failure::new("a code is asked for, but the phone has no secret; start with --fresh")
            })?;
            let proof = SecondFactorProof::Totp(&code);
            match accounts.complete_sign_in(&pending, proof, &client).await? {
                CompleteSignIn::SignedIn(signed) => return Ok(signed),
                CompleteSignIn::Throttled { retry_after } => self.stage.wait(retry_after)?,
                other => {
                    return Err(Failure::new(format!(
                        "the second factor was not taken: {other:?}"
                    )));
                }
            }
        }
        Err(Failure::new("the seller was asked to wait too often; start again later"))
    }

    /// A fresh session, as at the start of a working day.
    pub(crate) async fn session(self) -> Result<ActiveSession, Failure> {
        Ok(self.sign_in("Browser at work").await?.session)
    }

    /// Permission to work on the seller's own tenant.
    pub(crate) async fn access(
        self,
        session: &ActiveSession,
        purpose: Purpose,
    ) -> Result<Access, Failure> {
        match self.stage.alley.tenancy().access(session, self.tenant()?, purpose).await? {
            AccessDecision::Granted(access) => Ok(access),
            other => Err(Failure::new(format!("access to the tenant was refused: {other:?}"))),
        }
    }

    /// The seller's tenant.
    pub(crate) fn tenant(self) -> Result<TenantId, Failure> {
        let note = self.stage.journal.note("tenant");
        let note = note.ok_or_else(|| Failure::new("the tenant was not created yet"))?;
        Ok(note.parse()?)
    }
}

/// Base32 without padding (RFC 4648, section 6), as authenticator apps read it.
pub(crate) fn decode(base32: &str) -> Result<Vec<u8>, Failure> {
    let mut bits: u64 = 0;
    let mut count = 0;
    let mut bytes = Vec::new();
    for character in base32.chars() {
        let value = match character {
            'A'..='Z' => u32::from(character) - u32::from('A'),
            '2'..='7' => u32::from(character) - u32::from('2') + 26,
            _ => return Err(Failure::new("the phone's secret is not base32; start with --fresh")),
        };
        bits = bits << 5 | u64::from(value);
        count += 5;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff)?);
        }
    }
    Ok(bytes)
}
