//! A new password for somebody who forgot the old one.

use chrono::TimeDelta;
use secrecy::SecretString;

use super::second_factor::Judged;
use super::work::{delete, update};
use super::{Accounts, MailKind, Mailing};
use crate::account::{Account, Standing};
use crate::attempt::{ATTEMPTS, Applied};
use crate::audit::{Actor, AuditOutcome};
use crate::commit::{Commit, Versioned, Write};
use crate::credential::SecondFactorProof;
use crate::email::Email;
use crate::error::Error;
use crate::identity::Change;
use crate::ids::AccountId;
use crate::password::PasswordError;
use crate::session::Client;
use crate::token::{OneTimeToken, TokenPurpose};
use crate::value::Digest32;

/// What came of setting a new password with a token.
#[must_use]
#[derive(Debug)]
#[non_exhaustive]
pub enum ResetPassword {
    /// The new password holds; all sessions have ended, and nobody is signed in.
    Done(Mailing),
    /// The account has a second factor: ask for it and call again with the same token.
    NeedsSecondFactor,
    /// The second factor is wrong, or was used before.
    WrongCode {
        /// Codes that may still be tried with this token.
        left: u32,
    },
    /// The new password may not be one. The token can be used again.
    PasswordRefused(PasswordError),
    /// The token is unknown, used, expired, or had too many codes.
    Invalid,
    /// Too many codes for this account.
    Throttled {
        /// When it makes sense to try again.
        retry_after: TimeDelta,
    },
}

impl Accounts {
    /// Gives out a token by mail to whoever forgot the password. An address without a verified
    /// account costs the same and gives no mail; earlier tokens are void; nothing else about
    /// the account changes.
    ///
    /// # Errors
    /// When storage, the limiter or randomness fails.
    ///
    /// # Cancel safety
    /// Dropping the future loses the mail; asking again gives another.
    pub async fn request_reset(&self, email: &Email, client: &Client) -> Result<Mailing, Error> {
        let may_mail = self.may_mail(email, client).await?;
        for _ in 0..ATTEMPTS {
            let now = self.env.now();
            let found = self.find(email).await?;
            let nobody: AccountId = self.env.id()?;
            let id = found.as_ref().map_or(nobody, |account| account.record.account_id);
            let index = found.as_ref().map_or(Digest32::new([0; 32]), |a| a.record.email_index);
            let tokens = self.stores.identity.tokens(id).await?;
            let (token, text) = OneTimeToken::issue(
                TokenPurpose::ResetPassword,
                self.env.id()?,
                id,
                index,
                now,
                self.env.random.as_ref(),
            )?;
            let known = found.as_ref().map(|account| account.record.account_id);
            let entry = self.audit(Actor::Anonymous, "password.request_reset", known)?;
            let account =
                found.filter(|account| account.record.standing() == Standing::Good && may_mail);
            let mut commit: Commit<Change> = self.env.commit()?;
            let Some(account) = account else {
                let commit = commit.audit(entry.outcome(AuditOutcome::Denied, "no_mail"));
                if self.apply(commit).await? == Applied::Done {
                    return Ok(Mailing::NONE);
                }
                continue;
            };
            let earlier = tokens.iter();
            let earlier = earlier.filter(|t| t.record.purpose == TokenPurpose::ResetPassword);
            commit.changes.extend(earlier.map(delete));
            let mail = self.mail(&account.record, MailKind::ResetPassword)?.with_token(text);
            let commit = commit
                .change(Write::Insert(token))
                .change(update(account.record.touched(now), account.version))
                .audit(entry);
            if self.apply(commit).await? == Applied::Done {
                return Ok(Mailing::of(mail));
            }
        }
        Err(Error::Contended)
    }

