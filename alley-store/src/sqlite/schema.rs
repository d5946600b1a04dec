//! What is in the file, as the engine tells it.

use std::collections::BTreeSet;

use alley_core::StoreError;
use rusqlite::Connection;

use super::{Shared, SqliteStore, driver, hosted};
use crate::coverage::{self, CoverageError, LiveColumn, LiveSchema};
use crate::engine::Engine;

impl SqliteStore {
    /// Checks that every table and column of the file is the declared field of a record type, and
    /// every declared field a column, so that nothing is stored that export and erasure do not know.
    /// `host_tables` are tables of the host that it answers for itself; of a table that
    /// [`SqlRecords`](crate::SqlRecords) names, the columns that are no fields. For a host's tests: one line.
    ///
    /// # Errors
    /// Each difference, with table and column. A file that cannot be read is a difference too.
    ///
    /// # Examples
    /// ```
    /// use alley_store::SqliteStore;
    ///
    /// # pollster::block_on(async {
    /// let store = SqliteStore::open_in_memory()?;
    /// store.coverage(&[]).await?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # }).unwrap();
    /// ```
    pub async fn coverage(&self, host_tables: &[&str]) -> Result<(), CoverageError> {
        let live = self.read(|connection, _| live(connection)).await;
        let mut live = live.map_err(|_unread| CoverageError::unread("sqlite_master"))?;
        let Shared { catalogue, hosted, layout, .. } = self.shared.as_ref();
        hosted::translate(&mut live, hosted, layout);
        let compared =
            coverage::compare(&live, &catalogue.bindings(), layout, Engine::Sqlite, host_tables);
        compared.map_err(|error| hosted::named(error, hosted, layout))
    }
}

/// Tables and views with their columns, hidden ones too. Triggers count as tables without columns:
/// they write what no declaration knows.
pub(super) fn live(connection: &Connection) -> Result<LiveSchema, StoreError> {
    const OBJECTS: &str = "SELECT name FROM sqlite_master
        WHERE type IN ('table', 'view', 'trigger') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
    const COLUMNS: &str = "SELECT name, type, \"notnull\", pk FROM pragma_table_xinfo(?1)";
    let mut tables = connection.prepare(OBJECTS).map_err(driver::failed)?;
    let tables = tables.query_map([], |row| row.get::<_, String>(0));
    let tables = tables.and_then(Iterator::collect::<Result<Vec<_>, _>>).map_err(driver::failed)?;
    let mut statement = connection.prepare(COLUMNS).map_err(driver::failed)?;
    let mut schema = LiveSchema::new();
    for table in tables {
        let columns = statement.query_map([&table], |row| {
            Ok(LiveColumn {
                name: row.get(0)?,
                storage: row.get(1)?,
                optional: !row.get::<_, bool>(2)?,
                key: usize::try_from(row.get::<_, i64>(3)?).unwrap_or(usize::MAX),
            })
        });
        let columns = columns.and_then(Iterator::collect).map_err(driver::failed)?;
        schema.insert(table, columns);
    }
    Ok(schema)
}

/// The names of all indexes that a statement made.
pub(super) fn indexes(connection: &Connection) -> Result<BTreeSet<String>, StoreError> {
    const INDEXES: &str = "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL";
    let mut statement = connection.prepare(INDEXES).map_err(driver::failed)?;
    let names = statement.query_map([], |row| row.get(0));
    names.and_then(Iterator::collect).map_err(driver::failed)
}
