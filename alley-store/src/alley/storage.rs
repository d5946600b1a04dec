//! The ports that the assembly works on, one field each.

use super::{Arc, Job, Leases, Limiter, Outbox, PersonalRecords, RecordStore};

/// One port a field. Begin with [`Storage::from`] a store of ours or [`Storage::of`] one of your
/// own, and replace the fields that you keep elsewhere.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Storage {
    /// Accounts, tenants and rate limits.
    pub core: alley_core::Stores,
    /// Tokens and shop data.
    #[cfg(feature = "tiktok")]
    pub tiktok: alley_tiktok::Stores,
    /// Customers, subscriptions, invoices.
    #[cfg(feature = "billing")]
    pub billing: alley_billing::Stores,
    /// Templates, drafts, pacing, deliveries.
    #[cfg(feature = "outreach")]
    pub outreach: alley_outreach::Stores,
    /// Erasure plans, holds, requests.
    #[cfg(feature = "privacy")]
    pub privacy: alley_privacy::Stores,
    /// Facts that wait for delivery. Every port that commits facts must fill this one.
    pub outbox: Arc<dyn Outbox>,
    /// Leases of jobs.
    pub leases: Arc<dyn Leases>,
    /// Where personal records are found, exported and erased; one entry for each store that keeps
    /// declared records.
    pub personal: Vec<Arc<dyn PersonalRecords>>,
    /// Upkeep of the storage itself.
    pub jobs: Vec<Arc<dyn Job>>,
}

impl Storage {
    /// Everything in one store, rate limits in `limiter`.
    pub fn of<S>(store: &Arc<S>, limiter: Arc<dyn Limiter>) -> Self
    where
        S: RecordStore + Outbox + Leases + PersonalRecords,
    {
        let same = || Arc::<S>::clone(store);
        Self {
            core: alley_core::Stores::new(same(), limiter),
            #[cfg(feature = "tiktok")]
            tiktok: same().into(),
            #[cfg(feature = "billing")]
            billing: same().into(),
            #[cfg(feature = "outreach")]
            outreach: same().into(),
            #[cfg(feature = "privacy")]
            privacy: same().into(),
            outbox: same(),
            leases: same(),
            personal: vec![same()],
            jobs: Vec::new(),
        }
    }
}

#[cfg(feature = "sqlite")]
impl From<Arc<crate::SqliteStore>> for Storage {
    fn from(store: Arc<crate::SqliteStore>) -> Self {
        let mut storage = Self::of(&store, Arc::<crate::SqliteStore>::clone(&store));
        storage.jobs.push(Arc::new(crate::SweepStore::from(store)));
        storage
    }
}

#[cfg(feature = "postgres")]
impl From<Arc<crate::PostgresStore>> for Storage {
    fn from(store: Arc<crate::PostgresStore>) -> Self {
        let mut storage = Self::of(&store, Arc::<crate::PostgresStore>::clone(&store));
        storage.jobs.push(Arc::new(crate::SweepStore::from(store)));
        storage
    }
}

/// The ports that keep records, one field for each crate: what a unit of work brings along for
/// [`Doors::on`](super::Doors::on). It has no outbox, no leases and no limits, since nothing in the
/// background and nothing that must outlast a rollback belongs into it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Ports {
    /// Accounts and tenants.
    pub core: alley_core::RecordPorts,
    /// Tokens and shop data.
    #[cfg(feature = "tiktok")]
    pub tiktok: alley_tiktok::Stores,
    /// Customers, subscriptions, invoices.
    #[cfg(feature = "billing")]
    pub billing: alley_billing::Stores,
    /// Templates, drafts, pacing, deliveries.
    #[cfg(feature = "outreach")]
    pub outreach: alley_outreach::Stores,
    /// Erasure plans, holds, requests.
    #[cfg(feature = "privacy")]
    pub privacy: alley_privacy::Stores,
    /// Where personal records are found and held.
    pub personal: Vec<Arc<dyn PersonalRecords>>,
}

impl Ports {
    /// Everything in one unit of work.
    pub fn of<S: RecordStore + PersonalRecords>(unit: &Arc<S>) -> Self {
        let same = || Arc::<S>::clone(unit);
        Self {
            core: same().into(),
            #[cfg(feature = "tiktok")]
            tiktok: same().into(),
            #[cfg(feature = "billing")]
            billing: same().into(),
            #[cfg(feature = "outreach")]
            outreach: same().into(),
            #[cfg(feature = "privacy")]
            privacy: same().into(),
            personal: vec![same()],
        }
    }
}

#[cfg(feature = "postgres")]
impl From<&crate::PostgresUnit> for Ports {
    fn from(unit: &crate::PostgresUnit) -> Self {
        Self::of(unit.store())
    }
}
