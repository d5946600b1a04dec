//! What a process does until it is killed: mixed work of several tasks, each piece of which is
//! acknowledged on a line of its own as soon as the store has said yes.

use std::io::Write as _;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use alley_core::conformance::Sample;
use alley_core::{
    Acquired, Applied, Clock as _, Commit, Effect, Env, ErasureStep, Fact, Key, Leases, Outbox,
    Permit, PersonalRecords, PlanId, Record as _, RecordStore, RecordStoreExt as _, RecordWrite,
    Settled, Settlement, StoreError, StoreErrorKind, SystemClock, TenantId, Value, Version,
    Versioned, Write,
};
use tokio::task::JoinSet;

use crate::common::env;

/// What the load asks of a store.
pub(crate) trait Store: RecordStore + Outbox + Leases + PersonalRecords {}

impl<S: RecordStore + Outbox + Leases + PersonalRecords> Store for S {}

/// How many tasks raise the counter; at most so many steps are under way at a kill.
pub(crate) const COUNTERS: i64 = 2;

/// How long a lease is granted for.
pub(crate) const LEASE: Duration = Duration::from_millis(60);

/// The tenant whose rows the round writes.
pub(crate) fn tenant_of(round: u64) -> TenantId {
    TenantId::from_uuid(uuid::Uuid::from_u128(1_000 + u128::from(round)))
}

/// The tenant of what all rounds share: the counter and the stream of facts.
pub(crate) fn shared() -> TenantId {
    TenantId::from_uuid(uuid::Uuid::from_u128(42))
}

pub(crate) fn counter() -> Key {
    Key::of(shared(), &"counter".to_owned())
}

/// Two rows that are written, and go, together.
pub(crate) fn pair(tenant: TenantId, name: &str) -> [Sample; 2] {
    let rank = i64::try_from(name.len()).unwrap();
    ["a", "b"].map(|half| Sample::new(tenant, &format!("{name}-{half}"), rank))
}

/// Two rows about a person. Erasing the person deletes the first and blanks the second.
pub(crate) fn person(tenant: TenantId, name: &str) -> [Sample; 2] {
    ["x", "y"].map(|half| {
        let mut row = Sample::new(tenant, &format!("{name}-{half}"), 0);
        row.person = Some(name.to_owned());
        row.label = Some(format!("{name}-{half}"));
        row
    })
}

/// The second row of an erased person.
pub(crate) fn erased(tenant: TenantId, name: &str) -> Sample {
    let [_, mut row] = person(tenant, name);
    (row.person, row.label) = (None, None);
    row
}

/// Works on the store until the process is killed or the store fails.
pub(crate) async fn work(store: Arc<dyn Store>, round: u64) {
    let worker = |nth: u64| Worker {
        store: Arc::clone(&store),
        // No two rounds may use one commit id for two commits.
        env: Arc::new(env(1 + round * 16 + nth)),
        round,
        nth,
    };
    if let Err(error) = worker(0).prepare().await {
        return say(&format!("ended Preparing {:?}", error.kind()));
    }
    say("ready");
    let mut tasks = JoinSet::new();
    let mut start = |numbers: Range<u64>, kind: Kind| {
        for nth in numbers {
            let worker = worker(nth);
            tasks.spawn(async move {
                let Err(error) = worker.run(kind).await;
                say(&format!("ended {kind:?} {:?}", error.kind()));
            });
        }
    };
    start(1..3, Kind::Pairs);
    start(3..3 + COUNTERS.unsigned_abs(), Kind::Counter);
    start(5..7, Kind::Leases);
    start(7..8, Kind::Erasure);
    start(8..9, Kind::Delivery);
    while let Some(task) = tasks.join_next().await {
        task.unwrap();
    }
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Pairs,
    Counter,
    Leases,
    Erasure,
    Delivery,
}

enum Never {}

struct Worker {
    store: Arc<dyn Store>,
    env: Arc<Env>,
    round: u64,
    nth: u64,
}

impl Worker {
    async fn run(&self, kind: Kind) -> Result<Never, StoreError> {
        match kind {
            Kind::Pairs => self.pairs().await,
            Kind::Counter => self.count().await,
            Kind::Leases => self.lease().await,
            Kind::Erasure => self.erase().await,
            Kind::Delivery => self.deliver().await,
        }
    }

    /// Makes what all rounds share, unless an earlier round did.
    async fn prepare(&self) -> Result<(), StoreError> {
        let write = Write::Insert(Sample::new(shared(), "counter", 0));
        self.commit(self.empty().change(write)).await.map(drop)
    }

