//! Calls of every kind at once, most of which are dropped before they are done, and what the store
//! may then hold.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use alley_core::conformance::Sample;
use alley_core::rate_limit::{Limit, Limiter as _};
use alley_core::{
    Acquired, Commit, Digest32, Effect, Env, ErasureStep, Fact, HoldAction, HoldId, HoldMark, Key,
    Leases as _, Outbox, PageRequest, Permit, PersonalRecords as _, Record as _, RecordStore,
    RecordStoreExt as _, RecordWrite, Settled, Settlement, TenantId, Value, Write,
};
use alley_store::PostgresStore;
use chrono::TimeDelta;
use tokio::task::JoinSet;

use crate::common;
use crate::dropped::{Patience, chance, until};
use crate::server::Server;

const TASKS: u64 = 6;

pub(crate) fn tenant() -> TenantId {
    TenantId::from_uuid(uuid::Uuid::from_u128(42))
}

/// What was asked for, and whether the store said that it was done.
pub(crate) struct Storm {
    store: Arc<PostgresStore>,
    env: Env,
    pairs: Vec<(Commit<RecordWrite>, String, bool)>,
    /// People who were entered for good and then erased.
    people: Vec<(String, bool)>,
    holds: Vec<(HoldId, bool)>,
    /// Places in the stream of facts.
    settled: Vec<(i64, bool)>,
}

/// One thing that happened.
enum Event {
    Pair(Commit<RecordWrite>, String, bool),
    Person(String, bool),
    Hold(HoldId, bool),
    Settled(i64, bool),
    /// Of a call that leaves no trace.
    Other,
}

impl Storm {
    pub(crate) async fn over(store: Arc<PostgresStore>, calls: u64) -> Self {
        let (env, begun) = (common::env(1), Arc::new(AtomicU64::new(0)));
        let mut tasks = JoinSet::new();
        for task in 0..TASKS {
            // No two tasks may use one id.
            let (store, env) = (Arc::clone(&store), common::env(100 + task));
            let begun = Arc::clone(&begun);
            tasks.spawn(async move {
                let mut events = Vec::new();
                loop {
                    let nth = begun.fetch_add(1, Ordering::SeqCst);
                    if nth >= calls {
                        return events;
                    }
                    events.push(call(&store, &env, nth).await);
                }
            });
        }
        let (pairs, people, holds) = (Vec::new(), Vec::new(), Vec::new());
        let mut all = Self { store, env, pairs, people, holds, settled: Vec::new() };
        for event in tasks.join_all().await.into_iter().flatten() {
            match event {
                Event::Pair(commit, name, done) => all.pairs.push((commit, name, done)),
                Event::Person(name, done) => all.people.push((name, done)),
                Event::Hold(hold, done) => all.holds.push((hold, done)),
                Event::Settled(place, done) => all.settled.push((place, done)),
                Event::Other => {}
            }
        }
        all
    }

    /// What was acknowledged is there, and all else wholly or not at all.
    pub(crate) async fn assert_whole(&self, server: &Server, schema: &str) {
        let number = |text: &str| {
            let text = text.replace("{s}", schema);
            server.number(&text).unwrap().unwrap()
        };
        let mut applied = 0;
        for (commit, name, done) in &self.pairs {
            let there = self.count(pair(name).map(|row| row.key())).await;
            assert!(there == 2 || (there == 0 && !done), "{there} rows of pair {name}, {done}");
            applied += i64::try_from(there / 2).unwrap();
            let replayed = RecordStore::commit(self.store.as_ref(), commit.clone()).await.unwrap();
            assert_eq!(replayed.replayed, there == 2, "pair {name}");
            assert_eq!(self.count(pair(name).map(|row| row.key())).await, 2, "pair {name}");
            applied += i64::from(there == 0);
        }
        let head =
            number("SELECT coalesce(max(position), 0)::bigint FROM {s}.alley_core_outbox_head");
        // The stream has a place for each commit, and no other.
        assert_eq!(head, applied);
        self.assert_settled(head).await;
        for (name, done) in &self.people {
            let [x, y] = person(name).map(|row| row.key());
            let gone = self.count([x]).await == 0;
            let y = self.store.record::<Sample>(&y).await.unwrap().unwrap().record;
            assert_eq!(gone, y.person.is_none(), "person {name}");
            assert!(gone || !done, "person {name} is there again");
        }
        for (hold, done) in &self.holds {
            let text = "SELECT count(*) FROM {s}.alley_core_hold_mark WHERE hold = ";
            let marks = number(&format!("{text}'{}'", hold.as_uuid()));
            assert!(marks == 2 || (marks == 0 && !done), "{marks} marks, {done}");
        }
        let acknowledged = self.pairs.iter().filter(|(.., done)| *done).count();
        let dropped = self.pairs.len() - acknowledged;
        assert!(acknowledged > 2 && dropped > 2, "{acknowledged} done, {dropped} dropped");
    }

