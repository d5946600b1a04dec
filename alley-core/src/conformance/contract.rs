//! The promises of every port's `commit`, checked through any port, each on a fresh store.

use std::sync::Arc;

use async_trait::async_trait;

use super::{Violation, ensure, kept};
use crate::commit::{Basis, Commit, Committed, Expect, Version};
use crate::env::Env;
use crate::error::{StoreError, StoreErrorKind};
use crate::fact::{Fact, FactEntry, Outbox, Settled, Settlement};
use crate::ids::TenantId;

/// How a suite makes and reads sample records of one port. Record numbers are 0 to 9; different
/// numbers are different rows, and none of them exists at first.
#[async_trait]
pub trait CommitFixture: Send + Sync {
    /// The port's set of changes.
    type Change: Send;

    /// Inserts sample record `number`.
    fn insert(&self, number: u8) -> Self::Change;

    /// Updates sample record `number`, with content that differs from the inserted one.
    fn update(&self, number: u8, read: Version) -> Self::Change;

    /// Deletes sample record `number`.
    fn delete(&self, number: u8, read: Version) -> Self::Change;

    /// Expects sample record `number` to be as `basis` says.
    fn expect(&self, number: u8, basis: Basis) -> Expect;

    /// The version of sample record `number`, read through the port.
    async fn version(&self, number: u8) -> Result<Option<Version>, StoreError>;

    /// Commits through the port.
    async fn commit(&self, commit: Commit<Self::Change>) -> Result<Committed, StoreError>;

    /// The outbox that commits of this port fill.
    fn outbox(&self) -> Arc<dyn Outbox>;

    /// Clock and randomness of the suite.
    fn env(&self) -> &Env;
}

fn empty<F: CommitFixture>(fixture: &F) -> Result<Commit<F::Change>, Violation> {
    kept("randomness", fixture.env().commit())
}

async fn version<F: CommitFixture>(
    fixture: &F,
    promise: &'static str,
    number: u8,
) -> Result<Option<Version>, Violation> {
    kept(promise, fixture.version(number).await)
}

async fn apply<F: CommitFixture>(
    fixture: &F,
    promise: &'static str,
    change: F::Change,
) -> Result<(), Violation> {
    let mut commit = empty(fixture)?;
    commit.changes.push(change);
    let committed = kept(promise, fixture.commit(commit).await)?;
    ensure(promise, !committed.replayed, "a new commit id was taken for a repeated one")
}

fn is_conflict(result: &Result<Committed, StoreError>) -> bool {
    matches!(result, Err(error) if matches!(error.kind(), StoreErrorKind::Conflict(_)))
}

async fn refused<F: CommitFixture>(
    fixture: &F,
    promise: &'static str,
    commit: Commit<F::Change>,
) -> Result<(), Violation> {
    let result = fixture.commit(commit).await;
    let found = match &result {
        Ok(_) => "the commit was applied".to_owned(),
        Err(error) => format!("another error: {error}"),
    };
    ensure(promise, is_conflict(&result), found)
}

/// An insert of a row that exists is a conflict and changes nothing.
///
/// # Errors
/// When the store breaks the promise.
pub async fn insert_of_an_existing_row_is_a_conflict<F: CommitFixture>(
    fixture: &F,
) -> Result<(), Violation> {
    const PROMISE: &str = "an insert of a row that exists is a conflict and changes nothing";
    ensure(PROMISE, version(fixture, PROMISE, 0).await?.is_none(), "the store was not fresh")?;
    apply(fixture, PROMISE, fixture.insert(0)).await?;
    let first = version(fixture, PROMISE, 0).await?;
    ensure(PROMISE, first == Some(Version::FIRST), "an inserted row has not version 1")?;
    let mut commit = empty(fixture)?;
    commit.changes.push(fixture.insert(0));
    refused(fixture, PROMISE, commit).await
}

/// An update or delete at a stale version is a conflict.
///
/// # Errors
/// When the store breaks the promise.
pub async fn stale_versions_are_conflicts<F: CommitFixture>(fixture: &F) -> Result<(), Violation> {
    const PROMISE: &str = "an update or delete at a stale version is a conflict";
    apply(fixture, PROMISE, fixture.insert(1)).await?;
    apply(fixture, PROMISE, fixture.update(1, Version::FIRST)).await?;
    let second = Some(Version::FIRST.next());
    ensure(PROMISE, version(fixture, PROMISE, 1).await? == second, "an update adds one")?;
    for change in [fixture.update(1, Version::FIRST), fixture.delete(1, Version::FIRST)] {
        let mut commit = empty(fixture)?;
        commit.changes.push(change);
        refused(fixture, PROMISE, commit).await?;
        ensure(PROMISE, version(fixture, PROMISE, 1).await? == second, "the row changed")?;
    }
    apply(fixture, PROMISE, fixture.delete(1, Version::FIRST.next())).await?;
    ensure(PROMISE, version(fixture, PROMISE, 1).await?.is_none(), "a deleted row is there")
}

