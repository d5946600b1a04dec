//! The storage kernel over SQLite.

use alley_core::{
    Commit, Committed, Cursor, Key, Page, PageRequest, Query, RecordStore, RecordType, RecordWrite,
    StoreError, StoreErrorKind, StoredRow, Value,
};
use async_trait::async_trait;
use rusqlite::Connection;

use super::{Shared, SqliteStore, commit, driver};
use crate::row;
use crate::sql::{Keyset, QuerySql};

#[async_trait]
impl RecordStore for SqliteStore {
    async fn get(
        &self,
        record: &'static RecordType,
        key: &Key,
    ) -> Result<Option<StoredRow>, StoreError> {
        let key = row::key_values(record, key);
        self.read(move |connection, shared| {
            let sql = commit::sql(shared, record)?;
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
            let sql = query_sql(shared, query, &arguments)?;
            let (rows, more) = page_rows(connection, &sql.pages, query.name, arguments, &page)?;
            let rows = rows.into_iter().map(|values| row::stored(query.record, values));
            let rows = rows.collect::<Result<Vec<_>, _>>()?;
            let next = match rows.last().filter(|_| more) {
                Some(last) => {
                    let order = row::field(query.record, &last.record, query.order);
                    let key = row::key_of_row(query.record, &last.record)?;
                    Some(Cursor::new(query.name, &order, &key))
                }
                None => None,
            };
            Ok(Page::new(rows, next))
        })
        .await
    }

    async fn count(&self, query: &'static Query, arguments: &[Value]) -> Result<u64, StoreError> {
        let arguments = arguments.to_vec();
        self.read(move |connection, shared| {
            let sql = query_sql(shared, query, &arguments)?;
            let count = driver::number(connection, &sql.count, &arguments)?;
            Ok(count.and_then(|count| u64::try_from(count).ok()).unwrap_or_default())
        })
        .await
    }

    async fn commit(&self, commit: Commit<RecordWrite>) -> Result<Committed, StoreError> {
        self.write(move |connection, shared| commit::apply(connection, shared, commit)).await
    }
}

fn query_sql<'a>(
    shared: &'a Shared,
    query: &Query,
    arguments: &[Value],
) -> Result<&'a QuerySql, StoreError> {
    if arguments.len() != query.arguments() {
        let (name, wanted, given) = (query.name, query.arguments(), arguments.len());
        return Err(driver::other(format!("query {name} takes {wanted} arguments, {given} given")));
    }
    shared.catalogue.query(query).ok_or_else(|| {
        let name = query.name;
        driver::other(format!("query {name} has no index: add it to the queries of its domain"))
    })
}

/// The rows of a page, and whether more follow. The cursor must be one of the listing `name`.
pub(super) fn page_rows(
    connection: &Connection,
    pages: &Keyset,
    name: &str,
    arguments: Vec<Value>,
    page: &PageRequest,
) -> Result<(Vec<Vec<Value>>, bool), StoreError> {
    let limit = page.limit.clamp(1, PageRequest::MAX);
    let mut values = arguments;
    let text = match &page.after {
        None => &pages.first,
        Some(cursor) => {
            let (order, key) = cursor
                .open(name)
                .map_err(|error| StoreError::with_source(StoreErrorKind::Other, error))?;
            place(pages, &order, &key, &mut values)
        }
    };
    values.push(Value::Int(i64::from(limit).saturating_add(1)));
    let mut rows = driver::rows(connection, text, &values)?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    Ok((rows, more))
}

/// The statement that goes on behind a place, whose parts are added to its arguments.
pub(super) fn place<'a>(
    pages: &'a Keyset,
    order: &Value,
    key: &Key,
    values: &mut Vec<Value>,
) -> &'a str {
    if let (Some(text), Value::Null) = (&pages.next_absent, order) {
        let rest = pages.parts.get(1..).unwrap_or_default();
        values.extend(row::place(rest, order, key));
        return text;
    }
    values.extend(row::place(&pages.parts, order, key));
    &pages.next
}
