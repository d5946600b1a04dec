//! What stops, delays and bounds hand-outs, and what is kept of them.

use std::collections::{BTreeMap, BTreeSet};

use crate::world::{World, creator, policy, rule};
use alley_core::Fact;
use alley_outreach::pacing::{PauseReason, RuleKind, Scope, ZoneRef};
use alley_outreach::{
    Confirmation, Confirmed, DeliveryFlag, DraftState, Error, Fill, HandOutAnswer, HandOutRequest,
    NewDraft, Refusal, Suppress, verify_chain,
};
use chrono::{NaiveTime, TimeDelta};

fn rolling(limit: u32) -> RuleKind {
    RuleKind::Rolling { limit, window_s: 3_600 }
}

async fn state(world: &World, draft: alley_outreach::DraftId) -> DraftState {
    world.outreach.store().draft(world.tenant, draft).await.unwrap().unwrap().record.state
}

#[tokio::test]
async fn an_opt_out_ends_drafts_at_once_and_no_later_one_is_made() {
    let world = World::with_policy(policy(vec![])).await;
    let drafts = world.queued(2).await;
    let ticket = world.take("r1").await;
    let opt_out = Suppress::opt_out(creator(2));
    assert_eq!(world.outreach.suppress(&world.author, &opt_out).await.unwrap(), 1);
    assert_eq!(world.outreach.suppress(&world.author, &opt_out).await.unwrap(), 0);
    assert_eq!(state(&world, drafts[1].draft_id).await, DraftState::Suppressed);
    assert!(matches!(world.ask("r2").await, HandOutAnswer::Refused(Refusal::Empty { .. })));
    let new = NewDraft::from_template(
        drafts[0].campaign_id,
        creator(2),
        drafts[0].template_id.unwrap(),
        BTreeMap::from([("name".to_owned(), Fill::from("Bo"))]),
    );
    let refused = world.outreach.create_draft(&world.author, new).await;
    assert!(matches!(refused, Err(Error::Suppressed)));
    world.outreach.suppress(&world.author, &Suppress::opt_out(creator(1))).await.unwrap();
    assert!(world.take("r1").await.after_opt_out);
    let said = world.sent("c");
    let done = world.outreach.confirm(&world.author, &ticket.token, &said).await.unwrap();
    let Confirmed::Recorded(record) = done else { panic!() };
    assert_eq!(record.flags(), BTreeSet::from([DeliveryFlag::AfterOptOut]));
}

#[tokio::test]
async fn facts_pause_the_queue_and_bear_repetition() {
    let world = World::with_policy(policy(vec![])).await;
    world.queued(1).await;
    let tenant = world.tenant;
    let ended = world.env.fact(Fact::SubscriptionEnded { tenant }).unwrap();
    let gone = Fact::IntegrationDisconnected { tenant, integration: "i".to_owned() };
    let gone = world.env.fact(gone).unwrap();
    let subscriber = world.outreach.subscriber();
    for fact in [&ended, &ended, &gone, &ended] {
        subscriber.receive(fact).await.unwrap();
    }
    let paused = |answer| match answer {
        HandOutAnswer::Refused(Refusal::Paused { reason }) => Some(reason),
        _ => None,
    };
    assert_eq!(paused(world.ask("r1").await), Some(PauseReason::SubscriptionEnded));
    let resume = |reason| world.outreach.resume(&world.author, reason);
    resume(PauseReason::SubscriptionEnded).await.unwrap();
    assert_eq!(paused(world.ask("r1").await), Some(PauseReason::IntegrationDisconnected));
    resume(PauseReason::IntegrationDisconnected).await.unwrap();
    assert!(world.ask("r1").await.ticket().is_some());
    assert!(resume(PauseReason::TenantClosed).await.is_err());
}

#[tokio::test]
async fn a_closed_tenant_without_a_policy_is_paused_too() {
    let world = World::new();
    let fact = world.env.fact(Fact::TenantClosed { tenant: world.tenant }).unwrap();
    world.outreach.subscriber().receive(&fact).await.unwrap();
    let answer = world.ask("r1").await;
    assert!(matches!(answer, HandOutAnswer::Refused(Refusal::Paused { .. })));
}

