//! The port behind which facts wait for delivery.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{FactEntry, Stream};
use crate::error::StoreError;

/// A fact that waits for delivery.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct OutboxEntry {
    /// Its stream.
    pub stream: Stream,
    /// Its place in the stream; rises by one, starts at 1.
    pub position: i64,
    /// How often delivery failed.
    pub attempts: u32,
    /// The fact.
    pub entry: FactEntry,
}

impl OutboxEntry {
    /// For stores.
    pub const fn new(stream: Stream, position: i64, attempts: u32, entry: FactEntry) -> Self {
        Self { stream, position, attempts, entry }
    }
}

/// What became of a delivery.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a store must handle each")]
pub enum Settled {
    /// Every subscriber acted; the entry may go.
    Delivered,
    /// A subscriber failed; the stream waits until then, and `attempts` rises by one.
    RetryAt(DateTime<Utc>),
}

/// A delivery and what became of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a store must handle all of it")]
pub struct Settlement {
    /// The stream.
    pub stream: Stream,
    /// The place in it.
    pub position: i64,
    /// What became of it.
    pub settled: Settled,
}

/// Facts that were committed and not yet delivered.
///
/// # Contract
/// - A fact is here as soon as its commit returned, exactly once.
/// - `due` never answers an entry while an earlier one of the same stream waits undelivered,
///   except behind that earlier one in the same answer.
/// - An entry that cannot be read (a newer version of the code wrote it) stays where it is and holds
///   its own stream only. `due` fails as corrupt because of it only when it has nothing to answer.
/// - Settling an entry that is gone already does nothing.
#[async_trait]
pub trait Outbox: std::fmt::Debug + Send + Sync + 'static {
    /// Up to `limit` entries that may be delivered at `now`, in order within each stream.
    ///
    /// # Errors
    /// When the store fails.
    async fn due(&self, now: DateTime<Utc>, limit: u32) -> Result<Vec<OutboxEntry>, StoreError>;

    /// Records what became of deliveries.
    ///
    /// # Errors
    /// When the store fails; entries are then delivered again.
    async fn settle(&self, settlements: &[Settlement]) -> Result<(), StoreError>;
}
