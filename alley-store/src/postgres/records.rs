//! The storage kernel over PostgreSQL.

use alley_core::{
    Commit, Committed, Key, Page, PageRequest, Query, RecordStore, RecordType, RecordWrite,
    StoreError, StoreErrorKind, StoredRow, Value,
};
use async_trait::async_trait;

use super::PostgresStore;
use super::connection::{Session, Work};
use super::failure::Failure;
use crate::page::{self, Passing};
use crate::row;

#[async_trait]
impl RecordStore for PostgresStore {
    async fn get(
        &self,
        record: &'static RecordType,
        key: &Key,
    ) -> Result<Option<StoredRow>, StoreError> {
        let sql = self.shared.catalogue.record(record)?;
        let Some(values) = row::key_values(record, key) else {
            return Ok(None);
        };
        let rows = self.read(&List { text: &sql.get, values: &values }).await?;
        rows.into_iter().next().map(|values| row::stored(record, values)).transpose()
    }

    async fn query(
        &self,
        query: &'static Query,
        arguments: &[Value],
        page: PageRequest,
    ) -> Result<Page<StoredRow>, StoreError> {
        let sql = self.shared.catalogue.query(query, arguments)?;
        let page = page::of(&sql.pages, query.name, arguments.to_vec(), &page)?;
        let rows = self.read(&List { text: page.text, values: &page.values }).await?;
        let mut passing = Passing::new(query, page.limit);
        let mut items = Vec::with_capacity(rows.len());
        for mut row in rows {
            if let Some(version) = passing.row(&mut row)? {
                items.push(StoredRow::new(row, version));
            }
        }
        Ok(Page::new(items, passing.next()))
    }

    async fn count(&self, query: &'static Query, arguments: &[Value]) -> Result<u64, StoreError> {
        let sql = self.shared.catalogue.query(query, arguments)?;
        let rows = self.read(&List { text: &sql.count, values: arguments }).await?;
        match rows.first().map(Vec::as_slice) {
            Some([Value::Int(count), ..]) => Ok(u64::try_from(*count).unwrap_or_default()),
            _ => Err(StoreError::new(StoreErrorKind::Other)),
        }
    }

    async fn commit(&self, commit: Commit<RecordWrite>) -> Result<Committed, StoreError> {
        self.apply(&commit).await
    }
}

/// One statement that reads.
pub(super) struct List<'a> {
    pub(super) text: &'a str,
    pub(super) values: &'a [Value],
}

impl Work for List<'_> {
    type Output = Vec<Vec<Value>>;

    async fn run(&self, session: &mut Session<'_>) -> Result<Self::Output, Failure> {
        session.list(self.text, self.values).await
    }
}
