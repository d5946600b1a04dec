//! The variants on SQLite.

use alley_benches::hand::sqlite::{self as hand, Thread};
use alley_benches::scratch::File;
use alley_benches::{Failure, Limit, Role, Variant, Workload, ensure};
use alley_core::{AuditEntry, Field as _, Key, Record, RecordStore as _, Row, Value};
use alley_outreach::HandOut;
use alley_outreach::pacing::Spend;
use alley_store::SqliteStore;
use rusqlite::Connection;

use crate::batch::{Batch, SCOPE, Seller, TABLES};

pub(crate) fn run() -> Result<(), Failure> {
    let ours = Target::open()?;
    let (peer, checking) = (Hand::open(false)?, Hand::open(true)?);
    let batch = |target: &Target| target.seller.next();
    let workload = Workload::new("SQLite: commit of ten hand-outs", 101, 2);
    // Before and after: the last is as long as the figure took.
    for pass in 0..2 {
        ours.commit(batch(&ours)?)?;
        peer.commit(batch(&peer.target)?)?;
        checking.commit(batch(&checking.target)?)?;
        let content = ours.content()?;
        ensure(content == peer.target.content()?, "the peer wrote other rows")?;
        ensure(content == checking.target.content()?, "the peer that checks wrote other rows")?;
        if pass == 0 {
            workload.clone().limit(Limit::Rate(600)).compare(&mut [
                Variant::new("alley", Role::Ours, || batch(&ours), |one| ours.commit(one?)),
                Variant::new(
                    "rusqlite on a thread of its own",
                    Role::Peer,
                    || batch(&peer.target),
                    |one| peer.commit(one?),
                ),
                Variant::new(
                    "the same with the checks",
                    Role::Aside,
                    || batch(&checking.target),
                    |one| checking.commit(one?),
                ),
            ])?;
        }
    }
    Ok(())
}

/// A file with a seller.
struct Target {
    store: SqliteStore,
    seller: Seller,
    file: File,
}

impl Target {
    fn open() -> Result<Self, Failure> {
        let (file, store) = File::fresh(None)?;
        let seller = pollster::block_on(Seller::new(0, &store))?;
        Ok(Self { store, seller, file })
    }

    fn commit(&self, batch: Batch) -> Result<(), Failure> {
        pollster::block_on(self.store.commit(batch.into_commit()))?;
        Ok(())
    }

    fn content(&self) -> Result<Vec<Vec<String>>, Failure> {
        let connection = hand::open(&self.file.path())?;
        let tables = TABLES.map(|table| {
            hand::dump(&connection, &format!("SELECT * FROM alley_{table} ORDER BY 1, 2"))
        });
        Ok(tables.into_iter().collect::<Result<_, _>>()?)
    }
}

/// By hand. The store of the target made the seller and rests.
struct Hand {
    writer: Thread,
    checks: bool,
    target: Target,
}

impl Hand {
    fn open(checks: bool) -> Result<Self, Failure> {
        let target = Target::open()?;
        Ok(Self { writer: Thread::of(hand::open(&target.file.path())?), checks, target })
    }

    fn commit(&self, batch: Batch) -> Result<(), Failure> {
        let (stream, facts) = batch.stored_facts()?;
        let checks = self.checks;
        let call = self.writer.call(move |writer| {
            hand::execute(writer, "BEGIN IMMEDIATE", &[])?;
            let unchanged = !checks || check(writer, &batch)?;
            let written = unchanged && write(writer, &batch, &stream, facts)?;
            hand::execute(writer, if written { "COMMIT" } else { "ROLLBACK" }, &[])?;
            Ok(written)
        });
        ensure(pollster::block_on(call)?, "another version")
    }
}

const COMMIT: &str =
    "INSERT INTO alley_core_commit (id, applied_at) VALUES (?1, ?2) ON CONFLICT (id) DO NOTHING";
const STATE: &str = "UPDATE alley_outreach_pacing_state \
    SET last_spend_at = ?4, fairness = ?5, updated_at = ?6, row_version = row_version + 1 \
    WHERE tenant_id = ?1 AND scope = ?2 AND row_version = ?3";
