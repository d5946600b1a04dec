//! Requests that were begun, in the memory store.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::MemoryStore;
use super::fault::Fault;
use crate::error::StoreError;
use crate::idempotency::{Begun, Entry, Idempotency, RequestKey, Terms, Ticket, check_result};
use crate::seal::Sealed;
use crate::store::later;
use crate::value::Digest32;

#[async_trait]
impl Idempotency for MemoryStore {
    async fn begin(
        &self,
        key: &RequestKey,
        fingerprint: &Digest32,
        terms: &Terms,
        now: DateTime<Utc>,
    ) -> Result<Begun, StoreError> {
        let mut state = self.lock();
        let before = state.requests.get(key);
        let same = before.filter(|_| state.breaks(Fault::IgnoresFingerprints));
        let fingerprint = same.map_or(fingerprint, |entry| &entry.fingerprint);
        match before.and_then(|entry| entry.refusal(fingerprint, now)) {
            Some(Begun::InProgress(_)) if state.breaks(Fault::BeginsAgain) => {}
            Some(refusal) => return Ok(refusal),
            None => {}
        }
        let entry = Entry::begun(before, *fingerprint, terms, now);
        let ticket = Ticket::new(*key, entry.fencing, terms.keep);
        state.requests.insert(*key, entry);
        Ok(Begun::Fresh(ticket))
    }

    async fn finish(
        &self,
        ticket: &Ticket,
        result: &Sealed,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        check_result(result)?;
        let mut state = self.lock();
        let takes_late = state.breaks(Fault::TakesLateResults);
        let Some(entry) = state.requests.get_mut(&ticket.key) else {
            return Ok(false);
        };
        let given_up = entry.until.is_none() && entry.result.is_none();
        if (entry.fencing != ticket.fencing || given_up) && !takes_late {
            return Ok(false);
        }
        if entry.result.is_none() {
            entry.until = None;
            entry.result = Some(result.clone());
            entry.expires_at = later(now, ticket.keep);
        }
        Ok(true)
    }

    async fn abandon(&self, ticket: &Ticket) -> Result<(), StoreError> {
        let mut state = self.lock();
        if let Some(entry) = state.requests.get_mut(&ticket.key)
            && entry.fencing == ticket.fencing
            && entry.result.is_none()
        {
            entry.until = None;
        }
        Ok(())
    }
}
