//! Who may run a job. Whether a lease has run out is decided by the server's clock, whether a job is
//! due by the caller's.

use std::time::Duration;

use alley_core::{Acquired, Field as _, Lease, Leases, StoreError, Value};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

use super::PostgresStore;
use super::connection::{Session, Work};
use super::driver::Argument;
use super::failure::Failure;
use super::span::micros;

#[async_trait]
impl Leases for PostgresStore {
    async fn acquire(
        &self,
        name: &str,
        ttl: Duration,
        now: DateTime<Utc>,
    ) -> Result<Acquired, StoreError> {
        self.write(&Acquire { name, ttl, now }).await
    }

    async fn renew(
        &self,
        lease: &Lease,
        ttl: Duration,
        _: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        self.write(&Renew { lease, ttl }).await
    }

    async fn release(&self, lease: Lease, due: DateTime<Utc>) -> Result<(), StoreError> {
        self.write(&Release { lease, due }).await
    }
}

struct Acquire<'a> {
    name: &'a str,
    ttl: Duration,
    now: DateTime<Utc>,
}

impl Work for Acquire<'_> {
    type Output = Acquired;

    async fn run(&self, session: &mut Session<'_>) -> Result<Acquired, Failure> {
        let shared = session.shared;
        let name = Value::Text(self.name.to_owned());
        let values = [name.clone(), micros(self.ttl), self.now.to_value()];
        let taken = session.first(&shared.own.lease_take, &values).await?;
        if let Some([Value::Int(fencing)]) = taken.as_deref() {
            return Ok(Acquired::Lease(Lease::new(self.name.to_owned(), *fencing)));
        }
        let kept = session.first(&shared.own.lease_get, &[name]).await?;
        let wrong = || StoreError::corrupt("lease", "a row is not of the declared form");
        match kept.as_deref() {
            Some([Value::Int(rest), _]) => {
                let rest = TimeDelta::microseconds((*rest).max(0));
                Ok(Acquired::Held(self.now.checked_add_signed(rest).unwrap_or(self.now)))
            }
            Some([Value::Null, due]) => {
                let due = DateTime::from_value(due.clone()).map_err(|_unread| wrong())?;
                Ok(Acquired::NotDue(due))
            }
            _ => Err(wrong().into()),
        }
    }
}

struct Renew<'a> {
    lease: &'a Lease,
    ttl: Duration,
}

impl Work for Renew<'_> {
    type Output = bool;

    async fn run(&self, session: &mut Session<'_>) -> Result<bool, Failure> {
        let name = Value::Text(self.lease.name.clone());
        let (fencing, length) = (Value::Int(self.lease.fencing), micros(self.ttl));
        let values = [&name, &fencing, &length].map(Argument::One);
        Ok(session.execute(&session.shared.own.lease_renew, &values).await? > 0)
    }
}

struct Release {
    lease: Lease,
    due: DateTime<Utc>,
}

impl Work for Release {
    type Output = ();

    async fn run(&self, session: &mut Session<'_>) -> Result<(), Failure> {
        let text = &session.shared.catalogue.kernel.lease_release;
        let name = Value::Text(self.lease.name.clone());
        let (fencing, due) = (Value::Int(self.lease.fencing), self.due.to_value());
        session.execute(text, &[(&name).into(), (&fencing).into(), (&due).into()]).await?;
        Ok(())
    }
}
