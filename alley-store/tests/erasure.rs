//! What is erased is gone from the file and its log, as bytes.
#![cfg(feature = "sqlite")]
#![expect(clippy::unwrap_used, reason = "test code")]

use std::path::Path;

use alley_core::conformance::Sample;
use alley_core::{
    Applied, Commit, Effect, Env, ErasureStep, Permit, PersonalRecords as _, Record as _,
    RecordStore, RecordWrite, TenantId, Value, Write,
};
use alley_store::{SqliteStore, rusqlite};

#[path = "common/env.rs"]
mod common;
#[path = "common/file.rs"]
mod file;

const CANARY: &str = "canary-7f3a";

fn row(tenant: TenantId, n: i64) -> Sample {
    let mut row = Sample::new(tenant, &format!("{n:05}"), n);
    let long = usize::try_from(n * 37 % 900).unwrap();
    row.person = Some(format!("{CANARY}-{n}-{}", "x".repeat(long)));
    row.label = Some(format!("label-{CANARY}-{n}"));
    row
}

fn canaries(path: &Path) -> usize {
    let files = [path.to_owned(), path.with_extension("db-wal")];
    let found = files.iter().filter_map(|file| std::fs::read(file).ok()).map(|bytes| {
        bytes.windows(CANARY.len()).filter(|window| *window == CANARY.as_bytes()).count()
    });
    found.sum()
}

async fn write(store: &SqliteStore, env: &Env, rows: Vec<Sample>) {
    for rows in rows.chunks(50) {
        let mut commit: Commit<RecordWrite> = env.commit().unwrap();
        commit.changes.extend(rows.iter().cloned().map(|row| Write::Insert(row).into()));
        RecordStore::commit(store, commit).await.unwrap();
    }
}

async fn erase(store: &SqliteStore, env: &Env, rows: &[Sample], effects: &[Effect]) {
    let permit = Permit::issue_to_erasure_engine(env.id().unwrap(), 1);
    for rows in rows.chunks(100) {
        let steps: Vec<_> = rows
            .iter()
            .flat_map(|row| effects.iter().map(|effect| (row.key(), effect.clone())))
            .map(|(key, effect)| ErasureStep { record: Sample::TYPE, key, effect })
            .collect();
        let applied = store.apply(&permit, &steps).await.unwrap();
        assert!(applied.iter().all(|applied| *applied == Applied::Done));
    }
    store.compact_after_erasure().await.unwrap();
}

#[tokio::test]
async fn deleted_rows_leave_no_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("alley.db");
    let (store, env) = (file::open(&path), common::env(1));
    let tenant = env.id().unwrap();
    // In an order that splits pages in their middle.
    let mut rows: Vec<_> = (0..2_000).map(|n| row(tenant, n * 787 % 2_000)).collect();
    write(&store, &env, rows.clone()).await;
    assert!(canaries(&path) >= 4_000);
    rows.sort_by_key(|row| row.rank % 3);
    erase(&store, &env, &rows, &[Effect::Delete]).await;
    assert_eq!(canaries(&path), 0);
}

#[tokio::test]
async fn blanked_and_rewritten_fields_leave_no_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("alley.db");
    let (store, env) = (file::open(&path), common::env(2));
    let tenant = env.id().unwrap();
    let rows: Vec<_> = (0..1_000).map(|n| row(tenant, n * 787 % 1_000)).collect();
    write(&store, &env, rows.clone()).await;
    let effects = [
        Effect::Minimize { fields: vec!["person"] },
        Effect::Rewrite { field: "label", to: Value::Null },
    ];
    erase(&store, &env, &rows, &effects).await;
    assert_eq!(canaries(&path), 0);
}

#[tokio::test]
async fn the_log_is_emptied_without_being_asked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("alley.db");
    let (store, env) = (file::open(&path), common::env(3));
    let tenant = env.id().unwrap();
    write(&store, &env, vec![row(tenant, 1)]).await;
    let permit = Permit::issue_to_erasure_engine(env.id().unwrap(), 1);
    let key = row(tenant, 1).key();
    let step = ErasureStep { record: Sample::TYPE, key, effect: Effect::Delete };
    store.apply(&permit, &[step]).await.unwrap();
    // The writer does it once it has nothing else to do.
    let mut tries = 0;
    while canaries(&path) > 0 && tries < 400 {
        std::thread::sleep(std::time::Duration::from_millis(5));
        tries += 1;
    }
    assert_eq!(canaries(&path), 0);
    assert_eq!(std::fs::metadata(path.with_extension("db-wal")).unwrap().len(), 0);
}

/// A reader of another connection holds the log: writers hardly notice, and the log is emptied
/// after the reader is gone, without any other work.
#[tokio::test]
async fn a_reader_in_the_way_neither_stops_writers_nor_keeps_the_log_for_ever() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("alley.db");
    let (store, env) = (file::open(&path), common::env(4));
    let tenant = env.id().unwrap();
    write(&store, &env, vec![row(tenant, 1)]).await;
    store.compact_after_erasure().await.unwrap();
    write(&store, &env, vec![row(tenant, 2)]).await;
    let reader = rusqlite::Connection::open(&path).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM sqlite_master").unwrap();

    let permit = Permit::issue_to_erasure_engine(env.id().unwrap(), 1);
    let steps = [1, 2].map(|n| {
        let key = row(tenant, n).key();
        ErasureStep { record: Sample::TYPE, key, effect: Effect::Delete }
    });
    store.apply(&permit, &steps).await.unwrap();
    let began = std::time::Instant::now();
    for n in 10..20 {
        let mut plain = Sample::new(tenant, &format!("{n:05}"), n);
        plain.label = None;
        write(&store, &env, vec![plain]).await;
    }
    let error = store.compact_after_erasure().await.unwrap_err();
    assert_eq!(error.kind(), &alley_core::StoreErrorKind::Retry);
    let took = began.elapsed();
    assert!(took < std::time::Duration::from_secs(2), "writers waited {took:?}");
    assert!(canaries(&path) > 0, "the reader still needs the log");

    reader.execute_batch("COMMIT").unwrap();
    let mut tries = 0;
    while canaries(&path) > 0 && tries < 1_000 {
        std::thread::sleep(std::time::Duration::from_millis(5));
        tries += 1;
    }
    assert_eq!(canaries(&path), 0);
}
