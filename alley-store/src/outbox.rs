//! From rows of the outbox to entries that may be delivered.

use alley_core::{FactEntry, FactId, Field as _, OutboxEntry, StoreError, Stream, Value};
use chrono::DateTime;

/// Where an entry is; `stream` as it is stored.
#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) stream: Vec<u8>,
    pub(crate) position: i64,
}

/// Collects up to a number of entries that can be read, from pages of rows that begin after a place.
/// What follows an unreadable entry in its stream is left out, however long it is: it must neither
/// be delivered out of order nor use up the places of other streams.
pub(crate) struct Collector {
    found: Vec<OutboxEntry>,
    unreadable: Option<StoreError>,
    after: Place,
    missing: u32,
}

impl Collector {
    /// Collects up to `limit` entries.
    pub(crate) const fn new(limit: u32) -> Self {
        let after = Place { stream: Vec::new(), position: i64::MIN };
        Self { found: Vec::new(), unreadable: None, after, missing: limit }
    }

    /// How many rows to read, and after which place; `None` when there is enough.
    pub(crate) fn next(&self) -> Option<(u32, Place)> {
        (self.missing > 0).then(|| (self.missing, self.after.clone()))
    }

    /// Takes the rows that were read.
    pub(crate) fn add(&mut self, rows: Vec<Vec<Value>>) -> Result<(), StoreError> {
        let is_last = u32::try_from(rows.len()).is_ok_and(|count| count < self.missing);
        let mut blocked = None;
        for row in rows {
            let place = place(&row).ok_or_else(wrong)?;
            if blocked.as_ref() == Some(&place.stream) {
                continue;
            }
            match entry(row) {
                Ok(entry) => {
                    self.found.push(entry);
                    self.missing = self.missing.saturating_sub(1);
                    self.after = place;
                }
                Err(error) => {
                    self.unreadable.get_or_insert(error);
                    self.after = Place { stream: place.stream.clone(), position: i64::MAX };
                    blocked = Some(place.stream);
                }
            }
        }
        if is_last {
            self.missing = 0;
        }
        Ok(())
    }

    /// The entries. An unreadable one is the answer only when there is no other.
    pub(crate) fn finish(self) -> Result<Vec<OutboxEntry>, StoreError> {
        match self.unreadable {
            Some(error) if self.found.is_empty() => Err(error),
            _ => Ok(self.found),
        }
    }
}

fn place(row: &[Value]) -> Option<Place> {
    match row {
        [Value::Bytes(stream), Value::Int(position), ..] => {
            Some(Place { stream: stream.to_vec(), position: *position })
        }
        _ => None,
    }
}

fn wrong() -> StoreError {
    StoreError::corrupt("outbox", "an entry is not of a form that this version can read")
}

fn entry(row: Vec<Value>) -> Result<OutboxEntry, StoreError> {
    let Ok([stream, position, id, at, fact, attempts]) = <[Value; 6]>::try_from(row) else {
        return Err(wrong());
    };
    let (Value::Bytes(stream), Value::Int(position)) = (stream, position) else {
        return Err(wrong());
    };
    let (Value::Text(fact), Value::Int(attempts)) = (fact, attempts) else {
        return Err(wrong());
    };
    let entry = FactEntry::new(
        FactId::from_value(id).map_err(|_unread| wrong())?,
        DateTime::from_value(at).map_err(|_unread| wrong())?,
        serde_json::from_str(&fact).map_err(|_unread| wrong())?,
    );
    let stream = Stream::from_bytes(&stream).ok_or_else(wrong)?;
    let attempts = u32::try_from(attempts).unwrap_or(u32::MAX);
    Ok(OutboxEntry::new(stream, position, attempts, entry))
}
