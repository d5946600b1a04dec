//! The promises of [`TokenStore`].

use std::sync::Arc;

use alley_core::conformance::{CommitFixture, Harness, Violation, ensure, kept};
use alley_core::{
    Basis, Commit, Committed, Digest32, Env, Expect, Key, Outbox, Sealed, StoreError,
    StoreErrorKind, Version, Write,
};
use async_trait::async_trait;
use chrono::TimeDelta;

use super::rows::{id, integration, tenant, token};
use crate::connect::{PendingAuthorization, PendingKind};
use crate::ids::IntegrationId;
use crate::integration::{Integration, IntegrationState};
use crate::store::{TokenChange, TokenStore};
use crate::token::Token;

/// One test for each promise of [`TokenStore`]: `token_conformance!(harness)`, where `harness` is an expression
/// that gives a fresh [`Harness`].
#[macro_export]
macro_rules! token_conformance {
    ($make:expr) => {
        $crate::token_conformance! { @to conformance_tests, $make }
    };
    (@to $then:ident, $make:expr) => {
        $crate::conformance::core::$then! {
            $make, [$crate::conformance::tokens],
            commit
            one: [
                one_live_integration_a_seller,
                a_token_rotates_once,
                due_tokens_come_earliest_first,
                pending_authorizations_are_kept_by_tenant,
            ]
            many: []
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
    H::Store: TokenStore + Outbox,
{
    crate::token_conformance! { @to conformance_suite, make }
}

/// A fresh store and the outbox that its commits fill.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "made by whoever runs the suite")]
pub struct Fixture {
    /// The port; empty.
    pub store: Arc<dyn TokenStore>,
    /// Where the facts of its commits wait.
    pub outbox: Arc<dyn Outbox>,
    /// Clock and randomness of the suite.
    pub env: Env,
}

/// The port of a harness.
pub fn fixture<H: Harness>(harness: &H) -> Fixture
where
    H::Store: TokenStore + Outbox,
{
    Fixture { store: harness.store(), outbox: harness.store(), env: harness.env().clone() }
}

/// No two live integrations of one tenant name the same seller; ended ones name none.
///
/// # Errors
/// When a second one is taken, or refused as something else than a duplicate.
pub async fn one_live_integration_a_seller(fixture: &Fixture) -> Result<(), Violation> {
    const PROMISE: &str = "one live integration for each seller of a tenant";
    let store = fixture.store.as_ref();
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
    let store = fixture.store.as_ref();
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
    let (store, now) = (fixture.store.as_ref(), fixture.env.now());
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
    let (store, now) = (fixture.store.as_ref(), fixture.env.now());
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

#[async_trait]
impl CommitFixture for Fixture {
    type Change = TokenChange;

    fn insert(&self, number: u8) -> TokenChange {
        Write::Insert(token(1, number, self.env.now())).into()
    }

    fn update(&self, number: u8, read: Version) -> TokenChange {
        let record = Token { generation: 9, ..token(1, number, self.env.now()) };
        Write::Update { record, read }.into()
    }

    fn delete(&self, number: u8, read: Version) -> TokenChange {
        Write::<Token>::Delete { key: Key::of(tenant(1), &id(number)), read }.into()
    }

    fn expect(&self, number: u8, basis: Basis) -> Expect {
        let key = Key::of(tenant(1), &id(number));
        match basis {
            Basis::Absent => Expect::absent::<Token>(key),
            Basis::Version(version) => Expect::unchanged::<Token>(key, version),
        }
    }

    async fn version(&self, number: u8) -> Result<Option<Version>, StoreError> {
        Ok(self.store.token(tenant(1), id(number)).await?.map(|found| found.version))
    }

    async fn commit(&self, commit: Commit<TokenChange>) -> Result<Committed, StoreError> {
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
