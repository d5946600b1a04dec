//! Carrying steps out: mentions first, then the rows, then the log.

use std::collections::BTreeMap;

use alley_core::{
    Applied, Commit, EdgeKind, Effect, ErasureStep, Key, MacPurpose, OnErased, PageRequest,
    RecordType, SealContext, StoredRow, Value, ValueKind, Versioned, Write,
};

use super::certificate::hex;
use super::decide::decide_step;
use super::discover::{NEVER, step_key};
use super::engine::{Engine, Held};
use super::model::Outcome;
use super::plan::{ErasurePlan, ErasureStepRow, StepState, Tombstone};
use super::store::Change;
use crate::data_map::OnErasure;
use crate::directory::{Ask, Walk, target_key};
use crate::error::Result;

/// Rows of one transaction.
const BATCH: u32 = 200;
/// Steps of one call to a store.
const MOST_STEPS: usize = 1_000;
/// Failures after which a single row is set aside.
const ATTEMPTS: u32 = 5;

type Step = Versioned<ErasureStepRow>;

impl Engine {
    /// Carries out one batch of rows of one type. Answers whether there was one.
    pub(crate) async fn purge_batch(&self, held: &mut Held<'_>) -> Result<bool> {
        let page = PageRequest::first(BATCH);
        let steps = self.store.steps_in_state(held.plan.id, StepState::Pending, page).await?.items;
        let Some(first) = steps.first() else {
            return Ok(false);
        };
        let record = self.directory.record(&first.record.record)?;
        let batch: Vec<Step> =
            steps.into_iter().take_while(|step| step.record.record == record.name).collect();
        match self.purge(held, record, batch.clone()).await {
            Ok(()) => Ok(true),
            // One row may be the cause: the others go without it.
            Err(error) if batch.len() > 1 && is_of_rows(&error) => {
                for step in batch {
                    let one = self.purge(held, record, vec![step.clone()]).await;
                    match one {
                        Ok(()) => {}
                        Err(error) if is_of_rows(&error) => self.set_aside(held, step).await?,
                        Err(error) => return Err(error),
                    }
                }
                Ok(true)
            }
            Err(error) if is_of_rows(&error) => {
                for step in batch {
                    self.set_aside(held, step).await?;
                }
                Ok(true)
            }
            Err(error) => Err(error),
        }
    }

    async fn set_aside(&self, held: &mut Held<'_>, step: Step) -> Result<()> {
        let Versioned { record: mut step, version, .. } = step;
        step.attempts = step.attempts.saturating_add(1);
        if step.attempts >= ATTEMPTS {
            step.state = StepState::Blocked;
        }
        let commit = self.env.commit()?.change(Write::Update { record: step, read: version });
        held.save(commit).await
    }

    async fn purge(
        &self,
        held: &mut Held<'_>,
        record: &'static RecordType,
        steps: Vec<Step>,
    ) -> Result<()> {
        let (repairs, steps): (Vec<Step>, Vec<Step>) =
            steps.into_iter().partition(|step| step.record.field.is_some());
        if !repairs.is_empty() {
            self.repair(held, record, repairs).await?;
        }
        let keys = steps.iter().map(|step| step_key(&step.record)).collect::<Result<Vec<Key>>>()?;
        let rows = self.directory.rows(record, &keys).await?;
        let any_hold = self.holds.any().await?;
        let mut going = Vec::new();
        let mut commit = self.env.commit()?;
        for (mut step, key) in steps.into_iter().zip(keys) {
            let row = rows.get(&key).map(|row| row.record.as_slice());
            // A row that is gone keeps what was decided about it: the effect happened, the log not.
            if row.is_some() {
                let decision = self.decide(&held.plan, record, &key, row, any_hold).await?;
                decide_step(&mut step.record, decision);
            } else if !step.record.outcome.is_going() {
                (step.record.outcome, step.record.hold_id) = (Outcome::Delete, None);
                step.record.until = None;
            }
            if step.record.outcome.is_going() {
                going.push((step, key));
            } else {
                step.record.state = match step.record.outcome {
                    Outcome::Residue => StepState::Done,
                    _ => StepState::Deferred,
                };
                commit = commit.change(update(step));
            }
        }
        let gone: Vec<Key> = going
            .iter()
            .filter(|(step, _)| step.record.outcome != Outcome::Minimize)
            .map(|(_, key)| key.clone())
            .collect();
        self.rewrite_mentions(held, record, &gone).await?;
        self.carry_out(held, record, going, &rows, commit).await
    }

