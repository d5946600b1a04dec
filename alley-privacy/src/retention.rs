//! The sweep: rows whose own period is over go, through the same engine as every erasure.
//!
//! A row is swept when its record type declares an anchor and its rule has a trigger of the row's
//! own, such as `session.expired`. Rules that only know events of other rows (an account closed, an
//! integration disconnected) are carried out as erasure plans rooted there.
//!
//! A type on which others hang gets a plan for each batch, so that what it owns goes with it. Rows of
//! other types, such as sessions, are deleted directly under a permit; holds are honored in the
//! deleting transaction either way.

use std::sync::Arc;

use alley_core::{Applied, EdgeKind, Effect, ErasureStep, Key, Permit, PlanId, RecordType};

use crate::data_map::{RetentionRule, Strategy};
use crate::directory::{Ask, Walk};
use crate::erasure::{Engine, Erasure, StepState};
use crate::error::Result;

/// Finds and erases what is past its period.
#[derive(Clone, Debug)]
pub struct Retention {
    pub(crate) erasure: Erasure,
}

/// What one sweep did.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Swept {
    /// Rows deleted at once.
    pub deleted: u64,
    /// Rows that plans were made for; the job `erase-planned` carries them out.
    pub planned: u64,
    /// The plans.
    pub plans: Vec<PlanId>,
    /// Rows that a hold keeps.
    pub held: u64,
    /// Whether the limit ended the sweep before it was through.
    pub more: bool,
}

const BATCH: u32 = 200;

impl Retention {
    /// The record types that are swept, with their rule.
    pub fn swept(&self) -> Vec<(&'static RecordType, &RetentionRule)> {
        let engine = &self.erasure.engine;
        let records = engine.directory.records().iter().copied();
        let swept = records.filter_map(|record| {
            let rule = engine.map.retention(record)?;
            let goes = !matches!(engine.map.strategy(record), Strategy::AppendOnly);
            (record.anchor.is_some() && rule.is_swept() && goes).then_some((record, rule))
        });
        swept.collect()
    }

    /// Sweeps up to `limit` batches of 200 rows.
    ///
    /// # Errors
    /// When a store fails. What was erased stays erased; the next sweep goes on.
    /// [`Error::InTransaction`](crate::Error::InTransaction) inside a unit of work.
    ///
    /// # Cancel safety
    /// May be dropped at any time.
    pub async fn sweep(&self, limit: u32) -> Result<Swept> {
        let engine = &self.erasure.engine;
        engine.may_erase()?;
        let now = engine.env.now();
        let mut swept = Swept::default();
        let mut left = limit.max(1);
        let permit = engine.sweep_permit()?;
        let any_hold = engine.holds.any().await?;
        for (record, rule) in self.swept() {
            let until = rule.period.cutoff(now);
            let mut walk = Walk::new(&engine.directory, record);
            while let Some(keys) = walk.next(record, Ask::Due(until), BATCH).await? {
                let keys =
                    if any_hold { unheld(engine, record, keys, &mut swept).await? } else { keys };
                if keys.is_empty() {
                    continue;
                }
                if has_dependents(engine, record) {
                    self.plan(record, keys, &mut swept).await?;
                } else {
                    delete(engine, &permit, record, keys, &mut swept).await?;
                }
                left -= 1;
                if left == 0 {
                    swept.more = true;
                    return Ok(swept);
                }
            }
        }
        Ok(swept)
    }

    async fn plan(
        &self,
        record: &'static RecordType,
        keys: Vec<Key>,
        swept: &mut Swept,
    ) -> Result<()> {
        let engine = &self.erasure.engine;
        let mut fresh = Vec::new();
        for key in keys {
            let steps = engine.store.steps_of_row(record.name, &key).await?;
            let open = steps.iter().any(|step| {
                matches!(
                    step.record.state,
                    StepState::Pending | StepState::Deferred | StepState::Blocked
                )
            });
            if !open {
                fresh.push(key);
            }
        }
        if fresh.is_empty() {
            return Ok(());
        }
        swept.planned += u64::try_from(fresh.len()).unwrap_or(u64::MAX);
        swept.plans.push(self.erasure.start_rows(record, fresh).await?);
        Ok(())
    }
}

async fn unheld(
    engine: &Engine,
    record: &'static RecordType,
    keys: Vec<Key>,
    swept: &mut Swept,
) -> Result<Vec<Key>> {
    let rows = engine.directory.rows(record, &keys).await?;
    let mut free = Vec::new();
    for key in keys {
        let row = rows.get(&key).map(|row| row.record.as_slice());
        if engine.holds.over(record, &key, row).await?.is_some() {
            swept.held += 1;
        } else {
            free.push(key);
        }
    }
    Ok(free)
}

/// Whether any declared edge ends at the type.
fn has_dependents(engine: &Engine, record: &RecordType) -> bool {
    let edges = engine.directory.incoming(record.name);
    let severs = EdgeKind::References(alley_core::OnErased::SeverKey);
    edges.iter().any(|(_, edge)| edge.kind != severs)
}

async fn delete(
    engine: &Engine,
    permit: &Permit,
    record: &'static RecordType,
    keys: Vec<Key>,
    swept: &mut Swept,
) -> Result<()> {
    let steps: Vec<ErasureStep> =
        keys.into_iter().map(|key| ErasureStep { record, key, effect: Effect::Delete }).collect();
    for applied in engine.directory.apply(permit, record, &steps).await? {
        match applied {
            Applied::Done => swept.deleted += 1,
            Applied::Held => swept.held += 1,
            Applied::Absent => {}
        }
    }
    Ok(())
}

/// Shares the engine with the door.
pub(crate) fn over(engine: &Arc<Engine>) -> Retention {
    Retention { erasure: Erasure { engine: Arc::clone(engine) } }
}
