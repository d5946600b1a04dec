use std::collections::BTreeMap;

use alley_core::conformance::Sample;
use alley_core::{Record as _, Value};
use sqlx::{AssertSqlSafe, Executor as _};

use super::driver::rows;
use super::*;
use crate::ddl;
use crate::sql::{Element, plans, rewrite_batch};

#[path = "../../tests/common/server.rs"]
#[expect(dead_code, reason = "each test uses a part of it")]
mod server;

fn options(schema: &server::Schema) -> PostgresOptions {
    let sample = Domain::from_declarations("conformance", &[Sample::TYPE], Sample::QUERIES);
    let layout = Layout::default().in_schema(schema.name()).unwrap();
    PostgresOptions::default().with_domain(sample).with_layout(layout)
}

/// Every statement that the store can run, with a name for messages.
fn statements(shared: &Shared) -> BTreeMap<String, String> {
    let own = shared.own.statements().into_iter();
    let own = own.map(|(name, text)| (format!("own {name}"), text.to_owned()));
    let common = shared.catalogue.statements().into_iter();
    let common = common.map(|(name, text)| (name, text.to_owned()));
    let batches = shared.batches.iter().flat_map(|(record, batch)| {
        let named =
            move |(what, text): (String, &str)| (format!("{record}: {what}"), text.to_owned());
        batch.statements().into_iter().map(named)
    });
    let rewrites = shared.catalogue.bindings().into_iter().map(|binding| {
        let key = binding.key();
        let fields = binding.record.fields.iter().filter(|field| !key.contains(&field.name));
        let fields: Vec<_> = fields.collect();
        (format!("{}: rewrite", binding.record.name), rewrite_batch(binding, &fields))
    });
    common.chain(own).chain(batches).chain(rewrites).collect()
}

/// The nodes of a plan for arguments that are not known, and the table of each.
async fn plan(connection: &mut sqlx::PgConnection, text: &str) -> Vec<String> {
    connection
        .execute(sqlx::raw_sql(AssertSqlSafe(format!("PREPARE it AS {text}"))))
        .await
        .unwrap();
    let count = (1_usize..100).take_while(|n| text.contains(&format!("${n}"))).count();
    let nothing = vec!["NULL"; count].join(", ");
    let arguments = if count == 0 { String::new() } else { format!("({nothing})") };
    let explain = format!("EXPLAIN EXECUTE it{arguments}");
    let lines = sqlx::raw_sql(AssertSqlSafe(explain)).fetch_all(&mut *connection).await.unwrap();
    connection.execute("DEALLOCATE it").await.unwrap();
    lines.iter().map(|line| sqlx::Row::get::<String, _>(line, 0)).collect()
}

#[tokio::test]
async fn every_statement_prepares_and_finds_its_rows_by_an_index() {
    let Some(server) = server::postgres() else { return };
    let schema = server.fresh_schema();
    let options = options(&schema);
    let pool = PostgresStore::pool(server.url(), &options).unwrap();
    PostgresStore::migrate(&pool, &options).await.unwrap();
    let mut connection = pool.acquire().await.unwrap();
    for text in plans::fill(&options.domains, &options.qualified(), Engine::Postgres) {
        connection.execute(sqlx::raw_sql(AssertSqlSafe(text))).await.unwrap();
    }
    // A plan that is kept is made without knowing the arguments.
    connection.execute("ANALYZE; SET plan_cache_mode = force_generic_plan").await.unwrap();
    let shared = Shared::new(&options).unwrap();
    let statements = statements(&shared);
    assert!(statements.len() > 300, "{} statements", statements.len());
    let unasked = plans::unasked(&options.domains);
    let mut wrong = Vec::new();
    for (name, text) in statements.iter().filter(|(name, _)| !unasked.contains(*name)) {
        let lines = plan(&mut connection, text).await;
        let scan = lines.iter().any(|line| {
            line.contains("Seq Scan on ") && !line.contains("core_lease") && !line.contains("pg_")
        });
        let domains = &options.domains;
        let may = plans::may_scan(domains, name) || plans::counts_without_equality(domains, name);
        if scan && !may {
            wrong.push(format!("{name}:\n{}\n    {text}", lines.join("\n")));
        }
    }
    assert!(wrong.is_empty(), "{}\n{} in all", wrong.join("\n"), wrong.len());
}

