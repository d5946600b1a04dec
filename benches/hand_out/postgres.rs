//! The variants on PostgreSQL, and how four workers scale.

use std::sync::Arc;

use alley_benches::hand::postgres::{self as hand, Uid};
use alley_benches::scratch::Schema;
use alley_benches::{Failure, Limit, Medians, Role, Variant, Workload, ensure};
use alley_core::{AuditEntry, Key, Record, RecordStore as _, Row, Value};
use alley_outreach::HandOut;
use alley_outreach::pacing::Spend;
use alley_store::PostgresStore;
use sqlx::PgConnection;
use sqlx::Row as _;
use sqlx::postgres::PgPool;
use tokio::runtime::{Builder, Runtime};

use crate::batch::{Batch, SCOPE, SELLERS, Seller, TABLES};

pub(crate) fn run(url: &str) -> Result<(), Failure> {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let runtime = Arc::new(runtime);
    let ours = Target::open(&runtime, url, "bench_hand_out_ours", Way::Ours)?;
    let peer = Target::open(&runtime, url, "bench_hand_out_peer", Way::Hand { checks: false })?;
    let checking =
        Target::open(&runtime, url, "bench_hand_out_checks", Way::Hand { checks: true })?;
    let all = [&ours, &peer, &checking];
    warm_up_and_compare(&all)?;
    let name = "PostgreSQL: commit of ten hand-outs";
    Workload::new(name, 101, 2).limit(Limit::Rate(600)).compare(&mut [
        ours.variant("alley", Role::Ours, 1, 1),
        peer.variant("sqlx by hand", Role::Peer, 1, 1),
        checking.variant("the same with the checks", Role::Aside, 1, 1),
    ])?;
    warm_up_and_compare(&all)?;
    let name = "PostgreSQL: 16 commits of ten hand-outs, by one worker and by four";
    let medians = Workload::new(name, 15, 1).compare(&mut [
        ours.variant("alley, 1 worker", Role::Ours, 1, 16),
        ours.variant("alley, 4 workers", Role::Ours, 4, 4),
        peer.variant("sqlx by hand, 1 worker", Role::Peer, 1, 16),
        peer.variant("sqlx by hand, 4 workers", Role::Peer, 4, 4),
    ])?;
    scaling(&medians);
    warm_up_and_compare(&[&ours, &peer])
}

#[expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
fn scaling(medians: &Medians) {
    let factor = |one: &str, four: &str| {
        let (one, four) =
            (medians.of(one).unwrap_or_default(), medians.of(four).unwrap_or_default());
        one * 1_000 / four.max(1)
    };
    let ours = factor("alley, 1 worker", "alley, 4 workers");
    let hand = factor("sqlx by hand, 1 worker", "sqlx by hand, 4 workers");
    let share = ours * 1_000 / hand.max(1);
    let verdict = if share >= 800 { "met" } else { "MISSED" };
    let [ours, hand, share] = [ours, hand, share].map(alley_benches::thousandths);
    println!(
        "  four workers on four sellers: alley x {ours}, by hand x {hand}; \
         ours / by hand = {share} [at least 0.800: {verdict}]\n"
    );
}

/// Each seller hands out once; then all must hold the same.
fn warm_up_and_compare(all: &[&Target]) -> Result<(), Failure> {
    let mut first = None;
    for target in all {
        target.work(target.batches(SELLERS, 1)?)?;
        let content = target.content()?;
        ensure(content == *first.get_or_insert(content.clone()), "the variants wrote other rows")?;
    }
    Ok(())
}

#[derive(Clone, Copy)]
enum Way {
    Ours,
    Hand { checks: bool },
}

/// A schema with four sellers, and how hand-outs are committed there.
struct Target {
    worker: Arc<Worker>,
    sellers: Vec<Seller>,
    schema: Schema,
}

struct Worker {
    way: Way,
    store: PostgresStore,
    pool: PgPool,
    texts: Texts,
}

impl Target {
    fn open(
        runtime: &Arc<Runtime>,
        url: &str,
        name: &'static str,
        way: Way,
    ) -> Result<Self, Failure> {
        let (schema, store) = Schema::fresh(runtime, url, name, None)?;
        let sellers = (0..SELLERS).map(|number| schema.wait(Seller::new(number, &store)));
        let sellers = sellers.collect::<Result<_, _>>()?;
        let (pool, texts) = (schema.pool().clone(), Texts::new(&schema));
        Ok(Self { worker: Arc::new(Worker { way, store, pool, texts }), sellers, schema })
    }

