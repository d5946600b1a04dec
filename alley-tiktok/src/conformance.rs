//! The suite for stores that implement the ports of this crate: one function a promise.

use std::sync::Arc;

use alley_core::conformance::{Violation, commit_contract, ensure, kept};
use alley_core::{
    Commit, Digest32, Env, Expect, Key, Outbox, PageRequest, Sealed, StoreErrorKind, Version, Write,
};
use chrono::TimeDelta;

use crate::connect::{PendingAuthorization, PendingKind};
use crate::ids::{IntegrationId, OrderId};
use crate::inbox::{InboxEvent, InboxState};
use crate::integration::{Integration, IntegrationState};
use crate::shop::Shop;
use crate::store::{ShopChange, ShopDataStore, TokenStore};
use crate::stored::Order;
use crate::sync::SyncKind;
use crate::token::Token;

mod ports;
mod rows;

use ports::{OfShopData, OfTokens};
use rows::{id, integration, order, order_id, shop, shop_ref, tenant, token};

/// Fresh stores and the outbox that their commits fill.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "made by whoever runs the suite")]
pub struct Fixture {
    /// One port under test; empty.
    pub tokens: Arc<dyn TokenStore>,
    /// The other; empty.
    pub shop_data: Arc<dyn ShopDataStore>,
    /// Where the facts of their commits wait.
    pub outbox: Arc<dyn Outbox>,
    /// Clock and randomness of the suite.
    pub env: Env,
}

/// Runs every check of both ports, each on a fresh store that `make` gives.
///
/// # Errors
/// The first promise that the store breaks.
pub async fn suite(make: impl Fn() -> Fixture) -> Result<(), Violation> {
    commit_contract(&OfTokens(make())).await?;
    commit_contract(&OfShopData(make())).await?;
    one_live_integration_a_seller(&make()).await?;
    a_token_rotates_once(&make()).await?;
    due_tokens_come_earliest_first(&make()).await?;
    pending_authorizations_are_kept_by_tenant(&make()).await?;
    older_rows_are_passed_over(&make()).await?;
    a_page_needs_its_shop_unchanged(&make()).await?;
    tenants_are_kept_apart(&make()).await?;
    orders_page_newest_first(&make()).await?;
    settled_webhooks_are_not_due(&make()).await
}

/// No two live integrations of one tenant name the same seller; ended ones name none.
///
/// # Errors
/// When a second one is taken, or refused as something else than a duplicate.
pub async fn one_live_integration_a_seller(fixture: &Fixture) -> Result<(), Violation> {
    const PROMISE: &str = "one live integration for each seller of a tenant";
    let store = fixture.tokens.as_ref();
    let (first, second) = (integration(1, 1), integration(1, 2));
    let commit = empty(fixture)?.change(Write::Insert(first.clone()));
    kept(PROMISE, store.commit(commit).await)?;
    let commit = empty(fixture)?.change(Write::Insert(second.clone()));
    let refused = store.commit(commit).await;
    let duplicate = matches!(
        &refused,
        Err(error) if matches!(error.kind(), StoreErrorKind::Duplicate { .. })
    );
    ensure(PROMISE, duplicate, format!("{refused:?}"))?;
    let ended = Integration { open_id: None, state: IntegrationState::Disconnected, ..first };
    let commit = empty(fixture)?
        .change(Write::Update { record: ended.clone(), read: Version::FIRST })
        .change(Write::Insert(Integration { open_id: None, ..second }))
        .change(Write::Insert(integration(1, 3)))
        .change(Write::Insert(integration(2, 4)));
    kept(PROMISE, store.commit(commit).await)?;
    let found = kept(PROMISE, store.integrations_of_seller("seller").await)?;
    ensure(PROMISE, found.len() == 2, format!("{} live integrations", found.len()))?;
    let found = kept(PROMISE, store.integration(tenant(1), ended.integration_id).await)?;
    ensure(PROMISE, found.is_some_and(|found| found.record == ended), "another record")
}

/// Of two rotations that read the same version one is refused.
///
/// # Errors
/// When both are taken or the stored pair is not that of the first.
pub async fn a_token_rotates_once(fixture: &Fixture) -> Result<(), Violation> {
    const PROMISE: &str = "of two rotations of a token one wins";
    let store = fixture.tokens.as_ref();
    let row = token(1, 1, fixture.env.now());
    kept(PROMISE, store.commit(empty(fixture)?.change(Write::Insert(row.clone()))).await)?;
    let rotated = |generation| Token {
        generation,
        access: Sealed::from_bytes(vec![u8::try_from(generation).unwrap_or(0); 90]),
        ..row.clone()
    };
    let write = |record| Write::Update { record, read: Version::FIRST };
    kept(PROMISE, store.commit(empty(fixture)?.change(write(rotated(2)))).await)?;
    let second = store.commit(empty(fixture)?.change(write(rotated(3)))).await;
    ensure(PROMISE, second.is_err_and(|error| error.is_conflict()), "both were taken")?;
    let found = kept(PROMISE, store.token(tenant(1), id(1)).await)?;
    ensure(PROMISE, found.is_some_and(|found| found.record == rotated(2)), "another pair")
}

