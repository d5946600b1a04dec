//! Values to and from the driver, and its errors as ours.

use alley_core::{StoreError, StoreErrorKind, Value};
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, ErrorCode, ffi};

struct Bound<'a>(&'a Value);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Value::Null => ValueRef::Null,
            Value::Int(number) => ValueRef::Integer(*number),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

fn value(column: ValueRef<'_>) -> Result<Value, StoreError> {
    const TABLE: &str = "database";
    Ok(match column {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Int(number),
        ValueRef::Real(_) => return Err(StoreError::corrupt(TABLE, "a column holds a fraction")),
        ValueRef::Text(text) => match String::from_utf8(text.to_vec()) {
            Ok(text) => Value::Text(text),
            Err(_) => return Err(StoreError::corrupt(TABLE, "a text is not UTF-8")),
        },
        ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
    })
}

fn prepare<'c>(
    connection: &'c Connection,
    text: &str,
    arguments: &[Value],
) -> rusqlite::Result<CachedStatement<'c>> {
    let mut statement = connection.prepare_cached(text)?;
    for (place, argument) in (1..).zip(arguments) {
        statement.raw_bind_parameter(place, Bound(argument))?;
    }
    Ok(statement)
}

/// Runs a statement that answers no rows; how many rows it changed.
pub(super) fn execute(
    connection: &Connection,
    text: &str,
    arguments: &[Value],
) -> rusqlite::Result<usize> {
    prepare(connection, text, arguments)?.raw_execute()
}

/// All rows of a statement.
pub(super) fn rows(
    connection: &Connection,
    text: &str,
    arguments: &[Value],
) -> Result<Vec<Vec<Value>>, StoreError> {
    let mut statement = prepare(connection, text, arguments).map_err(failed)?;
    let columns = statement.column_count();
    let mut found = Vec::new();
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next().map_err(failed)? {
        let mut values = Vec::with_capacity(columns);
        for column in 0..columns {
            values.push(value(row.get_ref(column).map_err(failed)?)?);
        }
        found.push(values);
    }
    Ok(found)
}

/// The first row of a statement.
pub(super) fn row(
    connection: &Connection,
    text: &str,
    arguments: &[Value],
) -> Result<Option<Vec<Value>>, StoreError> {
    Ok(rows(connection, text, arguments)?.into_iter().next())
}

/// The first number of a statement.
pub(super) fn number(
    connection: &Connection,
    text: &str,
    arguments: &[Value],
) -> Result<Option<i64>, StoreError> {
    match row(connection, text, arguments)?.as_deref() {
        Some([Value::Int(number), ..]) => Ok(Some(*number)),
        Some(_) => Err(StoreError::corrupt("database", "a number is missing")),
        None => Ok(None),
    }
}

/// Whether a statement was refused because of a uniqueness rule or a key.
pub(super) fn is_duplicate(error: &rusqlite::Error) -> bool {
    let codes = [ffi::SQLITE_CONSTRAINT_UNIQUE, ffi::SQLITE_CONSTRAINT_PRIMARYKEY];
    error.sqlite_error().is_some_and(|error| codes.contains(&error.extended_code))
}

/// An error of a statement before COMMIT: nothing was applied.
pub(super) fn failed(error: rusqlite::Error) -> StoreError {
    StoreError::with_source(kind(&error), error)
}

pub(super) fn kind(error: &rusqlite::Error) -> StoreErrorKind {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreErrorKind::Retry,
        Some(
            ErrorCode::DiskFull
            | ErrorCode::CannotOpen
            | ErrorCode::SystemIoFailure
            | ErrorCode::ReadOnly
            | ErrorCode::PermissionDenied
            | ErrorCode::OutOfMemory
            | ErrorCode::FileLockingProtocolFailed,
        ) => StoreErrorKind::Unavailable,
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            StoreErrorKind::Corrupt { record: "database", what: "the file is damaged" }
        }
        _ => StoreErrorKind::Other,
    }
}

/// What each caller of a group hears when the COMMIT that carried its work failed.
pub(super) fn commit_failed(error: &rusqlite::Error) -> StoreError {
    let kind = match error.sqlite_error_code() {
        // Both are answered before the commit record is in the log.
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreErrorKind::Retry,
        Some(ErrorCode::DiskFull) => StoreErrorKind::Unavailable,
        _ => StoreErrorKind::CommitUnknown,
    };
    StoreError::with_source(kind, error.to_string())
}