    /// Whether a reset token could be used now, for showing the form. Uses nothing up: mail
    /// scanners open links.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn is_reset_open(&self, token: &str) -> Result<bool, Error> {
        let Some(hash) = OneTimeToken::look_up(TokenPurpose::ResetPassword, token) else {
            return Ok(false);
        };
        Ok(self.reset_token(hash).await?.is_some())
    }

    /// Sets a new password with a token. Signs nobody in and does not replace the second
    /// factor: an account that has one must give it here as well.
    ///
    /// # Errors
    /// When storage, the limiter, randomness or hashing fails; the token can be used again then.
    ///
    /// # Cancel safety
    /// Dropping the future leaves the password changed or not.
    pub async fn reset_password(
        &self,
        token: &str,
        password: &SecretString,
        proof: Option<SecondFactorProof<'_>>,
    ) -> Result<ResetPassword, Error> {
        let purpose = TokenPurpose::ResetPassword;
        let Some(hash) = OneTimeToken::look_up(purpose, token) else {
            return Ok(ResetPassword::Invalid);
        };
        let Some((_, account)) = self.reset_token(hash).await? else {
            return Ok(ResetPassword::Invalid);
        };
        let id = account.record.account_id;
        let password = match self.accept_password(password, &self.email_of(&account.record)?) {
            Ok(password) => password,
            Err(error) => return Ok(ResetPassword::PasswordRefused(error)),
        };
        if self.is_leaked(&password, Some(id)).await? {
            return Ok(ResetPassword::PasswordRefused(PasswordError::Leaked));
        }
        let mut attempts = 0;
        if self.has_second_factor(id).await? {
            if proof.is_none() {
                return Ok(ResetPassword::NeedsSecondFactor);
            }
            if let Some(retry_after) = self.throttle_code(id).await? {
                return Ok(ResetPassword::Throttled { retry_after });
            }
            match self.spend_attempt(purpose, hash).await? {
                Some(spent) => attempts = spent,
                None => return Ok(ResetPassword::Invalid),
            }
        }
        let phc = self.hash(password).await?;
        for _ in 0..ATTEMPTS {
            let now = self.env.now();
            let Some((_, account)) = self.reset_token(hash).await? else {
                return Ok(ResetPassword::Invalid);
            };
            let mut commit: Commit<Change> = self.env.commit()?;
            if self.has_second_factor(id).await? {
                let Some(proof) = proof.filter(|_| attempts > 0) else {
                    return Ok(ResetPassword::NeedsSecondFactor);
                };
                let judged: Judged = self.judge_factor(id, proof, now).await?;
                if judged.accepted.is_none() {
                    self.count_failure("password.reset", Actor::Anonymous, id, judged).await?;
                    let left = OneTimeToken::MOST_ATTEMPTS.saturating_sub(attempts);
                    return Ok(ResetPassword::WrongCode { left });
                }
                commit.changes.extend(judged.changes);
                self.note_code_use(&mut commit, id, judged.codes_left)?;
            }
            let tokens = self.stores.identity.tokens(id).await?;
            // The token must still be among what is deleted; otherwise another call was first.
            if !tokens.iter().any(|token| token.record.token_hash == hash) {
                return Ok(ResetPassword::Invalid);
            }
            commit.changes.extend(tokens.iter().map(delete));
            commit.changes.extend(self.stores.identity.sessions(id).await?.iter().map(delete));
            let stored = self.stores.identity.password(id).await?;
            let mailing = Mailing::of(self.mail(&account.record, MailKind::PasswordChanged)?);
            let commit = commit
                .change(self.password_write(id, &phc, stored.as_ref(), now)?)
                .change(update(account.record.touched(now), account.version))
                .audit(self.audit(Actor::Account(id), "password.reset", Some(id))?);
            if self.apply(commit).await? == Applied::Done {
                return Ok(ResetPassword::Done(mailing));
            }
        }
        Err(Error::Contended)
    }

    /// An open reset token and its account.
    async fn reset_token(
        &self,
        hash: Digest32,
    ) -> Result<Option<(Versioned<OneTimeToken>, Versioned<Account>)>, Error> {
        let Some(token) = self.stores.identity.token(hash).await? else {
            return Ok(None);
        };
        let account = self.stores.identity.account(token.record.account_id).await?;
        let now = self.env.now();
        Ok(account.and_then(|account| {
            let address = account.record.email_index;
            let open = token.record.proves(TokenPurpose::ResetPassword, address, now)
                && account.record.standing() == Standing::Good;
            open.then_some((token, account))
        }))
    }

    /// Whether a confirmed authenticator makes the account ask for a second factor.
    async fn has_second_factor(&self, account: AccountId) -> Result<bool, Error> {
        let totp = self.stores.identity.totp(account).await?;
        Ok(totp.iter().any(|totp| totp.record.confirmed_at.is_some()))
    }
}
