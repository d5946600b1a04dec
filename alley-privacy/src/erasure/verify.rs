//! Looking again: mentions of erased rows that slipped in, and forgetting what is no longer needed.

use alley_core::{Key, PageRequest, RecordType, Versioned, Write};

use super::decide::is_about;
use super::discover::step_key;
use super::engine::{Engine, Held};
use super::model::Outcome;
use super::plan::{ErasurePlan, ErasureStepRow, PlanState, Root, StepState};
use crate::error::Result;

const PAGE: u32 = 500;

impl Engine {
    /// Rewrites mentions of erased rows that were written after the erasure, and mentions of a
    /// person who has no row of their own. Answers how many.
    pub(crate) async fn mend_references(&self, held: &mut Held<'_>) -> Result<u64> {
        let mut page = PageRequest::first(PAGE);
        let mut mended = self.mend_person(held).await?;
        loop {
            let steps = self.store.steps_in_state(held.plan.id, StepState::Done, page).await?;
            let mut at: Option<(&'static RecordType, Vec<Key>)> = None;
            for step in &steps.items {
                let step = &step.record;
                if !matches!(step.outcome, Outcome::Delete | Outcome::Shred) {
                    continue;
                }
                let record = self.directory.record(&step.record)?;
                match &mut at {
                    Some((known, keys)) if known.name == record.name => keys.push(step_key(step)?),
                    _ => {
                        if let Some((record, keys)) = at.take() {
                            mended += self.rewrite_mentions(held, record, &keys).await?;
                        }
                        at = Some((record, vec![step_key(step)?]));
                    }
                }
            }
            if let Some((record, keys)) = at {
                mended += self.rewrite_mentions(held, record, &keys).await?;
            }
            match steps.next {
                Some(cursor) => page = PageRequest::after(cursor, PAGE),
                None => return Ok(mended),
            }
        }
    }

    /// Rewrites mentions of the person that the plan is about in rows that stay, if there is no row
    /// of the person: somebody can be written to whom no sync brought in.
    async fn mend_person(&self, held: &mut Held<'_>) -> Result<u64> {
        let Some(Root::Person { tenant, kind, reference }) = self.root(&held.plan)? else {
            return Ok(0);
        };
        let key = Key::of(tenant, &reference);
        let mut mended = 0;
        for record in self.directory.records() {
            let is_person = record.tenant.is_some()
                && record.subject == Some(record.id)
                && is_about(&self.map, record, &kind);
            // A row that is there has a step of its own, and its mentions go with it.
            if is_person && !self.directory.exists(record, &key).await? {
                mended += self.rewrite_mentions(held, record, std::slice::from_ref(&key)).await?;
            }
        }
        Ok(mended)
    }

    /// Drops the steps and the root of a plan with nothing left to do: the keys in them are the last
    /// that names who was erased. Tombstones keep them sealed. Goes on where a crash stopped it.
    pub(crate) async fn forget(&self, held: &mut Held<'_>) -> Result<()> {
        let over = match held.plan.state {
            PlanState::Certified => !self.has_dates(&held.plan).await?,
            PlanState::Refused | PlanState::Withdrawn => true,
            _ => false,
        };
        if !over || held.plan.root.is_none() {
            return Ok(());
        }
        for state in StepState::ALL {
            loop {
                let page = PageRequest::first(PAGE);
                let steps = self.store.steps_in_state(held.plan.id, *state, page).await?.items;
                if steps.is_empty() {
                    break;
                }
                let mut commit = self.env.commit()?;
                for Versioned { record, version, .. } in steps {
                    let key = Key::global(&record.id);
                    commit = commit.change(Write::<ErasureStepRow>::Delete { key, read: version });
                }
                held.save(commit).await?;
            }
        }
        held.plan.root = None;
        held.touch().await
    }

    /// Whether rows of the plan are kept until a date.
    pub(crate) async fn has_dates(&self, plan: &ErasurePlan) -> Result<bool> {
        let from = chrono::DateTime::<chrono::Utc>::MIN_UTC;
        let dated = self.store.steps_until(plan.id, from, PageRequest::first(1)).await?;
        Ok(!dated.items.is_empty())
    }
}
