//! Change of a password by somebody who knows it.

use chrono::TimeDelta;
use secrecy::{ExposeSecret as _, SecretString};

use super::work::{Guess, delete, update};
use super::{Accounts, MailKind, Mailing, SessionRefused};
use crate::attempt::{ATTEMPTS, Applied};
use crate::audit::Actor;
use crate::commit::Commit;
use crate::credential::PasswordCredential;
use crate::error::Error;
use crate::identity::Change;
use crate::password::PasswordError;
use crate::record::Record as _;
use crate::session::{ActiveSession, Client, SessionCookie};

/// What came of changing a password.
#[must_use]
#[derive(Debug)]
#[non_exhaustive]
pub enum ChangePassword {
    /// It is changed.
    Changed(PasswordChange),
    /// The present password is wrong.
    WrongPassword,
    /// The new password may not be one.
    PasswordRefused(PasswordError),
    /// Too many attempts.
    Throttled {
        /// When it makes sense to try again.
        retry_after: TimeDelta,
    },
    /// The session may not do this now.
    Refused(SessionRefused),
}

/// A changed password.
#[must_use = "the session goes on under the new cookie"]
#[derive(Debug)]
#[non_exhaustive]
pub struct PasswordChange {
    /// The session goes on under this cookie; all other sessions of the account have ended.
    pub cookie: SessionCookie,
    /// What the person must hear of.
    pub mailing: Mailing,
}

impl Accounts {
    /// Changes the password of somebody who gives the present one. All other sessions end, and
    /// all open tokens of the account are void.
    ///
    /// # Errors
    /// When storage, the limiter, randomness or hashing fails.
    ///
    /// # Cancel safety
    /// Dropping the future leaves the password changed or not.
    pub async fn change_password(
        &self,
        session: &ActiveSession,
        current: &SecretString,
        new: &SecretString,
        client: &Client,
    ) -> Result<ChangePassword, Error> {
        let now = self.env.now();
        let Some((account, _)) = self.signed_in(session, now).await? else {
            return Ok(ChangePassword::Refused(SessionRefused::SignedOut));
        };
        let (id, email) = (account.record.account_id, self.email_of(&account.record)?);
        if let Some(retry_after) = self.throttle_password(&email.canonical(), client).await? {
            return Ok(ChangePassword::Throttled { retry_after });
        }
        let Ok(guess) = self.config.password_policy.read(current.expose_secret()) else {
            return Ok(ChangePassword::WrongPassword);
        };
        let judged_on = self.stores.identity.password(id).await?;
        let phc = match &judged_on {
            Some(row) => {
                let key = row.record.key();
                Some(self.phc::<PasswordCredential>("hash", &key, &row.record.hash)?)
            }
            None => None,
        };
        if let Guess::Wrong(reason) = self.guess(guess, phc).await? {
            self.deny("password.change", Some(id), reason).await?;
            return Ok(ChangePassword::WrongPassword);
        }
        let new = match self.accept_password(new, &email) {
            Ok(new) => new,
            Err(error) => return Ok(ChangePassword::PasswordRefused(error)),
        };
        if self.is_leaked(&new, Some(id)).await? {
            return Ok(ChangePassword::PasswordRefused(PasswordError::Leaked));
        }
        let hash = self.hash(new).await?;
        let chosen_at = judged_on.map(|row| row.record.chosen_at);
        for _ in 0..ATTEMPTS {
            let now = self.env.now();
            let Some((account, mut row)) = self.signed_in(session, now).await? else {
                return Ok(ChangePassword::Refused(SessionRefused::SignedOut));
            };
            let stored = self.stores.identity.password(id).await?;
            if stored.as_ref().map(|row| row.record.chosen_at) != chosen_at {
                // The password that was judged is not the account's any more.
                return Ok(ChangePassword::WrongPassword);
            }
            row.record.password_at = now;
            let mut commit: Commit<Change> = self.env.commit()?;
            let cookie = self.replace_sessions(&mut commit, row).await?;
            commit.changes.extend(self.stores.identity.tokens(id).await?.iter().map(delete));
            let mailing = Mailing::of(self.mail(&account.record, MailKind::PasswordChanged)?);
            let commit = commit
                .change(self.password_write(id, &hash, stored.as_ref(), now)?)
                .change(update(account.record.touched(now), account.version))
                .audit(self.audit(Actor::Account(id), "password.change", Some(id))?);
            if self.apply(commit).await? == Applied::Done {
                return Ok(ChangePassword::Changed(PasswordChange { cookie, mailing }));
            }
        }
        Err(Error::Contended)
    }
}
