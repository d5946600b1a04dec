//! Suites that any store can run against itself.
//!
//! A check answers `Err(Violation)` where the store breaks a promise, and names the promise. The
//! suites of the other crates are made from the pieces here; each is proved on a store that breaks
//! one promise on purpose ([`Fault`](crate::Fault)).

use std::fmt;

mod contract;
mod erasure;
mod hooked;
mod identity;
mod kernel;
mod ports;
mod sample;
mod tenancy;

pub use contract::{CommitFixture, commit_contract};
pub use erasure::personal_records;
pub use hooked::{Hook, Hooked};
pub use identity::identity;
pub use kernel::kernel;
pub use ports::{leases, outbox};
pub use sample::Sample;
pub use tenancy::tenancy;

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
