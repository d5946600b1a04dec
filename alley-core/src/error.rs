//! What a store answers when it cannot do what it was asked.

use crate::random::RandomError;
use crate::record::{Key, Record};
use crate::seal::{OpenError, SealError};

/// Names a row without showing what is in it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct RecordRef {
    /// Name of the record type.
    pub record: &'static str,
    /// Key of the row.
    pub key: Key,
}

impl RecordRef {
    /// Names a row.
    pub const fn new(record: &'static str, key: Key) -> Self {
        Self { record, key }
    }
}

/// Why a store could not do it. The same list for every engine and every port.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// The record is not what the commit was decided on. Nothing was applied; read and decide again.
    #[error("a record of type {} changed since it was read", .0.record)]
    Conflict(RecordRef),
    /// Another row has the same values under a uniqueness rule. Nothing was applied.
    #[error("a record of type {record} breaks the uniqueness rule {rule}")]
    Duplicate {
        /// Name of the record type.
        record: &'static str,
        /// Name of the rule.
        rule: &'static str,
    },
    /// The store cannot be reached or has no room; it may be back later. Nothing was applied.
    #[error("the store is not available")]
    Unavailable,
    /// The engine asks for the same call again (serialization failure, deadlock). Nothing was applied.
    #[error("the store asks for a retry")]
    Retry,
    /// The connection was lost while committing. Repeat with the same commit id to find out.
    #[error("it is not known whether the commit was applied")]
    CommitUnknown,
    /// A stored value is not what the record declares.
    #[error("stored data of record type {record} cannot be read: {what}")]
    Corrupt {
        /// Name of the record type, or of the table.
        record: &'static str,
        /// What was found wrong, without the value.
        what: &'static str,
    },
    /// Anything else; the source says more.
    #[error("the store failed")]
    Other,
}

/// The error of every storage port.
#[derive(Debug, thiserror::Error)]
#[error("{kind}")]
pub struct StoreError {
    kind: StoreErrorKind,
    #[source]
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl StoreError {
    /// An error without a cause of its own.
    pub const fn new(kind: StoreErrorKind) -> Self {
        Self { kind, source: None }
    }

    /// An error with the engine's own error as its source.
    pub fn with_source(
        kind: StoreErrorKind,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self { kind, source: Some(source.into()) }
    }

    /// The row with this key is not as the commit was decided on; see [`StoreErrorKind::Conflict`].
    pub const fn conflict<R: Record>(key: Key) -> Self {
        Self::new(StoreErrorKind::Conflict(RecordRef::new(R::TYPE.name, key)))
    }

    /// Another row has the same values under this rule of the record type; see
    /// [`StoreErrorKind::Duplicate`].
    pub const fn duplicate<R: Record>(rule: &'static str) -> Self {
        Self::new(StoreErrorKind::Duplicate { record: R::TYPE.name, rule })
    }

    /// Stored data cannot be read.
    pub const fn corrupt(record: &'static str, what: &'static str) -> Self {
        Self::new(StoreErrorKind::Corrupt { record, what })
    }

    /// The kind.
    pub const fn kind(&self) -> &StoreErrorKind {
        &self.kind
    }

    /// Whether reading again and deciding again may help.
    pub const fn is_conflict(&self) -> bool {
        matches!(self.kind, StoreErrorKind::Conflict(_))
    }

    /// Whether the same call may succeed later without a new decision.
    pub const fn is_retryable(&self) -> bool {
        matches!(self.kind, StoreErrorKind::Unavailable | StoreErrorKind::Retry)
    }
}

impl From<StoreErrorKind> for StoreError {
    fn from(kind: StoreErrorKind) -> Self {
        Self::new(kind)
    }
}

/// What a door of this crate answers when it cannot do what it was asked. What a person did wrong
/// is no error but part of the answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The store failed. Nothing was changed, unless its kind is `CommitUnknown`.
    #[error("account storage failed")]
    Store(#[from] StoreError),
    /// No randomness could be had. Nothing was changed.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// A value could not be sealed. Nothing was changed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// A stored value could not be opened: its key is gone, or the row was tampered with.
    #[error("stored field {field} of record type {record} cannot be opened")]
    Open {
        /// Name of the record type.
        record: &'static str,
        /// Name of the field.
        field: &'static str,
        /// What the keyring said.
        source: OpenError,
    },
    /// Too many passwords are being hashed, or there is no memory for one more. Nothing was
    /// changed; worth another try in seconds.
    #[error("too many passwords are being hashed: try again later")]
    Overloaded,
    /// Nobody could say whether a new password leaked, and the host has such passwords refused. Nothing
    /// was changed; worth another try.
    #[error("nobody can say whether the new password leaked: try again later")]
    BreachCheck,
    /// Others kept changing the same records. Nothing was changed; worth another try.
    #[error("the records kept changing while deciding: try again")]
    Contended,
    /// The host configured or asked something that cannot be.
    #[error("{what}")]
    Invalid {
        /// What is wrong and what would be right.
        what: &'static str,
    },
}
