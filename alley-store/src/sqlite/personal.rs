//! Finding, exporting and erasing what the record types declare.

use std::sync::atomic::Ordering;

use alley_core::{
    Applied, EdgeDecl, Effect, ErasureStep, Field as _, HoldAction, HoldMark, Key, Page,
    PageRequest, Permit, PersonalRecords, RecordType, StoreError, StoreErrorKind, StoredRow, Value,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rusqlite::Connection;

use super::{Shared, SqliteStore, driver};
use crate::engine::Engine;
use crate::failure;
use crate::failure::undeclared;
use crate::sql::{EdgeSql, Keyset, RecordSql, erase, rewrite};
use crate::{effect as effects, page, reach, row};

#[async_trait]
impl PersonalRecords for SqliteStore {
    fn store_name(&self) -> &'static str {
        "sqlite"
    }

    fn record_types(&self) -> Vec<&'static RecordType> {
        let bindings = self.shared.catalogue.bindings();
        bindings.into_iter().map(|binding| binding.record).collect()
    }

    async fn by_subject(
        &self,
        record: &'static RecordType,
        subject: &Value,
        page: PageRequest,
    ) -> Result<Page<Key>, StoreError> {
        let subject = subject.clone();
        self.read(move |connection, shared| {
            let sql = &shared.catalogue.record(record)?.personal;
            let pages = sql.subject.as_ref().ok_or_else(|| undeclared(record, "subject"))?;
            let page = page::of(pages, "by_subject", vec![subject], &page)?;
            let rows = driver::rows(connection, page.text, &page.values)?;
            page::keys("by_subject", record, rows, page.limit, false)
        })
        .await
    }

    async fn reach(
        &self,
        record: &'static RecordType,
        edge: &'static EdgeDecl,
        targets: &[Key],
        page: PageRequest,
    ) -> Result<Page<Key>, StoreError> {
        let targets = reach::distinct(targets);
        self.read(move |connection, shared| {
            let edges = &shared.catalogue.record(record)?.personal.edges;
            let sql = edges.iter().find(|sql| sql.field == edge.field);
            let sql = sql.ok_or_else(|| undeclared(record, "such edge"))?;
            // One picture of the data for all targets.
            let snapshot = connection.unchecked_transaction().map_err(driver::failed)?;
            reach_page(&snapshot, sql, record, &targets, &page)
        })
        .await
    }

    async fn due(
        &self,
        record: &'static RecordType,
        until: DateTime<Utc>,
        page: PageRequest,
    ) -> Result<Page<Key>, StoreError> {
        self.read(move |connection, shared| {
            let sql = &shared.catalogue.record(record)?.personal;
            let pages = sql.due.as_ref().ok_or_else(|| undeclared(record, "anchor"))?;
            let page = page::of(pages, "due", vec![until.to_value()], &page)?;
            let rows = driver::rows(connection, page.text, &page.values)?;
            page::keys("due", record, rows, page.limit, true)
        })
        .await
    }

    async fn export(
        &self,
        record: &'static RecordType,
        keys: &[Key],
    ) -> Result<Vec<(Key, StoredRow)>, StoreError> {
        let keys = keys.to_vec();
        self.read(move |connection, shared| {
            let sql = shared.catalogue.record(record)?;
            let snapshot = connection.unchecked_transaction().map_err(driver::failed)?;
            let mut found = Vec::new();
            for key in keys {
                let Some(values) = row::key_values(record, &key) else {
                    continue;
                };
                if let Some(values) = driver::row(&snapshot, &sql.get, &values)? {
                    found.push((key, row::stored(record, values)?));
                }
            }
            Ok(found)
        })
        .await
    }

    async fn apply(
        &self,
        permit: &Permit,
        steps: &[ErasureStep],
    ) -> Result<Vec<Applied>, StoreError> {
        let fence = [permit.plan().to_value(), Value::Int(permit.fencing())];
        let steps = steps.to_vec();
        self.write(move |connection, shared| {
            let raise = &shared.catalogue.kernel.fence_raise;
            if driver::execute(connection, raise, &fence).map_err(driver::failed)? == 0 {
                return Err(failure::other("another worker took over this erasure plan"));
            }
            let applied = steps.iter().map(|step| take(connection, shared, step));
            let applied = applied.collect::<Result<Vec<_>, _>>()?;
            if applied.contains(&Applied::Done) {
                shared.erased.store(true, Ordering::SeqCst);
            }
            Ok(applied)
        })
        .await
    }

    async fn set_hold(&self, mark: &HoldMark) -> Result<(), StoreError> {
        let mark = mark.clone();
        self.write(move |connection, shared| {
            let text = match mark.action {
                HoldAction::Place => &shared.own.hold_place,
                HoldAction::Lift => &shared.own.hold_lift,
            };
            for key in &mark.keys {
                let [record, key] = held(mark.record, key);
                driver::execute(connection, text, &[record, key, mark.hold.to_value()])
                    .map_err(driver::failed)?;
            }
            Ok(())
        })
        .await
    }
}

