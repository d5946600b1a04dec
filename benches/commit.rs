//! Durable one-row commits on SQLite (WAL, synchronous FULL): 64 callers at once against the same
//! 64 commits one after the other. Each variant writes 64 new rows a unit, in a file of its own.

use std::cell::Cell;

use alley_benches::scratch::File;
use alley_benches::{Failure, Limit, Role, Variant, Workload, ensure, hand, machine};
use alley_core::conformance::Sample;
use alley_core::{
    Clock as _, Commit, Id, Record as _, RecordStore as _, RecordWrite, SeededRandom, SystemClock,
    TenantId, Write,
};
use alley_store::{Domain, SqliteStore};
use futures_util::future::join_all;

const CALLERS: u64 = 64;

/// A store, and how many rows were written to it.
struct Target {
    store: SqliteStore,
    written: Cell<u64>,
    random: SeededRandom,
    tenant: TenantId,
    file: File,
}

impl Target {
    fn open() -> Result<Self, Failure> {
        let domain = Domain::from_declarations("conformance", &[Sample::TYPE], Sample::QUERIES);
        let (file, store) = File::fresh(Some(domain))?;
        let random = SeededRandom::new(1);
        let tenant = Id::generate(SystemClock::new().now(), &SeededRandom::new(2))?;
        Ok(Self { store, written: Cell::new(0), random, tenant, file })
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

    /// Ids and content of all rows.
    fn rows(&self) -> Result<Vec<String>, Failure> {
        let text = "SELECT id, rank, body, row_version FROM alley_conformance_conformance_sample \
            ORDER BY tenant_id, id";
        Ok(hand::sqlite::dump(&hand::sqlite::open(&self.file.path())?, text)?)
    }

    fn at_once(&self, commits: Vec<Commit<RecordWrite>>) -> Result<(), Failure> {
        let calls = commits.into_iter().map(|commit| self.store.commit(commit));
        pollster::block_on(join_all(calls)).into_iter().try_for_each(|one| one.map(drop))?;
        Ok(())
    }

    fn in_turn(&self, commits: Vec<Commit<RecordWrite>>) -> Result<(), Failure> {
        for commit in commits {
            pollster::block_on(self.store.commit(commit))?;
        }
        Ok(())
    }
}

#[expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
fn main() -> Result<(), Failure> {
    machine::describe();
    let (together, alone) = (Target::open()?, Target::open()?);
    together.at_once(together.commits())?;
    alone.in_turn(alone.commits())?;
    ensure(together.rows()? == alone.rows()?, "the variants hold other rows")?;
    let workload = Workload::new("SQLite: 64 durable one-row commits", 15, 4);
    workload.limit(Limit::Rate(6_000)).compare(&mut [
        Variant::new(
            "64 callers at once",
            Role::Ours,
            || together.commits(),
            |commits| together.at_once(commits),
        ),
        Variant::new(
            "one after the other",
            Role::Peer,
            || alone.commits(),
            |commits| alone.in_turn(commits),
        ),
    ])?;
    ensure(together.rows()? == alone.rows()?, "the variants hold other rows")?;
    println!("load {}", machine::load());
    Ok(())
}
