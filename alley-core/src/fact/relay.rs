//! Delivers facts to subscribers, at least once and in order within a stream.

use std::collections::BTreeSet;
use std::error::Error;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::TimeDelta;

use super::{FactEntry, Outbox, Settled, Settlement, Stream};
use crate::clock::Clock;
use crate::job::{Job, JobError, JobReport};

/// Acts on facts. Must bear the same fact again: delivery is at least once.
#[async_trait]
pub trait Subscriber: std::fmt::Debug + Send + Sync + 'static {
    /// A name for reports: `billing`.
    fn name(&self) -> &'static str;

    /// Acts on a fact, or passes over it.
    ///
    /// # Errors
    /// When it could not act; the fact comes again later, and its stream waits.
    async fn receive(&self, fact: &FactEntry) -> Result<(), SubscriberError>;
}

/// A subscriber could not act.
#[derive(Debug, thiserror::Error)]
#[error("subscriber {subscriber} could not act on a fact")]
pub struct SubscriberError {
    subscriber: &'static str,
    #[source]
    source: Box<dyn Error + Send + Sync>,
}

impl SubscriberError {
    /// Wraps the cause.
    pub fn new(subscriber: &'static str, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { subscriber, source: source.into() }
    }
}

/// The job that delivers facts.
#[derive(Debug)]
pub struct Relay {
    outbox: Arc<dyn Outbox>,
    subscribers: Vec<Arc<dyn Subscriber>>,
    clock: Arc<dyn Clock>,
}

impl Relay {
    /// Delivers from `outbox` to each of `subscribers`, in their order.
    pub fn new(
        outbox: Arc<dyn Outbox>,
        subscribers: Vec<Arc<dyn Subscriber>>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { outbox, subscribers, clock }
    }

    /// Tells every subscriber, also behind one that fails: a payment provider that refuses to
    /// cancel must not keep privacy from hearing that a tenant is gone. All of them hear the fact
    /// again when one has failed, as each must bear.
    async fn deliver(&self, fact: &FactEntry) -> Vec<SubscriberError> {
        let mut failures = Vec::new();
        for subscriber in &self.subscribers {
            if let Err(error) = subscriber.receive(fact).await {
                failures.push(error);
            }
        }
        failures
    }
}

/// How long a stream waits after its `attempts`-th failure: 1 s, doubled each time, at most 1 h.
fn backoff(attempts: u32) -> TimeDelta {
    let seconds = 1_i64.checked_shl(attempts.min(12)).unwrap_or(3_600);
    TimeDelta::seconds(seconds.min(3_600))
}

#[async_trait]
impl Job for Relay {
    fn name(&self) -> &'static str {
        "deliver-facts"
    }

    fn every(&self) -> TimeDelta {
        TimeDelta::seconds(1)
    }

    /// Delivers up to `limit` facts. An entry is settled before the next one of its stream is tried,
    /// so that a crash repeats at most the entry that was under way.
    async fn run_once(&self, limit: u32) -> Result<JobReport, JobError> {
        let now = self.clock.now();
        let due = self.outbox.due(now, limit).await?;
        let full = u32::try_from(due.len()).is_ok_and(|count| count >= limit);
        let mut waiting: BTreeSet<Stream> = BTreeSet::new();
        let mut report = JobReport::default();
        for entry in due {
            if waiting.contains(&entry.stream) {
                continue;
            }
            let failures = self.deliver(&entry.entry).await;
            let settled = if failures.is_empty() {
                report.done = report.done.saturating_add(1);
                Settled::Delivered
            } else {
                waiting.insert(entry.stream);
                report.failures.extend(failures.into_iter().map(Into::into));
                Settled::RetryAt(now + backoff(entry.attempts))
            };
            let settlement = Settlement { stream: entry.stream, position: entry.position, settled };
            self.outbox.settle(&[settlement]).await?;
        }
        report.more = full;
        Ok(report)
    }
}
