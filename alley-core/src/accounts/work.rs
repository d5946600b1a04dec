//! What the methods of the door have in common: sealed fields, passwords, audit, commits.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use super::{Accounts, Mail, MailKind};
use crate::account::{Account, Standing};
use crate::attempt::{self, Applied};
use crate::audit::{Actor, AuditEntry, AuditOutcome};
use crate::commit::{Commit, Versioned, Write};
use crate::email::Email;
use crate::error::{Error, StoreError};
use crate::identity::Change;
use crate::ids::AccountId;
use crate::offload;
use crate::password::{
    self, HashError, LegacyVerifier, OnBreachFailure, Password, PasswordError, PasswordHash,
    Verification,
};
use crate::record::{Key, Record};
use crate::roles::Purpose;
use crate::seal::{SealContext, Sealed};
use crate::session::{ActiveSession, Session, SessionState};
use crate::value::Digest32;

/// How a guess at a password was judged; one hash was computed either way.
pub(super) enum Guess {
    /// It is the password; whether its hash should be computed anew.
    Right { rehash: bool },
    /// It is not, or there is none; a code for the audit trail.
    Wrong(&'static str),
}

impl Accounts {
    /// Seals a field of the record with this key.
    pub(super) fn seal<R: Record>(
        &self,
        field: &'static str,
        key: &Key,
        plain: &[u8],
    ) -> Result<Sealed, Error> {
        let key_bytes = key.to_bytes();
        let context = SealContext::field(R::TYPE.name, field, key.tenant(), &key_bytes);
        Ok(self.env.keyring.seal(&context, plain, self.env.random.as_ref())?)
    }

    /// Opens a sealed field of the record with this key.
    pub(super) fn open<R: Record>(
        &self,
        field: &'static str,
        key: &Key,
        sealed: &Sealed,
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        let key_bytes = key.to_bytes();
        let record = R::TYPE.name;
        let context = SealContext::field(record, field, key.tenant(), &key_bytes);
        let opened = self.env.keyring.open(&context, sealed);
        let opened = opened.map_err(|source| Error::Open { record, field, source })?;
        Ok(Zeroizing::new(opened.expose_secret().to_vec()))
    }

    /// The stored address of an account.
    pub(super) fn email_of(&self, account: &Account) -> Result<Email, Error> {
        let bytes = self.open::<Account>("email", &account.key(), &account.email)?;
        let text = std::str::from_utf8(&bytes).ok();
        let email = text.and_then(|text| Email::parse_international(text).ok());
        email.ok_or_else(|| StoreError::corrupt(Account::TYPE.name, "not an e-mail address").into())
    }

    /// The hash by which an address is stored.
    pub(super) fn email_index(&self, email: &Email) -> Digest32 {
        self.env.keyring.blind_index(EMAIL_INDEX, &email.canonical())
    }

    /// The row of a new account.
    pub(super) fn new_account(
        &self,
        email: &Email,
        created_at: DateTime<Utc>,
    ) -> Result<Account, Error> {
        let id: AccountId = self.env.id()?;
        let sealed = self.seal::<Account>("email", &Key::global(&id), email.expose().as_bytes())?;
        let customer_id = crate::account::draw_customer_id(self.env.random.as_ref())?;
        Ok(Account::new(id, customer_id, sealed, self.email_index(email), created_at))
    }

    /// A mail to the stored address.
    pub(super) fn mail(&self, account: &Account, kind: MailKind) -> Result<Mail, Error> {
        Ok(Mail::new(self.email_of(account)?, kind))
    }

    /// The account with this address, under any enabled key of the index.
    pub(super) async fn find(&self, email: &Email) -> Result<Option<Versioned<Account>>, Error> {
        let mut found = None;
        for index in self.env.keyring.blind_indexes(EMAIL_INDEX, &email.canonical()) {
            // All are asked, so that the number of reads does not tell.
            let account = self.stores.identity.account_by_email(index).await?;
            found = found.or(account);
        }
        Ok(found)
    }

    /// The account and the row of a session that is still good, the account read first.
    pub(super) async fn signed_in(
        &self,
        session: &ActiveSession,
        now: DateTime<Utc>,
    ) -> Result<Option<(Versioned<Account>, Versioned<Session>)>, Error> {
        let account = self.stores.identity.account(session.account()).await?;
        let row = self.stores.identity.session(session.id()).await?;
        let (Some(account), Some(row)) = (account, row) else {
            return Ok(None);
        };
        let live =
            matches!(row.record.state(&self.config.sessions, now), SessionState::Live { .. });
        let good = live
            && account.record.standing() == Standing::Good
            && row.record.account_id == account.record.account_id;
        Ok(good.then_some((account, row)))
    }

    pub(super) fn audit(
        &self,
        actor: Actor,
        action: &'static str,
        account: Option<AccountId>,
    ) -> Result<AuditEntry, Error> {
        let entry = self.env.audit(actor, action, Purpose::ProvideApp)?;
        Ok(match account {
            Some(account) => entry.target(Account::TYPE.name, self.env.pseudonym(account)),
            None => entry,
        })
    }

    pub(super) async fn apply(&self, commit: Commit<Change>) -> Result<Applied, Error> {
        attempt::apply(commit, |commit| self.stores.identity.commit(commit)).await
    }

    /// Writes down a refusal.
    pub(super) async fn deny(
        &self,
        action: &'static str,
        account: Option<AccountId>,
        reason: &'static str,
    ) -> Result<(), Error> {
        let entry = self.audit(Actor::Anonymous, action, account)?;
        let commit = self.env.commit()?.audit(entry.outcome(AuditOutcome::Denied, reason));
        match self.apply(commit).await? {
            Applied::Done => Ok(()),
            Applied::Conflict | Applied::Duplicate(_) => Err(Error::Contended),
        }
    }

