//! What pacing allows a seller, a shop, a campaign or a creator. The guard is the seller's pacing
//! state, the set the ledger and the open hand-outs.
//!
//! Two hand-outs of one draft also meet at the draft; so in the worst schedule each writer finds
//! another one at the head of the queue, and nothing but the guard is left between them.

use std::sync::Arc;

use alley_core::{Record as _, ShopRef};
use alley_outreach::pacing::{PacingState, Rule, RuleKind, Scope};
use alley_outreach::{DraftId, HandOutRequest, PacingReads as _};
use chrono::{DateTime, TimeDelta, Utc};

use crate::house::{House, Store, WRITERS, rounds};
use crate::late::{Late, Stop, late_store};
use crate::schedule::{
    Gatekeeper, Release, Work, all_read_before_one_commits, gate, overtaken, race,
};
use crate::seller::{Seller, ask, creator, door, queue, shop};

/// A budget, and what its hand-outs have in common.
#[derive(Clone, Copy, Debug)]
enum Budget {
    OfSeller,
    OfShop,
    OfCampaign,
    OfCreator,
    /// Texts in the seller's hands at a time.
    Open,
}

const BUDGETS: [Budget; 5] =
    [Budget::OfSeller, Budget::OfShop, Budget::OfCampaign, Budget::OfCreator, Budget::Open];

pub(crate) fn no_budget_is_overspent_in_a_race<S: Store>(house: &House<S>) {
    for _ in 0..rounds().div_ceil(2) {
        for budget in BUDGETS {
            let spent = house.block_on(spent_in_a_race(house, budget));
            assert_eq!(spent, usize::try_from(IN_A_RACE).unwrap(), "{budget:?}");
        }
    }
}

pub(crate) fn no_budget_is_overspent_in_the_worst_schedule<S: Store>(house: &House<S>) {
    for budget in BUDGETS {
        let worst = spent_in_the_worst_schedule(house, budget, Release::Together, &[]);
        assert_eq!(house.block_on(worst), 1, "{budget:?}");
    }
}

pub(crate) fn every_budget_would_be_overspent_if_the_guard_were_read_after_the_ledger<S: Store>(
    house: &House<S>,
) {
    let guard: Late = &[PacingState::TYPE];
    for budget in BUDGETS {
        let worst = spent_in_the_worst_schedule(house, budget, Release::OneByOne, guard);
        assert_eq!(house.block_on(worst), WRITERS, "{budget:?}");
    }
}

pub(crate) fn no_budget_is_overspent_by_whoever_is_overtaken_between_two_reads<S: Store>(
    house: &House<S>,
) {
    for budget in BUDGETS {
        let (mut first, mut stopped) = (0, WRITERS);
        while stopped == WRITERS {
            let spent;
            (spent, stopped) = house.block_on(spent_by_the_overtaken(house, budget, first));
            assert_eq!(spent, 1, "{budget:?}, reads from {first} on");
            first += WRITERS;
        }
        assert!(first > WRITERS, "{budget:?}: hardly anything was read");
    }
}

/// Each writer asks twice, for more in all than the budget allows.
async fn spent_in_a_race<S: Store>(house: &House<S>, budget: Budget) -> usize {
    let seller = Seller::new(house, vec![budget.rule(IN_A_RACE)]).await;
    for draft in drafts(&seller, budget).await {
        queue(&seller.door, &seller.author, draft, house.env.now()).await;
    }
    let works = house.stores.iter().enumerate().map(|(number, store)| -> Work {
        let (door, access) = (door(&house.env, Arc::clone(store)), seller.author);
        let shop = budget.shop(number);
        Box::pin(async move {
            for place in 0..2 {
                let request = HandOutRequest::new(format!("{number}.{place}"));
                let _ = ask(&door, &access, &request.for_shop(shop.clone())).await;
            }
        })
    });
    race(works.collect()).await;
    spent(house, &seller).await
}

/// Each writer asks once, at a budget of one.
async fn spent_in_the_worst_schedule<S: Store>(
    house: &House<S>,
    budget: Budget,
    release: Release,
    late: Late,
) -> usize {
    let seller = Seller::new(house, vec![budget.rule(1)]).await;
    let stop = |_| Stop::BeforeCommit(PacingState::TYPE);
    let writers = asking(house, &seller, budget, stop, late).await;
    all_read_before_one_commits(writers, release).await;
    spent(house, &seller).await
}