/// Tokens that are due come earliest first, up to the limit, of all tenants.
///
/// # Errors
/// When others come, or in another order.
pub async fn due_tokens_come_earliest_first(fixture: &Fixture) -> Result<(), Violation> {
    const PROMISE: &str = "due tokens come earliest first";
    let (store, now) = (fixture.tokens.as_ref(), fixture.env.now());
    let mut commit = empty(fixture)?;
    for (number, due) in [(1, Some(30)), (2, Some(10)), (3, None), (4, Some(61)), (5, Some(20))] {
        let due = due.map(|seconds| now + TimeDelta::seconds(seconds));
        let row = Token { refresh_due_at: due, ..token(number, number, now) };
        commit = commit.change(Write::Insert(row));
    }
    kept(PROMISE, store.commit(commit).await)?;
    let at = now + TimeDelta::seconds(60);
    let due = kept(PROMISE, store.tokens_due(at, 2).await)?;
    let found: Vec<IntegrationId> = due.iter().map(|found| found.record.integration_id).collect();
    ensure(PROMISE, found == [id(2), id(5)], format!("{found:?}"))?;
    let all = kept(PROMISE, store.tokens_due(at, 10).await)?;
    ensure(PROMISE, all.len() == 3, format!("{} are due", all.len()))
}

/// An authorization under way is found by its own tenant only, and when it ran out by the job.
///
/// # Errors
/// When it is found otherwise.
pub async fn pending_authorizations_are_kept_by_tenant(fixture: &Fixture) -> Result<(), Violation> {
    const PROMISE: &str = "authorizations under way are kept by tenant";
    let (store, now) = (fixture.tokens.as_ref(), fixture.env.now());
    let hash = Digest32::new([7; 32]);
    let pending = PendingAuthorization {
        state_hash: hash,
        tenant_id: tenant(1),
        kind: PendingKind::Begun,
        code: None,
        created_at: now,
        expires_at: now + TimeDelta::minutes(10),
    };
    kept(PROMISE, store.commit(empty(fixture)?.change(Write::Insert(pending.clone()))).await)?;
    let own = kept(PROMISE, store.pending_authorization(tenant(1), hash).await)?;
    ensure(PROMISE, own.is_some_and(|own| own.record == pending), "not found by its tenant")?;
    let other = kept(PROMISE, store.pending_authorization(tenant(2), hash).await)?;
    ensure(PROMISE, other.is_none(), "found by another tenant")?;
    let early = kept(PROMISE, store.pending_expired(now, 10).await)?;
    let late = kept(PROMISE, store.pending_expired(pending.expires_at, 10).await)?;
    ensure(PROMISE, early.is_empty() && late.len() == 1, "found too early or not at all")
}

/// A synced row that is not newer than the stored one is passed over.
///
/// # Errors
/// When it replaces the stored one, or a newer one does not.
pub async fn older_rows_are_passed_over(fixture: &Fixture) -> Result<(), Violation> {
    const PROMISE: &str = "synced rows that are not newer are passed over";
    let (store, now) = (fixture.shop_data.as_ref(), fixture.env.now());
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
    let (store, now) = (fixture.shop_data.as_ref(), fixture.env.now());
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
    let (store, now) = (fixture.shop_data.as_ref(), fixture.env.now());
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
    let (store, now) = (fixture.shop_data.as_ref(), fixture.env.now());
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
    let (store, now) = (fixture.shop_data.as_ref(), fixture.env.now());
    let event = InboxEvent {
        event_id: "77".to_owned(),
        body: Sealed::from_bytes(vec![1; 90]),
        payload_hash: None,
        state: InboxState::Pending,
        attempts: 0,
        received_at: now,
        due_at: now + TimeDelta::minutes(1),
        handled_at: None,
    };
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

fn empty<C>(fixture: &Fixture) -> Result<Commit<C>, Violation> {
    kept("randomness", fixture.env.commit())
}

#[cfg(test)]
mod tests {
    use alley_core::http::{HttpTransport, RequestLimits, TransportError, TransportErrorKind};
    use alley_core::{Fault, KeyId, Keyring, ManualClock, MemoryStore, SealKey, SeededRandom};

    use async_trait::async_trait;
    use chrono::DateTime;

    use super::*;

    #[derive(Debug)]
    struct NoWire;

    #[async_trait]
    impl HttpTransport for NoWire {
        async fn send(
            &self,
            _request: http::Request<bytes::Bytes>,
            _limits: &RequestLimits,
        ) -> Result<http::Response<bytes::Bytes>, TransportError> {
            Err(TransportError::new(TransportErrorKind::Refused))
        }
    }

    fn fixture(store: MemoryStore) -> Fixture {
        let store = Arc::new(store);
        let clock = Arc::new(ManualClock::new(DateTime::from_timestamp(1_767_225_600, 0).unwrap()));
        let key = SealKey::from_bytes(KeyId::new(1), &[7; 32]).unwrap();
        let env = Env::new(Arc::new(Keyring::of(key)), Arc::new(NoWire), clock.clone())
            .with_clock(clock)
            .with_random(Arc::new(SeededRandom::new(1)));
        Fixture { tokens: store.clone(), shop_data: store.clone(), outbox: store, env }
    }

    #[test]
    fn memory_keeps_every_promise() {
        pollster::block_on(suite(|| fixture(MemoryStore::new()))).unwrap();
    }

    #[test]
    fn each_fault_is_caught_through_each_port() {
        for fault in Fault::ALL {
            let broken = || fixture(MemoryStore::broken(*fault));
            let caught = pollster::block_on(commit_contract(&OfTokens(broken())));
            assert!(caught.is_err(), "{fault:?} through the port of tokens");
            let caught = pollster::block_on(commit_contract(&OfShopData(broken())));
            assert!(caught.is_err(), "{fault:?} through the port of shop data");
            assert!(pollster::block_on(suite(broken)).is_err(), "{fault:?}");
        }
    }
}
