//! The promises of [`HoldStore`].

use std::sync::Arc;

use alley_core::conformance::{CommitFixture, Harness, Violation, ensure, kept};
use alley_core::{
    Basis, Commit, Committed, Env, Expect, HoldId, Key, Outbox, PageRequest, Record as _,
    StoreError, Version, Write,
};
use async_trait::async_trait;

use super::id_of;
use crate::hold::{
    HoldChange, HoldItem, HoldItemState, HoldReason, HoldState, HoldStore, LegalHold,
};

/// One test for each promise of [`HoldStore`]: `hold_conformance!(harness)`, where `harness` is an expression
/// that gives a fresh [`Harness`].
#[macro_export]
macro_rules! hold_conformance {
    ($make:expr) => {
        $crate::hold_conformance! { @to conformance_tests, $make }
    };
    (@to $then:ident, $make:expr) => {
        $crate::conformance::core::$then! {
            $make, [$crate::conformance::holds],
            commit
            one: [
                holds_are_found_by_state_and_row,
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
    H::Store: HoldStore + Outbox,
{
    crate::hold_conformance! { @to conformance_suite, make }
}

/// A fresh store and the outbox that its commits fill.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "made by whoever runs the suite")]
pub struct Fixture {
    /// The port; empty.
    pub store: Arc<dyn HoldStore>,
    /// Where the facts of its commits wait.
    pub outbox: Arc<dyn Outbox>,
    /// Clock and randomness of the suite.
    pub env: Env,
}

/// The port of a harness.
pub fn fixture<H: Harness>(harness: &H) -> Fixture
where
    H::Store: HoldStore + Outbox,
{
    Fixture { store: harness.store(), outbox: harness.store(), env: harness.env().clone() }
}

/// Holds are found by their state, and their items by the hold and by the row that they cover.
///
/// # Errors
/// When they are not.
pub async fn holds_are_found_by_state_and_row(fixture: &Fixture) -> Result<(), Violation> {
    const PROMISE: &str = "holds are found by state and by the row that they cover";
    let Fixture { store, env, .. } = fixture;
    let id: HoldId = kept(PROMISE, env.id())?;
    let hold = LegalHold {
        id,
        tenant_id: None,
        root_record: "sample".to_owned(),
        root_hash: None,
        subtree: true,
        reason: HoldReason::Litigation,
        authority: "case 1".to_owned(),
        placed_by: "anonymous".to_owned(),
        state: HoldState::Active,
        placed_at: env.now(),
        review_by: None,
        released_at: None,
    };
    let key = Key::global(&"row".to_owned());
    let commit = kept(PROMISE, env.commit())?;
    let commit = commit.change(Write::Insert(hold.clone()));
    let commit = commit.change(Write::Insert(HoldItem::new(id, "sample", &key, true)));
    kept(PROMISE, store.commit(commit).await)?;
    let found = kept(PROMISE, store.hold(id).await)?;
    ensure(PROMISE, found.is_some_and(|found| found.record == hold), "reads back otherwise")?;
    let active = store.holds_in_state(HoldState::Active, PageRequest::first(9)).await;
    ensure(PROMISE, kept(PROMISE, active)?.items.len() == 1, "not found by state")?;
    let items = kept(PROMISE, store.items_of_row("sample", &key).await)?;
    ensure(PROMISE, items.len() == 1, "not found by row")?;
    let pending = store.items_in_state(id, HoldItemState::Pending, PageRequest::first(9)).await;
    ensure(PROMISE, kept(PROMISE, pending)?.items.len() == 1, "not found by hold")
}

fn item(number: u8, state: HoldItemState) -> HoldItem {
    let hold = HoldId::from_uuid(id_of(0, 0x2000));
    let mut item = HoldItem::new(hold, "sample", &Key::global(&i64::from(number)), false);
    item.state = state;
    item
}

#[async_trait]
impl CommitFixture for Fixture {
    type Change = HoldChange;

    fn insert(&self, number: u8) -> HoldChange {
        Write::Insert(item(number, HoldItemState::Pending)).into()
    }

    fn update(&self, number: u8, read: Version) -> HoldChange {
        Write::Update { record: item(number, HoldItemState::Placed), read }.into()
    }

    fn delete(&self, number: u8, read: Version) -> HoldChange {
        let key = item(number, HoldItemState::Pending).key();
        Write::<HoldItem>::Delete { key, read }.into()
    }

    fn expect(&self, number: u8, basis: Basis) -> Expect {
        let key = item(number, HoldItemState::Pending).key();
        Expect { record: HoldItem::TYPE, key, basis }
    }

    async fn version(&self, number: u8) -> Result<Option<Version>, StoreError> {
        let id = item(number, HoldItemState::Pending).id;
        Ok(self.store.item(id).await?.map(|found| found.version))
    }

    async fn commit(&self, commit: Commit<HoldChange>) -> Result<Committed, StoreError> {
        self.store.commit(commit).await
    }

    fn outbox(&self) -> Arc<dyn Outbox> {
        Arc::clone(&self.outbox)
    }

    fn env(&self) -> &Env {
        &self.env
    }
}
