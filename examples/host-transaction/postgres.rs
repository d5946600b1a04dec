//! PostgreSQL: a transaction of the host takes our doors in, and the host ends it.

use std::sync::Arc;

use alley_core::AccountsConfig;
use alley_core::ActiveSession;
use alley_core::offload::InlineOffload;
use alley_examples::{Failure, env, sign_up};
use alley_store::sqlx::postgres::PgPool;
use alley_store::sqlx::{self, AssertSqlSafe};
use alley_store::{Alley, Config, Layout, PostgresOptions, PostgresStore};

use super::outcome::{Counts, Outcome};

/// Creates a tenant with a note of the host, and another one with a note that the host's table
/// refuses, in a schema of that name, which goes at the end.
///
/// # Errors
/// When something else goes wrong.
pub(crate) async fn play(url: &str, schema: &str) -> Result<Outcome, Failure> {
    let options = PostgresOptions::default().with_layout(Layout::default().in_schema(schema)?);
    // The host's own pool; one of another shape would do as well.
    let pool = PostgresStore::pool(url, &options)?;
    PostgresStore::migrate(&pool, &options).await?;
    let notes = format!("CREATE TABLE {schema}.crm_note (firm text, text text CHECK (text <> ''))");
    sqlx::raw_sql(AssertSqlSafe(notes)).execute(&pool).await?;
    let store = Arc::new(PostgresStore::open(pool.clone(), options).await?);
    let outcome = attempts(&pool, &store, schema).await;
    let drop = format!("DROP SCHEMA {schema} CASCADE");
    sqlx::raw_sql(AssertSqlSafe(drop)).execute(&pool).await?;
    outcome
}

async fn attempts(
    pool: &PgPool,
    store: &Arc<PostgresStore>,
    schema: &str,
) -> Result<Outcome, Failure> {
    let accounts = AccountsConfig::new("Harbor", Arc::new(InlineOffload::new()));
    let alley = Alley::new(&env()?, Arc::clone(store), Config::new(accounts))?;
    let olivia = sign_up(&alley, "olivia@harbor-candles.example").await?;
    let host = Host { pool, store, alley: &alley, schema };
    host.create(&olivia, "Harbor Candles", "met at the fair").await?;
    let kept = host.count().await?;
    if host.create(&olivia, "Pier Soaps", "").await.is_ok() {
        return Err("the host's table took an empty note".into());
    }
    Ok(Outcome { kept, refused: host.count().await? })
}

struct Host<'a> {
    pool: &'a PgPool,
    store: &'a PostgresStore,
    alley: &'a Alley,
    schema: &'a str,
}

impl Host<'_> {
    /// Our tenant and the host's note. Whatever fails on the way ends the transaction unfinished.
    async fn create(&self, olivia: &ActiveSession, firm: &str, note: &str) -> Result<(), Failure> {
        let unit = self.store.join(self.pool.begin().await?);
        let created = self.alley.on(&unit).tenancy().create(olivia, firm).await?;
        created.tenant().ok_or("the tenant was not created")?;

        let mut transaction = unit.into_inner().await?;
        let insert = format!("INSERT INTO {}.crm_note (firm, text) VALUES ($1, $2)", self.schema);
        sqlx::query(AssertSqlSafe(insert)).bind(firm).bind(note).execute(&mut *transaction).await?;
        Ok(transaction.commit().await?)
    }

    async fn count(&self) -> Result<Counts, Failure> {
        let schema = self.schema;
        let count = format!(
            "SELECT (SELECT count(*) FROM {schema}.alley_core_tenant), \
             (SELECT count(*) FROM {schema}.crm_note)"
        );
        let (tenants, notes): (i64, i64) =
            sqlx::query_as(AssertSqlSafe(count)).fetch_one(self.pool).await?;
        Ok(Counts { tenants: tenants.try_into()?, notes: notes.try_into()? })
    }
}
