//! Servers that cannot be reached or do not let one in, and users who may not do everything.

use std::sync::Arc;
use std::time::{Duration, Instant};

use alley_core::Job as _;
use alley_store::{OpenError, PostgresOptions, PostgresStore, SchemaState, SweepStore};

use crate::every_call::make_every_call;
use crate::role::Role;
use crate::server::{self, Schema, Server};
use crate::{all_of, common, postgres, use_a_lease_and_a_limit};

async fn migrating(url: &str, options: &PostgresOptions) -> OpenError {
    let pool = PostgresStore::pool(url, options).unwrap();
    let began = Instant::now();
    let error = PostgresStore::migrate(&pool, options).await.unwrap_err();
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    // Nobody else is asked either.
    let asked = PostgresStore::check(&pool, options).await.unwrap_err();
    assert_eq!(std::mem::discriminant(&asked), std::mem::discriminant(&error), "{asked}");
    error
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_database_are_refused_logins() {
    let Some(server) = server::postgres() else { return };
    let name = "ALLEY_TEST_POSTGRES_PASSWORD";
    let Some(right) = server::setting(name, "a role with a password") else { return };
    let options = PostgresOptions::default();
    let wrong = right.replace(":right@", ":hunter2@");
    let error = migrating(&wrong, &options).await;
    assert!(matches!(error, OpenError::LoginRefused { .. }), "{error}");
    assert!(!all_of(&error).contains("hunter2"), "{error:?}");
    let unknown = format!("{}_of_nobody", server.url());
    let error = migrating(&unknown, &options).await;
    assert!(matches!(error, OpenError::LoginRefused { .. }), "{error}");
    assert!(error.to_string().contains("postgres_of_nobody"), "{error}");
}

#[tokio::test]
async fn a_port_on_which_nobody_listens_is_unreachable_at_once() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let url = format!("postgres://me:hunter2@{address}/mine");
    let error = migrating(&url, &PostgresOptions::default()).await;
    assert!(matches!(error, OpenError::Unreachable { .. }), "{error}");
    let text = all_of(&error);
    assert!(text.contains(&address.to_string()) && !text.contains("hunter2"), "{text}");
}

#[tokio::test]
async fn an_address_that_cannot_be_read_is_not_shown() {
    for url in ["postgres://me:hunter2@host:port/mine", "mysql://me:hunter2@host/mine", "hunter2"] {
        let error = PostgresStore::pool(url, &PostgresOptions::default()).unwrap_err();
        assert!(matches!(error, OpenError::Address), "{error}");
        assert!(!all_of(&error).contains("hunter2"), "{error:?}");
    }
}

fn relations(server: &Server, schema: &Schema) -> i64 {
    let text = format!(
        "SELECT count(*) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace \
         WHERE n.nspname = '{}'",
        schema.name()
    );
    server.number(&text).unwrap().unwrap()
}

#[tokio::test]
async fn a_user_who_may_not_create_leaves_nothing_behind() {
    let Some(server) = server::postgres() else { return };
    let schema = server.fresh_schema();
    let role = Role::new(&server, &format!("r_{}", schema.name()));
    let options = postgres::options(&server, &schema);
    let pool = PostgresStore::pool(&role.url(), &options).unwrap();
    let error = PostgresStore::migrate(&pool, &options).await.unwrap_err();
    assert!(error.to_string().contains("grant it CREATE on the database"), "{error}");
    let text = format!("SELECT count(*) FROM pg_namespace WHERE nspname = '{}'", schema.name());
    assert_eq!(server.number(&text).unwrap(), Some(0));

    server.number(&format!("CREATE SCHEMA {}", schema.name())).unwrap();
    for right in [None, Some("USAGE")] {
        if let Some(right) = right {
            role.grant(&format!("{right} ON SCHEMA {}", schema.name()));
        }
        let error = PostgresStore::migrate(&pool, &options).await.unwrap_err();
        assert!(error.to_string().contains("grant it CREATE on the schema"), "{error}");
        assert_eq!(relations(&server, &schema), 0);
    }
    role.grant(&format!("CREATE ON SCHEMA {}", schema.name()));
    PostgresStore::migrate(&pool, &options).await.unwrap();
}

#[tokio::test]
async fn a_user_of_the_tables_does_everything_after_somebody_else_migrated() {
    let Some(server) = server::postgres() else { return };
    let (postgres::Fresh { schema, .. }, env) = (postgres::fresh(&server).await, common::env(1));
    let role = Role::new(&server, &format!("r_{}", schema.name()));
    let options = postgres::options(&server, &schema);
    let pool = PostgresStore::pool(&role.url(), &options).unwrap();
    role.grant(&format!("USAGE ON SCHEMA {}", schema.name()));
    let error = PostgresStore::open(pool.clone(), options.clone()).await.unwrap_err();
    assert!(matches!(error, OpenError::Denied { .. }), "{error}");
    let tables = "SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA";
    role.grant(&format!("{tables} {}", schema.name()));
    let state = PostgresStore::check(&pool, &options).await.unwrap();
    assert_eq!(state, SchemaState::UpToDate);
    assert_eq!(PostgresStore::migrate(&pool, &options).await.unwrap(), []);
    let store = Arc::new(PostgresStore::open(pool, options).await.unwrap());
    store.coverage(&[]).await.unwrap();
    use_a_lease_and_a_limit(&store, &env).await;
    make_every_call(store.as_ref(), &env).await;
    SweepStore::from(Arc::clone(&store)).run_once(10).await.unwrap();
}
