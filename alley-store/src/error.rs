//! Why a database could not be opened or brought up to date.

use std::error::Error;
use std::path::PathBuf;

use crate::domain::DeclarationError;

/// A database cannot be used. Each message names the file, what is wrong, and what would be right.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// There is no such file.
    #[error("no database at {}: create it with SqliteStore::migrate", .path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be read and written, or its folder is not there.
    #[error("database {} cannot be read and written: its folder must exist and allow writing", .path.display())]
    Inaccessible {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// The file is something else, or damaged.
    #[error("{} is not an SQLite database: give the path of one, or of a file that does not exist", .path.display())]
    NotADatabase {
        /// The file.
        path: PathBuf,
    },
    /// Another process holds the database.
    #[error("database {} is locked by another process: end it, or wait longer (SqliteOptions::with_patience)", .path.display())]
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// Schema steps are missing.
    #[error("the schema of database {} lacks {pending} step(s): call SqliteStore::migrate before opening", .path.display())]
    Behind {
        /// The file.
        path: PathBuf,
        /// How many.
        pending: usize,
    },
    /// A newer version of this code made the schema.
    #[error("the schema of database {} is newer than this program (it has step {newest}): use the newer program", .path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// The newest step that the code does not know.
        newest: String,
    },
    /// A schema step in the database is not the one of this code.
    #[error("database {} has another step {step} than this program: it was not made by a release of it", .path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// Domain and version.
        step: String,
    },
    /// The engine does not do what the store relies on.
    #[error("database {} does not keep the setting {setting}: its file system must support it", .path.display())]
    Setting {
        /// The file.
        path: PathBuf,
        /// The pragma and the value that it must have.
        setting: &'static str,
    },
    /// The record types or queries contradict each other.
    #[error(transparent)]
    Declaration(#[from] DeclarationError),
    /// Anything else; the source says more.
    #[error("database {} cannot be used", .path.display())]
    Other {
        /// The file.
        path: PathBuf,
        /// What the engine said.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
}
