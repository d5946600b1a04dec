//! A commit, inside the transaction of the writer.

use alley_core::{
    Action, Basis, Commit, Committed, Expect, FactEntry, Field as _, Key, RecordType, RecordWrite,
    Row, StoreError, StoreErrorKind, Value, Version, Write,
};
use rusqlite::Connection;

use super::driver::Statements;
use super::update::UpdateSql;
use super::{Shared, driver};
use crate::failure::conflict;
use crate::row;
use crate::sql::RecordSql;

/// Applies a commit. After an error the caller rolls back what was applied of it.
pub(super) fn apply(
    connection: &Connection,
    shared: &Shared,
    commit: &mut Commit<RecordWrite>,
) -> Result<Committed, StoreError> {
    let mut statements = Statements::new(connection);
    let statements = &mut statements;
    let id = [commit.id.to_value(), commit.at.to_value()];
    if statements.execute(&shared.own.commit_insert, &id).map_err(driver::failed)? == 0 {
        return Ok(Committed::new(true));
    }
    for expect in &commit.expects {
        check(statements, shared, expect)?;
    }
    let audit = commit.audit.drain(..);
    commit.changes.extend(audit.map(|entry| Write::Insert(entry).into()));
    let mut last: Option<Change<'_>> = None;
    let mut changed = Vec::new();
    for write in &commit.changes {
        let change = match last {
            Some(change) if std::ptr::eq(change.record, write.record) => change,
            _ => Change::of(shared, write.record)?,
        };
        change.apply(statements, &mut changed, &write.action)?;
        last = Some(change);
    }
    for entry in &commit.facts {
        enqueue(statements, shared, entry)?;
    }
    Ok(Committed::new(false))
}

fn check<'c>(
    statements: &mut Statements<'c>,
    shared: &'c Shared,
    expect: &Expect,
) -> Result<(), StoreError> {
    let found = version(statements, shared.catalogue.record(expect.record)?, &expect.key)?;
    let holds = match expect.basis {
        Basis::Absent => found.is_none(),
        Basis::Version(version) => found == Some(version),
    };
    if holds { Ok(()) } else { Err(conflict(expect.record, &expect.key)) }
}

fn version<'c>(
    statements: &mut Statements<'c>,
    sql: &'c RecordSql,
    key: &Key,
) -> Result<Option<Version>, StoreError> {
    let Some(key) = row::key_values(sql.binding.record, key) else {
        return Ok(None);
    };
    let found = statements.first(&sql.version, &key, |row| row.get(0)).map_err(driver::failed)?;
    Ok(found.map(Version::new))
}

/// The statements of one record type, looked up once for changes that follow each other.
#[derive(Clone, Copy)]
struct Change<'c> {
    record: &'static RecordType,
    sql: &'c RecordSql,
    update: &'c UpdateSql,
}

impl<'c> Change<'c> {
    fn of(shared: &'c Shared, record: &'static RecordType) -> Result<Self, StoreError> {
        Ok(Self { record, sql: shared.catalogue.record(record)?, update: shared.update(record)? })
    }

    fn apply(
        self,
        statements: &mut Statements<'c>,
        changed: &mut Vec<bool>,
        action: &Action,
    ) -> Result<(), StoreError> {
        let Self { record, sql, update } = self;
        match action {
            Action::Insert { key, row } => insert(statements, sql, key, row),
            Action::Update { key, row, read } => {
                match replace(statements, update, changed, row, *read) {
                    Ok(0) => Err(conflict(record, key)),
                    Ok(_) => Ok(()),
                    Err(error) if driver::is_duplicate(&error) => {
                        Err(duplicate(statements, sql, key, row)?)
                    }
                    Err(error) => Err(driver::failed(error)),
                }
            }
            Action::Delete { key, read } => {
                let Some(mut values) = row::key_values(record, key) else {
                    return Err(conflict(record, key));
                };
                values.push(Value::Int(read.number()));
                match statements.execute(&sql.single.delete, &values).map_err(driver::failed)? {
                    0 => Err(conflict(record, key)),
                    _ => Ok(()),
                }
            }
            Action::Sync { rows } => {
                rows.iter().try_for_each(|(key, row)| sync(statements, sql, key, row))
            }
        }
    }
}

