//! Finding, exporting and erasing records of the memory store.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::fault::Fault;
use super::state::State;
use super::{MemoryStore, value};
use crate::error::{StoreError, StoreErrorKind};
use crate::page::{Cursor, Page, PageRequest};
use crate::personal::{
    Applied, Effect, ErasureStep, HoldAction, HoldMark, Permit, PersonalRecords,
};
use crate::record::{EdgeDecl, Key, RecordType};
use crate::store::StoredRow;
use crate::value::{Field as _, Value};

#[async_trait]
impl PersonalRecords for MemoryStore {
    fn store_name(&self) -> &'static str {
        "memory"
    }

    /// Nothing: a memory store keeps whatever it is given, so the caller says what it looks for.
    fn record_types(&self) -> Vec<&'static RecordType> {
        Vec::new()
    }

    async fn by_subject(
        &self,
        record: &'static RecordType,
        subject: &Value,
        page: PageRequest,
    ) -> Result<Page<Key>, StoreError> {
        let field = record.subject.ok_or_else(|| undeclared(record, "subject"))?;
        let state = self.lock();
        let found =
            state.rows(record).filter(|(_, row)| value(record, &row.record, field) == subject);
        keys("by_subject", found.map(|(key, _)| (Value::Null, key.clone())), page)
    }

    async fn reach(
        &self,
        record: &'static RecordType,
        edge: &'static EdgeDecl,
        targets: &[Key],
        page: PageRequest,
    ) -> Result<Page<Key>, StoreError> {
        let state = self.lock();
        let hangs = |key: &Key, row: &StoredRow| {
            let mentioned = value(record, &row.record, edge.field);
            targets.iter().any(|target| {
                let within = target.tenant().is_none() || key.tenant() == target.tenant();
                within && target.id() == mentioned
            })
        };
        let found = state.rows(record).filter(|(key, row)| hangs(key, row));
        keys("reach", found.map(|(key, _)| (Value::Null, key.clone())), page)
    }

    async fn due(
        &self,
        record: &'static RecordType,
        until: DateTime<Utc>,
        page: PageRequest,
    ) -> Result<Page<Key>, StoreError> {
        let field = record.anchor.ok_or_else(|| undeclared(record, "anchor"))?;
        let until = until.to_value();
        let state = self.lock();
        let found = state.rows(record).filter_map(|(key, row)| {
            let anchor = value(record, &row.record, field);
            (*anchor != Value::Null && *anchor <= until).then(|| (anchor.clone(), key.clone()))
        });
        keys("due", found, page)
    }

    async fn export(
        &self,
        record: &'static RecordType,
        keys: &[Key],
    ) -> Result<Vec<(Key, StoredRow)>, StoreError> {
        let state = self.lock();
        let found = keys
            .iter()
            .filter_map(|key| state.row(record, key).map(|stored| (key.clone(), stored.clone())));
        Ok(found.collect())
    }

    async fn apply(
        &self,
        permit: &Permit,
        steps: &[ErasureStep],
    ) -> Result<Vec<Applied>, StoreError> {
        let mut state = self.lock();
        let seen = state.fencing.entry(permit.plan()).or_default();
        if permit.fencing() < *seen {
            return Err(StoreError::with_source(
                StoreErrorKind::Other,
                "another worker took over this erasure plan",
            ));
        }
        *seen = permit.fencing();
        Ok(steps.iter().map(|step| state.erase(step)).collect())
    }

    async fn set_hold(&self, mark: &HoldMark) -> Result<(), StoreError> {
        let mut state = self.lock();
        for key in &mark.keys {
            let entry = (mark.hold, mark.record.name, key.clone());
            match mark.action {
                HoldAction::Place => state.holds.insert(entry),
                HoldAction::Lift => state.holds.remove(&entry),
            };
        }
        Ok(())
    }
}

impl State {
    fn erase(&mut self, step: &ErasureStep) -> Applied {
        let ErasureStep { record, key, effect } = step;
        let held = self.holds.iter().any(|(_, name, held)| *name == record.name && held == key);
        if held && !self.breaks(Fault::IgnoresHolds) {
            return Applied::Held;
        }
        let Some(stored) = self.row(record, key).cloned() else {
            return Applied::Absent;
        };
        let mut row = stored.record.clone();
        match effect {
            Effect::Delete => {
                self.put(record, key, None);
                return Applied::Done;
            }
            Effect::Minimize { fields } => {
                for field in fields {
                    if let Some(decl) = record.field(field) {
                        set(record, &mut row, field, decl.blank());
                    }
                }
            }
            Effect::Rewrite { field, to } => set(record, &mut row, field, to.clone()),
        }
        if row == stored.record {
            return Applied::Absent;
        }
        self.put(record, key, Some(StoredRow::new(row, stored.version.next())));
        Applied::Done
    }
}

fn set(record: &RecordType, row: &mut [Value], field: &str, to: Value) {
    if let Some(slot) = record.position(field).and_then(|position| row.get_mut(position)) {
        *slot = to;
    }
}

fn undeclared(record: &RecordType, what: &str) -> StoreError {
    let text = format!("record type {} declares no {what}", record.name);
    StoreError::with_source(StoreErrorKind::Other, text)
}

fn keys(
    name: &'static str,
    found: impl Iterator<Item = (Value, Key)>,
    page: PageRequest,
) -> Result<Page<Key>, StoreError> {
    let after = match page.after {
        Some(cursor) => Some(
            cursor
                .open(name)
                .map_err(|error| StoreError::with_source(StoreErrorKind::Other, error))?,
        ),
        None => None,
    };
    let mut places: Vec<(Value, Key)> =
        found.filter(|place| after.as_ref().is_none_or(|after| place > after)).collect();
    places.sort();
    let limit = usize::try_from(page.limit.clamp(1, PageRequest::MAX)).unwrap_or(1);
    let more = places.len() > limit;
    places.truncate(limit);
    let next = places.last().filter(|_| more).map(|(order, key)| Cursor::new(name, order, key));
    Ok(Page::new(places.into_iter().map(|(_, key)| key).collect(), next))
}
