//! Durable one-row commits on SQLite (WAL, synchronous FULL): 64 callers at once against the same
//! 64 commits one after the other. Each variant writes 64 new rows a unit, in a file of its own.

use std::cell::Cell;
use std::sync::Arc;

use alley_benches::{Variant, compare};
use alley_core::conformance::Sample;
use alley_core::{
    Clock as _, Commit, Id, RecordStore as _, RecordWrite, SeededRandom, SystemClock, TenantId,
    Write,
};
use alley_store::{Domain, SqliteOptions, SqliteStore};
use futures_util::future::join_all;

const CALLERS: u64 = 64;

/// A store, and how many rows were written to it.
struct Target {
    store: Arc<SqliteStore>,
    written: Cell<u64>,
    random: SeededRandom,
    tenant: TenantId,
    _folder: tempfile::TempDir,
}

impl Target {
    fn open(seed: u64) -> Result<Self, Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("bench.sqlite");
        let records = &[<Sample as alley_core::Record>::TYPE];
        let domain = Domain::from_declarations("conformance", records, Sample::QUERIES);
        let options = SqliteOptions::default().with_domain(domain);
        SqliteStore::migrate(&path, &options)?;
        let store = Arc::new(SqliteStore::open(&path, options)?);
        let random = SeededRandom::new(seed);
        let tenant = Id::generate(SystemClock::new().now(), &random)?;
        Ok(Self { store, written: Cell::new(0), random, tenant, _folder: folder })
    }

    /// Commits for 64 new rows.
    fn commits(&self) -> Vec<Commit<RecordWrite>> {
        let first = self.written.replace(self.written.get() + CALLERS);
        let now = SystemClock::new().now();
        (first..first + CALLERS)
            .filter_map(|number| {
                let id = Id::generate(now, &self.random).ok()?;
                let row = Sample::new(self.tenant, &number.to_string(), 1);
                Some(Commit::new(id, now).change(Write::Insert(row)))
            })
            .collect()
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (together, alone) = (Target::open(1)?, Target::open(2)?);
    let runs = vec![
        Variant::new("64 callers at once", || {
            let calls = together.commits().into_iter().map(|commit| together.store.commit(commit));
            let outcomes = pollster::block_on(join_all(calls));
            assert!(outcomes.iter().all(Result::is_ok), "a commit failed");
        }),
        Variant::new("one after the other", || {
            for commit in alone.commits() {
                let outcome = pollster::block_on(alone.store.commit(commit));
                assert!(outcome.is_ok(), "a commit failed");
            }
        }),
    ];
    compare("group commit, 64 durable rows", 9, 4, runs);
    assert_eq!(together.written, alone.written, "both variants write the same number of rows");
    Ok(())
}
