//! A transaction of the host with our ports on it: all of it happens, or nothing.
#![cfg(feature = "postgres")]
#![expect(clippy::unwrap_used, reason = "test code")]

use alley_core::conformance::Sample;
use alley_core::{
    Commit, Env, Fact, Key, Outbox as _, RecordStore, RecordStoreExt as _, RecordWrite,
    StoreErrorKind, TenantId, Write,
};
use alley_store::sqlx::{self, AssertSqlSafe, Executor as _, Row as _};
use alley_store::{PostgresStore, PostgresUnit};

#[path = "common/env.rs"]
mod common;
#[path = "common/frames.rs"]
mod frames;
#[path = "common/postgres.rs"]
mod postgres;
#[path = "common/relay.rs"]
#[expect(dead_code, reason = "each test uses a part of it")]
mod relay;
#[path = "common/server.rs"]
#[expect(dead_code, reason = "each test uses a part of it")]
mod server;

use postgres::{Fresh, fresh};
use relay::Relay;

fn tenant() -> TenantId {
    TenantId::from_uuid(uuid::Uuid::from_u128(42))
}

fn insert(env: &Env, id: &str) -> Commit<RecordWrite> {
    env.commit().unwrap().change(Write::Insert(Sample::new(tenant(), id, 1)))
}

async fn exists(store: &PostgresStore, id: &str) -> bool {
    store.record::<Sample>(&Key::of(tenant(), &id.to_owned())).await.unwrap().is_some()
}

/// A table of the host in the same schema.
async fn host_table(Fresh { pool, schema, .. }: &Fresh) -> String {
    let table = format!("{}.crm_note", schema.name());
    let create = format!("CREATE TABLE {table} (note text PRIMARY KEY)");
    pool.execute(sqlx::raw_sql(AssertSqlSafe(create))).await.unwrap();
    table
}

async fn note(
    unit: PostgresUnit,
    table: &str,
    note: &str,
) -> sqlx::Transaction<'static, sqlx::Postgres> {
    let mut transaction = unit.into_inner().await.unwrap();
    let text = format!("INSERT INTO {table} VALUES ('{note}')");
    transaction.execute(sqlx::raw_sql(AssertSqlSafe(text))).await.unwrap();
    transaction
}

async fn notes(fresh: &Fresh, table: &str) -> i64 {
    let count = format!("SELECT count(*) FROM {table}");
    fresh.pool.fetch_one(sqlx::raw_sql(AssertSqlSafe(count))).await.unwrap().get(0)
}

#[tokio::test]
async fn rows_of_the_host_and_ours_are_committed_together() {
    let Some(server) = server::postgres() else { return };
    let (fresh, env) = (fresh(&server).await, common::env(1));
    let table = host_table(&fresh).await;
    let unit = fresh.store.join(fresh.pool.begin().await.unwrap());
    let fact = env.fact(Fact::TenantSuspended { tenant: tenant() }).unwrap();
    RecordStore::commit(unit.store().as_ref(), insert(&env, "ours").fact(fact)).await.unwrap();
    assert!(exists(unit.store(), "ours").await, "own writes are seen inside");
    assert!(!exists(&fresh.store, "ours").await, "and nowhere else");
    assert!(fresh.store.due(env.now(), 10).await.unwrap().is_empty());
    note(unit, &table, "theirs").await.commit().await.unwrap();
    assert!(exists(&fresh.store, "ours").await);
    assert_eq!(fresh.store.due(env.now(), 10).await.unwrap().len(), 1);
    assert_eq!(notes(&fresh, &table).await, 1);
}

#[tokio::test]
async fn rows_of_the_host_and_ours_vanish_together() {
    let Some(server) = server::postgres() else { return };
    let (fresh, env) = (fresh(&server).await, common::env(1));
    let table = host_table(&fresh).await;
    for dropped in [false, true] {
        let unit = fresh.store.join(fresh.pool.begin().await.unwrap());
        RecordStore::commit(unit.store().as_ref(), insert(&env, "ours")).await.unwrap();
        let transaction = note(unit, &table, "theirs").await;
        if dropped {
            drop(transaction);
        } else {
            transaction.rollback().await.unwrap();
        }
        assert!(!exists(&fresh.store, "ours").await);
        assert_eq!(notes(&fresh, &table).await, 0);
    }
}

