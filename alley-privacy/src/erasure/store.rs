//! The port of plans and what belongs to them.

use alley_core::{
    Commit, Committed, Digest32, Field as _, HoldId, Key, Page, PageRequest, PlanId, Query, Record,
    RecordStore, RecordStoreExt as _, StoreError, Versioned, changes, store,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{
    ErasureLeg, ErasurePlan, ErasureStepRow, Outcome, StepState, StoredCertificate, Tombstone,
};

changes! {
    /// What can be written through [`ErasureStore`].
    pub enum Change {
        /// A plan.
        Plan(ErasurePlan),
        /// A step.
        Step(ErasureStepRow),
        /// An erasure at another system.
        Leg(ErasureLeg),
        /// What remains of an erased row.
        Tombstone(Tombstone),
        /// A certificate.
        Certificate(StoredCertificate),
    }
}

pub(crate) static PLANS_DUE: Query =
    Query::new("erasure_plans_due", ErasurePlan::TYPE).at_most("next_at").order_by("next_at");
pub(crate) static PLANS_BY_TRIGGER: Query =
    Query::new("erasure_plans_by_trigger", ErasurePlan::TYPE).equals(&["trigger_ref"]);
pub(crate) static STEPS_IN_PASS: Query = Query::new("erasure_steps_in_pass", ErasureStepRow::TYPE)
    .equals(&["plan_id", "record", "pass"]);
pub(crate) static STEPS_IN_STATE: Query =
    Query::new("erasure_steps_in_state", ErasureStepRow::TYPE)
        .equals(&["plan_id", "state"])
        .order_by("position");
pub(crate) static STEPS_WITH_OUTCOME: Query =
    Query::new("erasure_steps_with_outcome", ErasureStepRow::TYPE)
        .equals(&["plan_id", "record", "state", "outcome"]);
pub(crate) static STEPS_UNTIL: Query = Query::new("erasure_steps_until", ErasureStepRow::TYPE)
    .equals(&["plan_id"])
    .more_than("until")
    .order_by("until");
pub(crate) static STEPS_OF_ROW: Query =
    Query::new("erasure_steps_of_row", ErasureStepRow::TYPE).equals(&["record", "key"]);
pub(crate) static STEPS_OF_HOLD: Query =
    Query::new("erasure_steps_of_hold", ErasureStepRow::TYPE).equals(&["hold_id"]);
pub(crate) static LEGS_OF_PLAN: Query =
    Query::new("erasure_legs_of_plan", ErasureLeg::TYPE).equals(&["plan_id"]);
pub(crate) static CERTIFICATES_OF_PLAN: Query =
    Query::new("certificates_of_plan", StoredCertificate::TYPE)
        .equals(&["plan_id"])
        .order_by("issued_at");
pub(crate) static TOMBSTONES_OF_PLAN: Query =
    Query::new("tombstones_of_plan", Tombstone::TYPE).equals(&["plan_id"]);

/// Reads of steps; part of [`ErasureStore`].
#[async_trait]
pub trait StepStore: std::fmt::Debug + Send + Sync + 'static {
    /// A step.
    async fn step(&self, id: Digest32) -> Result<Option<Versioned<ErasureStepRow>>, StoreError>;

    /// Steps of one record type whose edges were last followed in `pass`.
    async fn steps_in_pass(
        &self,
        plan: PlanId,
        record: &str,
        pass: i64,
        page: PageRequest,
    ) -> Result<Page<Versioned<ErasureStepRow>>, StoreError>;

    /// Steps in a state, in the order in which they are carried out.
    async fn steps_in_state(
        &self,
        plan: PlanId,
        state: StepState,
        page: PageRequest,
    ) -> Result<Page<Versioned<ErasureStepRow>>, StoreError>;

    /// How many steps of one record type are in a state with an outcome.
    async fn count_steps(
        &self,
        plan: PlanId,
        record: &str,
        state: StepState,
        outcome: Outcome,
    ) -> Result<u64, StoreError>;

    /// Steps whose period ends after `from`, the earliest first.
    async fn steps_until(
        &self,
        plan: PlanId,
        from: DateTime<Utc>,
        page: PageRequest,
    ) -> Result<Page<Versioned<ErasureStepRow>>, StoreError>;

    /// Steps of any plan for one row.
    async fn steps_of_row(
        &self,
        record: &str,
        key: &Key,
    ) -> Result<Vec<Versioned<ErasureStepRow>>, StoreError>;

    /// Steps of any plan that wait for a hold.
    async fn steps_of_hold(
        &self,
        hold: HoldId,
        page: PageRequest,
    ) -> Result<Page<Versioned<ErasureStepRow>>, StoreError>;
}

/// Keeps plans, steps, legs, tombstones and certificates.
///
/// # Contract
/// `commit` keeps the contract of [`Commit`]; a read sees every commit that returned before it.
#[async_trait]
pub trait ErasureStore: StepStore {
    /// A plan.
    async fn plan(&self, id: PlanId) -> Result<Option<Versioned<ErasurePlan>>, StoreError>;

    /// The plan that was made for a fact or request.
    async fn plan_for(&self, trigger: &str) -> Result<Option<Versioned<ErasurePlan>>, StoreError>;

