//! A server that answers late, and a pool with a single connection.

use std::sync::Arc;
use std::time::{Duration, Instant};

use alley_core::{Job as _, RecordStore, StoreErrorKind};
use alley_store::SweepStore;
use tokio::task::JoinSet;

use crate::every_call::make_every_call;
use crate::relay::Direction;
use crate::{Relayed, common, effects, exists, insert, relayed, server, use_a_lease_and_a_limit};

/// A call waits for a connection no longer than the patience; with one it ends after its own few
/// questions. Nobody piles up behind the pool.
#[tokio::test]
async fn a_slow_server_holds_nobody_longer_than_the_patience() {
    const DELAY: Duration = Duration::from_millis(300);
    /// BEGIN and COMMIT, and four statements that are prepared first.
    const QUESTIONS: u32 = 10;
    const PATIENCE: Duration = Duration::from_millis(1_500);
    /// Of a machine that does other things as well.
    const SLACK: Duration = Duration::from_secs(1);
    let Some(server) = server::postgres() else { return };
    let change =
        |options: alley_store::PostgresOptions| options.with_patience(PATIENCE).with_connections(2);
    let relayed = relayed(&server, change).await;
    let (Relayed { relay, store, schema: _schema, .. }, env) = (relayed, common::env(1));
    let before = relay.connections();
    relay.delay(Direction::ToClient, DELAY);
    let mut calls = JoinSet::new();
    for nth in 0..8 {
        let (store, commit) = (Arc::clone(&store), insert(&env, &nth.to_string()));
        calls.spawn(async move {
            let began = Instant::now();
            let answer = RecordStore::commit(store.as_ref(), commit).await;
            (nth, answer.map_err(|error| error.kind().clone()), began.elapsed())
        });
    }
    let answers = calls.join_all().await;
    relay.delay(Direction::ToClient, Duration::ZERO);
    let mut done = 0;
    for (nth, answer, took) in answers {
        let there = exists(&store, &nth.to_string()).await;
        if let Err(kind) = answer {
            assert_eq!(kind, StoreErrorKind::Unavailable);
            assert!(took < PATIENCE + SLACK, "{took:?}");
            assert!(!there);
        } else {
            assert!(took < PATIENCE + DELAY * QUESTIONS + SLACK, "{took:?}");
            assert!(there);
            done += 1;
        }
    }
    assert!((2..8).contains(&done), "{done} of 8");
    assert_eq!(effects(&store, &env).await, done);
    assert!(relay.connections() - before <= 2, "{} connections", relay.connections());
}

#[tokio::test]
async fn one_connection_is_enough_for_every_call() {
    let Some(server) = server::postgres() else { return };
    let relayed = relayed(&server, |options| options.with_connections(1)).await;
    let (Relayed { relay, store, schema: _schema, .. }, env) = (relayed, common::env(1));
    let before = relay.connections();
    use_a_lease_and_a_limit(&store, &env).await;
    make_every_call(store.as_ref(), &env).await;
    SweepStore::from(Arc::clone(&store)).run_once(10).await.unwrap();
    store.coverage(&[]).await.unwrap();
    assert!(relay.connections() - before <= 1, "{} connections", relay.connections());
}
