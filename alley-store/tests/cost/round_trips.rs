//! How often a call asks the server and waits, on a connection that knows its statements. A statement
//! is one question; behind a pooler two, as it is prepared anew each time, and every call there is a
//! transaction.

use std::fmt::Write as _;

use alley_store::PostgresStore;
use alley_store::sqlx::postgres::PgPool;

use crate::calls::{Call, Calls, ROUNDS};
use crate::relay::Relay;
use crate::server::{self, Server};
use crate::{common, postgres};

/// The call; its round trips; and those through a pooler in transaction mode.
#[rustfmt::skip]
const COUNTS: &[(Call, u64, u64)] = &[
    (Call::Get, 1, 4),
    (Call::GetAbsent, 1, 4),
    (Call::Query, 1, 4),
    (Call::Count, 1, 4),
    (Call::InsertOne, 4, 6),
    (Call::InsertTwenty, 4, 6),
    (Call::UpdateOne, 4, 6),
    (Call::CommitFact, 4, 6),
    (Call::HandOut(1), 12, 22),
    (Call::HandOut(10), 12, 22),
    (Call::Replay, 3, 4),
    (Call::Refused, 4, 6),
    (Call::Due, 3, 4),
    (Call::Settle, 3, 4),
    (Call::Lease, 3, 4),
    (Call::Release, 3, 4),
    (Call::Limit, 3, 4),
    (Call::BySubject, 1, 4),
    (Call::Hold, 3, 4),
    (Call::Erase, 4, 6),
];

async fn measure(server: &Server) -> Vec<u64> {
    let schema = server.fresh_schema();
    let options = postgres::options(server, &schema).with_connections(1);
    let relay = Relay::to(server.address()).await;
    let pool = PostgresStore::pool(&server.url_through(relay.address()), &options).unwrap();
    PostgresStore::migrate(&pool, &options).await.unwrap();
    let store = PostgresStore::open(pool.clone(), options).await.unwrap();
    let calls = Calls::of_store(&store, common::env(1));
    calls.prepare().await;
    let mut counts = Vec::new();
    for (call, ..) in COUNTS {
        let mut count = 0;
        for round in 0..ROUNDS {
            let before = settled(&relay, &pool).await;
            calls.make(*call, round).await;
            count = settled(&relay, &pool).await - before - OF_THE_POOL;
        }
        counts.push(count);
    }
    counts
}

/// sqlx 0.9 asks once more when a connection is given back; the caller does not wait for that.
const OF_THE_POOL: u64 = 1;

/// The round trips so far, once the connection is back in the pool.
async fn settled(relay: &Relay, pool: &PgPool) -> u64 {
    while pool.num_idle() == 0 {
        tokio::task::yield_now().await;
    }
    relay.round_trips()
}

#[tokio::test]
async fn no_call_asks_the_server_more_often_than_it_did() {
    let (Some(direct), Some(pooled)) = (server::postgres(), server::pgbouncer()) else { return };
    let (direct, pooled) = (measure(&direct).await, measure(&pooled).await);
    let mut table = String::new();
    for ((call, ..), (direct, pooled)) in COUNTS.iter().zip(direct.iter().zip(&pooled)) {
        writeln!(table, "    (Call::{call:?}, {direct}, {pooled}),").unwrap();
    }
    let wanted = COUNTS.iter().map(|(_, direct, pooled)| (*direct, *pooled));
    assert!(wanted.eq(direct.into_iter().zip(pooled)), "now it is\n{table}");
}
