#![doc = include_str!("../README.md")]

mod alley;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod coverage;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub mod ddl;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod domain;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod effect;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod engine;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod error;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod export;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod failure;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod layout;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod migration;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod outbox;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod page;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod reach;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod request;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod row;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod sql;
#[cfg(feature = "sqlite")]
mod sql_records;
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod sweep;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod upgrade;

pub use alley::{Alley, AssemblyError, Config, Doors, NotConfigured, Ports, Storage, declarations};
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub use coverage::{CoverageError, Gap};
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub use domain::{DeclarationError, Domain};
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub use engine::Engine;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub use error::OpenError;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub use layout::{Layout, LayoutError};
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub use migration::{Migration, SchemaState};
#[cfg(feature = "postgres")]
pub use postgres::{Pooler, PostgresOptions, PostgresStore, PostgresUnit};
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub use sql::{Binding, Technical};
#[cfg(feature = "sqlite")]
pub use sql_records::SqlRecords;
#[cfg(feature = "sqlite")]
pub use sqlite::{SqlField, SqlValue, SqliteOptions, SqliteStore};
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub use sweep::SweepStore;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub use upgrade::NewerSchema;

/// The SQLite driver, for the statements of [`SqliteStore::commit_with`].
#[cfg(feature = "sqlite")]
pub use rusqlite;

/// The PostgreSQL driver, for pools and transactions of the host.
#[cfg(feature = "postgres")]
pub use sqlx;
