//! The storage kernel over SQLite.

use alley_core::{
    Commit, Committed, Cursor, EachRow, Key, Page, PageRequest, Query, RecordStore, RecordType,
    RecordWrite, Row, StoreError, StoredRow, Value, Version,
};
use async_trait::async_trait;
use rusqlite::Connection;

use super::{Shared, SqliteStore, commit, driver};
use crate::page::{self, Passing};
use crate::row;

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
            let mut items = Vec::new();
            let keep = |row: &mut Row, version| {
                items.push(StoredRow::new(std::mem::take(row), version));
                Ok(())
            };
            let next = pass(connection, shared, query, arguments, &page, keep)?;
            Ok(Page::new(items, next))
        })
        .await
    }

    async fn query_each(
        &self,
        query: &'static Query,
        arguments: &[Value],
        page: PageRequest,
        each: EachRow,
    ) -> Result<Option<Cursor>, StoreError> {
        let arguments = arguments.to_vec();
        self.read(move |connection, shared| pass(connection, shared, query, arguments, &page, each))
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

/// Hands over the rows of a page as they are read; where the next page begins.
fn pass(
    connection: &Connection,
    shared: &Shared,
    query: &'static Query,
    arguments: Vec<Value>,
    page: &PageRequest,
    mut each: impl FnMut(&mut Row, Version) -> Result<(), StoreError>,
) -> Result<Option<Cursor>, StoreError> {
    let sql = shared.catalogue.query(query, &arguments)?;
    let page = page::of(&sql.pages, query.name, arguments, page)?;
    let mut passing = Passing::new(query, page.limit);
    driver::each_row(connection, page.text, &page.values, |row| match passing.row(row)? {
        Some(version) => each(row, version),
        None => Ok(()),
    })?;
    Ok(passing.next())
}
