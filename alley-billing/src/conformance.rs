//! The suite for stores that implement [`BillingStore`]: one function a promise of the port.

use std::sync::Arc;

use alley_core::conformance::inbox::{self, InboxFixture};
use alley_core::conformance::{CommitFixture, Harness, Violation, ensure, kept};
use alley_core::inbox::{Payload, Received};
use alley_core::{
    Basis, Commit, Committed, Digest32, Env, Expect, Key, Outbox, StoreError, StoreErrorKind,
    TenantId, Version, Versioned, Write,
};
use async_trait::async_trait;
use chrono::TimeDelta;

use crate::checkout::PendingCheckout;
use crate::customer::Customer;
use crate::inbox::{InboxEvent, InboxState};
use crate::store::{BillingStore, Change, kept_payload};

#[doc(hidden)]
pub use alley_core as core;

mod sample;

use sample::{checkout, customer, event, invoice, reference, subscription, tenant};

/// A fresh store and the outbox that its commits fill.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "made by whoever runs the suite")]
pub struct Fixture {
    /// The port under test; empty.
    pub store: Arc<dyn BillingStore>,
    /// Where the facts of its commits wait.
    pub outbox: Arc<dyn Outbox>,
    /// Clock and randomness of the suite.
    pub env: Env,
}

/// One test for each promise of [`BillingStore`]: `billing_conformance!(harness)`, where `harness` is an
/// expression that gives a fresh [`Harness`].
#[macro_export]
macro_rules! billing_conformance {
    ($make:expr) => {
        $crate::billing_conformance! { @to conformance_tests, $make }
    };
    (@to $then:ident, $make:expr) => {
        $crate::conformance::core::$then! {
            $make, [$crate::conformance],
            commit
            one: [
                records_read_back_equal,
                tenants_are_kept_apart,
                a_customer_id_belongs_to_one_tenant,
                due_rows_come_in_order_and_up_to_the_limit,
                settled_events_are_neither_due_nor_waiting,
                received_events_are_told_apart,
            ]
            many: [one_of_many_deliveries_is_first]
            reopening: []
        }
    };
}

/// Runs every check, each on a fresh store that `make` gives.
///
/// # Errors
/// The first promise that the store breaks.
pub fn suite<H: Harness>(make: impl Fn() -> H) -> Result<(), Violation>
where
    H::Store: BillingStore + Outbox,
{
    crate::billing_conformance! { @to conformance_suite, make }
}

/// The port of a harness.
pub fn fixture<H: Harness>(harness: &H) -> Fixture
where
    H::Store: BillingStore + Outbox,
{
    Fixture { store: harness.store(), outbox: harness.store(), env: harness.env().clone() }
}

/// What was committed is read back value by value, by every read of the port.
///
/// # Errors
/// When a read answers something else.
pub async fn records_read_back_equal(fixture: &Fixture) -> Result<(), Violation> {
    const PROMISE: &str = "records read back equal";
    let (tenant, now) = (tenant(1), fixture.env.now());
    let mut customer = customer(tenant, 1, now);
    customer.synced_at = Some(now);
    customer.entitled = true;
    let subscription = subscription(tenant, "sub_1", now);
    let invoice = invoice(tenant, "in_1", now);
    let checkout = checkout(tenant, now);
    let event = event("evt_1", 1, now);
    let commit = commit(fixture, PROMISE)?
        .change(Write::Insert(customer.clone()))
        .change(Write::Insert(subscription.clone()))
        .change(Write::Insert(invoice.clone()))
        .change(Write::Insert(checkout.clone()))
        .change(Write::Insert(event.clone()));
    kept(PROMISE, fixture.store.commit(commit).await)?;
    let store = &fixture.store;
    let found = kept(PROMISE, store.customer(tenant).await)?;
    same(PROMISE, found, &customer)?;
    let found = kept(PROMISE, store.customer_by_ref(&reference(1)).await)?;
    same(PROMISE, found, &customer)?;
    let found = kept(PROMISE, store.subscriptions(tenant).await)?;
    same(PROMISE, found, &subscription)?;
    same(PROMISE, kept(PROMISE, store.invoices(tenant).await)?, &invoice)?;
    same(PROMISE, kept(PROMISE, store.checkout(tenant).await)?, &checkout)?;
    same(PROMISE, kept(PROMISE, store.inbox_event(&event.event_id).await)?, &event)
}

