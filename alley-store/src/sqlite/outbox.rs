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
    async fn due(&self, now: DateTime<Utc>, limit: u32) -> Result<Vec<OutboxEntry>, StoreError> {
        self.read(move |connection, shared| {
            let values = [now.to_value(), Value::Int(i64::from(limit))];
            let rows = driver::rows(connection, &shared.catalogue.kernel.outbox_due, &values)?;
            rows.into_iter().map(entry).collect()
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

fn entry(row: Vec<Value>) -> Result<OutboxEntry, StoreError> {
    let wrong = || StoreError::corrupt("outbox", "an entry is not of the declared form");
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
