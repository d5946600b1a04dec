//! Registration and proof of the address.

use chrono::TimeDelta;
use secrecy::SecretString;

use super::work::{delete, update};
use super::{Accounts, Mail, MailKind, Mailing};
use crate::account::{Account, Standing};
use crate::attempt::{ATTEMPTS, Applied};
use crate::audit::{Actor, AuditOutcome};
use crate::commit::{Commit, Versioned, Write};
use crate::email::Email;
use crate::error::Error;
use crate::identity::Change;
use crate::ids::AccountId;
use crate::password::{PasswordError, PasswordHash};
use crate::record::Record as _;
use crate::session::Client;
use crate::token::{OneTimeToken, TokenPurpose};

/// What came of a registration.
#[must_use]
#[derive(Debug)]
#[non_exhaustive]
pub enum Registration {
    /// Taken in. Looks the same for a free and a taken address; the mail says which.
    Accepted(Mailing),
    /// The password may not be one. Nothing was changed.
    PasswordRefused(PasswordError),
    /// Too many from this network address or for this e-mail address. Nothing was changed.
    Throttled {
        /// When it makes sense to try again.
        retry_after: TimeDelta,
    },
}

impl Registration {
    /// The mail to send, if the registration was taken in and there is one. A refused password
    /// and a throttled caller look the same here as no mail: branch where the page must say which.
    #[must_use = "the person hears of it only if the host sends the mail"]
    pub fn into_mail(self) -> Option<Mail> {
        match self {
            Self::Accepted(mailing) => mailing.into_mail(),
            Self::PasswordRefused(_) | Self::Throttled { .. } => None,
        }
    }
}

/// What came of following the link of a verification mail.
#[must_use]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum VerifyEmail {
    /// The address is verified, and the password of that registration holds. Nobody is signed in.
    Verified(AccountId),
    /// The token is unknown, used, expired, or the account was verified already.
    Invalid,
}

impl VerifyEmail {
    /// The account whose address is proven now.
    pub const fn account(self) -> Option<AccountId> {
        match self {
            Self::Verified(account) => Some(account),
            Self::Invalid => None,
        }
    }
}

impl Accounts {
    /// Registers an address with a password. The password holds once the token of the returned
    /// mail has come back through [`verify_email`](Self::verify_email).
    ///
    /// Each registration of an address that is not verified yet has its own token with its own
    /// password, so that a stranger who registers the same address can neither choose the
    /// password of the person whose mailbox it is, nor make that person's link worthless. At most
    /// five are open at a time.
    ///
    /// # Errors
    /// When storage, randomness or hashing fails; nothing was changed then.
    ///
    /// # Cancel safety
    /// Dropping the future leaves the account registered or not; the mail is lost, and
    /// registering again gives another.
    pub async fn register(
        &self,
        email: &Email,
        password: &SecretString,
        client: &Client,
    ) -> Result<Registration, Error> {
        let password = match self.accept_password(password, email) {
            Ok(password) => password,
            Err(error) => return Ok(Registration::PasswordRefused(error)),
        };
        if let Some(retry_after) = self.throttle_password(&email.canonical(), client).await? {
            return Ok(Registration::Throttled { retry_after });
        }
        if self.is_leaked(&password, None).await? {
            return Ok(Registration::PasswordRefused(PasswordError::Leaked));
        }
        let may_mail = self.may_mail(email, client).await?;
        let hash = self.hash(password).await?;
        for _ in 0..ATTEMPTS {
            let (commit, mailing) = match self.find(email).await? {
                None => self.register_new(email, &hash)?,
                Some(account) if account.record.standing() == Standing::Unverified => {
                    self.register_again(&account, &hash).await?
                }
                Some(account) => self.register_taken(&account.record)?,
            };
            if self.apply(commit).await? == Applied::Done {
                return Ok(Registration::Accepted(if may_mail { mailing } else { Mailing::NONE }));
            }
        }
        Err(Error::Contended)
    }

