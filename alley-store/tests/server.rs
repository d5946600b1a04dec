//! The servers that tests use, before anything is tested with them.
#![expect(clippy::unwrap_used, reason = "test code")]

use std::collections::BTreeSet;

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

#[expect(dead_code, reason = "other tests use the rest")]
#[path = "common/server.rs"]
mod server;

use server::Server;

fn tables(server: &Server, schema: &str) -> i64 {
    let statement =
        format!("SELECT count(*) FROM information_schema.tables WHERE table_schema = '{schema}'");
    server.number(&statement).unwrap().unwrap()
}

#[test]
fn a_schema_goes_with_its_guard_and_no_two_are_alike() {
    let Some(server) = server::postgres() else { return };
    let names: BTreeSet<String> =
        (0..50).map(|_| server.fresh_schema().name().to_owned()).collect();
    assert_eq!(names.len(), 50);
    assert!(names.iter().all(|name| name.len() == 18 && name.starts_with("t_")), "{names:?}");
    let schema = server.fresh_schema();
    let name = schema.name().to_owned();
    let create = format!("CREATE SCHEMA {name}; CREATE TABLE {name}.note (id bigint PRIMARY KEY)");
    server.number(&create).unwrap();
    assert_eq!(tables(&server, &name), 1);
    drop(schema);
    assert_eq!(tables(&server, &name), 0);
}

#[tokio::test]
async fn the_pooler_hands_one_connection_to_many_clients() {
    let Some(server) = server::pgbouncer() else { return };
    let mut processes = BTreeSet::new();
    for _ in 0..40 {
        let options: PgConnectOptions = server.url().parse().unwrap();
        let mut client = options.connect().await.unwrap();
        let process = sqlx::query_scalar("SELECT pg_backend_pid()").persistent(false);
        processes.insert(process.fetch_one(&mut client).await.unwrap());
        client.close().await.unwrap();
    }
    let processes: BTreeSet<i32> = processes;
    assert!(processes.len() < 40, "{} connections of the server", processes.len());
}

#[tokio::test]
async fn a_wrong_password_is_refused() {
    let Some(server) = server::postgres() else { return };
    let role = server::setting("ALLEY_TEST_POSTGRES_PASSWORD", "a role with a password");
    let Some(right) = role else { return };
    assert!(right.contains(&server.address().to_string()));
    let connect = async |url: &str| url.parse::<PgConnectOptions>().unwrap().connect().await;
    connect(&right).await.unwrap();
    let error = connect(&right.replace(":right@", ":wrong@")).await.unwrap_err();
    let error = error.into_database_error().unwrap();
    assert_eq!(error.code().as_deref(), Some("28P01"), "{error}");
}
