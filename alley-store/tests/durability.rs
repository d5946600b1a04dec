//! What survives: crowds, dropped calls, panics in the host's statements.
#![cfg(feature = "sqlite")]
#![expect(clippy::unwrap_used, reason = "test code")]

use std::sync::Arc;
use std::time::Duration;

use alley_core::Field as _;
use alley_core::conformance::Sample;
use alley_core::{
    Commit, Env, Fact, Key, Outbox as _, RecordRef, RecordStore, RecordStoreExt as _, RecordWrite,
    StoreError, StoreErrorKind, TenantId, Version, Write,
};
use alley_store::{SqliteStore, rusqlite};

#[path = "common/env.rs"]
mod common;
#[path = "common/file.rs"]
mod file;

use common::env;

fn tenant() -> TenantId {
    TenantId::from_uuid(uuid::Uuid::from_u128(42))
}

fn sample(id: &str, rank: i64) -> Sample {
    Sample::new(tenant(), id, rank)
}

fn insert(env: &Env, rows: &[Sample]) -> Commit<RecordWrite> {
    let mut commit = env.commit().unwrap();
    commit.changes.extend(rows.iter().cloned().map(|row| Write::Insert(row).into()));
    commit
}

async fn exists(store: &SqliteStore, id: &str) -> bool {
    store.record::<Sample>(&Key::of(tenant(), &id.to_owned())).await.unwrap().is_some()
}

#[test]
fn a_dropped_store_leaves_everything_in_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("alley.db");
    let env = env(1);
    for round in 0..100 {
        let store = file::open(&path);
        let commit = insert(&env, &[sample(&format!("row-{round}"), round)]);
        pollster::block_on(RecordStore::commit(store.as_ref(), commit)).unwrap();
        assert!(pollster::block_on(exists(&store, "row-0")));
        drop(store);
        let left: Vec<_> = std::fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(left, ["alley.db"], "round {round}");
    }
}

