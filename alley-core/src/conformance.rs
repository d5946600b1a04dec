//! Suites that any store can run against itself.
//!
//! Each port has a module with one function a promise, a `suite` that checks all of them, and a
//! macro that turns them into tests of their own: [`kernel_conformance!`](crate::kernel_conformance),
//! [`identity_conformance!`](crate::identity_conformance),
//! [`tenancy_conformance!`](crate::tenancy_conformance),
//! [`outbox_conformance!`](crate::outbox_conformance),
//! [`leases_conformance!`](crate::leases_conformance),
//! [`limiter_conformance!`](crate::limiter_conformance),
//! [`idempotency_conformance!`](crate::idempotency_conformance) and
//! [`personal_records_conformance!`](crate::personal_records_conformance). The ports of other crates
//! are checked by macros of those crates.
//!
//! ```
//! # use std::sync::Arc;
//! # use alley_core::MemoryStore;
//! use alley_core::conformance::Local;
//!
//! mod leases {
//!     // A host puts its own store here.
//!     alley_core::leases_conformance!(super::harness());
//! }
//!
//! fn harness() -> Local<MemoryStore> {
//!     Local::new(Arc::new(MemoryStore::new()))
//! }
//! # fn main() -> Result<(), alley_core::conformance::Violation> {
//! # alley_core::conformance::leases::suite(harness)
//! # }
//! ```
//!
//! A check answers `Err(Violation)` where the store breaks a promise, and names the promise. Every
//! check runs on a fresh store. One that cannot run (there is no server, or nothing to reopen) is
//! named on the standard error output, past the capture of the test runner. Each suite is proved on a
//! store that breaks one promise on purpose ([`Fault`](crate::Fault)).

use std::fmt;
use std::sync::Arc;

use crate::env::Env;
use crate::fact::Outbox;

pub mod contract;
mod harness;
mod hooked;
pub mod idempotency;
pub mod identity;
pub mod inbox;
pub mod kernel;
pub mod leases;
pub mod limiter;
mod macros;
pub mod outbox;
pub mod personal_records;
mod sample;
pub mod tenancy;

pub use contract::CommitFixture;
pub use harness::{Harness, Local, Offer, Skipped, offline, run, run_reopening, together};
pub use hooked::{Hook, Hooked};
pub use sample::Sample;

/// Callers at once, where a promise is about many of them.
pub const CALLERS: usize = 64;

/// A port on a fresh store, and the outbox that its commits fill.
#[expect(clippy::exhaustive_structs, reason = "made by whoever runs the suite")]
pub struct Fixture<P: ?Sized> {
    /// The port; empty.
    pub store: Arc<P>,
    /// Where the facts of its commits wait.
    pub outbox: Arc<dyn Outbox>,
    /// Clock and randomness of the suite.
    pub env: Env,
}

impl<P: ?Sized + fmt::Debug> fmt::Debug for Fixture<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fixture").field("store", &self.store).finish_non_exhaustive()
    }
}

/// A store broke a promise.
#[derive(Debug, thiserror::Error)]
#[error("the store breaks the promise \"{promise}\": {found}")]
pub struct Violation {
    promise: &'static str,
    found: String,
}

impl Violation {
    /// The promise, as the check names it, and what was found instead.
    pub fn new(promise: &'static str, found: impl fmt::Display) -> Self {
        Self { promise, found: found.to_string() }
    }

    /// The promise that was broken.
    pub const fn promise(&self) -> &'static str {
        self.promise
    }
}

/// Answers a violation unless `kept`.
///
/// # Errors
/// When `kept` is false; `found` says what was seen.
pub fn ensure(
    promise: &'static str,
    kept: bool,
    found: impl fmt::Display,
) -> Result<(), Violation> {
    if kept { Ok(()) } else { Err(Violation::new(promise, found)) }
}

/// Turns any error into a violation of `promise`.
///
/// # Errors
/// When `result` is an error.
pub fn kept<T, E: fmt::Display>(
    promise: &'static str,
    result: Result<T, E>,
) -> Result<T, Violation> {
    result.map_err(|error| Violation::new(promise, error))
}
