//! SQLite in the process: one thread that writes, several that read.
//!
//! The writer takes all work that waits, up to 128 pieces, runs each in a savepoint of its own and
//! makes them durable with one COMMIT; only then is anybody answered. So a refused commit costs its
//! neighbors nothing, and 64 callers at once share one wait for the disk. Threads and channels are
//! the store's own: it runs under any async runtime, and ends its threads when it is dropped.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use alley_core::{Clock, RecordType, StoreError, SystemClock};
use crossbeam_channel::{Sender, unbounded};
use rusqlite::Connection;

use crate::domain::Domain;
use crate::engine::Engine;
use crate::error::OpenError;
use crate::failure;
use crate::layout::Layout;
use crate::migration::{Migration, SchemaState};
use crate::sql::Catalogue;
use crate::sql_records::SqlRecords;
use crate::upgrade::NewerSchema;

mod commit;
mod connection;
mod driver;
mod field;
mod host;
mod hosted;
mod idempotency;
mod kernel;
mod leases;
mod limiter;
mod migrate;
mod outbox;
mod personal;
mod readers;
mod records;
mod schema;
mod sweep;
mod update;
mod writer;

pub use field::{SqlField, SqlValue};

use kernel::Kernel;
use readers::Readers;
use update::UpdateSql;
use writer::{Answer, Message, Task, Work};

/// What a store keeps and how.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SqliteOptions {
    pub(crate) domains: Vec<Domain>,
    pub(crate) layout: Layout,
    hosted: Vec<SqlRecords>,
    readers: usize,
    patience: Duration,
    newer: NewerSchema,
    clock: Arc<dyn Clock>,
}

impl Default for SqliteOptions {
    /// All domains of this build, tables named `alley_…`, two readers, five seconds of patience.
    fn default() -> Self {
        Self {
            domains: Domain::enabled(),
            layout: Layout::default(),
            hosted: Vec::new(),
            readers: 2,
            patience: Duration::from_secs(5),
            newer: NewerSchema::Refuse,
            clock: Arc::new(SystemClock::new()),
        }
    }
}

impl SqliteOptions {
    /// Keeps the records of one more domain: a host's own.
    #[must_use]
    pub fn with_domain(mut self, domain: Domain) -> Self {
        self.domains.push(domain);
        self
    }

    /// Keeps the records of one type in a table of the host. That table is the host's to make, before
    /// the store opens.
    #[must_use]
    pub fn with_sql_records(mut self, records: SqlRecords) -> Self {
        self.hosted.push(records);
        self
    }

    /// Names tables otherwise than `alley_…`.
    #[must_use]
    pub fn with_layout(mut self, layout: Layout) -> Self {
        self.layout = layout;
        self
    }

    /// Reads on so many threads, 1 to 64, each with a connection of its own.
    #[must_use]
    pub fn with_readers(mut self, readers: usize) -> Self {
        self.readers = readers.clamp(1, 64);
        self
    }

    /// How long to wait for another process that writes.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// What to do with a schema that is newer than the code.
    #[must_use]
    pub fn with_newer_schema(mut self, newer: NewerSchema) -> Self {
        self.newer = newer;
        self
    }

    /// The clock that rate limits ask, and that says in the ledger when a step was applied.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }
}

/// Implements every storage port of every crate over one SQLite file.
///
/// Calls may come from any thread and any runtime. Dropping a call's future leaves its work done or
/// not done, never in between. Dropping the store finishes what was asked for and joins its threads.
pub struct SqliteStore {
    path: PathBuf,
    shared: Arc<Shared>,
    writer: Option<Sender<Message>>,
    readers: Option<Readers>,
    threads: Vec<JoinHandle<()>>,
}

/// What the threads of a store have in common.
pub(crate) struct Shared {
    pub(crate) catalogue: Catalogue,
    pub(crate) own: Kernel,
    updates: HashMap<&'static str, UpdateSql>,
    pub(crate) layout: Layout,
    /// The record types that live in tables of the host.
    pub(crate) hosted: Vec<SqlRecords>,
    clock: Arc<dyn Clock>,
    /// How long to wait for another process that writes.
    patience: Duration,
    /// Content was erased that the log still holds.
    erased: AtomicBool,
}

impl Shared {
    fn update(&self, record: &RecordType) -> Result<&UpdateSql, StoreError> {
        self.updates.get(record.name).ok_or_else(|| failure::no_table(record))
    }
}

