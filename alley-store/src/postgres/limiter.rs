//! Rate limits by the server's clock. Counting is one statement.

use alley_core::rate_limit::{Decision, Limit, Limiter, take};
use alley_core::{Digest32, Field as _, StoreError, Value};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

use super::PostgresStore;
use super::connection::{Session, Work};
use super::failure::Failure;

#[async_trait]
impl Limiter for PostgresStore {
    async fn take(&self, key: &Digest32, limit: &Limit, cost: u32) -> Result<Decision, StoreError> {
        self.write(&Take { key, limit, cost }).await
    }
}

struct Take<'a> {
    key: &'a Digest32,
    limit: &'a Limit,
    cost: u32,
}

impl Work for Take<'_> {
    type Output = Decision;

    async fn run(&self, session: &mut Session<'_>) -> Result<Decision, Failure> {
        let own = &session.shared.own;
        let key = self.key.to_value();
        let micros = |span: TimeDelta| span.num_microseconds().unwrap_or(i64::MAX);
        let period = micros(self.limit.period());
        let step = micros(self.limit.interval()).saturating_mul(i64::from(self.cost));
        if self.cost <= self.limit.burst() {
            let values = [key.clone(), Value::Int(step), Value::Int(period)];
            let taken = session.first(&own.limit_take, &values).await?;
            if let Some([Value::Int(full_at), Value::Int(now)]) = taken.as_deref() {
                return Ok(decide(Some(full_at.saturating_sub(step)), *now, self)?);
            }
        }
        let kept = session.first(&own.limit_get, &[key]).await?;
        match kept.as_deref() {
            // It may have become free since; that it was not is said, as nothing was counted.
            Some([Value::Int(now), kept]) => {
                let kept = if let Value::Int(kept) = kept { Some(*kept) } else { None };
                Ok(match decide(kept, *now, self)? {
                    Decision::Allowed { .. } => Decision::Denied { retry_after: TimeDelta::zero() },
                    denied => denied,
                })
            }
            _ => Err(StoreError::corrupt("rate_limit", "a row is not of the declared form").into()),
        }
    }
}

/// The decision that the rule makes on what was kept.
fn decide(kept: Option<i64>, now: i64, asked: &Take<'_>) -> Result<Decision, StoreError> {
    let instant = |micros| DateTime::<Utc>::from_value(Value::Int(micros));
    let wrong = |_| StoreError::corrupt("rate_limit", "an instant is not of the declared kind");
    let kept = kept.map(instant).transpose().map_err(wrong)?;
    Ok(take(kept, instant(now).map_err(wrong)?, asked.limit, asked.cost).decision)
}
