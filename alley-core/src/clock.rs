//! Time: the clock that services ask, and the timer that they wait on.

use std::future::poll_fn;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
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

    /// As [`sleep`](Self::sleep), for a wait beside work that goes on meanwhile and mostly ends
    /// first: a deadline, the renewal of a lease. A timer that itself lets time pass must not do so
    /// here, or the work would lose time that nobody used.
    async fn watch(&self, span: Duration) {
        self.sleep(span).await;
    }
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
/// As a [`Timer`] it moves itself forward by the span of each `sleep` and completes at once; a
/// `watch` completes when somebody else has moved it that far.
#[derive(Debug)]
pub struct ManualClock {
    hands: Mutex<Hands>,
}

#[derive(Debug)]
struct Hands {
    now: DateTime<Utc>,
    /// Who waits for them to move.
    watching: Vec<Waker>,
}

impl ManualClock {
    /// A clock that shows `start`, cut to whole microseconds.
    pub fn new(start: DateTime<Utc>) -> Self {
        let hands = Hands { now: start.trunc_subsecs(6), watching: Vec::new() };
        Self { hands: Mutex::new(hands) }
    }

    /// Moves the clock by `span`, which may be negative. Stays put where the calendar ends.
    pub fn advance(&self, span: TimeDelta) {
        self.turn(|now| now.checked_add_signed(span).unwrap_or(now));
    }

    /// Sets the clock to `instant`, cut to whole microseconds; also backwards.
    pub fn set(&self, instant: DateTime<Utc>) {
        self.turn(|_now| instant);
    }

    fn turn(&self, to: impl FnOnce(DateTime<Utc>) -> DateTime<Utc>) {
        let watching = {
            let mut hands = self.hands();
            hands.now = to(hands.now).trunc_subsecs(6);
            std::mem::take(&mut hands.watching)
        };
        watching.into_iter().for_each(Waker::wake);
    }

    fn hands(&self) -> MutexGuard<'_, Hands> {
        self.hands.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        self.hands().now
    }
}

#[async_trait]
impl Timer for ManualClock {
    async fn sleep(&self, span: Duration) {
        self.advance(TimeDelta::from_std(span).unwrap_or(TimeDelta::MAX));
    }

    async fn watch(&self, span: Duration) {
        let span = TimeDelta::from_std(span).unwrap_or(TimeDelta::MAX);
        let end = self.now().checked_add_signed(span).unwrap_or(DateTime::<Utc>::MAX_UTC);
        poll_fn(|context| {
            let mut hands = self.hands();
            if hands.now >= end {
                return Poll::Ready(());
            }
            if !hands.watching.iter().any(|waker| waker.will_wake(context.waker())) {
                hands.watching.push(context.waker().clone());
            }
            Poll::Pending
        })
        .await;
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

    #[test]
    fn a_watch_ends_when_somebody_else_has_moved_the_clock() {
        let clock = ManualClock::new(DateTime::UNIX_EPOCH);
        std::thread::scope(|scope| {
            let watch = scope.spawn(|| pollster::block_on(clock.watch(Duration::from_secs(3))));
            while clock.hands().watching.is_empty() {
                std::thread::yield_now();
            }
            assert_eq!(clock.now().timestamp(), 0);
            clock.advance(TimeDelta::seconds(2));
            while clock.hands().watching.is_empty() {
                std::thread::yield_now();
            }
            assert!(!watch.is_finished());
            clock.advance(TimeDelta::seconds(1));
        });
    }
}
