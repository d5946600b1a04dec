//! An erasure that comes between the reads and the commit of a call.

use std::sync::{Arc, Mutex};

use alley_core::conformance::{Hook, Hooked};
use alley_core::{
    Commit, Effect, ErasureStep, MemoryStore, Permit, PersonalRecords as _, PlanId, Record as _,
    RecordWrite, StoreError,
};
use alley_outreach::{
    Config, Confirmation, Confirmed, DraftId, DraftRevision, Error, HandOutAnswer, HandOutRequest,
    Outreach, Refusal,
};

use super::{erased, open, reason_of, rows};
use crate::world::World;

/// Erases a text right before the next commit.
#[derive(Debug)]
struct Overtaken {
    store: Arc<MemoryStore>,
    steps: Mutex<Vec<ErasureStep>>,
    plan: PlanId,
}

#[async_trait::async_trait]
impl Hook for Overtaken {
    async fn before_commit(&self, _: &mut Commit<RecordWrite>) -> Result<(), StoreError> {
        let steps = std::mem::take(&mut *self.steps.lock().unwrap());
        let permit = Permit::issue_to_erasure_engine(self.plan, 1);
        self.store.apply(&permit, &steps).await?;
        Ok(())
    }
}

/// The door over a store in which the text of `draft` is erased right before the next commit.
async fn overtaken(world: &World, draft: DraftId) -> Outreach {
    let text = world.outreach.store().revision(world.tenant, draft, 1).await;
    let step = ErasureStep {
        record: DraftRevision::TYPE,
        key: text.unwrap().unwrap().record.key(),
        effect: Effect::Delete,
    };
    let overtaken = Overtaken {
        store: Arc::clone(&world.store),
        steps: Mutex::new(vec![step]),
        plan: world.env.id().unwrap(),
    };
    let store = Arc::new(Hooked::new(Arc::clone(&world.store), overtaken));
    Outreach::new(&world.env, store, Config::default())
}

#[tokio::test]
async fn a_hand_out_that_the_erasure_overtakes_gives_no_text() {
    let world = open().await;
    let draft = world.queued(1).await.remove(0).draft_id;
    let outreach = overtaken(&world, draft).await;
    let request = HandOutRequest::new("r1");
    let answer = outreach.hand_out(&world.author, &request).await.unwrap();
    assert!(matches!(answer, HandOutAnswer::Refused(Refusal::Empty { .. })));
    assert_eq!(reason_of(&world, draft).await, erased());
}

#[tokio::test]
async fn an_edit_that_the_erasure_overtakes_leaves_no_text() {
    let world = open().await;
    let draft = world.queued(1).await.remove(0).draft_id;
    let outreach = overtaken(&world, draft).await;
    let edited = outreach.edit_draft(&world.author, draft, 1, "Good day Ada").await;
    assert!(matches!(edited, Err(Error::Erased)));
    assert!(rows(&world, DraftRevision::TYPE).await.is_empty());
}

#[tokio::test]
async fn a_confirmation_that_the_erasure_overtakes_keeps_no_text() {
    let world = open().await;
    let draft = world.queued(1).await.remove(0).draft_id;
    let ticket = world.take("r1").await;
    let outreach = overtaken(&world, draft).await;
    let said = Confirmation::sent_edited("c1", world.now(), "Dear Ada");
    let confirmed = outreach.confirm(&world.author, &ticket.token, &said).await.unwrap();
    assert!(matches!(confirmed, Confirmed::Recorded(_)));
    assert!(rows(&world, DraftRevision::TYPE).await.is_empty());
}
