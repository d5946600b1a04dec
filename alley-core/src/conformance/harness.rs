//! What a suite runs against: a fresh store, and how to wait.

use std::any::Any;
use std::fmt;
use std::io::Write as _;
use std::pin::pin;
use std::sync::{Arc, Barrier};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta};

use super::Violation;
use crate::clock::ManualClock;
use crate::env::Env;
use crate::http::{HttpTransport, RequestLimits, TransportError, TransportErrorKind};
use crate::random::SeededRandom;
use crate::seal::{KeyId, Keyring, SealKey};

/// A fresh, empty store and what a suite needs beside it. Dropping it cleans up.
///
/// The ports under test are traits of [`Store`](Self::Store). Where a host keeps one port in one
/// type and the outbox that its commits fill in another, a small type of its own implements both.
pub trait Harness: Sync {
    /// What implements the ports.
    type Store: Send + Sync + 'static;

    /// The store.
    fn store(&self) -> Arc<Self::Store>;

    /// Clock and randomness of the suite. Its clock and the store's must agree to a second.
    fn env(&self) -> &Env;

    /// Runs a future to its end, on whatever runtime the store needs. Many threads call this at
    /// once, none of them from within a future.
    fn block_on<F: Future>(&self, future: F) -> F::Output;

    /// Lets at least `span` pass, by the clock of [`env`](Self::env) and by that of the store: moves
    /// a manual clock, waits, or both.
    fn pass(&self, span: Duration);

    /// How long leases are in the tests that let them run out. A store with a clock of its own,
    /// which has to be waited for, says some hundred milliseconds.
    fn moment(&self) -> Duration {
        Duration::from_mins(1)
    }

    /// How often a race is tried. A store that is slow to commit says less.
    fn rounds(&self) -> u32 {
        20
    }

    /// The same data through a handle that was opened anew; none if the data end with the store.
    fn reopen(&self) -> Option<Arc<Self::Store>> {
        None
    }
}

/// Why the tests of a store do not run: its server is not there.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{reason}")]
pub struct Skipped {
    reason: String,
}

impl Skipped {
    /// `reason` completes the sentence "… is skipped: …".
    pub fn new(reason: impl fmt::Display) -> Self {
        Self { reason: reason.to_string() }
    }
}

/// What the expression of a conformance macro may give: a harness, or one or a reason to skip.
pub trait Offer {
    /// The harness.
    type Harness: Harness;

    /// The harness, or why there is none.
    ///
    /// # Errors
    /// When the tests are to be skipped.
    fn offered(self) -> Result<Self::Harness, Skipped>;
}

impl<H: Harness> Offer for H {
    type Harness = H;

    fn offered(self) -> Result<H, Skipped> {
        Ok(self)
    }
}

impl<H: Harness> Offer for Result<H, Skipped> {
    type Harness = H;

    fn offered(self) -> Self {
        self
    }
}

/// Runs one check; says so by name if it is skipped.
///
/// # Errors
/// As the check.
pub fn run<O: Offer>(
    name: &str,
    offer: O,
    check: impl FnOnce(&O::Harness) -> Result<(), Violation>,
) -> Result<(), Violation> {
    match offer.offered() {
        Ok(harness) => check(&harness),
        Err(reason) => {
            skip(name, &reason);
            Ok(())
        }
    }
}

/// Runs one check that needs a store whose data outlive it.
///
/// # Errors
/// As the check.
pub fn run_reopening<O: Offer>(
    name: &str,
    offer: O,
    check: impl FnOnce(&O::Harness) -> Result<(), Violation>,
) -> Result<(), Violation> {
    run(name, offer, |harness| {
        if harness.reopen().is_some() {
            return check(harness);
        }
        skip(name, &Skipped::new("the data of this store end with it"));
        Ok(())
    })
}

/// Says it past the capture of the test runner, which would keep the words of a passing test.
fn skip(name: &str, reason: &Skipped) {
    // Nothing is to be done where nobody hears it.
    let _ = writeln!(std::io::stderr(), "skipped: {name}: {reason}");
}

/// Runs `call` in so many threads at once, and answers what they answered, in their order.
pub fn together<T: Send>(callers: usize, call: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let (barrier, call) = (&Barrier::new(callers), &call);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..callers)
            .map(|number| {
                scope.spawn(move || {
                    barrier.wait();
                    call(number)
                })
            })
            .collect();
        let answer = |thread: std::thread::ScopedJoinHandle<'_, T>| {
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        threads.into_iter().map(answer).collect()
    })
}

/// The harness of a store in the process: a clock that stands still until time is to pass,
/// repeatable randomness, and no runtime.
pub struct Local<S> {
    store: Arc<S>,
    clock: Arc<ManualClock>,
    env: Env,
    rounds: u32,
    reopen: Option<Box<dyn Fn() -> Arc<S> + Send + Sync>>,
    guards: Vec<Box<dyn Any + Send + Sync>>,
}

