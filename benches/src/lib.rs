//! How the benchmarks measure: variants side by side in rounds, medians, and ratios of medians.
//!
//! The variants take turns: one slice of work of each makes a round, and rounds repeat, so that
//! whatever else the machine does hits all of them alike. Wall time counts, and the processor time of
//! all threads is read beside it. A figure is a ratio of two medians of one run, never an absolute
//! time; a run whose slow tenth is far above its median is noisy, and is repeated.

pub mod hand;
pub mod machine;
pub mod scratch;

mod variant;
mod workload;

pub use variant::{Role, Variant};
pub use workload::{Limit, Medians, Workload, thousandths};

/// What went wrong in a benchmark; it ends it.
pub type Failure = Box<dyn std::error::Error>;

/// Refuses to measure, or to believe, what differs.
///
/// # Errors
/// With `what`, when `holds` is false.
pub fn ensure(holds: bool, what: impl Into<String>) -> Result<(), Failure> {
    if holds { Ok(()) } else { Err(what.into().into()) }
}