const DRAFT: &str = "UPDATE alley_outreach_draft SET state = ?4, attempt = ?5, \
    deferred_until = NULL, deferred_reasons = NULL, row_version = row_version + 1 \
    WHERE tenant_id = ?1 AND draft_id = ?2 AND row_version = ?3";
const HEAD: &str = "INSERT INTO alley_core_outbox_head (stream, position) VALUES (?1, ?2) \
    ON CONFLICT (stream) DO UPDATE SET position = alley_core_outbox_head.position + excluded.position \
    RETURNING position";
const FACT: &str = "INSERT INTO alley_core_outbox \
    (stream, position, fact_id, at, fact, attempts, available_at) VALUES (?1, ?2, ?3, ?4, ?5, 0, NULL)";

fn write(
    on: &Connection,
    batch: &Batch,
    stream: &[u8],
    facts: Vec<String>,
) -> rusqlite::Result<bool> {
    let new = hand::execute(on, COMMIT, &[batch.id.to_value(), batch.at.to_value()])?;
    let state = &batch.state;
    let values = [
        state.tenant_id.to_value(),
        Value::Text(SCOPE.to_owned()),
        Value::Int(batch.state_read),
        state.last_spend_at.to_value(),
        state.fairness.to_value(),
        state.updated_at.to_value(),
    ];
    let mut updated = hand::execute(on, STATE, &values)?;
    for draft in &batch.drafts {
        let values = [
            draft.tenant_id.to_value(),
            draft.draft_id.to_value(),
            Value::Int(batch.drafts_read),
            draft.state.to_value(),
            draft.attempt.to_value(),
        ];
        updated += hand::execute(on, DRAFT, &values)?;
    }
    insert::<Spend>(on, "alley_outreach_spend", &batch.rows.spends)?;
    insert::<HandOut>(on, "alley_outreach_hand_out", &batch.rows.hand_outs)?;
    insert::<AuditEntry>(on, "alley_core_audit_event", &batch.rows.audit)?;
    let count = i64::try_from(facts.len()).unwrap_or_default();
    let last: i64 = on.prepare_cached(HEAD)?.query_row((stream, count), |row| row.get(0))?;
    for ((fact, entry), place) in facts.into_iter().zip(&batch.facts).zip(last - count + 1..) {
        let mut statement = on.prepare_cached(FACT)?;
        let id = entry.id.as_uuid();
        statement.execute((stream, place, id.as_bytes(), entry.at.timestamp_micros(), fact))?;
    }
    Ok(new == 1 && updated == batch.drafts.len() + 1)
}

fn insert<R: Record>(on: &Connection, table: &str, rows: &[Row]) -> rusqlite::Result<()> {
    let text = hand::insert(table, R::TYPE);
    rows.iter().try_for_each(|row| hand::execute(on, &text, row).map(drop))
}

/// Whether what the decision rested on is as it was.
fn check(on: &Connection, batch: &Batch) -> rusqlite::Result<bool> {
    let version = |table: &str, id: &str, key: &Key| {
        let text =
            format!("SELECT row_version FROM alley_{table} WHERE tenant_id = ?1 AND {id} = ?2");
        let values = [key.tenant().to_value(), key.id().clone()];
        let mut statement = on.prepare_cached(&text)?;
        let mut rows =
            statement.query(rusqlite::params_from_iter(values.iter().map(hand::Bound)))?;
        rows.next()?.map(|row| row.get::<_, i64>(0)).transpose()
    };
    let grounds = &batch.grounds;
    let mut holds = version("outreach_campaign", "campaign_id", &grounds.campaign)? == Some(1);
    for key in &grounds.contacts {
        holds &= version("outreach_contact", "contact_key", key)? == Some(1);
    }
    for key in &grounds.revisions {
        holds &= version("outreach_draft_revision", "revision_id", key)? == Some(1);
    }
    for key in &grounds.suppressions {
        holds &= version("outreach_suppression", "creator_key", key)?.is_none();
    }
    Ok(holds)
}
