//! Databases of every released schema, brought to the newest: all rows can be read, and the store
//! works on.
//!
//! `schemas/` holds the schema of each release with a few rows in every table, as SQL. Those of a
//! release are written once, by `ALLEY_WRITE_SCHEMAS=tests/schemas/VERSION cargo test -p alley-store
//! --all-features --test upgrade`, and get a line in the tests below.
#![cfg(all(feature = "sqlite", feature = "postgres"))]
#![cfg(all(feature = "tiktok", feature = "billing", feature = "outreach", feature = "privacy"))]
#![expect(clippy::unwrap_used, reason = "test code")]

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use alley_core::Record as _;
use alley_core::conformance::Sample;
use alley_store::sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _, Row as _, raw_sql};
use alley_store::{
    Domain, Layout, PostgresOptions, PostgresStore, SchemaState, SqliteOptions, SqliteStore,
    rusqlite,
};

#[path = "common/env.rs"]
mod common;
#[path = "common/every_call.rs"]
mod every_call;
#[path = "upgrade/release.rs"]
mod release;
#[path = "upgrade/rows.rs"]
mod rows;
#[path = "common/server.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod server;
#[path = "common/values.rs"]
mod values;

use every_call::Store;
use server::{Schema, Server};

/// The schema in the texts.
const PLACEHOLDER: &str = "alley_fixture";

fn samples() -> Domain {
    Domain::from_declarations("conformance", &[Sample::TYPE], Sample::QUERIES)
}

fn on_a_server(schema: &str) -> PostgresOptions {
    PostgresOptions::default().with_layout(Layout::default().in_schema(schema).unwrap())
}

async fn assert_works<S: Store + 'static>(store: Arc<S>, columns: &BTreeSet<(String, String)>) {
    rows::assert_there(store.as_ref(), columns).await;
    let env = common::env(1);
    every_call::make_every_call(store.as_ref(), &env).await;
}

async fn upgrade_a_file(text: &str) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("alley.db");
    let columns = load(&path, text);
    let options = SqliteOptions::default();
    let before = SqliteStore::check(&path, &options).unwrap();
    assert!(matches!(before, SchemaState::UpToDate | SchemaState::Behind { .. }), "{before:?}");
    SqliteStore::migrate(&path, &options).unwrap();
    let store = SqliteStore::open(&path, options.clone()).unwrap();
    store.coverage(&[]).await.unwrap();
    drop(store);
    let options = options.with_domain(samples());
    SqliteStore::migrate(&path, &options).unwrap();
    assert_works(Arc::new(SqliteStore::open(&path, options).unwrap()), &columns).await;
}

/// Makes a file; its tables and columns.
fn load(path: &Path, text: &str) -> BTreeSet<(String, String)> {
    let connection = rusqlite::Connection::open(path).unwrap();
    connection.execute_batch(text).unwrap();
    let columns = "SELECT m.name, c.name FROM sqlite_master AS m, pragma_table_info(m.name) AS c";
    let mut statement = connection.prepare(columns).unwrap();
    let columns = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    columns.map(Result::unwrap).collect()
}

async fn upgrade_a_server(server: &Server, text: &str) {
    let schema: Schema = server.fresh_schema();
    let options = on_a_server(schema.name());
    let pool = PostgresStore::pool(server.url(), &options).unwrap();
    // On a connection of its own, as the text changes settings.
    let mut connection = pool.connect_options().connect().await.unwrap();
    let text = text.replace(PLACEHOLDER, schema.name());
    connection.execute(raw_sql(AssertSqlSafe(text))).await.unwrap();
    let columns = "SELECT table_name::text, column_name::text FROM information_schema.columns \
        WHERE table_schema = '{s}'";
    let columns = raw_sql(AssertSqlSafe(columns.replace("{s}", schema.name())));
    let columns = connection.fetch_all(columns).await.unwrap();
    let columns = columns.iter().map(|row| (row.get(0), row.get(1))).collect();
    let before = PostgresStore::check(&pool, &options).await.unwrap();
    assert!(matches!(before, SchemaState::UpToDate | SchemaState::Behind { .. }), "{before:?}");
    PostgresStore::migrate(&pool, &options).await.unwrap();
    let store = PostgresStore::open(pool.clone(), options.clone()).await.unwrap();
    store.coverage(&[]).await.unwrap();
    let options = options.with_domain(samples());
    PostgresStore::migrate(&pool, &options).await.unwrap();
    let store = PostgresStore::open(pool, options).await.unwrap();
    assert_works(Arc::new(store), &columns).await;
}

#[tokio::test]
async fn a_file_of_0_1_0_is_upgraded() {
    upgrade_a_file(include_str!("schemas/0.1.0/sqlite.sql")).await;
}

#[tokio::test]
async fn a_server_of_0_1_0_is_upgraded() {
    let Some(server) = server::postgres() else { return };
    upgrade_a_server(&server, include_str!("schemas/0.1.0/postgres.sql")).await;
}
