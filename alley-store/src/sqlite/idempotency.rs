//! Requests that were begun, and their results.

use alley_core::idempotency::{Begun, Entry, Idempotency, RequestKey, Terms, Ticket, check_result};
use alley_core::store::later;
use alley_core::{Digest32, Field as _, Sealed, StoreError, Value};
use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{SqliteStore, driver};
use crate::request;

#[async_trait]
impl Idempotency for SqliteStore {
    async fn begin(
        &self,
        key: &RequestKey,
        fingerprint: &Digest32,
        terms: &Terms,
        now: DateTime<Utc>,
    ) -> Result<Begun, StoreError> {
        let (key, fingerprint, terms) = (*key, *fingerprint, *terms);
        self.write(move |connection, shared| {
            let bytes = Value::bytes(key.to_bytes());
            let entry = Entry::begun(None, fingerprint, &terms, now);
            let values = [
                bytes.clone(),
                fingerprint.to_value(),
                entry.until.to_value(),
                entry.expires_at.to_value(),
                now.to_value(),
            ];
            if let Some(fencing) = driver::number(connection, &shared.own.request_begin, &values)? {
                return Ok(Begun::Fresh(Ticket::new(key, fencing, terms.keep)));
            }
            let row = driver::row(connection, &shared.own.request_get, &[bytes])?;
            // What may be begun was begun above.
            request::entry(row)?.refusal(&fingerprint, now).ok_or_else(request::corrupt)
        })
        .await
    }

    async fn finish(
        &self,
        ticket: &Ticket,
        result: &Sealed,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        check_result(result)?;
        let values = [
            Value::bytes(ticket.key.to_bytes()),
            Value::Int(ticket.fencing),
            result.to_value(),
            later(now, ticket.keep).to_value(),
        ];
        self.write(move |connection, shared| {
            let text = &shared.own.request_finish;
            Ok(driver::execute(connection, text, &values).map_err(driver::failed)? > 0)
        })
        .await
    }

    async fn abandon(&self, ticket: &Ticket) -> Result<(), StoreError> {
        let values = [Value::bytes(ticket.key.to_bytes()), Value::Int(ticket.fencing)];
        self.write(move |connection, shared| {
            let text = &shared.catalogue.kernel.request_abandon;
            driver::execute(connection, text, &values).map(drop).map_err(driver::failed)
        })
        .await
    }
}
