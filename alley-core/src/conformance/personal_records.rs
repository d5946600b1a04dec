//! The promises of erasure, holds and export, on the sample record type.

use std::sync::Arc;

use chrono::DateTime;

use super::sample::{Sample, write};
use super::{Harness, Violation, ensure, kept};
use crate::commit::Write;
use crate::env::Env;
use crate::ids::TenantId;
use crate::page::PageRequest;
use crate::personal::{
    Applied, Effect, ErasureStep, HoldAction, HoldMark, Permit, PersonalRecords,
};
use crate::record::{Key, Record as _};
use crate::store::RecordStore;
use crate::value::{Field as _, Value};

/// One test for each promise of [`PersonalRecords`], on a store that has a table for
/// [`Sample`](crate::conformance::Sample): `personal_records_conformance!(harness)`.
#[macro_export]
macro_rules! personal_records_conformance {
    ($make:expr) => {
        $crate::personal_records_conformance! { @to conformance_tests, $make }
    };
    (@to $then:ident, $make:expr) => {
        $crate::$then! {
            $make, [$crate::conformance::personal_records],
            one: [
                rows_are_found_by_declaration,
                erasure_honors_holds_and_can_be_repeated,
                lost_leases_are_refused,
            ]
            many: []
            reopening: []
        }
    };
}

/// Checks every promise, each on a fresh store that `make` gives.
///
/// # Errors
/// The first promise that the store breaks.
pub fn suite<H: Harness>(make: impl Fn() -> H) -> Result<(), Violation>
where
    H::Store: RecordStore + PersonalRecords,
{
    crate::personal_records_conformance! { @to conformance_suite, make }
}

/// The port on a fresh store.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "made by whoever runs the suite")]
pub struct Fixture {
    /// Where the rows are written; empty.
    pub store: Arc<dyn RecordStore>,
    /// The port over the same rows.
    pub personal: Arc<dyn PersonalRecords>,
    /// Clock and randomness of the suite.
    pub env: Env,
}

/// The port of a harness.
pub fn fixture<H: Harness>(harness: &H) -> Fixture
where
    H::Store: RecordStore + PersonalRecords,
{
    Fixture { store: harness.store(), personal: harness.store(), env: harness.env().clone() }
}

/// A row under a hold is not erased, every other one is, and a repeated step finds nothing to do.
///
/// # Errors
/// When a hold is passed over, a step is not done, or done again.
pub async fn erasure_honors_holds_and_can_be_repeated(fixture: &Fixture) -> Result<(), Violation> {
    const PROMISE: &str = "erasure honors holds, keeps its order and can be repeated";
    let Fixture { store, personal, env } = fixture;
    let (parent_key, child_key) = family(store.as_ref(), env).await?;
    let hold = kept(PROMISE, env.id())?;
    let keys = vec![parent_key.clone()];
    let mark = HoldMark { hold, record: Sample::TYPE, keys, action: HoldAction::Place };
    kept(PROMISE, personal.set_hold(&mark).await)?;
    let permit = Permit::issue_to_erasure_engine(kept(PROMISE, env.id())?, 1);
    let step = |key: &Key, effect| ErasureStep { record: Sample::TYPE, key: key.clone(), effect };
    let nullify = Effect::Rewrite { field: "parent", to: Value::Null };
    let steps = [step(&child_key, nullify), step(&parent_key, Effect::Delete)];
    let applied = kept(PROMISE, personal.apply(&permit, &steps).await)?;
    let wanted = [Applied::Done, Applied::Held];
    ensure(PROMISE, applied == wanted, format!("under a hold: {applied:?}"))?;
    let lift = HoldMark { action: HoldAction::Lift, ..mark };
    kept(PROMISE, personal.set_hold(&lift).await)?;
    let minimize = Effect::Minimize { fields: vec!["person"] };
    let steps = [step(&parent_key, minimize), step(&parent_key, Effect::Delete)];
    let applied = kept(PROMISE, personal.apply(&permit, &steps).await)?;
    ensure(PROMISE, applied == [Applied::Done; 2], format!("after release: {applied:?}"))?;
    let applied = kept(PROMISE, personal.apply(&permit, &steps).await)?;
    ensure(PROMISE, applied == [Applied::Absent; 2], format!("repeated: {applied:?}"))?;
    let exported = kept(PROMISE, personal.export(Sample::TYPE, &[parent_key, child_key]).await)?;
    let parents: Vec<_> = exported.into_iter().map(|(key, _)| key.id().clone()).collect();
    ensure(PROMISE, parents == ["child".to_owned().to_value()], "the wrong rows are left")
}

/// Writes a row and one that hangs on it; answers their keys.
async fn family(store: &dyn RecordStore, env: &Env) -> Result<(Key, Key), Violation> {
    const PROMISE: &str = "rows to erase can be written";
    let tenant: TenantId = kept(PROMISE, env.id())?;
    let mut parent = Sample::new(tenant, "parent", 1);
    parent.person = Some("person".to_owned());
    parent.seen_at = Some(DateTime::UNIX_EPOCH);
    let child = Sample { parent: Some("parent".to_owned()), ..Sample::new(tenant, "child", 2) };
    let (parent_key, child_key) = (parent.key(), child.key());
    write(store, env, PROMISE, vec![Write::Insert(parent), Write::Insert(child)]).await?;
    Ok((parent_key, child_key))
}

/// A worker whose lease another one has meanwhile cannot erase.
///
/// # Errors
/// When it can.
pub async fn lost_leases_are_refused(fixture: &Fixture) -> Result<(), Violation> {
    const PROMISE: &str = "a worker that lost its lease cannot erase";
    let plan = kept(PROMISE, fixture.env.id())?;
    let (older, newer) =
        (Permit::issue_to_erasure_engine(plan, 1), Permit::issue_to_erasure_engine(plan, 2));
    kept(PROMISE, fixture.personal.apply(&older, &[]).await)?;
    kept(PROMISE, fixture.personal.apply(&newer, &[]).await)?;
    let refused = fixture.personal.apply(&older, &[]).await.is_err();
    ensure(PROMISE, refused, "a worker that lost its lease may still erase")
}

/// Rows are found by the person, the edge and the anchor that their type declares.
///
/// # Errors
/// When a row is missing, or another one found.
pub async fn rows_are_found_by_declaration(fixture: &Fixture) -> Result<(), Violation> {
    const PROMISE: &str = "rows are found by subject, edge and anchor";
    let personal = fixture.personal.as_ref();
    let (parent, child) = family(fixture.store.as_ref(), &fixture.env).await?;
    let page = || PageRequest::first(10);
    let person = "person".to_owned().to_value();
    let found = kept(PROMISE, personal.by_subject(Sample::TYPE, &person, page()).await)?.items;
    ensure(PROMISE, found == [parent.clone()], "by subject")?;
    let edge = Sample::TYPE.edges.first();
    let edge = edge.ok_or_else(|| Violation::new(PROMISE, "the sample declares no edge"))?;
    let targets = [parent.clone()];
    let found = personal.reach(Sample::TYPE, edge, &targets, page()).await;
    ensure(PROMISE, kept(PROMISE, found)?.items == [child], "over an edge")?;
    let found = personal.due(Sample::TYPE, DateTime::UNIX_EPOCH, page()).await;
    let mut found = kept(PROMISE, found)?.items;
    found.retain(|key| key.tenant() == parent.tenant());
    ensure(PROMISE, found == [parent], "by anchor")
}
