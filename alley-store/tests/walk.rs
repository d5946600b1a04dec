//! Random calls get the same answers from each engine as from the reference model in memory.
#![cfg(all(feature = "sqlite", feature = "postgres"))]
#![expect(clippy::unwrap_used, reason = "test code")]

use alley_core::{Basis, Effect, Field as _};
use alley_core::{
    Commit, Cursor, Env, ErasureStep, Expect, Fact, HoldAction, HoldId, HoldMark, Key, Leases,
    MemoryStore, Outbox, PageRequest, Permit, PersonalRecords, PlanId, Record as _, RecordStore,
    RecordWrite, Settled, Settlement, StoreError, StoreErrorKind, Value, Version, Write,
};
use alley_store::sqlx::{self, AssertSqlSafe, Executor as _};
use alley_store::{
    Domain, Layout, Pooler, PostgresOptions, PostgresStore, SqliteOptions, SqliteStore,
};
use pollster::block_on;
use proptest::prelude::*;

#[path = "common/env.rs"]
mod common;
#[path = "walk/records.rs"]
mod records;
#[path = "common/server.rs"]
#[expect(dead_code, reason = "each test uses a part of it")]
mod server;

use records::{GLOBAL_QUERIES, Global, QUERIES, Row, global, instant, row, tenant};

#[derive(Clone, Debug)]
enum Change {
    Insert(Row),
    /// The stored version, moved by so much.
    Update(Row, i64),
    Delete(u8, u8, i64),
    Sync(Vec<Row>),
    InsertGlobal(Global),
    UpdateGlobal(Global, i64),
    SyncGlobal(Vec<Global>),
}

#[derive(Clone, Debug)]
enum Call {
    Commit {
        changes: Vec<Change>,
        expect: Option<(u8, u8, Option<i64>)>,
        facts: Vec<u8>,
        twice: bool,
    },
    Query {
        query: usize,
        arguments: Vec<u8>,
        limit: u32,
    },
    BySubject(u8, u32),
    Due(i64, u32),
    Reach {
        edge: usize,
        targets: Vec<(Option<u8>, u8)>,
        limit: u32,
    },
    Export(Vec<(u8, u8)>),
    Erase {
        fencing: i64,
        steps: Vec<(u8, u8, u8)>,
    },
    Hold {
        hold: u8,
        key: (u8, u8),
        place: bool,
    },
    OutboxDue(i64, u32),
    Settle {
        nth: usize,
        retry: Option<i64>,
    },
    Acquire(u8, u64, i64),
    Release(u8, i64, i64),
}

fn changes() -> impl Strategy<Value = Change> {
    let moved = prop_oneof![4 => Just(0_i64), 1 => -1_i64..2];
    prop_oneof![
        4 => row().prop_map(Change::Insert),
        4 => (row(), moved.clone()).prop_map(|(row, moved)| Change::Update(row, moved)),
        2 => (0_u8..2, 0_u8..5, moved.clone()).prop_map(|(t, id, moved)| Change::Delete(t, id, moved)),
        3 => proptest::collection::vec(row(), 1..4).prop_map(Change::Sync),
        1 => global().prop_map(Change::InsertGlobal),
        1 => (global(), moved).prop_map(|(row, moved)| Change::UpdateGlobal(row, moved)),
        1 => proptest::collection::vec(global(), 1..3).prop_map(Change::SyncGlobal),
    ]
}

