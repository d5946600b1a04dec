//! Where the journey stores: an SQLite file in its folder, or a schema of a PostgreSQL database.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use alley_core::rate_limit::MemoryLimiter;
use alley_core::{Clock, Field as _, RecordStore};
use alley_store::sqlx::postgres::PgPool;
use alley_store::sqlx::{self, AssertSqlSafe, Row as _};
use alley_store::{Layout, PostgresOptions, PostgresStore, SqliteOptions, SqliteStore, Storage};

use crate::failure::Failure;
use crate::search::{self, Wanted};

/// The schema that the journey has for itself.
const SCHEMA: &str = "alley_journey";

#[derive(Debug)]
pub(crate) enum Database {
    File { path: PathBuf, store: Arc<SqliteStore> },
    Server { pool: PgPool, store: Arc<PostgresStore> },
}

impl Database {
    /// Opens it, brought up to date. With `fresh`, what a server keeps of earlier journeys goes first;
    /// files are the folder's.
    pub(crate) async fn open(
        url: Option<&str>,
        folder: &Path,
        fresh: bool,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, Failure> {
        let Some(url) = url else {
            let path = folder.join("alley.sqlite");
            let options = SqliteOptions::default().with_clock(clock);
            SqliteStore::migrate(&path, &options)?;
            let store = Arc::new(SqliteStore::open(&path, options)?);
            return Ok(Self::File { path, store });
        };
        let options = PostgresOptions::default().with_layout(Layout::default().in_schema(SCHEMA)?);
        let pool = PostgresStore::pool(url, &options)?;
        // Finds out, with a clear error, whether the server can be used at all.
        PostgresStore::check(&pool, &options).await?;
        if fresh {
            let drop = format!("DROP SCHEMA IF EXISTS {SCHEMA} CASCADE");
            sqlx::raw_sql(AssertSqlSafe(drop)).execute(&pool).await?;
        }
        PostgresStore::migrate(&pool, &options).await?;
        let store = Arc::new(PostgresStore::open(pool.clone(), options).await?);
        Ok(Self::Server { pool, store })
    }

    /// Everything in this database; but rate limits of a server go by its own clock, and the journey's
    /// time is virtual.
    pub(crate) fn storage(&self, clock: Arc<dyn Clock>) -> Storage {
        match self {
            Self::File { store, .. } => Arc::clone(store).into(),
            Self::Server { store, .. } => {
                let mut storage = Storage::from(Arc::clone(store));
                storage.core.limiter = Arc::new(MemoryLimiter::new(clock));
                storage
            }
        }
    }

    /// Whether leases run out by real time, which the journey cannot move.
    pub(crate) const fn has_own_clock(&self) -> bool {
        matches!(self, Self::Server { .. })
    }

    /// How many rows there are in the order of `query`, up to the end of time.
    pub(crate) async fn count_until_forever(
        &self,
        query: &'static alley_core::Query,
    ) -> Result<i64, Failure> {
        let forever = chrono::DateTime::<chrono::Utc>::MAX_UTC.to_value();
        let store: &dyn RecordStore = match self {
            Self::File { store, .. } => store.as_ref(),
            Self::Server { store, .. } => store.as_ref(),
        };
        Ok(i64::try_from(store.count(query, &[forever]).await?)?)
    }

    /// Makes what was erased unreadable in files, as far as the engine can.
    pub(crate) async fn compact(&self) -> Result<(), Failure> {
        match self {
            Self::File { store, .. } => Ok(store.compact_after_erasure().await?),
            Self::Server { pool, .. } => {
                for table in tables(pool).await? {
                    let vacuum = format!("VACUUM {SCHEMA}.\"{table}\"");
                    sqlx::raw_sql(AssertSqlSafe(vacuum)).execute(pool).await?;
                }
                Ok(())
            }
        }
    }

    /// Names of what was found: in the bytes of the file and its log, or in the rows of a server, whose
    /// files are not the journey's to read.
    pub(crate) async fn search(&self, wanted: &[Wanted]) -> Result<Vec<String>, Failure> {
        match self {
            Self::File { path, .. } => {
                let mut found = search::in_file(path, wanted)?;
                let log = path.with_extension("sqlite-wal");
                if log.exists() {
                    found.extend(search::in_file(&log, wanted)?);
                }
                Ok(found)
            }
            Self::Server { pool, .. } => {
                let mut found = Vec::new();
                for table in tables(pool).await? {
                    // A row as text: texts as they are, bytes in hexadecimal.
                    let select = format!("SELECT kept::text FROM {SCHEMA}.\"{table}\" AS kept");
                    let rows = sqlx::raw_sql(AssertSqlSafe(select)).fetch_all(pool).await?;
                    for row in rows {
                        let text: String = row.try_get(0)?;
                        found.extend(search::in_text(&text, &table, wanted));
                    }
                }
                found.sort();
                found.dedup();
                Ok(found)
            }
        }
    }
}

async fn tables(pool: &PgPool) -> Result<Vec<String>, Failure> {
    let select = "SELECT tablename::text FROM pg_catalog.pg_tables WHERE schemaname = $1";
    Ok(sqlx::query_scalar(select).bind(SCHEMA).fetch_all(pool).await?)
}
