//! Requests that were begun, and their results. Whether a lease or a result ran out is decided by the
//! server's clock.

use alley_core::idempotency::{Begun, Idempotency, RequestKey, Terms, Ticket, check_result};
use alley_core::{Digest32, Field as _, Sealed, StoreError, Value};
use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::PostgresStore;
use super::connection::{Session, Work};
use super::driver::Argument;
use super::failure::Failure;
use super::span::micros;
use crate::request;

#[async_trait]
impl Idempotency for PostgresStore {
    async fn begin(
        &self,
        key: &RequestKey,
        fingerprint: &Digest32,
        terms: &Terms,
        now: DateTime<Utc>,
    ) -> Result<Begun, StoreError> {
        self.write(&Begin { key, fingerprint, terms, now }).await
    }

    async fn finish(
        &self,
        ticket: &Ticket,
        result: &Sealed,
        _: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        check_result(result)?;
        self.write(&Finish { ticket, result }).await
    }

    async fn abandon(&self, ticket: &Ticket) -> Result<(), StoreError> {
        self.write(&Abandon { ticket }).await
    }
}

struct Begin<'a> {
    key: &'a RequestKey,
    fingerprint: &'a Digest32,
    terms: &'a Terms,
    now: DateTime<Utc>,
}

impl Work for Begin<'_> {
    type Output = Begun;

    async fn run(&self, session: &mut Session<'_>) -> Result<Begun, Failure> {
        let shared = session.shared;
        let key = Value::bytes(self.key.to_bytes());
        let Terms { lease, keep, .. } = *self.terms;
        let values = [key.clone(), self.fingerprint.to_value(), micros(lease), micros(keep)];
        let begun = session.first(&shared.own.request_begin, &values).await?;
        if let Some([Value::Int(fencing)]) = begun.as_deref() {
            return Ok(Begun::Fresh(Ticket::new(*self.key, *fencing, keep)));
        }
        let row = session.first(&shared.own.request_get, &[key]).await?;
        // The server's clock stands last.
        let mut row = row.ok_or_else(request::corrupt)?;
        let server = row.pop().and_then(|value| DateTime::from_value(value).ok());
        let server = server.ok_or_else(request::corrupt)?;
        Ok(match request::entry(Some(row))?.refusal(self.fingerprint, server) {
            // The rest of the lease, by the caller's clock.
            Some(Begun::InProgress(until)) => {
                let rest = until.signed_duration_since(server);
                Begun::InProgress(self.now.checked_add_signed(rest).unwrap_or(self.now))
            }
            Some(refusal) => refusal,
            // It ran out in between: whoever asks again may begin.
            None => Begun::InProgress(self.now),
        })
    }
}

struct Finish<'a> {
    ticket: &'a Ticket,
    result: &'a Sealed,
}

impl Work for Finish<'_> {
    type Output = bool;

    async fn run(&self, session: &mut Session<'_>) -> Result<bool, Failure> {
        let key = Value::bytes(self.ticket.key.to_bytes());
        let (fencing, result) = (Value::Int(self.ticket.fencing), self.result.to_value());
        let keep = micros(self.ticket.keep);
        let values = [&key, &fencing, &result, &keep].map(Argument::One);
        Ok(session.execute(&session.shared.own.request_finish, &values).await? > 0)
    }
}

struct Abandon<'a> {
    ticket: &'a Ticket,
}

impl Work for Abandon<'_> {
    type Output = ();

    async fn run(&self, session: &mut Session<'_>) -> Result<(), Failure> {
        let key = Value::bytes(self.ticket.key.to_bytes());
        let fencing = Value::Int(self.ticket.fencing);
        let text = &session.shared.catalogue.kernel.request_abandon;
        session.execute(text, &[(&key).into(), (&fencing).into()]).await?;
        Ok(())
    }
}