/// A commit whose expectations do not hold is a conflict.
///
/// # Errors
/// When the store breaks the promise.
pub async fn unmet_expectations_are_conflicts<F: CommitFixture>(
    fixture: &F,
) -> Result<(), Violation> {
    const PROMISE: &str = "a commit whose expectations do not hold is a conflict";
    apply(fixture, PROMISE, fixture.insert(2)).await?;
    let unmet = [
        fixture.expect(2, Basis::Absent),
        fixture.expect(2, Basis::Version(Version::FIRST.next())),
        fixture.expect(3, Basis::Version(Version::FIRST)),
    ];
    for expect in unmet {
        let mut commit = empty(fixture)?.expect(expect);
        commit.changes.push(fixture.insert(4));
        refused(fixture, PROMISE, commit).await?;
        ensure(PROMISE, version(fixture, PROMISE, 4).await?.is_none(), "it was applied")?;
    }
    let mut commit = empty(fixture)?
        .expect(fixture.expect(2, Basis::Version(Version::FIRST)))
        .expect(fixture.expect(3, Basis::Absent));
    commit.changes.push(fixture.insert(4));
    kept(PROMISE, fixture.commit(commit).await)?;
    let there = version(fixture, PROMISE, 4).await?.is_some();
    ensure(PROMISE, there, "a commit whose expectations hold was not applied")
}

/// A refused commit leaves nothing behind, no fact either.
///
/// # Errors
/// When the store breaks the promise.
pub async fn a_refused_commit_leaves_nothing<F: CommitFixture>(
    fixture: &F,
) -> Result<(), Violation> {
    const PROMISE: &str = "a refused commit leaves nothing behind";
    let tenant = tenant(fixture)?;
    let fact = kept(PROMISE, fixture.env().fact(Fact::TenantSuspended { tenant }))?;
    let mut commit = empty(fixture)?.fact(fact.clone());
    commit.changes.push(fixture.insert(5));
    commit.changes.push(fixture.update(6, Version::FIRST));
    refused(fixture, PROMISE, commit).await?;
    ensure(PROMISE, version(fixture, PROMISE, 5).await?.is_none(), "its first change is there")?;
    let waiting = waiting(fixture, PROMISE, tenant).await?;
    ensure(PROMISE, !waiting.contains(&fact), "its fact is in the outbox")
}

/// A repeated commit id answers `replayed` and applies nothing.
///
/// # Errors
/// When the store breaks the promise.
pub async fn a_repeated_id_applies_once<F: CommitFixture>(fixture: &F) -> Result<(), Violation> {
    const PROMISE: &str = "a repeated commit id answers `replayed` and applies nothing";
    let tenant = tenant(fixture)?;
    let fact = kept(PROMISE, fixture.env().fact(Fact::TenantSuspended { tenant }))?;
    let first = empty(fixture)?;
    let mut again = Commit::new(first.id, first.at).fact(fact.clone());
    let mut first = first.fact(fact);
    first.changes.push(fixture.insert(7));
    again.changes.push(fixture.insert(7));
    kept(PROMISE, fixture.commit(first).await)?;
    let committed = kept(PROMISE, fixture.commit(again).await)?;
    ensure(PROMISE, committed.replayed, "the repeated call does not say so")?;
    let waiting = waiting(fixture, PROMISE, tenant).await?;
    ensure(PROMISE, waiting.len() == 1, format!("{} facts are in the outbox", waiting.len()))
}

/// Facts of a commit are in the outbox once, in order.
///
/// # Errors
/// When the store breaks the promise.
pub async fn facts_arrive_once_and_in_order<F: CommitFixture>(
    fixture: &F,
) -> Result<(), Violation> {
    const PROMISE: &str = "facts of a commit are in the outbox once, in order";
    let tenant = tenant(fixture)?;
    let facts = [
        kept(PROMISE, fixture.env().fact(Fact::TenantSuspended { tenant }))?,
        kept(PROMISE, fixture.env().fact(Fact::TenantClosed { tenant }))?,
    ];
    let mut commit = empty(fixture)?;
    commit.facts.extend(facts.iter().cloned());
    commit.changes.push(fixture.insert(8));
    kept(PROMISE, fixture.commit(commit).await)?;
    let found = waiting(fixture, PROMISE, tenant).await?;
    ensure(PROMISE, found == facts, format!("{} facts, or another order", found.len()))?;
    let due = kept(PROMISE, fixture.outbox().due(fixture.env().now(), 1_000).await)?;
    let settled: Vec<_> = due
        .into_iter()
        .map(|entry| Settlement {
            stream: entry.stream,
            position: entry.position,
            settled: Settled::Delivered,
        })
        .collect();
    kept(PROMISE, fixture.outbox().settle(&settled).await)?;
    let left = waiting(fixture, PROMISE, tenant).await?;
    ensure(PROMISE, left.is_empty(), "a delivered fact is still there")
}

fn tenant<F: CommitFixture>(fixture: &F) -> Result<TenantId, Violation> {
    kept("randomness", fixture.env().id())
}

/// The facts of one tenant that wait for delivery.
async fn waiting<F: CommitFixture>(
    fixture: &F,
    promise: &'static str,
    tenant: TenantId,
) -> Result<Vec<FactEntry>, Violation> {
    let due = kept(promise, fixture.outbox().due(fixture.env().now(), 1_000).await)?;
    let of_tenant =
        due.into_iter().filter(|entry| entry.stream == crate::fact::Stream::Tenant(tenant));
    Ok(of_tenant.map(|entry| entry.entry).collect())
}
