//! Suites for the ports of this crate: a host that implements one runs them against its own store.

use std::sync::Arc;

use alley_core::conformance::{CommitFixture, Violation, commit_contract, ensure, kept};
use alley_core::{
    Basis, Commit, Committed, Digest32, Env, Expect, HoldId, Json, Key, Outbox, PageRequest,
    PlanId, Record as _, StoreError, Version, Write,
};
use async_trait::async_trait;

use crate::erasure::{
    Change, ErasurePlan, ErasureStepRow, ErasureStore, Outcome, PlanState, StepState, Trigger,
};
use crate::hold::{
    HoldChange, HoldItem, HoldItemState, HoldReason, HoldState, HoldStore, LegalHold,
};
use crate::request::{
    PrivacyRequest, RequestChange, RequestId, RequestKind, RequestState, RequestStatus,
    RequestStore,
};
use crate::store::Stores;

/// Checks every port on a fresh store.
///
/// # Errors
/// The first promise that the store breaks.
pub async fn suite(stores: &Stores, outbox: Arc<dyn Outbox>, env: &Env) -> Result<(), Violation> {
    erasure_store(Arc::clone(&stores.erasure), Arc::clone(&outbox), env).await?;
    hold_store(Arc::clone(&stores.holds), Arc::clone(&outbox), env).await?;
    request_store(Arc::clone(&stores.requests), outbox, env).await
}

fn id_of(number: u8, family: u128) -> uuid::Uuid {
    uuid::Uuid::from_u128(family + u128::from(number))
}

struct Steps<'a>(Arc<dyn ErasureStore>, Arc<dyn Outbox>, &'a Env);

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
impl CommitFixture for Steps<'_> {
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
        Ok(self.0.step(step(number, 0).id).await?.map(|found| found.version))
    }

    async fn commit(&self, commit: Commit<Change>) -> Result<Committed, StoreError> {
        self.0.commit(commit).await
    }

    fn outbox(&self) -> Arc<dyn Outbox> {
        Arc::clone(&self.1)
    }

    fn env(&self) -> &Env {
        self.2
    }
}

/// Checks the port of plans and steps.
///
/// # Errors
/// The first promise that the store breaks.
pub async fn erasure_store(
    store: Arc<dyn ErasureStore>,
    outbox: Arc<dyn Outbox>,
    env: &Env,
) -> Result<(), Violation> {
    const ORDER: &str = "steps come in their order, by state, and are counted by outcome";
    commit_contract(&Steps(Arc::clone(&store), outbox, env)).await?;
    let plan = kept(ORDER, env.id::<alley_core::PlanKind>())?;
    let mut commit = kept(ORDER, env.commit())?;
    for number in 100..105 {
        let mut step = step(number, 0);
        step.plan_id = plan;
        step.until = Some(env.now() + chrono::TimeDelta::days(i64::from(number)));
        commit = commit.change(Write::Insert(step));
    }
    kept(ORDER, store.commit(commit).await)?;
    let page = PageRequest::first(3);
    let page = kept(ORDER, store.steps_in_state(plan, StepState::Pending, page).await)?;
    let keys: Vec<u8> = page.items.iter().flat_map(|step| step.record.key.clone()).collect();
    ensure(ORDER, keys == [104, 103, 102] && page.next.is_some(), format!("{keys:?}"))?;
    let count = store.count_steps(plan, "sample", StepState::Pending, Outcome::Delete).await;
    ensure(ORDER, kept(ORDER, count)? == 5, "the count is another")?;
    let next = kept(ORDER, store.steps_until(plan, env.now(), PageRequest::first(1)).await)?;
    let key = next.items.first().map(|step| step.record.key.clone());
    ensure(ORDER, key == Some(vec![100]), "the earliest date is another")?;
    one_plan_for_a_trigger(store.as_ref(), env).await
}

async fn one_plan_for_a_trigger(store: &dyn ErasureStore, env: &Env) -> Result<(), Violation> {
    const PROMISE: &str = "a fact has at most one plan, and a due plan is found";
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

struct Items<'a>(Arc<dyn HoldStore>, Arc<dyn Outbox>, &'a Env);

fn item(number: u8, state: HoldItemState) -> HoldItem {
    let hold = HoldId::from_uuid(id_of(0, 0x2000));
    let mut item = HoldItem::new(hold, "sample", &Key::global(&i64::from(number)), false);
    item.state = state;
    item
}

#[async_trait]
impl CommitFixture for Items<'_> {
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
        Ok(self.0.item(id).await?.map(|found| found.version))
    }

    async fn commit(&self, commit: Commit<HoldChange>) -> Result<Committed, StoreError> {
        self.0.commit(commit).await
    }

    fn outbox(&self) -> Arc<dyn Outbox> {
        Arc::clone(&self.1)
    }

    fn env(&self) -> &Env {
        self.2
    }
}

/// Checks the port of legal holds.
///
/// # Errors
/// The first promise that the store breaks.
pub async fn hold_store(
    store: Arc<dyn HoldStore>,
    outbox: Arc<dyn Outbox>,
    env: &Env,
) -> Result<(), Violation> {
    const PROMISE: &str = "holds are found by state and by the row that they cover";
    commit_contract(&Items(Arc::clone(&store), outbox, env)).await?;
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

struct Asked<'a>(Arc<dyn RequestStore>, Arc<dyn Outbox>, &'a Env);

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
impl CommitFixture for Asked<'_> {
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
        Ok(self.0.request(id).await?.map(|found| found.version))
    }

    async fn commit(&self, commit: Commit<RequestChange>) -> Result<Committed, StoreError> {
        self.0.commit(commit).await
    }

    fn outbox(&self) -> Arc<dyn Outbox> {
        Arc::clone(&self.1)
    }

    fn env(&self) -> &Env {
        self.2
    }
}

/// Checks the port of requests.
///
/// # Errors
/// The first promise that the store breaks.
pub async fn request_store(
    store: Arc<dyn RequestStore>,
    outbox: Arc<dyn Outbox>,
    env: &Env,
) -> Result<(), Violation> {
    const PROMISE: &str = "requests are found by state, the oldest first";
    commit_contract(&Asked(Arc::clone(&store), outbox, env)).await?;
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
