//! The order in which targets of an edge are walked, so that a page costs no more for a target on
//! which a million rows hang. The cursor holds the target.

use std::collections::BTreeSet;

use alley_core::{Key, PageRequest, StoreError, Value};

use crate::page;

/// The name of the listing in its cursors.
pub(crate) const LISTING: &str = "reach";

/// Targets in order, none twice. One without a tenant stands for all of the same id.
pub(crate) fn distinct(targets: &[Key]) -> Vec<Key> {
    let all: BTreeSet<&Key> = targets.iter().collect();
    let wider = |key: &Key| Key::from_parts(None, key.id().clone());
    let kept = all.iter().filter(|key| key.tenant().is_none() || !all.contains(&wider(key)));
    kept.map(|key| (*key).clone()).collect()
}

/// The order value of a target in a cursor.
pub(crate) fn mark(target: &Key) -> Value {
    Value::bytes(target.to_bytes())
}

/// Where a page ended: at which target, and behind which row.
pub(crate) struct Place {
    pub(crate) target: Key,
    pub(crate) row: Key,
}

/// Where the page before ended.
pub(crate) fn place(page: &PageRequest) -> Result<Option<Place>, StoreError> {
    let Some(cursor) = &page.after else {
        return Ok(None);
    };
    let (mark, row) = page::open(cursor, LISTING)?;
    let target = match &mark {
        Value::Bytes(bytes) => Key::from_bytes(bytes).ok(),
        _ => None,
    };
    let wrong = || crate::failure::other("the cursor does not belong to this listing");
    Ok(Some(Place { target: target.ok_or_else(wrong)?, row }))
}
