//! Connections: settings, and what the system's refusals mean.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::error::OpenError;

/// Statements that a connection keeps prepared.
const STATEMENTS: usize = 512;

/// What errors call a database.
pub(super) fn name(path: &Path) -> String {
    path.display().to_string()
}

const FILE_SYSTEM: &str = "its file system must support it";

/// Makes the file if it is not there, readable by its owner only. SQLite gives its side files the
/// same rights.
pub(super) fn create_file(path: &Path) -> Result<(), OpenError> {
    let mut options = std::fs::OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop).map_err(|source| OpenError::Inaccessible {
        database: name(path),
        source: Box::new(source),
    })
}

/// Opens an existing file for reading and writing, with every setting made and verified.
pub(super) fn open(path: &Path, patience: Duration) -> Result<Connection, OpenError> {
    match path.try_exists() {
        Ok(true) => {}
        Ok(false) => {
            return Err(OpenError::Missing { database: name(path) });
        }
        Err(source) => {
            let source = Box::new(source);
            return Err(OpenError::Inaccessible { database: name(path), source });
        }
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let failed = |error| failed(path, error);
    let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    if connection.is_readonly(rusqlite::MAIN_DB).map_err(failed)? {
        let source = "the file is read-only".into();
        return Err(OpenError::Inaccessible { database: name(path), source });
    }
    connection.busy_timeout(patience).map_err(failed)?;
    write_ahead_log(&connection, path, patience)?;
    settings(&connection, path)?;
    Ok(connection)
}

/// Opens a database in memory, which lives as long as the connection.
pub(super) fn open_in_memory() -> Result<Connection, OpenError> {
    let path = Path::new(":memory:");
    let connection = Connection::open_in_memory().map_err(|error| failed(path, error))?;
    settings(&connection, path)?;
    Ok(connection)
}

/// Switches to the write-ahead log. SQLite does not wait for a lock here as it does elsewhere, so
/// two processes that open a fresh file at once need a few tries.
fn write_ahead_log(
    connection: &Connection,
    path: &Path,
    patience: Duration,
) -> Result<(), OpenError> {
    let until = Instant::now().checked_add(patience);
    loop {
        let mode = connection
            .query_row("PRAGMA journal_mode = WAL", [], |row| row.get::<_, String>(0))
            .map_err(|error| failed(path, error));
        match mode {
            Ok(mode) if mode == "wal" => return Ok(()),
            Ok(_) => {
                return Err(OpenError::Setting {
                    database: name(path),
                    setting: "journal_mode = wal",
                    remedy: FILE_SYSTEM,
                });
            }
            Err(OpenError::Locked { .. }) if until.is_some_and(|until| Instant::now() < until) => {
                std::thread::sleep(Duration::from_millis(5));
            }
            Err(error) => return Err(error),
        }
    }
}

fn settings(connection: &Connection, path: &Path) -> Result<(), OpenError> {
    let wanted: [(&'static str, &str, i64); 4] = [
        ("synchronous = 2", "synchronous", 2),
        ("secure_delete = 1", "secure_delete", 1),
        ("foreign_keys = 1", "foreign_keys", 1),
        // Sorting must not leave content in files outside the database.
        ("temp_store = 2", "temp_store", 2),
    ];
    let failed = |error| failed(path, error);
    for (setting, pragma, value) in wanted {
        connection.pragma_update(None, pragma, value).map_err(failed)?;
        let found = connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
        if found.map_err(failed)? != value {
            return Err(OpenError::Setting { database: name(path), setting, remedy: FILE_SYSTEM });
        }
    }
    // A quoted name that does not exist is an error, not a text.
    for quoting in [DbConfig::SQLITE_DBCONFIG_DQS_DML, DbConfig::SQLITE_DBCONFIG_DQS_DDL] {
        connection.set_db_config(quoting, false).map_err(failed)?;
    }
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(())
}

pub(super) fn failed(path: &Path, error: rusqlite::Error) -> OpenError {
    let database = name(path);
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
            OpenError::NotADatabase { database }
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            OpenError::Locked { database, patience: "SqliteOptions::with_patience" }
        }
        Some(
            ErrorCode::CannotOpen
            | ErrorCode::PermissionDenied
            | ErrorCode::ReadOnly
            | ErrorCode::DiskFull
            | ErrorCode::SystemIoFailure,
        ) => OpenError::Inaccessible { database, source: Box::new(error) },
        _ => OpenError::Other { database, source: Box::new(error) },
    }
}
