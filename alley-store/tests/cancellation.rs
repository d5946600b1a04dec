//! Calls whose futures are dropped in the middle: what they did is done or not done, and no
//! connection goes back to the pool in a state that the next call must not find.
//!
//! 200 calls; `ALLEY_ROUNDS=2000` for more (`.ci/long cancel-postgres`).
#![cfg(feature = "postgres")]
#![expect(clippy::unwrap_used, reason = "test code")]

use std::sync::Arc;
use std::time::Duration;

use alley_core::conformance::Sample;
use alley_core::{
    Commit, Env, Key, RecordStore, RecordStoreExt as _, RecordWrite, TenantId, Write,
};
use alley_store::PostgresStore;
use alley_store::sqlx::postgres::{PgPool, PgPoolOptions};
use alley_store::sqlx::{AssertSqlSafe, Connection as _, Executor as _};

#[path = "cancellation/clean.rs"]
mod clean;
#[path = "common/env.rs"]
mod common;
#[path = "cancellation/dropped.rs"]
mod dropped;
#[path = "common/frames.rs"]
mod frames;
#[path = "common/postgres.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod postgres;
#[expect(dead_code, reason = "other tests use the rest")]
#[path = "common/relay.rs"]
mod relay;
#[path = "common/server.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod server;
#[path = "cancellation/storm.rs"]
mod storm;

use clean::assert_clean;
use dropped::{Patience, until};
use relay::{Direction, Relay};
use server::{Schema, Server};
use storm::Storm;

/// Fewer than the tasks, so that calls are dropped while they wait for one, too.
const CONNECTIONS: u32 = 4;

/// A store whose connections the server knows by the name of its schema.
struct Named {
    store: Arc<PostgresStore>,
    pool: PgPool,
    schema: Schema,
}

async fn named(server: &Server) -> Named {
    let schema = server.fresh_schema();
    let options = postgres::options(server, &schema).with_connections(CONNECTIONS);
    let url = format!("{}?application_name={}", server.url(), schema.name());
    let pool = PostgresStore::pool(&url, &options).unwrap();
    PostgresStore::migrate(&pool, &options).await.unwrap();
    let store = Arc::new(PostgresStore::open(pool.clone(), options).await.unwrap());
    Named { store, pool, schema }
}