fn calls() -> impl Strategy<Value = Call> {
    let limit = || 1_u32..5;
    let key = || (0_u8..2, 0_u8..5);
    let target = (proptest::option::of(0_u8..2), 0_u8..5);
    let expect =
        proptest::option::weighted(0.2, (0_u8..2, 0_u8..5, proptest::option::of(0_i64..3)));
    prop_oneof![
        10 => (
            proptest::collection::vec(changes(), 0..4),
            expect,
            proptest::collection::vec(0_u8..3, 0..3),
            proptest::bool::weighted(0.1),
        )
            .prop_map(|(changes, expect, facts, twice)| Call::Commit { changes, expect, facts, twice }),
        8 => (0..QUERIES.len() + GLOBAL_QUERIES.len(), proptest::collection::vec(0_u8..4, 3), limit())
            .prop_map(|(query, arguments, limit)| Call::Query { query, arguments, limit }),
        1 => (0_u8..3, limit()).prop_map(|(subject, limit)| Call::BySubject(subject, limit)),
        1 => (-2_i64..4, limit()).prop_map(|(until, limit)| Call::Due(until, limit)),
        2 => (0_usize..2, proptest::collection::vec(target, 0..5), limit())
            .prop_map(|(edge, targets, limit)| Call::Reach { edge, targets, limit }),
        1 => proptest::collection::vec(key(), 0..5).prop_map(Call::Export),
        2 => (0_i64..3, proptest::collection::vec((0_u8..2, 0_u8..5, 0_u8..4), 0..4))
            .prop_map(|(fencing, steps)| Call::Erase { fencing, steps }),
        1 => (0_u8..2, key(), any::<bool>()).prop_map(|(hold, key, place)| Call::Hold { hold, key, place }),
        1 => (0_i64..4, 0_u32..8).prop_map(|(now, limit)| Call::OutboxDue(now, limit)),
        1 => (0_usize..4, proptest::option::of(0_i64..4)).prop_map(|(nth, retry)| Call::Settle { nth, retry }),
        1 => (0_u8..2, 0_u64..3, 0_i64..4).prop_map(|(name, ttl, now)| Call::Acquire(name, ttl, now)),
        1 => (0_u8..2, 0_i64..3, 0_i64..4).prop_map(|(name, fencing, due)| Call::Release(name, fencing, due)),
    ]
}

/// All ports that are walked over.
trait Store: RecordStore + PersonalRecords + Outbox + Leases {}

impl<S: RecordStore + PersonalRecords + Outbox + Leases> Store for S {}

struct Walk<'a> {
    memory: &'a MemoryStore,
    store: &'a dyn Store,
    env: &'a Env,
    engine: Engine,
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Engine {
    Sqlite,
    /// Where a commit can be refused for several reasons, any of them may be named; leases run out
    /// by the server's clock, which no test moves.
    Postgres,
}

fn kinds<T>(result: Result<T, StoreError>) -> Result<T, StoreErrorKind> {
    result.map_err(|error| error.kind().clone())
}

/// Asks both and compares.
macro_rules! both {
    ($walk:expr, $store:ident => $call:expr) => {{
        let wanted = {
            let $store = $walk.memory;
            kinds(block_on($call))
        };
        let found = {
            let $store = $walk.store;
            kinds(block_on($call))
        };
        prop_assert_eq!(&found, &wanted);
        wanted
    }};
}

fn key(tenant_number: u8, id: u8) -> Key {
    Key::of(tenant(tenant_number), &records::id(id))
}

