//! Enrolment of an authenticator app, in two steps.

use chrono::TimeDelta;
use secrecy::SecretString;

use super::work::{delete, update};
use super::{Accounts, MailKind, Mailing, SessionRefused};
use crate::attempt::{ATTEMPTS, Applied};
use crate::audit::{Actor, AuditOutcome};
use crate::commit::{Commit, Versioned, Write};
use crate::credential::{SecondFactor, StoredRecoveryCode, TotpCredential, TotpId, TotpState};
use crate::error::Error;
use crate::identity::Change;
use crate::ids::AccountId;
use crate::record::Key;
use crate::session::{ActiveSession, SessionCookie};
use crate::token::TokenPurpose;
use crate::totp::{CodeCheck, RecoveryCode, TotpSecret};

/// What came of asking for an authenticator.
#[must_use]
#[derive(Debug)]
#[non_exhaustive]
pub enum BeginTotp {
    /// Show the secret and ask for the first code.
    Begun(TotpEnrolment),
    /// The account has five authenticators already.
    TooMany,
    /// The session may not do this now.
    Refused(SessionRefused),
}

impl BeginTotp {
    /// The secret to show, if one was drawn.
    #[must_use]
    pub fn enrolment(self) -> Option<TotpEnrolment> {
        match self {
            Self::Begun(enrolment) => Some(enrolment),
            Self::TooMany | Self::Refused(_) => None,
        }
    }
}

/// A secret for an authenticator app, shown this once.
#[derive(Debug)]
#[non_exhaustive]
pub struct TotpEnrolment {
    /// To be given back with the first code.
    pub id: TotpId,
    /// Base 32, for typing.
    pub secret: SecretString,
    /// An otpauth URI, for a QR code.
    pub uri: SecretString,
}

/// What came of the first code.
#[must_use]
#[derive(Debug)]
#[non_exhaustive]
pub enum ConfirmTotp {
    /// The authenticator is a second factor from now on.
    Confirmed(TotpConfirmation),
    /// Wrong; after five the enrolment begins anew.
    WrongCode,
    /// The enrolment is unknown, confirmed already, older than 10 minutes or had too many wrong
    /// codes: begin anew.
    Expired,
    /// Too many codes for this account.
    Throttled {
        /// When it makes sense to try again.
        retry_after: TimeDelta,
    },
    /// The session may not do this now.
    Refused(SessionRefused),
}

impl ConfirmTotp {
    /// Recovery codes and the new cookie, if the authenticator is a second factor now.
    pub fn confirmation(self) -> Option<TotpConfirmation> {
        match self {
            Self::Confirmed(confirmation) => Some(confirmation),
            Self::WrongCode | Self::Expired | Self::Throttled { .. } | Self::Refused(_) => None,
        }
    }
}

/// A confirmed authenticator.
#[must_use = "the codes are shown once, and the session goes on under the new cookie"]
#[derive(Debug)]
#[non_exhaustive]
pub struct TotpConfirmation {
    /// Recovery codes to show once; none if the account has some already.
    pub recovery_codes: Vec<RecoveryCode>,
    /// The session goes on under this cookie, with two factors; the old one is worth nothing.
    pub cookie: SessionCookie,
    /// What the person must hear of.
    pub mailing: Mailing,
}

impl Accounts {
    /// Draws a secret for an authenticator app. Nothing is asked of later sign-ins until it is
    /// confirmed, and an earlier enrolment that was not confirmed is void. Needs a fresh sign-in.
    ///
    /// # Errors
    /// When storage or randomness fails.
    ///
    /// # Cancel safety
    /// Dropping the future leaves a pending enrolment that nobody knows the secret of, or none.
    pub async fn begin_totp(&self, session: &ActiveSession) -> Result<BeginTotp, Error> {
        for _ in 0..ATTEMPTS {
            let now = self.env.now();
            let (account, _) = match self.fresh(session, now).await? {
                Ok(found) => found,
                Err(refused) => return Ok(BeginTotp::Refused(refused)),
            };
            let id = account.record.account_id;
            let totp = self.stores.identity.totp(id).await?;
            let (confirmed, pending): (Vec<_>, Vec<_>) =
                totp.iter().partition(|totp| totp.record.confirmed_at.is_some());
            if confirmed.len() >= MOST_AUTHENTICATORS {
                return Ok(BeginTotp::TooMany);
            }
            let totp_id: TotpId = self.env.id()?;
            let secret = TotpSecret::generate(self.env.random.as_ref())?;
            let key = Key::global(&totp_id);
            let sealed = self.seal::<TotpCredential>("secret", &key, secret.expose_bytes())?;
            let email = self.email_of(&account.record)?;
            let uri = self.config.totp.uri(&secret, &self.config.product, email.expose());
            let uri = uri.map_err(|_label| Error::Invalid {
                what: "product and address must not be empty or hold a colon",
            })?;
            let mut commit: Commit<Change> = self.env.commit()?;
            commit.changes.extend(pending.into_iter().map(delete));
            let commit = commit
                .change(Write::Insert(TotpCredential::pending(totp_id, id, sealed, now)))
                .change(update(account.record.touched(now), account.version))
                .audit(self.audit(Actor::Account(id), "totp.begin", Some(id))?);
            if self.apply(commit).await? == Applied::Done {
                let secret = secret.to_base32();
                return Ok(BeginTotp::Begun(TotpEnrolment { id: totp_id, secret, uri }));
            }
        }
        Err(Error::Contended)
    }