    /// Pairs of rows with a fact; every third is deleted again.
    async fn pairs(&self) -> Result<Never, StoreError> {
        for nth in 0_u64.. {
            let name = self.name(nth);
            let rows = pair(tenant_of(self.round), &name);
            let fact = self.env.fact(Fact::TenantSuspended { tenant: shared() }).unwrap();
            let mut commit = self.empty().fact(fact);
            commit.changes.extend(rows.iter().cloned().map(|row| Write::Insert(row).into()));
            self.commit(commit).await?;
            say(&format!("paired {name}"));
            if nth % 3 == 0 {
                say(&format!("unpairing {name}"));
                let mut commit = self.empty();
                commit.changes.extend(rows.iter().map(|row| {
                    let read = Version::FIRST;
                    Write::<Sample>::Delete { key: row.key(), read }.into()
                }));
                self.commit(commit).await?;
                say(&format!("unpaired {name}"));
            }
        }
        unreachable!("numbers end")
    }

    /// One row that several raise by compare and set.
    async fn count(&self) -> Result<Never, StoreError> {
        loop {
            let Versioned { mut record, version, .. } =
                self.store.record::<Sample>(&counter()).await?.unwrap();
            record.rank += 1;
            let write = Write::Update { record, read: version };
            if self.commit(self.empty().change(write)).await? {
                say("counted");
            }
        }
    }

    /// One lease that several want; each keeps it for a moment.
    async fn lease(&self) -> Result<Never, StoreError> {
        let clock = SystemClock::new();
        loop {
            let before = clock.now();
            let acquired = Leases::acquire(self.store.as_ref(), "crash", LEASE, before).await?;
            let after = clock.now();
            if let Acquired::Lease(lease) = acquired {
                let (from, to) = (before.timestamp_micros(), after.timestamp_micros());
                say(&format!("granted {} {from} {to}", lease.fencing));
                let (now, fencing) = (clock.now(), lease.fencing);
                say(&format!("releasing {fencing} {}", now.timestamp_micros()));
                Leases::release(self.store.as_ref(), lease, now).await?;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// People who are erased; every second one stays.
    async fn erase(&self) -> Result<Never, StoreError> {
        let plan = PlanId::from_uuid(uuid::Uuid::from_u128(7));
        let permit = Permit::issue_to_erasure_engine(plan, i64::try_from(self.round).unwrap() + 1);
        for nth in 0_u64.. {
            let name = self.name(nth);
            let rows = person(tenant_of(self.round), &name);
            let mut commit = self.empty();
            commit.changes.extend(rows.iter().cloned().map(|row| Write::Insert(row).into()));
            self.commit(commit).await?;
            say(&format!("entered {name}"));
            if nth % 2 == 0 {
                say(&format!("erasing {name}"));
                let [first, second] = rows.map(|row| row.key());
                let step = |key: &Key, effect| {
                    let key = key.clone();
                    ErasureStep { record: Sample::TYPE, key, effect }
                };
                let steps = [
                    step(&first, Effect::Delete),
                    step(&second, Effect::Minimize { fields: vec!["person"] }),
                    step(&second, Effect::Rewrite { field: "label", to: Value::Null }),
                ];
                let applied = self.store.apply(&permit, &steps).await?;
                assert_eq!(applied, [Applied::Done; 3], "{name}");
                say(&format!("erased {name}"));
            }
        }
        unreachable!("numbers end")
    }

    /// Takes what is in the outbox, in order.
    async fn deliver(&self) -> Result<Never, StoreError> {
        let clock = SystemClock::new();
        loop {
            let due = Outbox::due(self.store.as_ref(), clock.now(), 4).await?;
            for entry in &due {
                say(&format!("delivering {}", entry.position));
            }
            let settlements: Vec<_> = due
                .iter()
                .map(|entry| Settlement {
                    stream: entry.stream,
                    position: entry.position,
                    settled: Settled::Delivered,
                })
                .collect();
            Outbox::settle(self.store.as_ref(), &settlements).await?;
            for entry in &due {
                say(&format!("delivered {}", entry.position));
            }
            if due.is_empty() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
    }

    fn name(&self, nth: u64) -> String {
        format!("{}-{}-{nth}", self.round, self.nth)
    }

    fn empty(&self) -> Commit<RecordWrite> {
        self.env.commit().unwrap()
    }

    /// Whether it was applied, which it is not if somebody else was quicker.
    async fn commit(&self, commit: Commit<RecordWrite>) -> Result<bool, StoreError> {
        loop {
            match RecordStore::commit(self.store.as_ref(), commit.clone()).await {
                Ok(_) => return Ok(true),
                Err(error) if error.is_conflict() => return Ok(false),
                Err(error) if error.kind() == &StoreErrorKind::Retry => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// Tells the parent. The test runner begins a line with the name of the test.
pub(crate) fn say(what: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\n{MARK}{what}").unwrap();
    out.flush().unwrap();
}

/// What the lines of a child begin with that are for its parent.
pub(crate) const MARK: &str = "@ ";
