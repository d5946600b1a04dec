//! What is left of a creator who was erased, and how every path bears it.

mod delivery;
mod overtaken;
mod queue;
mod texts;

use alley_core::{
    Applied, AuditEntry, CreatorRef, EdgeKind, Effect, ErasureStep, Field as _, Key, OnErased,
    PageRequest, Permit, PersonalRecords as _, PlanId, Query, Record as _, RecordStore as _,
    RecordType, Value,
};
use alley_outreach::{Draft, DraftId, DraftState, RECORDS};

use crate::world::{World, policy};

/// Does what the erasure engine does for a person: their rows go, and so does what hangs on those;
/// mentions that stay get a pseudonym.
pub(super) async fn erase(world: &World, creator: &CreatorRef) -> Vec<(ErasureStep, Applied)> {
    let subject = creator.to_value();
    let mut steps = Vec::new();
    for record in RECORDS {
        if record.subject == Some("creator_ref") {
            let found = world.store.by_subject(record, &subject, page()).await;
            steps.extend(found.unwrap().items.into_iter().map(|key| ErasureStep {
                record,
                key,
                effect: Effect::Delete,
            }));
        }
        let pseudonymize = EdgeKind::References(OnErased::Pseudonymize);
        let mentions = record.edges.iter().filter(|edge| edge.kind == pseudonymize);
        for edge in mentions.filter(|edge| edge.target == "creator") {
            let target = [Key::of(world.tenant, creator)];
            let found = world.store.reach(record, edge, &target, page()).await;
            steps.extend(found.unwrap().items.into_iter().map(|key| ErasureStep {
                record,
                key,
                effect: Effect::Rewrite {
                    field: edge.field,
                    to: Value::Text("erased-0a1b2c".to_owned()),
                },
            }));
        }
    }
    let plan: PlanId = world.env.id().unwrap();
    let permit = Permit::issue_to_erasure_engine(plan, 1);
    let applied = world.store.apply(&permit, &steps).await.unwrap();
    steps.into_iter().zip(applied).collect()
}

pub(super) fn page() -> PageRequest {
    PageRequest::first(PageRequest::MAX)
}

/// Everything that is stored, as text.
pub(super) async fn everything(world: &World) -> String {
    let mut text = String::new();
    for record in RECORDS.iter().copied().chain([AuditEntry::TYPE]) {
        for value in rows(world, record).await.into_iter().flatten() {
            match value {
                Value::Text(value) => text.push_str(&value),
                Value::Bytes(bytes) => text.push_str(&String::from_utf8_lossy(&bytes)),
                Value::Int(_) | Value::Null => {}
            }
            text.push('\n');
        }
    }
    text
}

pub(super) async fn rows(world: &World, record: &'static RecordType) -> Vec<Vec<Value>> {
    let query: &'static Query = Box::leak(Box::new(Query::new("everything", record)));
    let page = world.store.query(query, &[], page()).await.unwrap();
    page.items.into_iter().map(|row| row.record).collect()
}

pub(super) async fn read(world: &World, draft: DraftId) -> Draft {
    let found = world.outreach.store().draft(world.tenant, draft).await;
    found.unwrap().unwrap().record
}

pub(super) async fn reason_of(world: &World, draft: DraftId) -> (DraftState, Option<String>) {
    let draft = read(world, draft).await;
    (draft.state, draft.end_reason)
}

pub(super) fn erased() -> (DraftState, Option<String>) {
    (DraftState::Cancelled, Some("erased".to_owned()))
}

pub(super) async fn open() -> World {
    World::with_policy(policy(vec![])).await
}