    /// Each of so many workers makes so many commits, on a seller of its own.
    fn variant(&self, name: &'static str, role: Role, workers: usize, each: usize) -> Variant<'_> {
        Variant::new(name, role, move || self.batches(workers, each), |batches| self.work(batches?))
    }

    fn batches(&self, workers: usize, each: usize) -> Result<Vec<Vec<Batch>>, Failure> {
        let sellers = self.sellers.iter().take(workers);
        sellers.map(|seller| (0..each).map(|_| seller.next()).collect()).collect()
    }

    fn work(&self, batches: Vec<Vec<Batch>>) -> Result<(), Failure> {
        self.schema.wait(async {
            let workers: Vec<_> = batches
                .into_iter()
                .map(|batches| {
                    let worker = Arc::clone(&self.worker);
                    tokio::spawn(async move {
                        for batch in batches {
                            worker.commit(batch).await?;
                        }
                        Ok::<_, SendFailure>(())
                    })
                })
                .collect();
            for worker in workers {
                worker.await?.map_err(|error| error as Failure)?;
            }
            Ok(())
        })
    }

    fn content(&self) -> Result<Vec<Vec<String>>, Failure> {
        let mut all = Vec::new();
        for table in TABLES {
            // When a commit's id was kept is said by the server's clock; that it was, must be the same.
            let table = match table {
                "core_commit" => {
                    format!("(SELECT id FROM {}.alley_core_commit)", self.schema.name())
                }
                _ => format!("{}.alley_{table}", self.schema.name()),
            };
            all.push(self.schema.wait(hand::dump(&self.worker.pool, &table))?);
        }
        Ok(all)
    }
}

type SendFailure = Box<dyn std::error::Error + Send + Sync>;

impl Worker {
    async fn commit(&self, batch: Batch) -> Result<(), SendFailure> {
        let checks = match self.way {
            Way::Ours => {
                self.store.commit(batch.into_commit()).await?;
                return Ok(());
            }
            Way::Hand { checks } => checks,
        };
        let mut transaction = self.pool.begin().await?;
        if checks && !self.check(&mut transaction, &batch).await? {
            return Err("what the decision rested on changed".into());
        }
        let updated = self.write(&mut transaction, &batch).await?;
        transaction.commit().await?;
        if updated == batch.drafts.len() as u64 + 1 {
            Ok(())
        } else {
            Err("another version".into())
        }
    }

    async fn write(&self, on: &mut PgConnection, batch: &Batch) -> Result<u64, SendFailure> {
        let texts = &self.texts;
        let id = hand::query(&texts.commit).bind(Uid(*batch.id.as_uuid().as_bytes()));
        id.bind(batch.at.timestamp_micros()).execute(&mut *on).await?;
        let state = &batch.state;
        let tenant = Uid(*state.tenant_id.as_uuid().as_bytes());
        let update = hand::query(&texts.state)
            .bind(tenant)
            .bind(SCOPE)
            .bind(batch.state_read)
            .bind(state.last_spend_at.map(|at| at.timestamp_micros()))
            .bind(serde_json::to_string(&state.fairness.0)?)
            .bind(state.updated_at.timestamp_micros());
        let mut updated = update.execute(&mut *on).await?.rows_affected();
        let drafts = batch.drafts.iter();
        let update = hand::query(&texts.draft)
            .bind(tenant)
            .bind(
                drafts
                    .clone()
                    .map(|row| Uid(*row.draft_id.as_uuid().as_bytes()))
                    .collect::<Vec<_>>(),
            )
            .bind(vec![batch.drafts_read; batch.drafts.len()])
            .bind(drafts.clone().map(|row| row.state.as_str()).collect::<Vec<_>>())
            .bind(drafts.map(|row| i64::from(row.attempt)).collect::<Vec<_>>());
        updated += update.execute(&mut *on).await?.rows_affected();
        insert::<Spend>(on, &texts.spend, &batch.rows.spends).await?;
        insert::<HandOut>(on, &texts.hand_out, &batch.rows.hand_outs).await?;
        insert::<AuditEntry>(on, &texts.audit, &batch.rows.audit).await?;
        let (stream, facts) = batch.stored_facts().map_err(|error| error.to_string())?;
        let count = i64::try_from(facts.len())?;
        let head = hand::query(&texts.head).bind(&stream).bind(count).fetch_one(&mut *on).await?;
        let last: i64 = head.try_get(0)?;
        let entries = batch.facts.iter();
        let insert = hand::query(&texts.fact)
            .bind(&stream)
            .bind((last - count + 1..=last).collect::<Vec<_>>())
            .bind(
                entries
                    .clone()
                    .map(|entry| Uid(*entry.id.as_uuid().as_bytes()))
                    .collect::<Vec<_>>(),
            )
            .bind(entries.map(|entry| entry.at.timestamp_micros()).collect::<Vec<_>>())
            .bind(facts);
        insert.execute(on).await?;
        Ok(updated)
    }

