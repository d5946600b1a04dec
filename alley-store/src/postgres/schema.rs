//! What is in the schema, as the engine tells it.

use std::collections::BTreeSet;

use alley_core::Value;
use sqlx::postgres::PgConnection;

use super::PostgresStore;
use super::driver::{self, Argument};
use super::seat::Seat;
use crate::coverage::{self, CoverageError, LiveColumn, LiveSchema};
use crate::engine::Engine;

/// Tables, views and what else has rows, with their columns: name, type, whether it may be absent,
/// place in the primary key.
const COLUMNS: &str = "SELECT c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod), \
    a.attnotnull::int, coalesce(array_position(i.indkey::int2[], a.attnum), -1)::int \
    FROM pg_catalog.pg_class AS c \
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace \
    LEFT JOIN pg_catalog.pg_attribute AS a \
    ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
    LEFT JOIN pg_catalog.pg_index AS i ON i.indrelid = c.oid AND i.indisprimary \
    WHERE n.nspname = $1 AND c.relkind IN ('r', 'v', 'm', 'p', 'f') \
    ORDER BY c.relname, a.attnum";

/// Those that can be used.
const INDEXES: &str = "SELECT c.relname::text FROM pg_catalog.pg_class AS c \
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace \
    JOIN pg_catalog.pg_index AS i ON i.indexrelid = c.oid \
    WHERE n.nspname = $1 AND i.indisvalid";

/// They write what no declaration knows.
const TRIGGERS: &str = "SELECT t.tgname::text FROM pg_catalog.pg_trigger AS t \
    JOIN pg_catalog.pg_class AS c ON c.oid = t.tgrelid \
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace \
    WHERE n.nspname = $1 AND NOT t.tgisinternal";

impl PostgresStore {
    /// Checks that every table and column of the schema is the declared field of a record type, and
    /// every declared field a column, so that nothing is stored that export and erasure do not know.
    /// `host_tables` are tables of the host in the same schema that it answers for itself. For a host's
    /// tests: one line.
    ///
    /// # Errors
    /// Each difference, with table and column. A schema that cannot be read is a difference too.
    pub async fn coverage(&self, host_tables: &[&str]) -> Result<(), CoverageError> {
        let unread = || CoverageError::unread("pg_class");
        let Seat::Pool(pool) = &self.seat else {
            return Err(unread());
        };
        let mut connection = pool.acquire().await.map_err(|_error| unread())?;
        let schema = self.shared.layout.schema().unwrap_or_default();
        let live = live(&mut connection, schema).await.map_err(|_error| unread())?;
        let bindings = self.shared.catalogue.bindings();
        coverage::compare(&live, &bindings, &self.shared.layout, Engine::Postgres, host_tables)
    }
}

pub(super) async fn live(
    connection: &mut PgConnection,
    schema: &str,
) -> Result<LiveSchema, sqlx::Error> {
    let name = Value::Text(schema.to_owned());
    let arguments = [Argument::One(&name)];
    let mut live = LiveSchema::new();
    for row in driver::rows(connection, COLUMNS, &arguments, false).await? {
        let row = driver::values(&row).unwrap_or_default();
        let [Value::Text(table), column, storage, required, key] = row.as_slice() else {
            continue;
        };
        let columns = live.entry(table.clone()).or_default();
        if let (Value::Text(column), Value::Text(storage), Value::Int(required), Value::Int(key)) =
            (column, storage, required, key)
        {
            columns.push(LiveColumn {
                name: column.clone(),
                storage: storage.clone(),
                optional: *required == 0,
                // Vectors of the catalogue count from 0.
                key: usize::try_from(key.saturating_add(1)).unwrap_or(0),
            });
        }
    }
    for name in names(connection, TRIGGERS, &arguments).await? {
        live.entry(name).or_default();
    }
    Ok(live)
}

/// The names of all indexes of a schema.
pub(super) async fn indexes(
    connection: &mut PgConnection,
    schema: &str,
) -> Result<BTreeSet<String>, sqlx::Error> {
    let name = Value::Text(schema.to_owned());
    names(connection, INDEXES, &[Argument::One(&name)]).await
}

async fn names(
    connection: &mut PgConnection,
    text: &str,
    arguments: &[Argument<'_>],
) -> Result<BTreeSet<String>, sqlx::Error> {
    let rows = driver::rows(connection, text, arguments, false).await?;
    let names = rows.iter().filter_map(|row| match driver::values(row).ok()?.into_iter().next() {
        Some(Value::Text(name)) => Some(name),
        _ => None,
    });
    Ok(names.collect())
}
