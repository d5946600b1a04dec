//! Writes the schemas of the present code with rows in them, for the tests of later code.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use alley_store::{PostgresStore, SqliteOptions, SqliteStore, rusqlite};

use crate::{PLACEHOLDER, on_a_server, rows, server};

/// The folder, if one is asked for.
fn folder() -> Option<PathBuf> {
    std::env::var_os("ALLEY_WRITE_SCHEMAS").map(PathBuf::from)
}

/// Does nothing unless it is asked for.
#[tokio::test]
async fn write_the_schema_of_a_file() {
    let Some(into) = folder() else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("alley.db");
    let options = SqliteOptions::default();
    SqliteStore::migrate(&path, &options).unwrap();
    rows::write(&SqliteStore::open(&path, options).unwrap()).await;
    std::fs::write(into.join("sqlite.sql"), dump(&path)).unwrap();
}

fn dump(path: &Path) -> String {
    let connection = rusqlite::Connection::open(path).unwrap();
    let list = |text: &str| -> Vec<String> {
        let mut statement = connection.prepare(text).unwrap();
        let lines = statement.query_map([], |row| row.get(0)).unwrap();
        lines.map(Result::unwrap).collect()
    };
    let mut text = String::new();
    for made in list("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid") {
        writeln!(text, "{made};").unwrap();
    }
    for table in list("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY rowid") {
        let columns = list(&format!("SELECT name FROM pragma_table_info('{table}')"));
        let values: Vec<_> = columns.iter().map(|name| format!("quote(\"{name}\")")).collect();
        let values = format!("SELECT concat_ws(', ', {}) FROM \"{table}\"", values.join(", "));
        for row in list(&values) {
            writeln!(text, "INSERT INTO \"{table}\" VALUES ({row});").unwrap();
        }
    }
    text
}

/// The same.
#[tokio::test]
async fn write_the_schema_of_a_server() {
    let Some(into) = folder() else { return };
    let Some(server) = server::postgres() else { return };
    let Some(programs) = server::setting("ALLEY_TEST_POSTGRES_BIN", "pg_dump") else { return };
    let schema = server.fresh_schema();
    let options = on_a_server(schema.name());
    let pool = PostgresStore::pool(server.url(), &options).unwrap();
    PostgresStore::migrate(&pool, &options).await.unwrap();
    rows::write(&PostgresStore::open(pool, options).await.unwrap()).await;
    let mut command = Command::new(Path::new(&programs).join("pg_dump"));
    command.args(["--inserts", "--no-owner", "--no-privileges", "--schema", schema.name()]);
    let output = command.arg("--dbname").arg(server.url()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // Without remarks, and without what only psql understands.
    let text = String::from_utf8(output.stdout).unwrap();
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with(['\\', '-']));
    let lines: Vec<_> = lines.map(|line| line.replace(schema.name(), PLACEHOLDER)).collect();
    std::fs::write(into.join("postgres.sql"), lines.join("\n") + "\n").unwrap();
}