async fn weather_a_storm(server: &Server) {
    let calls = std::env::var("ALLEY_ROUNDS").map_or(200, |rounds| rounds.parse().unwrap());
    let Named { store, pool, schema } = named(server).await;
    let storm = Storm::over(Arc::clone(&store), calls).await;
    assert_clean(server, &pool, schema.name()).await;
    storm.assert_whole(server, schema.name()).await;
    let (tenant, env) = (storm::tenant(), common::env(99));
    let control: Commit<RecordWrite> = env.commit().unwrap();
    let control = control.change(Write::Insert(Sample::new(tenant, "control", 1)));
    RecordStore::commit(store.as_ref(), control).await.unwrap();
    // Asked on a connection that is none of the pool's.
    let table = format!("{}.alley_conformance_conformance_sample", schema.name());
    let count = format!("SELECT count(*) FROM {table} WHERE id = 'control'");
    assert_eq!(server.number(&count).unwrap(), Some(1));
    assert_clean(server, &pool, schema.name()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dropped_calls_leave_nothing_half_done_and_a_clean_pool() {
    let Some(server) = server::postgres() else { return };
    weather_a_storm(&server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dropped_calls_behind_a_pooler_leave_nothing_half_done_and_a_clean_pool() {
    let Some(server) = server::pgbouncer() else { return };
    weather_a_storm(&server).await;
}

fn insert(env: &Env, id: &str) -> Commit<RecordWrite> {
    let commit = env.commit().unwrap();
    commit.change(Write::Insert(Sample::new(tenant(), id, 1)))
}

fn tenant() -> TenantId {
    TenantId::from_uuid(uuid::Uuid::from_u128(7))
}

async fn exists(store: &PostgresStore, id: &str) -> bool {
    store.record::<Sample>(&Key::of(tenant(), &id.to_owned())).await.unwrap().is_some()
}

/// The host hears that its transaction is gone, and nothing of it is there; unless the call was
/// quicker.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_dropped_in_a_hosts_transaction_takes_all_of_it_along() {
    let Some(server) = server::postgres() else { return };
    let (Named { store, schema, .. }, env) = (named(&server).await, common::env(1));
    // However quick the server is, each answer is waited for.
    let relay = Relay::to(server.address()).await;
    relay.delay(Direction::ToClient, Duration::from_millis(2));
    let url = server.url_through(relay.address());
    let url = format!("{url}?application_name={}", schema.name());
    let pool = PgPoolOptions::new().max_connections(2).connect(&url).await.unwrap();
    let (mut lost, mut kept) = (0, 0);
    for (nth, polls) in (0..8).cycle().take(24).chain([1_000]).enumerate() {
        let unit = store.join(pool.begin().await.unwrap());
        let [first, second] = ["first", "second"].map(|half| format!("{half}-{nth}"));
        RecordStore::commit(unit.store().as_ref(), insert(&env, &first)).await.unwrap();
        let call = RecordStore::commit(unit.store().as_ref(), insert(&env, &second));
        let answered = until(Patience::Polls(polls), call).await;
        let ended = unit.into_inner().await;
        // A future that was never polled has not begun.
        let whole = answered.is_some() || polls == 0;
        match ended {
            Ok(transaction) if whole => transaction.commit().await.unwrap(),
            Ok(_) => unreachable!("it would commit half of a call"),
            Err(error) => assert!(!whole, "{error}"),
        }
        assert_eq!(exists(&store, &first).await, whole, "after {polls} polls");
        assert_eq!(exists(&store, &second).await, answered.is_some(), "after {polls} polls");
        if whole { kept += 1 } else { lost += 1 }
    }
    assert!(lost >= 9 && kept >= 2, "{lost} lost, {kept} kept");
    assert_clean(&server, &pool, schema.name()).await;
}

/// Why connections that were dropped in the middle are closed here and not given back (sqlx issue
/// 4385): the driver does not know yet that a transaction begins. Once this fails, the driver has
/// become better and `Checkout` may keep more connections.
#[tokio::test]
async fn the_drivers_own_begin_gives_back_a_connection_inside_a_transaction() {
    let Some(server) = server::postgres() else { return };
    let relay = Relay::to(server.address()).await;
    // Without the test it is BEGIN that waits for its answer.
    let options = PgPoolOptions::new().max_connections(1).test_before_acquire(false);
    let pool = options.connect(&server.url_through(relay.address())).await.unwrap();
    let is_open = async |pool: &PgPool| {
        let mut connection = pool.acquire().await.unwrap();
        connection.ping().await.unwrap();
        clean::is_inside_a_transaction(&mut connection).await
    };
    assert!(!is_open(&pool).await);
    // A connection is given back by a task, which asks the server once more.
    while pool.num_idle() == 0 {
        tokio::task::yield_now().await;
    }
    relay.delay(Direction::ToClient, Duration::from_millis(50));
    let begun = until(Patience::Span(Duration::from_millis(10)), pool.begin()).await;
    assert!(begun.is_none(), "the server cannot have answered yet");
    relay.delay(Direction::ToClient, Duration::ZERO);
    assert!(is_open(&pool).await);
    // Whoever is next believes that this is durable.
    let schema = server.fresh_schema();
    let create = format!("CREATE SCHEMA {}", schema.name());
    pool.execute(AssertSqlSafe(create)).await.unwrap();
    pool.close().await;
    let count = format!("SELECT count(*) FROM pg_namespace WHERE nspname = '{}'", schema.name());
    assert_eq!(server.number(&count).unwrap(), Some(0));
}
