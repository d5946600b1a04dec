//! PostgreSQL, through sqlx, on a pool that the host brings or that is made here when asked for.
//!
//! One commit is one transaction with one statement for each kind of change. Where it depends on several
//! rows that exist, they are locked in one order first, so deadlocks stay rare; what the
//! engine asks to repeat is repeated. No trigger, sequence, notification or setting of a session is
//! used: the same statements run behind a pooler, and on engines that speak PostgreSQL's language.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use alley_core::{RecordType, StoreError};
use sqlx::ConnectOptions as _;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};

use crate::domain::Domain;
use crate::engine::Engine;
use crate::error::OpenError;
use crate::failure::no_table;
use crate::layout::Layout;
use crate::migration::{Migration, SchemaState};
use crate::sql::{BatchSql, Catalogue};
use crate::upgrade::NewerSchema;

mod columns;
mod commit;
mod connection;
mod driver;
mod erase;
mod failure;
mod idempotency;
mod kernel;
mod leases;
mod limiter;
mod migrate;
mod outbox;
mod personal;
mod plan;
mod reach;
mod records;
mod schema;
mod seat;
mod span;
mod sweep;
mod transaction;
mod unit;

pub use unit::PostgresUnit;

use kernel::Kernel;
use seat::Seat;

/// What stands between the store and the server.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Pooler {
    /// Nothing, or a pooler that gives each client a server connection for its whole life.
    #[default]
    None,
    /// A pooler that changes the server connection between transactions, as `PgBouncer` does with
    /// `pool_mode = transaction`. Statements are not kept prepared, and every call is a transaction.
    /// `PgBouncer` needs `ignore_startup_parameters = extra_float_digits` for sqlx.
    Transaction,
}

/// What a store keeps and how.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PostgresOptions {
    domains: Vec<Domain>,
    layout: Layout,
    newer: NewerSchema,
    pooler: Pooler,
    patience: Duration,
    deadline: Duration,
    connections: u32,
}

impl Default for PostgresOptions {
    /// All domains of this build, tables `public.alley_…`, no pooler, five seconds of patience and
    /// half a minute for a call, ten connections in a pool of ours.
    fn default() -> Self {
        Self {
            domains: Domain::enabled(),
            layout: Layout::default(),
            newer: NewerSchema::Refuse,
            pooler: Pooler::None,
            patience: Duration::from_secs(5),
            deadline: Duration::from_secs(30),
            connections: 10,
        }
    }
}

impl PostgresOptions {
    /// Keeps the records of one more domain: a host's own.
    #[must_use]
    pub fn with_domain(mut self, domain: Domain) -> Self {
        self.domains.push(domain);
        self
    }

    /// Names tables otherwise than `alley_…`, or puts them into another schema than `public`.
    #[must_use]
    pub fn with_layout(mut self, layout: Layout) -> Self {
        self.layout = layout;
        self
    }

    /// What to do with a schema that is newer than the code.
    #[must_use]
    pub const fn with_newer_schema(mut self, newer: NewerSchema) -> Self {
        self.newer = newer;
        self
    }

    /// What stands between the store and the server.
    #[must_use]
    pub const fn with_pooler(mut self, pooler: Pooler) -> Self {
        self.pooler = pooler;
        self
    }

    /// How long one call may go on repeating what the server asks to repeat, and how long a pool of
    /// ours lets a call wait for a connection. A migration waits for another one for a minute at least.
    #[must_use]
    pub const fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// How long one call may take in all, waiting for locks of others and for a silent server included.
    /// Afterwards it answers `Unavailable`, or `CommitUnknown` if COMMIT was on its way.
    #[must_use]
    pub const fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// How many connections a pool of ours opens at most, at least one.
    #[must_use]
    pub fn with_connections(mut self, connections: u32) -> Self {
        self.connections = connections.max(1);
        self
    }

    /// The layout with a schema: no statement relies on a search path.
    fn qualified(&self) -> Layout {
        let layout = self.layout.clone();
        if layout.schema().is_some() {
            return layout;
        }
        layout.clone().in_schema("public").unwrap_or(layout)
    }
}

/// Implements every storage port of every crate over one schema of a PostgreSQL database.
///
/// # Cancel safety
/// Dropping a call's future leaves its work done or not done, never in between; its connection is
/// closed, not given back to the pool.
pub struct PostgresStore {
    seat: Seat,
    shared: Arc<Shared>,
}

/// What the stores of one schema have in common.
struct Shared {
    catalogue: Catalogue,
    own: Kernel,
    batches: HashMap<&'static str, BatchSql>,
    /// Record type and rule by the name of the index that keeps the rule.
    rules: HashMap<String, (&'static str, &'static str)>,
    layout: Layout,
    pooler: Pooler,
    patience: Duration,
    deadline: Duration,
}

impl Shared {
    fn new(options: &PostgresOptions) -> Result<Self, OpenError> {
        let layout = options.qualified();
        let catalogue = Catalogue::new(&options.domains, &layout, Engine::Postgres)?;
        let mut batches = HashMap::new();
        let mut rules = HashMap::new();
        for sql in catalogue.records() {
            let record = sql.binding.record;
            batches.insert(record.name, BatchSql::new(sql));
            for rule in record.unique {
                let index = layout.name(&crate::ddl::unique_index(record, rule));
                rules.insert(index, (record.name, rule.name));
            }
        }
        let own = Kernel::new(&layout, Engine::Postgres);
        let PostgresOptions { pooler, patience, deadline, .. } = *options;
        Ok(Self { catalogue, own, batches, rules, layout, pooler, patience, deadline })
    }