    /// What waits is what nobody settled.
    async fn assert_settled(&self, head: i64) {
        let facts = Outbox::due(self.store.as_ref(), self.env.now(), 10_000).await.unwrap();
        let waiting: BTreeSet<_> = facts.iter().map(|entry| entry.position).collect();
        for place in 1..=head {
            let of_it: Vec<_> = self.settled.iter().filter(|(of, _)| *of == place).collect();
            let done = of_it.iter().any(|(_, done)| *done);
            let may_wait = !done;
            let may_be_gone = !of_it.is_empty();
            let is_there = waiting.contains(&place);
            assert!(if is_there { may_wait } else { may_be_gone }, "fact {place}: {is_there}");
        }
    }

    async fn count<const N: usize>(&self, keys: [Key; N]) -> usize {
        let mut count = 0;
        for key in keys {
            count += usize::from(self.store.record::<Sample>(&key).await.unwrap().is_some());
        }
        count
    }
}

fn pair(name: &str) -> [Sample; 2] {
    ["a", "b"].map(|half| Sample::new(tenant(), &format!("{name}-{half}"), 1))
}

fn person(name: &str) -> [Sample; 2] {
    ["x", "y"].map(|half| {
        let mut row = Sample::new(tenant(), &format!("{name}-{half}"), 0);
        row.person = Some(name.to_owned());
        row
    })
}

fn inserting(env: &Env, rows: [Sample; 2]) -> Commit<RecordWrite> {
    let mut commit: Commit<RecordWrite> = env.commit().unwrap();
    commit.changes.extend(rows.map(|row| Write::Insert(row).into()));
    commit
}

/// One call, dropped if it takes longer than the patience that chance gives it.
async fn call(store: &PostgresStore, env: &Env, nth: u64) -> Event {
    let (name, patience) = (nth.to_string(), Patience::by_chance());
    match nth % 10 {
        0..3 => {
            let fact = env.fact(Fact::TenantSuspended { tenant: tenant() }).unwrap();
            let commit = inserting(env, pair(&name)).fact(fact);
            let answer = until(patience, RecordStore::commit(store, commit.clone())).await;
            let done = answer.map(Result::unwrap).is_some();
            Event::Pair(commit, name, done)
        }
        3 => {
            let rows = person(&name);
            let keys = rows.clone().map(|row| row.key());
            RecordStore::commit(store, inserting(env, rows)).await.unwrap();
            let [x, y] = keys;
            let step = |key, effect| ErasureStep { record: Sample::TYPE, key, effect };
            let steps = [
                step(x, Effect::Delete),
                step(y, Effect::Rewrite { field: "person", to: Value::Null }),
            ];
            let permit = Permit::issue_to_erasure_engine(env.id().unwrap(), 1);
            let answer = until(patience, store.apply(&permit, &steps)).await;
            Event::Person(name, answer.map(Result::unwrap).is_some())
        }
        4 => {
            let (hold, keys) = (env.id().unwrap(), pair(&name).map(|row| row.key()).to_vec());
            let mark = HoldMark { hold, record: Sample::TYPE, keys, action: HoldAction::Place };
            let answer = until(patience, store.set_hold(&mark)).await;
            Event::Hold(hold, answer.map(Result::unwrap).is_some())
        }
        5 => settle(store, env, patience).await,
        kind => {
            other(store, env, kind, patience).await;
            Event::Other
        }
    }
}

async fn settle(store: &PostgresStore, env: &Env, patience: Patience) -> Event {
    let due = Outbox::due(store, env.now(), 3).await.unwrap();
    let Some(entry) = due.get(usize::try_from(chance(3)).unwrap()) else { return Event::Other };
    let (stream, position) = (entry.stream, entry.position);
    let settlement = Settlement { stream, position, settled: Settled::Delivered };
    let answer = until(patience, store.settle(&[settlement])).await;
    Event::Settled(position, answer.map(Result::unwrap).is_some())
}

async fn other(store: &PostgresStore, env: &Env, kind: u64, patience: Patience) {
    let key = pair("0")[0].key();
    match kind {
        6 => {
            let ttl = Duration::from_millis(1);
            let answer = until(patience, store.acquire("storm", ttl, env.now())).await;
            if let Some(Acquired::Lease(lease)) = answer.map(Result::unwrap) {
                let release = until(Patience::by_chance(), store.release(lease, env.now()));
                if let Some(released) = release.await {
                    released.unwrap();
                }
            }
        }
        7 => {
            let limit = Limit::per(1_000_000, TimeDelta::hours(1)).unwrap();
            let taken = until(patience, store.take(&Digest32::new([7; 32]), &limit, 1)).await;
            taken.map(Result::unwrap);
        }
        8 => {
            let found = until(patience, RecordStore::get(store, Sample::TYPE, &key)).await;
            found.map(Result::unwrap);
        }
        _ if chance(2) == 0 => {
            let due = until(patience, Outbox::due(store, env.now(), 10)).await;
            due.map(Result::unwrap);
        }
        _ => {
            let of = [Value::bytes(tenant().as_uuid().as_bytes())];
            let page = PageRequest::first(10);
            let query = RecordStore::query(store, Sample::BY_RANK, &of, page);
            until(patience, query).await.map(Result::unwrap);
        }
    }
}
