//! A queue in which texts are missing.

use alley_core::{
    Applied, AuditEntry, Field as _, HoldAction, HoldId, HoldMark, PersonalRecords as _,
    Record as _, Value,
};
use alley_outreach::{DraftRevision, DraftState, HandOutAnswer, Refusal};
use chrono::TimeDelta;

use super::{erase, erased, open, page, read, reason_of, rows};
use crate::world::creator;

#[tokio::test]
async fn a_queued_draft_without_a_text_ends_and_the_next_one_is_handed_out() {
    let world = open().await;
    let drafts = world.queued(3).await;
    erase(&world, &creator(1)).await;
    let ticket = world.take("r1").await;
    assert_eq!(ticket.draft, drafts[1].draft_id);
    assert_eq!(reason_of(&world, drafts[0].draft_id).await, erased());
    assert!(read(&world, drafts[0].draft_id).await.ended_at.is_some());
    let trail = rows(&world, AuditEntry::TYPE).await;
    let told = trail.iter().filter(|row| row.contains(&Value::Text("erased".to_owned())));
    assert_eq!(told.count(), 1);
    assert_eq!(world.take("r2").await.draft, drafts[2].draft_id);
}

#[tokio::test]
async fn a_queue_in_which_every_text_was_erased_is_empty_and_clears_itself() {
    let world = open().await;
    let drafts = world.queued(2).await;
    for number in [1, 2] {
        erase(&world, &creator(number)).await;
    }
    for key in ["r1", "r2"] {
        let HandOutAnswer::Refused(refusal) = world.ask(key).await else { panic!("handed out") };
        assert_eq!(refusal, Refusal::Empty { next_due: None });
    }
    for draft in drafts {
        assert_eq!(reason_of(&world, draft.draft_id).await, erased());
    }
    let spends =
        world.outreach.store().spends_since(world.tenant, world.now() - TimeDelta::days(1));
    assert!(spends.await.unwrap().is_empty());
}

#[tokio::test]
async fn a_text_that_a_hold_keeps_is_not_handed_out_for_an_erased_creator() {
    let world = open().await;
    let draft = world.queued(1).await.remove(0);
    let subject = creator(1).to_value();
    let keys = world.store.by_subject(DraftRevision::TYPE, &subject, page()).await.unwrap().items;
    let hold: HoldId = world.env.id().unwrap();
    let mark = HoldMark { hold, record: DraftRevision::TYPE, keys, action: HoldAction::Place };
    world.store.set_hold(&mark).await.unwrap();
    let steps = erase(&world, &creator(1)).await;
    assert!(steps.iter().any(|(_, applied)| *applied == Applied::Held));
    let revision = world.outreach.store().revision(world.tenant, draft.draft_id, 1).await;
    assert!(revision.unwrap().is_some());
    assert!(matches!(world.ask("r1").await, HandOutAnswer::Refused(Refusal::Empty { .. })));
    assert_eq!(reason_of(&world, draft.draft_id).await, erased());
}

#[tokio::test]
async fn an_old_approval_ends_an_erased_draft_and_sends_any_other_back_to_its_author() {
    let world = open().await;
    let drafts = world.queued(2).await;
    erase(&world, &creator(1)).await;
    world.clock.advance(TimeDelta::days(15));
    assert_eq!(world.run("expire-drafts").await, 2);
    assert_eq!(reason_of(&world, drafts[0].draft_id).await, erased());
    assert_eq!(read(&world, drafts[1].draft_id).await.state, DraftState::Editing);
    assert_eq!(world.run("expire-drafts").await, 0);
}
