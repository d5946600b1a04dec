//! The promises of [`ShopDataStore`].

use std::sync::Arc;

use alley_core::conformance::inbox::{self, InboxFixture};
use alley_core::conformance::{CommitFixture, Harness, Violation, ensure, kept};
use alley_core::inbox::{Payload, Received};
use alley_core::{
    Basis, Commit, Committed, Digest32, Env, Expect, Key, Outbox, PageRequest, Sealed, StoreError,
    StoreErrorKind, Version, Write,
};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

use super::rows::{numbered, order, order_id, shop, shop_ref, tenant};
use crate::ids::OrderId;
use crate::inbox::{InboxEvent, InboxState};
use crate::shop::Shop;
use crate::store::{ShopChange, ShopDataStore, kept_payload};
use crate::stored::Order;
use crate::sync::SyncKind;

/// One test for each promise of [`ShopDataStore`]: `shop_data_conformance!(harness)`, where `harness` is an expression
/// that gives a fresh [`Harness`].
#[macro_export]
macro_rules! shop_data_conformance {
    ($make:expr) => {
        $crate::shop_data_conformance! { @to conformance_tests, $make }
    };
    (@to $then:ident, $make:expr) => {
        $crate::conformance::core::$then! {
            $make, [$crate::conformance::shop_data],
            commit
            one: [
                older_rows_are_passed_over,
                a_page_needs_its_shop_unchanged,
                tenants_are_kept_apart,
                orders_page_newest_first,
                settled_webhooks_are_not_due,
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
    H::Store: ShopDataStore + Outbox,
{
    crate::shop_data_conformance! { @to conformance_suite, make }
}

/// A fresh store and the outbox that its commits fill.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "made by whoever runs the suite")]
pub struct Fixture {
    /// The port; empty.
    pub store: Arc<dyn ShopDataStore>,
    /// Where the facts of its commits wait.
    pub outbox: Arc<dyn Outbox>,
    /// Clock and randomness of the suite.
    pub env: Env,
}

/// The port of a harness.
pub fn fixture<H: Harness>(harness: &H) -> Fixture
where
    H::Store: ShopDataStore + Outbox,
{
    Fixture { store: harness.store(), outbox: harness.store(), env: harness.env().clone() }
}

/// A synced row that is not newer than the stored one is passed over.
///
/// # Errors
/// When it replaces the stored one, or a newer one does not.
pub async fn older_rows_are_passed_over(fixture: &Fixture) -> Result<(), Violation> {
    const PROMISE: &str = "synced rows that are not newer are passed over";
    let (store, now) = (fixture.store.as_ref(), fixture.env.now());
    let rows = |minutes, status: &str| {
        let at = now + TimeDelta::minutes(minutes);
        Write::Sync(vec![Order {
            status: Some(status.to_owned()),
            updated_at: at,
            ..order(1, 1, now)
        }])
    };
    for (minutes, status, expected) in
        [(0, "first", "first"), (-1, "older", "first"), (0, "same", "first"), (1, "newer", "newer")]
    {
        kept(PROMISE, store.commit(empty(fixture)?.change(rows(minutes, status))).await)?;
        let found = kept(PROMISE, store.order(tenant(1), &order_id(1)?).await)?;
        let status = found.and_then(|found| found.record.status);
        ensure(PROMISE, status.as_deref() == Some(expected), format!("{status:?}"))?;
    }
    Ok(())
}

/// Rows are stored only if their shop is as it was read.
///
/// # Errors
/// When they are stored although the shop changed.
pub async fn a_page_needs_its_shop_unchanged(fixture: &Fixture) -> Result<(), Violation> {
    const PROMISE: &str = "a page is stored only while its shop is as it was read";
    let (store, now) = (fixture.store.as_ref(), fixture.env.now());
    let open = shop(1, now);
    kept(PROMISE, store.commit(empty(fixture)?.change(Write::Insert(open.clone()))).await)?;
    let page = |fixture| -> Result<Commit<ShopChange>, Violation> {
        let key = Key::of(tenant(1), &open.shop_id);
        Ok(empty(fixture)?
            .expect(Expect::unchanged::<Shop>(key, Version::FIRST))
            .change(Write::Sync(vec![order(1, 1, now)])))
    };
    let closed = Shop { closed_at: Some(now), ..open.clone() };
    let close = Write::Update { record: closed, read: Version::FIRST };
    kept(PROMISE, store.commit(empty(fixture)?.change(close)).await)?;
    let refused = store.commit(page(fixture)?).await;
    ensure(PROMISE, refused.is_err_and(|error| error.is_conflict()), "it was stored")?;
    let count = store.synced_count(tenant(1), &open.shop_id, SyncKind::Orders).await;
    ensure(PROMISE, kept(PROMISE, count)? == 0, "its rows are there")
}

/// Nothing of one tenant is answered to another, except by the reads of jobs.
///
/// # Errors
/// When it is.
pub async fn tenants_are_kept_apart(fixture: &Fixture) -> Result<(), Violation> {
    const PROMISE: &str = "tenants are kept apart";
    let (store, now) = (fixture.store.as_ref(), fixture.env.now());
    let commit = empty(fixture)?
        .change(Write::Insert(shop(1, now)))
        .change(Write::Insert(shop(2, now)))
        .change(Write::Sync(vec![order(1, 1, now)]));
    kept(PROMISE, store.commit(commit).await)?;
    let id = shop_ref();
    let both = kept(PROMISE, store.shops_by_ref(&id).await)?;
    ensure(PROMISE, both.len() == 2, format!("{} rows of one shop", both.len()))?;
    let own = kept(PROMISE, store.shops(tenant(2)).await)?;
    ensure(PROMISE, own.len() == 1, format!("{} shops of one tenant", own.len()))?;
    let order = kept(PROMISE, store.order(tenant(2), &order_id(1)?).await)?;
    let page = kept(PROMISE, store.orders(tenant(2), &id, PageRequest::first(10)).await)?;
    ensure(PROMISE, order.is_none() && page.items.is_empty(), "orders of another tenant")
}

/// Orders come newest first, each once over all pages.
///
/// # Errors
/// When one is missing, comes twice or in another place.
pub async fn orders_page_newest_first(fixture: &Fixture) -> Result<(), Violation> {
    const PROMISE: &str = "orders come newest first, each once";
    let (store, now) = (fixture.store.as_ref(), fixture.env.now());
    let rows: Vec<Order> = (1..=7)
        .map(|number| Order {
            created_at: now + TimeDelta::minutes(i64::from(number % 3)),
            ..order(1, number, now)
        })
        .collect();
    kept(PROMISE, store.commit(empty(fixture)?.change(Write::Sync(rows))).await)?;
    let mut request = PageRequest::first(3);
    let mut seen: Vec<Order> = Vec::new();
    loop {
        let page = kept(PROMISE, store.orders(tenant(1), &shop_ref(), request).await)?;
        seen.extend(page.items.into_iter().map(|found| found.record));
        match page.next {
            Some(cursor) => request = PageRequest::after(cursor, 3),
            None => break,
        }
    }
    let sorted = seen.is_sorted_by(|a, b| a.created_at >= b.created_at);
    let mut ids: Vec<OrderId> = seen.into_iter().map(|order| order.order_id).collect();
    ids.sort_unstable();
    ids.dedup();
    ensure(PROMISE, sorted && ids.len() == 7, format!("{} orders, sorted: {sorted}", ids.len()))
}

/// Webhooks are due from their time on until they are settled.
///
/// # Errors
/// When one is due too early, too late or for ever.
pub async fn settled_webhooks_are_not_due(fixture: &Fixture) -> Result<(), Violation> {
    const PROMISE: &str = "webhooks are due until they are settled";
    let (store, now) = (fixture.store.as_ref(), fixture.env.now());
    let due_at = now + TimeDelta::minutes(1);
    let event = InboxEvent { due_at, ..webhook(77, now) };
    kept(PROMISE, store.commit(empty(fixture)?.change(Write::Insert(event.clone()))).await)?;
    let early = kept(PROMISE, store.inbox_due(now, 10).await)?;
    let due = kept(PROMISE, store.inbox_due(event.due_at, 10).await)?;
    ensure(PROMISE, early.is_empty() && due.len() == 1, "due at another time")?;
    let record = event.clone().handled(now);
    let settle = Write::Update { record, read: Version::FIRST };
    kept(PROMISE, store.commit(empty(fixture)?.change(settle)).await)?;
    let due = kept(PROMISE, store.inbox_due(event.due_at, 10).await)?;
    let handled = kept(PROMISE, store.inbox_handled(now, 10).await)?;
    ensure(PROMISE, due.is_empty() && handled.len() == 1, "still due, or not found as handled")
}

/// First, repeated and altered webhooks are told apart.
///
/// # Errors
/// When they are not.
pub async fn received_events_are_told_apart(fixture: &Fixture) -> Result<(), Violation> {
    inbox::events_are_told_apart(fixture).await
}

/// Of many deliveries of one webhook one is the first.
///
/// # Errors
/// When two are, or none.
pub fn one_of_many_deliveries_is_first<H: Harness>(harness: &H) -> Result<(), Violation>
where
    H::Store: ShopDataStore + Outbox,
{
    inbox::one_of_many_deliveries_is_first(harness, &fixture(harness))
}

#[async_trait]
impl InboxFixture for Fixture {
    async fn receive(&self, number: u8, payload: &Payload) -> Result<Received, StoreError> {
        let event = InboxEvent { payload_hash: payload.hash(), ..webhook(number, self.env.now()) };
        let other = |error| StoreError::with_source(StoreErrorKind::Other, error);
        let (id, commit) = (event.event_id.clone(), self.env.commit().map_err(other)?);
        let insert = self.store.commit(commit.change(Write::Insert(event)));
        let kept = kept_payload(self.store.as_ref(), &id);
        alley_core::inbox::receive(payload, insert, kept).await
    }

    async fn kept(&self, number: u8) -> Result<Option<Digest32>, StoreError> {
        kept_payload(self.store.as_ref(), &number.to_string()).await
    }

    fn env(&self) -> &Env {
        &self.env
    }
}

fn webhook(number: u8, now: DateTime<Utc>) -> InboxEvent {
    InboxEvent {
        event_id: number.to_string(),
        body: Sealed::from_bytes(vec![1; 90]),
        payload_hash: None,
        state: InboxState::Pending,
        attempts: 0,
        received_at: now,
        due_at: now,
        handled_at: None,
    }
}

impl Fixture {
    fn row(&self, number: u8) -> Shop {
        Shop { shop_id: numbered(number), ..shop(1, self.env.now()) }
    }
}

#[async_trait]
impl CommitFixture for Fixture {
    type Change = ShopChange;

    fn insert(&self, number: u8) -> ShopChange {
        Write::Insert(self.row(number)).into()
    }

    fn update(&self, number: u8, read: Version) -> ShopChange {
        let record = Shop { name: Some("other".to_owned()), ..self.row(number) };
        Write::Update { record, read }.into()
    }

    fn delete(&self, number: u8, read: Version) -> ShopChange {
        Write::<Shop>::Delete { key: Key::of(tenant(1), &numbered(number)), read }.into()
    }

    fn expect(&self, number: u8, basis: Basis) -> Expect {
        let key = Key::of(tenant(1), &numbered(number));
        match basis {
            Basis::Absent => Expect::absent::<Shop>(key),
            Basis::Version(version) => Expect::unchanged::<Shop>(key, version),
        }
    }

    async fn version(&self, number: u8) -> Result<Option<Version>, StoreError> {
        Ok(self.store.shop(tenant(1), &numbered(number)).await?.map(|found| found.version))
    }

    async fn commit(&self, commit: Commit<ShopChange>) -> Result<Committed, StoreError> {
        self.store.commit(commit).await
    }

    fn outbox(&self) -> Arc<dyn Outbox> {
        self.outbox.clone()
    }

    fn env(&self) -> &Env {
        &self.env
    }
}

fn empty<C>(fixture: &Fixture) -> Result<Commit<C>, Violation> {
    kept("randomness", fixture.env.commit())
}
