//! Errors of this crate.

use alley_core::{OpenError, Problem, RandomError, SealError, StoreError};
use chrono::{DateTime, Utc};
use http::StatusCode;

use crate::data_map::Fault;

/// Result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can go wrong in this crate. Refusals that a caller must branch on are not here.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The random source failed.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// A value could not be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// A sealed value could not be opened; the key it needs may be missing from the keyring.
    #[error("a sealed value of field {record}.{field} cannot be opened")]
    Open {
        /// Name of the record type.
        record: &'static str,
        /// Name of the field.
        field: &'static str,
        /// Why.
        #[source]
        source: OpenError,
    },
    /// The data map contradicts itself or the declared record types.
    #[error("the data map has {} errors, the first is: {}", .0.len(), first(.0))]
    Map(Vec<Fault>),
    /// No declared record type has this name.
    #[error("no record type \"{record}\" is declared to privacy: pass its declaration to the door")]
    UndeclaredRecord {
        /// The name.
        record: String,
    },
    /// A text is not the id of a row of this type.
    #[error("the text is no id of record type {record}")]
    NotAnId {
        /// Name of the record type.
        record: &'static str,
    },
    /// There is no such plan, hold or request.
    #[error("there is no such {what}")]
    Unknown {
        /// `erasure plan`, `legal hold` or `privacy request`.
        what: &'static str,
    },
    /// Others changed the same records again and again; try later.
    #[error("too many others change the same {what} at once")]
    Contended {
        /// What.
        what: &'static str,
    },
    /// Another worker carries the plan out, at most until then.
    #[error("another worker carries this erasure plan out until {until} at the latest")]
    LeaseLost {
        /// When its lease ends.
        until: DateTime<Utc>,
    },
    /// A door inside a unit of work was asked to carry out an erasure or a sweep.
    #[error("refused in a transaction of the host: erasing takes many commits and calls others")]
    InTransaction,
    /// An export could not be written.
    #[error("the export could not be written")]
    Output(#[from] std::io::Error),
    /// Something of this crate's own could not be written as JSON.
    #[error("{what} cannot be written as JSON")]
    Json {
        /// What.
        what: &'static str,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// No signing key could be derived from the keyring.
    #[error("no signing key for certificates can be derived from the keyring")]
    SigningKey,
}

fn first(faults: &[Fault]) -> String {
    faults.first().map(ToString::to_string).unwrap_or_default()
}

impl From<&Error> for Problem {
    fn from(error: &Error) -> Self {
        match error {
            Error::Store(error) => error.into(),
            Error::Unknown { .. } => {
                Self::new(StatusCode::NOT_FOUND, "not_found", "There is no such thing.")
            }
            Error::Contended { .. } | Error::LeaseLost { .. } => {
                Self::new(StatusCode::CONFLICT, "busy", "Somebody else is working on it.")
            }
            Error::NotAnId { .. } => {
                Self::new(StatusCode::BAD_REQUEST, "not_an_id", "This is not a valid id.")
            }
            _ => Self::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "internal",
                "Something went wrong on our side.",
            ),
        }
    }
}
