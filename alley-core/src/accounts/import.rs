//! People who come from another system.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use super::Accounts;
use crate::account::{Account, Standing};
use crate::attempt::{ATTEMPTS, Applied};
use crate::audit::Actor;
use crate::commit::{Commit, Write};
use crate::email::Email;
use crate::error::Error;
use crate::identity::Change;
use crate::ids::AccountId;
use crate::password::PasswordHash;

/// Somebody as another system knew them.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ImportedPerson {
    /// The address, which that system has verified. Whoever can name an unverified address as theirs
    /// could choose the password of the person whose mailbox it is, so there is no way to import one: let
    /// the person register.
    pub email: Email,
    /// When that system verified it.
    pub verified_at: DateTime<Utc>,
    /// When the person registered there.
    pub created_at: DateTime<Utc>,
    /// The stored hash: an Argon2id PHC string, or a form that the
    /// [`LegacyVerifier`](crate::password::LegacyVerifier) knows. Without one the person signs in after a
    /// reset.
    pub password: Option<PasswordHash>,
}

impl ImportedPerson {
    /// Somebody without a password.
    pub const fn new(email: Email, verified_at: DateTime<Utc>, created_at: DateTime<Utc>) -> Self {
        Self { email, verified_at, created_at, password: None }
    }

    /// The same with the hash that the other system stored.
    #[must_use]
    pub fn with_password(mut self, hash: PasswordHash) -> Self {
        self.password = Some(hash);
        self
    }
}

/// Whether an import writes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ImportMode {
    /// Says what would happen and changes nothing.
    DryRun,
    /// Makes accounts.
    Apply,
}

/// What came of one person.
#[must_use]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Imported {
    /// There is an account now.
    Created(AccountId),
    /// There would be one.
    WouldCreate,
    /// The address has an account: nothing was changed, nor would be.
    Known {
        /// Which.
        account: AccountId,
        /// Whether its person may sign in. Of an [unverified](Standing::Unverified) one nobody knows whose
        /// it is: let the person register again and follow the link.
        standing: Standing,
    },
    /// Comes a second time in a dry run.
    Repeated,
    /// Not taken. Nothing was changed.
    Refused(ImportRefused),
}

/// Why somebody was not imported.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ImportRefused {
    /// Nobody here could verify the hash.
    #[error(
        "password hash is of no known form: it must be argon2id within the bounds, or one that the legacy verifier knows"
    )]
    UnknownHash,
    /// An instant lies in the future.
    #[error("person was registered or verified later than now: check the unit and the time zone")]
    InFuture,
}

/// What came of all so far.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct ImportReport {
    /// Accounts that were made, or would be.
    pub created: u64,
    /// People whose address has an account already, or came before.
    pub known: u64,
    /// Of those known, whose account may not be used, by their place from 0, and why; see
    /// [`Imported::Known`].
    pub not_usable: Vec<(u64, Standing)>,
    /// Who was not taken, by their place from 0, and why.
    pub refused: Vec<(u64, ImportRefused)>,
}

impl ImportReport {
    /// How many people have had their turn.
    pub fn seen(&self) -> u64 {
        let refused = u64::try_from(self.refused.len()).unwrap_or(u64::MAX);
        self.created.saturating_add(self.known).saturating_add(refused)
    }

    fn add(&mut self, imported: Imported) {
        match imported {
            Imported::Created(_) | Imported::WouldCreate => self.created += 1,
            Imported::Known { standing, .. } => {
                if standing != Standing::Good {
                    self.not_usable.push((self.seen(), standing));
                }
                self.known += 1;
            }
            Imported::Repeated => self.known += 1,
            Imported::Refused(reason) => {
                let place = self.seen();
                self.refused.push((place, reason));
            }
        }
    }
}

impl Accounts {
    /// Imports people one by one; calls `progress` after each. An import that was stopped, by an error
    /// or from outside, is resumed by beginning it anew: who has an account is passed over. Nobody is
    /// told by mail, and no password is hashed.
    ///
    /// A dry run reads the same and answers what would come of it: first run it, mend what is refused,
    /// then apply.
    ///
    /// # Errors
    /// When storage or randomness fails. Everybody up to the last `progress` has their account then.
    ///
    /// # Cancel safety
    /// Dropping the future leaves each account made or not made.
    pub async fn import<I>(
        &self,
        people: I,
        mode: ImportMode,
        mut progress: impl FnMut(&ImportReport) + Send,
    ) -> Result<ImportReport, Error>
    where
        I: IntoIterator<Item = ImportedPerson>,
        I::IntoIter: Send,
    {
        let mut report = ImportReport::default();
        let mut before = HashSet::new();
        for person in people {
            let imported = match self.import_one(&person, mode).await? {
                Imported::WouldCreate if !before.insert(self.email_index(&person.email)) => {
                    Imported::Repeated
                }
                imported => imported,
            };
            report.add(imported);
            progress(&report);
        }
        Ok(report)
    }

    /// Imports one person; see [`import`](Self::import). The second call is [`Imported::Known`].
    ///
    /// # Errors
    /// When storage or randomness fails; nothing was changed then.
    ///
    /// # Cancel safety
    /// Dropping the future leaves the account made or not made.
    pub async fn import_one(
        &self,
        person: &ImportedPerson,
        mode: ImportMode,
    ) -> Result<Imported, Error> {
        if let Err(reason) = self.judge_import(person) {
            return Ok(Imported::Refused(reason));
        }
        for _ in 0..ATTEMPTS {
            if let Some(account) = self.find(&person.email).await? {
                let (account, standing) = (account.record.account_id, account.record.standing());
                return Ok(Imported::Known { account, standing });
            }
            if mode == ImportMode::DryRun {
                return Ok(Imported::WouldCreate);
            }
            let (commit, account) = self.imported(person)?;
            if self.apply(commit).await? == Applied::Done {
                return Ok(Imported::Created(account));
            }
        }
        Err(Error::Contended)
    }

    fn judge_import(&self, person: &ImportedPerson) -> Result<(), ImportRefused> {
        if person.verified_at.max(person.created_at) > self.env.now() {
            return Err(ImportRefused::InFuture);
        }
        let known = person.password.as_ref().is_none_or(|hash| {
            let legacy = self.config.legacy_verifier.as_ref();
            self.hasher.knows(hash) || legacy.is_some_and(|legacy| legacy.knows(hash.expose_phc()))
        });
        if known { Ok(()) } else { Err(ImportRefused::UnknownHash) }
    }

    fn imported(&self, person: &ImportedPerson) -> Result<(Commit<Change>, AccountId), Error> {
        let now = self.env.now();
        let account: Account = self.new_account(&person.email, person.created_at)?;
        let account = account.verified(person.verified_at).touched(now);
        let id = account.account_id;
        let entry = self.audit(Actor::Job("import"), "account.import", Some(id))?;
        let mut commit = self.env.commit()?.change(Write::Insert(account)).audit(entry);
        if let Some(hash) = &person.password {
            // When it was chosen nobody knows; it was not before the account.
            commit = commit.change(self.password_write(id, hash, None, person.created_at)?);
        }
        Ok((commit, id))
    }
}
