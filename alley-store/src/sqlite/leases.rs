//! Who may run a job.

use std::time::Duration;

use alley_core::store::later;
use alley_core::{Acquired, Field as _, Lease, Leases, StoreError, Value};
use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{SqliteStore, driver};

#[async_trait]
impl Leases for SqliteStore {
    async fn acquire(
        &self,
        name: &str,
        ttl: Duration,
        now: DateTime<Utc>,
    ) -> Result<Acquired, StoreError> {
        let name = name.to_owned();
        self.write(move |connection, shared| {
            let text = Value::Text(name.clone());
            let row = driver::row(connection, &shared.own.lease_get, std::slice::from_ref(&text))?;
            if let Some(refused) = row.map(|row| refusal(row, now)).transpose()?.flatten() {
                return Ok(refused);
            }
            let values = [text, later(now, ttl).to_value(), now.to_value()];
            let fencing = driver::number(connection, &shared.own.lease_take, &values)?;
            Ok(Acquired::Lease(Lease::new(name, fencing.unwrap_or_default())))
        })
        .await
    }

    async fn renew(
        &self,
        lease: &Lease,
        ttl: Duration,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let name = Value::Text(lease.name.clone());
        let values = [name, Value::Int(lease.fencing), later(now, ttl).to_value()];
        self.write(move |connection, shared| {
            let text = &shared.own.lease_renew;
            Ok(driver::execute(connection, text, &values).map_err(driver::failed)? > 0)
        })
        .await
    }

    async fn release(&self, lease: Lease, due: DateTime<Utc>) -> Result<(), StoreError> {
        self.write(move |connection, shared| {
            let values = [Value::Text(lease.name), Value::Int(lease.fencing), due.to_value()];
            driver::execute(connection, &shared.catalogue.kernel.lease_release, &values)
                .map(drop)
                .map_err(driver::failed)
        })
        .await
    }
}

/// Why a name is not granted now, from its row.
fn refusal(row: Vec<Value>, now: DateTime<Utc>) -> Result<Option<Acquired>, StoreError> {
    let wrong = || StoreError::corrupt("lease", "a row is not of the declared form");
    let Ok([_, until, due]) = <[Value; 3]>::try_from(row) else {
        return Err(wrong());
    };
    let until = Option::<DateTime<Utc>>::from_value(until).map_err(|_unread| wrong())?;
    let due = DateTime::from_value(due).map_err(|_unread| wrong())?;
    Ok(match until {
        Some(until) if until > now => Some(Acquired::Held(until)),
        None if due > now => Some(Acquired::NotDue(due)),
        _ => None,
    })
}
