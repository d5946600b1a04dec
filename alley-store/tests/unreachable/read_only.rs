//! Servers that only read: a setting, or a standby behind the address of the primary.

use alley_core::{RecordStore, StoreErrorKind};
use alley_store::{OpenError, PostgresStore};

use crate::cluster::Cluster;
use crate::role::Role;
use crate::{common, exists, insert, postgres, server};

#[tokio::test]
async fn a_server_that_only_reads_refuses_writes_and_its_connections_are_dropped() {
    let Some(server) = server::postgres() else { return };
    let (postgres::Fresh { schema, store, .. }, env) =
        (postgres::fresh(&server).await, common::env(1));
    RecordStore::commit(store.as_ref(), insert(&env, "there")).await.unwrap();
    let role = Role::new(&server, &format!("r_{}", schema.name()));
    role.grant(&format!("USAGE ON SCHEMA {}", schema.name()));
    let tables = "SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA";
    role.grant(&format!("{tables} {}", schema.name()));
    role.alter("SET default_transaction_read_only = on");
    let options = postgres::options(&server, &schema);
    let pool = PostgresStore::pool(&role.url(), &options).unwrap();
    let store = PostgresStore::open(pool, options).await.unwrap();
    let error = RecordStore::commit(&store, insert(&env, "row")).await.unwrap_err();
    assert_eq!(error.kind(), &StoreErrorKind::Unavailable, "{error:?}");
    assert!(exists(&store, "there").await && !exists(&store, "row").await);
    // A session keeps the setting that it began with, so this is a new one.
    role.alter("RESET default_transaction_read_only");
    RecordStore::commit(&store, insert(&env, "row")).await.unwrap();
    assert!(exists(&store, "row").await);
}

#[tokio::test]
async fn a_standby_answers_reads_and_refuses_writes() {
    let Some(server) = server::postgres() else { return };
    let Some(cluster) = Cluster::of_tests() else { return };
    let (postgres::Fresh { schema, store, .. }, env) =
        (postgres::fresh(&server).await, common::env(1));
    RecordStore::commit(store.as_ref(), insert(&env, "there")).await.unwrap();
    let standby = cluster.standby(server.address());
    let (address, url) = (server.address().to_string(), server.url());
    let url = url.replacen(&address, &format!("127.0.0.1:{}", standby.port()), 1);
    let options = postgres::options(&server, &schema);
    let pool = PostgresStore::pool(&url, &options).unwrap();
    assert_eq!(PostgresStore::migrate(&pool, &options).await.unwrap(), []);
    let store = PostgresStore::open(pool.clone(), options).await.unwrap();
    assert!(exists(&store, "there").await);
    let error = RecordStore::commit(&store, insert(&env, "row")).await.unwrap_err();
    assert_eq!(error.kind(), &StoreErrorKind::Unavailable, "{error:?}");
    let other = postgres::options(&server, &server.fresh_schema());
    let error = PostgresStore::migrate(&pool, &other).await.unwrap_err();
    assert!(matches!(error, OpenError::ReadOnly { .. }), "{error:?}");
}
