//! The promises of the ports beside the kernel: outbox and leases.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Violation, ensure, kept};
use crate::commit::{Commit, RecordWrite};
use crate::env::Env;
use crate::fact::{Fact, Outbox, Settled, Settlement};
use crate::ids::TenantId;
use crate::job::{Acquired, Leases};
use crate::store::RecordStore;

/// Checks an outbox that commits of `store` fill.
///
/// # Errors
/// The first promise that the store breaks.
pub async fn outbox(
    store: &dyn RecordStore,
    outbox: &dyn Outbox,
    env: &Env,
) -> Result<(), Violation> {
    const PROMISE: &str = "a postponed fact holds back its stream and no other";
    let (one, other): (TenantId, TenantId) = (kept(PROMISE, env.id())?, kept(PROMISE, env.id())?);
    let mut commit: Commit<RecordWrite> = kept(PROMISE, env.commit())?;
    for tenant in [one, one, other] {
        commit.facts.push(kept(PROMISE, env.fact(Fact::TenantSuspended { tenant }))?);
    }
    kept(PROMISE, store.commit(commit).await)?;
    let now = env.now();
    let due = kept(PROMISE, outbox.due(now, 100).await)?;
    let first = due.iter().find(|entry| entry.entry.fact.stream() == crate::Stream::Tenant(one));
    let Some(first) = first else {
        return Err(Violation::new(PROMISE, "a committed fact is not due"));
    };
    let until = now + TimeDelta::seconds(10);
    let settled = Settled::RetryAt(until);
    let settlement = Settlement { stream: first.stream, position: first.position, settled };
    kept(PROMISE, outbox.settle(&[settlement]).await)?;
    let streams = |entries: &[crate::OutboxEntry], tenant| {
        entries.iter().filter(|entry| entry.stream == crate::Stream::Tenant(tenant)).count()
    };
    let due = kept(PROMISE, outbox.due(now, 100).await)?;
    ensure(PROMISE, streams(&due, one) == 0, "a fact behind a postponed one is due")?;
    ensure(PROMISE, streams(&due, other) == 1, "another stream waits as well")?;
    let due = kept(PROMISE, outbox.due(until, 100).await)?;
    ensure(PROMISE, streams(&due, one) == 2, "a postponed stream does not come back")?;
    let attempts: Vec<_> = due
        .iter()
        .filter(|entry| entry.stream == crate::Stream::Tenant(one))
        .map(|entry| (entry.position, entry.attempts))
        .collect();
    ensure(PROMISE, attempts == [(1, 1), (2, 0)], format!("positions and attempts {attempts:?}"))
}

/// Checks a store of leases.
///
/// # Errors
/// The first promise that the store breaks.
pub async fn leases(leases: &dyn Leases, start: DateTime<Utc>) -> Result<(), Violation> {
    const PROMISE: &str = "a name is held by one caller at a time, and due when it was said to be";
    let ttl = Duration::from_mins(1);
    let acquire = |now| leases.acquire("sweep", ttl, now);
    let Acquired::Lease(first) = kept(PROMISE, acquire(start).await)? else {
        return Err(Violation::new(PROMISE, "a fresh name was not granted"));
    };
    let held = kept(PROMISE, acquire(start).await)?;
    ensure(PROMISE, matches!(held, Acquired::Held(_)), "granted twice")?;
    let later = start + TimeDelta::seconds(61);
    let Acquired::Lease(second) = kept(PROMISE, acquire(later).await)? else {
        return Err(Violation::new(PROMISE, "a lease that ran out was not granted anew"));
    };
    ensure(PROMISE, second.fencing > first.fencing, "the fencing number did not rise")?;
    kept(PROMISE, leases.release(first, later).await)?;
    let held = kept(PROMISE, acquire(later).await)?;
    ensure(PROMISE, matches!(held, Acquired::Held(_)), "a lost lease could be released")?;
    let due = later + TimeDelta::seconds(30);
    kept(PROMISE, leases.release(second, due).await)?;
    let early = kept(PROMISE, acquire(later).await)?;
    ensure(PROMISE, early == Acquired::NotDue(due), "granted before it was due")?;
    let granted = kept(PROMISE, acquire(due).await)?;
    ensure(PROMISE, matches!(granted, Acquired::Lease(_)), "not granted when due")
}
