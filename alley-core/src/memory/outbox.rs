//! Outbox and leases of the memory store.

use std::collections::BTreeSet;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::MemoryStore;
use super::fault::Fault;
use super::state::LeaseRow;
use crate::error::StoreError;
use crate::fact::{Outbox, OutboxEntry, Settled, Settlement, Stream};
use crate::job::{Acquired, Lease, Leases};
use crate::store::later;

#[async_trait]
impl Outbox for MemoryStore {
    async fn due(&self, now: DateTime<Utc>, limit: u32) -> Result<Vec<OutboxEntry>, StoreError> {
        let state = self.lock();
        let mut waiting: BTreeSet<Stream> = BTreeSet::new();
        let mut due = Vec::new();
        for ((stream, position), entry) in &state.outbox {
            let postponed = entry.available.is_some_and(|available| available > now);
            if postponed && !state.breaks(Fault::ForgetsPostponement) {
                waiting.insert(*stream);
            }
            if !waiting.contains(stream) {
                due.push(entry.entry(*stream, *position));
            }
        }
        due.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(due)
    }

    async fn settle(&self, settlements: &[Settlement]) -> Result<(), StoreError> {
        let mut state = self.lock();
        for Settlement { stream, position, settled } in settlements {
            match settled {
                Settled::Delivered => {
                    state.outbox.remove(&(*stream, *position));
                }
                Settled::RetryAt(at) => {
                    if let Some(waiting) = state.outbox.get_mut(&(*stream, *position)) {
                        waiting.attempts = waiting.attempts.saturating_add(1);
                        waiting.available = Some(*at);
                    }
                }
            }
        }
        Ok(())
    }
}

#[async_trait]
impl Leases for MemoryStore {
    async fn acquire(
        &self,
        name: &str,
        ttl: Duration,
        now: DateTime<Utc>,
    ) -> Result<Acquired, StoreError> {
        let mut state = self.lock();
        let grants = state.breaks(Fault::GrantsHeldLeases);
        let row = state.leases.entry(name.to_owned()).or_insert(LeaseRow {
            fencing: 0,
            until: None,
            due: now,
        });
        match row.until {
            Some(until) if until > now && !grants => return Ok(Acquired::Held(until)),
            None if row.due > now => return Ok(Acquired::NotDue(row.due)),
            _ => {}
        }
        row.fencing = row.fencing.saturating_add(1);
        row.until = Some(later(now, ttl));
        Ok(Acquired::Lease(Lease::new(name.to_owned(), row.fencing)))
    }

    async fn renew(
        &self,
        lease: &Lease,
        ttl: Duration,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let mut state = self.lock();
        if state.breaks(Fault::RenewsLostLeases) {
            return Ok(true);
        }
        let held = state
            .leases
            .get_mut(&lease.name)
            .filter(|row| row.fencing == lease.fencing && row.until.is_some());
        Ok(held.map(|row| row.until = Some(later(now, ttl))).is_some())
    }

    async fn release(&self, lease: Lease, due: DateTime<Utc>) -> Result<(), StoreError> {
        let mut state = self.lock();
        if let Some(row) = state.leases.get_mut(&lease.name)
            && row.fencing == lease.fencing
        {
            row.until = None;
            row.due = due;
        }
        Ok(())
    }
}
