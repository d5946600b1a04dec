//! The promises of paging.

use super::super::sample::{Sample, write};
use super::super::{Fixture, Violation, ensure, kept};
use super::tenant;
use crate::commit::{Version, Write};
use crate::error::{StoreError, StoreErrorKind};
use crate::page::{Cursor, PageRequest};
use crate::record::{Key, Record as _, Row};
use crate::store::{RecordStore, RecordStoreExt as _, StoredRow};
use crate::value::{Field as _, Value};

/// Paging gives every row once, in order, at any size of page.
///
/// # Errors
/// When a row is missing, comes twice or in another place.
pub async fn pages_give_each_row_once(fixture: &Fixture<dyn RecordStore>) -> Result<(), Violation> {
    const PROMISE: &str = "paging gives every row once, in order";
    let store = fixture.store.as_ref();
    let rows = (0..25).map(|n| Write::Insert(Sample::new(tenant(1), &format!("{n:02}"), n / 3)));
    write(store, &fixture.env, PROMISE, rows.collect()).await?;
    for limit in [1, 2, 7, 100] {
        let (mut ids, mut after) = (Vec::new(), None);
        loop {
            let (page, next) = page(store, PROMISE, after, limit).await?;
            ids.extend(page);
            ensure(PROMISE, ids.len() <= 25, format!("pages of {limit} come to no end"))?;
            match next {
                Some(cursor) => after = Some(cursor),
                None => break,
            }
        }
        let wanted: Vec<_> = (0..25).map(|n| format!("{n:02}")).collect();
        ensure(PROMISE, ids == wanted, format!("pages of {limit} gave {} rows", ids.len()))?;
    }
    let arguments = [tenant(1).to_value(), Value::Int(6)];
    let page = store.records::<Sample>(Sample::ABOVE_RANK, &arguments, PageRequest::first(3)).await;
    let ids: Vec<_> = kept(PROMISE, page)?.items.into_iter().map(|row| row.record.id).collect();
    ensure(PROMISE, ids == ["24", "23", "22"], "the descending order is another")?;
    let refuse = |_: &mut Row, _| Err(StoreError::corrupt(Sample::TYPE.name, "on purpose"));
    let request = PageRequest::first(3);
    let ended = store.query_each(Sample::ABOVE_RANK, &arguments, request, Box::new(refuse)).await;
    let ended = ended.is_err_and(|error| matches!(error.kind(), StoreErrorKind::Corrupt { .. }));
    ensure(PROMISE, ended, "who takes the rows refused one, and the error is another or none")
}