    /// Takes the token of a verification mail: the address counts as verified, the password of
    /// the registration that the mail answered holds, and all other open registrations of the
    /// address are void. The second call with one token is [`VerifyEmail::Invalid`].
    ///
    /// # Errors
    /// When storage fails.
    ///
    /// # Cancel safety
    /// Dropping the future leaves the token used or unused.
    pub async fn verify_email(&self, token: &str) -> Result<VerifyEmail, Error> {
        let Some(hash) = OneTimeToken::look_up(TokenPurpose::VerifyEmail, token) else {
            return Ok(VerifyEmail::Invalid);
        };
        for _ in 0..ATTEMPTS {
            let Some(token) = self.stores.identity.token(hash).await? else {
                return Ok(VerifyEmail::Invalid);
            };
            let Some(account) = self.stores.identity.account(token.record.account_id).await? else {
                return Ok(VerifyEmail::Invalid);
            };
            let now = self.env.now();
            let Account { account_id, email_index, .. } = account.record;
            let proves = token.record.proves(TokenPurpose::VerifyEmail, email_index, now)
                && account.record.standing() == Standing::Unverified;
            let Some(chosen) = token.record.chosen_hash.as_ref().filter(|_| proves) else {
                return Ok(VerifyEmail::Invalid);
            };
            let phc = self.phc::<OneTimeToken>("chosen_hash", &token.record.key(), chosen)?;
            let stored = self.stores.identity.password(account_id).await?;
            let mut commit: Commit<Change> = self.env.commit()?;
            let tokens = self.stores.identity.tokens(account_id).await?;
            commit.changes.extend(tokens.iter().map(delete));
            let entry =
                self.audit(Actor::Account(account_id), "account.verify_email", Some(account_id))?;
            let commit = commit
                .change(self.password_write(account_id, &phc, stored.as_ref(), now)?)
                .change(update(account.record.verified(now), account.version))
                .audit(entry);
            // The used token must be among what is deleted; if it is not, another call was first.
            let is_open = tokens.iter().any(|other| other.record.token_id == token.record.token_id);
            if is_open && self.apply(commit).await? == Applied::Done {
                return Ok(VerifyEmail::Verified(account_id));
            }
        }
        Err(Error::Contended)
    }

    fn register_new(
        &self,
        email: &Email,
        hash: &PasswordHash,
    ) -> Result<(Commit<Change>, Mailing), Error> {
        let account = self.new_account(email, self.env.now())?;
        let id = account.account_id;
        let (token, mailing) = self.verification(&account, hash)?;
        let entry = self.audit(Actor::Anonymous, "account.register", Some(id))?;
        let commit = self.env.commit()?.change(Write::Insert(account)).change(token).audit(entry);
        Ok((commit, mailing))
    }

    async fn register_again(
        &self,
        account: &Versioned<Account>,
        hash: &PasswordHash,
    ) -> Result<(Commit<Change>, Mailing), Error> {
        let now = self.env.now();
        let id = account.record.account_id;
        let tokens = self.stores.identity.tokens(id).await?;
        let open = tokens.iter().filter(|token| now < token.record.expires_at).count();
        let entry = self.audit(Actor::Anonymous, "account.register", Some(id))?;
        if open >= MOST_OPEN_REGISTRATIONS {
            let entry = entry.outcome(AuditOutcome::Denied, "too_many_open");
            return Ok((self.env.commit()?.audit(entry), Mailing::NONE));
        }
        let (token, mailing) = self.verification(&account.record, hash)?;
        let touched = update(account.record.clone().touched(now), account.version);
        Ok((self.env.commit()?.change(token).change(touched).audit(entry), mailing))
    }

    fn register_taken(&self, account: &Account) -> Result<(Commit<Change>, Mailing), Error> {
        let entry = self.audit(Actor::Anonymous, "account.register", Some(account.account_id))?;
        let entry = entry.outcome(AuditOutcome::Denied, "address_taken");
        let mail = self.mail(account, MailKind::AddressTaken)?;
        Ok((self.env.commit()?.audit(entry), Mailing::of(mail)))
    }

    fn verification(
        &self,
        account: &Account,
        hash: &PasswordHash,
    ) -> Result<(Change, Mailing), Error> {
        let (mut token, text) = OneTimeToken::issue(
            TokenPurpose::VerifyEmail,
            self.env.id()?,
            account.account_id,
            account.email_index,
            self.env.now(),
            self.env.random.as_ref(),
        )?;
        let phc = hash.expose_phc().as_bytes();
        token.chosen_hash = Some(self.seal::<OneTimeToken>("chosen_hash", &token.key(), phc)?);
        let mail = self.mail(account, MailKind::VerifyEmail)?.with_token(text);
        Ok((Write::Insert(token).into(), Mailing::of(mail)))
    }
}

/// Registrations of one address that wait for their link.
const MOST_OPEN_REGISTRATIONS: usize = 5;