#[tokio::test]
async fn a_refused_commit_leaves_the_host_its_transaction() {
    let Some(server) = server::postgres() else { return };
    let (fresh, env) = (fresh(&server).await, common::env(1));
    let table = host_table(&fresh).await;
    RecordStore::commit(fresh.store.as_ref(), insert(&env, "there")).await.unwrap();
    let unit = fresh.store.join(fresh.pool.begin().await.unwrap());
    RecordStore::commit(unit.store().as_ref(), insert(&env, "first")).await.unwrap();
    let twice = insert(&env, "second").change(Write::Insert(Sample::new(tenant(), "there", 1)));
    let refused = RecordStore::commit(unit.store().as_ref(), twice).await.unwrap_err();
    assert!(refused.is_conflict(), "{refused}");
    assert!(!exists(unit.store(), "second").await, "all of the refused commit is undone");
    let labeled = |id: &str, label: &str| {
        let mut row = Sample::new(tenant(), id, 1);
        row.label = Some(label.to_owned());
        Write::Insert(row)
    };
    let commit: Commit<RecordWrite> = env.commit().unwrap();
    let commit = commit.change(labeled("a", "same")).change(labeled("b", "same"));
    let refused = RecordStore::commit(unit.store().as_ref(), commit).await.unwrap_err();
    let rule = StoreErrorKind::Duplicate { record: "conformance_sample", rule: "by_label" };
    assert_eq!(refused.kind(), &rule);
    note(unit, &table, "theirs").await.commit().await.unwrap();
    assert!(exists(&fresh.store, "first").await && !exists(&fresh.store, "second").await);
    assert_eq!(notes(&fresh, &table).await, 1);
}

#[tokio::test]
async fn what_the_engine_asks_to_repeat_is_the_hosts_to_repeat() {
    let Some(server) = server::postgres() else { return };
    let (fresh, env) = (fresh(&server).await, common::env(1));
    RecordStore::commit(fresh.store.as_ref(), insert(&env, "row")).await.unwrap();
    let key = Key::of(tenant(), &"row".to_owned());
    let update = |read, rank| -> Commit<RecordWrite> {
        let record = Sample::new(tenant(), "row", rank);
        env.commit().unwrap().change(Write::Update { record, read })
    };
    let mut transaction = fresh.pool.begin().await.unwrap();
    transaction.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ").await.unwrap();
    let unit = fresh.store.join(transaction);
    let read = unit.store().record::<Sample>(&key).await.unwrap().unwrap();
    RecordStore::commit(fresh.store.as_ref(), update(read.version, 2)).await.unwrap();
    let refused = RecordStore::commit(unit.store().as_ref(), update(read.version, 3)).await;
    assert_eq!(refused.unwrap_err().kind(), &StoreErrorKind::Retry);
    unit.into_inner().await.unwrap().rollback().await.unwrap();

    // The host's own loop begins anew, and then it works.
    let unit = fresh.store.join(fresh.pool.begin().await.unwrap());
    let read = unit.store().record::<Sample>(&key).await.unwrap().unwrap();
    RecordStore::commit(unit.store().as_ref(), update(read.version, 3)).await.unwrap();
    unit.into_inner().await.unwrap().commit().await.unwrap();
    let kept = fresh.store.record::<Sample>(&key).await.unwrap().unwrap();
    assert_eq!(kept.record.rank, 3);
}

#[tokio::test]
async fn a_transaction_is_given_back_once_and_ends_with_a_dropped_call() {
    let Some(server) = server::postgres() else { return };
    let (fresh, env) = (fresh(&server).await, common::env(1));
    let unit = fresh.store.join(fresh.pool.begin().await.unwrap());
    let other = unit.clone();
    RecordStore::commit(unit.store().as_ref(), insert(&env, "ours")).await.unwrap();
    unit.into_inner().await.unwrap().rollback().await.unwrap();
    assert!(other.store().record::<Sample>(&Key::of(tenant(), &"x".to_owned())).await.is_err());
    assert!(other.into_inner().await.is_err());

    // No answer comes past a relay that runs on this thread, however quick the server is.
    let relay = Relay::to(server.address()).await;
    let pool = sqlx::PgPool::connect(&server.url_through(relay.address())).await.unwrap();
    let unit = fresh.store.join(pool.begin().await.unwrap());
    RecordStore::commit(unit.store().as_ref(), insert(&env, "ours")).await.unwrap();
    let store = std::sync::Arc::clone(unit.store());
    let mut call = Box::pin(RecordStore::commit(store.as_ref(), insert(&env, "dropped")));
    let once = std::future::poll_fn(|context| {
        std::task::Poll::Ready(call.as_mut().poll(context).is_pending())
    });
    assert!(once.await, "the server cannot have answered yet");
    drop(call);
    assert!(unit.into_inner().await.is_err(), "it would commit half of a call");
    assert!(!exists(&fresh.store, "ours").await && !exists(&fresh.store, "dropped").await);
    pool.close().await;
}