/// Rows that stay are given once, in order, while others come and go between the pages. A row that
/// went before its page is not given; one that came behind the page is.
///
/// # Errors
/// When a row that stayed is missing or comes twice, or one that went is given.
pub async fn pages_bear_rows_that_come_and_go(
    fixture: &Fixture<dyn RecordStore>,
) -> Result<(), Violation> {
    const PROMISE: &str = "paging bears rows that come and go between pages";
    let store = fixture.store.as_ref();
    for (number, limit) in [(1_u128, 1), (2, 2), (3, 100)] {
        let tenant = tenant(number);
        // Ranks in steps of ten leave room between the rows that stay.
        let row = |rank: i64, kind: &str| Sample::new(tenant, &format!("{kind}{rank:03}"), rank);
        let stay = (0..12).map(|n| Write::Insert(row(n * 10, "stay")));
        let go = (0..12).map(|n| Write::Insert(row(n * 10 + 1, "go")));
        write(store, &fixture.env, PROMISE, stay.chain(go).collect()).await?;
        let (mut ids, mut after, mut pages) = (Vec::new(), None, 0);
        loop {
            let arguments = [tenant.to_value()];
            let request = match after.take() {
                Some(cursor) => PageRequest::after(cursor, limit),
                None => PageRequest::first(limit),
            };
            let page = store.records::<Sample>(Sample::BY_RANK, &arguments, request).await;
            let page = kept(PROMISE, page)?;
            ids.extend(page.items.into_iter().map(|row| row.record.id));
            ensure(PROMISE, ids.len() <= 30, format!("pages of {limit} come to no end"))?;
            let Some(cursor) = page.next else { break };
            after = Some(cursor);
            // One page later everything that can go is gone, and others came on both sides of the
            // row that the cursor stands on.
            if pages == 0 {
                let gone = (1..12).map(|n| {
                    let key = Key::of(tenant, &row(n * 10 + 1, "go").id);
                    Write::<Sample>::Delete { key, read: Version::FIRST }
                });
                write(store, &fixture.env, PROMISE, gone.collect()).await?;
                let came = [row(-5, "before"), row(115, "behind")].map(Write::Insert);
                write(store, &fixture.env, PROMISE, came.into()).await?;
            }
            pages += 1;
        }
        let given = |kind: &str| -> Vec<&str> {
            ids.iter().map(String::as_str).filter(|id| id.starts_with(kind)).collect()
        };
        let stayed: Vec<_> = (0..12).map(|n| format!("stay{:03}", n * 10)).collect();
        ensure(PROMISE, given("stay") == stayed, format!("pages of {limit}: {ids:?}"))?;
        if limit < 24 {
            let late = given("behind") == ["behind115"] && given("before").is_empty();
            ensure(PROMISE, late, format!("pages of {limit}: what came meanwhile: {ids:?}"))?;
            let gone = given("go").len() <= 1;
            ensure(PROMISE, gone, format!("pages of {limit} gave rows that were gone: {ids:?}"))?;
        }
    }
    Ok(())
}

/// A cursor of another query, or one that nobody made, is refused.
///
/// # Errors
/// When it is taken.
pub async fn a_cursor_of_another_query_is_refused(
    fixture: &Fixture<dyn RecordStore>,
) -> Result<(), Violation> {
    const PROMISE: &str = "a cursor of another query is refused";
    let store = fixture.store.as_ref();
    let rows = (0..3).map(|n| Write::Insert(Sample::new(tenant(1), &n.to_string(), n)));
    write(store, &fixture.env, PROMISE, rows.collect()).await?;
    let (_, next) = page(store, PROMISE, None, 1).await?;
    let cursor = next.ok_or_else(|| Violation::new(PROMISE, "a page has no successor"))?;
    let arguments = [tenant(1).to_value(), Value::Int(0)];
    for cursor in [cursor, Cursor::from_text("AQAAAAF4"), Cursor::from_text("\u{e4}")] {
        let request = PageRequest::after(cursor, 1);
        let refused = store.query(Sample::ABOVE_RANK, &arguments, request).await.is_err();
        ensure(PROMISE, refused, "it was taken")?;
    }
    Ok(())
}

/// The ids of one page by rank, and where the next one starts.
async fn page(
    store: &dyn RecordStore,
    promise: &'static str,
    after: Option<Cursor>,
    limit: u32,
) -> Result<(Vec<String>, Option<Cursor>), Violation> {
    let request = match after {
        Some(cursor) => PageRequest::after(cursor, limit),
        None => PageRequest::first(limit),
    };
    let arguments = [tenant(1).to_value()];
    let page = store.records::<Sample>(Sample::BY_RANK, &arguments, request.clone()).await;
    let page = kept(promise, page)?;
    // Records come row by row; all rows at once must be the same.
    let at_once = kept(promise, store.query(Sample::BY_RANK, &arguments, request).await)?;
    let rows = page.items.iter().map(|item| StoredRow::new(item.record.to_row(), item.version));
    let same = at_once.items == rows.collect::<Vec<_>>() && at_once.next == page.next;
    ensure(promise, same, "rows one by one are others than all at once")?;
    Ok((page.items.into_iter().map(|row| row.record.id).collect(), page.next))
}
