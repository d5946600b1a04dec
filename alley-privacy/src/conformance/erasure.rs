//! The promises of [`ErasureStore`].

use std::sync::Arc;

use alley_core::conformance::{CommitFixture, Harness, Violation, ensure, kept};
use alley_core::{
    Basis, Commit, Committed, Digest32, Env, Expect, Outbox, PageRequest, PlanId, Record as _,
    StoreError, Version, Write,
};
use async_trait::async_trait;

use super::id_of;
use crate::erasure::{
    Change, ErasurePlan, ErasureStepRow, ErasureStore, Outcome, PlanState, StepState, Trigger,
};

/// One test for each promise of [`ErasureStore`]: `erasure_conformance!(harness)`, where `harness` is an expression
/// that gives a fresh [`Harness`].
#[macro_export]
macro_rules! erasure_conformance {
    ($make:expr) => {
        $crate::erasure_conformance! { @to conformance_tests, $make }
    };
    (@to $then:ident, $make:expr) => {
        $crate::conformance::core::$then! {
            $make, [$crate::conformance::erasure],
            commit
            one: [
                steps_come_in_order_and_are_counted,
                one_plan_for_a_trigger,
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
    H::Store: ErasureStore + Outbox,
{
    crate::erasure_conformance! { @to conformance_suite, make }
}

/// A fresh store and the outbox that its commits fill.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "made by whoever runs the suite")]
pub struct Fixture {
    /// The port; empty.
    pub store: Arc<dyn ErasureStore>,
    /// Where the facts of its commits wait.
    pub outbox: Arc<dyn Outbox>,
    /// Clock and randomness of the suite.
    pub env: Env,
}

/// The port of a harness.
pub fn fixture<H: Harness>(harness: &H) -> Fixture
where
    H::Store: ErasureStore + Outbox,
{
    Fixture { store: harness.store(), outbox: harness.store(), env: harness.env().clone() }
}

/// Steps of a plan are listed in their order, by state and by date, and counted by outcome.
///
/// # Errors
/// When they are not.
pub async fn steps_come_in_order_and_are_counted(fixture: &Fixture) -> Result<(), Violation> {
    const PROMISE: &str = "steps come in their order, by state, and are counted by outcome";
    let Fixture { store, env, .. } = fixture;
    let plan = kept(PROMISE, env.id::<alley_core::PlanKind>())?;
    let mut commit = kept(PROMISE, env.commit())?;
    for number in 100..105 {
        let mut step = step(number, 0);
        step.plan_id = plan;
        step.until = Some(env.now() + chrono::TimeDelta::days(i64::from(number)));
        commit = commit.change(Write::Insert(step));
    }
    kept(PROMISE, store.commit(commit).await)?;
    let page = PageRequest::first(3);
    let page = kept(PROMISE, store.steps_in_state(plan, StepState::Pending, page).await)?;
    let keys: Vec<u8> = page.items.iter().flat_map(|step| step.record.key.clone()).collect();
    ensure(PROMISE, keys == [104, 103, 102] && page.next.is_some(), format!("{keys:?}"))?;
    let count = store.count_steps(plan, "sample", StepState::Pending, Outcome::Delete).await;
    ensure(PROMISE, kept(PROMISE, count)? == 5, "the count is another")?;
    let next = kept(PROMISE, store.steps_until(plan, env.now(), PageRequest::first(1)).await)?;
    let key = next.items.first().map(|step| step.record.key.clone());
    ensure(PROMISE, key == Some(vec![100]), "the earliest date is another")
}

/// A fact has at most one plan, and a plan that is due is found.
///
/// # Errors
/// When a second plan is taken, or the first is not found.
pub async fn one_plan_for_a_trigger(fixture: &Fixture) -> Result<(), Violation> {
    const PROMISE: &str = "a fact has at most one plan, and a due plan is found";
    let Fixture { store, env, .. } = fixture;
    let plan = |id: PlanId| ErasurePlan {
        id,
        tenant_id: None,
        root: None,
        subject_hash: None,
        trigger: Trigger::AccountClosed,
        trigger_ref: Some("fact".to_owned()),
        trigger_at: env.now(),
        state: PlanState::Confirmed,
        map_version: "1".to_owned(),
        plan_hash: None,
        pass: 0,
        rounds: 0,
        attempts: 0,
        due_at: env.now(),
        next_at: Some(env.now()),
        created_at: env.now(),
        confirmed_at: None,
        hidden_at: None,
        first_purge_at: None,
        last_purge_at: None,
        verified_at: None,
        lease_until: None,
        fencing: 0,
        reason: None,
    };
    let (first, second) = (kept(PROMISE, env.id())?, kept(PROMISE, env.id())?);
    let commit = kept(PROMISE, env.commit())?.change(Write::Insert(plan(first)));
    kept(PROMISE, store.commit(commit).await)?;
    let commit = kept(PROMISE, env.commit())?.change(Write::Insert(plan(second)));
    ensure(PROMISE, store.commit(commit).await.is_err(), "a second plan was taken")?;
    let found = kept(PROMISE, store.plan_for("fact").await)?;
    ensure(PROMISE, found.is_some_and(|found| found.record.id == first), "not found")?;
    let due = kept(PROMISE, store.plans_due(env.now(), PageRequest::first(10)).await)?;
    ensure(PROMISE, due.items.len() == 1, format!("{} are due", due.items.len()))
}

fn step(number: u8, attempts: u32) -> ErasureStepRow {
    ErasureStepRow {
        id: Digest32::new([number.wrapping_add(1); 32]),
        plan_id: PlanId::from_uuid(id_of(0, 0x1000)),
        record: "sample".to_owned(),
        key: vec![number],
        position: i64::from(100 - i32::from(number)),
        pass: 0,
        state: StepState::Pending,
        outcome: Outcome::Delete,
        hold_id: None,
        until: None,
        field: None,
        value: None,
        attempts,
    }
}

#[async_trait]
impl CommitFixture for Fixture {
    type Change = Change;

    fn insert(&self, number: u8) -> Change {
        Write::Insert(step(number, 0)).into()
    }

    fn update(&self, number: u8, read: Version) -> Change {
        Write::Update { record: step(number, 1), read }.into()
    }

    fn delete(&self, number: u8, read: Version) -> Change {
        Write::<ErasureStepRow>::Delete { key: step(number, 0).key(), read }.into()
    }

    fn expect(&self, number: u8, basis: Basis) -> Expect {
        Expect { record: ErasureStepRow::TYPE, key: step(number, 0).key(), basis }
    }

    async fn version(&self, number: u8) -> Result<Option<Version>, StoreError> {
        Ok(self.store.step(step(number, 0).id).await?.map(|found| found.version))
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
