//! Why a database could not be opened or brought up to date.

use std::error::Error;

use crate::domain::DeclarationError;
use crate::layout::LayoutError;

/// A database cannot be used. Each message names the database, what is wrong, and what would be
/// right; no message holds a password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// There is no such file.
    #[error("no database at {database}: create it with SqliteStore::migrate")]
    Missing {
        /// The file.
        database: String,
    },
    /// The file cannot be read and written, or its folder is not there.
    #[error(
        "database {database} cannot be read and written: its folder must exist and allow writing"
    )]
    Inaccessible {
        /// The file.
        database: String,
        /// What the system said.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// The file is something else, or damaged.
    #[error(
        "{database} is not an SQLite database: give the path of one, or of a file that does not exist"
    )]
    NotADatabase {
        /// The file.
        database: String,
    },
    /// Another process holds the database.
    #[error(
        "database {database} is locked by another process: end it, or wait longer ({patience})"
    )]
    Locked {
        /// The file, or server, database and schema.
        database: String,
        /// The call that makes the wait longer.
        patience: &'static str,
    },
    /// The address of a server cannot be read.
    #[error(
        "the address of the database cannot be read: write postgres://user:password@host:port/database"
    )]
    Address,
    /// The server cannot be reached, or ended the conversation.
    #[error(
        "the server of database {database} cannot be reached: it must run and accept connections there"
    )]
    Unreachable {
        /// Server and database.
        database: String,
        /// What the system said.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// The server does not let this user in, or has no such database.
    #[error(
        "the server refuses the login to database {database}: user, password and name of the database must be right"
    )]
    LoginRefused {
        /// Server and database.
        database: String,
        /// What the server said, as a code.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// The user may not do what is needed.
    #[error("the user of database {database} lacks a right: grant it {right}")]
    Denied {
        /// Server, database and schema.
        database: String,
        /// The right.
        right: &'static str,
    },
    /// The server only reads.
    #[error(
        "the server of database {database} only reads: give the primary, not a standby, or end default_transaction_read_only"
    )]
    ReadOnly {
        /// Server, database and schema.
        database: String,
    },
    /// Schema steps are missing.
    #[error(
        "the schema of database {database} lacks {pending} step(s): call {call} before opening"
    )]
    Behind {
        /// The file, or server, database and schema.
        database: String,
        /// How many.
        pending: usize,
        /// The call that applies them.
        call: &'static str,
    },
    /// A newer version of this code made the schema.
    #[error(
        "the schema of database {database} is newer than this program (it has step {newest}): use the newer program"
    )]
    Newer {
        /// The file, or server, database and schema.
        database: String,
        /// The newest step that the code does not know.
        newest: String,
    },
    /// A schema step in the database is not the one of this code.
    #[error(
        "database {database} has another step {step} than this program: it was not made by a release of it"
    )]
    Foreign {
        /// The file, or server, database and schema.
        database: String,
        /// Domain and version.
        step: String,
    },
    /// There are no such steps to adopt.
    #[error("steps cannot be adopted for database {database}: {what}")]
    Adoption {
        /// The file, or server, database and schema.
        database: String,
        /// What is missing.
        what: String,
    },
    /// The engine does not do what the store relies on.
    #[error("database {database} does not keep the setting {setting}: {remedy}")]
    Setting {
        /// The file, or server and database.
        database: String,
        /// The setting and the value that it must have.
        setting: &'static str,
        /// What would be right.
        remedy: &'static str,
    },
    /// A schema or prefix cannot be used.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// The record types or queries contradict each other.
    #[error(transparent)]
    Declaration(#[from] DeclarationError),
    /// A table of the host cannot hold the record type that was said to live in it.
    #[error(
        "table {table} of database {database} cannot hold records of type {record}: it needs a column for each field, called as SqlRecords says"
    )]
    HostTable {
        /// The file.
        database: String,
        /// The table.
        table: String,
        /// The record type.
        record: &'static str,
        /// What the engine said.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// Anything else; the source says more.
    #[error("database {database} cannot be used")]
    Other {
        /// The file, or server, database and schema.
        database: String,
        /// What the engine said.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
}
