//! Rows that hang on many targets over an edge. Each target is one look into an index, all of them
//! one statement.

use alley_core::{Field as _, Key, RecordType, StoreError, Value};

use super::columns;
use super::connection::{Session, Work};
use super::driver::Argument;
use super::failure::Failure;
use crate::reach::{Place, mark};
use crate::sql::{EdgeBatch, EdgeSql, Keyset, ReachSql};
use crate::{page, row};

/// Up to one row more than `limit`, in the order of the targets, each with the mark of its target.
pub(super) struct Reach<'a> {
    pub(super) record: &'static RecordType,
    pub(super) sql: &'a EdgeSql,
    pub(super) batch: &'a EdgeBatch,
    /// In order, none twice.
    pub(super) targets: &'a [Key],
    pub(super) after: Option<&'a Place>,
    pub(super) limit: usize,
}

impl Work for Reach<'_> {
    type Output = Vec<(Value, Key)>;

    async fn run(&self, session: &mut Session<'_>) -> Result<Self::Output, Failure> {
        let mut found = Vec::new();
        if let Some(place) = self.after.filter(|place| self.targets.contains(&place.target)) {
            self.rest(session, place, &mut found).await?;
        }
        let ahead = |target: &&Key| self.after.is_none_or(|place| **target > place.target);
        // Targets without a tenant come first in their order.
        let (of_tenant, of_any): (Vec<&Key>, Vec<&Key>) =
            self.targets.iter().filter(ahead).partition(|target| target.tenant().is_some());
        self.group(session, Some(&self.batch.of_any), &of_any, &mut found).await?;
        self.group(session, self.batch.of_tenant.as_ref(), &of_tenant, &mut found).await?;
        Ok(found)
    }
}

impl Reach<'_> {
    fn wanted(&self, found: &[(Value, Key)]) -> Value {
        let wanted = self.limit.saturating_add(1).saturating_sub(found.len());
        Value::Int(i64::try_from(wanted).unwrap_or(i64::MAX))
    }

    /// What is left of the target at which the page before ended.
    async fn rest(
        &self,
        session: &mut Session<'_>,
        Place { target, row }: &Place,
        found: &mut Vec<(Value, Key)>,
    ) -> Result<(), Failure> {
        let (pages, batch): (&Keyset, &ReachSql) =
            match (target.tenant(), &self.sql.of_tenant, &self.batch.of_tenant) {
                (None, _, _) => (&self.sql.of_any, &self.batch.of_any),
                (Some(_), Some(pages), Some(batch)) => (pages, batch),
                (Some(_), _, _) => return Ok(()),
            };
        let mut values = arguments(target);
        if !fits(batch, &values) {
            return Ok(());
        }
        let mark = mark(target);
        let text = page::behind(pages, &mark, row, &mut values);
        values.push(self.wanted(found));
        for row in session.list(text, &values).await? {
            found.push((mark.clone(), row::key(self.record, row)?));
        }
        Ok(())
    }

    async fn group(
        &self,
        session: &mut Session<'_>,
        batch: Option<&ReachSql>,
        targets: &[&Key],
        found: &mut Vec<(Value, Key)>,
    ) -> Result<(), Failure> {
        let wanted = self.wanted(found);
        let Some(batch) = batch.filter(|_| wanted > Value::Int(0)) else {
            return Ok(());
        };
        // What a column cannot hold, no row has.
        let targets: Vec<_> = targets.iter().map(|target| (*target, arguments(target))).collect();
        let targets: Vec<_> =
            targets.into_iter().filter(|(_, values)| fits(batch, values)).collect();
        if targets.is_empty() {
            return Ok(());
        }
        let rows: Vec<_> = targets.iter().map(|(_, values)| values.clone()).collect();
        let mut arguments = columns::of(&batch.elements, &rows);
        arguments.push(Argument::One(&wanted));
        for mut row in session.rows(&batch.text, &arguments).await? {
            let wrong = || StoreError::corrupt(self.record.name, "a row has no place");
            let place = match (!row.is_empty()).then(|| row.remove(0)) {
                Some(Value::Int(place)) => usize::try_from(place).ok(),
                _ => None,
            };
            let target = place.and_then(|place| targets.get(place.checked_sub(1)?));
            let (target, _) = target.ok_or_else(wrong)?;
            found.push((mark(target), row::key(self.record, row)?));
        }
        Ok(())
    }
}

fn arguments(target: &Key) -> Vec<Value> {
    target
        .tenant()
        .map(|tenant| tenant.to_value())
        .into_iter()
        .chain([target.id().clone()])
        .collect()
}

fn fits(batch: &ReachSql, values: &[Value]) -> bool {
    batch.elements.iter().zip(values).all(|(element, value)| element.holds(value))
}