#[tokio::test]
async fn migrated_schema_is_the_declared_one() {
    const INDEXES: &str = "SELECT c.relname::text, i.indisunique::int, \
        pg_get_expr(i.indpred, i.indrelid), \
        array_to_string(ARRAY(SELECT pg_get_indexdef(i.indexrelid, n, true) \
        FROM generate_series(1, i.indnkeyatts) AS n ORDER BY n), ', ') \
        FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indrelid \
        WHERE c.relnamespace = $1::text::regnamespace AND NOT i.indisprimary";
    type Shape = (String, i64, Option<String>, String);

    let Some(server) = server::postgres() else { return };
    let schema = server.fresh_schema();
    let options = options(&schema);
    let pool = PostgresStore::pool(server.url(), &options).unwrap();
    PostgresStore::migrate(&pool, &options).await.unwrap();
    let mut connection = pool.acquire().await.unwrap();
    let name = Value::Text(schema.name().to_owned());
    let live = rows(&mut connection, INDEXES, &[(&name).into()], false).await.unwrap();
    let mut live: Vec<Shape> = live
        .iter()
        .map(|row| match driver::values(row).unwrap().as_slice() {
            [Value::Text(table), Value::Int(unique), filter, Value::Text(columns)] => {
                let filter = match filter {
                    Value::Text(filter) => Some(filter.replace(['(', ')', '"'], "")),
                    _ => None,
                };
                (table.clone(), *unique, filter, columns.replace('"', ""))
            }
            _ => unreachable!(),
        })
        .collect();
    let layout = options.qualified();
    let mut declared: Vec<Shape> = Vec::new();
    for domain in &options.domains {
        for record in &domain.records {
            for index in ddl::indexes(domain, record) {
                let filter = index.filter().map(|filter| filter.replace('"', ""));
                let table = layout.table(domain.name, record.name);
                declared.push((table, index.unique.into(), filter, index.columns.join(", ")));
            }
        }
    }
    let tables: Vec<_> = declared.iter().map(|(table, ..)| table.clone()).collect();
    live.retain(|(table, ..)| tables.contains(table));
    live.sort();
    declared.sort();
    assert_eq!(live, declared, "a released domain needs a new schema step");
    let store = PostgresStore::open(pool.clone(), options).await.unwrap();
    store.coverage(&[]).await.unwrap();
}

#[tokio::test]
async fn a_column_or_trigger_that_no_record_declares_is_a_gap() {
    let Some(server) = server::postgres() else { return };
    let schema = server.fresh_schema();
    let options = options(&schema);
    let pool = PostgresStore::pool(server.url(), &options).unwrap();
    PostgresStore::migrate(&pool, &options).await.unwrap();
    let store = PostgresStore::open(pool.clone(), options).await.unwrap();
    let s = schema.name();
    let cases = [
        (format!("ALTER TABLE {s}.alley_core_lease ADD holder text"), "column holder"),
        (format!("ALTER TABLE {s}.alley_core_lease DROP holder, DROP due_at"), "column due_at"),
        (format!("ALTER TABLE {s}.alley_core_lease ADD due_at bigint NOT NULL"), ""),
        (format!("CREATE VIEW {s}.seen AS SELECT 1 AS one"), "table seen"),
        (format!("DROP VIEW {s}.seen"), ""),
        (
            format!(
                "CREATE FUNCTION {s}.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; \
                 CREATE TRIGGER copies AFTER INSERT ON {s}.alley_core_lease \
                 FOR EACH ROW EXECUTE FUNCTION {s}.f()"
            ),
            "table copies",
        ),
    ];
    for (text, gap) in cases {
        pool.execute(sqlx::raw_sql(AssertSqlSafe(text.clone()))).await.unwrap();
        let covered = store.coverage(&[]).await.map_err(|error| error.to_string());
        match covered {
            Ok(()) => assert!(gap.is_empty(), "{text}"),
            Err(found) => assert!(!gap.is_empty() && found.contains(gap), "{text}: {found}"),
        }
    }
}

#[test]
fn an_element_holds_what_its_column_can_store() {
    let bytes = |length| Value::bytes(vec![0; length]);
    assert!(Element::Uuid.holds(&bytes(16)) && !Element::Uuid.holds(&bytes(15)));
    assert!(Element::Bytes.holds(&bytes(0)) && !Element::Text.holds(&bytes(16)));
    assert!(Element::Int.holds(&Value::Null) && !Element::Int.holds(&Value::Text(String::new())));
}
