//! Removes what the store itself no longer needs, by the clock of its options.

use std::sync::Arc;

use alley_core::{Field as _, StoreError, Value};
use async_trait::async_trait;

use super::{SqliteStore, driver};
use crate::sweep::{COMMIT_IDS_KEPT, SweepStore, Upkeep};

impl From<Arc<SqliteStore>> for SweepStore {
    fn from(store: Arc<SqliteStore>) -> Self {
        Self::of(store)
    }
}

#[async_trait]
impl Upkeep for SqliteStore {
    async fn sweep(&self, limit: u32) -> Result<Vec<u64>, StoreError> {
        let now = self.shared.clock.now();
        self.write(move |connection, shared| {
            let kinds = [
                (&shared.own.commit_sweep, now - COMMIT_IDS_KEPT),
                (&shared.own.limit_sweep, now),
                (&shared.own.request_sweep, now),
            ];
            let swept = kinds.into_iter().map(|(text, until)| {
                let values = [until.to_value(), Value::Int(i64::from(limit))];
                let gone = driver::execute(connection, text, &values).map_err(driver::failed)?;
                Ok(u64::try_from(gone).unwrap_or(u64::MAX))
            });
            swept.collect()
        })
        .await
    }
}
