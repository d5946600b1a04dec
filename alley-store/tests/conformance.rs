//! SQLite keeps every promise of the kernel and of the ports beside it.
#![cfg(feature = "sqlite")]
#![expect(clippy::unwrap_used, reason = "test code")]

use std::sync::Arc;

use alley_core::Env;
use alley_core::conformance::{identity, kernel, leases, outbox, personal_records, tenancy};
use alley_store::SqliteStore;

#[path = "common/env.rs"]
mod common;
#[path = "common/file.rs"]
mod file;

async fn keeps_the_contract(store: Arc<SqliteStore>, env: &Env) {
    kernel(Arc::clone(&store) as _, Arc::clone(&store) as _, env).await.unwrap();
    outbox(store.as_ref(), store.as_ref(), env).await.unwrap();
    leases(store.as_ref(), env.now()).await.unwrap();
    personal_records(store.as_ref(), store.as_ref(), env).await.unwrap();
}

#[tokio::test]
async fn a_file_keeps_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    let store = file::open(&folder.path().join("alley.db"));
    keeps_the_contract(store, &common::env(5)).await;
}

#[tokio::test]
async fn a_database_in_memory_keeps_the_contract() {
    let store = SqliteStore::open_in_memory_with(file::options()).unwrap();
    keeps_the_contract(Arc::new(store), &common::env(6)).await;
}

#[test]
fn it_runs_without_an_async_runtime() {
    let store = SqliteStore::open_in_memory_with(file::options()).unwrap();
    pollster::block_on(keeps_the_contract(Arc::new(store), &common::env(7)));
}

/// A fresh file, which lives as long as the folder.
fn fresh(folder: &tempfile::TempDir) -> Arc<SqliteStore> {
    let number = std::fs::read_dir(folder.path()).unwrap().count();
    file::open(&folder.path().join(format!("{number}.db")))
}

#[tokio::test]
async fn identity_and_tenancy_keep_their_promises() {
    let folder = tempfile::tempdir().unwrap();
    let env = common::env(8);
    let store = fresh(&folder);
    identity(Arc::clone(&store) as _, store, &env).await.unwrap();
    let store = fresh(&folder);
    tenancy(Arc::clone(&store) as _, store, &env).await.unwrap();
}

#[cfg(feature = "billing")]
#[tokio::test]
async fn billing_keeps_its_promises() {
    use alley_billing::conformance::{Fixture, suite};

    let folder = tempfile::tempdir().unwrap();
    let make = || {
        let store = fresh(&folder);
        Fixture { store: Arc::clone(&store) as _, outbox: store, env: common::env(9) }
    };
    suite(make).await.unwrap();
}

#[cfg(feature = "tiktok")]
#[tokio::test]
async fn tiktok_keeps_its_promises() {
    use alley_tiktok::conformance::{Fixture, suite};

    let folder = tempfile::tempdir().unwrap();
    let make = || {
        let store = fresh(&folder);
        Fixture {
            tokens: Arc::clone(&store) as _,
            shop_data: Arc::clone(&store) as _,
            outbox: store,
            env: common::env(10),
        }
    };
    suite(make).await.unwrap();
}

#[cfg(feature = "outreach")]
#[tokio::test]
async fn outreach_keeps_its_promises() {
    use alley_outreach::conformance::{Fixture, suite};

    let folder = tempfile::tempdir().unwrap();
    let make = || {
        let store = fresh(&folder);
        Fixture { store: Arc::clone(&store) as _, outbox: store, env: common::env(11) }
    };
    suite(make).await.unwrap();
}

#[cfg(feature = "privacy")]
#[tokio::test]
async fn privacy_keeps_its_promises() {
    let folder = tempfile::tempdir().unwrap();
    let store = fresh(&folder);
    let stores = alley_privacy::Stores::from(Arc::clone(&store));
    alley_privacy::conformance::suite(&stores, store, &common::env(12)).await.unwrap();
}