impl Walk<'_> {
    fn version<R: alley_core::Record>(&self, key: &Key, moved: i64) -> Version {
        let found = block_on(self.memory.get(R::TYPE, key)).unwrap();
        Version::new(found.map_or(1, |found| found.version.number()) + moved)
    }

    fn write(&self, change: &Change) -> RecordWrite {
        match change.clone() {
            Change::Insert(row) => Write::Insert(row).into(),
            Change::Update(record, moved) => {
                let read = self.version::<Row>(&record.key(), moved);
                Write::Update { record, read }.into()
            }
            Change::Delete(tenant, id, moved) => {
                let key = key(tenant, id);
                Write::<Row>::Delete { read: self.version::<Row>(&key, moved), key }.into()
            }
            Change::Sync(rows) => Write::Sync(rows).into(),
            Change::InsertGlobal(row) => Write::Insert(row).into(),
            Change::UpdateGlobal(record, moved) => {
                let read = self.version::<Global>(&record.key(), moved);
                Write::Update { record, read }.into()
            }
            Change::SyncGlobal(rows) => Write::Sync(rows).into(),
        }
    }

    fn step(&self, call: &Call) -> Result<(), TestCaseError> {
        match call {
            Call::Commit { changes, expect, facts, twice } => {
                let mut commit: Commit<RecordWrite> = self.env.commit().unwrap();
                commit.changes.extend(changes.iter().map(|change| self.write(change)));
                commit.expects.extend(
                    expect.map(|(tenant, id, version)| Expect {
                        record: Row::TYPE,
                        key: key(tenant, id),
                        basis: version
                            .map_or(Basis::Absent, |number| Basis::Version(Version::new(number))),
                    }),
                );
                let fact =
                    |n: &u8| self.env.fact(Fact::TenantSuspended { tenant: tenant(*n) }).unwrap();
                commit.facts.extend(facts.iter().map(fact));
                for _ in 0..=u8::from(*twice) {
                    self.commit(&commit)?;
                }
            }
            Call::Query { query, arguments, limit } => self.query(*query, arguments, *limit)?,
            Call::BySubject(subject, limit) => {
                let subject = records::person(*subject).to_value();
                let _ = self.pages(*limit, |store, page| {
                    block_on(store.by_subject(Row::TYPE, &subject, page))
                })?;
            }
            Call::Due(until, limit) => {
                let _ = self.pages(*limit, |store, page| {
                    block_on(store.due(Row::TYPE, instant(*until), page))
                })?;
            }
            Call::Reach { edge, targets, limit } => self.reach(*edge, targets, *limit)?,
            Call::Export(keys) => {
                let keys: Vec<_> = keys.iter().map(|(tenant, id)| key(*tenant, *id)).collect();
                let _ = both!(self, store => store.export(Row::TYPE, &keys));
            }
            Call::Erase { fencing, steps } => {
                let plan = PlanId::from_uuid(uuid::Uuid::from_u128(1));
                let permit = Permit::issue_to_erasure_engine(plan, *fencing);
                let steps: Vec<_> =
                    steps.iter().map(|(t, id, effect)| step(*t, *id, *effect)).collect();
                let _ = both!(self, store => store.apply(&permit, &steps));
            }
            Call::Hold { hold, key: (tenant, id), place } => {
                let mark = HoldMark {
                    hold: HoldId::from_uuid(uuid::Uuid::from_u128(u128::from(*hold))),
                    record: Row::TYPE,
                    keys: vec![key(*tenant, *id)],
                    action: if *place { HoldAction::Place } else { HoldAction::Lift },
                };
                let _ = both!(self, store => store.set_hold(&mark));
            }
            Call::OutboxDue(now, limit) => {
                let _ = both!(self, store => Outbox::due(store, instant(*now), *limit));
            }
            Call::Settle { nth, retry } => {
                let waiting = block_on(Outbox::due(self.memory, instant(9), 100)).unwrap();
                let settled = retry.map_or(Settled::Delivered, |at| Settled::RetryAt(instant(at)));
                let settlements: Vec<_> = waiting
                    .get(*nth)
                    .map(|entry| Settlement {
                        stream: entry.stream,
                        position: entry.position,
                        settled,
                    })
                    .into_iter()
                    .collect();
                let _ = both!(self, store => store.settle(&settlements));
            }
            Call::Acquire(..) | Call::Release(..) if self.engine == Engine::Postgres => {}
            Call::Acquire(name, ttl, now) => {
                let ttl = std::time::Duration::from_secs(*ttl);
                let _ = both!(self, store => store.acquire(&name.to_string(), ttl, instant(*now)));
            }
            Call::Release(name, fencing, due) => {
                let lease = alley_core::Lease::new(name.to_string(), *fencing);
                let _ = both!(self, store => store.release(lease.clone(), instant(*due)));
            }
        }
        Ok(())
    }

    fn commit(&self, commit: &Commit<RecordWrite>) -> Result<(), TestCaseError> {
        let wanted = kinds(block_on(RecordStore::commit(self.memory, commit.clone())));
        let found = kinds(block_on(RecordStore::commit(self.store, commit.clone())));
        let several = commit.changes.len() + commit.expects.len() > 1;
        let any = |kind| match kind {
            StoreErrorKind::Conflict(_) | StoreErrorKind::Duplicate { .. } => None,
            other => Some(other),
        };
        if self.engine == Engine::Postgres && several {
            prop_assert_eq!(found.map_err(any), wanted.map_err(any));
        } else {
            prop_assert_eq!(found, wanted);
        }
        Ok(())
    }

    fn query(&self, number: usize, arguments: &[u8], limit: u32) -> Result<(), TestCaseError> {
        let query = QUERIES.iter().chain(GLOBAL_QUERIES).nth(number).copied().unwrap();
        let fields = query.equals.iter().copied().chain(query.range.map(|range| range.field));
        let arguments: Vec<Value> =
            fields.zip(arguments).map(|(field, n)| records::argument(field, *n)).collect();
        let mut after: Option<Cursor> = None;
        loop {
            let request = || match &after {
                None => PageRequest::first(limit),
                Some(cursor) => PageRequest::after(cursor.clone(), limit),
            };
            let page =
                both!(self, store => RecordStore::query(store, query, &arguments, request()));
            after = page.unwrap().next;
            if after.is_none() {
                break;
            }
        }
        let _ = both!(self, store => store.count(query, &arguments));
        Ok(())
    }

    /// All pages of a listing that has one order in both stores.
    fn pages(
        &self,
        limit: u32,
        read: impl Fn(&dyn PersonalRecords, PageRequest) -> Result<alley_core::Page<Key>, StoreError>,
    ) -> Result<Vec<Key>, TestCaseError> {
        let mut found = Vec::new();
        let mut request = PageRequest::first(limit);
        loop {
            let wanted = kinds(read(self.memory, request.clone()));
            prop_assert_eq!(&kinds(read(self.store, request)), &wanted);
            let page = wanted.unwrap();
            found.extend(page.items);
            match page.next {
                Some(cursor) => request = PageRequest::after(cursor, limit),
                None => return Ok(found),
            }
        }
    }

    /// The order of what hangs on several targets is the store's own; the set is not.
    fn reach(
        &self,
        edge: usize,
        targets: &[(Option<u8>, u8)],
        limit: u32,
    ) -> Result<(), TestCaseError> {
        let edge = Row::TYPE.edges.get(edge).unwrap();
        let target = |(number, id): &(Option<u8>, u8)| {
            let id = if edge.target == "walk_row" {
                records::id(*id).to_value()
            } else {
                i64::from(*id).to_value()
            };
            Key::from_parts(number.map(tenant), id)
        };
        let targets: Vec<_> = targets.iter().map(target).collect();
        let all = |store: &dyn PersonalRecords| {
            let mut found = Vec::new();
            let mut request = PageRequest::first(limit);
            loop {
                let page = block_on(store.reach(Row::TYPE, edge, &targets, request)).unwrap();
                assert!(page.items.len() <= usize::try_from(limit).unwrap());
                found.extend(page.items);
                match page.next {
                    Some(cursor) => request = PageRequest::after(cursor, limit),
                    None => break,
                }
            }
            found.sort();
            found
        };
        prop_assert_eq!(all(self.store), all(self.memory));
        Ok(())
    }

    fn end(&self) -> Result<(), TestCaseError> {
        for number in 0..QUERIES.len() + GLOBAL_QUERIES.len() {
            self.query(number, &[0, 1, 2], 2)?;
        }
        for tenant in 0..2 {
            for id in 0..5 {
                let _ = both!(self, store => store.get(Row::TYPE, &key(tenant, id)));
            }
        }
        let _ = both!(self, store => Outbox::due(store, instant(9), 100));
        Ok(())
    }
}

