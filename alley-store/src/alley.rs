//! The assembly: every door over one storage, the jobs of all crates in one list, and facts on
//! their way between them.

use std::ops::Deref;
use std::sync::Arc;

#[cfg(feature = "privacy")]
use alley_core::RemoteLeg;
use alley_core::rate_limit::Limiter;
use alley_core::{
    Accounts, AccountsConfig, Env, Job, Jobs, Leases, Outbox, PersonalRecords, RecordStore, Relay,
    Subscriber, Tenancy,
};

mod config;
mod doors;
mod storage;

pub use config::{Config, declarations};
pub use doors::{Doors, NotConfigured};
pub use storage::{Ports, Storage};

/// All doors over one storage, and their background work. Cheap to clone; clones are one
/// application. Every method of [`Doors`] is one of this type.
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
    doors: Doors,
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
        let doors = Doors {
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
        };
        Ok(Self {
            doors,
            jobs: Jobs::new(jobs, storage.leases, Arc::clone(&env.clock), Arc::clone(&env.timer)),
        })
    }

    /// The background work of all crates; call [`Jobs::run_due`] in a loop of your own.
    pub const fn jobs(&self) -> &Jobs {
        &self.jobs
    }
}

/// The application is its doors, and more: so they are opened on it directly.
impl Deref for Alley {
    type Target = Doors;

    fn deref(&self) -> &Doors {
        &self.doors
    }
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
