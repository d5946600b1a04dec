//! The promises of [`RequestStore`].

use std::sync::Arc;

use alley_core::conformance::{CommitFixture, Harness, Violation, ensure, kept};
use alley_core::{
    Basis, Commit, Committed, Env, Expect, Json, Outbox, PageRequest, Record as _, StoreError,
    Version, Write,
};
use async_trait::async_trait;

use super::id_of;
use crate::request::{
    PrivacyRequest, RequestChange, RequestId, RequestKind, RequestState, RequestStatus,
    RequestStore,
};

/// One test for each promise of [`RequestStore`]: `request_conformance!(harness)`, where `harness` is an expression
/// that gives a fresh [`Harness`].
#[macro_export]
macro_rules! request_conformance {
    ($make:expr) => {
        $crate::request_conformance! { @to conformance_tests, $make }
    };
    (@to $then:ident, $make:expr) => {
        $crate::conformance::core::$then! {
            $make, [$crate::conformance::requests],
            commit
            one: [
                requests_are_found_by_state,
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
    H::Store: RequestStore + Outbox,
{
    crate::request_conformance! { @to conformance_suite, make }
}

/// A fresh store and the outbox that its commits fill.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "made by whoever runs the suite")]
pub struct Fixture {
    /// The port; empty.
    pub store: Arc<dyn RequestStore>,
    /// Where the facts of its commits wait.
    pub outbox: Arc<dyn Outbox>,
    /// Clock and randomness of the suite.
    pub env: Env,
}

/// The port of a harness.
pub fn fixture<H: Harness>(harness: &H) -> Fixture
where
    H::Store: RequestStore + Outbox,
{
    Fixture { store: harness.store(), outbox: harness.store(), env: harness.env().clone() }
}

/// Requests are found by their state, the oldest first.
///
/// # Errors
/// When they are not.
pub async fn requests_are_found_by_state(fixture: &Fixture) -> Result<(), Violation> {
    const PROMISE: &str = "requests are found by state, the oldest first";
    let Fixture { store, env, .. } = fixture;
    let mut commit = kept(PROMISE, env.commit())?;
    for number in [102, 101] {
        commit = commit.change(Write::Insert(request(number, RequestStatus::Extended)));
    }
    kept(PROMISE, store.commit(commit).await)?;
    let found = store.requests_in_state(RequestStatus::Extended, PageRequest::first(9)).await;
    let found = kept(PROMISE, found)?.items;
    let first = found.first().map(|found| found.record.id);
    let wanted = Some(RequestId::from_uuid(id_of(101, 0x3000)));
    ensure(PROMISE, found.len() == 2 && first == wanted, "another order or number")
}

fn request(number: u8, state: RequestStatus) -> PrivacyRequest {
    PrivacyRequest {
        id: RequestId::from_uuid(id_of(number, 0x3000)),
        tenant_id: None,
        requester_id: None,
        kind: RequestKind::Access,
        organization: None,
        email: None,
        email_hash: None,
        state,
        progress: Json(RequestState::received()),
        challenge_hash: None,
        challenge_until: None,
        rule: None,
        received_at: chrono::DateTime::UNIX_EPOCH + chrono::TimeDelta::seconds(i64::from(number)),
        due_date: None,
        safe_date: None,
        plan_id: None,
        closed_at: None,
    }
}

#[async_trait]
impl CommitFixture for Fixture {
    type Change = RequestChange;

    fn insert(&self, number: u8) -> RequestChange {
        Write::Insert(request(number, RequestStatus::Received)).into()
    }

    fn update(&self, number: u8, read: Version) -> RequestChange {
        Write::Update { record: request(number, RequestStatus::Routed), read }.into()
    }

    fn delete(&self, number: u8, read: Version) -> RequestChange {
        let key = request(number, RequestStatus::Received).key();
        Write::<PrivacyRequest>::Delete { key, read }.into()
    }

    fn expect(&self, number: u8, basis: Basis) -> Expect {
        let key = request(number, RequestStatus::Received).key();
        Expect { record: PrivacyRequest::TYPE, key, basis }
    }

    async fn version(&self, number: u8) -> Result<Option<Version>, StoreError> {
        let id = RequestId::from_uuid(id_of(number, 0x3000));
        Ok(self.store.request(id).await?.map(|found| found.version))
    }

    async fn commit(&self, commit: Commit<RequestChange>) -> Result<Committed, StoreError> {
        self.store.commit(commit).await
    }

    fn outbox(&self) -> Arc<dyn Outbox> {
        Arc::clone(&self.outbox)
    }

    fn env(&self) -> &Env {
        &self.env
    }
}
