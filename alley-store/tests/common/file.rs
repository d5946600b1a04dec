//! A database file with a table for the sample record.

use std::path::Path;
use std::sync::Arc;

use alley_core::Record as _;
use alley_core::conformance::Sample;
use alley_store::{Domain, SqliteOptions, SqliteStore};

pub(crate) fn options() -> SqliteOptions {
    let sample = Domain::from_declarations("conformance", &[Sample::TYPE], Sample::QUERIES);
    SqliteOptions::default().with_domain(sample)
}

pub(crate) fn open(path: &Path) -> Arc<SqliteStore> {
    SqliteStore::migrate(path, &options()).unwrap();
    Arc::new(SqliteStore::open(path, options()).unwrap())
}
