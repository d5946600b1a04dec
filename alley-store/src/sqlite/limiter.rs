//! Rate limits.

use std::sync::Arc;

use alley_core::rate_limit::{Decision, Limit, Limiter, take};
use alley_core::{Digest32, Field as _, StoreError};
use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{SqliteStore, driver};

#[async_trait]
impl Limiter for SqliteStore {
    async fn take(&self, key: &Digest32, limit: &Limit, cost: u32) -> Result<Decision, StoreError> {
        let (key, limit) = (key.to_value(), *limit);
        let clock = Arc::clone(&self.shared.clock);
        self.write(move |connection, shared| {
            let kept = driver::row(connection, &shared.own.limit_get, std::slice::from_ref(&key))?;
            let kept = kept.and_then(|row| row.into_iter().next()).map(DateTime::<Utc>::from_value);
            let wrong =
                |_| StoreError::corrupt("rate_limit", "an instant is not of the declared kind");
            let kept = kept.transpose().map_err(wrong)?;
            // Asked on the one thread that writes, so that calls are judged in the order of their times.
            let taken = take(kept, clock.now(), &limit, cost);
            if let Some(full_at) = taken.full_at.filter(|_| taken.full_at != kept) {
                driver::execute(connection, &shared.own.limit_put, &[key, full_at.to_value()])
                    .map_err(driver::failed)?;
            }
            Ok(taken.decision)
        })
        .await
    }
}
