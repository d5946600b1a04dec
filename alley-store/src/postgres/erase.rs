//! Effects on rows that no hold covers.

use std::collections::{HashMap, HashSet};

use alley_core::{
    Applied, Effect, ErasureStep, Field as _, FieldDecl, Key, Permit, RecordType, StoreError,
    StoreErrorKind, Value,
};

use super::columns;
use super::connection::{Session, Work};
use super::driver::Argument;
use super::failure::{self, Failure};
use crate::failure::other;
use crate::sql::{Element, rewrite_batch};
use crate::{effect, row};

/// Steps in one transaction, in their order.
pub(super) struct Erase<'a> {
    pub(super) permit: &'a Permit,
    pub(super) steps: &'a [ErasureStep],
}

impl Work for Erase<'_> {
    type Output = Vec<Applied>;

    async fn run(&self, session: &mut Session<'_>) -> Result<Self::Output, Failure> {
        let fence = [self.permit.plan().to_value(), Value::Int(self.permit.fencing())];
        let raise = &session.shared.catalogue.kernel.fence_raise;
        let fence: Vec<_> = fence.iter().map(Argument::One).collect();
        if session.execute(raise, &fence).await? == 0 {
            return Err(other("another worker took over this erasure plan").into());
        }
        let mut done = HashSet::new();
        for run in runs(self.steps)? {
            affect(session, &run, self.steps, &mut done).await?;
        }
        self.outcomes(session, &done).await
    }
}

impl Erase<'_> {
    /// What was not done is held, or is not there.
    async fn outcomes(
        &self,
        session: &mut Session<'_>,
        done: &HashSet<usize>,
    ) -> Result<Vec<Applied>, Failure> {
        let mut left: HashMap<&'static str, Vec<Value>> = HashMap::new();
        for (place, step) in self.steps.iter().enumerate() {
            if !done.contains(&place) {
                left.entry(step.record.name).or_default().push(Value::bytes(step.key.to_bytes()));
            }
        }
        let mut held = HashSet::new();
        for (record, keys) in left {
            let name = Value::Text(record.to_owned());
            let keys = Argument::Many(Element::Bytes, keys.iter().collect());
            let text = &session.shared.own.holds_cover;
            for row in session.rows(text, &[(&name).into(), keys]).await? {
                if let [Value::Bytes(key)] = row.as_slice() {
                    held.insert((record, key.clone()));
                }
            }
        }
        let outcome = |(place, step): (usize, &ErasureStep)| {
            if done.contains(&place) {
                return Applied::Done;
            }
            let covered = held.contains(&(step.record.name, step.key.to_bytes().into()));
            if covered { Applied::Held } else { Applied::Absent }
        };
        Ok(self.steps.iter().enumerate().map(outcome).collect())
    }
}

/// Steps of one record type that do the same to different rows.
struct Run {
    record: &'static RecordType,
    fields: Vec<&'static FieldDecl>,
    /// Places among the steps, by key.
    places: HashMap<Key, usize>,
    /// Places in order.
    order: Vec<usize>,
    is_delete: bool,
}

/// A step joins the newest run of its record type if that does the same to other rows: rows of
/// different types do not look at each other.
fn runs(steps: &[ErasureStep]) -> Result<Vec<Run>, StoreError> {
    let mut runs: Vec<Run> = Vec::new();
    let mut newest: HashMap<&'static str, usize> = HashMap::new();
    for (place, ErasureStep { record, key, effect }) in steps.iter().enumerate() {
        let fields = effect::fields(record, effect)?;
        let is_delete = *effect == Effect::Delete;
        if row::key_values(record, key).is_none() || (fields.is_empty() && !is_delete) {
            continue;
        }
        let open = newest.get(record.name).and_then(|newest| runs.get_mut(*newest));
        let open = open.filter(|run| {
            run.is_delete == is_delete && run.fields == fields && !run.places.contains_key(key)
        });
        if let Some(run) = open {
            run.places.insert(key.clone(), place);
            run.order.push(place);
            continue;
        }
        newest.insert(record.name, runs.len());
        let places = HashMap::from([(key.clone(), place)]);
        runs.push(Run { record, fields, places, order: vec![place], is_delete });
    }
    Ok(runs)
}

async fn affect(
    session: &mut Session<'_>,
    run: &Run,
    steps: &[ErasureStep],
    done: &mut HashSet<usize>,
) -> Result<(), Failure> {
    let shared = session.shared;
    let batch = shared.batch(run.record)?;
    let steps = run.order.iter().filter_map(|place| steps.get(*place));
    let rows: Vec<Vec<Value>> = steps
        .filter_map(|ErasureStep { record, key, effect }| {
            let mut values = row::key_values(record, key)?;
            values.push(Value::bytes(key.to_bytes()));
            values.extend(run.fields.iter().map(|field| effect::value(effect, field)));
            Some(values)
        })
        .collect();
    let changed = run.fields.iter().map(|field| Element::of(field.kind));
    let elements: Vec<_> =
        batch.key.iter().copied().chain([Element::Bytes]).chain(changed).collect();
    let name = Value::Text(run.record.name.to_owned());
    let mut arguments = columns::of(&elements, &rows);
    arguments.push(Argument::One(&name));
    let rewritten;
    let text = if run.is_delete {
        &batch.erase
    } else {
        rewritten = rewrite_batch(&shared.catalogue.record(run.record)?.binding, &run.fields);
        &rewritten
    };
    let touched = match session.rows(text, &arguments).await {
        Err(Failure::Engine(error)) => return Err(broken(session, run, error)),
        touched => touched?,
    };
    for row in touched {
        done.extend(run.places.get(&row::key(run.record, row)?));
    }
    Ok(())
}

fn broken(session: &Session<'_>, run: &Run, error: sqlx::Error) -> Failure {
    match failure::broken_rule(&error) {
        None => error.into(),
        Some(index) => {
            let (record, rule) =
                session.shared.rules.get(index).copied().unwrap_or((run.record.name, ""));
            StoreError::from(StoreErrorKind::Duplicate { record, rule }).into()
        }
    }
}
