//! Limits on how often something may be done: the generic cell rate algorithm (GCRA, ITU-T I.371),
//! which keeps one instant for each key.

mod memory;

pub use self::memory::MemoryLimiter;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

use crate::error::StoreError;
use crate::value::Digest32;

/// So many at once, and one more each time the interval has passed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limit {
    burst: u32,
    interval: TimeDelta,
}

impl Limit {
    /// `burst` at once from rest, and afterwards one for each `interval`, in whole microseconds.
    ///
    /// # Errors
    /// When the burst is zero, the interval is shorter than a microsecond, or both together are
    /// longer than a hundred years.
    pub const fn new(burst: u32, interval: TimeDelta) -> Result<Self, LimitError> {
        let Some(micros) = interval.num_microseconds() else {
            return Err(LimitError);
        };
        let Some(period) = micros.checked_mul(burst as i64) else {
            return Err(LimitError);
        };
        if burst == 0 || micros < 1 || period > MOST_PERIOD_MICROS {
            return Err(LimitError);
        }
        Ok(Self { burst, interval: TimeDelta::microseconds(micros) })
    }

    /// `count` in each `period`: as many at once, coming back evenly over the period.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub const fn per(count: u32, period: TimeDelta) -> Result<Self, LimitError> {
        if count == 0 {
            return Err(LimitError);
        }
        match period.num_microseconds() {
            Some(micros) => Self::new(count, TimeDelta::microseconds(micros / count as i64)),
            None => Err(LimitError),
        }
    }

    /// How many may be done at once from rest.
    pub const fn burst(&self) -> u32 {
        self.burst
    }

    /// The time in which one comes back.
    pub const fn interval(&self) -> TimeDelta {
        self.interval
    }

    /// The time in which all come back. No wait that is reported is longer.
    pub fn period(&self) -> TimeDelta {
        self.of(self.burst)
    }

    /// The time in which `count` come back, not more than a hundred years.
    fn of(&self, count: u32) -> TimeDelta {
        let micros = self.interval.num_microseconds().unwrap_or(i64::MAX);
        let micros = micros.saturating_mul(i64::from(count)).min(MOST_PERIOD_MICROS);
        TimeDelta::microseconds(micros)
    }
}

/// A limit cannot be kept.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "rate limit refused: it needs a burst of at least 1, an interval of at least a microsecond, \
     and a period of at most a hundred years"
)]
#[non_exhaustive]
pub struct LimitError;

/// Whether it may be done now.
#[must_use]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Decision {
    /// Yes, and it has been counted.
    Allowed {
        /// How many more would be allowed at the same instant.
        remaining: u32,
    },
    /// No, and it has not been counted.
    Denied {
        /// The wait after which the same would be allowed if nothing else is counted before; not
        /// longer than the limit's period.
        retry_after: TimeDelta,
    },
}

/// A decision and what to keep for the key.
#[must_use]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Taken {
    /// The decision.
    pub decision: Decision,
    /// When the key is back to its full allowance, if nothing more is counted; from then on it
    /// need not be kept. Unchanged by a denial.
    pub full_at: Option<DateTime<Utc>>,
}

/// Decides and counts: the algorithm that every store runs in one atomic step.
///
/// `full_at` is what was kept for the key, none for a new one. A `cost` beyond the burst is always
/// denied. If the clock goes backwards nothing more is allowed than before.
pub fn take(full_at: Option<DateTime<Utc>>, now: DateTime<Utc>, limit: &Limit, cost: u32) -> Taken {
    let base = full_at.map_or(now, |full_at| full_at.max(now));
    let next = base.checked_add_signed(limit.of(cost)).unwrap_or(DateTime::<Utc>::MAX_UTC);
    let ahead = next.signed_duration_since(now);
    let period = limit.period();
    if ahead > period || cost > limit.burst {
        let retry_after = (ahead - period).clamp(TimeDelta::zero(), period);
        return Taken { decision: Decision::Denied { retry_after }, full_at };
    }
    let free = (period - ahead).num_microseconds().unwrap_or(0);
    let each = limit.interval.num_microseconds().unwrap_or(1).max(1);
    let remaining = u32::try_from(free / each).unwrap_or(0);
    Taken { decision: Decision::Allowed { remaining }, full_at: Some(next) }
}

/// Counts against limits, for all processes that share it.
///
/// # Contract
/// - [`take`](Self::take) decides as the function [`take`] does, and deciding and counting are one
///   atomic step: of many calls at once, no more are allowed than one after the other.
/// - Keys are hashes made with a secret ([`Keyring::mac`](crate::Keyring::mac)), so that what is
///   stored is no list of addresses. A key belongs to one limit; its purpose is part of what was
///   hashed.
/// - Forgetting a key before it is back to its full allowance weakens the limit; forgetting it
///   afterwards changes nothing.
#[async_trait]
pub trait Limiter: std::fmt::Debug + Send + Sync + 'static {
    /// Counts `cost` against `limit` for `key`, if there is room.
    ///
    /// # Errors
    /// When the store fails. The caller decides what that means; for sign-in and codes it means
    /// no.
    ///
    /// # Cancel safety
    /// Dropping the future may or may not count.
    async fn take(&self, key: &Digest32, limit: &Limit, cost: u32) -> Result<Decision, StoreError>;
}

