//! What happens to one doomed row: the circumstances, gathered from map, row, holds and legs.

use alley_core::{Key, RecordType, Value};

use super::engine::Engine;
use super::model::{Circumstances, Outcome, outcome};
use super::plan::{ErasurePlan, ErasureStepRow, Trigger};
use crate::data_map::{DataMap, Strategy};
use crate::directory::field;
use crate::error::Result;

/// What was decided about one row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decision {
    pub(crate) outcome: Outcome,
    pub(crate) hold: Option<alley_core::HoldId>,
    pub(crate) until: Option<chrono::DateTime<chrono::Utc>>,
}

impl Engine {
    /// Decides what happens to a doomed row now. Used for the preview and again before the effect.
    pub(crate) async fn decide(
        &self,
        plan: &ErasurePlan,
        record: &'static RecordType,
        key: &Key,
        row: Option<&[Value]>,
        any_hold: bool,
    ) -> Result<Decision> {
        let hold = if any_hold { self.holds.over(record, key, row).await? } else { None };
        let strategy = self.map.strategy(record);
        let remote_open = strategy == Strategy::RemoteThenPseudonymize
            && self.store.legs(plan.id).await?.iter().any(|leg| !leg.record.is_terminal());
        let until = retain_until(&self.map, plan, record, row);
        let circumstances =
            Circumstances { held: hold.is_some(), strategy, remote_open, retain_until: until };
        let outcome = outcome(&circumstances, self.env.now());
        let until = until.filter(|_| matches!(outcome, Outcome::Minimize | Outcome::Retain));
        Ok(Decision { outcome, hold, until })
    }
}

pub(crate) fn decide_step(step: &mut ErasureStepRow, decision: Decision) {
    step.outcome = decision.outcome;
    step.hold_id = decision.hold;
    step.until = decision.until;
}

/// Whether rows of a type are about persons of a kind: the element of the subject field says so,
/// or, where that field is technical, any element of the type.
pub(crate) fn is_about(map: &DataMap, record: &RecordType, kind: &str) -> bool {
    let Some(subject) = record.subject else {
        return false;
    };
    let names = |path: alley_core::Element| {
        let element = map.element(path.path());
        element.is_some_and(|element| element.data_subjects.iter().any(|known| known == kind))
    };
    match record.field(subject).and_then(|field| field.element) {
        Some(path) => names(path),
        None => record.fields.iter().filter_map(|field| field.element).any(names),
    }
}

/// The end of a row's retention period under a plan, if one runs.
///
/// The period starts with the plan's trigger where the rule names it, or with the row's own anchor,
/// whichever is earlier. A request ends every period but those that law asks for, which are the
/// ones of types that are minimized; these start with the trigger where the row has no anchor.
pub(crate) fn retain_until(
    map: &DataMap,
    plan: &ErasurePlan,
    record: &'static RecordType,
    row: Option<&[Value]>,
) -> Option<chrono::DateTime<chrono::Utc>> {
    let rule = map.retention(record)?;
    let kept =
        matches!(map.strategy(record), Strategy::Minimize | Strategy::RemoteThenPseudonymize);
    if plan.trigger == Trigger::Requested && !kept {
        return None;
    }
    let started = plan
        .trigger
        .of_rules()
        .filter(|trigger| rule.starts_with(trigger))
        .map(|_| plan.trigger_at);
    let anchored = match (record.anchor.filter(|_| rule.is_swept()), row) {
        (Some(anchor), Some(row)) => match field(record, row, anchor) {
            Value::Int(micros) => chrono::DateTime::from_timestamp_micros(*micros),
            _ => None,
        },
        _ => None,
    };
    let start = [started, anchored].into_iter().flatten().min();
    let start = start.or(kept.then_some(plan.trigger_at))?;
    Some(rule.period.end(start))
}
