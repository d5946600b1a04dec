//! Hand-outs whose text was erased while the seller had it.

use alley_core::Record as _;
use alley_outreach::pacing::AfterNotSent;
use alley_outreach::{
    Confirmation, Confirmed, DeliveryFlag, DeliveryOutcome, DraftRevision, DraftState,
    HandOutAnswer, Refusal, Resolution, verify_chain,
};
use chrono::TimeDelta;

use super::{erase, erased, everything, open, read, reason_of, rows};
use crate::world::{World, creator, policy};

#[tokio::test]
async fn a_repeated_request_says_that_its_text_was_erased() {
    let world = open().await;
    world.queued(1).await;
    let _ = world.take("r1").await;
    erase(&world, &creator(1)).await;
    assert!(matches!(world.ask("r1").await, HandOutAnswer::Refused(Refusal::TextErased)));
}

#[tokio::test]
async fn a_delivery_is_confirmed_after_the_erasure_and_keeps_no_text() {
    let world = open().await;
    let draft = world.queued(1).await.remove(0).draft_id;
    let ticket = world.take("r1").await;
    erase(&world, &creator(1)).await;
    let (outreach, author) = (&world.outreach, &world.author);
    let said = Confirmation::sent_edited("c1", world.now(), "Dear Ada");
    let Confirmed::Recorded(record) = outreach.confirm(author, &ticket.token, &said).await.unwrap()
    else {
        panic!("not recorded")
    };
    assert_eq!(record.outcome, DeliveryOutcome::SentEdited);
    assert!(record.flags().contains(&DeliveryFlag::Edited));
    assert_ne!(record.final_hash, record.revision_hash);
    assert_eq!(record.creator_ref.as_str(), "erased-0a1b2c");
    assert!(!everything(&world).await.contains("Ada"));
    assert!(rows(&world, DraftRevision::TYPE).await.is_empty());
    assert_eq!(read(&world, draft).await.state, DraftState::Delivered);
    let again = outreach.confirm(author, &ticket.token, &said).await.unwrap();
    assert_eq!(again, Confirmed::Repeated(record.clone()));
    let other = Confirmation::sent("c2", world.now());
    let again = outreach.confirm(author, &ticket.token, &other).await.unwrap();
    assert_eq!(again, Confirmed::AlreadyConfirmed(record.clone()));
    assert_eq!(verify_chain([&*record]).unwrap().records, 1);
    let chain = outreach.check_deliveries(author, &world.shop).await.unwrap().unwrap();
    assert_eq!(chain.head, Some(record.hash));
}

#[tokio::test]
async fn an_erased_text_that_was_not_sent_ends_instead_of_going_back_to_the_queue() {
    for to in [AfterNotSent::Queue, AfterNotSent::Approved] {
        let mut policy = policy(vec![]);
        policy.after_not_sent = to;
        let world = World::with_policy(policy).await;
        let draft = world.queued(1).await.remove(0).draft_id;
        let ticket = world.take("r1").await;
        erase(&world, &creator(1)).await;
        let back = world.outreach.report_not_sent(&world.author, &ticket.token).await.unwrap();
        assert_eq!((back.state, back.end_reason), erased(), "{to:?}");
        assert_eq!(reason_of(&world, draft).await, erased(), "{to:?}");
    }
}

#[tokio::test]
async fn leases_of_erased_texts_end_and_are_settled_without_a_token() {
    for (number, resolution) in [(1, None), (2, Some(Resolution::NotSent))] {
        let world = open().await;
        let draft = world.queued(1).await.remove(0).draft_id;
        let _ = world.take("r1").await;
        erase(&world, &creator(1)).await;
        world.clock.advance(TimeDelta::minutes(31));
        assert_eq!(world.run("expire-leases").await, 1, "case {number}");
        assert_eq!(read(&world, draft).await.state, DraftState::Unconfirmed);
        let sent_at = world.now();
        let resolution = resolution.unwrap_or(Resolution::Sent { sent_at });
        let settled =
            world.outreach.resolve(&world.author, draft, resolution, "phone").await.unwrap();
        let expected = match resolution {
            Resolution::NotSent => DraftState::Cancelled,
            Resolution::Sent { .. } => DraftState::Delivered,
        };
        assert_eq!(settled.state, expected, "case {number}");
    }
}
