//! Rows of the table of requests that may come twice.

use alley_core::idempotency::Entry;
use alley_core::{Digest32, Field as _, StoreError, Value};
use chrono::DateTime;

/// An entry from the values of its columns; an absent row is corrupt too.
pub(crate) fn entry(row: Option<Vec<Value>>) -> Result<Entry, StoreError> {
    row.and_then(read).ok_or_else(corrupt)
}

fn read(row: Vec<Value>) -> Option<Entry> {
    let [fingerprint, fencing, until, result, expires_at] = <[Value; 5]>::try_from(row).ok()?;
    Some(Entry {
        fingerprint: Digest32::from_value(fingerprint).ok()?,
        fencing: i64::from_value(fencing).ok()?,
        until: Option::from_value(until).ok()?,
        result: Option::from_value(result).ok()?,
        expires_at: DateTime::from_value(expires_at).ok()?,
    })
}

/// The table holds what no statement of the store writes.
pub(crate) fn corrupt() -> StoreError {
    StoreError::corrupt("idempotency", "a row is not of its form")
}

#[cfg(test)]
mod tests {
    use alley_core::StoreErrorKind;

    use super::*;

    #[test]
    fn a_row_is_read_and_anything_else_is_corrupt() {
        let at = DateTime::UNIX_EPOCH;
        let whole = vec![
            Digest32::new([7; 32]).to_value(),
            Value::Int(3),
            Value::Null,
            Value::bytes(vec![1, 2]),
            at.to_value(),
        ];
        let read = entry(Some(whole.clone())).unwrap();
        assert_eq!((read.fencing, read.until, read.expires_at), (3, None, at));
        let is_corrupt = |row| {
            let error = entry(row).unwrap_err();
            matches!(error.kind(), StoreErrorKind::Corrupt { record: "idempotency", .. })
        };
        assert!(is_corrupt(None));
        assert!(is_corrupt(Some(whole.iter().take(4).cloned().collect())));
        for place in 0..whole.len() {
            let mut wrong = whole.clone();
            wrong[place] = Value::Text("no".to_owned());
            assert!(is_corrupt(Some(wrong)), "column {place}");
        }
    }
}
