//! Schema steps on a server.

use std::time::{Duration, Instant};

use alley_core::{Field as _, Value};
use chrono::Utc;
use sha2::{Digest as _, Sha256};
use sqlx::postgres::{PgConnection, PgPool};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _};

use super::driver::{self, Argument};
use super::failure::{self, Said};
use super::{PostgresOptions, schema};
use crate::coverage;
use crate::domain;
use crate::engine::Engine;
use crate::error::OpenError;
use crate::layout::Layout;
use crate::migration::{
    ADD_LINE, CREATE_LEDGER, LedgerLine, Migration, READ_LEDGER, SchemaState, compare, missing,
};
use crate::upgrade::{list, refuse_newer};

/// A migration waits for another one for so long at least.
const LEAST_PATIENCE: Duration = Duration::from_mins(1);
const PAUSE: Duration = Duration::from_millis(50);

const HAS_SCHEMA: &str = "SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1";
const HAS_TABLE: &str = "SELECT 1 FROM pg_catalog.pg_class AS c \
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace \
    WHERE n.nspname = $1 AND c.relname = $2";
const NOW: &str = "SELECT (extract(epoch FROM statement_timestamp()) * 1000000)::bigint";

/// What errors call the database: never its user or password.
pub(super) fn name(pool: &PgPool, options: &PostgresOptions) -> String {
    let server = pool.connect_options();
    let database = server.get_database().unwrap_or("postgres");
    let schema = options.qualified().schema().unwrap_or_default().to_owned();
    format!("{}:{}/{database}, schema {schema}", server.get_host(), server.get_port())
}

/// A connection of its own, so that a server that cannot be reached is found out at once and not
/// after the pool's patience.
struct Steps<'a> {
    connection: PgConnection,
    options: &'a PostgresOptions,
    layout: Layout,
    database: String,
}

pub(super) async fn state(
    pool: &PgPool,
    options: &PostgresOptions,
) -> Result<SchemaState, OpenError> {
    Ok(compare(&list(&options.domains), &applied(pool, options).await?))
}

pub(super) async fn plan(
    pool: &PgPool,
    options: &PostgresOptions,
) -> Result<Vec<Migration>, OpenError> {
    Ok(missing(list(&options.domains), &applied(pool, options).await?))
}

/// The steps that a database has. Behind a pooler only a transaction stays on one connection.
async fn applied(pool: &PgPool, options: &PostgresOptions) -> Result<Vec<LedgerLine>, OpenError> {
    let mut steps = Steps::connect(pool, options).await?;
    steps.run("BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY", "to read").await?;
    let lines = steps.ledger().await?;
    steps.close().await;
    Ok(lines)
}

/// Applies what is missing, in one transaction that takes the lock before it looks, so that of two
/// processes the second finds nothing to do.
pub(super) async fn apply(
    pool: &PgPool,
    options: &PostgresOptions,
) -> Result<Vec<Migration>, OpenError> {
    record(pool, options, How::Apply).await
}