/// Nothing of one tenant is answered to another.
///
/// # Errors
/// When it is.
pub async fn tenants_are_kept_apart(fixture: &Fixture) -> Result<(), Violation> {
    const PROMISE: &str = "tenants are kept apart";
    let now = fixture.env.now();
    let commit = commit(fixture, PROMISE)?
        .change(Write::Insert(customer(tenant(1), 1, now)))
        .change(Write::Insert(subscription(tenant(1), "sub_1", now)))
        .change(Write::Insert(subscription(tenant(2), "sub_1", now)))
        .change(Write::Insert(invoice(tenant(1), "in_1", now)))
        .change(Write::Insert(checkout(tenant(1), now)));
    kept(PROMISE, fixture.store.commit(commit).await)?;
    let store = &fixture.store;
    let own = kept(PROMISE, store.subscriptions(tenant(1)).await)?;
    let others = kept(PROMISE, store.subscriptions(tenant(2)).await)?;
    ensure(PROMISE, own.len() == 1 && others.len() == 1, "subscriptions of both")?;
    let nothing = kept(PROMISE, store.customer(tenant(2)).await)?.is_none()
        && kept(PROMISE, store.checkout(tenant(2)).await)?.is_none()
        && kept(PROMISE, store.invoices(tenant(2)).await)?.is_empty();
    ensure(PROMISE, nothing, "records of another tenant")
}

/// No two tenants are linked to one customer at Stripe.
///
/// # Errors
/// When the second link is taken, or refused as something else than a duplicate.
pub async fn a_customer_id_belongs_to_one_tenant(fixture: &Fixture) -> Result<(), Violation> {
    const PROMISE: &str = "a customer id belongs to one tenant";
    let now = fixture.env.now();
    let first = commit(fixture, PROMISE)?.change(Write::Insert(customer(tenant(1), 1, now)));
    kept(PROMISE, fixture.store.commit(first).await)?;
    let second = commit(fixture, PROMISE)?.change(Write::Insert(customer(tenant(2), 1, now)));
    match fixture.store.commit(second).await {
        Err(error) if matches!(error.kind(), StoreErrorKind::Duplicate { .. }) => {}
        other => return Err(Violation::new(PROMISE, format!("{other:?}"))),
    }
    // Customers that are not linked yet do not collide.
    for number in [3, 4] {
        let unlinked = Customer { stripe_customer_id: None, ..customer(tenant(number), 9, now) };
        let commit = commit(fixture, PROMISE)?.change(Write::Insert(unlinked));
        kept(PROMISE, fixture.store.commit(commit).await)?;
    }
    Ok(())
}

/// Lists of what is due hold what is due and nothing else, longest due first.
///
/// # Errors
/// When they do not.
pub async fn due_rows_come_in_order_and_up_to_the_limit(
    fixture: &Fixture,
) -> Result<(), Violation> {
    const PROMISE: &str = "due rows come in order and up to the limit";
    let now = fixture.env.now();
    let mut commit = commit(fixture, PROMISE)?;
    for number in 1..=5_u8 {
        let at = now - TimeDelta::seconds(i64::from(number));
        let mut event = event(&format!("evt_{number}"), number, at);
        event.due_at = Some(at);
        let mut customer = customer(tenant(number), number, now);
        customer.review_at = Some(at);
        commit = commit.change(Write::Insert(event)).change(Write::Insert(customer));
    }
    let mut later = event("evt_6", 6, now);
    later.due_at = Some(now + TimeDelta::microseconds(1));
    let unwatched = customer(tenant(6), 6, now);
    let commit = commit.change(Write::Insert(later)).change(Write::Insert(unwatched));
    kept(PROMISE, fixture.store.commit(commit).await)?;
    let store = &fixture.store;
    let events = kept(PROMISE, store.events_due(now, 3).await)?;
    let ids: Vec<&str> = events.iter().map(|one| one.record.event_id.as_str()).collect();
    ensure(PROMISE, ids == ["evt_5", "evt_4", "evt_3"], format!("{ids:?}"))?;
    let all = kept(PROMISE, store.events_due(now, 100).await)?.len();
    ensure(PROMISE, all == 5, format!("{all} events due"))?;
    let customers = kept(PROMISE, store.customers_due(now, 2).await)?;
    let tenants: Vec<TenantId> = customers.iter().map(|one| one.record.tenant_id).collect();
    ensure(PROMISE, tenants == [tenant(5), tenant(4)], format!("{tenants:?}"))?;
    let all = kept(PROMISE, store.customers_due(now, 100).await)?.len();
    ensure(PROMISE, all == 5, format!("{all} customers due"))?;
    let old = kept(PROMISE, store.events_old(now - TimeDelta::seconds(3), 100).await)?;
    ensure(PROMISE, old.len() == 3, format!("{} old events", old.len()))
}

