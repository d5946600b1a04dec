//! Schema steps on a file.

use std::path::Path;

use alley_core::Field as _;
use chrono::{DateTime, Utc};
use rusqlite::{Connection, TransactionBehavior};

use super::connection::{self, failed};
use super::{SqliteOptions, driver, schema};
use crate::coverage;
use crate::domain;
use crate::engine::Engine;
use crate::error::OpenError;
use crate::layout::Layout;
use crate::migration::{
    ADD_LINE, CREATE_LEDGER, LedgerLine, Migration, READ_LEDGER, SchemaState, compare, missing,
};
use crate::upgrade::{list, refuse_newer};

const HAS_LEDGER: &str = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?1";

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
    record(connection, path, options, now, How::Apply)
}

/// Records what is missing as applied, if it is there.
pub(super) fn adopt(
    connection: &mut Connection,
    path: &Path,
    options: &SqliteOptions,
    now: DateTime<Utc>,
) -> Result<Vec<Migration>, OpenError> {
    record(connection, path, options, now, How::Adopt)
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum How {
    Apply,
    Adopt,
}

fn record(
    connection: &mut Connection,
    path: &Path,
    options: &SqliteOptions,
    now: DateTime<Utc>,
    how: How,
) -> Result<Vec<Migration>, OpenError> {
    domain::check(&options.domains)?;
    let failed = |error| failed(path, error);
    let transaction =
        connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    let lines = ledger(&transaction, path, &options.layout)?;
    let known = list(&options.domains);
    refuse_newer(compare(&known, &lines), &connection::name(path), options.newer)?;
    let steps = missing(known, &lines);
    if steps.is_empty() {
        return Ok(steps);
    }
    if how == How::Adopt {
        compare_declared(&transaction, path, options)?;
    }
    transaction
        .execute_batch(&options.layout.step(CREATE_LEDGER, Engine::Sqlite))
        .map_err(failed)?;
    for step in &steps {
        if how == How::Apply {
            let text = step.sql_for(Engine::Sqlite, &options.layout);
            transaction.execute_batch(&text).map_err(failed)?;
        }
        let line = [&step.line()[..], &[now.to_value()]].concat();
        let add = Engine::Sqlite.placeholders(&options.layout.render(ADD_LINE));
        driver::execute(&transaction, &add, &line).map_err(failed)?;
    }
    transaction.commit().map_err(failed)?;
    Ok(steps)
}

/// Compares what a tool of the host made with the declarations.
fn compare_declared(
    connection: &Connection,
    path: &Path,
    options: &SqliteOptions,
) -> Result<(), OpenError> {
    let (SqliteOptions { domains, layout, .. }, database) = (options, connection::name(path));
    let read = schema::live(connection).and_then(|live| Ok((live, schema::indexes(connection)?)));
    let (live, indexes) = read.map_err(|error| OpenError::Other {
        database: database.clone(),
        source: Box::new(error),
    })?;
    let difference = coverage::of_declared(&live, &indexes, domains, layout, Engine::Sqlite);
    difference.map_err(|error| OpenError::Adoption { database, what: error.to_string() })
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
    let rows = driver::rows(connection, &layout.render(READ_LEDGER), &[]);
    let rows = rows.map_err(|error| OpenError::Other {
        database: connection::name(path),
        source: Box::new(error),
    })?;
    Ok(rows.into_iter().filter_map(LedgerLine::from_values).collect())
}