#[tokio::test]
async fn a_row_that_somebody_locks_is_waited_for_until_the_deadline() {
    let Some(server) = server::postgres() else { return };
    let (fresh, env) = (fresh(&server).await, common::env(1));
    RecordStore::commit(fresh.store.as_ref(), insert(&env, "row")).await.unwrap();
    let mut holder = fresh.pool.begin().await.unwrap();
    let lock = format!(
        "SELECT 1 FROM {}.alley_conformance_conformance_sample FOR UPDATE",
        fresh.schema.name()
    );
    holder.execute(sqlx::raw_sql(AssertSqlSafe(lock))).await.unwrap();
    let options = postgres::options(&server, &fresh.schema)
        .with_deadline(std::time::Duration::from_millis(300));
    let impatient = PostgresStore::open(fresh.pool.clone(), options).await.unwrap();
    let update = || -> Commit<RecordWrite> {
        let record = Sample::new(tenant(), "row", 2);
        let write = Write::Update { record, read: alley_core::Version::FIRST };
        env.commit().unwrap().change(write)
    };
    let refused = RecordStore::commit(&impatient, update()).await.unwrap_err();
    assert_eq!(refused.kind(), &StoreErrorKind::Unavailable);
    holder.rollback().await.unwrap();
    RecordStore::commit(&impatient, update()).await.unwrap();
}

#[tokio::test]
async fn an_expected_absence_needs_a_level_at_which_it_can_be_seen() {
    let Some(server) = server::postgres() else { return };
    let (fresh, env) = (fresh(&server).await, common::env(1));
    let expecting = || {
        let key = Key::of(tenant(), &"absent".to_owned());
        insert(&env, "new").expect(alley_core::Expect::absent::<Sample>(key))
    };
    let mut transaction = fresh.pool.begin().await.unwrap();
    transaction.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ").await.unwrap();
    let unit = fresh.store.join(transaction);
    // The picture of this transaction is taken here, and somebody else writes afterwards.
    assert!(!exists(unit.store(), "absent").await);
    RecordStore::commit(fresh.store.as_ref(), insert(&env, "absent")).await.unwrap();
    let refused = RecordStore::commit(unit.store().as_ref(), expecting()).await.unwrap_err();
    let why = std::error::Error::source(&refused).unwrap().to_string();
    assert!(why.contains("READ COMMITTED"), "{why}");
    drop(unit);
    let unit = fresh.store.join(fresh.pool.begin().await.unwrap());
    let refused = RecordStore::commit(unit.store().as_ref(), expecting()).await.unwrap_err();
    assert!(refused.is_conflict(), "{refused}");
}

#[tokio::test]
async fn a_sweep_leaves_what_was_begun_anew_meanwhile() {
    use alley_core::idempotency::{Begun, Idempotency as _, RequestKey, Terms};
    use alley_core::{Digest32, Job as _};

    let Some(server) = server::postgres() else { return };
    let (fresh, env) = (fresh(&server).await, common::env(1));
    let (key, print) =
        (RequestKey::from_digest(None, Digest32::new([1; 32])), Digest32::new([2; 32]));
    let none = std::time::Duration::ZERO;
    let over = Terms::default().with_lease(none).with_keep(none);
    assert!(matches!(
        fresh.store.begin(&key, &print, &over, env.now()).await.unwrap(),
        Begun::Fresh(_)
    ));
    let unit = fresh.store.join(fresh.pool.begin().await.unwrap());
    let begun = unit.store().begin(&key, &print, &Terms::default(), env.now()).await.unwrap();
    assert!(matches!(begun, Begun::Fresh(ticket) if ticket.fencing == 2));
    // The sweep finds the old row and waits for the transaction that writes it anew.
    let store = std::sync::Arc::clone(&fresh.store);
    let sweep = tokio::spawn(async move {
        alley_store::SweepStore::from(store).run_once(10).await.unwrap().done
    });
    let waiting = format!(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' \
         AND query LIKE '%{}%'",
        fresh.schema.name()
    );
    while server.number(&waiting).unwrap() != Some(1) {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    unit.into_inner().await.unwrap().commit().await.unwrap();
    assert_eq!(sweep.await.unwrap(), 0);
    let again = fresh.store.begin(&key, &print, &Terms::default(), env.now()).await.unwrap();
    assert!(matches!(again, Begun::InProgress(_)), "{again:?}");
}