    /// Whether what the decision rested on is as it was; it stays so until the end.
    async fn check(&self, on: &mut PgConnection, batch: &Batch) -> Result<bool, SendFailure> {
        let grounds = &batch.grounds;
        let tenant = Uid(*batch.state.tenant_id.as_uuid().as_bytes());
        let campaign = hand::query(&self.texts.campaign).bind(tenant);
        let campaign = campaign.bind(hand::uid(grounds.campaign.id()));
        let mut holds = all_first(&campaign.fetch_all(&mut *on).await?, 1);
        let contacts =
            hand::query(&self.texts.contacts).bind(tenant).bind(blobs(&grounds.contacts));
        holds &= all_first(&contacts.fetch_all(&mut *on).await?, grounds.contacts.len());
        let ids = grounds.revisions.iter().map(|key| hand::uid(key.id())).collect::<Vec<_>>();
        let revisions = hand::query(&self.texts.revisions).bind(tenant).bind(ids);
        holds &= all_first(&revisions.fetch_all(&mut *on).await?, grounds.revisions.len());
        let suppressions = hand::query(&self.texts.suppressions).bind(tenant);
        let suppressions = suppressions.bind(blobs(&grounds.suppressions));
        holds &= suppressions.fetch_all(&mut *on).await?.is_empty();
        Ok(holds)
    }
}

fn all_first(rows: &[sqlx::postgres::PgRow], count: usize) -> bool {
    rows.len() == count && rows.iter().all(|row| row.try_get::<i64, _>(0).is_ok_and(|one| one == 1))
}

fn blobs(keys: &[Key]) -> Vec<&[u8]> {
    let bytes = keys.iter().map(|key| match key.id() {
        Value::Bytes(bytes) => &**bytes,
        _ => &[],
    });
    bytes.collect()
}

async fn insert<R: Record>(
    on: &mut PgConnection,
    text: &str,
    rows: &[Row],
) -> Result<(), sqlx::Error> {
    hand::bind_rows(hand::query(text), R::TYPE, rows).execute(on).await.map(drop)
}

struct Texts {
    commit: String,
    state: String,
    draft: String,
    spend: String,
    hand_out: String,
    audit: String,
    head: String,
    fact: String,
    campaign: String,
    contacts: String,
    revisions: String,
    suppressions: String,
}

impl Texts {
    fn new(schema: &Schema) -> Self {
        let s = schema.name();
        let table = |name: &str| format!("{s}.alley_{name}");
        let shared = |name: &str, key: &str| {
            format!(
                "SELECT row_version FROM {s}.alley_{name} WHERE tenant_id = $1 AND {key} FOR SHARE"
            )
        };
        Self {
            commit: format!(
                "INSERT INTO {s}.alley_core_commit (id, applied_at) VALUES ($1, $2) \
                 ON CONFLICT (id) DO NOTHING"
            ),
            state: format!(
                "UPDATE {s}.alley_outreach_pacing_state SET last_spend_at = $4, fairness = $5, \
                 updated_at = $6, row_version = row_version + 1 \
                 WHERE tenant_id = $1 AND scope = $2 AND row_version = $3"
            ),
            draft: format!(
                "UPDATE {s}.alley_outreach_draft AS kept SET state = given.state, \
                 attempt = given.attempt, deferred_until = NULL, deferred_reasons = NULL, \
                 row_version = kept.row_version + 1 \
                 FROM unnest($2::uuid[], $3::bigint[], $4::text[], $5::bigint[]) \
                 AS given (draft_id, read, state, attempt) WHERE kept.tenant_id = $1 \
                 AND kept.draft_id = given.draft_id AND kept.row_version = given.read"
            ),
            spend: hand::insert_many(&table("outreach_spend"), Spend::TYPE),
            hand_out: hand::insert_many(&table("outreach_hand_out"), HandOut::TYPE),
            audit: hand::insert_many(&table("core_audit_event"), AuditEntry::TYPE),
            head: format!(
                "INSERT INTO {s}.alley_core_outbox_head AS head (stream, position) VALUES ($1, $2) \
                 ON CONFLICT (stream) DO UPDATE SET position = head.position + excluded.position \
                 RETURNING position"
            ),
            fact: format!(
                "INSERT INTO {s}.alley_core_outbox \
                 (stream, position, fact_id, at, fact, attempts, available_at) \
                 SELECT $1, position, id, at, fact, 0, NULL \
                 FROM unnest($2::bigint[], $3::uuid[], $4::bigint[], $5::text[]) \
                 AS given (position, id, at, fact)"
            ),
            campaign: shared("outreach_campaign", "campaign_id = $2"),
            contacts: shared("outreach_contact", "contact_key = ANY ($2)"),
            revisions: shared("outreach_draft_revision", "revision_id = ANY ($2)"),
            suppressions: format!(
                "SELECT 1 FROM {s}.alley_outreach_suppression \
                 WHERE tenant_id = $1 AND creator_key = ANY ($2)"
            ),
        }
    }
}
