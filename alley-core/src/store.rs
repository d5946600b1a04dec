//! The storage kernel: four calls, and one that stands on them, from which every port of every crate
//! is made.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

use crate::commit::{Commit, Committed, RecordWrite, Version, Versioned};
use crate::error::StoreError;
use crate::page::{Cursor, Page, PageRequest};
use crate::query::Query;
use crate::record::{Key, Record, RecordType, Row};
use crate::value::Value;

/// A row and its version.
pub type StoredRow = Versioned<Row>;

/// What takes the rows of a page one by one: the values out of the row that it is lent, and the version.
/// What it leaves in the row is dropped. The first error ends the reading.
pub type EachRow = Box<dyn FnMut(&mut Row, Version) -> Result<(), StoreError> + Send>;

/// Keeps records of any declared type.
///
/// Each crate has ports of its own (`IdentityStore`, `BillingStore`, …), named for what they hold;
/// whatever implements this kernel implements all of them. A host that keeps, say, accounts in a
/// table of its own implements that one port instead.
///
/// # Contract
/// - A read sees every commit that returned before the read began.
/// - `commit` keeps the contract of [`Commit`].
/// - A query answers rows in its order; paging gives every row that stays unchanged meanwhile
///   exactly once.
/// - Dropping the future of `commit` leaves it applied or not applied, never in between.
/// - A text without U+0000 reads back equal. One with it may be refused as `Other` (PostgreSQL cannot
///   store it).
#[async_trait]
pub trait RecordStore: std::fmt::Debug + Send + Sync + 'static {
    /// The row with this key.
    ///
    /// # Errors
    /// When the store fails; that there is no such row is `Ok(None)`.
    async fn get(
        &self,
        record: &'static RecordType,
        key: &Key,
    ) -> Result<Option<StoredRow>, StoreError>;

    /// The rows that the query selects.
    ///
    /// # Errors
    /// When the store fails, the number of arguments is wrong, or the cursor is of another query.
    async fn query(
        &self,
        query: &'static Query,
        arguments: &[Value],
        page: PageRequest,
    ) -> Result<Page<StoredRow>, StoreError>;

    /// [`query`](Self::query) with each row handed over instead of collected; answers where the next
    /// page begins. Typed reads come this way. A store that reads on a thread of its own can hand over
    /// there, one row in the place of the other; what stands here collects first.
    ///
    /// # Errors
    /// As [`query`](Self::query), or the error of `each`. What `each` was given before is not a page.
    ///
    /// # Cancel safety
    /// After the future was dropped, `each` may still be called for rows of the page. It runs while the
    /// store reads, maybe on a thread of the store: it must neither wait nor call the store.
    async fn query_each(
        &self,
        query: &'static Query,
        arguments: &[Value],
        page: PageRequest,
        each: EachRow,
    ) -> Result<Option<Cursor>, StoreError> {
        let mut each = each;
        let page = self.query(query, arguments, page).await?;
        for mut row in page.items {
            each(&mut row.record, row.version)?;
        }
        Ok(page.next)
    }

    /// How many rows the query selects.
    ///
    /// # Errors
    /// As [`query`](Self::query).
    async fn count(&self, query: &'static Query, arguments: &[Value]) -> Result<u64, StoreError>;

    /// Applies all of a commit, or nothing of it.
    ///
    /// # Errors
    /// See [`StoreErrorKind`](crate::StoreErrorKind).
    async fn commit(&self, commit: Commit<RecordWrite>) -> Result<Committed, StoreError>;
}

/// Typed reads over the kernel.
#[async_trait]
pub trait RecordStoreExt: RecordStore {
    /// The record with this key.
    ///
    /// # Errors
    /// As [`RecordStore::get`]; `Corrupt` when the row cannot be read as `R`.
    async fn record<R: Record>(&self, key: &Key) -> Result<Option<Versioned<R>>, StoreError> {
        let stored = self.get(R::TYPE, key).await?;
        stored.map(|stored| typed(stored.record, stored.version)).transpose()
    }

    /// One page of records.
    ///
    /// # Errors
    /// As [`RecordStore::query`]; `Corrupt` when a row cannot be read as `R`.
    async fn records<R: Record>(
        &self,
        query: &'static Query,
        arguments: &[Value],
        page: PageRequest,
    ) -> Result<Page<Versioned<R>>, StoreError> {
        let found = Arc::<Mutex<Vec<Versioned<R>>>>::default();
        let to = Arc::clone(&found);
        let each = move |row: &mut Row, version| {
            let record = typed(row.drain(..), version)?;
            to.lock().unwrap_or_else(PoisonError::into_inner).push(record);
            Ok(())
        };
        let next = self.query_each(query, arguments, page, Box::new(each)).await?;
        let items = std::mem::take(&mut *found.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(Page::new(items, next))
    }

    /// The first record that the query selects.
    ///
    /// # Errors
    /// As [`records`](Self::records).
    async fn first<R: Record>(
        &self,
        query: &'static Query,
        arguments: &[Value],
    ) -> Result<Option<Versioned<R>>, StoreError> {
        let page = self.records(query, arguments, PageRequest::first(1)).await?;
        Ok(page.items.into_iter().next())
    }
}

impl<S: RecordStore + ?Sized> RecordStoreExt for S {}

fn typed<R: Record>(
    row: impl IntoIterator<Item = Value>,
    version: Version,
) -> Result<Versioned<R>, StoreError> {
    match R::from_row(row) {
        Ok(record) => Ok(Versioned::new(record, version)),
        Err(error) => Err(StoreError::with_source(
            crate::error::StoreErrorKind::Corrupt {
                record: R::TYPE.name,
                what: "a value is not of the declared kind",
            },
            error,
        )),
    }
}

/// Reads all pages of a query; for sets that the caller knows to be small.
///
/// # Errors
/// As [`RecordStoreExt::records`].
pub async fn all<R: Record, S: RecordStore + ?Sized>(
    store: &S,
    query: &'static Query,
    arguments: &[Value],
) -> Result<Vec<Versioned<R>>, StoreError> {
    let mut found = Vec::new();
    let mut request = PageRequest::first(PageRequest::MAX);
    loop {
        let page = store.records(query, arguments, request).await?;
        found.extend(page.items);
        match page.next {
            Some(cursor) => request = PageRequest::after(cursor, PageRequest::MAX),
            None => return Ok(found),
        }
    }
}

/// The version that a row has after it was written once more.
pub fn version_after(read: Option<Version>) -> Version {
    read.map_or(Version::FIRST, Version::next)
}

/// The end of what is given now for `span`, within the calendar.
pub fn later(now: DateTime<Utc>, span: Duration) -> DateTime<Utc> {
    let span = TimeDelta::from_std(span).unwrap_or(TimeDelta::MAX);
    now.checked_add_signed(span).unwrap_or(DateTime::<Utc>::MAX_UTC)
}
