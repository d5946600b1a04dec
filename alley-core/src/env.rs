//! What every service of every crate is built from.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::audit::{Actor, AuditEntry, AuditId};
use crate::clock::{Clock, Timer};
use crate::commit::{Commit, CommitId};
use crate::fact::{Fact, FactEntry, FactId};
use crate::http::HttpTransport;
use crate::id::{Id, Kind};
use crate::ids::AccountId;
use crate::random::{RandomError, SecureRandom};
use crate::roles::Purpose;
use crate::seal::Keyring;

/// Clock, randomness, timer, transport and keyring; shared by all doors of one application.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Env {
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Delivers randomness.
    pub random: Arc<dyn SecureRandom>,
    /// Waits between retries.
    pub timer: Arc<dyn Timer>,
    /// Speaks HTTP.
    pub transport: Arc<dyn HttpTransport>,
    /// Seals secrets.
    pub keyring: Arc<Keyring>,
}

impl Env {
    /// Puts the parts together. Start from the system's clock and randomness and replace what the
    /// application does differently.
    pub fn new(
        keyring: Arc<Keyring>,
        transport: Arc<dyn HttpTransport>,
        timer: Arc<dyn Timer>,
    ) -> Self {
        Self {
            clock: Arc::new(crate::clock::SystemClock::new()),
            random: Arc::new(crate::random::OsRandom::new()),
            timer,
            transport,
            keyring,
        }
    }

    /// Uses another clock.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Uses another source of randomness.
    #[must_use]
    pub fn with_random(mut self, random: Arc<dyn SecureRandom>) -> Self {
        self.random = random;
        self
    }

    /// The present instant.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// A new id for a record that is created now.
    ///
    /// # Errors
    /// When the random source fails.
    pub fn id<K: Kind>(&self) -> Result<Id<K>, RandomError> {
        Id::generate(self.clock.now(), self.random.as_ref())
    }

    /// An empty commit with a new id, at the present instant.
    ///
    /// # Errors
    /// When the random source fails.
    pub fn commit<C>(&self) -> Result<Commit<C>, RandomError> {
        let id: CommitId = self.id()?;
        Ok(Commit::new(id, self.clock.now()))
    }

    /// A fact that becomes true now.
    ///
    /// # Errors
    /// When the random source fails.
    pub fn fact(&self, fact: Fact) -> Result<FactEntry, RandomError> {
        let id: FactId = self.id()?;
        Ok(FactEntry::new(id, self.clock.now(), fact))
    }

    /// An audit entry about something that `actor` does now.
    ///
    /// # Errors
    /// When the random source fails.
    pub fn audit(
        &self,
        actor: Actor,
        action: &'static str,
        purpose: Purpose,
    ) -> Result<AuditEntry, RandomError> {
        let id: AuditId = self.id()?;
        Ok(AuditEntry::new(id, self.clock.now(), self.actor(actor), action, purpose))
    }

    /// The name of a person in the audit trail: a keyed hash, the same for all entries. Whoever
    /// knows the account id and holds the key finds the entries; nobody gets from them to the person.
    pub fn pseudonym(&self, account: AccountId) -> String {
        let digest = self.keyring.blind_index("audit.pseudonym", account.as_uuid().as_bytes());
        crate::hex::encode(digest.as_bytes().get(..16).unwrap_or_default())
    }

    fn actor(&self, actor: Actor) -> String {
        match actor {
            Actor::Account(account) => self.pseudonym(account),
            Actor::Job(name) => format!("job:{name}"),
            Actor::Platform(name) => format!("platform:{name}"),
            Actor::Anonymous => "anonymous".to_owned(),
        }
    }
}
