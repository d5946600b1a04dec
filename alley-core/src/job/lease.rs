//! The port that lets one process at a time run a job.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::error::StoreError;

/// Permission to run a job until it ends.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Lease {
    /// The job.
    pub name: String,
    /// Rises with each lease of the name; a holder with an older number has lost it.
    pub fencing: i64,
}

impl Lease {
    /// For stores.
    pub const fn new(name: String, fencing: i64) -> Self {
        Self { name, fencing }
    }
}

/// The answer to [`Leases::acquire`].
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the runner must handle each")]
pub enum Acquired {
    /// Granted.
    Lease(Lease),
    /// The job is not due before this instant.
    NotDue(DateTime<Utc>),
    /// Somebody else holds it, until this instant at the latest.
    Held(DateTime<Utc>),
}

/// Leases by name, with the instant at which each is due again.
///
/// # Contract
/// - Of any number of callers at most one holds a name at a time.
/// - Whether a lease ran out is decided by the store's own clock where it has one (a server), by
///   `now` elsewhere. Whether a job is due is always decided by `now`, as the caller said when.
/// - A lease that ran out is still its holder's until somebody else takes the name; from then on
///   renewing and releasing it do nothing.
#[async_trait]
pub trait Leases: std::fmt::Debug + Send + Sync + 'static {
    /// Asks for a name that was never used, is due, or whose lease ran out.
    ///
    /// # Errors
    /// When the store fails.
    async fn acquire(
        &self,
        name: &str,
        ttl: Duration,
        now: DateTime<Utc>,
    ) -> Result<Acquired, StoreError>;

    /// Makes a lease end `ttl` from now. `false` when it is lost: somebody else took the name after
    /// it ran out, or it was given back.
    ///
    /// # Errors
    /// When the store fails; the lease then ends when it would have.
    async fn renew(
        &self,
        lease: &Lease,
        ttl: Duration,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError>;

    /// Gives a lease back and says when the job is due again.
    ///
    /// # Errors
    /// When the store fails; the lease then runs out by itself.
    async fn release(&self, lease: Lease, due: DateTime<Utc>) -> Result<(), StoreError>;
}
