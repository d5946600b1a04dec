#![doc = include_str!("../README.md")]

mod alley;
#[cfg(feature = "sqlite")]
mod coverage;
#[cfg(feature = "sqlite")]
pub mod ddl;
#[cfg(feature = "sqlite")]
mod domain;
#[cfg(feature = "sqlite")]
mod engine;
#[cfg(feature = "sqlite")]
mod error;
#[cfg(feature = "sqlite")]
mod failure;
#[cfg(feature = "sqlite")]
mod layout;
#[cfg(feature = "sqlite")]
mod migration;
#[cfg(feature = "sqlite")]
mod outbox;
#[cfg(feature = "sqlite")]
mod page;
#[cfg(feature = "sqlite")]
mod reach;
#[cfg(feature = "sqlite")]
mod row;
#[cfg(feature = "sqlite")]
mod sql;
#[cfg(feature = "sqlite")]
mod sqlite;

pub use alley::{Alley, AssemblyError, Config, NotConfigured, Storage, declarations};
#[cfg(feature = "sqlite")]
pub use coverage::{CoverageError, Gap};
#[cfg(feature = "sqlite")]
pub use domain::{DeclarationError, Domain};
#[cfg(feature = "sqlite")]
pub use engine::Engine;
#[cfg(feature = "sqlite")]
pub use error::OpenError;
#[cfg(feature = "sqlite")]
pub use layout::{Layout, LayoutError};
#[cfg(feature = "sqlite")]
pub use migration::{Migration, SchemaState};
#[cfg(feature = "sqlite")]
pub use sql::{Binding, Technical};
#[cfg(feature = "sqlite")]
pub use sqlite::{NewerSchema, SqliteOptions, SqliteStore, SweepStore};

/// The SQLite driver, for the statements of [`SqliteStore::commit_with`].
#[cfg(feature = "sqlite")]
pub use rusqlite;
