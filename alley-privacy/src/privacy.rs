//! The door.

use std::sync::Arc;

use alley_core::{Env, Job, PersonalRecords, RecordType, RemoteLeg, Subscriber};

use crate::data_map::{DataMap, Fault, Profile};
use crate::directory::Directory;
use crate::erasure::{Engine, Erasure};
use crate::error::{Error, Result};
use crate::export::Export;
use crate::hold::Holds;
use crate::jobs::{ErasePlanned, FollowFacts, RetentionSweep, SettleHolds};
use crate::request::Requests;
use crate::retention::{self, Retention};
use crate::ropa::RecordsOfProcessing;
use crate::store::Stores;

/// What the door knows of the application.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// The data map.
    pub map: DataMap,
    /// How strictly it is validated.
    pub profile: Profile,
    /// Every record type that the application keeps, also those without personal data.
    pub declarations: Vec<&'static RecordType>,
    /// The stores that keep them.
    pub records: Vec<Arc<dyn PersonalRecords>>,
    /// Erasures at other systems.
    pub legs: Vec<Arc<dyn RemoteLeg>>,
}

impl Config {
    /// A configuration without remote legs, validated as a draft. The record types of this crate are
    /// added to `declarations`.
    pub fn new(
        map: DataMap,
        declarations: impl IntoIterator<Item = &'static RecordType>,
        records: Vec<Arc<dyn PersonalRecords>>,
    ) -> Self {
        let mut declarations: Vec<_> = declarations.into_iter().collect();
        for own in crate::store::RECORDS {
            if !declarations.iter().any(|known| known.name == own.name) {
                declarations.push(own);
            }
        }
        Self { map, profile: Profile::Draft, declarations, records, legs: Vec::new() }
    }

    /// Erases at other systems as well.
    #[must_use]
    pub fn with_legs(mut self, legs: Vec<Arc<dyn RemoteLeg>>) -> Self {
        self.legs = legs;
        self
    }

    /// Validates the map as strictly as `profile` asks.
    #[must_use]
    pub const fn with_profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }
}

/// Data map, records of processing, retention, holds, erasure, export and requests.
#[derive(Clone, Debug)]
pub struct Privacy {
    engine: Arc<Engine>,
    holds: Holds,
    requests: Requests,
    warnings: Vec<Fault>,
}

impl Privacy {
    /// Opens the door.
    ///
    /// # Errors
    /// [`Error::Map`] with every error when the map contradicts itself or the declarations.
    pub fn new(env: &Env, stores: Stores, config: Config) -> Result<Self> {
        let findings = config.map.validate(config.profile, &config.declarations);
        let (errors, warnings): (Vec<Fault>, Vec<Fault>) =
            findings.into_iter().partition(Fault::is_error);
        if !errors.is_empty() {
            return Err(Error::Map(errors));
        }
        let directory = Arc::new(Directory::new(config.declarations, config.records));
        let map = Arc::new(config.map);
        let holds = Holds {
            env: env.clone(),
            store: stores.holds,
            directory: Arc::clone(&directory),
            map: Arc::clone(&map),
        };
        let engine = Arc::new(Engine {
            env: env.clone(),
            store: stores.erasure,
            holds: holds.clone(),
            directory,
            map,
            legs: config.legs,
            joined: false,
        });
        let requests = Requests { env: env.clone(), store: stores.requests };
        Ok(Self { engine, holds, requests, warnings })
    }

    /// The same door, with the same data map, inside a unit of work: a transaction that the host began
    /// and will end. Everything is read and written there and stands or falls with it. `records` are
    /// the parts of the transaction that keep personal records; record types that none of them keeps
    /// are looked for where this door does, outside of the transaction, and marks of holds on those
    /// stay after a rollback.
    ///
    /// - Plans are drawn up, shown and confirmed here, holds placed and released, requests recorded.
    ///   Carrying a plan out and sweeping take many commits and call others: they answer
    ///   [`Error::InTransaction`] and have written nothing.
    /// - What it exports is what the transaction sees, and may never have been.
    /// - A conflict is met by reading and deciding again, in the same transaction, as often as
    ///   usual. Where that transaction sees one picture of the data from beginning to end, this
    ///   cannot come out otherwise; [`Error::Contended`] then means that the unit of work is lost
    ///   and has to begin again.
    /// - [`jobs`](Self::jobs) is empty.
    #[must_use]
    pub fn on(&self, stores: impl Into<Stores>, records: Vec<Arc<dyn PersonalRecords>>) -> Self {
        let Stores { erasure: store, holds, requests } = stores.into();
        let directory = Arc::new(self.engine.directory.on(records));
        let env = || self.engine.env.clone();
        let map = Arc::clone(&self.engine.map);
        let holds = Holds { env: env(), store: holds, directory: Arc::clone(&directory), map };
        let engine = Engine {
            env: env(),
            store,
            holds: holds.clone(),
            directory,
            map: Arc::clone(&self.engine.map),
            legs: self.engine.legs.clone(),
            joined: true,
        };
        let requests = Requests { env: env(), store: requests };
        Self { engine: Arc::new(engine), holds, requests, warnings: self.warnings.clone() }
    }

    /// The data map in force.
    pub fn map(&self) -> &DataMap {
        &self.engine.map
    }

    /// What the validation warned of: values that a host must confirm.
    pub fn warnings(&self) -> &[Fault] {
        &self.warnings
    }

    /// The records of processing.
    pub fn records_of_processing(&self) -> RecordsOfProcessing {
        RecordsOfProcessing::of(&self.engine.map, self.engine.directory.records())
    }

    /// Erasure.
    pub fn erasure(&self) -> Erasure {
        Erasure { engine: Arc::clone(&self.engine) }
    }

    /// Legal holds.
    pub const fn holds(&self) -> &Holds {
        &self.holds
    }

    /// Retention.
    pub fn retention(&self) -> Retention {
        retention::over(&self.engine)
    }

    /// Exports for data subjects and tenants.
    pub fn export(&self) -> Export {
        Export {
            env: self.engine.env.clone(),
            map: Arc::clone(&self.engine.map),
            directory: Arc::clone(&self.engine.directory),
        }
    }

    /// Requests of data subjects and organizations.
    pub const fn requests(&self) -> &Requests {
        &self.requests
    }

    /// Background work: `settle-holds`, `erase-planned`, `retention-sweep`. A door inside a unit of
    /// work has none.
    pub fn jobs(&self) -> Vec<Arc<dyn Job>> {
        if self.engine.joined {
            return Vec::new();
        }
        vec![
            Arc::new(SettleHolds { holds: self.holds.clone() }),
            Arc::new(ErasePlanned { erasure: self.erasure() }),
            Arc::new(RetentionSweep { retention: self.retention() }),
        ]
    }

    /// Acts on facts: accounts, tenants and integrations that ended start erasure plans; a released
    /// hold wakes the plans that waited for it.
    pub fn subscriber(&self) -> Arc<dyn Subscriber> {
        Arc::new(FollowFacts { erasure: self.erasure() })
    }
}
