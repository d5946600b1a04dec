//! The door to accounts: registration, sign-in, sessions, credentials, closing.
//!
//! Each method reads, decides by the pure rules of the records, and commits once. What a person
//! must hear of is returned as [`Mailing`] and sent by the host.

mod close;
mod config;
mod enrol;
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

/// The door to accounts. Cheap to clone; clones share everything.
#[derive(Clone, Debug)]
pub struct Accounts {
    env: Env,
    stores: Stores,
    config: Arc<AccountsConfig>,
    hasher: Arc<Hasher>,
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
        Ok(Self { env: env.clone(), stores, config: Arc::new(config), hasher })
    }

    /// Background work: expired tokens and sessions are deleted. Nothing depends on it but disk
    /// space.
    pub fn jobs(&self) -> Vec<Arc<dyn Job>> {
        let identity = Arc::clone(&self.stores.identity);
        vec![Arc::new(sweep::SweepIdentity::new(self.env.clone(), identity))]
    }
}
