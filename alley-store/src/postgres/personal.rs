//! Finding and exporting what the record types declare, and holding it.

use alley_core::{
    Applied, EdgeDecl, ErasureStep, Field as _, HoldAction, HoldMark, Key, Page, PageRequest,
    Permit, PersonalRecords, RecordType, StoreError, StoredRow, Value,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::connection::{Session, Work};
use super::driver::Argument;
use super::erase::Erase;
use super::failure::Failure;
use super::reach::Reach;
use super::records::List;
use super::{PostgresStore, columns};
use crate::failure::undeclared;
use crate::sql::Element;
use crate::{page, reach, row};

#[async_trait]
impl PersonalRecords for PostgresStore {
    fn store_name(&self) -> &'static str {
        "postgres"
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
        let sql = &self.shared.catalogue.record(record)?.personal;
        let pages = sql.subject.as_ref().ok_or_else(|| undeclared(record, "subject"))?;
        let field = record.subject.and_then(|name| record.field(name));
        if field.is_none_or(|field| !Element::of(field.kind).holds(subject)) {
            return Ok(Page::new(Vec::new(), None));
        }
        let page = page::of(pages, "by_subject", vec![subject.clone()], &page)?;
        let rows = self.read(&List { text: page.text, values: &page.values }).await?;
        page::keys("by_subject", record, rows, page.limit, false)
    }

    async fn reach(
        &self,
        record: &'static RecordType,
        edge: &'static EdgeDecl,
        targets: &[Key],
        page: PageRequest,
    ) -> Result<Page<Key>, StoreError> {
        let edges = &self.shared.catalogue.record(record)?.personal.edges;
        let sql = edges.iter().find(|sql| sql.field == edge.field);
        let sql = sql.ok_or_else(|| undeclared(record, "such edge"))?;
        let batch = self.shared.batch(record)?.edges.iter().find(|sql| sql.field == edge.field);
        let batch = batch.ok_or_else(|| undeclared(record, "such edge"))?;
        let (targets, after) = (reach::distinct(targets), reach::place(&page)?);
        let limit = page::limit(&page);
        let work = Reach { record, sql, batch, targets: &targets, after: after.as_ref(), limit };
        Ok(page::places_to_page(reach::LISTING, self.snapshot(&work).await?, limit))
    }

    async fn due(
        &self,
        record: &'static RecordType,
        until: DateTime<Utc>,
        page: PageRequest,
    ) -> Result<Page<Key>, StoreError> {
        let sql = &self.shared.catalogue.record(record)?.personal;
        let pages = sql.due.as_ref().ok_or_else(|| undeclared(record, "anchor"))?;
        let page = page::of(pages, "due", vec![until.to_value()], &page)?;
        let rows = self.read(&List { text: page.text, values: &page.values }).await?;
        page::keys("due", record, rows, page.limit, true)
    }

    async fn export(
        &self,
        record: &'static RecordType,
        keys: &[Key],
    ) -> Result<Vec<(Key, StoredRow)>, StoreError> {
        let rows = self.read(&Export { record, keys }).await?;
        let rows = rows.into_iter().map(|values| {
            let stored = row::stored(record, values)?;
            Ok((row::key_of_row(record, &stored.record)?, stored))
        });
        rows.collect()
    }

    async fn apply(
        &self,
        permit: &Permit,
        steps: &[ErasureStep],
    ) -> Result<Vec<Applied>, StoreError> {
        self.write(&Erase { permit, steps }).await
    }

    async fn set_hold(&self, mark: &HoldMark) -> Result<(), StoreError> {
        self.write(mark).await
    }
}

struct Export<'a> {
    record: &'static RecordType,
    keys: &'a [Key],
}

impl Work for Export<'_> {
    type Output = Vec<Vec<Value>>;

    async fn run(&self, session: &mut Session<'_>) -> Result<Self::Output, Failure> {
        let batch = session.shared.batch(self.record)?;
        let keys = self.keys.iter().filter_map(|key| row::key_values(self.record, key));
        let keys: Vec<_> = keys.collect();
        session.rows(&batch.get, &columns::of(&batch.key, &keys)).await
    }
}

impl Work for HoldMark {
    type Output = ();

    async fn run(&self, session: &mut Session<'_>) -> Result<(), Failure> {
        let own = &session.shared.own;
        let text = match self.action {
            HoldAction::Place => &own.holds_place,
            HoldAction::Lift => &own.holds_lift,
        };
        let record = Value::Text(self.record.name.to_owned());
        let keys: Vec<_> = self.keys.iter().map(|key| Value::bytes(key.to_bytes())).collect();
        let hold = self.hold.to_value();
        let keys = Argument::Many(Element::Bytes, keys.iter().collect());
        session.execute(text, &[(&record).into(), keys, (&hold).into()]).await?;
        Ok(())
    }
}