/// Updates a row without touching indexes whose columns keep their values; how many rows it was.
fn replace<'c>(
    statements: &mut Statements<'c>,
    update: &'c UpdateSql,
    changed: &mut Vec<bool>,
    row: &[Value],
    read: Version,
) -> rusqlite::Result<usize> {
    changed.clear();
    let mut last = read.number();
    if !update.indexed.is_empty() {
        let key = update.key.iter().filter_map(|place| row.get(*place));
        let looked = statements.first(&update.look, key, |found| {
            for (place, column) in update.indexed.iter().zip(1..) {
                let value = found.get_ref(column)?;
                changed.push(!row.get(*place).is_some_and(|new| driver::is(value, new)));
            }
            let last = update.indexed.len().saturating_add(1);
            Ok((found.get::<_, i64>(0)?, found.get(last)?))
        })?;
        match looked {
            Some((version, found)) if version == read.number() => last = found,
            _ => return Ok(0),
        }
    }
    let last = Value::Int(last);
    let text = || update.text(changed);
    let arguments = (1..).zip(row.iter().chain([&last]));
    let arguments = arguments.filter(update.taken(changed));
    statements.execute_one_of(update.stem(), changed, text, arguments)
}

fn insert<'c>(
    statements: &mut Statements<'c>,
    sql: &'c RecordSql,
    key: &Key,
    row: &Row,
) -> Result<(), StoreError> {
    match statements.execute(&sql.single.insert, row) {
        Err(error) if driver::is_duplicate(&error) => {
            if version(statements, sql, key)?.is_some() {
                return Err(conflict(sql.binding.record, key));
            }
            Err(duplicate(statements, sql, key, row)?)
        }
        written => written.map(drop).map_err(driver::failed),
    }
}

/// Writes a row that another system owns. The engine looks at the key and the source time before it
/// looks at uniqueness, so a row that is passed over anyway is not refused for it.
fn sync<'c>(
    statements: &mut Statements<'c>,
    sql: &'c RecordSql,
    key: &Key,
    row: &Row,
) -> Result<(), StoreError> {
    match statements.execute(&sql.single.sync, row) {
        Err(error) if driver::is_duplicate(&error) => Err(duplicate(statements, sql, key, row)?),
        written => written.map(drop).map_err(driver::failed),
    }
}

/// Names the first rule, in the order of declaration, under which another row has the same values.
fn duplicate(
    statements: &Statements<'_>,
    sql: &RecordSql,
    key: &Key,
    row: &Row,
) -> Result<StoreError, StoreError> {
    let record = sql.binding.record;
    let key_values = row::key_values(record, key).unwrap_or_default();
    for unique in &sql.unique {
        let values = unique.positions.iter().filter_map(|place| row.get(*place));
        let values: Vec<_> = values.chain(&key_values).cloned().collect();
        if driver::row(statements.connection(), &unique.taken, &values)?.is_some() {
            let (record, rule) = (record.name, unique.rule);
            return Ok(StoreErrorKind::Duplicate { record, rule }.into());
        }
    }
    Ok(conflict(record, key))
}

fn enqueue<'c>(
    statements: &mut Statements<'c>,
    shared: &'c Shared,
    entry: &FactEntry,
) -> Result<(), StoreError> {
    let stream = Value::bytes(entry.fact.stream().to_bytes());
    let head = statements.first(&shared.own.head_next, [&stream], |row| row.get::<_, i64>(0));
    let head = head.map_err(driver::failed)?;
    let fact = serde_json::to_string(&entry.fact)
        .map_err(|error| StoreError::with_source(StoreErrorKind::Other, error))?;
    let values = [
        stream,
        Value::Int(head.unwrap_or_default()),
        entry.id.to_value(),
        entry.at.to_value(),
        Value::Text(fact),
    ];
    statements.execute(&shared.own.outbox_insert, &values).map(drop).map_err(driver::failed)
}