/// Eight writers stop after different reads, from `first` on; somebody else spends a budget of one;
/// then they go on. Answers what was spent, and how many stopped.
async fn spent_by_the_overtaken<S: Store>(
    house: &House<S>,
    budget: Budget,
    first: usize,
) -> (usize, usize) {
    let seller = Seller::new(house, vec![budget.rule(1)]).await;
    let writers = asking(house, &seller, budget, |n| Stop::AfterRead(first + n), &[]).await;
    let (door, access) = (seller.door.clone(), seller.author);
    let request = HandOutRequest::new("overtaking").for_shop(budget.shop(0));
    let overtaking: Work = Box::pin(async move {
        let _ = ask(&door, &access, &request).await;
    });
    let stopped = overtaken(writers, overtaking).await;
    (spent(house, &seller).await, stopped)
}

/// Each writer finds a draft of its own at the head of the queue, and asks for it.
async fn asking<S: Store>(
    house: &House<S>,
    seller: &Seller,
    budget: Budget,
    stop: impl Fn(usize) -> Stop,
    late: Late,
) -> Vec<(Gatekeeper, Work)> {
    let drafts = drafts(seller, budget).await;
    let writers = house.stores.iter().zip(drafts).enumerate().map(|(number, (store, draft))| {
        let (gate, keeper) = gate();
        let store = late_store(store, gate, stop(number), late);
        let (queueing, door) = (seller.door.clone(), door(&house.env, store));
        let (access, head) = (seller.author, head_of_queue(house.env.now(), number));
        let request = HandOutRequest::new(number.to_string()).for_shop(budget.shop(number));
        let work: Work = Box::pin(async move {
            queue(&queueing, &access, draft, head).await;
            let _ = ask(&door, &access, &request).await;
        });
        (keeper, work)
    });
    writers.collect()
}

impl Budget {
    fn rule(self, limit: u32) -> Rule {
        let rolling = RuleKind::Rolling { limit, window_s: 3_600 };
        let (scope, kind) = match self {
            Self::OfSeller => (Scope::Seller, rolling),
            Self::OfShop => (Scope::Shop, rolling),
            Self::OfCampaign => (Scope::Campaign, rolling),
            Self::OfCreator => (Scope::Creator, rolling),
            Self::Open => (Scope::Seller, RuleKind::MaxOpen { limit }),
        };
        Rule { id: "budget".to_owned(), scope, kind }
    }

    /// The shop that a writer asks for.
    fn shop(self, writer: usize) -> ShopRef {
        match self {
            Self::OfSeller | Self::Open => shop(writer),
            Self::OfShop | Self::OfCampaign | Self::OfCreator => shop(0),
        }
    }

    fn creator(self, writer: usize) -> usize {
        if matches!(self, Self::OfCreator) { 0 } else { writer }
    }
}

/// A draft for each writer, approved and not queued.
async fn drafts(seller: &Seller, budget: Budget) -> Vec<DraftId> {
    let mut drafts = Vec::new();
    let mut campaign = seller.campaign(&budget.shop(0)).await;
    for writer in 0..WRITERS {
        if writer > 0 && budget.shop(writer) != budget.shop(0) {
            campaign = seller.campaign(&budget.shop(writer)).await;
        }
        let creator = creator(budget.creator(writer));
        drafts.push(seller.approved(campaign, &creator, writer).await);
    }
    drafts
}

/// The later a writer, the earlier its draft was wanted.
fn head_of_queue(now: DateTime<Utc>, writer: usize) -> DateTime<Utc> {
    now - TimeDelta::seconds(i64::try_from(writer).unwrap())
}

/// What the ledger says, which is what is in the seller's hands.
async fn spent<S: Store>(house: &House<S>, seller: &Seller) -> usize {
    let long_ago = house.env.now() - TimeDelta::days(1);
    let spends = house.truth.spends_since(seller.tenant, long_ago).await.unwrap().len();
    let open = seller.door.store().open_hand_outs(seller.tenant).await.unwrap().len();
    assert_eq!(spends, open);
    spends
}

const IN_A_RACE: u32 = 5;
