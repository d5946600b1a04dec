//! Where a variant keeps its rows: a folder or a schema of its own, gone at the end.

use std::sync::Arc;

use alley_store::{Domain, Layout, PostgresOptions, PostgresStore, SqliteOptions, SqliteStore};
use sqlx::postgres::PgPool;
use sqlx::{AssertSqlSafe, Executor as _};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::Failure;

/// A migrated SQLite file.
#[derive(Debug)]
pub struct File {
    folder: TempDir,
}

impl File {
    /// A fresh one with the tables of all domains and of `more`.
    ///
    /// # Errors
    /// When the system or the store refuses.
    pub fn fresh(more: Option<Domain>) -> Result<(Self, SqliteStore), Failure> {
        let file = Self { folder: tempfile::tempdir()? };
        let options = more.into_iter().fold(SqliteOptions::default(), SqliteOptions::with_domain);
        SqliteStore::migrate(file.path(), &options)?;
        let store = SqliteStore::open(file.path(), options)?;
        Ok((file, store))
    }

    /// Where it is.
    pub fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("bench.sqlite")
    }
}

/// A migrated schema of a PostgreSQL database.
#[derive(Debug)]
pub struct Schema {
    name: &'static str,
    pool: PgPool,
    runtime: Arc<Runtime>,
}

impl Schema {
    /// A fresh one of this name, which is dropped first if it is there. The pool has the settings that
    /// the store asks for, whoever uses it.
    ///
    /// # Errors
    /// When the server or the store refuses.
    pub fn fresh(
        runtime: &Arc<Runtime>,
        url: &str,
        name: &'static str,
        more: Option<Domain>,
    ) -> Result<(Self, PostgresStore), Failure> {
        let options = PostgresOptions::default().with_layout(Layout::default().in_schema(name)?);
        let options = more.into_iter().fold(options, PostgresOptions::with_domain);
        let _inside = runtime.enter();
        let pool = PostgresStore::pool(url, &options)?;
        let store = runtime.block_on(async {
            drop_schema(&pool, name).await?;
            PostgresStore::migrate(&pool, &options).await?;
            Ok::<_, Failure>(PostgresStore::open(pool.clone(), options.clone()).await?)
        })?;
        Ok((Self { name, pool, runtime: Arc::clone(runtime) }, store))
    }

    /// Its name.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Connections to its database.
    pub const fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Waits for work on it, on the caller's thread.
    pub fn wait<F: Future>(&self, work: F) -> F::Output {
        self.runtime.block_on(work)
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        // Left behind when the server is gone; the next run drops it.
        drop(self.runtime.block_on(drop_schema(&self.pool, self.name)));
    }
}

async fn drop_schema(pool: &PgPool, name: &str) -> Result<(), sqlx::Error> {
    let text = format!("DROP SCHEMA IF EXISTS {name} CASCADE");
    pool.execute(sqlx::raw_sql(AssertSqlSafe(text))).await?;
    Ok(())
}

/// The server that the environment names, or `None` after it was said that `bench` goes without.
#[expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
pub fn server(bench: &str) -> Option<String> {
    let found = std::env::var("ALLEY_TEST_POSTGRES").ok().filter(|url| !url.is_empty());
    if found.is_none() {
        println!(
            "skipped: {bench} on PostgreSQL (set ALLEY_TEST_POSTGRES, or run .ci/services up)"
        );
    }
    found
}

/// Whether an engine is to be measured: all are unless the command names some
/// (`cargo bench -p alley-benches --bench adapter -- sqlite`).
pub fn is_asked(engine: &str) -> bool {
    let mut named = std::env::args().skip(1).filter(|word| !word.starts_with('-')).peekable();
    named.peek().is_none() || named.any(|word| word == engine)
}
