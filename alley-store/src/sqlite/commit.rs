//! A commit, inside the transaction of the writer.

use alley_core::{
    Action, Basis, Commit, Committed, Expect, FactEntry, Field as _, Key, RecordWrite, Row,
    StoreError, StoreErrorKind, Value, Version, Write,
};
use rusqlite::Connection;

use super::{Shared, driver};
use crate::failure::conflict;
use crate::row;
use crate::sql::RecordSql;

/// Applies a commit. After an error the caller rolls back what was applied of it.
pub(super) fn apply(
    connection: &Connection,
    shared: &Shared,
    commit: Commit<RecordWrite>,
) -> Result<Committed, StoreError> {
    let id = [commit.id.to_value(), commit.at.to_value()];
    if driver::execute(connection, &shared.own.commit_insert, &id).map_err(driver::failed)? == 0 {
        return Ok(Committed::new(true));
    }
    for expect in &commit.expects {
        check(connection, shared, expect)?;
    }
    let audit = commit.audit.into_iter().map(|entry| Write::Insert(entry).into());
    for write in commit.changes.into_iter().chain(audit) {
        change(connection, shared, write)?;
    }
    for entry in &commit.facts {
        enqueue(connection, shared, entry)?;
    }
    Ok(Committed::new(false))
}

fn check(connection: &Connection, shared: &Shared, expect: &Expect) -> Result<(), StoreError> {
    let found = version(connection, shared.catalogue.record(expect.record)?, &expect.key)?;
    let holds = match expect.basis {
        Basis::Absent => found.is_none(),
        Basis::Version(version) => found == Some(version),
    };
    if holds { Ok(()) } else { Err(conflict(expect.record, &expect.key)) }
}

fn version(
    connection: &Connection,
    sql: &RecordSql,
    key: &Key,
) -> Result<Option<Version>, StoreError> {
    let Some(key) = row::key_values(sql.binding.record, key) else {
        return Ok(None);
    };
    Ok(driver::number(connection, &sql.version, &key)?.map(Version::new))
}

fn change(connection: &Connection, shared: &Shared, write: RecordWrite) -> Result<(), StoreError> {
    let sql = shared.catalogue.record(write.record)?;
    match write.action {
        Action::Insert { key, row } => insert(connection, sql, &key, &row),
        Action::Update { key, row, read } => {
            let mut values = row;
            values.push(Value::Int(read.number()));
            match driver::execute(connection, &sql.single.update, &values) {
                Ok(0) => Err(conflict(write.record, &key)),
                Ok(_) => Ok(()),
                Err(error) if driver::is_duplicate(&error) => {
                    Err(duplicate(connection, sql, &key, &values)?)
                }
                Err(error) => Err(driver::failed(error)),
            }
        }
        Action::Delete { key, read } => {
            let Some(mut values) = row::key_values(write.record, &key) else {
                return Err(conflict(write.record, &key));
            };
            values.push(Value::Int(read.number()));
            match driver::execute(connection, &sql.single.delete, &values)
                .map_err(driver::failed)?
            {
                0 => Err(conflict(write.record, &key)),
                _ => Ok(()),
            }
        }
        Action::Sync { rows } => {
            rows.iter().try_for_each(|(key, row)| sync(connection, sql, key, row))
        }
    }
}

fn insert(
    connection: &Connection,
    sql: &RecordSql,
    key: &Key,
    row: &Row,
) -> Result<(), StoreError> {
    match driver::execute(connection, &sql.single.insert, row) {
        Err(error) if driver::is_duplicate(&error) => {
            if version(connection, sql, key)?.is_some() {
                return Err(conflict(sql.binding.record, key));
            }
            Err(duplicate(connection, sql, key, row)?)
        }
        written => written.map(drop).map_err(driver::failed),
    }
}

/// Writes a row that another system owns. The engine looks at the key and the source time before it
/// looks at uniqueness, so a row that is passed over anyway is not refused for it.
fn sync(connection: &Connection, sql: &RecordSql, key: &Key, row: &Row) -> Result<(), StoreError> {
    match driver::execute(connection, &sql.single.sync, row) {
        Err(error) if driver::is_duplicate(&error) => Err(duplicate(connection, sql, key, row)?),
        written => written.map(drop).map_err(driver::failed),
    }
}

/// Names the first rule, in the order of declaration, under which another row has the same values.
fn duplicate(
    connection: &Connection,
    sql: &RecordSql,
    key: &Key,
    row: &Row,
) -> Result<StoreError, StoreError> {
    let record = sql.binding.record;
    let key_values = row::key_values(record, key).unwrap_or_default();
    for unique in &sql.unique {
        let values = unique.positions.iter().filter_map(|place| row.get(*place));
        let values: Vec<_> = values.chain(&key_values).cloned().collect();
        if driver::row(connection, &unique.taken, &values)?.is_some() {
            let (record, rule) = (record.name, unique.rule);
            return Ok(StoreErrorKind::Duplicate { record, rule }.into());
        }
    }
    Ok(conflict(record, key))
}

fn enqueue(connection: &Connection, shared: &Shared, entry: &FactEntry) -> Result<(), StoreError> {
    let stream = Value::Bytes(entry.fact.stream().to_bytes());
    let head = driver::number(connection, &shared.own.head_next, std::slice::from_ref(&stream))?;
    let fact = serde_json::to_string(&entry.fact)
        .map_err(|error| StoreError::with_source(StoreErrorKind::Other, error))?;
    let values = [
        stream,
        Value::Int(head.unwrap_or_default()),
        entry.id.to_value(),
        entry.at.to_value(),
        Value::Text(fact),
    ];
    driver::execute(connection, &shared.own.outbox_insert, &values)
        .map(drop)
        .map_err(driver::failed)
}
