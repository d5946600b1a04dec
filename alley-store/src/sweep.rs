//! The job that removes what a store itself no longer needs.

use std::sync::Arc;

use alley_core::{Job, JobError, JobReport, StoreError};
use async_trait::async_trait;
use chrono::TimeDelta;

/// How long ids of commits are kept; the contract of a commit asks for 24 hours.
pub(crate) const COMMIT_IDS_KEPT: TimeDelta = TimeDelta::hours(48);

/// Forgets ids of commits after 48 hours, rate limits that are back to their full allowance, and requests
/// whose time is over.
#[derive(Debug)]
pub struct SweepStore {
    store: Arc<dyn Upkeep>,
}

/// Removes up to `limit` rows of each kind of which the store keeps rows for a time only; answers how
/// many of each.
#[async_trait]
pub(crate) trait Upkeep: std::fmt::Debug + Send + Sync + 'static {
    async fn sweep(&self, limit: u32) -> Result<Vec<u64>, StoreError>;
}

impl SweepStore {
    pub(crate) fn of<S: Upkeep>(store: Arc<S>) -> Self {
        Self { store }
    }
}

#[async_trait]
impl Job for SweepStore {
    fn name(&self) -> &'static str {
        "sweep-store"
    }

    fn every(&self) -> TimeDelta {
        TimeDelta::hours(1)
    }

    /// Removes up to `limit` rows of each kind.
    async fn run_once(&self, limit: u32) -> Result<JobReport, JobError> {
        let swept = self.store.sweep(limit).await?;
        let more = limit > 0 && swept.iter().any(|count| *count >= u64::from(limit));
        Ok(JobReport::new(swept.iter().sum(), more))
    }
}