async fn no_half_commits(store: &SqliteStore) {
    let rows: Vec<_> =
        alley_core::store::all::<Sample, _>(store, Sample::BY_RANK, &[tenant().to_value()])
            .await
            .unwrap();
    let halves = |half: &str| rows.iter().filter(|row| row.record.id.ends_with(half)).count();
    assert_eq!(halves("-a"), halves("-b"));
    let facts = store.due(chrono::DateTime::<chrono::Utc>::MAX_UTC, u32::MAX).await.unwrap();
    let positions: Vec<_> = facts.iter().map(|entry| entry.position).collect();
    let wanted: Vec<_> = (1..).take(halves("-a")).collect();
    assert_eq!(positions, wanted);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_64_callers_each_counts_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = file::open(&folder.path().join("alley.db"));
    let env = Arc::new(env(1));
    store.commit(insert(&env, &[sample("counter", 0)])).await.unwrap();
    let tasks: Vec<_> = (0..64)
        .map(|_| {
            let (store, env) = (Arc::clone(&store), Arc::clone(&env));
            tokio::spawn(async move {
                let key = Key::of(tenant(), &"counter".to_owned());
                loop {
                    let read = store.record::<Sample>(&key).await.unwrap().unwrap();
                    let mut record = read.record.clone();
                    record.rank += 1;
                    let write = Write::Update { record, read: read.version };
                    let commit: Commit<RecordWrite> = env.commit().unwrap().change(write);
                    match RecordStore::commit(store.as_ref(), commit).await {
                        Ok(_) => return,
                        Err(error) => assert!(error.is_conflict(), "{error}"),
                    }
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let counter = store.record::<Sample>(&Key::of(tenant(), &"counter".to_owned())).await;
    let counter = counter.unwrap().unwrap();
    assert_eq!((counter.record.rank, counter.version), (64, Version::new(65)));
}

#[tokio::test]
async fn a_refused_commit_does_not_touch_its_neighbors_in_the_group() {
    let folder = tempfile::tempdir().unwrap();
    let store = file::open(&folder.path().join("alley.db"));
    let env = env(2);
    store.commit(insert(&env, &[sample("taken", 0)])).await.unwrap();
    // Holds the writer, so that what follows is one group.
    let gate = std::sync::Barrier::new(2);
    let gate = Arc::new(gate);
    let inside = Arc::clone(&gate);
    let (held, store_held) = (Arc::clone(&store), env.commit::<RecordWrite>().unwrap());
    let waiting = tokio::task::spawn(async move {
        held.commit_with(store_held, move |_| {
            inside.wait();
            Ok(())
        })
        .await
    });
    let mut commits = Vec::new();
    for n in 0..40 {
        let id = if n % 2 == 0 { format!("row {n}") } else { "taken".to_owned() };
        let rows = [sample(&format!("first of {n}"), n), sample(&id, n)];
        let (store, commit) = (Arc::clone(&store), insert(&env, &rows));
        commits
            .push(tokio::spawn(async move { RecordStore::commit(store.as_ref(), commit).await }));
    }
    // Lets each task send its commit; they run on this thread.
    tokio::task::yield_now().await;
    tokio::task::spawn_blocking(move || gate.wait()).await.unwrap();
    waiting.await.unwrap().unwrap();
    for (n, commit) in commits.into_iter().enumerate() {
        let result = commit.await.unwrap();
        assert_eq!(result.is_ok(), n % 2 == 0, "{n}");
        assert_eq!(exists(&store, &format!("first of {n}")).await, n % 2 == 0, "{n}");
    }
}

#[tokio::test]
async fn many_callers_share_the_wait_for_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("alley.db");
    let store = file::open(&path);
    let env = env(3);
    let log = || std::fs::metadata(path.with_extension("db-wal")).map_or(0, |meta| meta.len());
    store.compact_after_erasure().await.unwrap();
    let mut commits = Vec::new();
    for n in 0..100 {
        commits
            .push(RecordStore::commit(store.as_ref(), insert(&env, &[sample(&n.to_string(), n)])));
    }
    // All are sent before the first is waited for.
    for commit in futures(commits).await {
        commit.unwrap();
    }
    // One commit writes each page that it changed once; a hundred apart would write some 700 pages.
    let pages = log() / 4_096;
    assert!(pages < 300, "{pages} pages were written");
}

/// Polls all once, so that each has sent its work, then waits for each.
async fn futures<F: Future>(list: Vec<F>) -> Vec<F::Output> {
    let mut pinned: Vec<_> = list.into_iter().map(Box::pin).collect();
    let mut results: Vec<Option<F::Output>> = pinned.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        for (future, result) in pinned.iter_mut().zip(&mut results) {
            if result.is_none()
                && let std::task::Poll::Ready(output) = future.as_mut().poll(context)
            {
                *result = Some(output);
            }
        }
        if results.iter().all(Option::is_some) {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    results.into_iter().flatten().collect()
}

#[tokio::test]
async fn a_dropped_commit_is_applied_or_not_and_never_half() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("alley.db");
    let store = file::open(&path);
    let env = env(4);
    for n in 0..500 {
        let rows = [sample(&format!("{n}-a"), n), sample(&format!("{n}-b"), n)];
        let fact = env.fact(Fact::TenantSuspended { tenant: tenant() }).unwrap();
        let commit = RecordStore::commit(store.as_ref(), insert(&env, &rows).fact(fact));
        let wait = Duration::from_micros(u64::try_from(n).unwrap() % 50 * 20);
        drop(tokio::time::timeout(wait, commit).await);
    }
    // The writer keeps the order of what it is sent, so nothing is under way behind this one.
    store.commit(insert(&env, &[sample("last", 0)])).await.unwrap();
    no_half_commits(&store).await;
    drop(store);
    assert!(exists(&file::open(&path), "last").await);
}

#[tokio::test]
async fn statements_of_the_host_commit_and_roll_back_with_ours() {
    let store = Arc::new(SqliteStore::open_in_memory_with(file::options()).unwrap());
    let env = env(5);
    let create = |connection: &rusqlite::Connection| {
        connection.execute_batch("CREATE TABLE note (text TEXT)")?;
        Ok(())
    };
    store.commit_with(insert(&env, &[]), create).await.unwrap();
    let note = |connection: &rusqlite::Connection| {
        Ok(connection.execute("INSERT INTO note VALUES ('x')", [])?)
    };
    let commit = insert(&env, &[sample("with", 1)]);
    let again = commit.clone();
    let (committed, inserted) = store.commit_with(commit, note).await.unwrap();
    assert_eq!((committed.replayed, inserted), (false, Some(1)));
    let (committed, inserted) = store.commit_with(again, note).await.unwrap();
    assert_eq!((committed.replayed, inserted), (true, None));
    let refused = store.commit_with(insert(&env, &[sample("with", 2)]), note).await;
    assert!(refused.unwrap_err().is_conflict());
    let fails = |connection: &rusqlite::Connection| {
        connection.execute("INSERT INTO note VALUES ('y')", [])?;
        Err::<(), _>("the host changed its mind".into())
    };
    let error = store.commit_with(insert(&env, &[sample("without", 1)]), fails).await.unwrap_err();
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(
        (error.kind(), source.as_str()),
        (&StoreErrorKind::Other, "the host changed its mind")
    );
    assert!(!exists(&store, "without").await);
    let count = |connection: &rusqlite::Connection| {
        Ok(connection.query_row("SELECT count(*) FROM note", [], |row| row.get::<_, i64>(0))?)
    };
    assert_eq!(store.commit_with(insert(&env, &[]), count).await.unwrap().1, Some(1));
}

/// A host whose own row was taken meanwhile says so, and the door above decides again.
#[tokio::test]
async fn a_store_error_of_the_host_comes_back_as_it_is_and_nothing_stays() {
    let store = Arc::new(SqliteStore::open_in_memory_with(file::options()).unwrap());
    let env = env(7);
    let row = RecordRef::new("organization", Key::global(&"o".to_owned()));
    let kinds = [
        StoreErrorKind::Conflict(row),
        StoreErrorKind::Duplicate { record: "organization", rule: "by_name" },
        StoreErrorKind::CommitUnknown,
    ];
    for kind in kinds {
        let answered = kind.clone();
        let refuses = move |_: &rusqlite::Connection| {
            Err::<(), _>(StoreError::with_source(answered, "the host says so").into())
        };
        let error =
            store.commit_with(insert(&env, &[sample("own", 1)]), refuses).await.unwrap_err();
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert_eq!((error.kind(), source.as_str()), (&kind, "the host says so"));
        assert!(!exists(&store, "own").await);
    }
}

#[tokio::test]
async fn reads_of_the_host_see_what_is_committed_and_leave_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let store = file::open(&folder.path().join("alley.db"));
    let env = env(8);
    let count = |connection: &rusqlite::Connection| {
        let text = "SELECT count(*) FROM alley_conformance_conformance_sample";
        Ok(connection.query_row(text, [], |row| row.get::<_, i64>(0))?)
    };
    // More often than there are connections, so that each of them meets both.
    for _ in 0..5 {
        let panics = |_: &rusqlite::Connection| -> Result<(), _> { std::panic::panic_any("host") };
        assert!(store.read_with(panics).await.is_err());
        let begins = |connection: &rusqlite::Connection| {
            connection.execute_batch("BEGIN; SELECT 1 FROM alley_core_commit")?;
            Ok(())
        };
        store.read_with(begins).await.unwrap();
        let writes = |connection: &rusqlite::Connection| {
            Ok(connection.execute("DELETE FROM alley_conformance_conformance_sample", [])?)
        };
        assert_eq!(store.read_with(writes).await.unwrap_err().kind(), &StoreErrorKind::Other);
    }
    store.commit(insert(&env, &[sample("seen", 1)])).await.unwrap();
    for _ in 0..5 {
        assert_eq!(store.read_with(count).await.unwrap(), 1);
    }
}

#[tokio::test]
async fn statements_that_panic_or_end_the_transaction_do_not_end_the_store() {
    let store = Arc::new(SqliteStore::open_in_memory_with(file::options()).unwrap());
    let env = env(6);
    let panics = |_: &rusqlite::Connection| -> Result<(), _> { std::panic::panic_any("host") };
    assert!(store.commit_with(insert(&env, &[sample("panic", 1)]), panics).await.is_err());
    let ends = |connection: &rusqlite::Connection| Ok(connection.execute_batch("ROLLBACK")?);
    assert!(store.commit_with(insert(&env, &[sample("ended", 1)]), ends).await.is_err());
    store.commit(insert(&env, &[sample("after", 1)])).await.unwrap();
    assert!(!exists(&store, "panic").await && !exists(&store, "ended").await);
    assert!(exists(&store, "after").await);
}
