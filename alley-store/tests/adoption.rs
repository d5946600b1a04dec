//! Schema steps that a tool of the host runs: exported, run in order, recorded; and the schema is the
//! one that migrating makes.
#![cfg(feature = "sqlite")]
#![expect(clippy::unwrap_used, reason = "test code")]

use std::path::{Path, PathBuf};

use alley_store::{Layout, OpenError, SchemaState, SqliteOptions, SqliteStore, rusqlite};

#[cfg(feature = "postgres")]
#[path = "adoption/on_a_server.rs"]
mod on_a_server;
#[cfg(feature = "postgres")]
#[expect(dead_code, reason = "other tests use the rest")]
#[path = "common/server.rs"]
mod server;

/// What the files hold, in their order.
fn texts(files: &[PathBuf]) -> Vec<String> {
    let names: Vec<_> = files.iter().map(|file| file.file_name().unwrap()).collect();
    assert!(names.is_sorted(), "a tool goes by the names: {names:?}");
    files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect()
}

#[test]
fn each_step_is_a_file_behind_the_table_of_steps() {
    let folder = tempfile::tempdir().unwrap();
    let into = folder.path().join("made/by/export");
    let options = SqliteOptions::default();
    let files = SqliteStore::export(&options, &into).unwrap();
    let steps = SqliteStore::migrations(&options);
    assert_eq!(files.len(), steps.len() + 1);
    assert_eq!(files[1], into.join("0001_core_1_kernel.sql"));
    for (text, step) in texts(&files[1..]).iter().zip(&steps) {
        assert!(text.starts_with("-- Schema step ") && text.contains("SqliteStore::adopt"));
        assert!(text.ends_with(&step.sql_for(alley_store::Engine::Sqlite, &Layout::default())));
    }
    let error = SqliteStore::export(&options, files.first().unwrap()).unwrap_err();
    assert!(matches!(error, OpenError::Inaccessible { .. }), "{error}");
}

/// A file in which a tool ran the exported steps.
fn by_a_tool(folder: &Path, options: &SqliteOptions) -> PathBuf {
    let path = folder.join("tool.db");
    let files = SqliteStore::export(options, folder.join("steps")).unwrap();
    let connection = rusqlite::Connection::open(&path).unwrap();
    for text in texts(&files) {
        connection.execute_batch(&text).unwrap();
    }
    path
}

fn dump(path: &Path) -> Vec<String> {
    let connection = rusqlite::Connection::open(path).unwrap();
    let text = "SELECT concat_ws(' ', type, name, tbl_name, sql) FROM sqlite_master ORDER BY 1";
    let mut statement = connection.prepare(text).unwrap();
    let lines = statement.query_map([], |row| row.get(0)).unwrap();
    lines.map(Result::unwrap).collect()
}

fn ledger(path: &Path) -> Vec<String> {
    let connection = rusqlite::Connection::open(path).unwrap();
    let text = "SELECT concat_ws(' ', domain, version, name, checksum, breaking) \
        FROM alley_migrations ORDER BY 1";
    let mut statement = connection.prepare(text).unwrap();
    let lines = statement.query_map([], |row| row.get(0)).unwrap();
    lines.map(Result::unwrap).collect()
}

#[test]
fn a_file_made_by_a_tool_and_adopted_is_as_a_migrated_one() {
    let folder = tempfile::tempdir().unwrap();
    let options = SqliteOptions::default();
    let (tool, ours) = (by_a_tool(folder.path(), &options), folder.path().join("ours.db"));
    SqliteStore::migrate(&ours, &options).unwrap();
    assert_eq!(dump(&tool), dump(&ours));
    let pending = SqliteStore::migrations(&options).len();
    let state = SqliteStore::check(&tool, &options).unwrap();
    assert_eq!(state, SchemaState::Behind { pending });
    let adopted = SqliteStore::adopt(&tool, &options).unwrap();
    assert_eq!(adopted, SqliteStore::migrations(&options));
    assert_eq!(ledger(&tool), ledger(&ours));
    assert_eq!(SqliteStore::adopt(&tool, &options).unwrap(), []);
    assert_eq!(SqliteStore::migrate(&tool, &options).unwrap(), []);
    let store = SqliteStore::open(&tool, options).unwrap();
    pollster::block_on(store.coverage(&[])).unwrap();
}

#[test]
fn what_a_tool_left_out_or_added_is_named_and_nothing_recorded() {
    let cases = [
        ("DROP TABLE alley_core_session", "table alley_core_session"),
        ("ALTER TABLE alley_core_session DROP device", "table alley_core_session, column device"),
        ("DROP INDEX alley_u_account_by_email", "table alley_u_account_by_email"),
        ("DROP TABLE alley_core_lease", "table alley_core_lease"),
        ("ALTER TABLE alley_core_session ADD more TEXT", "table alley_core_session, column more"),
    ];
    for (change, named) in cases {
        let folder = tempfile::tempdir().unwrap();
        let options = SqliteOptions::default();
        let path = by_a_tool(folder.path(), &options);
        rusqlite::Connection::open(&path).unwrap().execute_batch(change).unwrap();
        let error = SqliteStore::adopt(&path, &options).unwrap_err();
        assert!(matches!(error, OpenError::Adoption { .. }), "{change}: {error}");
        assert!(error.to_string().contains(named), "{change}: {error}");
        assert_eq!(ledger(&path).len(), 0, "{change}");
    }
}

#[test]
fn a_file_that_is_not_there_is_not_adopted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("alley.db");
    let error = SqliteStore::adopt(&path, &SqliteOptions::default()).unwrap_err();
    assert!(matches!(error, OpenError::Missing { .. }) && !path.exists(), "{error}");
}