const MOST_PERIOD_MICROS: i64 = 100 * 366 * 24 * 60 * 60 * 1_000_000;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(micros: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(micros).unwrap()
    }

    fn allowed(taken: Taken) -> Option<u32> {
        match taken.decision {
            Decision::Allowed { remaining } => Some(remaining),
            Decision::Denied { .. } => None,
        }
    }

    #[test]
    fn the_rest_is_counted_down_and_comes_back() {
        let limit = Limit::per(3, TimeDelta::seconds(30)).unwrap();
        let mut full_at = None;
        let mut rest = |seconds: i64, cost| {
            let taken = take(full_at, at(seconds * 1_000_000), &limit, cost);
            full_at = taken.full_at;
            allowed(taken)
        };
        assert_eq!(rest(0, 1), Some(2));
        assert_eq!(rest(0, 2), Some(0));
        assert_eq!(rest(9, 1), None);
        assert_eq!(rest(10, 1), Some(0));
        assert_eq!(rest(1_000, 0), Some(3));
        assert_eq!(rest(1_000, 4), None);
        assert_eq!(rest(1_000, 3), Some(0));
    }

    #[test]
    fn limits_that_cannot_be_kept_are_refused() {
        assert!(Limit::new(0, TimeDelta::seconds(1)).is_err());
        assert!(Limit::new(1, TimeDelta::zero()).is_err());
        assert!(Limit::new(1, TimeDelta::nanoseconds(999)).is_err());
        assert!(Limit::new(1, TimeDelta::seconds(-1)).is_err());
        assert!(Limit::new(2, TimeDelta::days(366 * 60)).is_err());
        assert!(Limit::new(u32::MAX, TimeDelta::MAX).is_err());
        assert!(Limit::per(0, TimeDelta::seconds(1)).is_err());
        assert!(Limit::per(1_000_001, TimeDelta::seconds(1)).is_err());
    }

    #[test]
    fn the_ends_of_time_are_borne() {
        let limit = Limit::per(3, TimeDelta::days(366)).unwrap();
        let (first, last) = (DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC);
        for (full_at, now) in [(None, last), (Some(last), last), (Some(last), first)] {
            for cost in [0, 1, 3, u32::MAX] {
                if let Decision::Denied { retry_after } = take(full_at, now, &limit, cost).decision
                {
                    assert!(retry_after <= limit.period());
                }
            }
        }
    }

    proptest! {
        /// However the calls fall, no stretch of time holds more than its burst and refill.
        #[test]
        fn no_window_holds_more_than_burst_and_refill(
            burst in 1_u32..6,
            steps in proptest::collection::vec((-3_000_i64..5_000, 0_u32..4), 1..60),
        ) {
            let limit = Limit::new(burst, TimeDelta::microseconds(1_000)).unwrap();
            let (mut now, mut full_at, mut done) = (1_000_000, None, Vec::new());
            for (step, cost) in steps {
                now += step;
                let taken = take(full_at, at(now), &limit, cost);
                match taken.decision {
                    Decision::Allowed { .. } => done.push((now, i64::from(cost))),
                    Decision::Denied { retry_after } => {
                        prop_assert_eq!(taken.full_at, full_at);
                        prop_assert!(retry_after <= limit.period());
                    }
                }
                full_at = taken.full_at;
            }
            for (first, (start, _)) in done.iter().enumerate() {
                let mut latest = *start;
                let mut sum = 0;
                for (time, cost) in &done[first..] {
                    latest = latest.max(*time);
                    sum += cost;
                    prop_assert!(sum * 1_000 <= i64::from(burst) * 1_000 + (latest - start));
                }
            }
        }

        /// After the wait that a denial names, the same call is allowed.
        #[test]
        fn the_wait_is_exact(burst in 1_u32..6, ahead in 0_i64..6_000, cost in 1_u32..6) {
            let limit = Limit::new(burst, TimeDelta::microseconds(1_000)).unwrap();
            let full_at = Some(at(ahead.min(i64::from(burst) * 1_000)));
            let denied = take(full_at, at(0), &limit, cost).decision;
            if let (Decision::Denied { retry_after }, true) = (denied, cost <= burst) {
                let then = at(0) + retry_after;
                prop_assert!(allowed(take(full_at, then, &limit, cost)).is_some());
                let earlier = then - TimeDelta::microseconds(1);
                prop_assert!(allowed(take(full_at, earlier, &limit, cost)).is_none());
            }
        }
    }
}
