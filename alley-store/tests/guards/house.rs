//! Where eight writers meet: one file or one schema, which each of them opened for itself.

use std::any::Any;
use std::sync::Arc;

use alley_core::{Env, PersonalRecords, RecordStore};
#[cfg(feature = "postgres")]
use alley_store::{Layout, PostgresOptions, PostgresStore};
#[cfg(feature = "sqlite")]
use alley_store::{SqliteOptions, SqliteStore};
use tokio::runtime::{Builder, Runtime};

#[cfg(feature = "postgres")]
use crate::server::Server;

pub(crate) const WRITERS: usize = 8;

/// What the doors under test ask of a store.
pub(crate) trait Store: RecordStore + PersonalRecords {}

impl<S: RecordStore + PersonalRecords> Store for S {}

pub(crate) struct House<S> {
    pub(crate) env: Env,
    /// One for each writer.
    pub(crate) stores: Vec<Arc<S>>,
    /// What furnishes and looks.
    pub(crate) truth: Arc<S>,
    /// Goes after the stores.
    _data: Box<dyn Any + Send + Sync>,
    runtime: Runtime,
}

impl<S> House<S> {
    pub(crate) fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.runtime.block_on(future)
    }
}

/// How often a race is tried.
pub(crate) fn rounds() -> u32 {
    std::env::var("ALLEY_ROUNDS").map_or(2, |rounds| rounds.parse().unwrap())
}

#[cfg(feature = "sqlite")]
pub(crate) fn on_a_file() -> House<SqliteStore> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("alley.db");
    let options = SqliteOptions::default().with_readers(1);
    SqliteStore::migrate(&path, &options).unwrap();
    let open = || Arc::new(SqliteStore::open(&path, options.clone()).unwrap());
    let (stores, truth) = ((0..WRITERS).map(|_| open()).collect(), open());
    House { env: crate::common::env(1), stores, truth, _data: Box::new(folder), runtime: runtime() }
}

#[cfg(feature = "postgres")]
pub(crate) fn on_a_server(server: &Server) -> House<PostgresStore> {
    let (schema, runtime) = (server.fresh_schema(), runtime());
    let layout = Layout::default().in_schema(schema.name()).unwrap();
    let options = PostgresOptions::default().with_layout(layout).with_connections(3);
    let pool = || PostgresStore::pool(server.url(), &options).unwrap();
    let open = || Arc::new(runtime.block_on(PostgresStore::open(pool(), options.clone())).unwrap());
    // A pool belongs to the runtime that it is made in.
    let inside = runtime.enter();
    runtime.block_on(PostgresStore::migrate(&pool(), &options)).unwrap();
    let (stores, truth) = ((0..WRITERS).map(|_| open()).collect(), open());
    drop(inside);
    House { env: crate::common::env(1), stores, truth, _data: Box::new(schema), runtime }
}

fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap()
}
