//! Servers that refuse, vanish, stall or only read: what the caller hears, that nothing is done
//! twice or by halves, and that the store goes on by itself when the server is back.
#![cfg(feature = "postgres")]
#![expect(clippy::unwrap_used, reason = "test code")]

use std::error::Error;
use std::fmt::Write as _;
use std::sync::Arc;

use alley_core::conformance::Sample;
use alley_core::rate_limit::{Decision, Limit, Limiter as _};
use alley_core::{
    Acquired, Commit, Digest32, Env, Fact, Key, Leases as _, Outbox, RecordStoreExt as _,
    RecordWrite, TenantId, Write,
};
use alley_store::sqlx::postgres::PgPool;
use alley_store::{PostgresOptions, PostgresStore};

#[path = "common/cluster.rs"]
mod cluster;
#[path = "common/env.rs"]
mod common;
#[path = "unreachable/cut.rs"]
mod cut;
#[path = "common/every_call.rs"]
mod every_call;
#[path = "common/frames.rs"]
mod frames;
#[path = "common/postgres.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod postgres;
#[path = "unreachable/read_only.rs"]
mod read_only;
#[path = "unreachable/refused.rs"]
mod refused;
#[expect(dead_code, reason = "other tests use the rest")]
#[path = "common/relay.rs"]
mod relay;
#[path = "common/role.rs"]
mod role;
#[path = "common/server.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod server;
#[path = "unreachable/silent.rs"]
mod silent;
#[path = "unreachable/slow.rs"]
mod slow;

use relay::Relay;
use server::{Schema, Server};

/// A store that talks to the server by way of a relay.
struct Relayed {
    relay: Relay,
    store: Arc<PostgresStore>,
    pool: PgPool,
    schema: Schema,
}

async fn relayed(server: &Server, change: impl Fn(PostgresOptions) -> PostgresOptions) -> Relayed {
    let schema = server.fresh_schema();
    let options = postgres::options(server, &schema);
    let direct = PostgresStore::pool(server.url(), &options).unwrap();
    PostgresStore::migrate(&direct, &options).await.unwrap();
    direct.close().await;
    let relay = Relay::to(server.address()).await;
    let options = change(options);
    let pool = PostgresStore::pool(&server.url_through(relay.address()), &options).unwrap();
    let store = Arc::new(PostgresStore::open(pool.clone(), options).await.unwrap());
    Relayed { relay, store, pool, schema }
}

fn tenant() -> TenantId {
    TenantId::from_uuid(uuid::Uuid::from_u128(42))
}

fn key(id: &str) -> Key {
    Key::of(tenant(), &id.to_owned())
}

/// A row, and a fact by which one sees how often it was done.
fn insert(env: &Env, id: &str) -> Commit<RecordWrite> {
    let commit = env.commit().unwrap().change(Write::Insert(Sample::new(tenant(), id, 1)));
    commit.fact(env.fact(Fact::TenantSuspended { tenant: tenant() }).unwrap())
}

async fn exists(store: &PostgresStore, id: &str) -> bool {
    store.record::<Sample>(&key(id)).await.unwrap().is_some()
}

/// How many commits of [`insert`] took effect.
async fn effects(store: &PostgresStore, env: &Env) -> usize {
    Outbox::due(store, env.now(), 1_000).await.unwrap().len()
}

/// The calls that no suite of the kernel makes.
async fn use_a_lease_and_a_limit(store: &PostgresStore, env: &Env) {
    let ttl = std::time::Duration::from_mins(1);
    let Acquired::Lease(lease) = store.acquire("it", ttl, env.now()).await.unwrap() else {
        unreachable!("it was free")
    };
    store.release(lease, env.now()).await.unwrap();
    let limit = Limit::per(1, chrono::TimeDelta::hours(1)).unwrap();
    for allowed in [true, false] {
        let decision = store.take(&Digest32::new([1; 32]), &limit, 1).await.unwrap();
        assert_eq!(matches!(decision, Decision::Allowed { .. }), allowed);
    }
}

/// All that a log could show of an error.
fn all_of(error: &(dyn Error + 'static)) -> String {
    let mut text = String::new();
    let mut next = Some(error);
    while let Some(error) = next {
        writeln!(text, "{error}\n{error:?}\n{error:#?}").unwrap();
        next = error.source();
    }
    text
}
