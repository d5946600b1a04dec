//! Facts that wait for delivery.

use alley_core::{Field as _, Outbox, OutboxEntry, Settled, Settlement, StoreError, Value};
use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::connection::{Session, Work};
use super::failure::Failure;
use super::{PostgresStore, columns};
use crate::outbox::{Collector, Place};
use crate::sql::Element;

#[async_trait]
impl Outbox for PostgresStore {
    /// An entry that this version of the code cannot read holds its stream, and no other. Once
    /// nothing else is due, it is the answer, as `Corrupt`.
    async fn due(&self, now: DateTime<Utc>, limit: u32) -> Result<Vec<OutboxEntry>, StoreError> {
        self.snapshot(&Due { now: now.to_value(), limit }).await
    }

    async fn settle(&self, settlements: &[Settlement]) -> Result<(), StoreError> {
        self.write(&Settle { settlements }).await
    }
}

struct Due {
    now: Value,
    limit: u32,
}

impl Work for Due {
    type Output = Vec<OutboxEntry>;

    async fn run(&self, session: &mut Session<'_>) -> Result<Self::Output, Failure> {
        let text = &session.shared.catalogue.kernel.outbox_due;
        let mut collector = Collector::new(self.limit);
        while let Some((count, Place { stream, position })) = collector.next() {
            let count = Value::Int(i64::from(count));
            let (stream, position) = (Value::bytes(stream), Value::Int(position));
            let rows = session.list(text, &[self.now.clone(), count, stream, position]).await?;
            collector.add(rows)?;
        }
        Ok(collector.finish()?)
    }
}

struct Settle<'a> {
    settlements: &'a [Settlement],
}

impl Work for Settle<'_> {
    type Output = ();

    async fn run(&self, session: &mut Session<'_>) -> Result<(), Failure> {
        let own = &session.shared.own;
        let mut delivered = Vec::new();
        let mut postponed = Vec::new();
        for Settlement { stream, position, settled } in self.settlements {
            let place = vec![Value::bytes(stream.to_bytes()), Value::Int(*position)];
            match settled {
                Settled::Delivered => delivered.push(place),
                Settled::RetryAt(at) => postponed.push([place, vec![at.to_value()]].concat()),
            }
        }
        let place = [Element::Bytes, Element::Int];
        if !delivered.is_empty() {
            session.execute(&own.outbox_delete, &columns::of(&place, &delivered)).await?;
        }
        if !postponed.is_empty() {
            let elements = [&place[..], &[Element::Int]].concat();
            session.execute(&own.outbox_postpone, &columns::of(&elements, &postponed)).await?;
        }
        Ok(())
    }
}
