//! The calls that are counted.

use std::sync::atomic::{AtomicI64, Ordering};

use alley_core::rate_limit::{Decision, Limit, Limiter};
use alley_core::{
    Acquired, Action, Basis, Commit, Digest32, Effect, Env, ErasureStep, Expect, Fact, HoldAction,
    HoldMark, Leases, Outbox, PageRequest, Permit, PersonalRecords, RecordStore, RecordWrite,
    Settled, Settlement, Value, Version,
};
use chrono::TimeDelta;

use crate::values::{key, record, row, tenant};

/// What a store of the library implements.
pub(crate) trait Store: RecordStore + Outbox + Leases + Limiter + PersonalRecords {}

impl<S: RecordStore + Outbox + Leases + Limiter + PersonalRecords> Store for S {}

/// A call and what it works on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Call {
    Get,
    GetAbsent,
    Query,
    Count,
    InsertOne,
    InsertTwenty,
    UpdateOne,
    CommitFact,
    /// Drafts that are handed out at once: the guard of the pacing and the drafts are written, spends,
    /// hand-outs and entries of the trail inserted, campaign and contacts as they were read.
    HandOut(u8),
    Replay,
    Refused,
    Due,
    Settle,
    Lease,
    Release,
    Limit,
    BySubject,
    Hold,
    Erase,
}

/// Something that can be done `ROUNDS` times, each time at the same cost.
pub(crate) struct Calls<'a, S> {
    pub(crate) store: &'a S,
    pub(crate) env: Env,
    /// The version of the guard of the pacing.
    guard: AtomicI64,
}

/// The first warms what is kept of a statement, the second is counted.
pub(crate) const ROUNDS: u8 = 2;

impl<'a, S: Store> Calls<'a, S> {
    pub(crate) fn of_store(store: &'a S, env: Env) -> Self {
        Self { store, env, guard: AtomicI64::new(1) }
    }

    /// What the calls find.
    pub(crate) async fn prepare(&self) {
        let mut commit = self.commit();
        commit.changes.push(insert("campaign", 1));
        commit.changes.push(insert("pacing_state", 1));
        commit.changes.push(insert("account", 1));
        commit.changes.extend((1..40).map(|n| insert("contact", n)));
        commit.changes.extend((1..40).map(|n| insert("draft", n)));
        RecordStore::commit(self.store, commit).await.unwrap();
    }

    /// Round 0 or 1.
    pub(crate) async fn make(&self, call: Call, round: u8) {
        let commit = match call {
            Call::InsertOne => self.of([insert("template", 1 + round)]),
            Call::InsertTwenty => self.of((0..20).map(|n| insert("creator", 20 * round + n))),
            Call::UpdateOne => self.of([update("account", 1, 1 + i64::from(round))]),
            Call::CommitFact => {
                let fact = self.env.fact(Fact::TenantSuspended { tenant: tenant() }).unwrap();
                self.commit().fact(fact)
            }
            Call::HandOut(drafts) => self.hand_out(drafts, round),
            Call::Replay => Commit::new(uuid_of(1), self.env.now()),
            Call::Refused => {
                let commit = self.of([update("account", 1, 99)]);
                RecordStore::commit(self.store, commit).await.unwrap_err();
                return;
            }
            other => return self.other(other, round).await,
        };
        RecordStore::commit(self.store, commit).await.unwrap();
    }

