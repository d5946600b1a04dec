#![doc = include_str!("../README.md")]

mod alley;
mod coverage;
pub mod ddl;
mod domain;
mod error;
mod layout;
mod migration;
mod row;
mod sql;
#[cfg(feature = "sqlite")]
mod sqlite;

pub use alley::{Alley, AssemblyError, Config, NotConfigured, Storage, declarations};
pub use coverage::{CoverageError, Gap};
pub use domain::{DeclarationError, Domain};
pub use error::OpenError;
pub use layout::{Layout, LayoutError};
pub use migration::{Migration, SchemaState};
pub use sql::{Binding, Technical};
#[cfg(feature = "sqlite")]
pub use sqlite::{NewerSchema, SqliteOptions, SqliteStore, SweepStore};

/// The SQLite driver, for the statements of [`SqliteStore::commit_with`].
#[cfg(feature = "sqlite")]
pub use rusqlite;