fn step(tenant: u8, id: u8, effect: u8) -> ErasureStep {
    let effect = match effect {
        0 => Effect::Delete,
        1 => Effect::Minimize { fields: vec!["person", "body", "no_such_field"] },
        2 => Effect::Rewrite { field: "parent", to: Value::Null },
        _ => Effect::Rewrite { field: "person", to: Value::Text("pseudonym".to_owned()) },
    };
    ErasureStep { record: Row::TYPE, key: key(tenant, id), effect }
}

fn domain() -> Domain {
    Domain::from_declarations(
        "walk",
        &[Row::TYPE, Global::TYPE],
        &[QUERIES, GLOBAL_QUERIES].concat(),
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn sqlite_answers_as_the_reference_model(
        calls in proptest::collection::vec(calls(), 1..80),
    ) {
        let options = SqliteOptions::default().with_domain(domain());
        let sqlite = SqliteStore::open_in_memory_with(options).unwrap();
        let (memory, env) = (MemoryStore::new(), common::env(9));
        let engine = Engine::Sqlite;
        let walk = Walk { memory: &memory, store: &sqlite, env: &env, engine };
        for call in &calls {
            walk.step(call)?;
        }
        walk.end()?;
    }
}

/// Of several updates in one commit, one that takes a value which another gives up in the same commit
/// may come first or second; so each commit has one.
fn with_one_update(call: Call) -> Call {
    let Call::Commit { mut changes, expect, facts, twice } = call else { return call };
    let mut updates = 0;
    changes.retain(|change| {
        updates += usize::from(matches!(change, Change::Update(..) | Change::UpdateGlobal(..)));
        updates < 2 || !matches!(change, Change::Update(..) | Change::UpdateGlobal(..))
    });
    Call::Commit { changes, expect, facts, twice }
}

#[test]
fn postgres_answers_as_the_reference_model() {
    let Some(server) = server::postgres() else { return };
    walk_over_postgres(&server);
}

#[test]
fn postgres_behind_pgbouncer_answers_as_the_reference_model() {
    let Some(server) = server::pgbouncer() else { return };
    walk_over_postgres(&server);
}

fn walk_over_postgres(server: &server::Server) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let _inside = runtime.enter();
    let schema = server.fresh_schema();
    let layout = Layout::default().in_schema(schema.name()).unwrap();
    let options = PostgresOptions::default()
        .with_domain(domain())
        .with_layout(layout)
        .with_pooler(if server.is_pooled() { Pooler::Transaction } else { Pooler::None });
    let pool = PostgresStore::pool(server.url(), &options).unwrap();
    runtime.block_on(PostgresStore::migrate(&pool, &options)).unwrap();
    let store = runtime.block_on(PostgresStore::open(pool.clone(), options)).unwrap();
    let empty = format!(
        "DO $$ BEGIN EXECUTE (SELECT 'TRUNCATE ' || string_agg(format('%I.%I', schemaname, \
         tablename), ', ') FROM pg_tables WHERE schemaname = '{}' AND tablename NOT LIKE \
         '%migrations'); END $$",
        schema.name()
    );
    let config = ProptestConfig { cases: 30, ..ProptestConfig::default() };
    let calls = calls().prop_map(with_one_update);
    let walk = |calls: Vec<Call>| {
        let emptied = pool.execute(sqlx::raw_sql(AssertSqlSafe(empty.clone())));
        block_on(emptied).unwrap();
        let (memory, env) = (MemoryStore::new(), common::env(9));
        let engine = Engine::Postgres;
        let walk = Walk { memory: &memory, store: &store, env: &env, engine };
        for call in &calls {
            walk.step(call)?;
        }
        walk.end()
    };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    runner.run(&proptest::collection::vec(calls, 1..60), walk).unwrap();
}