pub(super) async fn adopt(
    pool: &PgPool,
    options: &PostgresOptions,
) -> Result<Vec<Migration>, OpenError> {
    record(pool, options, How::Adopt).await
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum How {
    Apply,
    Adopt,
}

async fn record(
    pool: &PgPool,
    options: &PostgresOptions,
    how: How,
) -> Result<Vec<Migration>, OpenError> {
    domain::check(&options.domains)?;
    let mut steps = Steps::connect(pool, options).await?;
    steps.begin_alone().await?;
    let lines = steps.ledger().await?;
    let known = list(&options.domains);
    refuse_newer(compare(&known, &lines), &steps.database, options.newer)?;
    let lacking = missing(known, &lines);
    if lacking.is_empty() {
        steps.close().await;
        return Ok(lacking);
    }
    match how {
        How::Apply => steps.create_schema().await?,
        How::Adopt => steps.compare().await?,
    }
    if !steps.has_ledger().await? {
        let create = steps.layout.step(CREATE_LEDGER, Engine::Postgres);
        steps.run(&create, "CREATE on the schema, and ownership of the tables").await?;
    }
    let now = steps.number(NOW).await?;
    for step in &lacking {
        if how == How::Apply {
            let text = step.sql_for(Engine::Postgres, &steps.layout);
            steps.run(&text, "CREATE on the schema, and ownership of the tables").await?;
        }
        steps.add_line(step, now).await?;
    }
    steps.run("COMMIT", "to commit").await?;
    steps.close().await;
    Ok(lacking)
}

impl<'a> Steps<'a> {
    async fn connect(pool: &PgPool, options: &'a PostgresOptions) -> Result<Self, OpenError> {
        let (layout, database) = (options.qualified(), name(pool, options));
        // Statements are not kept: a pooler may change the connection behind this one.
        let server = (*pool.connect_options()).clone().statement_cache_capacity(0);
        let server = server.disable_statement_logging();
        let connecting = tokio::time::timeout(options.deadline, server.connect()).await;
        let connecting = connecting.unwrap_or(Err(sqlx::Error::PoolTimedOut));
        let connection = connecting.map_err(|error| failed(&database, &error, "CONNECT"))?;
        Ok(Self { connection, options, layout, database })
    }

    /// Takes the lock that all migrations of this layout take. It is asked for again and again in
    /// short transactions: one that waits inside a statement would keep another node's `CREATE INDEX
    /// CONCURRENTLY` from ending.
    async fn begin_alone(&mut self) -> Result<(), OpenError> {
        let until = Instant::now().checked_add(self.options.patience.max(LEAST_PATIENCE));
        let key = self.lock_name();
        loop {
            self.run("BEGIN ISOLATION LEVEL READ COMMITTED", "to begin").await?;
            let text = "SELECT pg_try_advisory_xact_lock($1)::int";
            let granted = self.rows(text, &[Value::Int(key)]).await?;
            if granted == [[Value::Int(1)]] {
                // A step that waits for a reader makes everybody else wait behind it.
                let patience = self.options.patience.as_millis();
                let limit = format!("SET LOCAL lock_timeout = '{patience}ms'");
                return self.run(&limit, "to set a limit").await;
            }
            self.run("ROLLBACK", "to roll back").await?;
            if until.is_some_and(|until| Instant::now() >= until) {
                let database = self.database.clone();
                let patience = "PostgresOptions::with_patience";
                return Err(OpenError::Locked { database, patience });
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    fn lock_name(&self) -> i64 {
        // One at a time in a schema, which the first of them makes.
        let digest = Sha256::digest(format!("alley migrations of {}", self.schema()).as_bytes());
        i64::from_be_bytes(digest.first_chunk::<8>().copied().unwrap_or_default())
    }

    async fn create_schema(&mut self) -> Result<(), OpenError> {
        let schema = self.schema();
        if self.rows(HAS_SCHEMA, &[Value::Text(schema.clone())]).await?.is_empty() {
            self.run(&format!("CREATE SCHEMA \"{schema}\""), "CREATE on the database").await?;
        }
        Ok(())
    }

    /// Compares what a tool of the host made with the declarations.
    async fn compare(&mut self) -> Result<(), OpenError> {
        let schema = self.schema();
        let live = schema::live(&mut self.connection, &schema).await;
        let live = live.map_err(|error| failed(&self.database, &error, "to read the catalogue"))?;
        let indexes = schema::indexes(&mut self.connection, &schema).await;
        let indexes =
            indexes.map_err(|error| failed(&self.database, &error, "to read the catalogue"))?;
        let (domains, layout) = (&self.options.domains, &self.layout);
        let difference = coverage::of_declared(&live, &indexes, domains, layout, Engine::Postgres);
        difference.map_err(|error| OpenError::Adoption {
            database: self.database.clone(),
            what: error.to_string(),
        })
    }

    fn schema(&self) -> String {
        self.layout.schema().unwrap_or_default().to_owned()
    }

    async fn has_ledger(&mut self) -> Result<bool, OpenError> {
        let table = [Value::Text(self.schema()), Value::Text(self.layout.name("migrations"))];
        Ok(!self.rows(HAS_TABLE, &table).await?.is_empty())
    }

    async fn ledger(&mut self) -> Result<Vec<LedgerLine>, OpenError> {
        if !self.has_ledger().await? {
            return Ok(Vec::new());
        }
        let text = self.layout.render(READ_LEDGER);
        let rows = self.rows(&text, &[]).await?;
        let lines = rows.into_iter().map(LedgerLine::from_values).collect::<Option<Vec<_>>>();
        lines.ok_or_else(|| OpenError::Other {
            database: self.database.clone(),
            source: "a line of the table of applied steps is not of its form".into(),
        })
    }

    async fn add_line(&mut self, step: &Migration, now: i64) -> Result<(), OpenError> {
        let at = chrono::DateTime::<Utc>::from_timestamp_micros(now).unwrap_or_default();
        let text = self.layout.render(ADD_LINE);
        self.rows(&text, &[&step.line()[..], &[at.to_value()]].concat()).await.map(drop)
    }

    async fn number(&mut self, text: &str) -> Result<i64, OpenError> {
        match self.rows(text, &[]).await?.first().map(Vec::as_slice) {
            Some([Value::Int(number)]) => Ok(*number),
            _ => Err(OpenError::Other {
                database: self.database.clone(),
                source: "the server does not tell its time".into(),
            }),
        }
    }

    async fn rows(&mut self, text: &str, values: &[Value]) -> Result<Vec<Vec<Value>>, OpenError> {
        let arguments: Vec<_> = values.iter().map(Argument::One).collect();
        let rows = driver::rows(&mut self.connection, text, &arguments, false).await;
        let rows = rows.map_err(|error| {
            failed(
                &self.database,
                &error,
                "USAGE on the schema, and SELECT, INSERT, UPDATE and DELETE on its tables",
            )
        })?;
        rows.iter().map(driver::values).collect::<Result<_, _>>().map_err(|error| {
            OpenError::Other { database: self.database.clone(), source: Box::new(error) }
        })
    }

    /// Runs a text that may hold several statements; `right` is what it needs.
    async fn run(&mut self, text: &str, right: &'static str) -> Result<(), OpenError> {
        // Rendered from schema steps and from names that were checked.
        let ran = self.connection.execute(sqlx::raw_sql(AssertSqlSafe(text))).await;
        ran.map(drop).map_err(|error| failed(&self.database, &error, right))
    }

    /// Says goodbye. A transaction that is open is rolled back.
    async fn close(self) {
        drop(self.connection.close().await);
    }
}

/// Why a database could not be used.
fn failed(database: &str, error: &sqlx::Error, right: &'static str) -> OpenError {
    let database = database.to_owned();
    let source = Box::new(Said::of(error));
    let code = failure::code(error);
    match (code, code.and_then(|code| code.get(..2))) {
        (Some("42501"), _) => OpenError::Denied { database, right },
        // What is wrong with a statement; no row was looked at.
        (Some(code), Some("42")) => OpenError::Other {
            database,
            source: format!("PostgreSQL answered {code}: {}", failure::message(error)).into(),
        },
        (Some("55P03"), _) => {
            OpenError::Locked { database, patience: "PostgresOptions::with_patience" }
        }
        (Some("25006"), _) => OpenError::ReadOnly { database },
        (_, Some("28" | "3D")) => OpenError::LoginRefused { database, source },
        (_, Some("08" | "53" | "57")) => OpenError::Unreachable { database, source },
        (None, _) => match error {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolTimedOut => OpenError::Unreachable { database, source },
            sqlx::Error::Configuration(_) => OpenError::Address,
            _ => OpenError::Other { database, source },
        },
        _ => OpenError::Other { database, source },
    }
}
