//! Facts that wait for delivery.

use alley_core::{Field as _, Outbox, OutboxEntry, Settled, Settlement, StoreError, Value};
use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{SqliteStore, driver};
use crate::outbox::{Collector, Place};

#[async_trait]
impl Outbox for SqliteStore {
    /// An entry that this version of the code cannot read holds its stream, and no other. Once
    /// nothing else is due, it is the answer, as `Corrupt`.
    async fn due(&self, now: DateTime<Utc>, limit: u32) -> Result<Vec<OutboxEntry>, StoreError> {
        self.read(move |connection, shared| {
            let text = &shared.catalogue.kernel.outbox_due;
            let mut collector = Collector::new(limit);
            while let Some((count, Place { stream, position })) = collector.next() {
                let count = Value::Int(i64::from(count));
                let (stream, position) = (Value::bytes(stream), Value::Int(position));
                let values = [now.to_value(), count, stream, position];
                collector.add(driver::rows(connection, text, &values)?)?;
            }
            collector.finish()
        })
        .await
    }

    async fn settle(&self, settlements: &[Settlement]) -> Result<(), StoreError> {
        let settlements = settlements.to_vec();
        self.write(move |connection, shared| {
            for Settlement { stream, position, settled } in settlements {
                let mut values = vec![Value::bytes(stream.to_bytes()), Value::Int(position)];
                let text = match settled {
                    Settled::Delivered => &shared.own.outbox_delete,
                    Settled::RetryAt(at) => {
                        values.push(at.to_value());
                        &shared.own.outbox_postpone
                    }
                };
                driver::execute(connection, text, &values).map_err(driver::failed)?;
            }
            Ok(())
        })
        .await
    }
}
