//! How many commits SQLite writes into its log; each waits for the disk once (`synchronous = FULL`).
//!
//! Source: "Database File Format", section 4.1: the header has 32 bytes, each frame a header of 24 and
//! one page; the last frame of a commit says how large the database is, every other says 0.

use std::path::Path;

use alley_store::{SqliteOptions, SqliteStore};

use crate::calls::{Call, Calls, ROUNDS};
use crate::common;

/// The call and its commits. Erasing is not among them, as it empties the log.
#[rustfmt::skip]
const COUNTS: &[(Call, usize)] = &[
    (Call::Get, 0),
    (Call::GetAbsent, 0),
    (Call::Query, 0),
    (Call::Count, 0),
    (Call::InsertOne, 1),
    (Call::InsertTwenty, 1),
    (Call::UpdateOne, 1),
    (Call::CommitFact, 1),
    (Call::HandOut(1), 1),
    (Call::HandOut(10), 1),
    (Call::Replay, 0),
    (Call::Refused, 0),
    (Call::Due, 0),
    (Call::Settle, 1),
    (Call::Lease, 1),
    (Call::Release, 1),
    (Call::Limit, 1),
    (Call::BySubject, 0),
    (Call::Hold, 1),
];

fn commits(database: &Path) -> usize {
    let log = std::fs::read(database.with_extension("db-wal")).unwrap();
    if log.is_empty() {
        return 0;
    }
    let number = |at: usize| {
        let bytes = log.get(at..).and_then(<[u8]>::first_chunk::<4>).copied();
        u32::from_be_bytes(bytes.unwrap())
    };
    let page = usize::try_from(number(8)).unwrap();
    let salt = (number(16), number(20));
    let frames = (32..log.len()).step_by(24 + page);
    // Frames of an earlier turn of the log have another salt.
    let frames = frames.take_while(|at| (number(at + 8), number(at + 12)) == salt);
    frames.filter(|at| number(at + 4) != 0).count()
}

/// A store whose log is empty, and what the calls need in it.
async fn prepared(path: &Path) -> SqliteStore {
    let options = SqliteOptions::default();
    SqliteStore::migrate(path, &options).unwrap();
    let store = SqliteStore::open(path, options).unwrap();
    // A store that was just opened empties the log once.
    store.compact_after_erasure().await.unwrap();
    Calls::of_store(&store, common::env(1)).prepare().await;
    store
}

#[tokio::test]
async fn no_call_waits_for_the_disk_more_often_than_it_did() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("alley.db");
    let store = prepared(&path).await;
    let calls = Calls::of_store(&store, common::env(2));
    for (call, wanted) in COUNTS {
        let mut written = 0;
        for round in 0..ROUNDS {
            let before = commits(&path);
            calls.make(*call, round).await;
            written = commits(&path) - before;
        }
        assert_eq!(written, *wanted, "{call:?}");
    }
    calls.make(Call::Erase, 0).await;
    store.compact_after_erasure().await.unwrap();
    assert_eq!(commits(&path), 0);
}

#[tokio::test]
async fn callers_who_wait_together_wait_for_the_disk_together() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("alley.db");
    let store = prepared(&path).await;
    let calls = Calls::of_store(&store, common::env(2));
    let before = commits(&path);
    let mut waiting: Vec<_> = Vec::new();
    for _ in 0..64 {
        waiting.push(Box::pin(calls.make(Call::CommitFact, 0)));
    }
    // All of them ask before anybody is answered.
    std::future::poll_fn(|context| {
        waiting.retain_mut(|call| call.as_mut().poll(context).is_pending());
        if waiting.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    let written = commits(&path) - before;
    assert!(written <= 8, "{written} commits for 64 callers");
}
