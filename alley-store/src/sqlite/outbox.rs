//! Facts that wait for delivery.

use alley_core::{
    FactEntry, FactId, Field as _, Outbox, OutboxEntry, Settled, Settlement, StoreError, Stream,
    Value,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{SqliteStore, driver};

#[async_trait]
impl Outbox for SqliteStore {
    /// An entry that this version of the code cannot read holds its stream, and no other. Once
    /// nothing else is due, it is the answer, as `Corrupt`.
    async fn due(&self, now: DateTime<Utc>, limit: u32) -> Result<Vec<OutboxEntry>, StoreError> {
        self.read(move |connection, shared| {
            let text = &shared.catalogue.kernel.outbox_due;
            collect(limit, |count, Place { stream, position }| {
                let count = Value::Int(i64::from(count));
                let (stream, position) = (Value::Bytes(stream), Value::Int(position));
                driver::rows(connection, text, &[now.to_value(), count, stream, position])
            })
        })
        .await
    }

    async fn settle(&self, settlements: &[Settlement]) -> Result<(), StoreError> {
        let settlements = settlements.to_vec();
        self.write(move |connection, shared| {
            let kernel = &shared.catalogue.kernel;
            for Settlement { stream, position, settled } in settlements {
                let mut values = vec![Value::Bytes(stream.to_bytes()), Value::Int(position)];
                let text = match settled {
                    Settled::Delivered => &kernel.outbox_delete,
                    Settled::RetryAt(at) => {
                        values.push(at.to_value());
                        &kernel.outbox_postpone
                    }
                };
                driver::execute(connection, text, &values).map_err(driver::failed)?;
            }
            Ok(())
        })
        .await
    }
}

/// Where an entry is; `stream` as it is stored.
#[derive(Clone)]
struct Place {
    stream: Vec<u8>,
    position: i64,
}

/// Up to `limit` entries that can be read, of pages that begin after a place. What follows an
/// unreadable entry in its stream is left out, however long it is: it must neither be delivered out
/// of order nor use up the places of other streams.
fn collect(
    limit: u32,
    page: impl Fn(u32, Place) -> Result<Vec<Vec<Value>>, StoreError>,
) -> Result<Vec<OutboxEntry>, StoreError> {
    let mut found = Vec::new();
    let mut unreadable = None;
    let mut after = Place { stream: Vec::new(), position: i64::MIN };
    let mut missing = limit;
    while missing > 0 {
        let rows = page(missing, after.clone())?;
        let is_last = u32::try_from(rows.len()).is_ok_and(|count| count < missing);
        let mut blocked = None;
        for row in rows {
            let place = place(&row).ok_or_else(wrong)?;
            if blocked.as_ref() == Some(&place.stream) {
                continue;
            }
            match entry(row) {
                Ok(entry) => {
                    found.push(entry);
                    missing = missing.saturating_sub(1);
                    after = place;
                }
                Err(error) => {
                    unreadable.get_or_insert(error);
                    after = Place { stream: place.stream.clone(), position: i64::MAX };
                    blocked = Some(place.stream);
                }
            }
        }
        if is_last {
            break;
        }
    }
    match unreadable {
        Some(error) if found.is_empty() => Err(error),
        _ => Ok(found),
    }
}

fn place(row: &[Value]) -> Option<Place> {
    match row {
        [Value::Bytes(stream), Value::Int(position), ..] => {
            Some(Place { stream: stream.clone(), position: *position })
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
