//! A limiter within one process.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{Decision, Limit, Limiter, take};
use crate::clock::Clock;
use crate::error::StoreError;
use crate::value::Digest32;

/// Counts in memory, for one process, with a bound on the number of keys.
///
/// When it is full, the keys that are back to their full allowance go first, then those that
/// will be soonest. The keys that are kept longest are therefore those that were denied.
#[derive(Debug)]
pub struct MemoryLimiter {
    clock: Arc<dyn Clock>,
    capacity: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    full_at: HashMap<Digest32, DateTime<Utc>>,
    /// The same, in the order in which keys are forgotten.
    order: BTreeSet<(DateTime<Utc>, Digest32)>,
}

impl MemoryLimiter {
    /// How many keys are kept by default.
    pub const DEFAULT_CAPACITY: usize = 100_000;

    /// Keeps up to [`DEFAULT_CAPACITY`](Self::DEFAULT_CAPACITY) keys, some 20 MB.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self::with_capacity(clock, Self::DEFAULT_CAPACITY)
    }

    /// Keeps up to `capacity` keys, at least one.
    pub fn with_capacity(clock: Arc<dyn Clock>, capacity: usize) -> Self {
        Self { clock, capacity: capacity.max(1), state: Mutex::default() }
    }

    /// How many keys are kept now.
    pub fn len(&self) -> usize {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).full_at.len()
    }

    /// Whether no key is kept.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[async_trait]
impl Limiter for MemoryLimiter {
    async fn take(&self, key: &Digest32, limit: &Limit, cost: u32) -> Result<Decision, StoreError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        // Asked under the lock, so that calls are judged in the order of their times.
        let now = self.clock.now();
        let kept = state.full_at.get(key).copied();
        let taken = take(kept, now, limit, cost);
        if let Some(full_at) = taken.full_at.filter(|_| taken.full_at != kept) {
            state.keep(*key, kept, full_at);
            while state.full_at.len() > self.capacity {
                state.forget_first();
            }
        }
        Ok(taken.decision)
    }
}

impl State {
    fn keep(&mut self, key: Digest32, before: Option<DateTime<Utc>>, full_at: DateTime<Utc>) {
        if let Some(before) = before {
            self.order.remove(&(before, key));
        }
        self.full_at.insert(key, full_at);
        self.order.insert((full_at, key));
    }

    fn forget_first(&mut self) {
        if let Some((_, key)) = self.order.pop_first() {
            self.full_at.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use chrono::TimeDelta;

    use super::*;
    use crate::clock::ManualClock;

    fn key(number: u32) -> Digest32 {
        let mut bytes = [0; 32];
        bytes[..4].copy_from_slice(&number.to_be_bytes());
        Digest32::new(bytes)
    }

    fn is_allowed(limiter: &MemoryLimiter, key: Digest32, limit: &Limit) -> bool {
        let decision = pollster::block_on(limiter.take(&key, limit, 1)).unwrap();
        matches!(decision, Decision::Allowed { .. })
    }

    fn parts(capacity: usize) -> (Arc<ManualClock>, MemoryLimiter, Limit) {
        let clock = Arc::new(ManualClock::new(DateTime::UNIX_EPOCH));
        let limiter = MemoryLimiter::with_capacity(Arc::clone(&clock) as _, capacity);
        (clock, limiter, Limit::per(5, TimeDelta::seconds(60)).unwrap())
    }

    #[test]
    fn rl_01_of_many_threads_exactly_the_burst_is_allowed() {
        let (_, limiter, limit) = parts(10);
        let allowed = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..64 {
                scope.spawn(|| {
                    let one = usize::from(is_allowed(&limiter, key(1), &limit));
                    allowed.fetch_add(one, Ordering::SeqCst);
                });
            }
        });
        assert_eq!(allowed.load(Ordering::SeqCst), 5);
    }

    #[test]
    fn keys_do_not_share_an_allowance() {
        let (clock, limiter, limit) = parts(10);
        for _ in 0..5 {
            assert!(is_allowed(&limiter, key(1), &limit));
        }
        assert!(!is_allowed(&limiter, key(1), &limit));
        assert!(is_allowed(&limiter, key(2), &limit));
        clock.advance(TimeDelta::seconds(12));
        assert!(is_allowed(&limiter, key(1), &limit));
    }

    #[test]
    fn the_number_of_keys_is_bounded_and_the_denied_key_is_kept() {
        let (clock, limiter, limit) = parts(100);
        while is_allowed(&limiter, key(0), &limit) {}
        for number in 1..10_000 {
            assert!(is_allowed(&limiter, key(number), &limit));
            assert!(limiter.len() <= 100);
        }
        assert!(!is_allowed(&limiter, key(0), &limit));
        assert_eq!(limiter.len(), 100);
        // Back at full allowance, it is among the first to go.
        clock.advance(TimeDelta::seconds(61));
        for number in 10_000..10_100 {
            assert!(is_allowed(&limiter, key(number), &limit));
        }
        assert!(!limiter.state.lock().unwrap().full_at.contains_key(&key(0)));
    }

    #[test]
    fn a_denied_call_of_an_unknown_key_keeps_nothing() {
        let (_, limiter, limit) = parts(10);
        let decision = pollster::block_on(limiter.take(&key(1), &limit, 6)).unwrap();
        assert!(matches!(decision, Decision::Denied { .. }));
        assert!(limiter.is_empty());
    }
}
