//! What a seller and a reviewer live through, on the memory store.

use std::collections::{BTreeMap, BTreeSet};

use crate::world::{World, creator, policy, rule};
use alley_core::Problem;
use alley_outreach::pacing::{RuleKind, Scope};
use alley_outreach::{
    Confirmation, Confirmed, DeliveryFlag, DraftState, Error, Fill, HandOutAnswer, NewDraft,
    Refusal, Resolution,
};
use chrono::TimeDelta;

fn rolling(limit: u32) -> RuleKind {
    RuleKind::Rolling { limit, window_s: 3_600 }
}

async fn state(world: &World, draft: alley_outreach::DraftId) -> DraftState {
    world.outreach.store().draft(world.tenant, draft).await.unwrap().unwrap().record.state
}

#[tokio::test]
async fn a_draft_goes_from_template_to_delivery() {
    let world = World::with_policy(policy(vec![])).await;
    let draft = world.queued(1).await.remove(0);
    let ticket = world.take("r1").await;
    assert_eq!(ticket.draft, draft.draft_id);
    assert_eq!(ticket.text.as_str(), "Hello Ada, may we send you a sample?");
    assert_eq!(ticket.lease_until, world.now() + TimeDelta::minutes(30));
    let confirmed = world.outreach.confirm(&world.author, &ticket.token, &world.sent("c1")).await;
    let Confirmed::Recorded(record) = confirmed.unwrap() else { panic!("not recorded") };
    assert_eq!(record.flags, "");
    assert_eq!(state(&world, draft.draft_id).await, DraftState::Delivered);
    let chain = world.outreach.check_deliveries(&world.author, &world.shop).await.unwrap().unwrap();
    assert_eq!((chain.records, chain.missing, chain.head), (1, 0, Some(record.hash)));
}

#[tokio::test]
async fn the_same_request_gives_the_same_hand_out_and_token() {
    let world = World::with_policy(policy(vec![])).await;
    world.queued(3).await;
    let (first, again) = (world.take("r1").await, world.take("r1").await);
    assert_eq!(first.hand_out, again.hand_out);
    assert_eq!(first.token.expose(), again.token.expose());
    assert_eq!(first.token.expose().len(), 32);
    assert_ne!(world.take("r2").await.hand_out, first.hand_out);
    let confirmation = world.sent("c");
    let _ = world.outreach.confirm(&world.author, &first.token, &confirmation).await.unwrap();
    let over = world.ask("r1").await;
    assert!(matches!(over, HandOutAnswer::Refused(Refusal::RequestOver { .. })));
}

#[tokio::test]
async fn a_repeated_confirmation_is_the_first_record_and_another_one_is_not_taken() {
    let world = World::with_policy(policy(vec![])).await;
    world.queued(1).await;
    let ticket = world.take("r1").await;
    let said = world.sent("c1");
    let confirm = |said: Confirmation| {
        let (world, token) = (&world, &ticket.token);
        async move { world.outreach.confirm(&world.author, token, &said).await }
    };
    let Confirmed::Recorded(first) = confirm(said.clone()).await.unwrap() else { panic!() };
    assert_eq!(confirm(said.clone()).await.unwrap(), Confirmed::Repeated(first.clone()));
    let mut other = said.clone();
    other.sent_at -= TimeDelta::minutes(1);
    assert!(matches!(confirm(other).await, Err(Error::IdempotencyConflict)));
    let mut key = said;
    key.idempotency_key = "c2".to_owned();
    assert_eq!(confirm(key).await.unwrap(), Confirmed::AlreadyConfirmed(first));
}

#[tokio::test]
async fn a_lost_lease_stays_spent_and_never_goes_back_to_the_queue() {
    let world = World::with_policy(policy(vec![rule("hour", Scope::Shop, rolling(1))])).await;
    let draft = world.queued(2).await.remove(0);
    let ticket = world.take("r1").await;
    world.clock.advance(TimeDelta::minutes(31));
    assert_eq!(world.run("expire-leases").await, 1);
    assert_eq!(world.run("expire-leases").await, 0);
    assert_eq!(state(&world, draft.draft_id).await, DraftState::Unconfirmed);
    let HandOutAnswer::Refused(Refusal::Paced { reasons, .. }) = world.ask("r2").await else {
        panic!("the spend came back");
    };
    assert_eq!(reasons, ["hour"]);
    let late = world.outreach.confirm(&world.author, &ticket.token, &world.sent("c1")).await;
    let Confirmed::Recorded(record) = late.unwrap() else { panic!() };
    assert_eq!(record.flags(), BTreeSet::from([DeliveryFlag::Late]));
}