    async fn carry_out(
        &self,
        held: &mut Held<'_>,
        record: &'static RecordType,
        going: Vec<(Step, Key)>,
        rows: &BTreeMap<Key, StoredRow>,
        mut commit: Commit<Change>,
    ) -> Result<()> {
        let mut effects = Vec::new();
        let mut owners = Vec::new();
        for (place, (step, key)) in going.iter().enumerate() {
            let all = match step.record.outcome {
                Outcome::Minimize => self.minimize(&held.plan, record, key, rows.get(key)),
                _ => vec![Effect::Delete],
            };
            for effect in all {
                effects.push(ErasureStep { record, key: key.clone(), effect });
                owners.push(place);
            }
        }
        let mut untouched = vec![false; going.len()];
        // An effect on a row may be several steps; those of one row stay in one transaction.
        let (mut effects, mut owners) = (effects.as_slice(), owners.as_slice());
        while !effects.is_empty() {
            let many = whole_rows(owners, MOST_STEPS);
            let (now, later) = effects.split_at(many);
            let (now_owners, later_owners) = owners.split_at(many);
            (effects, owners) = (later, later_owners);
            let applied = self.directory.apply(&held.permit(), record, now).await?;
            for (applied, owner) in applied.into_iter().zip(now_owners) {
                if let (Applied::Held, Some(held)) = (applied, untouched.get_mut(*owner)) {
                    *held = true;
                }
            }
        }
        let now = self.env.now();
        for ((mut step, key), untouched) in going.into_iter().zip(untouched) {
            if untouched {
                // The hold was placed after the decision; the transaction saw it.
                let row = rows.get(&key).map(|row| row.record.as_slice());
                step.record.hold_id = self.holds.over(record, &key, row).await?;
                step.record.outcome = Outcome::Hold;
                step.record.state = StepState::Deferred;
            } else {
                step.record.state = StepState::Done;
                if self.map.leaves_tombstone(record) && record.domain != "privacy" {
                    commit = self.bury(&held.plan, &step.record, commit).await?;
                }
            }
            commit = commit.change(update(step));
        }
        held.plan.first_purge_at = held.plan.first_purge_at.or(Some(now));
        held.plan.last_purge_at = Some(now);
        held.save(commit).await
    }

    async fn bury(
        &self,
        plan: &ErasurePlan,
        step: &ErasureStepRow,
        commit: Commit<Change>,
    ) -> Result<Commit<Change>> {
        let row_key = Key::global(&step.id).to_bytes();
        let context = SealContext::field("tombstone", "key", None, &row_key);
        let key = self.env.keyring.seal(&context, &step.key, self.env.random.as_ref())?;
        let tombstone = Tombstone {
            id: step.id,
            plan_id: plan.id,
            record: step.record.clone(),
            key: Some(key),
            action: step.outcome,
            at: self.env.now(),
        };
        Ok(match self.store.tombstone(step.id).await? {
            None => commit.change(Write::Insert(tombstone)),
            Some(known) => commit.change(Write::Update { record: tombstone, read: known.version }),
        })
    }

    /// The effects that make a row blank: personal fields and mentions of others. What identifies
    /// the row, ties it to its owner and times its retention stays.
    fn minimize(
        &self,
        plan: &ErasurePlan,
        record: &'static RecordType,
        key: &Key,
        row: Option<&StoredRow>,
    ) -> Vec<Effect> {
        let keeps = [Some(record.id), record.tenant, record.anchor, record.source_time];
        let owner = |name: &str| {
            record
                .edges
                .iter()
                .any(|edge| edge.field == name && !matches!(edge.kind, EdgeKind::References(_)))
        };
        let mut fields = Vec::new();
        let mut effects = Vec::new();
        for field in record.fields {
            let mention = record.edges.iter().find(|edge| {
                edge.field == field.name && matches!(edge.kind, EdgeKind::References(_))
            });
            let element = field.element.and_then(|path| self.map.element(path.path()));
            let personal = element.is_some() || mention.is_some();
            if !personal || keeps.contains(&Some(field.name)) || owner(field.name) {
                continue;
            }
            let stays_findable = element
                .is_some_and(|element| element.on_erasure == OnErasure::PseudonymizeAfterRemote);
            let blankable =
                field.optional || !matches!(field.kind, ValueKind::Id(_) | ValueKind::Hash);
            if blankable && !stays_findable {
                fields.push(field.name);
                continue;
            }
            let value = row.and_then(|row| {
                row.record.get(record.position(field.name)?).filter(|value| **value != Value::Null)
            });
            if let Some(value) = value {
                let seed = Key::from_parts(key.tenant(), value.clone());
                let target = mention.map_or(record.name, |edge| edge.target);
                let to = self.pseudonym(plan, target, &seed, field.kind);
                if row.is_some_and(|_| !is_pseudonym(value)) {
                    effects.push(Effect::Rewrite { field: field.name, to });
                }
            }
        }
        effects.push(Effect::Minimize { fields });
        effects
    }

