//! Refusals that do not come from an engine.

use alley_core::{Key, RecordRef, RecordType, StoreError, StoreErrorKind};

/// A failure of the caller or of the set-up, in words.
pub(crate) fn other(what: impl Into<String>) -> StoreError {
    StoreError::with_source(StoreErrorKind::Other, what.into())
}

/// The row is not what the commit was decided on.
pub(crate) fn conflict(record: &'static RecordType, key: &Key) -> StoreError {
    StoreErrorKind::Conflict(RecordRef::new(record.name, key.clone())).into()
}

/// The record type does not declare what was asked for.
pub(crate) fn undeclared(record: &RecordType, what: &str) -> StoreError {
    other(format!("record type {} declares no {what}", record.name))
}

/// The store has no table for the record type.
pub(crate) fn no_table(record: &RecordType) -> StoreError {
    other(format!(
        "record type {} has no table here: its domain is not among those of the store",
        record.name
    ))
}