#[test]
fn a_cursor_of_another_query_is_refused() {
    let domain = Domain::from_declarations("walk", &[Row::TYPE], QUERIES);
    let store =
        SqliteStore::open_in_memory_with(SqliteOptions::default().with_domain(domain)).unwrap();
    let cursor = Cursor::new("another", &Value::Null, &key(0, 0));
    let query = QUERIES.first().unwrap();
    let arguments = [tenant(0).to_value()];
    let page = block_on(store.query(query, &arguments, PageRequest::after(cursor, 1)));
    assert_eq!(page.unwrap_err().kind(), &StoreErrorKind::Other);
    let missing = block_on(store.query(query, &[], PageRequest::first(1)));
    assert_eq!(missing.unwrap_err().kind(), &StoreErrorKind::Other);
}

/// Row `id` of tenant 0 with this label, as its source had it at `second`.
fn synced(id: u8, label: u8, second: i64) -> Row {
    Row {
        tenant_id: tenant(0),
        id: records::id(id),
        label: Some(records::id(label)),
        kind: None,
        rank: 0,
        person: None,
        parent: None,
        owner: None,
        seen_at: None,
        changed_at: Some(instant(second)),
        body: Vec::new(),
    }
}

#[test]
fn a_synced_row_that_is_too_old_is_passed_over_before_uniqueness_is_asked() {
    let domain = Domain::from_declarations("walk", &[Row::TYPE], QUERIES);
    let store =
        SqliteStore::open_in_memory_with(SqliteOptions::default().with_domain(domain)).unwrap();
    let (memory, env) = (MemoryStore::new(), common::env(3));
    let stores: [&dyn RecordStore; 2] = [&store, &memory];
    for store in stores {
        let sync = |rows: Vec<Row>| {
            let commit: Commit<RecordWrite> = env.commit().unwrap().change(Write::Sync(rows));
            kinds(block_on(store.commit(commit)))
        };
        sync(vec![synced(0, 0, 5), synced(1, 1, 5)]).unwrap();
        sync(vec![synced(1, 0, 4)]).unwrap();
        let found = block_on(store.get(Row::TYPE, &key(0, 1))).unwrap().unwrap();
        assert_eq!((found.record, found.version), (synced(1, 1, 5).to_row(), Version::FIRST));
        let taken = StoreErrorKind::Duplicate { record: "walk_row", rule: "by_label" };
        assert_eq!(sync(vec![synced(1, 0, 6)]).unwrap_err(), taken);
        sync(vec![synced(0, 2, 6), synced(1, 0, 6)]).unwrap();
    }
}
