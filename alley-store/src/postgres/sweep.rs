//! Removes what the store itself no longer needs, by the server's clock.

use std::sync::Arc;

use alley_core::{StoreError, Value};
use async_trait::async_trait;

use super::PostgresStore;
use super::connection::{Session, Work};
use super::failure::Failure;
use crate::sweep::{COMMIT_IDS_KEPT, SweepStore, Upkeep};

impl From<Arc<PostgresStore>> for SweepStore {
    fn from(store: Arc<PostgresStore>) -> Self {
        Self::of(store)
    }
}

#[async_trait]
impl Upkeep for PostgresStore {
    async fn sweep(&self, limit: u32) -> Result<Vec<u64>, StoreError> {
        self.write(&Sweep { limit }).await
    }
}

struct Sweep {
    limit: u32,
}

impl Work for Sweep {
    type Output = Vec<u64>;

    async fn run(&self, session: &mut Session<'_>) -> Result<Vec<u64>, Failure> {
        let shared = session.shared;
        let now = match session.first(&shared.own.now, &[]).await?.as_deref() {
            Some([Value::Int(now)]) => *now,
            _ => return Err(crate::failure::other("the server does not tell its time").into()),
        };
        let kept = COMMIT_IDS_KEPT.num_microseconds().unwrap_or(i64::MAX);
        let own = &shared.own;
        let kinds = [
            (&own.commit_sweep, now.saturating_sub(kept)),
            (&own.limit_sweep, now),
            (&own.request_sweep, now),
        ];
        let mut swept = Vec::new();
        for (text, until) in kinds {
            let (until, limit) = (Value::Int(until), Value::Int(i64::from(self.limit)));
            swept.push(session.execute(text, &[(&until).into(), (&limit).into()]).await?);
        }
        Ok(swept)
    }
}