    /// Plans that want to be looked at by `now`.
    async fn plans_due(
        &self,
        now: DateTime<Utc>,
        page: PageRequest,
    ) -> Result<Page<Versioned<ErasurePlan>>, StoreError>;

    /// The erasures at other systems that belong to a plan.
    async fn legs(&self, plan: PlanId) -> Result<Vec<Versioned<ErasureLeg>>, StoreError>;

    /// The certificates of a plan, oldest first.
    async fn certificates(
        &self,
        plan: PlanId,
    ) -> Result<Vec<Versioned<StoredCertificate>>, StoreError>;

    /// One tombstone.
    async fn tombstone(&self, id: Digest32) -> Result<Option<Versioned<Tombstone>>, StoreError>;

    /// The tombstones of a plan.
    async fn tombstones(
        &self,
        plan: PlanId,
        page: PageRequest,
    ) -> Result<Page<Versioned<Tombstone>>, StoreError>;

    /// Applies all of a commit, or nothing of it.
    async fn commit(&self, commit: Commit<Change>) -> Result<Committed, StoreError>;
}

#[async_trait]
impl<S: RecordStore + ?Sized> StepStore for S {
    async fn step(&self, id: Digest32) -> Result<Option<Versioned<ErasureStepRow>>, StoreError> {
        self.record(&Key::global(&id)).await
    }

    async fn steps_in_pass(
        &self,
        plan: PlanId,
        record: &str,
        pass: i64,
        page: PageRequest,
    ) -> Result<Page<Versioned<ErasureStepRow>>, StoreError> {
        let arguments = [plan.to_value(), record.to_owned().to_value(), pass.to_value()];
        self.records(&STEPS_IN_PASS, &arguments, page).await
    }

    async fn steps_in_state(
        &self,
        plan: PlanId,
        state: StepState,
        page: PageRequest,
    ) -> Result<Page<Versioned<ErasureStepRow>>, StoreError> {
        self.records(&STEPS_IN_STATE, &[plan.to_value(), state.to_value()], page).await
    }

    async fn count_steps(
        &self,
        plan: PlanId,
        record: &str,
        state: StepState,
        outcome: Outcome,
    ) -> Result<u64, StoreError> {
        let record = record.to_owned().to_value();
        let arguments = [plan.to_value(), record, state.to_value(), outcome.to_value()];
        self.count(&STEPS_WITH_OUTCOME, &arguments).await
    }

    async fn steps_until(
        &self,
        plan: PlanId,
        from: DateTime<Utc>,
        page: PageRequest,
    ) -> Result<Page<Versioned<ErasureStepRow>>, StoreError> {
        self.records(&STEPS_UNTIL, &[plan.to_value(), from.to_value()], page).await
    }

    async fn steps_of_row(
        &self,
        record: &str,
        key: &Key,
    ) -> Result<Vec<Versioned<ErasureStepRow>>, StoreError> {
        let arguments = [record.to_owned().to_value(), key.to_bytes().to_value()];
        store::all(self, &STEPS_OF_ROW, &arguments).await
    }

    async fn steps_of_hold(
        &self,
        hold: HoldId,
        page: PageRequest,
    ) -> Result<Page<Versioned<ErasureStepRow>>, StoreError> {
        self.records(&STEPS_OF_HOLD, &[hold.to_value()], page).await
    }
}

#[async_trait]
impl<S: RecordStore + ?Sized> ErasureStore for S {
    async fn plan(&self, id: PlanId) -> Result<Option<Versioned<ErasurePlan>>, StoreError> {
        self.record(&Key::global(&id)).await
    }

    async fn plan_for(&self, trigger: &str) -> Result<Option<Versioned<ErasurePlan>>, StoreError> {
        self.first(&PLANS_BY_TRIGGER, &[trigger.to_owned().to_value()]).await
    }

    async fn plans_due(
        &self,
        now: DateTime<Utc>,
        page: PageRequest,
    ) -> Result<Page<Versioned<ErasurePlan>>, StoreError> {
        self.records(&PLANS_DUE, &[now.to_value()], page).await
    }

    async fn legs(&self, plan: PlanId) -> Result<Vec<Versioned<ErasureLeg>>, StoreError> {
        store::all(self, &LEGS_OF_PLAN, &[plan.to_value()]).await
    }

    async fn certificates(
        &self,
        plan: PlanId,
    ) -> Result<Vec<Versioned<StoredCertificate>>, StoreError> {
        store::all(self, &CERTIFICATES_OF_PLAN, &[plan.to_value()]).await
    }

    async fn tombstone(&self, id: Digest32) -> Result<Option<Versioned<Tombstone>>, StoreError> {
        self.record(&Key::global(&id)).await
    }

    async fn tombstones(
        &self,
        plan: PlanId,
        page: PageRequest,
    ) -> Result<Page<Versioned<Tombstone>>, StoreError> {
        self.records(&TOMBSTONES_OF_PLAN, &[plan.to_value()], page).await
    }

    async fn commit(&self, commit: Commit<Change>) -> Result<Committed, StoreError> {
        RecordStore::commit(self, commit.lower()).await
    }
}