    pub(super) async fn hash(&self, password: Password) -> Result<PasswordHash, Error> {
        let (hasher, random) = (Arc::clone(&self.hasher), Arc::clone(&self.env.random));
        let work = offload::call(self.config.offload.as_ref(), move || {
            hasher.hash(&password, random.as_ref())
        });
        match work.await {
            Ok(Ok(hash)) => Ok(hash),
            Ok(Err(error)) => Err(hash_failed(error)),
            Err(offload::Overloaded { .. }) => Err(Error::Overloaded),
        }
    }

    /// Judges a guess with exactly one hash, whether there is a stored one or not; and with one of the
    /// host's verifier besides, if there is a verifier, whoever made the stored one.
    pub(super) async fn guess(
        &self,
        guess: Password,
        stored: Option<PasswordHash>,
    ) -> Result<Guess, Error> {
        let (hasher, legacy) = (Arc::clone(&self.hasher), self.config.legacy_verifier.clone());
        let judged = offload::call(self.config.offload.as_ref(), move || {
            let foreign = guess_legacy(legacy.as_deref(), &guess, stored.as_ref());
            let Some(stored) = stored else {
                return hasher.reject_unknown(&guess).map(|_| Guess::Wrong("no_password"));
            };
            match hasher.verify(&guess, &stored) {
                Ok(Verification::Verified { rehash }) => Ok(Guess::Right { rehash }),
                Ok(_) => Ok(Guess::Wrong("wrong_password")),
                // It is refused before any work is done, which would tell.
                Err(HashError::CorruptHash) => hasher
                    .reject_unknown(&guess)
                    .map(|_| foreign.unwrap_or(Guess::Wrong("corrupt_hash"))),
                Err(error) => Err(error),
            }
        });
        match judged.await {
            Ok(Ok(judged)) => Ok(judged),
            Ok(Err(error)) => Err(hash_failed(error)),
            Err(offload::Overloaded { .. }) => Err(Error::Overloaded),
        }
    }

    /// The change that makes `hash` the password of an account.
    pub(super) fn password_write(
        &self,
        account: AccountId,
        hash: &PasswordHash,
        stored: Option<&Versioned<crate::credential::PasswordCredential>>,
        now: DateTime<Utc>,
    ) -> Result<Change, Error> {
        use crate::credential::PasswordCredential;

        let key = Key::global(&account);
        let sealed = self.seal::<PasswordCredential>("hash", &key, hash.expose_phc().as_bytes())?;
        let record = PasswordCredential::new(account, sealed, now);
        Ok(match stored {
            Some(stored) => Write::Update { record, read: stored.version }.into(),
            None => Write::Insert(record).into(),
        })
    }

    /// Opens a sealed PHC string.
    pub(super) fn phc<R: Record>(
        &self,
        field: &'static str,
        key: &Key,
        sealed: &Sealed,
    ) -> Result<PasswordHash, Error> {
        let bytes = self.open::<R>(field, key, sealed)?;
        let text = std::str::from_utf8(&bytes)
            .map_err(|_utf8| StoreError::corrupt(R::TYPE.name, "a password hash is not text"))?;
        Ok(PasswordHash::from_phc(text))
    }

    /// Judges a new password of somebody with this address.
    pub(super) fn accept_password(
        &self,
        password: &SecretString,
        email: &Email,
    ) -> Result<Password, PasswordError> {
        let own = [self.config.product.as_str(), email.expose_local_part(), email.domain()];
        self.config.password_policy.accept(password.expose_secret(), &own)
    }

    /// Whether a new password leaked elsewhere; asked last of all, as it may take a while.
    pub(super) async fn is_leaked(
        &self,
        password: &Password,
        account: Option<AccountId>,
    ) -> Result<bool, Error> {
        let Some((check, on_failure)) = &self.config.breach_check else {
            return Ok(false);
        };
        match password::is_leaked(check.as_ref(), password).await {
            Ok(leaked) => Ok(leaked),
            Err(_unavailable) => match on_failure {
                OnBreachFailure::Refuse => Err(Error::BreachCheck),
                OnBreachFailure::Allow => {
                    self.deny("password.breach_check", account, "unavailable").await?;
                    Ok(false)
                }
            },
        }
    }
}

/// Judges a guess at a hash that the host's verifier knows; none when it is not one. Costs one of its
/// hashes either way.
fn guess_legacy(
    legacy: Option<&dyn LegacyVerifier>,
    guess: &Password,
    stored: Option<&PasswordHash>,
) -> Option<Guess> {
    let legacy = legacy?;
    let known = stored.map(PasswordHash::expose_phc).filter(|phc| legacy.knows(phc));
    let is_right = legacy.verify(guess.expose_bytes(), known.unwrap_or(legacy.decoy()));
    let is_right = std::hint::black_box(is_right);
    known.map(
        |_| if is_right { Guess::Right { rehash: true } } else { Guess::Wrong("wrong_password") },
    )
}

/// A change that deletes a row as it was read.
pub(super) fn delete<R: Record>(row: &Versioned<R>) -> Change
where
    Change: From<Write<R>>,
{
    Write::Delete::<R> { key: row.record.key(), read: row.version }.into()
}

/// A change that writes a row as it was decided on.
pub(super) fn update<R: Record>(record: R, read: crate::commit::Version) -> Change
where
    Change: From<Write<R>>,
{
    Write::Update { record, read }.into()
}

fn hash_failed(error: HashError) -> Error {
    match error {
        HashError::Random(error) => error.into(),
        HashError::OutOfMemory => Error::Overloaded,
        _ => Error::Invalid { what: "passwords cannot be hashed with these parameters" },
    }
}

/// The field name under which addresses are indexed.
const EMAIL_INDEX: &str = "account.email";
