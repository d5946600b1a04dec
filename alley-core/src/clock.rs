//! Time: the clock that services ask, and the timer that they wait on.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};

/// Tells the present instant.
///
/// # Contract
/// Every answer is a whole number of microseconds, so that an instant reads back equal from any
/// store. Later calls may answer earlier instants (clocks are set back); callers must bear that.
pub trait Clock: std::fmt::Debug + Send + Sync + 'static {
    /// The present instant.
    fn now(&self) -> DateTime<Utc>;
}

/// Waits. A port, so that tests do not sleep and no library chooses the host's runtime.
#[async_trait]
pub trait Timer: std::fmt::Debug + Send + Sync + 'static {
    /// Completes when the span has passed. Dropping the future cancels the wait.
    async fn sleep(&self, span: Duration);
}

/// The clock of the operating system, cut to whole microseconds.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct SystemClock;

impl SystemClock {
    /// The clock of the operating system.
    pub const fn new() -> Self {
        Self
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the system")]
    fn now(&self) -> DateTime<Utc> {
        DateTime::<Utc>::from(std::time::SystemTime::now()).trunc_subsecs(6)
    }
}

/// A clock that stands still until it is told to move; for tests and simulations.
///
/// As a [`Timer`] it moves itself forward by the span of each wait and completes at once.
#[derive(Debug)]
pub struct ManualClock {
    now: Mutex<DateTime<Utc>>,
}

impl ManualClock {
    /// A clock that shows `start`, cut to whole microseconds.
    pub fn new(start: DateTime<Utc>) -> Self {
        Self { now: Mutex::new(start.trunc_subsecs(6)) }
    }

    /// Moves the clock by `span`, which may be negative. Stays put where the calendar ends.
    pub fn advance(&self, span: TimeDelta) {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        *now = now.checked_add_signed(span).unwrap_or(*now).trunc_subsecs(6);
    }

    /// Sets the clock to `instant`, cut to whole microseconds; also backwards.
    pub fn set(&self, instant: DateTime<Utc>) {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) = instant.trunc_subsecs(6);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Timer for ManualClock {
    async fn sleep(&self, span: Duration) {
        self.advance(TimeDelta::from_std(span).unwrap_or(TimeDelta::MAX));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_whole_microseconds() {
        let clock = ManualClock::new(DateTime::from_timestamp_nanos(1_234));
        assert_eq!(clock.now().timestamp_subsec_nanos(), 1_000);
        assert_eq!(SystemClock::new().now().timestamp_subsec_nanos() % 1_000, 0);
    }

    #[test]
    fn a_wait_moves_the_manual_clock() {
        let clock = ManualClock::new(DateTime::UNIX_EPOCH);
        pollster::block_on(clock.sleep(Duration::from_secs(3)));
        assert_eq!(clock.now().timestamp(), 3);
    }
}