#[tokio::test]
async fn one_blocked_creator_does_not_hold_up_the_others() {
    let gap = RuleKind::MinGap { gap_s: 86_400, jitter_max_ms: 0, seed: String::new() };
    let world = World::with_policy(policy(vec![rule("cool", Scope::Creator, gap)])).await;
    let (template, campaign) = (world.template().await, world.campaign(1).await);
    let other = world.campaign(2).await;
    let first = world.draft(&campaign, template, 1).await;
    world.queue(first.draft_id).await;
    let ticket = world.take("r1").await;
    let _ = world.outreach.confirm(&world.author, &ticket.token, &world.sent("c")).await.unwrap();
    let blocked = world.draft(&other, template, 1).await;
    let free = world.draft(&other, template, 2).await;
    world.queue(blocked.draft_id).await;
    world.queue(free.draft_id).await;
    assert_eq!(world.take("r2").await.draft, free.draft_id);
    let HandOutAnswer::Refused(Refusal::Paced { reasons, next_eligible }) = world.ask("r3").await
    else {
        panic!("handed out");
    };
    assert_eq!(reasons, ["cool"]);
    assert_eq!(next_eligible.unwrap().to_rfc3339(), "2026-05-13T14:00:00.001+00:00");
    world.clock.advance(TimeDelta::days(1));
    assert_eq!(world.take("r4").await.draft, blocked.draft_id);
}

#[tokio::test]
async fn a_confirmation_makes_room_for_open_hand_outs_before_the_lease_ends() {
    let open = rule("open", Scope::Seller, RuleKind::MaxOpen { limit: 1 });
    let gap = RuleKind::MinGap { gap_s: 1, jitter_max_ms: 0, seed: String::new() };
    let world = World::with_policy(policy(vec![open, rule("c", Scope::Creator, gap)])).await;
    world.queued(2).await;
    let ticket = world.take("r1").await;
    assert!(world.ask("r2").await.ticket().is_none());
    let _ = world.outreach.confirm(&world.author, &ticket.token, &world.sent("c")).await.unwrap();
    assert!(world.ask("r2").await.ticket().is_some());
}

#[tokio::test]
async fn drafts_and_approvals_expire() {
    let mut policy = policy(vec![]);
    policy.approval_ttl_s = 3_600;
    let world = World::with_policy(policy).await;
    let queued = world.queued(1).await.remove(0);
    let channel = alley_outreach::Channel::Email;
    let mut new = NewDraft::by_hand(queued.campaign_id, creator(9), channel, "en", "Hi");
    new.expires_at = Some(world.now() + TimeDelta::minutes(5));
    let short = world.outreach.create_draft(&world.author, new).await.unwrap();
    world.clock.advance(TimeDelta::hours(2));
    assert!(world.ask("r").await.ticket().is_none());
    assert_eq!(world.run("expire-drafts").await, 2);
    assert_eq!(state(&world, short.draft_id).await, DraftState::Expired);
    assert_eq!(state(&world, queued.draft_id).await, DraftState::Editing);
}

#[tokio::test]
async fn quiet_hours_cut_the_lease_and_are_flagged_when_broken() {
    let at = |hour, minute| NaiveTime::from_hms_opt(hour, minute, 0).unwrap();
    let quiet = RuleKind::QuietHours { start: at(10, 5), end: at(12, 0), zone: ZoneRef::Shop };
    let world = World::with_policy(policy(vec![rule("quiet", Scope::Seller, quiet)])).await;
    world.queued(1).await;
    // 14:00Z is 10:00 in New York in May.
    let ticket = world.take("r1").await;
    assert_eq!(ticket.lease_until.to_rfc3339(), "2026-05-12T14:05:00+00:00");
    world.clock.advance(TimeDelta::minutes(10));
    let edited = Confirmation::sent_edited("c", world.now(), "Hello Ada!");
    let done = world.outreach.confirm(&world.author, &ticket.token, &edited).await.unwrap();
    let Confirmed::Recorded(record) = done else { panic!() };
    let expected = [DeliveryFlag::Late, DeliveryFlag::QuietHours, DeliveryFlag::Edited];
    assert_eq!(record.flags(), BTreeSet::from(expected));
    assert_ne!(record.final_hash, record.revision_hash);
}

