//! The same on PostgreSQL.

use std::path::Path;

use alley_store::sqlx::postgres::PgPool;
use alley_store::sqlx::{AssertSqlSafe, Executor as _, Row as _, raw_sql};
use alley_store::{Layout, OpenError, PostgresOptions, PostgresStore, SchemaState};

use crate::server::{self, Schema, Server};
use crate::texts;

/// All that the catalogue says of the tables and indexes of a schema.
const DUMP: &str = "SELECT concat_ws(' ', c.relkind, c.relname, a.attnum, a.attname, \
    format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attcollation::regcollation, \
    pg_get_expr(d.adbin, d.adrelid), pg_get_indexdef(c.oid), c.reloptions) AS line \
    FROM pg_class AS c LEFT JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 \
    LEFT JOIN pg_attrdef AS d ON d.adrelid = c.oid AND d.adnum = a.attnum \
    WHERE c.relnamespace = '{s}'::regnamespace \
    UNION ALL SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid)) \
    FROM pg_constraint WHERE connamespace = '{s}'::regnamespace ORDER BY 1";

const LEDGER: &str = "SELECT concat_ws(' ', domain, version, name, checksum, breaking) AS line \
    FROM {s}.alley_migrations ORDER BY 1";

fn options(schema: &Schema) -> PostgresOptions {
    PostgresOptions::default().with_layout(Layout::default().in_schema(schema.name()).unwrap())
}

/// A schema in which a tool ran the exported steps.
async fn by_a_tool(server: &Server, folder: &Path) -> (Schema, PgPool) {
    let schema = server.fresh_schema();
    let options = options(&schema);
    let pool = PostgresStore::pool(server.url(), &options).unwrap();
    for text in texts(&PostgresStore::export(&options, folder).unwrap()) {
        pool.execute(raw_sql(AssertSqlSafe(text))).await.unwrap();
    }
    (schema, pool)
}

async fn lines(pool: &PgPool, text: &str, schema: &Schema) -> Vec<String> {
    let text = text.replace("{s}", schema.name());
    let rows = pool.fetch_all(raw_sql(AssertSqlSafe(text))).await.unwrap();
    rows.iter().map(|row| row.get::<String, _>(0).replace(schema.name(), "s")).collect()
}

#[tokio::test]
async fn a_schema_made_by_a_tool_and_adopted_is_as_a_migrated_one() {
    let Some(server) = server::postgres() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (schema, pool) = by_a_tool(&server, folder.path()).await;
    let (tool, migrated) = (options(&schema), server.fresh_schema());
    let ours = options(&migrated);
    PostgresStore::migrate(&pool, &ours).await.unwrap();
    let dump = lines(&pool, DUMP, &schema).await;
    assert!(dump.len() > 500, "{} lines", dump.len());
    assert_eq!(dump, lines(&pool, DUMP, &migrated).await);
    let pending = PostgresStore::migrations(&tool).len();
    let state = PostgresStore::check(&pool, &tool).await.unwrap();
    assert_eq!(state, SchemaState::Behind { pending });
    let adopted = PostgresStore::adopt(&pool, &tool).await.unwrap();
    assert_eq!(adopted, PostgresStore::migrations(&tool));
    assert_eq!(lines(&pool, LEDGER, &schema).await, lines(&pool, LEDGER, &migrated).await);
    assert_eq!(PostgresStore::adopt(&pool, &tool).await.unwrap(), []);
    assert_eq!(PostgresStore::migrate(&pool, &tool).await.unwrap(), []);
    let store = PostgresStore::open(pool, tool).await.unwrap();
    store.coverage(&[]).await.unwrap();
}

#[tokio::test]
async fn what_a_tool_left_out_or_added_on_a_server_is_named_and_nothing_recorded() {
    let Some(server) = server::postgres() else { return };
    let cases = [
        ("DROP TABLE {s}.alley_core_session", "table alley_core_session"),
        ("ALTER TABLE {s}.alley_core_session DROP device", "alley_core_session, column device"),
        ("DROP INDEX {s}.alley_u_account_by_email", "table alley_u_account_by_email"),
        ("DROP TABLE {s}.alley_core_lease", "table alley_core_lease"),
        ("ALTER TABLE {s}.alley_core_session ADD more text", "session, column more"),
    ];
    for (change, named) in cases {
        let folder = tempfile::tempdir().unwrap();
        let (schema, pool) = by_a_tool(&server, folder.path()).await;
        server.number(&change.replace("{s}", schema.name())).unwrap();
        let error = PostgresStore::adopt(&pool, &options(&schema)).await.unwrap_err();
        assert!(matches!(error, OpenError::Adoption { .. }), "{change}: {error}");
        assert!(error.to_string().contains(named), "{change}: {error}");
        assert_eq!(lines(&pool, LEDGER, &schema).await.len(), 0, "{change}");
    }
}
