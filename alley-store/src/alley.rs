//! The assembly: every door over one storage, the jobs of all crates in one list, and facts on
//! their way between them.

use std::sync::Arc;

#[cfg(feature = "privacy")]
use alley_core::RemoteLeg;
use alley_core::rate_limit::Limiter;
use alley_core::{
    Accounts, AccountsConfig, Env, Job, Jobs, Leases, Outbox, PersonalRecords, RecordStore, Relay,
    Subscriber, Tenancy,
};

mod config;
mod storage;

pub use config::{Config, declarations};
pub use storage::Storage;

/// All doors over one storage. Cheap to clone; clones are one application.
///
/// ```
/// # use std::sync::Arc;
/// use alley_core::offload::InlineOffload;
/// use alley_core::{AccountsConfig, Env};
/// use alley_store::{Alley, Config, SqliteStore};
///
/// # fn example(env: Env) -> Result<(), Box<dyn std::error::Error>> {
/// let store = Arc::new(SqliteStore::open_in_memory()?);
/// let accounts = AccountsConfig::new("Harbor", Arc::new(InlineOffload::new()));
/// let alley = Alley::new(&env, store, Config::new(accounts))?;
/// assert!(alley.jobs().list().len() > 3);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Alley {
    accounts: Accounts,
    tenancy: Tenancy,
    #[cfg(feature = "tiktok")]
    tiktok: Option<alley_tiktok::Tiktok>,
    #[cfg(feature = "billing")]
    billing: Option<alley_billing::Billing>,
    #[cfg(feature = "outreach")]
    outreach: alley_outreach::Outreach,
    #[cfg(feature = "privacy")]
    privacy: alley_privacy::Privacy,
    jobs: Jobs,
}

impl Alley {
    /// Assembles the doors of all crates that this build has. Calls nobody and writes nothing.
    ///
    /// # Errors
    /// When a part of the configuration cannot work; the error says which and what would be right.
    pub fn new(
        env: &Env,
        storage: impl Into<Storage>,
        config: Config,
    ) -> Result<Self, AssemblyError> {
        let mut storage = storage.into();
        let accounts = Accounts::new(env, storage.core.clone(), config.accounts)?;
        let tenancy = Tenancy::new(env, storage.core.clone());
        let mut jobs = accounts.jobs();
        let mut subscribers: Vec<Arc<dyn Subscriber>> = vec![tenancy.subscriber()];

        #[cfg(feature = "outreach")]
        let outreach = {
            let door = alley_outreach::Outreach::new(env, storage.outreach, config.outreach);
            jobs.extend(door.jobs());
            subscribers.push(door.subscriber());
            door
        };
        #[cfg(feature = "tiktok")]
        let tiktok = match config.tiktok {
            None => None,
            Some(config) => {
                let door = alley_tiktok::Tiktok::new(env, storage.tiktok, config)?;
                jobs.extend(door.jobs());
                subscribers.push(door.subscriber());
                Some(door)
            }
        };
        #[cfg(feature = "billing")]
        let billing = match config.billing {
            None => None,
            Some(config) => {
                let door = alley_billing::Billing::new(env, storage.billing, config)?;
                jobs.extend(door.jobs());
                subscribers.push(door.subscriber());
                Some(door)
            }
        };
        #[cfg(feature = "privacy")]
        let privacy = {
            let legs: [Option<Arc<dyn RemoteLeg>>; _] = [
                #[cfg(feature = "tiktok")]
                tiktok.as_ref().map(alley_tiktok::Tiktok::remote_leg),
                #[cfg(feature = "billing")]
                billing.as_ref().map(alley_billing::Billing::remote_leg),
            ];
            let settings = alley_privacy::Config::new(
                config
                    .map
                    .map_or_else(alley_privacy::DataMap::preset, Ok)
                    .map_err(alley_privacy::Error::Map)?,
                declarations().into_iter().chain(config.host_records),
                storage.personal,
            );
            let settings = settings
                .with_profile(config.profile)
                .with_legs(legs.into_iter().flatten().collect());
            let door = alley_privacy::Privacy::new(env, storage.privacy, settings)?;
            jobs.extend(door.jobs());
            // Last, so that what must end elsewhere has ended before its erasure is planned.
            subscribers.push(door.subscriber());
            door
        };
        subscribers.extend(config.subscribers);
        jobs.append(&mut storage.jobs);
        let relay = Relay::new(storage.outbox, subscribers, Arc::clone(&env.clock));
        jobs.insert(0, Arc::new(relay) as Arc<dyn Job>);
        Ok(Self {
            accounts,
            tenancy,
            #[cfg(feature = "tiktok")]
            tiktok,
            #[cfg(feature = "billing")]
            billing,
            #[cfg(feature = "outreach")]
            outreach,
            #[cfg(feature = "privacy")]
            privacy,
            jobs: Jobs::new(jobs, storage.leases, Arc::clone(&env.clock)),
        })
    }

    /// People: registration, sign-in, second factors, sessions.
    pub const fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    /// Sellers' organizations, their members, and access to their data.
    pub const fn tenancy(&self) -> &Tenancy {
        &self.tenancy
    }

    /// TikTok Shop.
    ///
    /// # Errors
    /// When [`Config::with_tiktok`] was not called.
    #[cfg(feature = "tiktok")]
    pub fn tiktok(&self) -> Result<&alley_tiktok::Tiktok, NotConfigured> {
        self.tiktok.as_ref().ok_or(NotConfigured { door: "tiktok" })
    }

    /// Stripe.
    ///
    /// # Errors
    /// When [`Config::with_billing`] was not called.
    #[cfg(feature = "billing")]
    pub fn billing(&self) -> Result<&alley_billing::Billing, NotConfigured> {
        self.billing.as_ref().ok_or(NotConfigured { door: "billing" })
    }

    /// Templates, drafts, review, pacing and confirmed deliveries.
    #[cfg(feature = "outreach")]
    pub const fn outreach(&self) -> &alley_outreach::Outreach {
        &self.outreach
    }

    /// Data map, retention, holds, export and erasure.
    #[cfg(feature = "privacy")]
    pub const fn privacy(&self) -> &alley_privacy::Privacy {
        &self.privacy
    }

    /// The background work of all crates; call [`Jobs::run_due`] in a loop of your own.
    pub const fn jobs(&self) -> &Jobs {
        &self.jobs
    }
}

/// A door was asked for that has no configuration.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{door} is not configured: call Config::with_{door} before the assembly")]
#[non_exhaustive]
pub struct NotConfigured {
    /// The door.
    pub door: &'static str,
}

/// The parts do not fit together.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AssemblyError {
    /// The accounts' configuration cannot work.
    #[error("accounts cannot be assembled")]
    Accounts(#[from] alley_core::Error),
    /// TikTok's configuration cannot work.
    #[cfg(feature = "tiktok")]
    #[error("tiktok cannot be assembled")]
    Tiktok(#[from] alley_tiktok::Error),
    /// Billing's configuration cannot work.
    #[cfg(feature = "billing")]
    #[error("billing cannot be assembled")]
    Billing(#[from] alley_billing::Error),
    /// The data map contradicts itself or the declared records.
    #[cfg(feature = "privacy")]
    #[error("privacy cannot be assembled")]
    Privacy(#[from] alley_privacy::Error),
}
