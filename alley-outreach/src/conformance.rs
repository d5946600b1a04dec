//! The suite for stores that implement [`OutreachStore`]: one function a promise
//! of the port.

use std::sync::Arc;

use alley_core::conformance::{CommitFixture, Harness, Violation, ensure, kept};
use alley_core::{
    Basis, Commit, Committed, Digest32, Env, Expect, Key, Outbox, PageRequest, Record, StoreError,
    StoreErrorKind, Version, Versioned, Write,
};
use async_trait::async_trait;
use chrono::TimeDelta;

use crate::campaign::{Campaign, CampaignStatus};
use crate::draft::{Draft, DraftState};
use crate::hand_out::HandOutOutcome;
use crate::pacing::PacingState;
use crate::store::{Change, OutreachStore};

#[doc(hidden)]
pub use alley_core as core;

mod sample;

use sample::Samples;

/// A fresh store and the outbox that its commits fill.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "made by whoever runs the suite")]
pub struct Fixture {
    /// The port under test; empty.
    pub store: Arc<dyn OutreachStore>,
    /// Where the facts of its commits wait.
    pub outbox: Arc<dyn Outbox>,
    /// Clock and randomness of the suite.
    pub env: Env,
}

/// One test for each promise of [`OutreachStore`]: `outreach_conformance!(harness)`, where `harness` is
/// an expression that gives a fresh [`Harness`].
#[macro_export]
macro_rules! outreach_conformance {
    ($make:expr) => {
        $crate::outreach_conformance! { @to conformance_tests, $make }
    };
    (@to $then:ident, $make:expr) => {
        $crate::conformance::core::$then! {
            $make, [$crate::conformance],
            commit
            one: [
                records_read_back_equal,
                tenants_are_kept_apart,
                uniqueness_rules_hold,
                lists_come_in_order,
                one_of_two_decisions_on_a_guard_is_refused,
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
    H::Store: OutreachStore + Outbox,
{
    crate::outreach_conformance! { @to conformance_suite, make }
}

/// The port of a harness.
pub fn fixture<H: Harness>(harness: &H) -> Fixture
where
    H::Store: OutreachStore + Outbox,
{
    Fixture { store: harness.store(), outbox: harness.store(), env: harness.env().clone() }
}

/// What was committed is read back value by value.
///
/// # Errors
/// When a read answers something else.
pub async fn records_read_back_equal(fixture: &Fixture) -> Result<(), Violation> {
    const PROMISE: &str = "records read back equal";
    let samples = Samples::new(1, fixture.env.now());
    write_all(fixture, PROMISE, &samples).await?;
    let store = &fixture.store;
    let tenant = samples.tenant;
    let Samples { draft, revision, .. } = &samples;
    same(PROMISE, store.template(tenant, samples.template.template_id).await, &samples.template)?;
    let found = store.template_version(tenant, samples.template.template_id, 1).await;
    same(PROMISE, found, &samples.version)?;
    same(PROMISE, store.campaign(tenant, draft.campaign_id).await, &samples.campaign)?;
    let found = store.contact(tenant, &draft.shop_ref, &draft.creator_ref).await;
    same(PROMISE, found, &samples.contact)?;
    same(PROMISE, store.draft(tenant, draft.draft_id).await, draft)?;
    same(PROMISE, store.revision(tenant, draft.draft_id, 1).await, revision)?;
    first(PROMISE, store.reviews(tenant, draft.draft_id).await, &samples.review)?;
    first(PROMISE, store.review_notes(tenant, draft.draft_id).await, &samples.note)?;
    ledger_reads_back_equal(fixture, &samples).await
}

async fn ledger_reads_back_equal(fixture: &Fixture, samples: &Samples) -> Result<(), Violation> {
    const PROMISE: &str = "records of pacing and delivery read back equal";
    let (store, tenant) = (&fixture.store, samples.tenant);
    let Samples { draft, hand_out, delivery, .. } = samples;
    same(PROMISE, store.pacing_state(tenant).await, &samples.state)?;
    same(PROMISE, store.pacing_policy(tenant, 1).await, &samples.policy)?;
    first(PROMISE, store.spends_since(tenant, samples.spend.at).await, &samples.spend)?;
    first(PROMISE, store.spends_of_creator(tenant, &draft.creator_ref).await, &samples.spend)?;
    same(PROMISE, store.hand_out(tenant, hand_out.hand_out_id).await, hand_out)?;
    same(PROMISE, store.hand_out_by_request(tenant, &hand_out.request_key).await, hand_out)?;
    same(PROMISE, store.hand_out_by_token(tenant, hand_out.token_hash).await, hand_out)?;
    first(PROMISE, store.open_hand_outs(tenant).await, hand_out)?;
    first(PROMISE, store.hand_outs_of_draft(tenant, draft.draft_id).await, hand_out)?;
    same(PROMISE, store.delivery_of(tenant, hand_out.hand_out_id).await, delivery)?;
    same(PROMISE, store.last_delivery(tenant, &draft.shop_ref).await, delivery)?;
    let keys = [samples.suppression.key(), Key::of(tenant, &Digest32::new([9; 32]))];
    let rows = kept(PROMISE, store.suppressions(&keys).await)?;
    let [there, absent] = rows.as_slice() else {
        return Err(Violation::new(PROMISE, "not one answer for each key"));
    };
    let found = there.as_ref().is_some_and(|row| row.record == samples.suppression);
    ensure(PROMISE, found && absent.is_none(), "suppressions differ")
}

/// Nothing of one tenant is answered to another.
///
/// # Errors
/// When it is.
pub async fn tenants_are_kept_apart(fixture: &Fixture) -> Result<(), Violation> {
    const PROMISE: &str = "tenants are kept apart";
    let samples = Samples::new(1, fixture.env.now());
    write_all(fixture, PROMISE, &samples).await?;
    let other = Samples::new(2, fixture.env.now()).tenant;
    let store = &fixture.store;
    let draft = samples.draft.draft_id;
    let nothing = kept(PROMISE, store.draft(other, draft).await)?.is_none()
        && kept(PROMISE, store.revision(other, draft, 1).await)?.is_none()
        && kept(PROMISE, store.review_notes(other, draft).await)?.is_empty()
        && kept(PROMISE, store.pacing_state(other).await)?.is_none()
        && kept(PROMISE, store.spends_since(other, samples.spend.at).await)?.is_empty()
        && kept(PROMISE, store.open_hand_outs(other).await)?.is_empty()
        && kept(PROMISE, store.campaigns(other, CampaignStatus::Active).await)?.is_empty();
    ensure(PROMISE, nothing, "records of another tenant")?;
    let token = samples.hand_out.token_hash;
    let by_token = kept(PROMISE, store.hand_out_by_token(other, token).await)?;
    ensure(PROMISE, by_token.is_none(), "a token works for another tenant")?;
    let page = store.drafts(other, None, PageRequest::first(10)).await;
    ensure(PROMISE, kept(PROMISE, page)?.items.is_empty(), "drafts of another tenant")?;
    // The same ids in another tenant are other rows.
    let twin = Draft { tenant_id: other, ..samples.draft.clone() };
    commit(fixture, PROMISE, vec![Write::Insert(twin).into()]).await
}

/// Uniqueness beside the keys holds: one open draft, one hand-out an attempt, one delivery a hand-out.
///
/// # Errors
/// When a second row was taken, or the error is another one.
pub async fn uniqueness_rules_hold(fixture: &Fixture) -> Result<(), Violation> {
    const PROMISE: &str = "uniqueness rules hold";
    let samples = Samples::new(1, fixture.env.now());
    write_all(fixture, PROMISE, &samples).await?;
    let next = Samples::new(3, fixture.env.now());
    let tenant = samples.tenant;
    let mut draft = Draft { tenant_id: tenant, ..next.draft.clone() };
    draft.open_key = samples.draft.open_key;
    refused(fixture, PROMISE, Write::Insert(draft.clone()).into(), "open").await?;
    draft.open_key = None;
    commit(fixture, PROMISE, vec![Write::Insert(draft).into()]).await?;
    let mut hand_out = samples.hand_out.clone();
    hand_out.hand_out_id = next.hand_out.hand_out_id;
    hand_out.request_key = String::from("another");
    hand_out.token_hash = Digest32::new([77; 32]);
    refused(fixture, PROMISE, Write::Insert(hand_out).into(), "attempt").await?;
    let mut delivery = samples.delivery.clone();
    delivery.delivery_id = next.delivery.delivery_id;
    delivery.seq = 2;
    refused(fixture, PROMISE, Write::Insert(delivery.clone()).into(), "hand_out").await?;
    delivery.seq = 1;
    delivery.hand_out_id = next.hand_out.hand_out_id;
    refused(fixture, PROMISE, Write::Insert(delivery).into(), "place").await
}

/// Lists come in the order that their method names, and jobs see what is due and nothing else.
///
/// # Errors
/// When an order differs or a row is missing or too many.
pub async fn lists_come_in_order(fixture: &Fixture) -> Result<(), Violation> {
    const PROMISE: &str = "lists come in order and hold what is due";
    let now = fixture.env.now();
    let samples = Samples::new(1, now);
    write_all(fixture, PROMISE, &samples).await?;
    let store = &fixture.store;
    let hour = TimeDelta::hours(1);
    for (number, wait) in [(10_u8, 3), (11, 1), (12, 2)] {
        let mut draft = Samples::new(number, now).draft;
        draft.tenant_id = samples.tenant;
        draft.campaign_id = samples.draft.campaign_id;
        draft.state = DraftState::Queued;
        draft.not_before = now + hour * wait;
        draft.expires_at = Some(now + hour * wait);
        commit(fixture, PROMISE, vec![Write::Insert(draft).into()]).await?;
    }
    let until = now + hour * 2;
    let page = PageRequest::first(10);
    let campaign = samples.draft.campaign_id;
    let queued = store.drafts_queued(samples.tenant, campaign, until, page.clone()).await;
    let queued = kept(PROMISE, queued)?.items;
    let times: Vec<_> = queued.iter().map(|draft| draft.record.not_before).collect();
    ensure(PROMISE, times == [now + hour, now + hour * 2], "the queue")?;
    let expiring = store.drafts_expiring(DraftState::Queued, until, page.clone()).await;
    let expiring = kept(PROMISE, expiring)?.items.len();
    ensure(PROMISE, expiring == 2, format!("{expiring} drafts expire"))?;
    let early = store.leases_ending(now, page.clone()).await;
    ensure(PROMISE, kept(PROMISE, early)?.items.is_empty(), "a lease that runs")?;
    let ending = store.leases_ending(samples.hand_out.lease_until, page).await;
    let ending = kept(PROMISE, ending)?.items;
    let open = ending.iter().all(|one| one.record.outcome == HandOutOutcome::Open);
    ensure(PROMISE, ending.len() == 1 && open, "leases that end")
}

/// Of two commits that rest on the same version of a guard one is refused.
///
/// # Errors
/// When both were applied.
pub async fn one_of_two_decisions_on_a_guard_is_refused(
    fixture: &Fixture,
) -> Result<(), Violation> {
    const PROMISE: &str = "of two decisions on one version of a guard one is refused";
    let samples = Samples::new(1, fixture.env.now());
    write_all(fixture, PROMISE, &samples).await?;
    let found = kept(PROMISE, fixture.store.pacing_state(samples.tenant).await)?;
    let read = found.map_or(Version::FIRST, |found| found.version);
    for (number, applied) in [(1_i64, true), (2, false)] {
        let state = PacingState { epoch: number, ..samples.state.clone() };
        let commit = kept(PROMISE, fixture.env.commit())?;
        let commit = commit.change(Write::Update { record: state, read });
        let done = fixture.store.commit(commit).await.is_ok();
        ensure(PROMISE, done == applied, format!("decision {number} was applied: {done}"))?;
    }
    let after = kept(PROMISE, fixture.store.pacing_state(samples.tenant).await)?;
    ensure(PROMISE, after.is_some_and(|after| after.record.epoch == 1), "the second one won")
}

async fn write_all(
    fixture: &Fixture,
    promise: &'static str,
    samples: &Samples,
) -> Result<(), Violation> {
    commit(fixture, promise, samples.changes()).await
}

async fn commit(
    fixture: &Fixture,
    promise: &'static str,
    changes: Vec<Change>,
) -> Result<(), Violation> {
    let mut commit: Commit<Change> = kept(promise, fixture.env.commit())?;
    commit.changes = changes;
    kept(promise, fixture.store.commit(commit).await).map(|_| ())
}

async fn refused(
    fixture: &Fixture,
    promise: &'static str,
    change: Change,
    expected: &'static str,
) -> Result<(), Violation> {
    let mut commit: Commit<Change> = kept(promise, fixture.env.commit())?;
    commit.changes.push(change);
    match fixture.store.commit(commit).await {
        Err(error) if matches!(error.kind(), StoreErrorKind::Duplicate { rule, .. } if *rule == expected) => {
            Ok(())
        }
        Err(error) => Err(Violation::new(promise, error)),
        Ok(_) => Err(Violation::new(promise, format!("the rule {expected} was broken"))),
    }
}

fn same<R: PartialEq>(
    promise: &'static str,
    found: Result<Option<Versioned<R>>, StoreError>,
    expected: &R,
) -> Result<(), Violation> {
    let equal = kept(promise, found)?.is_some_and(|found| found.record == *expected);
    ensure(promise, equal, std::any::type_name::<R>())
}

fn first<R: PartialEq>(
    promise: &'static str,
    found: Result<Vec<Versioned<R>>, StoreError>,
    expected: &R,
) -> Result<(), Violation> {
    let found = kept(promise, found)?;
    let equal = found.len() == 1 && found.iter().all(|found| found.record == *expected);
    ensure(promise, equal, std::any::type_name::<R>())
}

impl Fixture {
    fn campaign(&self, number: u8) -> Campaign {
        Samples::new(number.saturating_add(100), self.env.now()).campaign
    }
}

#[async_trait]
impl CommitFixture for Fixture {
    type Change = Change;

    fn insert(&self, number: u8) -> Change {
        Write::Insert(self.campaign(number)).into()
    }

    fn update(&self, number: u8, read: Version) -> Change {
        let record = Campaign { weight: 7, ..self.campaign(number) };
        Write::Update { record, read }.into()
    }

    fn delete(&self, number: u8, read: Version) -> Change {
        Change::Campaign(Write::Delete { key: self.campaign(number).key(), read })
    }

    fn expect(&self, number: u8, basis: Basis) -> Expect {
        Expect { record: Campaign::TYPE, key: self.campaign(number).key(), basis }
    }

    async fn version(&self, number: u8) -> Result<Option<Version>, StoreError> {
        let Campaign { tenant_id, campaign_id, .. } = self.campaign(number);
        let found = self.store.campaign(tenant_id, campaign_id).await?;
        Ok(found.map(|found| found.version))
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