impl SqliteStore {
    /// Opens a database whose schema is up to date. It is never created or changed here: call
    /// [`migrate`](Self::migrate) before. Blocks for some file accesses.
    ///
    /// # Errors
    /// One kind for each reason; see [`OpenError`].
    pub fn open(path: impl AsRef<Path>, options: SqliteOptions) -> Result<Self, OpenError> {
        let path = path.as_ref();
        let catalogue = catalogue(&options, path)?;
        let writer = connection::open(path, options.patience)?;
        let state = migrate::state(&writer, path, &options)?;
        if let SchemaState::Behind { pending } = state {
            return Err(OpenError::Behind {
                database: connection::name(path),
                pending,
                call: "SqliteStore::migrate",
            });
        }
        crate::upgrade::refuse_newer(state, &connection::name(path), options.newer)?;
        let mut readers = Vec::new();
        for _ in 0..options.readers {
            let reader = connection::open(path, options.patience)?;
            let only = reader.pragma_update(None, "query_only", 1);
            only.map_err(|error| connection::failed(path, error))?;
            readers.push(reader);
        }
        Self::start(path, options, catalogue, writer, readers)
    }

    /// A database in memory with the schema of all domains of this build; for tests and trials. It
    /// ends with the store.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn open_in_memory() -> Result<Self, OpenError> {
        Self::open_in_memory_with(SqliteOptions::default())
    }

    /// A database in memory with the schema of `options`.
    ///
    /// # Errors
    /// When the declarations contradict each other or the system gives no thread.
    pub fn open_in_memory_with(options: SqliteOptions) -> Result<Self, OpenError> {
        let path = Path::new(":memory:");
        let catalogue = catalogue(&options, path)?;
        let mut writer = connection::open_in_memory()?;
        migrate::apply(&mut writer, path, &options, options.clock.now())?;
        Self::start(path, options, catalogue, writer, Vec::new())
    }

    /// Every schema step of these options, in the order in which they are applied. Their text with
    /// the prefix put in is what a host runs that applies schema changes with a tool of its own.
    pub fn migrations(options: &SqliteOptions) -> Vec<Migration> {
        crate::upgrade::list(&options.domains)
    }

    /// How the schema of a file compares with the one that the code knows.
    ///
    /// # Errors
    /// When the file is not there or cannot be read.
    pub fn check(
        path: impl AsRef<Path>,
        options: &SqliteOptions,
    ) -> Result<SchemaState, OpenError> {
        let path = path.as_ref();
        migrate::state(&connection::open(path, options.patience)?, path, options)
    }

    /// The steps that [`migrate`](Self::migrate) would apply: all of them if there is no file.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn plan(
        path: impl AsRef<Path>,
        options: &SqliteOptions,
    ) -> Result<Vec<Migration>, OpenError> {
        migrate::plan(path.as_ref(), options)
    }

    /// Creates the file if it is not there (readable by its owner only) and applies the steps that
    /// it lacks, all in one transaction; answers those steps. Any number of processes may do this at
    /// once. Blocks.
    ///
    /// # Errors
    /// When the file cannot be written, is something else, or has a newer schema. Nothing was
    /// changed then.
    pub fn migrate(
        path: impl AsRef<Path>,
        options: &SqliteOptions,
    ) -> Result<Vec<Migration>, OpenError> {
        let path = path.as_ref();
        catalogue(options, path)?;
        connection::create_file(path)?;
        let mut connection = connection::open(path, options.patience)?;
        migrate::apply(&mut connection, path, options, options.clock.now())
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
        options: &SqliteOptions,
        folder: impl AsRef<Path>,
    ) -> Result<Vec<PathBuf>, OpenError> {
        let (layout, folder) = (&options.layout, folder.as_ref());
        let _checked = catalogue(options, folder)?;
        let adopt = "SqliteStore::adopt";
        crate::export::export(&options.domains, layout, Engine::Sqlite, adopt, folder)
    }

    /// Records that a tool of the host ran the steps (see [`export`](Self::export)), after comparing
    /// what is there with what they make; answers the steps that were recorded. Blocks.
    ///
    /// # Errors
    /// When a table, column or index is missing or other than declared, which the error names, or the
    /// file is not there, cannot be written, or has a newer schema. Nothing was changed then.
    pub fn adopt(
        path: impl AsRef<Path>,
        options: &SqliteOptions,
    ) -> Result<Vec<Migration>, OpenError> {
        let path = path.as_ref();
        let mut connection = connection::open(path, options.patience)?;
        migrate::adopt(&mut connection, path, options, options.clock.now())
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Empties the write-ahead log into the database, so that nothing that was erased stays in it.
    /// This happens by itself after each erasure: as soon as the writer has nothing else to do, at
    /// the latest after 64 rounds of work (up to 128 pieces each), and once a second again while
    /// somebody reads from the log. Here one can ask for it at once and learn that it is done.
    ///
    /// # Errors
    /// `Retry` when a reader held the log for 50 ms: longer is not waited for, as all writers wait
    /// along. The store goes on trying by itself.
    pub async fn compact_after_erasure(&self) -> Result<(), StoreError> {
        self.shared.erased.store(true, Ordering::SeqCst);
        self.outside(writer::checkpoint).await
    }

    fn start(
        path: &Path,
        options: SqliteOptions,
        catalogue: Catalogue,
        writer: Connection,
        readers: Vec<Connection>,
    ) -> Result<Self, OpenError> {
        let updates = update::all(&options, &catalogue, &writer);
        hosted::check(&writer, path, &catalogue, &updates, &options.hosted)?;
        let SqliteOptions { layout, hosted, clock, patience, .. } = options;
        // A process that ended between an erasure and the emptying of the log left it to us.
        let erased = AtomicBool::new(!readers.is_empty());
        let own = Kernel::new(&layout, Engine::Sqlite);
        let shared =
            Arc::new(Shared { catalogue, own, updates, layout, hosted, clock, patience, erased });
        let mut threads = Vec::new();
        let spawn = |name: &str, body: Box<dyn FnOnce() + Send>| {
            let builder = std::thread::Builder::new().name(format!("alley-sqlite-{name}"));
            builder.spawn(body).map_err(|source| OpenError::Other {
                database: connection::name(path),
                source: Box::new(source),
            })
        };
        let (to_writer, work) = unbounded();
        let of_writer = Arc::clone(&shared);
        threads.push(spawn("writer", Box::new(move || writer::run(&writer, &work, &of_writer)))?);
        let mut to_readers = None;
        if !readers.is_empty() {
            let (all, sides) = Readers::new(readers.len());
            to_readers = Some(all);
            for (connection, side) in readers.into_iter().zip(sides) {
                threads.push(spawn("reader", Box::new(move || side.run(&connection)))?);
            }
        }
        let path = path.to_owned();
        Ok(Self { path, shared, writer: Some(to_writer), readers: to_readers, threads })
    }

    /// Runs work that writes, in a transaction that it may share with others.
    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection, &Shared) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.write_over((), |connection, shared, ()| work(connection, shared)).await
    }

    /// The same for work on something that may be large.
    async fn write_over<T: Send + 'static, I: Send + 'static>(
        &self,
        input: I,
        work: impl FnOnce(&Connection, &Shared, &mut I) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (task, answer) = Task::boxed(input, work, Arc::clone(&self.shared));
        self.send(Message::Write(task))?;
        received(answer).await
    }

    /// Runs work that writes, in a transaction of its own.
    async fn write_alone<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection, &Shared) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (task, answer) = self.task(work);
        self.send(Message::Alone(task))?;
        received(answer).await
    }

    /// Runs work on the writer's connection between transactions.
    async fn outside<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection, &Shared) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (task, answer) = self.task(work);
        self.send(Message::Outside(task))?;
        received(answer).await
    }

    /// Runs work that reads.
    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection, &Shared) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let Some(readers) = &self.readers else {
            return self.outside(work).await;
        };
        let (task, answer) = self.task(work);
        readers.send(task);
        received(answer).await
    }

    fn task<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection, &Shared) -> Result<T, StoreError> + Send + 'static,
    ) -> (Box<dyn Work>, Answer<T>) {
        let work = |connection: &Connection, shared: &Shared, (): &mut ()| work(connection, shared);
        Task::boxed((), work, Arc::clone(&self.shared))
    }

    fn send(&self, message: Message) -> Result<(), StoreError> {
        let writer = self.writer.as_ref().ok_or_else(ended)?;
        writer.send(message).map_err(|_ended| ended())
    }
}