    async fn other(&self, call: Call, round: u8) {
        let (store, env, now) = (self.store, &self.env, self.env.now());
        let draft = record("draft");
        let of_tenant = || vec![Value::bytes(tenant().as_uuid().as_bytes())];
        let page = PageRequest::first(10);
        match call {
            Call::Get => assert!(store.get(draft, &key(draft, 1)).await.unwrap().is_some()),
            Call::GetAbsent => assert!(store.get(draft, &key(draft, 99)).await.unwrap().is_none()),
            Call::Query => drop(store.query(query(), &of_tenant(), page).await.unwrap()),
            Call::Count => drop(store.count(query(), &of_tenant()).await.unwrap()),
            Call::Due => assert_eq!(Outbox::due(store, now, 10).await.unwrap().len(), 2),
            Call::Settle => {
                let (stream, settled) = (alley_core::Stream::Tenant(tenant()), Settled::Delivered);
                let position = 1 + i64::from(round);
                store.settle(&[Settlement { stream, position, settled }]).await.unwrap();
            }
            Call::Lease => {
                let name = format!("lease {round}");
                let lease = store.acquire(&name, std::time::Duration::from_mins(1), now).await;
                assert!(matches!(lease.unwrap(), Acquired::Lease(_)));
            }
            Call::Release => {
                let lease = alley_core::Lease::new(format!("lease {round}"), 1);
                store.release(lease, now).await.unwrap();
            }
            Call::Limit => {
                let limit = Limit::per(5, TimeDelta::hours(1)).unwrap();
                let taken = store.take(&Digest32::new([1; 32]), &limit, 1).await.unwrap();
                assert!(matches!(taken, Decision::Allowed { .. }));
            }
            Call::BySubject => {
                let subject = Value::Text("creator_ref 1 'é'".to_owned());
                let found = store.by_subject(record("contact"), &subject, page).await.unwrap();
                assert_eq!(found.items.len(), 1);
            }
            Call::Hold => {
                let (hold, keys) = (env.id().unwrap(), vec![key(draft, 39), key(draft, 38)]);
                let mark = HoldMark { hold, record: draft, keys, action: HoldAction::Place };
                store.set_hold(&mark).await.unwrap();
            }
            Call::Erase => {
                let permit = Permit::issue_to_erasure_engine(env.id().unwrap(), 1);
                let step = |n| {
                    let (record, effect) = (record("contact"), Effect::Delete);
                    ErasureStep { record, key: key(record, n), effect }
                };
                let steps = [step(38 - 2 * round), step(39 - 2 * round)];
                assert_eq!(store.apply(&permit, &steps).await.unwrap().len(), 2);
            }
            commit => unreachable!("{commit:?}"),
        }
    }

    fn hand_out(&self, drafts: u8, round: u8) -> Commit<RecordWrite> {
        let read = self.guard.fetch_add(1, Ordering::SeqCst);
        // Rows of their own for each call.
        let first = if drafts == 1 { 1 + round } else { 3 + drafts * round };
        let rows = first..first + drafts;
        let mut commit = self.of([update("pacing_state", 1, read)]);
        for n in rows.clone() {
            commit.changes.push(update("draft", n, 1));
            commit.changes.push(insert("spend", n));
            commit.changes.push(insert("hand_out", n));
            commit.changes.push(insert("audit_event", n));
        }
        let unchanged = |name, n| {
            let (record, basis) = (record(name), Basis::Version(Version::FIRST));
            Expect { record, key: key(record, n), basis }
        };
        commit.expects.push(unchanged("campaign", 1));
        commit.expects.extend(rows.map(|n| unchanged("contact", n)));
        commit
    }

    fn of(&self, changes: impl IntoIterator<Item = RecordWrite>) -> Commit<RecordWrite> {
        let mut commit = self.commit();
        commit.changes.extend(changes);
        commit
    }

    fn commit(&self) -> Commit<RecordWrite> {
        self.env.commit().unwrap()
    }
}

fn query() -> &'static alley_core::Query {
    let domain = alley_store::Domain::outreach();
    let mut queries = domain.queries.iter().copied();
    queries.find(|query| query.equals == ["tenant_id"]).unwrap()
}

fn uuid_of(number: u128) -> alley_core::CommitId {
    alley_core::CommitId::from_uuid(uuid::Uuid::from_u128(number))
}

fn insert(name: &str, n: u8) -> RecordWrite {
    let record = record(name);
    let (key, row) = (key(record, n), row(record, n));
    RecordWrite { record, action: Action::Insert { key, row } }
}

fn update(name: &str, n: u8, read: i64) -> RecordWrite {
    let record = record(name);
    let (key, row, read) = (key(record, n), row(record, n), Version::new(read));
    RecordWrite { record, action: Action::Update { key, row, read } }
}