#[tokio::test]
async fn a_changed_delivery_breaks_the_chain() {
    let world = World::with_policy(policy(vec![])).await;
    world.queued(4).await;
    for number in 0..4 {
        let ticket = world.take(&format!("r{number}")).await;
        let said = world.sent("c");
        let _ = world.outreach.confirm(&world.author, &ticket.token, &said).await.unwrap();
    }
    let page = alley_core::PageRequest::first(10);
    let page = world.outreach.store().deliveries(world.tenant, &world.shop, page).await.unwrap();
    let records: Vec<_> = page.items.into_iter().map(|item| item.record).collect();
    assert_eq!(verify_chain(&records).unwrap().records, 4);
    let mut erased = records.clone();
    erased.remove(1);
    assert_eq!(verify_chain(&erased).unwrap().missing, 1);
    let mut changed = records.clone();
    changed[2].sent_at += TimeDelta::seconds(1);
    assert_eq!(verify_chain(&changed).unwrap_err().seq, 3);
    let mut pseudonymous = records.clone();
    pseudonymous[2].creator_ref = creator(99);
    assert!(verify_chain(&pseudonymous).is_ok());
    let mut rehashed = changed;
    rehashed[2].hash = rehashed[2].expected_hash();
    assert_eq!(verify_chain(&rehashed).unwrap_err().seq, 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_callers_never_pass_the_budget_nor_get_one_draft_twice() {
    let world = World::with_policy(policy(vec![rule("hour", Scope::Shop, rolling(12))])).await;
    world.queued(20).await;
    // Two doors over one store stand for two processes: their in-process queues do not help.
    let config = alley_outreach::Config::default;
    let doors = [
        world.outreach.clone(),
        alley_outreach::Outreach::new(&world.env, world.store.clone(), config()),
    ];
    let tasks: Vec<_> = (0..8)
        .map(|task| {
            let (door, access) = (doors[task % 2].clone(), world.author);
            tokio::spawn(async move {
                let mut got = Vec::new();
                for number in 0..5 {
                    let request = HandOutRequest::new(format!("{task}/{number}"));
                    loop {
                        match door.hand_out(&access, &request).await {
                            Err(Error::Contended) => tokio::task::yield_now().await,
                            answer => {
                                got.extend(answer.unwrap().ticket());
                                break;
                            }
                        }
                    }
                }
                got
            })
        })
        .collect();
    let mut drafts = Vec::new();
    for task in tasks {
        drafts.extend(task.await.unwrap().into_iter().map(|ticket| ticket.draft));
    }
    assert_eq!(drafts.len(), 12);
    assert_eq!(drafts.iter().collect::<BTreeSet<_>>().len(), 12);
    let since = world.now() - TimeDelta::hours(1);
    let spends = world.outreach.store().spends_since(world.tenant, since).await.unwrap();
    assert_eq!(spends.len(), 12);
}

#[tokio::test]
async fn an_export_holds_every_draft_and_is_audited() {
    use alley_outreach::{ExportFilter, ExportFormat};
    let world = World::with_policy(policy(vec![])).await;
    world.queued(3).await;
    let _ = world.take("r1").await;
    let mut bytes = Vec::new();
    let all = ExportFilter::default();
    let outreach = &world.outreach;
    let report =
        outreach.export(&world.author, all, ExportFormat::JsonLines, &mut bytes).await.unwrap();
    assert_eq!(report.rows, 3);
    let text = String::from_utf8(bytes).unwrap();
    assert_eq!(text.lines().count(), 5);
    assert!(text.contains("\"state\":\"handed_out\""));
    let mut bytes = Vec::new();
    let queued = ExportFilter::in_state(DraftState::Queued);
    let report =
        outreach.export(&world.author, queued, ExportFormat::default(), &mut bytes).await.unwrap();
    assert_eq!((report.rows, bytes.starts_with("\u{FEFF}\"".as_bytes())), (2, true));
}
