//! Keyset paging: a page, where it ended, and how to go on.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::record::Key;
use crate::value::Value;

/// Which part of a listing to read.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct PageRequest {
    /// Rows at most, 1 to 1,000; other values are moved to the nearest border.
    pub limit: u32,
    /// Where the page before ended; `None` reads from the start.
    pub after: Option<Cursor>,
}

impl PageRequest {
    /// The most rows that one page holds.
    pub const MAX: u32 = 1_000;

    /// The first `limit` rows.
    pub fn first(limit: u32) -> Self {
        Self { limit: limit.clamp(1, Self::MAX), after: None }
    }

    /// Up to `limit` rows behind `cursor`.
    pub fn after(cursor: Cursor, limit: u32) -> Self {
        Self { limit: limit.clamp(1, Self::MAX), after: Some(cursor) }
    }
}

/// Rows in order, and where to go on.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Where the next page starts; `None` when this was the last.
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// For stores.
    pub const fn new(items: Vec<T>, next: Option<Cursor>) -> Self {
        Self { items, next }
    }

    /// The same page with each row turned into something else.
    ///
    /// # Errors
    /// The first error of `turn`.
    pub fn try_map<U, E>(self, turn: impl FnMut(T) -> Result<U, E>) -> Result<Page<U>, E> {
        let items = self.items.into_iter().map(turn).collect::<Result<_, _>>()?;
        Ok(Page { items, next: self.next })
    }
}

/// The position behind the last row of a page; opaque text that may leave the process.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Cursor(String);

impl Cursor {
    /// For stores: the position in `query` behind the row with this order value and key.
    pub fn new(query: &str, order: &Value, key: &Key) -> Self {
        let order = Key::from_parts(None, order.clone()).to_bytes();
        let mut bytes = vec![1];
        for part in [query.as_bytes(), &order, &key.to_bytes()] {
            bytes.extend_from_slice(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
            bytes.extend_from_slice(part);
        }
        Self(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// For stores: order value and key, if the cursor is one of `query`.
    ///
    /// # Errors
    /// When the text was made for another query, by another version, or by somebody else.
    pub fn open(&self, query: &str) -> Result<(Value, Key), CursorError> {
        let bytes = URL_SAFE_NO_PAD.decode(&self.0).map_err(|_cause| CursorError)?;
        let rest = bytes.strip_prefix(&[1]).ok_or(CursorError)?;
        let (name, rest) = part(rest)?;
        let (order, rest) = part(rest)?;
        let (key, rest) = part(rest)?;
        if name != query.as_bytes() || !rest.is_empty() {
            return Err(CursorError);
        }
        let order = Key::from_bytes(order).map_err(|_cause| CursorError)?.id().clone();
        Ok((order, Key::from_bytes(key).map_err(|_cause| CursorError)?))
    }

    /// The text form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Takes a text form back; it is checked when it is used.
    pub fn from_text(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

fn part(bytes: &[u8]) -> Result<(&[u8], &[u8]), CursorError> {
    let (length, rest) = bytes.split_first_chunk::<4>().ok_or(CursorError)?;
    let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_cause| CursorError)?;
    rest.split_at_checked(length).ok_or(CursorError)
}

/// A cursor belongs to another listing.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the cursor does not belong to this listing; start from its first page")]
#[non_exhaustive]
pub struct CursorError;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_of_another_query_is_refused() {
        let key = Key::global(&7_i64);
        let cursor = Cursor::new("orders", &Value::Int(3), &key);
        assert_eq!(cursor.open("orders").unwrap(), (Value::Int(3), key));
        assert!(cursor.open("order").is_err());
        assert!(Cursor::from_text("AAAA").open("orders").is_err());
    }
}
