//! The contestants on PostgreSQL.

use std::sync::Arc;

use alley_benches::hand::postgres::{self as hand, Uid};
use alley_benches::scratch::Schema;
use alley_benches::{Failure, Role, ensure};
use alley_core::conformance::Sample;
use alley_core::{
    Field as _, Key, PageRequest, Record as _, RecordStore as _, RecordStoreExt as _, TenantId,
};
use alley_store::{Domain, PostgresStore};
use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row as _};
use tokio::runtime::Builder;
use uuid::Uuid;

use crate::feed::{Batch, Feed};
use crate::keeper::{Contestant, Keeper, run as run_all};

pub(crate) fn run(url: &str) -> Result<(), Failure> {
    // One thread for the caller and the sockets: no wake-up of another one hides what an adapter costs.
    let runtime = Arc::new(Builder::new_current_thread().enable_all().build()?);
    let open = |name, remembers| {
        let domain = Domain::from_declarations("conformance", &[Sample::TYPE], Sample::QUERIES);
        let (schema, store) = Schema::fresh(&runtime, url, name, Some(domain))?;
        let texts = Texts::new(&schema);
        let tenant = Feed::new()?.tenant;
        Ok::<_, Failure>((Hand { schema, texts, tenant, remembers }, store))
    };
    let (hand, store) = open("bench_adapter_ours", true)?;
    let ours = Ours { store, hand };
    let (peer, _) = open("bench_adapter_peer", true)?;
    let (bare, _) = open("bench_adapter_bare", false)?;
    let all = [
        Contestant::new("alley", Role::Ours, true, Feed::new()?, ours),
        Contestant::new("sqlx by hand", Role::Peer, true, Feed::new()?, peer),
        Contestant::new("the same without commit ids", Role::Aside, false, Feed::new()?, bare),
    ];
    run_all("PostgreSQL", &all, 100)
}

/// The adapter.
struct Ours {
    store: PostgresStore,
    /// Looks at what is there.
    hand: Hand,
}

impl Ours {
    fn write(&self, batch: Batch) -> Result<(), Failure> {
        self.hand.schema.wait(self.store.commit(batch.into_commit()))?;
        Ok(())
    }
}

impl Keeper for Ours {
    fn insert(&self, batch: Batch) -> Result<(), Failure> {
        self.write(batch)
    }

    fn update(&self, batch: Batch) -> Result<(), Failure> {
        self.write(batch)
    }

    fn get(&self, id: &str) -> Result<Option<Sample>, Failure> {
        let key = Key::of(self.hand.tenant, &id.to_owned());
        let found = self.hand.schema.wait(self.store.record::<Sample>(&key))?;
        Ok(found.map(|row| row.record))
    }

    fn page(&self) -> Result<Vec<Sample>, Failure> {
        let arguments = [self.hand.tenant.to_value()];
        let page = self.store.records(Sample::BY_RANK, &arguments, PageRequest::first(100));
        let page = self.hand.schema.wait(page)?;
        Ok(page.items.into_iter().map(|row| row.record).collect())
    }

    fn content(&self) -> Result<(Vec<String>, usize), Failure> {
        self.hand.content()
    }
}

/// By hand.
struct Hand {
    schema: Schema,
    texts: Texts,
    tenant: TenantId,
    remembers: bool,
}

struct Texts {
    remember: String,
    insert: String,
    insert_many: String,
    update: String,
    update_many: String,
    get: String,
    page: String,
}

impl Texts {
    fn new(schema: &Schema) -> Self {
        let name = schema.name();
        let table = table(schema);
        let set = "row_version = kept.row_version + 1";
        let columns =
            "tenant_id, id, rank, label, person, parent, seen_at, changed_at, body, row_version";
        Self {
            remember: format!(
                "INSERT INTO {name}.alley_core_commit (id, applied_at) VALUES ($1, $2) \
                 ON CONFLICT (id) DO NOTHING"
            ),
            insert: hand::insert(&table, Sample::TYPE),
            insert_many: hand::insert_many(&table, Sample::TYPE),
            update: format!(
                "UPDATE {table} AS kept SET rank = $4, changed_at = $5, body = $6, {set} \
                 WHERE tenant_id = $1 AND id = $2 AND row_version = $3"
            ),
            update_many: format!(
                "UPDATE {table} AS kept SET rank = given.rank, changed_at = given.changed_at, \
                 body = given.body, {set} \
                 FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bytea[]) \
                 AS given (id, read, rank, changed_at, body) WHERE kept.tenant_id = $1 \
                 AND kept.id = given.id AND kept.row_version = given.read"
            ),
            get: format!("SELECT {columns} FROM {table} WHERE tenant_id = $1 AND id = $2"),
            page: format!(
                "SELECT {columns} FROM {table} WHERE tenant_id = $1 ORDER BY rank, id LIMIT 100"
            ),
        }
    }
}