impl<S> Local<S> {
    /// A harness of `store`.
    pub fn new(store: Arc<S>) -> Self {
        Self::on_clock(|_| store)
    }

    /// A harness of a store that asks a clock of its own: it gets the harness's.
    pub fn on_clock(make: impl FnOnce(Arc<ManualClock>) -> Arc<S>) -> Self {
        let (env, clock) = offline(1);
        let store = make(Arc::clone(&clock));
        Self { store, clock, env, rounds: 20, reopen: None, guards: Vec::new() }
    }

    /// How often a race is tried; 20 times if it is not said.
    #[must_use]
    pub fn with_rounds(mut self, rounds: u32) -> Self {
        self.rounds = rounds;
        self
    }

    /// How to open the same data anew.
    #[must_use]
    pub fn with_reopen(mut self, reopen: impl Fn() -> Arc<S> + Send + Sync + 'static) -> Self {
        self.reopen = Some(Box::new(reopen));
        self
    }

    /// Keeps something until the store is gone: a folder that is removed when it is dropped.
    #[must_use]
    pub fn with_guard(mut self, guard: impl Any + Send + Sync) -> Self {
        self.guards.push(Box::new(guard));
        self
    }
}

impl<S> fmt::Debug for Local<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Local").field("clock", &self.clock).finish_non_exhaustive()
    }
}

impl<S: Send + Sync + 'static> Harness for Local<S> {
    type Store = S;

    fn store(&self) -> Arc<S> {
        Arc::clone(&self.store)
    }

    fn env(&self) -> &Env {
        &self.env
    }

    fn block_on<F: Future>(&self, future: F) -> F::Output {
        block_on(future)
    }

    fn pass(&self, span: Duration) {
        self.clock.advance(TimeDelta::from_std(span).unwrap_or(TimeDelta::MAX));
    }

    fn rounds(&self) -> u32 {
        self.rounds
    }

    fn reopen(&self) -> Option<Arc<S>> {
        self.reopen.as_ref().map(|reopen| reopen())
    }
}

/// An environment without a network, with a clock that stands still and repeatable chance, and that
/// clock.
#[expect(clippy::missing_panics_doc, reason = "it does not panic, see below")]
pub fn offline(seed: u64) -> (Env, Arc<ManualClock>) {
    #[expect(clippy::expect_used, reason = "32 bytes that are not all zero are a key")]
    let key = SealKey::from_bytes(KeyId::new(1), &[7; 32]).expect("a key");
    let clock = Arc::new(ManualClock::new(DateTime::UNIX_EPOCH + TimeDelta::days(20_000)));
    let timer = Arc::<ManualClock>::clone(&clock);
    let env = Env::new(Arc::new(Keyring::of(key)), Arc::new(Offline), timer)
        .with_clock(Arc::<ManualClock>::clone(&clock))
        .with_random(Arc::new(SeededRandom::new(seed)));
    (env, clock)
}

/// Reaches nobody.
#[derive(Debug)]
struct Offline;

#[async_trait]
impl HttpTransport for Offline {
    async fn send(
        &self,
        _request: http::Request<Bytes>,
        _limits: &RequestLimits,
    ) -> Result<http::Response<Bytes>, TransportError> {
        Err(TransportError::new(TransportErrorKind::Connect))
    }
}

/// Runs a future on this thread, which sleeps while there is nothing to do.
fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(answer) => return answer,
            Poll::Pending => std::thread::park(),
        }
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_that_is_not_there_is_skipped_and_its_check_not_run() {
        let absent = || Err::<Local<()>, _>(Skipped::new("there is no server"));
        let check = |_: &Local<()>| Err(Violation::new("a promise", "it was run"));
        assert!(run("the check", absent(), check).is_ok());
        assert!(run("the check", Local::new(Arc::new(())), check).is_err());
        assert!(run_reopening("the check", Local::new(Arc::new(())), check).is_ok());
        let lasting = Local::new(Arc::new(())).with_reopen(|| Arc::new(()));
        assert!(run_reopening("the check", lasting, check).is_err());
    }

    #[test]
    fn a_wake_from_another_thread_is_not_lost() {
        let (done, mut asked) = (std::sync::atomic::AtomicBool::new(false), false);
        std::thread::scope(|scope| {
            block_on(std::future::poll_fn(|context| {
                if done.load(std::sync::atomic::Ordering::SeqCst) {
                    return Poll::Ready(());
                }
                if !std::mem::replace(&mut asked, true) {
                    let waker = context.waker().clone();
                    let done = &done;
                    scope.spawn(move || {
                        done.store(true, std::sync::atomic::Ordering::SeqCst);
                        waker.wake();
                    });
                }
                Poll::Pending
            }));
        });
    }
}
