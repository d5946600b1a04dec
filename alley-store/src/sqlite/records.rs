//! The storage kernel over SQLite.

use alley_core::{
    Commit, Committed, Key, Page, PageRequest, Query, RecordStore, RecordType, RecordWrite,
    StoreError, StoredRow, Value,
};
use async_trait::async_trait;

use super::{SqliteStore, commit, driver};
use crate::{page, row};

#[async_trait]
impl RecordStore for SqliteStore {
    async fn get(
        &self,
        record: &'static RecordType,
        key: &Key,
    ) -> Result<Option<StoredRow>, StoreError> {
        let key = row::key_values(record, key);
        self.read(move |connection, shared| {
            let sql = shared.catalogue.record(record)?;
            let Some(key) = key else { return Ok(None) };
            let found = driver::row(connection, &sql.get, &key)?;
            found.map(|values| row::stored(record, values)).transpose()
        })
        .await
    }

    async fn query(
        &self,
        query: &'static Query,
        arguments: &[Value],
        page: PageRequest,
    ) -> Result<Page<StoredRow>, StoreError> {
        let arguments = arguments.to_vec();
        self.read(move |connection, shared| {
            let sql = shared.catalogue.query(query, &arguments)?;
            let page = page::of(&sql.pages, query.name, arguments, &page)?;
            page::stored(query, driver::rows(connection, page.text, &page.values)?, page.limit)
        })
        .await
    }

    async fn count(&self, query: &'static Query, arguments: &[Value]) -> Result<u64, StoreError> {
        let arguments = arguments.to_vec();
        self.read(move |connection, shared| {
            let sql = shared.catalogue.query(query, &arguments)?;
            let count = driver::number(connection, &sql.count, &arguments)?;
            Ok(count.and_then(|count| u64::try_from(count).ok()).unwrap_or_default())
        })
        .await
    }

    async fn commit(&self, commit: Commit<RecordWrite>) -> Result<Committed, StoreError> {
        self.write_over(commit, commit::apply).await
    }
}
