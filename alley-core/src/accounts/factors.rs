//! The second factors that an account has: listing, removal, new recovery codes.

use chrono::{DateTime, TimeDelta, Utc};

use super::work::{delete, update};
use super::{Accounts, MailKind, Mailing, SessionRefused};
use crate::attempt::{ATTEMPTS, Applied};
use crate::audit::Actor;
use crate::commit::{Commit, Versioned, Write};
use crate::credential::{SecondFactorProof, TotpCredential, TotpId, TotpState};
use crate::error::Error;
use crate::identity::Change;
use crate::session::{ActiveSession, AssuranceLevel, SessionCookie};
use crate::totp::RecoveryCode;

/// An authenticator app of an account.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Authenticator {
    /// Names it, to remove it.
    pub id: TotpId,
    /// When its first code was accepted.
    pub confirmed_at: DateTime<Utc>,
    /// Whether its codes are taken still; see [`TotpState::Dead`].
    pub state: TotpState,
}

/// What came of removing an authenticator.
#[must_use]
#[derive(Debug)]
#[non_exhaustive]
pub enum RemoveTotp {
    /// It is gone.
    Removed(FactorChange),
    /// The account has no such authenticator.
    Unknown,
    /// The proof is wrong, or was used before.
    WrongCode,
    /// Too many codes for this account.
    Throttled {
        /// When it makes sense to try again.
        retry_after: TimeDelta,
    },
    /// The session may not do this now.
    Refused(SessionRefused),
}

/// What came of asking for new recovery codes.
#[must_use]
#[derive(Debug)]
#[non_exhaustive]
pub enum RenewRecoveryCodes {
    /// All earlier codes are void.
    Renewed {
        /// To show once.
        codes: Vec<RecoveryCode>,
        /// What goes with it.
        change: FactorChange,
    },
    /// The account asks for no second factor, so there is nothing to recover.
    NoSecondFactor,
    /// The session may not do this now.
    Refused(SessionRefused),
}

/// What goes with a change of second factors.
#[must_use = "the session goes on under the new cookie"]
#[derive(Debug)]
#[non_exhaustive]
pub struct FactorChange {
    /// The session goes on under this cookie; the old one, and all other sessions, have ended.
    pub cookie: SessionCookie,
    /// What the person must hear of.
    pub mailing: Mailing,
}

