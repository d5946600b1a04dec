//! How a service commits: what came of it, told so that the service can read and decide again.

use crate::commit::{Commit, Committed};
use crate::error::{Error, StoreError, StoreErrorKind};

/// How often a service reads and decides before it answers `Contended`.
pub(crate) const ATTEMPTS: u32 = 8;

/// What came of a commit.
#[must_use]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Applied {
    /// All of it is stored.
    Done,
    /// Something changed since it was read; nothing is stored.
    Conflict,
    /// Another row has the same values under this rule; nothing is stored.
    Duplicate(&'static str),
}

/// Commits, and repeats the same commit while it is not known whether it was applied.
pub(crate) async fn apply<C, F>(
    commit: Commit<C>,
    send: impl Fn(Commit<C>) -> F,
) -> Result<Applied, Error>
where
    C: Clone,
    F: Future<Output = Result<Committed, StoreError>>,
{
    let mut last = StoreError::new(StoreErrorKind::CommitUnknown);
    for _ in 0..3 {
        let Err(error) = send(commit.clone()).await else {
            return Ok(Applied::Done);
        };
        match error.kind() {
            StoreErrorKind::Conflict(_) | StoreErrorKind::Retry => return Ok(Applied::Conflict),
            StoreErrorKind::Duplicate { rule, .. } => return Ok(Applied::Duplicate(rule)),
            StoreErrorKind::CommitUnknown => last = error,
            _ => return Err(error.into()),
        }
    }
    Err(last.into())
}