fn catalogue(options: &SqliteOptions, path: &Path) -> Result<Catalogue, OpenError> {
    if options.layout.schema().is_some() {
        return Err(OpenError::Setting {
            database: connection::name(path),
            setting: "schema",
            remedy: "SQLite has no schemas; give the layout a prefix alone",
        });
    }
    let mut catalogue = Catalogue::new(&options.domains, &options.layout, Engine::Sqlite)?;
    hosted::rename(&mut catalogue, options)?;
    Ok(catalogue)
}

async fn received<T>(answer: Answer<T>) -> Result<T, StoreError> {
    answer.await.unwrap_or_else(|_gone| Err(ended()))
}

fn ended() -> StoreError {
    failure::other("the thread of the store ended while it had work")
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        let here = std::thread::current().id();
        // A host's statements that hold the last handle drop the store on its own thread.
        let join = |thread: JoinHandle<()>| {
            if thread.thread().id() != here {
                drop(thread.join());
            }
        };
        // The connection that closes last removes the log. Two that close at once each take the
        // other for open, and the log would stay; so the writer, which began first, ends last.
        self.readers = None;
        self.threads.drain(1.min(self.threads.len())..).for_each(join);
        self.writer = None;
        self.threads.drain(..).for_each(join);
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").field("path", &self.path).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