    fn batch(&self, record: &RecordType) -> Result<&BatchSql, StoreError> {
        self.batches.get(record.name).ok_or_else(|| no_table(record))
    }
}

impl PostgresStore {
    /// A pool for [`open`](Self::open) with settings that suit it: statements stay prepared unless a
    /// pooler stands before the server, connections are not tested before each use (a call whose
    /// connection turns out to be closed takes another one), and statements are not logged. Opens no
    /// connection yet. A host that has a pool gives that one instead.
    ///
    /// # Errors
    /// When `url` is not of the form `postgres://user:password@host:port/database`.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn pool(url: &str, options: &PostgresOptions) -> Result<PgPool, OpenError> {
        let is_ours = ["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme));
        let parsed = url.parse::<PgConnectOptions>().ok().filter(|_| is_ours);
        let parsed = parsed.ok_or(OpenError::Address)?;
        let statements = match options.pooler {
            Pooler::None => STATEMENTS,
            Pooler::Transaction => 0,
        };
        let connect = parsed.statement_cache_capacity(statements).disable_statement_logging();
        let pool = PgPoolOptions::new()
            .max_connections(options.connections)
            .acquire_timeout(options.patience)
            .test_before_acquire(false);
        Ok(pool.connect_lazy_with(connect))
    }

    /// Opens a database whose schema is up to date. Nothing is created or changed here: call
    /// [`migrate`](Self::migrate) before. Settings of the pool and its sessions are left alone.
    ///
    /// # Errors
    /// One kind for each reason; see [`OpenError`].
    pub async fn open(pool: PgPool, options: PostgresOptions) -> Result<Self, OpenError> {
        let shared = Shared::new(&options)?;
        let state = Self::check(&pool, &options).await?;
        let database = migrate::name(&pool, &options);
        if let SchemaState::Behind { pending } = state {
            return Err(OpenError::Behind { database, pending, call: "PostgresStore::migrate" });
        }
        crate::upgrade::refuse_newer(state, &database, options.newer)?;
        Ok(Self { seat: Seat::Pool(pool), shared: Arc::new(shared) })
    }

    /// Every schema step of these options, in the order in which they are applied.
    pub fn migrations(options: &PostgresOptions) -> Vec<Migration> {
        crate::upgrade::list(&options.domains)
    }

    /// How the schema of a database compares with the one that the code knows.
    ///
    /// # Errors
    /// When the database cannot be reached or read.
    pub async fn check(pool: &PgPool, options: &PostgresOptions) -> Result<SchemaState, OpenError> {
        migrate::state(pool, options).await
    }

    /// The steps that [`migrate`](Self::migrate) would apply.
    ///
    /// # Errors
    /// When the database cannot be reached or read.
    pub async fn plan(
        pool: &PgPool,
        options: &PostgresOptions,
    ) -> Result<Vec<Migration>, OpenError> {
        migrate::plan(pool, options).await
    }

    /// Creates the schema if it is not there and applies the steps that it lacks, all in one
    /// transaction; answers those steps. Any number of processes may do this at once. It works on a
    /// connection of its own, made as the pool makes its, but without the hooks of the pool.
    ///
    /// # Errors
    /// When the database cannot be reached, a right is missing, somebody holds a table for longer than
    /// the patience, or the schema is a newer one. Nothing was changed then, unless the connection was
    /// lost at the very end: call it again, and it finds out.
    ///
    /// # Cancel safety
    /// All steps are applied, or none.
    pub async fn migrate(
        pool: &PgPool,
        options: &PostgresOptions,
    ) -> Result<Vec<Migration>, OpenError> {
        migrate::apply(pool, options).await
    }

    /// Writes the schema steps into files, for a tool of the host to run: one a step, numbered in their
    /// order, behind one that makes the table of applied steps. [`adopt`](Self::adopt) records them
    /// afterwards. Makes the folder if it is not there, and overwrites files of the same names; answers
    /// the files. The numbers are those of this release: a later step of an earlier domain gets one in
    /// between. Blocks.
    ///
    /// # Errors
    /// When the declarations contradict each other or a file cannot be written.
    pub fn export(
        options: &PostgresOptions,
        folder: impl AsRef<Path>,
    ) -> Result<Vec<PathBuf>, OpenError> {
        let (domains, layout) = (&options.domains, options.qualified());
        crate::domain::check(domains)?;
        let adopt = "PostgresStore::adopt";
        crate::export::export(domains, &layout, Engine::Postgres, adopt, folder.as_ref())
    }

    /// Records that a tool of the host ran the steps (see [`export`](Self::export)), after comparing
    /// what is there with what they make; answers the steps that were recorded.
    ///
    /// # Errors
    /// When a table, column or index is missing or other than declared, which the error names, or as
    /// [`migrate`](Self::migrate).
    ///
    /// # Cancel safety
    /// All steps are recorded, or none.
    pub async fn adopt(
        pool: &PgPool,
        options: &PostgresOptions,
    ) -> Result<Vec<Migration>, OpenError> {
        migrate::adopt(pool, options).await
    }
}

/// Statements that a connection keeps prepared.
const STATEMENTS: usize = 1_024;

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let schema = self.shared.layout.schema();
        f.debug_struct("PostgresStore")
            .field("schema", &schema)
            .field("seat", &self.seat)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