    /// Takes the first code of an authenticator. From then on a sign-in asks for a second
    /// factor; the code itself counts as used, all other sessions of the account end, and half
    /// sign-ins are void. Needs a fresh sign-in.
    ///
    /// # Errors
    /// When storage, the limiter or randomness fails.
    ///
    /// # Cancel safety
    /// Dropping the future may leave the authenticator confirmed without anybody having seen the
    /// recovery codes.
    pub async fn confirm_totp(
        &self,
        session: &ActiveSession,
        enrolment: TotpId,
        code: &str,
    ) -> Result<ConfirmTotp, Error> {
        if let Some(retry_after) = self.throttle_code(session.account()).await? {
            return Ok(ConfirmTotp::Throttled { retry_after });
        }
        for _ in 0..ATTEMPTS {
            let now = self.env.now();
            let (account, row) = match self.fresh(session, now).await? {
                Ok(found) => found,
                Err(refused) => return Ok(ConfirmTotp::Refused(refused)),
            };
            let id = account.record.account_id;
            let totp = self.stores.identity.totp(id).await?;
            let Some(totp) = totp.into_iter().find(|totp| {
                totp.record.totp_id == enrolment && totp.record.state(now) == TotpState::Pending
            }) else {
                return Ok(ConfirmTotp::Expired);
            };
            let entry = self.audit(Actor::Account(id), "totp.confirm", Some(id))?;
            let CodeCheck::Accepted { step } = self.check_code(&totp.record, code, now)? else {
                let entry = entry.outcome(AuditOutcome::Denied, "wrong_code");
                let commit: Commit<Change> = self.env.commit()?;
                let failed = update(totp.record.failed(), totp.version);
                if self.apply(commit.change(failed).audit(entry)).await? == Applied::Done {
                    return Ok(ConfirmTotp::WrongCode);
                }
                continue;
            };
            let (recovery_codes, stored) = self.recovery_codes(id).await?;
            let mut row = row;
            row.record.second_factor = Some(SecondFactor::Totp);
            row.record.second_factor_at = Some(now);
            let mut commit: Commit<Change> = self.env.commit()?;
            let cookie = self.replace_sessions(&mut commit, row).await?;
            commit.changes.extend(stored.into_iter().map(|code| Write::Insert(code).into()));
            commit.changes.extend(self.void_half_sign_ins(id).await?);
            let mailing = Mailing::of(self.mail(&account.record, MailKind::SecondFactorAdded)?);
            let commit = commit
                .change(update(totp.record.accepted(step, now), totp.version))
                .change(update(account.record.touched(now), account.version))
                .audit(entry);
            if self.apply(commit).await? == Applied::Done {
                let confirmed = TotpConfirmation { recovery_codes, cookie, mailing };
                return Ok(ConfirmTotp::Confirmed(confirmed));
            }
        }
        Err(Error::Contended)
    }

    /// New codes and their stored form, unless the account has some.
    async fn recovery_codes(
        &self,
        account: AccountId,
    ) -> Result<(Vec<RecoveryCode>, Vec<StoredRecoveryCode>), Error> {
        if !self.stores.identity.recovery_codes(account).await?.is_empty() {
            return Ok((Vec::new(), Vec::new()));
        }
        self.draw_recovery_codes(account)
    }

    /// New codes and their stored form.
    pub(super) fn draw_recovery_codes(
        &self,
        account: AccountId,
    ) -> Result<(Vec<RecoveryCode>, Vec<StoredRecoveryCode>), Error> {
        let now = self.env.now();
        let mut shown = Vec::with_capacity(RecoveryCode::DEFAULT_COUNT);
        let mut stored = Vec::with_capacity(RecoveryCode::DEFAULT_COUNT);
        for _ in 0..RecoveryCode::DEFAULT_COUNT {
            let code = RecoveryCode::generate(self.env.random.as_ref())?;
            let hash = code.digest(account, &self.env.keyring);
            stored.push(StoredRecoveryCode::new(self.env.id()?, account, hash, now));
            shown.push(code);
        }
        Ok((shown, stored))
    }

    pub(super) async fn void_half_sign_ins(
        &self,
        account: AccountId,
    ) -> Result<Vec<Change>, Error> {
        let tokens = self.stores.identity.tokens(account).await?;
        let half = |token: &&Versioned<crate::token::OneTimeToken>| {
            token.record.purpose == TokenPurpose::SecondFactor
        };
        Ok(tokens.iter().filter(half).map(delete).collect())
    }
}

/// Confirmed authenticators of one account.
const MOST_AUTHENTICATORS: usize = 5;
