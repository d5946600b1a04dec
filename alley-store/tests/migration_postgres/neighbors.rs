//! Who else lives in the database, and that nobody takes the other's tables for its own.

use alley_core::{CommitId, Leases as _, RecordStore, RecordWrite};
use alley_store::sqlx::postgres::PgPool;
use alley_store::{Layout, PostgresOptions, PostgresStore, SchemaState};
use chrono::DateTime;

use crate::role::Role;
use crate::server::{self, Schema, Server};
use crate::{common, migrated, options, pool, sql};

/// Whether a commit with an id that is always the same was applied before.
async fn was_there(store: &PostgresStore) -> bool {
    let id = CommitId::from_uuid(uuid::Uuid::from_u128(1));
    let commit = alley_core::Commit::<RecordWrite>::new(id, DateTime::UNIX_EPOCH);
    RecordStore::commit(store, commit).await.unwrap().replayed
}

async fn assert_apart(pool: &PgPool, layouts: [PostgresOptions; 2]) {
    let mut stores = Vec::new();
    for (done, options) in layouts.iter().enumerate() {
        let pending = PostgresStore::migrations(options).len();
        let state = PostgresStore::check(pool, options).await.unwrap();
        assert_eq!(state, SchemaState::Behind { pending }, "layout {done}");
        let applied = PostgresStore::migrate(pool, options).await.unwrap();
        assert_eq!(applied.len(), pending, "layout {done}");
    }
    for options in layouts {
        stores.push(PostgresStore::open(pool.clone(), options).await.unwrap());
    }
    for store in &stores {
        assert!(!was_there(store).await);
    }
    for store in &stores {
        assert!(was_there(store).await);
    }
}

#[tokio::test]
async fn two_layouts_in_one_schema_do_not_see_each_other() {
    let Some(server) = server::postgres() else { return };
    let schema = server.fresh_schema();
    let with_prefix = |prefix: &str| {
        let layout = Layout::with_prefix(prefix).unwrap().in_schema(schema.name()).unwrap();
        PostgresOptions::default().with_layout(layout)
    };
    let long = "a".repeat(31);
    let pool = pool(&server, &with_prefix("alley_"));
    assert_apart(&pool, [with_prefix("alley_"), with_prefix(&long)]).await;
    let names = "SELECT count(*) FROM pg_class WHERE relnamespace = '{s}'::regnamespace \
        AND relkind = 'i' AND relname LIKE 'aaaaaaaa%'";
    let ours = "SELECT count(*) FROM pg_class WHERE relnamespace = '{s}'::regnamespace \
        AND relkind = 'i' AND relname LIKE 'alley%'";
    let long = sql(&server, &schema, names);
    assert_eq!(long, sql(&server, &schema, ours), "long names of indexes were cut off");
    assert!(long > Some(50), "{long:?}");
}

#[tokio::test]
async fn two_schemas_in_one_database_do_not_see_each_other() {
    let Some(server) = server::postgres() else { return };
    let schemas = [server.fresh_schema(), server.fresh_schema()];
    let [one, other] = [&schemas[0], &schemas[1]].map(|schema| options(schema.name()));
    assert_apart(&pool(&server, &one), [one, other]).await;
}

/// Tables of the host: those of sqlx's own migrations, and some with our names and other columns.
fn decoys(server: &Server, schema: &Schema) {
    let text = "CREATE SCHEMA IF NOT EXISTS {s}; CREATE TABLE {s}._sqlx_migrations (version bigint); \
        CREATE TABLE {s}.alley_migrations (domain text); \
        CREATE TABLE {s}.alley_core_commit (decoy text); \
        CREATE TABLE {s}.alley_core_lease (decoy text); \
        CREATE TABLE {s}.migrations (version bigint)";
    sql(server, schema, text);
}

fn decoy_rows(server: &Server, schema: &Schema) -> Option<i64> {
    let text = "SELECT (SELECT count(*) FROM {s}.alley_core_commit) \
        + (SELECT count(*) FROM {s}.alley_core_lease) \
        + (SELECT count(*) FROM {s}.alley_migrations) \
        + (SELECT count(*) FROM {s}._sqlx_migrations)";
    sql(server, schema, text)
}

#[tokio::test]
async fn tables_of_the_host_with_our_names_are_left_alone() {
    let Some(server) = server::postgres() else { return };
    let (host, ours) = (server.fresh_schema(), server.fresh_schema());
    decoys(&server, &host);
    let text = "CREATE SCHEMA {s}; CREATE TABLE {s}._sqlx_migrations (version bigint)";
    sql(&server, &ours, text);
    let options = options(ours.name());
    let pool = pool(&server, &options);
    PostgresStore::migrate(&pool, &options).await.unwrap();
    let store = PostgresStore::open(pool, options).await.unwrap();
    assert!(!was_there(&store).await && was_there(&store).await);
    store.coverage(&["_sqlx_migrations"]).await.unwrap();
    assert_eq!(decoy_rows(&server, &host), Some(0));
}

/// A user whose name is that of the schema finds other tables first when it names none; so does one
/// whose search path was turned against us.
#[tokio::test]
async fn no_search_path_leads_to_other_tables() {
    let Some(server) = server::postgres() else { return };
    let hostile = server.fresh_schema();
    decoys(&server, &hostile);
    // Two users: one named as the schema that is ours, one as the schema that is not.
    for own in [false, true] {
        let (ours, direct) = migrated(&server).await;
        direct.close().await;
        let role = Role::new(&server, if own { ours.name() } else { hostile.name() });
        for schema in [&ours, &hostile] {
            role.grant(&format!("ALL ON SCHEMA {}", schema.name()));
            role.grant(&format!("ALL ON ALL TABLES IN SCHEMA {}", schema.name()));
        }
        let path = format!("SET search_path = {}, pg_temp, pg_catalog", hostile.name());
        for path in ["RESET search_path", &path] {
            role.alter(path);
            let options = options(ours.name());
            let pool = PostgresStore::pool(&role.url(), &options).unwrap();
            assert_eq!(PostgresStore::migrate(&pool, &options).await.unwrap(), [], "{path}");
            let store = PostgresStore::open(pool, options).await.unwrap();
            was_there(&store).await;
            assert!(was_there(&store).await, "{path}");
            let (ttl, now) = (std::time::Duration::from_secs(1), common::env(1).now());
            store.acquire(path, ttl, now).await.unwrap();
            store.coverage(&[]).await.unwrap();
        }
        let count = "SELECT count(*) FROM {s}.alley_core_lease";
        assert_eq!(sql(&server, &ours, count), Some(2));
    }
    assert_eq!(decoy_rows(&server, &hostile), Some(0));
}
