//! Schema steps on a file.

use std::path::Path;

use alley_core::{Field as _, Value};
use chrono::{DateTime, Utc};
use rusqlite::{Connection, TransactionBehavior};

use super::connection::{self, failed};
use super::{SqliteOptions, driver};
use crate::domain::{self, Domain};
use crate::engine::Engine;
use crate::error::OpenError;
use crate::layout::Layout;
use crate::migration::{LedgerLine, Migration, SchemaState, compare, missing};

const CREATE_LEDGER: &str = r#"CREATE TABLE IF NOT EXISTS "{prefix}migrations" (
  "domain" TEXT NOT NULL,
  "version" INTEGER NOT NULL,
  "name" TEXT NOT NULL,
  "checksum" TEXT NOT NULL,
  "breaking" INTEGER NOT NULL,
  "applied_at" INTEGER NOT NULL,
  PRIMARY KEY ("domain", "version")
) STRICT, WITHOUT ROWID"#;

const READ_LEDGER: &str = r#"SELECT "domain", "version", "name", "checksum", "breaking"
FROM "{prefix}migrations" ORDER BY "domain", "version""#;

const HAS_LEDGER: &str = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?1";

const ADD_LINE: &str = r#"INSERT INTO "{prefix}migrations"
("domain", "version", "name", "checksum", "breaking", "applied_at") VALUES (?1, ?2, ?3, ?4, ?5, ?6)"#;

/// The steps of all domains in the order in which they are applied.
pub(super) fn list(domains: &[Domain]) -> Vec<Migration> {
    domains.iter().flat_map(|domain| domain.migrations.iter().cloned()).collect()
}

/// Compares the schema of an open database with the steps of the code.
pub(super) fn state(
    connection: &Connection,
    path: &Path,
    options: &SqliteOptions,
) -> Result<SchemaState, OpenError> {
    Ok(compare(&list(&options.domains), &ledger(connection, path, &options.layout)?))
}

/// The steps that a file lacks; all of them if there is no file.
pub(super) fn plan(path: &Path, options: &SqliteOptions) -> Result<Vec<Migration>, OpenError> {
    let lines = match connection::open(path, options.patience) {
        Ok(connection) => ledger(&connection, path, &options.layout)?,
        Err(OpenError::Missing { .. }) => Vec::new(),
        Err(error) => return Err(error),
    };
    Ok(missing(list(&options.domains), &lines))
}

/// Applies what is missing, in one transaction that takes the writing lock before it looks, so that
/// of two processes the second finds nothing to do.
pub(super) fn apply(
    connection: &mut Connection,
    path: &Path,
    options: &SqliteOptions,
    now: DateTime<Utc>,
) -> Result<Vec<Migration>, OpenError> {
    domain::check(&options.domains)?;
    let failed = |error| failed(path, error);
    let transaction =
        connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    let lines = ledger(&transaction, path, &options.layout)?;
    let known = list(&options.domains);
    refuse_newer(compare(&known, &lines), path, options)?;
    let steps = missing(known, &lines);
    if steps.is_empty() {
        return Ok(steps);
    }
    transaction.execute_batch(&options.layout.render(CREATE_LEDGER)).map_err(failed)?;
    for step in &steps {
        transaction
            .execute_batch(&step.sql_for(Engine::Sqlite, &options.layout))
            .map_err(failed)?;
        let line = [
            Value::Text(step.domain.to_owned()),
            Value::Int(i64::from(step.version)),
            Value::Text(step.name.to_string()),
            Value::Text(step.checksum()),
            Value::Int(i64::from(step.breaking)),
            now.to_value(),
        ];
        let add = options.layout.render(ADD_LINE);
        driver::execute(&transaction, &add, &line).map_err(failed)?;
    }
    transaction.commit().map_err(failed)?;
    Ok(steps)
}

/// An error for a schema that this code must not touch or cannot work on.
pub(super) fn refuse_newer(
    state: SchemaState,
    path: &Path,
    options: &SqliteOptions,
) -> Result<(), OpenError> {
    let database = connection::name(path);
    match state {
        SchemaState::Foreign { step } => Err(OpenError::Foreign { database, step }),
        SchemaState::AheadBreaking { newest } => Err(OpenError::Newer { database, newest }),
        SchemaState::Ahead { newest } if options.newer == super::NewerSchema::Refuse => {
            Err(OpenError::Newer { database, newest })
        }
        _ => Ok(()),
    }
}

fn ledger(
    connection: &Connection,
    path: &Path,
    layout: &Layout,
) -> Result<Vec<LedgerLine>, OpenError> {
    let failed = |error| failed(path, error);
    let name = layout.name("migrations");
    let mut found = connection.prepare(HAS_LEDGER).map_err(failed)?;
    if !found.exists([name]).map_err(failed)? {
        return Ok(Vec::new());
    }
    let mut statement = connection.prepare(&layout.render(READ_LEDGER)).map_err(failed)?;
    let lines = statement.query_map([], |row| {
        Ok(LedgerLine {
            domain: row.get(0)?,
            version: row.get(1)?,
            name: row.get(2)?,
            checksum: row.get(3)?,
            breaking: row.get(4)?,
        })
    });
    lines.and_then(Iterator::collect).map_err(failed)
}