    /// A name for an erased row that is the same all over one plan and leads nowhere without the
    /// keyring. Keeps the kind of the field: ids stay 16 bytes, hashes 32, text stays text.
    fn pseudonym(&self, plan: &ErasurePlan, record: &str, key: &Key, kind: ValueKind) -> Value {
        let purpose = MacPurpose::new("privacy.erasure.pseudonym");
        let plan = *plan.id.as_uuid().as_bytes();
        let digest = self.env.keyring.mac(purpose, &[&plan, record.as_bytes(), &key.to_bytes()]);
        let bytes = digest.as_bytes();
        match kind {
            ValueKind::Id(_) => {
                let mut id = ERASED_ID.to_vec();
                id.extend(bytes.iter().take(12));
                Value::bytes(id)
            }
            ValueKind::Hash => {
                let mut hash = ERASED_ID.to_vec();
                hash.extend(bytes.iter().take(28));
                Value::bytes(hash)
            }
            ValueKind::Int | ValueKind::Bool | ValueKind::Time => Value::Int(0),
            ValueKind::Bytes | ValueKind::Sealed => {
                Value::bytes(bytes.get(..16).unwrap_or_default())
            }
            _ => {
                let short = hex(bytes.get(..16).unwrap_or_default());
                Value::Text(format!("{ERASED}{short}"))
            }
        }
    }

    /// Changes every surviving row that mentions one of `gone`. Answers how many were changed.
    pub(crate) async fn rewrite_mentions(
        &self,
        held: &mut Held<'_>,
        target: &'static RecordType,
        gone: &[Key],
    ) -> Result<u64> {
        let mut changed = 0;
        if gone.is_empty() {
            return Ok(changed);
        }
        for (source, edge) in self.directory.incoming(target.name) {
            let EdgeKind::References(on_erased) = edge.kind else {
                continue;
            };
            if !matches!(on_erased, OnErased::Nullify | OnErased::Pseudonymize) {
                // Severed links end by themselves: the pseudonym in such a row is a keyed hash of
                // an id that nothing leads to any more.
                continue;
            }
            let mut walk = Walk::new(&self.directory, source);
            while let Some(keys) = walk.next(source, Ask::Reach(edge, gone), 500).await? {
                let rows = self.directory.rows(source, &keys).await?;
                let mut steps = Vec::new();
                for (key, row) in &rows {
                    if self.is_going(&held.plan, source, key).await? {
                        continue;
                    }
                    let Some((_, mentioned)) =
                        target_key(&self.directory, source, edge, key, &row.record)
                    else {
                        continue;
                    };
                    let decl = source.field(edge.field);
                    let to = match (on_erased, decl) {
                        (OnErased::Nullify, Some(decl)) if decl.optional => Value::Null,
                        (_, Some(decl)) => {
                            self.pseudonym(&held.plan, target.name, &mentioned, decl.kind)
                        }
                        (_, None) => continue,
                    };
                    let effect = Effect::Rewrite { field: edge.field, to };
                    steps.push(ErasureStep { record: source, key: key.clone(), effect });
                }
                let applied = self.directory.apply(&held.permit(), source, &steps).await?;
                for (step, applied) in steps.iter().zip(applied) {
                    match applied {
                        Applied::Done => changed += 1,
                        Applied::Absent => {}
                        Applied::Held => self.repair_later(held, step).await?,
                    }
                }
            }
        }
        Ok(changed)
    }