/// Rows target by target: each step is one look into an index.
fn reach_page(
    connection: &Connection,
    sql: &EdgeSql,
    record: &'static RecordType,
    targets: &[Key],
    page: &PageRequest,
) -> Result<Page<Key>, StoreError> {
    let after = reach::place(page)?;
    let limit = page::limit(page);
    let mut found: Vec<(Value, Key)> = Vec::new();
    for target in targets {
        let wanted = limit.saturating_add(1).saturating_sub(found.len());
        if wanted == 0 {
            break;
        }
        let (pages, mut values): (&Keyset, _) = match (target.tenant(), &sql.of_tenant) {
            (None, _) => (&sql.of_any, Vec::new()),
            (Some(tenant), Some(pages)) => (pages, vec![tenant.to_value()]),
            (Some(_), None) => continue,
        };
        values.push(target.id().clone());
        let mark = reach::mark(target);
        let text = match &after {
            Some(after) if *target < after.target => continue,
            Some(after) if *target == after.target => {
                page::behind(pages, &mark, &after.row, &mut values)
            }
            _ => &pages.first,
        };
        values.push(Value::Int(i64::try_from(wanted).unwrap_or(i64::MAX)));
        for row in driver::rows(connection, text, &values)? {
            found.push((mark.clone(), row::key(record, row)?));
        }
    }
    Ok(page::places_to_page(reach::LISTING, found, limit))
}

/// The arguments that name a row in the table of holds.
fn held(record: &RecordType, key: &Key) -> [Value; 2] {
    [Value::Text(record.name.to_owned()), Value::bytes(key.to_bytes())]
}

fn take(
    connection: &Connection,
    shared: &Shared,
    step: &ErasureStep,
) -> Result<Applied, StoreError> {
    let ErasureStep { record, key, effect } = step;
    let sql = shared.catalogue.record(record)?;
    let changed = match row::key_values(record, key) {
        None => 0,
        Some(values) => {
            let values = values.into_iter().chain(held(record, key)).collect();
            affect(connection, shared, sql, effect, values)?
        }
    };
    if changed > 0 {
        return Ok(Applied::Done);
    }
    let covers = &shared.own.hold_covers;
    let covered = driver::row(connection, covers, &held(record, key))?.is_some();
    Ok(if covered { Applied::Held } else { Applied::Absent })
}

/// How many rows an effect changed; `values` are the key, the record's name and the key's bytes.
fn affect(
    connection: &Connection,
    shared: &Shared,
    sql: &RecordSql,
    effect: &Effect,
    mut values: Vec<Value>,
) -> Result<usize, StoreError> {
    let record = sql.binding.record;
    let changed = effects::fields(record, effect)?;
    values.extend(changed.iter().map(|field| effects::value(effect, field)));
    let text = match (effect, changed.as_slice()) {
        (Effect::Delete, _) => erase(&sql.binding),
        (_, []) => return Ok(0),
        (_, changed) => rewrite(&sql.binding, changed),
    };
    let text = Engine::Sqlite.placeholders(&shared.renamed(record, text));
    let names: Vec<_> = changed.iter().map(|field| field.name).collect();
    match driver::execute(connection, &text, &values) {
        Err(error) if driver::is_duplicate(&error) => {
            let broken = |fields: &[&str]| fields.iter().any(|field| names.contains(field));
            let rule = record.unique.iter().find(|rule| broken(rule.fields));
            let (record, rule) = (record.name, rule.map_or("", |rule| rule.name));
            Err(StoreErrorKind::Duplicate { record, rule }.into())
        }
        changed => changed.map_err(driver::failed),
    }
}
