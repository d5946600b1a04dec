//! The promises of erasure, holds and export, on the sample record type.

use chrono::DateTime;

use super::sample::{Sample, write};
use super::{Violation, ensure, kept};
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

/// Checks erasure, holds and export on a fresh store that has a table for [`Sample`].
///
/// # Errors
/// The first promise that the store breaks.
pub async fn personal_records(
    store: &dyn RecordStore,
    personal: &dyn PersonalRecords,
    env: &Env,
) -> Result<(), Violation> {
    const PROMISE: &str = "erasure honors holds, keeps its order and can be repeated";
    let (parent_key, child_key) = family(store, env).await?;
    found_by_declaration(personal, &parent_key, &child_key).await?;

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
    ensure(PROMISE, parents == ["child".to_owned().to_value()], "the wrong rows are left")?;
    lost_leases_are_refused(personal, &permit).await
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

async fn lost_leases_are_refused(
    personal: &dyn PersonalRecords,
    permit: &Permit,
) -> Result<(), Violation> {
    const PROMISE: &str = "a worker that lost its lease cannot erase";
    let newer = Permit::issue_to_erasure_engine(permit.plan(), 2);
    kept(PROMISE, personal.apply(&newer, &[]).await)?;
    let refused = personal.apply(permit, &[]).await.is_err();
    ensure(PROMISE, refused, "a worker that lost its lease may still erase")
}

async fn found_by_declaration(
    personal: &dyn PersonalRecords,
    parent: &Key,
    child: &Key,
) -> Result<(), Violation> {
    const PROMISE: &str = "rows are found by subject, edge and anchor";
    let page = || PageRequest::first(10);
    let person = "person".to_owned().to_value();
    let found = kept(PROMISE, personal.by_subject(Sample::TYPE, &person, page()).await)?.items;
    ensure(PROMISE, found == [parent.clone()], "by subject")?;
    let edge = Sample::TYPE.edges.first();
    let edge = edge.ok_or_else(|| Violation::new(PROMISE, "the sample declares no edge"))?;
    let targets = [parent.clone()];
    let found = personal.reach(Sample::TYPE, edge, &targets, page()).await;
    ensure(PROMISE, kept(PROMISE, found)?.items == [child.clone()], "over an edge")?;
    let found = personal.due(Sample::TYPE, DateTime::UNIX_EPOCH, page()).await;
    let mut found = kept(PROMISE, found)?.items;
    found.retain(|key| key.tenant() == parent.tenant());
    ensure(PROMISE, found == [parent.clone()], "by anchor")
}
