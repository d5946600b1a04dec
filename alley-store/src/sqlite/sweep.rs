//! Removes what the store itself no longer needs.

use std::sync::Arc;

use alley_core::{Field as _, Job, JobError, JobReport, Value};
use async_trait::async_trait;
use chrono::TimeDelta;

use super::{SqliteStore, driver};

/// Forgets ids of commits after 48 hours (the contract of a commit asks for 24) and rate limits that
/// are back to their full allowance. Uses the clock of the store's options.
#[derive(Debug)]
pub struct SweepStore {
    store: Arc<SqliteStore>,
}

impl SweepStore {
    /// Sweeps `store`.
    pub const fn new(store: Arc<SqliteStore>) -> Self {
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

    /// Removes up to `limit` rows of each of the two kinds.
    async fn run_once(&self, limit: u32) -> Result<JobReport, JobError> {
        let now = self.store.shared.clock.now();
        let swept = self.store.write(move |connection, shared| {
            let kernel = &shared.catalogue.kernel;
            let old = now - TimeDelta::hours(48);
            let mut swept = [0_u64; 2];
            let kinds = [(&kernel.commit_sweep, old), (&kernel.limit_sweep, now)];
            for (count, (text, until)) in swept.iter_mut().zip(kinds) {
                let values = [until.to_value(), Value::Int(i64::from(limit))];
                let gone = driver::execute(connection, text, &values).map_err(driver::failed)?;
                *count = u64::try_from(gone).unwrap_or(u64::MAX);
            }
            Ok(swept)
        });
        let swept = swept.await?;
        let more = limit > 0 && swept.iter().any(|count| *count >= u64::from(limit));
        Ok(JobReport::new(swept.iter().sum(), more))
    }
}
