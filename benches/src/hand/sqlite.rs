//! By hand on SQLite.

use std::path::Path;

use alley_core::{RecordType, Value};
use crossbeam_channel::{Sender, unbounded};
use futures_channel::oneshot;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ToSql};

use super::{columns, numbered};
use crate::Failure;

/// A connection with the durability and the safety that the store has.
///
/// # Errors
/// Those of the driver.
pub fn open(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", 2)?;
    connection.pragma_update(None, "secure_delete", 1)?;
    connection.pragma_update(None, "foreign_keys", 1)?;
    connection.pragma_update(None, "temp_store", 2)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// Inserts one row; takes its values.
pub fn insert(table: &str, record: &RecordType) -> String {
    let values = numbered('?', record.fields.len());
    format!("INSERT INTO {table} ({}) VALUES ({values}, 1)", columns(record))
}

/// A value as the driver takes it.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "a wrapper and nothing more")]
pub struct Bound<'a>(pub &'a Value);

impl<'a> Bound<'a> {
    /// What the driver reads, once it is stored.
    pub fn stored(&self) -> ValueRef<'a> {
        match self.0 {
            Value::Null => ValueRef::Null,
            Value::Int(number) => ValueRef::Integer(*number),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
        }
    }
}

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(self.stored()))
    }
}

/// Runs a kept statement.
///
/// # Errors
/// Those of the driver.
pub fn execute(connection: &Connection, text: &str, values: &[Value]) -> rusqlite::Result<usize> {
    let mut statement = connection.prepare_cached(text)?;
    statement.execute(rusqlite::params_from_iter(values.iter().map(Bound)))
}

/// All rows of a statement as text, to be compared.
///
/// # Errors
/// Those of the driver.
pub fn dump(connection: &Connection, text: &str) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare(text)?;
    let count = statement.column_count();
    let rows = statement.query_map([], |row| {
        (0..count).map(|n| Ok(format!("{:?}", row.get_ref(n)?))).collect::<Result<Vec<_>, _>>()
    })?;
    rows.map(|row| row.map(|row| row.join("|"))).collect()
}

type Work = Box<dyn FnOnce(&Connection) + Send>;

/// A connection on a thread of its own, as everybody has it who calls SQLite from async code.
#[derive(Debug)]
pub struct Thread {
    sender: Sender<Work>,
}

impl Thread {
    /// Gives the connection to a new thread, which ends with this.
    pub fn of(connection: Connection) -> Self {
        let (sender, work) = unbounded::<Work>();
        std::thread::spawn(move || work.iter().for_each(|work| work(&connection)));
        Self { sender }
    }

    /// Runs work there and waits for it without holding up the caller's thread.
    ///
    /// # Errors
    /// Those of the work, or when the thread has ended.
    pub async fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Failure> {
        let (reply, answer) = oneshot::channel();
        self.sender.send(Box::new(move |connection| {
            // Whoever asked waits.
            drop(reply.send(work(connection)));
        }))?;
        Ok(answer.await??)
    }
}
