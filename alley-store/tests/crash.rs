//! What was acknowledged survives kill -9, whole, under mixed work.
//!
//! 20 rounds; `ALLEY_ROUNDS=200` for more (`.ci/long crash-sqlite`).
#![cfg(feature = "sqlite")]
#![expect(clippy::unwrap_used, reason = "test code")]

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use alley_core::conformance::Sample;
use alley_core::{Commit, Fact, MemoryStore, RecordStore, RecordWrite, Write};
use alley_store::{OpenError, rusqlite};

#[path = "common/env.rs"]
mod common;
#[path = "common/file.rs"]
mod file;
#[path = "crash/killing.rs"]
mod killing;
#[path = "crash/ledger.rs"]
mod ledger;
#[path = "crash/load.rs"]
mod load;
#[cfg(feature = "postgres")]
#[path = "crash/schema.rs"]
mod schema;
#[cfg(feature = "postgres")]
#[expect(dead_code, reason = "other tests use the rest")]
#[path = "common/server.rs"]
mod server;

use killing::Place;
use ledger::Ledger;
use load::Store;

/// A database file.
struct File(PathBuf);

impl File {
    const PATH: &str = "ALLEY_CRASH_SQLITE";
}

impl Place for File {
    fn environment(&self) -> Vec<(&'static str, OsString)> {
        vec![(Self::PATH, self.0.clone().into())]
    }

    async fn open(&self) -> Result<Arc<dyn Store>, OpenError> {
        Ok(file::open(&self.0))
    }

    fn inspect(&self) {
        let connection = rusqlite::Connection::open(&self.0).unwrap();
        for check in ["integrity_check", "foreign_key_check"] {
            let mut statement = connection.prepare(&format!("PRAGMA {check}")).unwrap();
            let found = statement.query_map([], |row| row.get(0)).unwrap();
            let found: Vec<String> = found.map(Result::unwrap).collect();
            assert!(found.is_empty() || found == ["ok"], "{check}: {found:?}");
        }
    }
}

/// In the parent this does nothing.
#[test]
fn child_on_sqlite() {
    if let Some(path) = std::env::var_os(File::PATH) {
        killing::work_in(&File(path.into()));
    }
}

#[test]
fn acknowledged_work_survives_kill_9_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    killing::kill_again_and_again(&File(folder.path().join("alley.db")), "child_on_sqlite");
}

/// In the parent this does nothing.
#[cfg(feature = "postgres")]
#[test]
fn child_on_postgres() {
    if let Some(place) = schema::InSchema::from_environment() {
        killing::work_in(&place);
    }
}

#[cfg(feature = "postgres")]
#[test]
fn acknowledged_work_survives_kill_9_on_postgres() {
    let Some(server) = server::postgres() else { return };
    let schema = server.fresh_schema();
    let place = schema::InSchema::new(server.url(), schema.name());
    killing::kill_again_and_again(&Killed { place, server }, "child_on_postgres");
}

/// A schema of a server that outlives its clients.
#[cfg(feature = "postgres")]
struct Killed {
    place: schema::InSchema,
    server: server::Server,
}

#[cfg(feature = "postgres")]
impl Place for Killed {
    fn environment(&self) -> Vec<(&'static str, OsString)> {
        self.place.environment()
    }

    async fn open(&self) -> Result<Arc<dyn Store>, OpenError> {
        self.place.open().await
    }

    /// The server may still be at the last statement of a client that is gone.
    fn settle(&self) {
        self.server.wait_until_gone(&self.place.child());
    }
}

/// What a ledger says that heard `lines` of a round, of a store with these rows and `facts` facts.
async fn complaints(lines: &[&str], rows: &[Sample], facts: usize) -> String {
    let (store, env) = (MemoryStore::new(), common::env(1));
    let mut commit: Commit<RecordWrite> = env.commit().unwrap();
    commit.changes.extend(rows.iter().cloned().map(|row| Write::Insert(row).into()));
    for _ in 0..facts {
        commit = commit.fact(env.fact(Fact::TenantSuspended { tenant: load::shared() }).unwrap());
    }
    RecordStore::commit(&store, commit).await.unwrap();
    let mut ledger = Ledger::default();
    ledger.begin(0);
    for line in lines {
        ledger.hear(line);
    }
    let mut wrong = ledger.check(&store).await;
    wrong.extend(ledger.check_all(&store).await);
    wrong.join("; ")
}

/// A ledger that never complained would make every store look good.
#[tokio::test]
async fn each_fault_of_a_store_is_noticed() {
    let tenant = load::tenant_of(0);
    let [a, b] = load::pair(tenant, "p");
    let [x, y] = load::person(tenant, "q");
    let blank = load::erased(tenant, "q");
    let (two, people) = ([a, b], [x, y]);
    let blank = std::slice::from_ref(&blank);
    let faults: &[(&[&str], &[Sample], usize, &str)] = &[
        (&["paired p"], &[], 1, "pair p is lost"),
        (&["paired p"], &two[..1], 1, "pair p is torn"),
        (&[], &two[1..], 1, "pair p is torn"),
        (&["paired p", "unpairing p", "unpaired p"], &two, 1, "pair p is there again"),
        (&["entered q"], &[], 0, "person q is torn or lost"),
        (&["entered q"], blank, 0, "person q was erased by nobody"),
        (&["entered q", "erasing q"], &people[1..], 0, "person q is torn or lost"),
        (&["entered q", "erasing q", "erased q"], &people, 0, "person q is there again"),
        (&["paired p"], &two, 0, "facts 1 to 1 are lost"),
        (&["paired p"], &two, 2, "of 1 facts these wait: [1, 2]"),
        (&["paired p", "delivering 1", "delivered 1"], &two, 1, "fact 1 waits, although 1"),
        (&["delivering 2"], &[], 0, "fact 2 came after 0"),
        (&["delivering 1", "delivered 1", "delivering 1"], &[], 0, "fact 1 came again"),
        (&["counted"], &[], 0, "the counter went from 0 to 0 in 1 steps"),
        (&["granted 1 0 5", "granted 1 90000 90005"], &[], 0, "lease 1 was granted twice"),
        (&["granted 1 0 5", "granted 2 50000 50005"], &[], 0, "was granted under 1"),
        (&["granted 1 0 5", "releasing 1 20", "granted 2 5 9"], &[], 0, "was granted under 1"),
        (&["nonsense"], &[], 0, "a line that nobody knows"),
    ];
    for (lines, rows, facts, wanted) in faults {
        let found = complaints(lines, rows, *facts).await;
        assert!(found.contains(wanted), "{lines:?}: {found:?} instead of {wanted:?}");
    }
    let sound: &[(&[&str], &[Sample], usize)] = &[
        (&[], &[], 0),
        (&["paired p"], &two, 1),
        (&["paired p", "unpairing p"], &two, 1),
        // Its time was over before it was given back.
        (&["granted 1 0 9", "granted 2 60001 60009", "releasing 1 70000"], &[], 0),
        (&["paired p", "unpairing p"], &[], 1),
        (&["paired p", "delivering 1"], &two, 1),
        (&["paired p", "delivering 1"], &two, 0),
        (&["entered q", "erasing q"], &people, 0),
        (&["entered q", "erasing q"], blank, 0),
        (&["granted 1 0 5", "granted 2 60000 60005"], &[], 0),
        (&["granted 1 0 5", "releasing 1 20", "granted 2 15 25"], &[], 0),
    ];
    for (lines, rows, facts) in sound {
        assert_eq!(complaints(lines, rows, *facts).await, "", "{lines:?}");
    }
}
