//! The door to accounts: registration, sign-in, sessions, credentials, closing.
//!
//! Each method reads, decides by the pure rules of the records, and commits once. What a person
//! must hear of is returned as [`Mailing`] and sent by the host.

mod close;
mod config;
mod enrol;
mod factors;
mod import;
mod mail;
mod password;
mod register;
mod reset;
mod second_factor;
mod sessions;
mod sign_in;
mod sweep;
mod throttle;
mod work;

pub use self::close::CloseAccount;
pub use self::config::{AccountLimits, AccountsConfig};
pub use self::enrol::{BeginTotp, ConfirmTotp, TotpConfirmation, TotpEnrolment};
pub use self::factors::{Authenticator, FactorChange, RemoveTotp, RenewRecoveryCodes};
pub use self::import::{ImportMode, ImportRefused, ImportReport, Imported, ImportedPerson};
pub use self::mail::{Mail, MailKind, Mailing};
pub use self::password::{ChangePassword, PasswordChange};
pub use self::register::{Registration, VerifyEmail};
pub use self::reset::ResetPassword;
pub use self::second_factor::CompleteSignIn;
pub use self::sessions::{Rotation, SessionCheck, SessionRefused};
pub use self::sign_in::{PendingLogin, SignIn, SignedIn};

use std::sync::Arc;

use crate::env::Env;
use crate::error::Error;
use crate::identity::IdentityStore;
use crate::job::Job;
use crate::password::Hasher;
use crate::rate_limit::Limiter;
use crate::store::RecordStore;
use crate::tenant::TenancyStore;

/// The ports behind accounts and tenants. A host replaces single fields.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Stores {
    /// Accounts, credentials, tokens, sessions.
    pub identity: Arc<dyn IdentityStore>,
    /// Tenants and memberships. Its commits and those of `identity` look at each other's rows.
    pub tenancy: Arc<dyn TenancyStore>,
    /// Counts sign-ins, codes and mails.
    pub limiter: Arc<dyn Limiter>,
}

impl Stores {
    /// All records in one store.
    pub fn new<S: RecordStore>(store: Arc<S>, limiter: Arc<dyn Limiter>) -> Self {
        Self { identity: Arc::<S>::clone(&store), tenancy: store, limiter }
    }
}

/// The ports of [`Stores`] that keep records: what a unit of work replaces.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RecordPorts {
    /// As [`Stores::identity`].
    pub identity: Arc<dyn IdentityStore>,
    /// As [`Stores::tenancy`].
    pub tenancy: Arc<dyn TenancyStore>,
}

impl<S: RecordStore> From<Arc<S>> for RecordPorts {
    fn from(store: Arc<S>) -> Self {
        Self { identity: Arc::<S>::clone(&store), tenancy: store }
    }
}

impl From<Stores> for RecordPorts {
    fn from(stores: Stores) -> Self {
        Self { identity: stores.identity, tenancy: stores.tenancy }
    }
}

/// The door to accounts. Cheap to clone; clones share everything.
#[derive(Clone, Debug)]
pub struct Accounts {
    env: Env,
    stores: Stores,
    config: Arc<AccountsConfig>,
    hasher: Arc<Hasher>,
    /// Made by [`on`](Self::on).
    joined: bool,
}

impl Accounts {
    /// Puts the door together. Nothing is read or written.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the product's name cannot be put into an otpauth URI.
    pub fn new(env: &Env, stores: Stores, config: AccountsConfig) -> Result<Self, Error> {
        if config.product.is_empty() || config.product.contains(':') {
            return Err(Error::Invalid {
                what: "the product's name must not be empty or hold a colon",
            });
        }
        let hasher = Arc::new(Hasher::new(config.hash_params));
        Ok(Self { env: env.clone(), stores, config: Arc::new(config), hasher, joined: false })
    }

    /// The same door, with the same configuration, inside a unit of work: a transaction that the
    /// host began and will end.
    ///
    /// - Everything is read and written there, and stands or falls with it: also the entries about
    ///   refusals, and the use of a code that works once. So sign nobody in inside a transaction
    ///   that may be rolled back.
    /// - Limits stay those of this door and count at once, whatever becomes of the transaction.
    ///   Where they are kept in the same database, that takes a connection of its own.
    /// - Decisions are made anew after a conflict as often as usual, which does no harm: they read
    ///   again in the same transaction. Where that transaction sees one picture of the data from
    ///   beginning to end, they cannot come out otherwise; [`Error::Contended`] then means that
    ///   the unit of work is lost and has to begin again.
    /// - [`jobs`](Self::jobs) is empty.
    #[must_use]
    pub fn on(&self, ports: impl Into<RecordPorts>) -> Self {
        let RecordPorts { identity, tenancy } = ports.into();
        let limiter = Arc::clone(&self.stores.limiter);
        Self { stores: Stores { identity, tenancy, limiter }, joined: true, ..self.clone() }
    }

    /// Background work: expired tokens and sessions are deleted. Nothing depends on it but disk
    /// space. A door inside a unit of work has none.
    pub fn jobs(&self) -> Vec<Arc<dyn Job>> {
        if self.joined {
            return Vec::new();
        }
        let identity = Arc::clone(&self.stores.identity);
        vec![Arc::new(sweep::SweepIdentity::new(self.env.clone(), identity))]
    }
}