/// An event that was settled is not acted on again.
///
/// # Errors
/// When it is answered as due or waiting.
pub async fn settled_events_are_neither_due_nor_waiting(
    fixture: &Fixture,
) -> Result<(), Violation> {
    const PROMISE: &str = "settled events are neither due nor waiting";
    let now = fixture.env.now();
    let pending = event("evt_1", 1, now);
    let insert = commit(fixture, PROMISE)?.change(Write::Insert(pending.clone()));
    kept(PROMISE, fixture.store.commit(insert).await)?;
    let waiting = kept(PROMISE, fixture.store.events_waiting(&reference(1), 10).await)?;
    same(PROMISE, waiting, &pending)?;
    let record = pending.settled(InboxState::Done, Some(tenant(1)));
    let settle = commit(fixture, PROMISE)?.change(Write::Update { record, read: Version::FIRST });
    kept(PROMISE, fixture.store.commit(settle).await)?;
    let due = kept(PROMISE, fixture.store.events_due(now, 10).await)?.len();
    let waiting = kept(PROMISE, fixture.store.events_waiting(&reference(1), 10).await)?.len();
    ensure(PROMISE, due == 0 && waiting == 0, format!("{due} due, {waiting} waiting"))
}

#[async_trait]
impl CommitFixture for Fixture {
    type Change = Change;

    fn insert(&self, number: u8) -> Change {
        Write::Insert(checkout(tenant(number), self.env.now())).into()
    }

    fn update(&self, number: u8, read: Version) -> Change {
        let mut record = checkout(tenant(number), self.env.now());
        record.creation_key.push('2');
        Write::Update { record, read }.into()
    }

    fn delete(&self, number: u8, read: Version) -> Change {
        Write::<PendingCheckout>::Delete { key: Key::global(&tenant(number)), read }.into()
    }

    fn expect(&self, number: u8, basis: Basis) -> Expect {
        let key = Key::global(&tenant(number));
        match basis {
            Basis::Absent => Expect::absent::<PendingCheckout>(key),
            Basis::Version(version) => Expect::unchanged::<PendingCheckout>(key, version),
        }
    }

    async fn version(&self, number: u8) -> Result<Option<Version>, StoreError> {
        Ok(self.store.checkout(tenant(number)).await?.map(|found| found.version))
    }

    async fn commit(&self, commit: Commit<Change>) -> Result<Committed, StoreError> {
        self.store.commit(commit).await
    }

    fn outbox(&self) -> Arc<dyn Outbox> {
        Arc::clone(&self.outbox)
    }

    fn env(&self) -> &Env {
        &self.env
    }
}

/// First, repeated and altered events are told apart.
///
/// # Errors
/// When they are not.
pub async fn received_events_are_told_apart(fixture: &Fixture) -> Result<(), Violation> {
    inbox::events_are_told_apart(fixture).await
}

/// Of many deliveries of one event one is the first.
///
/// # Errors
/// When two are, or none.
pub fn one_of_many_deliveries_is_first<H: Harness>(harness: &H) -> Result<(), Violation>
where
    H::Store: BillingStore + Outbox,
{
    inbox::one_of_many_deliveries_is_first(harness, &fixture(harness))
}

#[async_trait]
impl InboxFixture for Fixture {
    async fn receive(&self, number: u8, payload: &Payload) -> Result<Received, StoreError> {
        let event = InboxEvent { payload_hash: payload.hash(), ..received(number, &self.env) };
        let commit = self.env.commit().map_err(other)?;
        let insert = self.store.commit(commit.change(Write::Insert(event.clone())));
        let kept = kept_payload(self.store.as_ref(), &event);
        alley_core::inbox::receive(payload, insert, kept).await
    }

    async fn kept(&self, number: u8) -> Result<Option<Digest32>, StoreError> {
        kept_payload(self.store.as_ref(), &received(number, &self.env)).await
    }

    fn env(&self) -> &Env {
        &self.env
    }
}

fn received(number: u8, env: &Env) -> InboxEvent {
    event(&format!("evt_{number}"), number, env.now())
}

fn other(error: alley_core::RandomError) -> StoreError {
    StoreError::with_source(StoreErrorKind::Other, error)
}

fn commit(fixture: &Fixture, promise: &'static str) -> Result<Commit<Change>, Violation> {
    kept(promise, fixture.env.commit())
}

/// Exactly one record, and this one.
fn same<R: PartialEq + std::fmt::Debug>(
    promise: &'static str,
    found: impl IntoIterator<Item = Versioned<R>>,
    expected: &R,
) -> Result<(), Violation> {
    let found: Vec<R> = found.into_iter().map(|one| one.record).collect();
    ensure(promise, found.len() == 1 && found.first() == Some(expected), format!("{found:?}"))
}

#[cfg(test)]
mod tests {
    use alley_core::conformance::Local;
    use alley_core::{Fault, MemoryStore};

    use super::*;

    crate::billing_conformance!(Local::new(Arc::new(MemoryStore::new())));

    #[test]
    fn every_fault_is_noticed() {
        for fault in Fault::OF_COMMIT {
            let found = suite(|| Local::new(Arc::new(MemoryStore::broken(*fault))));
            assert!(found.is_err(), "{fault:?}");
        }
    }

    #[test]
    fn a_store_whose_claims_race_is_noticed() {
        let harness = Local::new(Arc::new(MemoryStore::broken(Fault::RacesItself)));
        assert!(super::one_of_many_deliveries_is_first(&harness).is_err());
    }
}