fn table(schema: &Schema) -> String {
    format!("{}.alley_conformance_conformance_sample", schema.name())
}

impl Hand {
    async fn write(&self, batch: &Batch) -> Result<u64, sqlx::Error> {
        let mut transaction = self.schema.pool().begin().await?;
        if self.remembers {
            let id = Uid(*batch.id.as_uuid().as_bytes());
            let remember = hand::query(&self.texts.remember);
            let remember = remember.bind(id).bind(batch.at.timestamp_micros());
            remember.execute(&mut *transaction).await?;
        }
        let changed = if batch.read.is_empty() {
            self.insert_rows(&mut transaction, batch).await?
        } else {
            self.update_rows(&mut transaction, batch).await?
        };
        transaction.commit().await?;
        Ok(changed)
    }

    async fn insert_rows(&self, on: &mut PgConnection, batch: &Batch) -> Result<u64, sqlx::Error> {
        let query = match batch.rows.as_slice() {
            [row] => hand::bind_row(hand::query(&self.texts.insert), Sample::TYPE, row),
            rows => hand::bind_rows(hand::query(&self.texts.insert_many), Sample::TYPE, rows),
        };
        Ok(query.execute(on).await?.rows_affected())
    }

    async fn update_rows(&self, on: &mut PgConnection, batch: &Batch) -> Result<u64, sqlx::Error> {
        let tenant = Uid(*self.tenant.as_uuid().as_bytes());
        let samples = &batch.samples;
        let query = match samples.as_slice() {
            [one] => hand::query(&self.texts.update)
                .bind(tenant)
                .bind(&one.id)
                .bind(batch.read.first().copied())
                .bind(one.rank)
                .bind(one.changed_at.timestamp_micros())
                .bind(&one.body),
            _ => hand::query(&self.texts.update_many)
                .bind(tenant)
                .bind(samples.iter().map(|row| row.id.as_str()).collect::<Vec<_>>())
                .bind(&batch.read)
                .bind(samples.iter().map(|row| row.rank).collect::<Vec<_>>())
                .bind(
                    samples.iter().map(|row| row.changed_at.timestamp_micros()).collect::<Vec<_>>(),
                )
                .bind(samples.iter().map(|row| row.body.as_slice()).collect::<Vec<_>>()),
        };
        Ok(query.execute(on).await?.rows_affected())
    }

    fn written(&self, batch: &Batch) -> Result<(), Failure> {
        let changed = self.schema.wait(self.write(batch))?;
        ensure(usize::try_from(changed) == Ok(batch.rows.len()), "another number of rows")
    }
}

impl Keeper for Hand {
    fn insert(&self, batch: Batch) -> Result<(), Failure> {
        self.written(&batch)
    }

    fn update(&self, batch: Batch) -> Result<(), Failure> {
        self.written(&batch)
    }

    fn get(&self, id: &str) -> Result<Option<Sample>, Failure> {
        let tenant = Uid(*self.tenant.as_uuid().as_bytes());
        let query = hand::query(&self.texts.get).bind(tenant).bind(id);
        let row = self.schema.wait(query.fetch_optional(self.schema.pool()))?;
        Ok(row.map(|row| sample(&row)).transpose()?)
    }

    fn page(&self) -> Result<Vec<Sample>, Failure> {
        let tenant = Uid(*self.tenant.as_uuid().as_bytes());
        let query = hand::query(&self.texts.page).bind(tenant);
        let rows = self.schema.wait(query.fetch_all(self.schema.pool()))?;
        let rows = rows.iter().map(sample);
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn content(&self) -> Result<(Vec<String>, usize), Failure> {
        self.schema.wait(async {
            let pool = self.schema.pool();
            let rows = hand::dump(pool, &table(&self.schema)).await?;
            let commits = format!("{}.alley_core_commit", self.schema.name());
            Ok((rows, hand::dump(pool, &commits).await?.len()))
        })
    }
}

fn sample(row: &PgRow) -> Result<Sample, sqlx::Error> {
    let time = |micros| DateTime::<Utc>::from_timestamp_micros(micros).unwrap_or_default();
    let _version: i64 = row.try_get(9)?;
    let tenant = TenantId::from_uuid(Uuid::from_bytes(row.try_get::<Uid, _>(0)?.0));
    let mut sample = Sample::new(tenant, row.try_get(1)?, row.try_get(2)?);
    sample.label = row.try_get(3)?;
    sample.person = row.try_get(4)?;
    sample.parent = row.try_get(5)?;
    sample.seen_at = row.try_get::<Option<i64>, _>(6)?.map(time);
    sample.changed_at = time(row.try_get(7)?);
    sample.body = row.try_get(8)?;
    Ok(sample)
}
