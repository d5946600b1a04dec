//! What the engine's refusals mean.

use alley_core::{StoreError, StoreErrorKind};
use sqlx::postgres::PgDatabaseError;

use crate::failure::other;

/// Why a piece of work did not end well.
#[derive(Debug)]
pub(super) enum Failure {
    /// The engine or the connection failed.
    Engine(sqlx::Error),
    /// Our own answer; the work is to be undone.
    Refused(StoreError),
    /// The call did not end in time; the server rolls back when its connection closes.
    Late,
    /// A statement over many rows met a uniqueness rule; which row it was is found row by row.
    Batch,
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Self::Engine(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Refused(error)
    }
}

impl Failure {
    /// Whether the engine asks for the whole transaction again. By code, never by message.
    pub(super) fn asks_again(&self) -> bool {
        matches!(self, Self::Engine(error) if matches!(code(error), Some(SERIALIZATION | DEADLOCK)))
    }

    /// Whether the connection is gone or of no use any more.
    pub(super) fn lost_connection(&self) -> bool {
        match self {
            Self::Engine(error) => is_lost(error),
            Self::Late => true,
            Self::Refused(_) | Self::Batch => false,
        }
    }

    /// Whether nothing can be done on the connection any more, not even rolled back.
    pub(super) fn ended_connection(&self) -> bool {
        self.lost_connection() && !self.only_reads()
    }

    /// Whether the server takes no writes: it is a standby, or was told so.
    pub(super) fn only_reads(&self) -> bool {
        matches!(self, Self::Engine(error) if code(error) == Some(READ_ONLY))
    }

    /// The answer to the caller when nothing was applied.
    pub(super) fn into_store(self) -> StoreError {
        match self {
            Self::Refused(error) => error,
            Self::Engine(error) => failed(&error),
            Self::Late => late(StoreErrorKind::Unavailable),
            Self::Batch => other("rows of a batch were refused and nobody tried them one by one"),
        }
    }
}

/// The answer when a call did not end in time.
pub(super) fn late(kind: StoreErrorKind) -> StoreError {
    StoreError::with_source(kind, Said::Driver("the server did not answer within the deadline"))
}

/// An error of the engine before COMMIT: nothing was applied.
pub(super) fn failed(error: &sqlx::Error) -> StoreError {
    StoreError::with_source(kind(error), Said::of(error))
}

/// The SQLSTATE of an error that the server sent.
pub(super) fn code(error: &sqlx::Error) -> Option<&str> {
    database(error).map(PgDatabaseError::code)
}

/// What the server says in words. They can hold values of rows: only for statements that have none.
pub(super) fn message(error: &sqlx::Error) -> &str {
    database(error).map_or("", PgDatabaseError::message)
}

/// The uniqueness rule's index, if that was the refusal.
pub(super) fn broken_rule(error: &sqlx::Error) -> Option<&str> {
    let refused = database(error)?;
    (refused.code() == UNIQUE).then(|| refused.constraint().unwrap_or_default())
}

fn database(error: &sqlx::Error) -> Option<&PgDatabaseError> {
    match error {
        sqlx::Error::Database(refused) => refused.try_downcast_ref(),
        _ => None,
    }
}

fn is_lost(error: &sqlx::Error) -> bool {
    match code(error) {
        // Connection failures, shutdowns, and a server that became a read-only standby.
        Some(code) => {
            code.starts_with("08")
                || code.starts_with("57P")
                || [READ_ONLY, UNKNOWN].contains(&code)
        }
        None => matches!(
            error,
            sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed
        ),
    }
}

fn kind(error: &sqlx::Error) -> StoreErrorKind {
    let Some(code) = code(error) else {
        return match error {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => StoreErrorKind::Unavailable,
            _ => StoreErrorKind::Other,
        };
    };
    match (code, code.get(..2)) {
        (SERIALIZATION | DEADLOCK | LOCK_TIMEOUT, _) => StoreErrorKind::Retry,
        // Classes: connection, resources (disk full, memory, connections), system errors; and
        // shutdowns, a statement that the server stopped, a standby, refused logins.
        (READ_ONLY | CANCELED, _) | (_, Some("08" | "28" | "53" | "58" | "3D")) => {
            StoreErrorKind::Unavailable
        }
        (code, _) if code.starts_with("57P") => StoreErrorKind::Unavailable,
        ("XX001" | "XX002", _) => {
            StoreErrorKind::Corrupt { record: "database", what: "the server found damaged data" }
        }
        _ => StoreErrorKind::Other,
    }
}

/// What the engine said, without the texts of its messages: they can hold values of rows.
#[derive(Debug, thiserror::Error)]
pub(super) enum Said {
    #[error("PostgreSQL answered {code}{about}")]
    Code { code: String, about: String },
    #[error(transparent)]
    System(std::io::Error),
    #[error("{0}")]
    Driver(&'static str),
}

impl Said {
    pub(super) fn of(error: &sqlx::Error) -> Self {
        if let Some(refused) = database(error) {
            let about = match (refused.constraint(), refused.table()) {
                (Some(name), _) => format!(" for {name}"),
                (None, Some(name)) => format!(" for table {name}"),
                (None, None) => String::new(),
            };
            return Self::Code { code: refused.code().to_owned(), about };
        }
        match error {
            sqlx::Error::Io(error) => {
                Self::System(std::io::Error::new(error.kind(), error.to_string()))
            }
            sqlx::Error::PoolTimedOut => {
                Self::Driver("no connection of the pool became free in time")
            }
            sqlx::Error::PoolClosed => Self::Driver("the pool is closed"),
            sqlx::Error::Protocol(_) => Self::Driver("the server broke the protocol, or hung up"),
            sqlx::Error::Encode(_) => Self::Driver(
                "a value cannot be stored: it is not of its column's kind, or a text holds U+0000",
            ),
            sqlx::Error::Configuration(_) => {
                Self::Driver("the address of the server cannot be read")
            }
            _ => Self::Driver("the driver failed"),
        }
    }
}

const SERIALIZATION: &str = "40001";
const DEADLOCK: &str = "40P01";
const LOCK_TIMEOUT: &str = "55P03";
const CANCELED: &str = "57014";
const READ_ONLY: &str = "25006";
const UNIQUE: &str = "23505";
/// The server does not know whether a transaction ended well.
const UNKNOWN: &str = "40003";
