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
/// - Stores that have a clock of their own (a server) decide with it; others with `now`.
/// - Releasing a lease that was lost meanwhile does nothing.
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

    /// Gives a lease back and says when the job is due again.
    ///
    /// # Errors
    /// When the store fails; the lease then runs out by itself.
    async fn release(&self, lease: Lease, due: DateTime<Utc>) -> Result<(), StoreError>;
}