#[tokio::test]
async fn not_sent_gives_the_spend_back_only_if_the_policy_says_so() {
    for refund in [false, true] {
        let mut policy = policy(vec![rule("hour", Scope::Shop, rolling(1))]);
        policy.refund_not_sent = refund;
        let world = World::with_policy(policy).await;
        let draft = world.queued(1).await.remove(0);
        let ticket = world.take("r1").await;
        let back = world.outreach.report_not_sent(&world.author, &ticket.token).await.unwrap();
        assert_eq!((back.state, back.attempt), (DraftState::Queued, 2));
        let again = world.outreach.report_not_sent(&world.author, &ticket.token).await.unwrap();
        assert_eq!(again.attempt, 2);
        let next = world.ask("r2").await.ticket();
        assert_eq!(next.is_some(), refund);
        let stale = world.outreach.confirm(&world.author, &ticket.token, &world.sent("c")).await;
        assert!(matches!(stale, Err(Error::StaleAttempt | Error::InvalidTransition(_))));
        assert_eq!(draft.attempt, 1);
    }
}

#[tokio::test]
async fn an_unconfirmed_draft_is_resolved_without_the_token() {
    let world = World::with_policy(policy(vec![])).await;
    let drafts = world.queued(2).await;
    let _ = (world.take("r1").await, world.take("r2").await);
    let sent = Resolution::Sent { sent_at: world.now() };
    let early = world.outreach.resolve(&world.author, drafts[0].draft_id, sent, "phone").await;
    assert!(matches!(early, Err(Error::InvalidTransition(_))));
    world.clock.advance(TimeDelta::hours(1));
    assert_eq!(world.run("expire-leases").await, 2);
    let done = world.outreach.resolve(&world.author, drafts[0].draft_id, sent, "phone").await;
    assert_eq!(done.unwrap().state, DraftState::Delivered);
    let not = Resolution::NotSent;
    let back = world.outreach.resolve(&world.author, drafts[1].draft_id, not, "forgot").await;
    assert_eq!(back.unwrap().state, DraftState::Queued);
}

#[tokio::test]
async fn an_edit_voids_the_approval_and_another_person_must_review() {
    let mut policy = policy(vec![]);
    policy.four_eyes = true;
    let world = World::with_policy(policy).await;
    let draft = world.queued(1).await.remove(0).draft_id;
    let stale = world.outreach.edit_draft(&world.author, draft, 7, "x").await;
    assert!(matches!(stale, Err(Error::StaleRevision { current: 1 })));
    let edited = world.outreach.edit_draft(&world.author, draft, 1, "Hello again").await.unwrap();
    assert_eq!((edited.state, edited.approved_hash), (DraftState::Editing, None));
    world.outreach.submit_draft(&world.author, draft).await.unwrap();
    let own = world.outreach.approve_draft(&world.author, draft, 2).await;
    assert!(matches!(own, Err(Error::FourEyes)));
    let old = world.outreach.approve_draft(&world.reviewer, draft, 1).await;
    assert!(matches!(old, Err(Error::StaleRevision { current: 2 })));
    world.outreach.approve_draft(&world.reviewer, draft, 2).await.unwrap();
    world.outreach.enqueue_draft(&world.author, draft, None).await.unwrap();
    assert_eq!(world.take("r").await.text.as_str(), "Hello again");
}

#[tokio::test]
async fn a_text_with_blocking_findings_is_not_submitted() {
    let world = World::with_policy(policy(vec![])).await;
    let campaign = world.campaign(1).await;
    let template = world.template().await;
    let fills = BTreeMap::from([("name".to_owned(), Fill::from("{{ name }}"))]);
    let new = NewDraft::from_template(campaign.campaign_id, creator(1), template, fills);
    let draft = world.outreach.create_draft(&world.author, new).await.unwrap();
    let refused = world.outreach.submit_draft(&world.author, draft.draft_id).await.unwrap_err();
    let Error::Blocked { findings } = &refused else { panic!("{refused}") };
    assert_eq!(findings[0].code, "leftover_placeholder");
    assert_eq!(Problem::from(&refused).code, "blocked");
}

#[tokio::test]
async fn one_draft_is_open_for_creator_campaign_and_step() {
    let world = World::with_policy(policy(vec![])).await;
    let (template, campaign) = (world.template().await, world.campaign(1).await);
    let first = world.draft(&campaign, template, 1).await;
    let fills = BTreeMap::from([("name".to_owned(), Fill::from("Ada"))]);
    let new = NewDraft::from_template(campaign.campaign_id, creator(1), template, fills);
    let second = world.outreach.create_draft(&world.author, new.clone()).await;
    assert!(matches!(second, Err(Error::Duplicate { .. })));
    world.outreach.cancel_draft(&world.author, first.draft_id, "typo").await.unwrap();
    assert!(world.outreach.create_draft(&world.author, new).await.is_ok());
}
