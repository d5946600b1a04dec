//! From a page request to a statement, and from its rows to a page.

use alley_core::{
    Cursor, Key, Page, PageRequest, Query, RecordType, StoreError, StoreErrorKind, Value, Version,
};

use crate::row;
use crate::sql::Keyset;

/// The statement of one page. It asks for one row more than the page holds.
pub(crate) struct PageSql<'a> {
    pub(crate) text: &'a str,
    pub(crate) values: Vec<Value>,
    pub(crate) limit: usize,
}

/// The statement for `page` of the listing `name`, whose cursors alone are accepted.
pub(crate) fn of<'a>(
    pages: &'a Keyset,
    name: &str,
    arguments: Vec<Value>,
    page: &PageRequest,
) -> Result<PageSql<'a>, StoreError> {
    let mut values = arguments;
    let text = match &page.after {
        None => pages.first.as_str(),
        Some(cursor) => {
            let (order, key) = open(cursor, name)?;
            behind(pages, &order, &key, &mut values)
        }
    };
    let limit = limit(page);
    values.push(Value::Int(i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1)));
    Ok(PageSql { text, values, limit })
}

/// How many rows a page holds.
pub(crate) fn limit(page: &PageRequest) -> usize {
    usize::try_from(page.limit.clamp(1, PageRequest::MAX)).unwrap_or(1)
}

/// What a cursor of the listing `name` says.
pub(crate) fn open(cursor: &Cursor, name: &str) -> Result<(Value, Key), StoreError> {
    cursor.open(name).map_err(|error| StoreError::with_source(StoreErrorKind::Other, error))
}

/// The statement that goes on behind a place, whose parts are added to its arguments.
pub(crate) fn behind<'a>(
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

/// A page of a query whose rows, and the one more, pass by.
pub(crate) struct Passing {
    query: &'static Query,
    /// Rows that the page has room for.
    room: usize,
    last: Option<Cursor>,
    more: bool,
}

impl Passing {
    pub(crate) const fn new(query: &'static Query, limit: usize) -> Self {
        Self { query, room: limit, last: None, more: false }
    }

    /// Makes the next row of the values of its columns, and answers its version; nothing for the row
    /// that is not of the page.
    pub(crate) fn row(&mut self, values: &mut Vec<Value>) -> Result<Option<Version>, StoreError> {
        let Some(room) = self.room.checked_sub(1) else {
            self.more = true;
            return Ok(None);
        };
        self.room = room;
        let record = self.query.record;
        let version = row::version(record, values)?;
        if room == 0 {
            let order = row::field(record, values, self.query.order);
            let key = row::key_of_row(record, values)?;
            self.last = Some(Cursor::new(self.query.name, &order, &key));
        }
        Ok(Some(version))
    }

    /// Where the next page begins, if there is one.
    pub(crate) fn next(self) -> Option<Cursor> {
        self.last.filter(|_| self.more)
    }
}

/// The page of a listing of keys from its rows, each an order value, if `ordered`, and a key.
pub(crate) fn keys(
    name: &'static str,
    record: &'static RecordType,
    rows: Vec<Vec<Value>>,
    limit: usize,
    ordered: bool,
) -> Result<Page<Key>, StoreError> {
    let places = rows.into_iter().map(|mut values| {
        let order = if ordered && !values.is_empty() { values.remove(0) } else { Value::Null };
        Ok((order, row::key(record, values)?))
    });
    Ok(places_to_page(name, places.collect::<Result<_, StoreError>>()?, limit))
}

/// The page of a listing of keys with the order values of their cursors.
pub(crate) fn places_to_page(
    name: &'static str,
    mut places: Vec<(Value, Key)>,
    limit: usize,
) -> Page<Key> {
    let more = places.len() > limit;
    places.truncate(limit);
    let next = places.last().filter(|_| more).map(|(order, key)| Cursor::new(name, order, key));
    Page::new(places.into_iter().map(|(_, key)| key).collect(), next)
}