impl Accounts {
    /// The confirmed authenticators of the session's account; none when the session has ended.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn authenticators(
        &self,
        session: &ActiveSession,
    ) -> Result<Vec<Authenticator>, Error> {
        let now = self.env.now();
        if self.signed_in(session, now).await?.is_none() {
            return Ok(Vec::new());
        }
        let confirmed = self.confirmed(session).await?.into_iter().filter_map(|totp| {
            let TotpCredential { totp_id, confirmed_at, .. } = totp.record;
            let state = totp.record.state(now);
            confirmed_at.map(|confirmed_at| Authenticator { id: totp_id, confirmed_at, state })
        });
        Ok(confirmed.collect())
    }

    /// Removes an authenticator. Needs a fresh sign-in, and a code of any authenticator of the account
    /// or a recovery code (NIST SP 800-63B-4, section 4.1.2.1). With the last one that is not
    /// [dead](TotpState::Dead) the dead ones and the recovery codes go, and later sign-ins ask for a
    /// password alone. The second call is [`RemoveTotp::Unknown`].
    ///
    /// # Errors
    /// When storage, the limiter or randomness fails.
    ///
    /// # Cancel safety
    /// Dropping the future leaves the authenticator removed or not; a code that was accepted is used
    /// only with it.
    pub async fn remove_totp(
        &self,
        session: &ActiveSession,
        authenticator: TotpId,
        proof: SecondFactorProof<'_>,
    ) -> Result<RemoveTotp, Error> {
        // What is refused anyway uses up none of the person's tries.
        if let Err(refused) = self.fresh(session, self.env.now()).await? {
            return Ok(RemoveTotp::Refused(refused));
        }
        let is_it = |totp: &Versioned<TotpCredential>| totp.record.totp_id == authenticator;
        if !self.confirmed(session).await?.iter().any(is_it) {
            return Ok(RemoveTotp::Unknown);
        }
        if let Some(retry_after) = self.throttle_code(session.account()).await? {
            return Ok(RemoveTotp::Throttled { retry_after });
        }
        for _ in 0..ATTEMPTS {
            let now = self.env.now();
            let (account, row) = match self.fresh(session, now).await? {
                Ok(found) => found,
                Err(refused) => return Ok(RemoveTotp::Refused(refused)),
            };
            let id = account.record.account_id;
            let confirmed = self.confirmed(session).await?;
            if !confirmed.iter().any(is_it) {
                return Ok(RemoveTotp::Unknown);
            }
            let judged = self.judge_factor(id, proof, now).await?;
            if judged.accepted.is_none() {
                self.count_failure("totp.remove", Actor::Account(id), id, judged).await?;
                return Ok(RemoveTotp::WrongCode);
            }
            let mut commit: Commit<Change> = self.env.commit()?;
            let cookie = self.replace_sessions(&mut commit, row).await?;
            let (gone, is_last) = TotpCredential::removal(&confirmed, authenticator, now);
            commit.changes.extend(gone.into_iter().map(delete));
            if is_last {
                let codes = self.stores.identity.recovery_codes(id).await?;
                commit.changes.extend(codes.iter().map(delete));
            } else if judged.totp != Some(authenticator) {
                commit.changes.extend(judged.changes);
            }
            let codes_left = judged.codes_left;
            self.note_code_use(&mut commit, id, codes_left)?;
            commit.changes.extend(self.void_half_sign_ins(id).await?);
            let mail = self.mail(&account.record, MailKind::SecondFactorRemoved { codes_left })?;
            let mailing = Mailing::of(mail);
            let commit = commit
                .change(update(account.record.touched(now), account.version))
                .audit(self.audit(Actor::Account(id), "totp.remove", Some(id))?);
            if self.apply(commit).await? == Applied::Done {
                return Ok(RemoveTotp::Removed(FactorChange { cookie, mailing }));
            }
        }
        Err(Error::Contended)
    }

    /// Makes all recovery codes void and gives new ones. Needs a fresh sign-in with two factors: both
    /// were given a short time ago.
    ///
    /// # Errors
    /// When storage or randomness fails; the earlier codes hold then.
    ///
    /// # Cancel safety
    /// Dropping the future may leave codes that nobody has seen; ask again.
    pub async fn renew_recovery_codes(
        &self,
        session: &ActiveSession,
    ) -> Result<RenewRecoveryCodes, Error> {
        for _ in 0..ATTEMPTS {
            let now = self.env.now();
            let (account, row) = match self.fresh(session, now).await? {
                Ok(found) => found,
                Err(refused) => return Ok(RenewRecoveryCodes::Refused(refused)),
            };
            if self.confirmed(session).await?.is_empty() {
                return Ok(RenewRecoveryCodes::NoSecondFactor);
            }
            if row.record.level() < AssuranceLevel::Aal2 {
                return Ok(RenewRecoveryCodes::Refused(SessionRefused::OneFactorOnly));
            }
            let id = account.record.account_id;
            let earlier = self.stores.identity.recovery_codes(id).await?;
            let (codes, stored) = self.draw_recovery_codes(id)?;
            let mut commit: Commit<Change> = self.env.commit()?;
            let cookie = self.replace_sessions(&mut commit, row).await?;
            commit.changes.extend(earlier.iter().map(delete));
            commit.changes.extend(stored.into_iter().map(|code| Write::Insert(code).into()));
            let mailing = Mailing::of(self.mail(&account.record, MailKind::RecoveryCodesRenewed)?);
            let commit = commit
                .change(update(account.record.touched(now), account.version))
                .audit(self.audit(Actor::Account(id), "recovery_code.renew", Some(id))?);
            if self.apply(commit).await? == Applied::Done {
                let change = FactorChange { cookie, mailing };
                return Ok(RenewRecoveryCodes::Renewed { codes, change });
            }
        }
        Err(Error::Contended)
    }

    /// The confirmed authenticators of the session's account.
    async fn confirmed(
        &self,
        session: &ActiveSession,
    ) -> Result<Vec<Versioned<TotpCredential>>, Error> {
        let mut totp = self.stores.identity.totp(session.account()).await?;
        totp.retain(|totp| totp.record.confirmed_at.is_some());
        Ok(totp)
    }
}