    /// A held row still mentions an erased one: it is rewritten when the hold is released.
    async fn repair_later(&self, held: &mut Held<'_>, step: &ErasureStep) -> Result<()> {
        let Effect::Rewrite { field, to } = &step.effect else {
            return Ok(());
        };
        let id = ErasureStepRow::id_of(held.plan.id, step.record.name, &step.key, Some(field));
        if self.store.step(id).await?.is_some() {
            return Ok(());
        }
        let rows = self.directory.rows(step.record, std::slice::from_ref(&step.key)).await?;
        let row = rows.get(&step.key).map(|row| row.record.as_slice());
        let repair = ErasureStepRow {
            id,
            plan_id: held.plan.id,
            record: step.record.name.to_owned(),
            key: step.key.to_bytes(),
            position: self.directory.position(step.record),
            pass: NEVER,
            state: StepState::Deferred,
            outcome: Outcome::Repair,
            hold_id: self.holds.over(step.record, &step.key, row).await?,
            until: None,
            field: Some((*field).to_owned()),
            value: Some(Key::from_parts(None, to.clone()).to_bytes()),
            attempts: 0,
        };
        let commit = self.env.commit()?.change(Write::Insert(repair));
        held.save(commit).await
    }

    async fn repair(
        &self,
        held: &mut Held<'_>,
        record: &'static RecordType,
        repairs: Vec<Step>,
    ) -> Result<()> {
        let mut effects = Vec::new();
        for repair in &repairs {
            let name = repair.record.field.as_deref().unwrap_or_default();
            let field = record.field(name).map(|field| field.name);
            let value = repair.record.value.as_deref().map(Key::from_bytes);
            let (Some(field), Some(Ok(value))) = (field, value) else {
                return Err(Self::corrupt("a repair names no field or value"));
            };
            let effect = Effect::Rewrite { field, to: value.id().clone() };
            effects.push(ErasureStep { record, key: step_key(&repair.record)?, effect });
        }
        let applied = self.directory.apply(&held.permit(), record, &effects).await?;
        let mut commit = self.env.commit()?;
        for (mut repair, applied) in repairs.into_iter().zip(applied) {
            repair.record.state = match applied {
                Applied::Held => StepState::Deferred,
                Applied::Done | Applied::Absent => StepState::Done,
            };
            commit = commit.change(update(repair));
        }
        held.save(commit).await
    }
}

fn update(step: Step) -> Write<ErasureStepRow> {
    Write::Update { record: step.record, read: step.version }
}

/// Repeating a minimization must not make a pseudonym of a pseudonym.
fn is_pseudonym(value: &Value) -> bool {
    match value {
        Value::Text(text) => text.starts_with(ERASED),
        Value::Bytes(bytes) => bytes.get(..4) == Some(ERASED_ID),
        Value::Null | Value::Int(_) => false,
    }
}

/// How many steps to take from the front so that no row is split: at most `most`, but never less
/// than the first row. `owners` names the row of each step; those of one row follow each other.
fn whole_rows(owners: &[usize], most: usize) -> usize {
    let mut taken = 0;
    for row in owners.chunk_by(|one, next| one == next) {
        if taken > 0 && taken + row.len() > most {
            break;
        }
        taken += row.len();
    }
    taken
}

/// Whether an error is about the rows of a batch rather than about the store as a whole.
fn is_of_rows(error: &crate::Error) -> bool {
    use alley_core::StoreErrorKind;
    match error {
        crate::Error::Store(error) => {
            matches!(
                error.kind(),
                StoreErrorKind::Corrupt { .. } | StoreErrorKind::Duplicate { .. }
            )
        }
        _ => false,
    }
}

const ERASED: &str = "erased-";
/// The first bytes of an id that is a pseudonym; as a UUIDv7 it would be of the year 10889.
const ERASED_ID: &[u8] = &[0xff; 4];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steps_of_one_row_are_never_split() {
        let owners = [0, 0, 0, 1, 1, 2, 2, 2, 3];
        assert_eq!(whole_rows(&owners, 4), 3);
        assert_eq!(whole_rows(&owners, 5), 5);
        assert_eq!(whole_rows(&owners, 7), 5);
        assert_eq!(whole_rows(&owners, 100), 9);
        assert_eq!(whole_rows(&owners, 2), 3, "a row above the limit goes alone");
        assert_eq!(whole_rows(&[], 4), 0);
    }
}
