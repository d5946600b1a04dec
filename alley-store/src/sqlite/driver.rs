//! Values to and from the driver, and its errors as ours.

use std::borrow::Cow;

use alley_core::{StoreError, StoreErrorKind, Value};
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, ErrorCode, Row, ffi};

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
        ValueRef::Blob(bytes) => Value::bytes(bytes),
    })
}

fn prepare<'c, 'v>(
    connection: &'c Connection,
    text: &str,
    arguments: impl IntoIterator<Item = &'v Value>,
) -> rusqlite::Result<CachedStatement<'c>> {
    let mut statement = connection.prepare_cached(text)?;
    bind(&mut statement, arguments)?;
    Ok(statement)
}

/// The statements of one piece of work. Each is looked up once, however many rows go through it.
pub(super) struct Statements<'c> {
    connection: &'c Connection,
    open: Vec<(&'c str, Variation, CachedStatement<'c>)>,
}

/// Of texts that begin alike, which; nothing for a text that is one.
type Variation = Vec<bool>;

impl<'c> Statements<'c> {
    pub(super) const fn new(connection: &'c Connection) -> Self {
        Self { connection, open: Vec::new() }
    }

    pub(super) const fn connection(&self) -> &'c Connection {
        self.connection
    }

    /// Runs a statement that answers no rows; how many rows it changed.
    pub(super) fn execute<'v>(
        &mut self,
        text: &'c str,
        arguments: impl IntoIterator<Item = &'v Value>,
    ) -> rusqlite::Result<usize> {
        let statement = self.statement(text, &[], || Cow::Borrowed(text))?;
        bind(statement, arguments)?;
        statement.raw_execute()
    }

    /// The same for a statement that is made up when it is first needed: one of those that `stem` stands
    /// for, told apart by `variation`. Its arguments say which they are, from 1: it may lack some.
    pub(super) fn execute_one_of<'v>(
        &mut self,
        stem: &'c str,
        variation: &[bool],
        text: impl FnOnce() -> String,
        arguments: impl IntoIterator<Item = (usize, &'v Value)>,
    ) -> rusqlite::Result<usize> {
        let statement = self.statement(stem, variation, || Cow::Owned(text()))?;
        bind_at(statement, arguments)?;
        statement.raw_execute()
    }

    /// What `read` makes of the first row of a statement.
    pub(super) fn first<'v, T>(
        &mut self,
        text: &'c str,
        arguments: impl IntoIterator<Item = &'v Value>,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<Option<T>> {
        let statement = self.statement(text, &[], || Cow::Borrowed(text))?;
        bind(statement, arguments)?;
        statement.raw_query().next()?.map(read).transpose()
    }

    fn statement(
        &mut self,
        name: &'c str,
        variation: &[bool],
        text: impl FnOnce() -> Cow<'c, str>,
    ) -> rusqlite::Result<&mut CachedStatement<'c>> {
        let place = self.open.iter().position(|(open, which, _)| {
            std::ptr::eq(*open, name) && which.as_slice() == variation
        });
        let place = place.unwrap_or(self.open.len());
        if place == self.open.len() {
            let statement = self.connection.prepare_cached(&text())?;
            self.open.push((name, variation.to_vec(), statement));
        }
        // Never: it was found or pushed there.
        let gone = rusqlite::Error::InvalidQuery;
        self.open.get_mut(place).map(|(_, _, statement)| statement).ok_or(gone)
    }
}

fn bind<'v>(
    statement: &mut CachedStatement<'_>,
    arguments: impl IntoIterator<Item = &'v Value>,
) -> rusqlite::Result<()> {
    bind_at(statement, (1..).zip(arguments))
}

fn bind_at<'v>(
    statement: &mut CachedStatement<'_>,
    arguments: impl IntoIterator<Item = (usize, &'v Value)>,
) -> rusqlite::Result<()> {
    for (place, argument) in arguments {
        statement.raw_bind_parameter(place, Bound(argument))?;
    }
    Ok(())
}

/// Whether a column holds a value.
pub(super) fn is(column: ValueRef<'_>, value: &Value) -> bool {
    match (column, value) {
        (ValueRef::Null, Value::Null) => true,
        (ValueRef::Integer(column), Value::Int(number)) => column == *number,
        (ValueRef::Text(column), Value::Text(text)) => column == text.as_bytes(),
        (ValueRef::Blob(column), Value::Bytes(bytes)) => column == &**bytes,
        _ => false,
    }
}

/// Runs a statement that answers no rows; how many rows it changed.
pub(super) fn execute<'v>(
    connection: &Connection,
    text: &str,
    arguments: impl IntoIterator<Item = &'v Value>,
) -> rusqlite::Result<usize> {
    prepare(connection, text, arguments)?.raw_execute()
}

/// All rows of a statement.
pub(super) fn rows(
    connection: &Connection,
    text: &str,
    arguments: &[Value],
) -> Result<Vec<Vec<Value>>, StoreError> {
    let mut found = Vec::new();
    each_row(connection, text, arguments, |values| {
        found.push(std::mem::take(values));
        Ok(())
    })?;
    Ok(found)
}

/// Hands over the rows of a statement as they are read, each where the last one was.
pub(super) fn each_row(
    connection: &Connection,
    text: &str,
    arguments: &[Value],
    mut each: impl FnMut(&mut Vec<Value>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut statement = prepare(connection, text, arguments).map_err(failed)?;
    let columns = statement.column_count();
    let mut rows = statement.raw_query();
    let mut values = Vec::new();
    while let Some(row) = rows.next().map_err(failed)? {
        values.clear();
        values.reserve(columns);
        for column in 0..columns {
            values.push(value(row.get_ref(column).map_err(failed)?)?);
        }
        each(&mut values)?;
    }
    Ok(())
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
