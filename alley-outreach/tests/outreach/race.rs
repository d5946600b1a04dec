//! Many processes at one budget, interleaved at every call of the store.

use std::collections::BTreeMap;
use std::sync::Arc;

use alley_core::conformance::{Hook, Hooked};
use alley_core::{Commit, Fault, MemoryStore, RecordWrite, ShopRef, StoreError};
use alley_outreach::pacing::{RuleKind, Scope};
use alley_outreach::{Config, Error, Fill, HandOutRequest, NewCampaign, NewDraft, Outreach};
use async_trait::async_trait;
use tokio::task::yield_now;

use crate::world::{World, creator, policy, rule};

/// Lets every other task run before each call.
#[derive(Debug)]
struct Yielding;

#[async_trait]
impl Hook for Yielding {
    async fn before_read(&self) {
        yield_now().await;
    }

    async fn before_commit(&self, _: &mut Commit<RecordWrite>) -> Result<(), StoreError> {
        yield_now().await;
        Ok(())
    }
}

/// Eight doors, each for a shop of its own with four drafts, at one budget of twelve. Answers how many
/// texts were handed out.
async fn race(store: MemoryStore) -> usize {
    let world = World::over(store);
    let kind = RuleKind::Rolling { limit: 12, window_s: 3_600 };
    let policy = policy(vec![rule("hour", Scope::Seller, kind)]);
    world.outreach.set_policy(&world.author, policy).await.unwrap();
    let template = world.template().await;
    let mut tasks = Vec::new();
    for number in 0..8_u32 {
        let shop = ShopRef::new(format!("shop-{number}")).unwrap();
        let new = NewCampaign::new(shop.clone(), "race");
        let campaign = world.outreach.create_campaign(&world.author, new).await.unwrap();
        for place in 0..4 {
            let fills = BTreeMap::from([("name".to_owned(), Fill::from("Ada"))]);
            let to = creator(number * 4 + place);
            let new = NewDraft::from_template(campaign.campaign_id, to, template, fills);
            let draft = world.outreach.create_draft(&world.author, new).await.unwrap();
            world.queue(draft.draft_id).await;
        }
        let store = Arc::new(Hooked::new(world.store.clone(), Yielding));
        let door = Outreach::new(&world.env, store, Config::default());
        let access = world.author;
        tasks.push(tokio::spawn(async move {
            let mut got = 0;
            for place in 0..4 {
                let request =
                    HandOutRequest::new(format!("{number}/{place}")).for_shop(shop.clone());
                loop {
                    match door.hand_out(&access, &request).await {
                        Err(Error::Contended) => yield_now().await,
                        answer => {
                            got += usize::from(answer.unwrap().ticket().is_some());
                            break;
                        }
                    }
                }
            }
            got
        }));
    }
    let mut handed_out = 0;
    for task in tasks {
        handed_out += task.await.unwrap();
    }
    handed_out
}

#[tokio::test]
async fn eight_processes_spend_the_budget_and_no_more() {
    assert_eq!(race(MemoryStore::new()).await, 12);
}

#[tokio::test]
async fn without_versions_of_the_guard_the_budget_would_be_passed() {
    assert!(race(MemoryStore::broken(Fault::IgnoresVersions)).await > 12);
}
