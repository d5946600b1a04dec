//! Opening and migrating on a server: what is refused, what stands beside us, and that many may do it
//! at once or be killed over it.
//!
//! 5 rounds of eight processes and of kills; `ALLEY_ROUNDS=50` for more.
#![cfg(feature = "postgres")]
#![expect(clippy::unwrap_used, reason = "test code")]

use alley_store::sqlx::postgres::PgPool;
use alley_store::{
    Domain, Layout, Migration, NewerSchema, OpenError, PostgresOptions, PostgresStore, SchemaState,
};

#[path = "common/env.rs"]
mod common;
#[path = "migration_postgres/neighbors.rs"]
mod neighbors;
#[path = "migration_postgres/processes.rs"]
mod processes;
#[path = "common/role.rs"]
mod role;
#[path = "common/server.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod server;

use server::{Schema, Server};

fn options(schema: &str) -> PostgresOptions {
    PostgresOptions::default().with_layout(Layout::default().in_schema(schema).unwrap())
}

fn pool(server: &Server, options: &PostgresOptions) -> PgPool {
    PostgresStore::pool(server.url(), options).unwrap()
}

fn sql(server: &Server, schema: &Schema, text: &str) -> Option<i64> {
    server.number(&text.replace("{s}", schema.name())).unwrap()
}

/// A migrated schema.
async fn migrated(server: &Server) -> (Schema, PgPool) {
    let schema = server.fresh_schema();
    let options = options(schema.name());
    let pool = pool(server, &options);
    PostgresStore::migrate(&pool, &options).await.unwrap();
    (schema, pool)
}

async fn refused(pool: &PgPool, options: &PostgresOptions) -> OpenError {
    let error = PostgresStore::open(pool.clone(), options.clone()).await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains("schema t_") && !text.contains('\n'), "{text}");
    error
}

#[tokio::test]
async fn opening_never_creates_or_migrates() {
    let Some(server) = server::postgres() else { return };
    let schema = server.fresh_schema();
    let options = options(schema.name());
    let pool = pool(&server, &options);
    let error = refused(&pool, &options).await;
    assert!(matches!(error, OpenError::Behind { .. }), "{error}");
    assert!(error.to_string().contains("PostgresStore::migrate"), "{error}");
    let count = "SELECT count(*) FROM pg_namespace WHERE nspname = '{s}'";
    assert_eq!(sql(&server, &schema, count), Some(0));
    let planned = PostgresStore::plan(&pool, &options).await.unwrap();
    assert_eq!(planned, PostgresStore::migrations(&options));
    let pending = planned.len();
    let state = PostgresStore::check(&pool, &options).await.unwrap();
    assert_eq!(state, SchemaState::Behind { pending });
    assert_eq!(PostgresStore::migrate(&pool, &options).await.unwrap(), planned);
    assert_eq!(PostgresStore::check(&pool, &options).await.unwrap(), SchemaState::UpToDate);
    assert_eq!(PostgresStore::migrate(&pool, &options).await.unwrap(), []);
    assert_eq!(PostgresStore::plan(&pool, &options).await.unwrap(), []);
    PostgresStore::open(pool, options).await.unwrap();
}

#[tokio::test]
async fn a_newer_schema_is_refused_unless_it_is_allowed_and_not_breaking() {
    let Some(server) = server::postgres() else { return };
    let (schema, pool) = migrated(&server).await;
    let strict = options(schema.name());
    let patient = options(schema.name()).with_newer_schema(NewerSchema::AllowCompatible);
    let insert = "INSERT INTO {s}.alley_migrations VALUES ('core', 99, 'later', 'x', 0, 0)";
    sql(&server, &schema, insert);
    let newest = "core 99".to_owned();
    let state = PostgresStore::check(&pool, &strict).await.unwrap();
    assert_eq!(state, SchemaState::Ahead { newest: newest.clone() });
    assert!(matches!(refused(&pool, &strict).await, OpenError::Newer { .. }));
    let error = PostgresStore::migrate(&pool, &strict).await.unwrap_err();
    assert!(matches!(error, OpenError::Newer { .. }), "{error}");
    PostgresStore::open(pool.clone(), patient.clone()).await.unwrap();
    assert_eq!(PostgresStore::migrate(&pool, &patient).await.unwrap(), []);
    sql(&server, &schema, "UPDATE {s}.alley_migrations SET breaking = 1 WHERE version = 99");
    let state = PostgresStore::check(&pool, &strict).await.unwrap();
    assert_eq!(state, SchemaState::AheadBreaking { newest });
    assert!(matches!(refused(&pool, &patient).await, OpenError::Newer { .. }));
    let error = PostgresStore::migrate(&pool, &patient).await.unwrap_err();
    assert!(matches!(error, OpenError::Newer { .. }), "{error}");
}

#[tokio::test]
async fn a_step_with_another_content_is_refused() {
    let Some(server) = server::postgres() else { return };
    let (schema, pool) = migrated(&server).await;
    let options = options(schema.name());
    let change = "UPDATE {s}.alley_migrations SET checksum = 'other' \
        WHERE domain = 'core' AND version = 1";
    sql(&server, &schema, change);
    let state = PostgresStore::check(&pool, &options).await.unwrap();
    assert_eq!(state, SchemaState::Foreign { step: "core 1".to_owned() });
    assert!(matches!(refused(&pool, &options).await, OpenError::Foreign { .. }));
    let error = PostgresStore::migrate(&pool, &options).await.unwrap_err();
    assert!(matches!(error, OpenError::Foreign { .. }), "{error}");
}

#[tokio::test]
async fn a_failing_step_leaves_nothing_behind() {
    let Some(server) = server::postgres() else { return };
    let schema = server.fresh_schema();
    let create = r#"CREATE TABLE "{prefix}host_note" ("id" {int})"#;
    let steps = vec![
        Migration::new("host", 1, "notes", create),
        Migration::new("host", 2, "broken", create),
    ];
    let broken = options(schema.name()).with_domain(Domain::new("host", &[], &[], steps));
    let pool = pool(&server, &broken);
    assert!(PostgresStore::migrate(&pool, &broken).await.is_err());
    let count = "SELECT count(*) FROM pg_namespace WHERE nspname = '{s}'";
    assert_eq!(sql(&server, &schema, count), Some(0));
    let options = options(schema.name());
    let all = PostgresStore::migrations(&options);
    assert_eq!(PostgresStore::migrate(&pool, &options).await.unwrap(), all);
}
