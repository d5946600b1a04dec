//! Suppressions that are added while texts are handed out.
//!
//! Three checks lie between the two, and each is enough: both write the pacing state, the guard; a
//! hand-out expects that there is no suppression where it found none; and both write the draft. So a
//! guard that is read late does no harm here alone: all three have to be.

use std::collections::BTreeSet;
use std::sync::Arc;

use alley_core::{EdgeDecl, EdgeKind, Key, PageRequest, Record as _};
use alley_outreach::pacing::PacingState;
use alley_outreach::{
    DeliveryReads as _, Draft, DraftReads as _, DraftState, Error, HandOutRequest, Outreach,
    Suppress, Suppression,
};

use crate::house::{House, Store, WRITERS, rounds};
use crate::late::{Late, Stop, late_store};
use crate::schedule::{Release, Work, all_read_before_one_commits, gate, race};
use crate::seller::{Seller, ask, creator, door, queue, shop};

pub(crate) fn nobody_is_contacted_after_a_suppression<S: Store>(house: &House<S>) {
    for _ in 0..rounds() {
        assert_eq!(house.block_on(late_after_a_race(house)), 0);
        let worst = late_in_the_worst_schedule(house, Release::Together, &[]);
        assert_eq!(house.block_on(worst), 0);
    }
}

pub(crate) fn each_of_three_checks_alone_keeps_a_suppression<S: Store>(house: &House<S>) {
    let others: [(&str, Late); 3] = [
        ("the guard", &[Suppression::TYPE, Draft::TYPE]),
        ("the expectation", &[PacingState::TYPE, Draft::TYPE]),
        ("the draft", &[PacingState::TYPE, Suppression::TYPE]),
    ];
    for (check, late) in others {
        let worst = late_in_the_worst_schedule(house, Release::OneByOne, late);
        assert_eq!(house.block_on(worst), 0, "{check}");
    }
}

pub(crate) fn without_all_three_somebody_would_be_contacted<S: Store>(house: &House<S>) {
    let all: Late = &[PacingState::TYPE, Suppression::TYPE, Draft::TYPE];
    let worst = late_in_the_worst_schedule(house, Release::OneByOne, all);
    assert_eq!(house.block_on(worst), CREATORS);
}

async fn late_after_a_race<S: Store>(house: &House<S>) -> usize {
    let seller = with_drafts(house).await;
    let doors = house.stores.iter().map(|store| door(&house.env, Arc::clone(store)));
    let works = doors.enumerate().map(|(number, door)| working(door, &seller, number));
    race(works.collect()).await;
    contacted_after_suppression(house, &seller).await
}

/// Everybody has read when the suppressions are committed, and the hand-outs come after them.
async fn late_in_the_worst_schedule<S: Store>(
    house: &House<S>,
    release: Release,
    late: Late,
) -> usize {
    let seller = with_drafts(house).await;
    let writers = house.stores.iter().enumerate().map(|(number, store)| {
        let (gate, keeper) = gate();
        let store = late_store(store, gate, BEFORE_COMMIT, late);
        (keeper, working(door(&house.env, store), &seller, number))
    });
    all_read_before_one_commits(writers.collect(), release).await;
    contacted_after_suppression(house, &seller).await
}

/// The first four writers suppress a creator each, the others each ask for the text to one of them.
fn working(door: Outreach, seller: &Seller, number: usize) -> Work {
    let access = seller.author;
    if number < CREATORS {
        return Box::pin(async move {
            let opt_out = Suppress::opt_out(creator(number));
            while let Err(error) = door.suppress(&access, &opt_out).await {
                assert!(matches!(error, Error::Contended), "{error}");
            }
        });
    }
    Box::pin(async move {
        let shop = shop(number - CREATORS);
        let request = HandOutRequest::new(number.to_string()).for_shop(shop);
        let _ = ask(&door, &access, &request).await;
    })
}

/// A queued draft for each creator, each of another shop.
async fn with_drafts<S: Store>(house: &House<S>) -> Seller {
    let seller = Seller::new(house, Vec::new()).await;
    for number in 0..CREATORS {
        let campaign = seller.campaign(&shop(number)).await;
        let draft = seller.approved(campaign, &creator(number), 0).await;
        queue(&seller.door, &seller.author, draft, house.env.now()).await;
    }
    seller
}

/// Every creator is suppressed in the end. Where that came after the hand-out, it marked the draft; so
/// a draft in the seller's hands without the mark was handed out after the suppression.
async fn contacted_after_suppression<S: Store>(house: &House<S>, seller: &Seller) -> usize {
    assert_eq!(suppressions(house, seller).await, CREATORS);
    let store = house.truth.as_ref();
    let handed_out = store.open_hand_outs(seller.tenant).await.unwrap();
    let handed_out: BTreeSet<_> = handed_out.iter().map(|row| row.record.draft_id).collect();
    let drafts = store.drafts(seller.tenant, None, PageRequest::first(100)).await.unwrap().items;
    assert_eq!(drafts.len(), CREATORS);
    let late = drafts.iter().map(|draft| &draft.record).filter(|draft| {
        let is_out = handed_out.contains(&draft.draft_id);
        assert_eq!(is_out, draft.state == DraftState::HandedOut);
        is_out && !draft.after_opt_out
    });
    late.count()
}

async fn suppressions<S: Store>(house: &House<S>, seller: &Seller) -> usize {
    let owned = |edge: &&EdgeDecl| edge.kind == EdgeKind::OwnedBy;
    let edge = Suppression::TYPE.edges.iter().find(owned).unwrap();
    let tenant = [Key::global(&seller.tenant)];
    let page = PageRequest::first(100);
    house.truth.reach(Suppression::TYPE, edge, &tenant, page).await.unwrap().items.len()
}

const BEFORE_COMMIT: Stop = Stop::BeforeCommit(PacingState::TYPE);
const CREATORS: usize = WRITERS / 2;
