//! Connections that end in the middle of a commit, or while nobody uses them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use alley_core::conformance::Sample;
use alley_core::{Outbox, PageRequest, Record as _, RecordStore, StoreErrorKind, Value};
use alley_store::PostgresOptions;
use alley_store::sqlx::Executor as _;

use crate::relay::CommitCut;
use crate::{Relayed, common, effects, exists, insert, key, relayed, server, tenant};

const CUTS: [CommitCut; 3] = [CommitCut::Withheld, CommitCut::Sent, CommitCut::Answered];

#[tokio::test]
async fn a_commit_that_was_cut_is_found_out_and_applied_once() {
    let Some(server) = server::postgres() else { return };
    let Relayed { relay, store, schema: _schema, .. } = relayed(&server, |o| o).await;
    let env = common::env(1);
    for (done, cut) in (1..).zip(CUTS) {
        relay.cut_next_commit(cut);
        let committed = RecordStore::commit(store.as_ref(), insert(&env, &format!("{cut:?}")));
        let committed = committed.await.unwrap();
        assert!(!relay.awaits_commit() && !committed.replayed, "{cut:?}");
        assert!(exists(&store, &format!("{cut:?}")).await, "{cut:?}");
        assert_eq!(effects(&store, &env).await, done, "{cut:?}");
    }
}

#[tokio::test]
async fn a_commit_that_was_cut_for_good_is_unknown_and_applied_once_later() {
    let Some(server) = server::postgres() else { return };
    let patience = Duration::from_secs(1);
    // With another one in the pool the store would just take that.
    let change = |options: PostgresOptions| options.with_patience(patience).with_connections(1);
    let relayed = relayed(&server, change).await;
    let (Relayed { relay, store, schema: _schema, .. }, env) = (relayed, common::env(1));
    for (done, cut) in (1..).zip(CUTS) {
        let commit = insert(&env, &format!("{cut:?}"));
        // Opens the connection that will be cut.
        assert!(!exists(&store, &format!("{cut:?}")).await);
        relay.cut_next_commit(cut);
        relay.refuse(true);
        let began = Instant::now();
        let error = RecordStore::commit(store.as_ref(), commit.clone()).await.unwrap_err();
        let took = began.elapsed();
        assert_eq!(error.kind(), &StoreErrorKind::CommitUnknown, "{cut:?}");
        assert!(took >= patience && took < patience * 9 / 5, "{cut:?}: {took:?}");
        relay.refuse(false);
        let committed = RecordStore::commit(store.as_ref(), commit).await.unwrap();
        match cut {
            CommitCut::Withheld => assert!(!committed.replayed),
            CommitCut::Answered => assert!(committed.replayed),
            CommitCut::Sent => {}
        }
        assert!(exists(&store, &format!("{cut:?}")).await, "{cut:?}");
        assert_eq!(effects(&store, &env).await, done, "{cut:?}");
    }
}

/// With the port closed the pool itself goes on asking for a connection.
#[tokio::test]
async fn a_server_that_is_gone_is_waited_for_no_longer_than_the_patience() {
    let Some(server) = server::postgres() else { return };
    let patience = Duration::from_secs(1);
    // With another one in the pool the store would just take that.
    let change = |options: PostgresOptions| options.with_patience(patience).with_connections(1);
    let relayed = relayed(&server, change).await;
    let (Relayed { relay, store, schema: _schema, .. }, env) = (relayed, common::env(1));
    let commit = insert(&env, "row");
    assert!(!exists(&store, "row").await);
    relay.cut_next_commit(CommitCut::Sent);
    relay.refuse(true);
    let call = {
        let (store, commit) = (Arc::clone(&store), commit.clone());
        let began = Instant::now();
        tokio::spawn(
            async move { (RecordStore::commit(store.as_ref(), commit).await, began.elapsed()) },
        )
    };
    while relay.awaits_commit() && !call.is_finished() {
        tokio::task::yield_now().await;
    }
    drop(relay);
    let (answer, took) = call.await.unwrap();
    assert_eq!(answer.unwrap_err().kind(), &StoreErrorKind::CommitUnknown);
    assert!(took >= patience && took < patience * 9 / 5, "{took:?}");
    let began = Instant::now();
    let error = RecordStore::get(store.as_ref(), Sample::TYPE, &key("row")).await.unwrap_err();
    assert_eq!(error.kind(), &StoreErrorKind::Unavailable);
    assert!(began.elapsed() < patience * 9 / 5, "{:?}", began.elapsed());
}

#[tokio::test]
async fn connections_that_were_cut_while_idle_are_not_noticed() {
    let Some(server) = server::postgres() else { return };
    let relayed = relayed(&server, |options| options.with_connections(20)).await;
    let (Relayed { relay, store, pool, schema: _schema }, env) = (relayed, common::env(1));
    let cut = async || {
        let mut all = Vec::new();
        for _ in 0..20 {
            all.push(pool.acquire().await.unwrap());
        }
        for connection in &mut all {
            connection.execute("SELECT 1").await.unwrap();
        }
        drop(all);
        while pool.num_idle() < 20 {
            tokio::task::yield_now().await;
        }
        relay.cut_all();
    };
    let page = || PageRequest::first(1);
    let of = [Value::bytes(tenant().as_uuid().as_bytes())];
    cut().await;
    RecordStore::commit(store.as_ref(), insert(&env, "row")).await.unwrap();
    cut().await;
    RecordStore::get(store.as_ref(), Sample::TYPE, &key("row")).await.unwrap().unwrap();
    cut().await;
    RecordStore::query(store.as_ref(), Sample::BY_RANK, &of, page()).await.unwrap();
    cut().await;
    assert_eq!(Outbox::due(store.as_ref(), env.now(), 5).await.unwrap().len(), 1);
}
