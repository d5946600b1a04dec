//! What a plan would do, in numbers.

use alley_core::{Digest32, PlanId};
use chrono::{DateTime, Utc};

use super::engine::Engine;
use super::model::Outcome;
use super::plan::{PlanState, StepState};
use crate::error::Result;

/// What a plan does, or did.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Preview {
    /// The plan.
    pub plan: PlanId,
    /// How far it has come.
    pub state: PlanState,
    /// Why it was refused or is stuck.
    pub reason: Option<String>,
    /// SHA-256 of what was decided.
    pub plan_hash: Option<Digest32>,
    /// Nothing is erased before.
    pub due_at: DateTime<Utc>,
    /// Rows by type and outcome, in the order of the declarations.
    pub lines: Vec<PreviewLine>,
    /// Subprocessors that are asked to erase, by id.
    pub remote: Vec<String>,
}

/// Rows of one type with one outcome.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct PreviewLine {
    /// Name of the record type.
    pub record: &'static str,
    /// What happens, or why the rows stay.
    pub outcome: Outcome,
    /// How far.
    pub state: StepState,
    /// How many rows.
    pub rows: u64,
}

impl Preview {
    /// How many rows have an outcome, over all types.
    pub fn rows(&self, outcome: Outcome) -> u64 {
        self.lines.iter().filter(|line| line.outcome == outcome).map(|line| line.rows).sum()
    }
}

impl Engine {
    pub(crate) async fn preview(&self, id: PlanId) -> Result<Preview> {
        let plan = self.load(id).await?.record;
        let mut lines = Vec::new();
        for record in self.directory.records() {
            for state in StepState::ALL {
                for outcome in Outcome::ALL {
                    let count = self.store.count_steps(id, record.name, *state, *outcome);
                    let rows = count.await?;
                    if rows > 0 {
                        let (outcome, state) = (*outcome, *state);
                        lines.push(PreviewLine { record: record.name, outcome, state, rows });
                    }
                }
            }
        }
        let tenant = matches!(self.root(&plan)?, Some(super::plan::Root::Tenant { .. }));
        let legs = self.legs.iter().filter(|_| tenant);
        Ok(Preview {
            plan: id,
            state: plan.state,
            reason: plan.reason,
            plan_hash: plan.plan_hash,
            due_at: plan.due_at,
            lines,
            remote: legs.map(|leg| leg.subprocessor().to_owned()).collect(),
        })
    }
}
