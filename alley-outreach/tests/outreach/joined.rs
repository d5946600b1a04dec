//! The door inside a unit of work.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use alley_core::conformance::{Hook, Hooked};
use alley_core::{Commit, MemoryStore, RecordWrite, StoreError};
use alley_outreach::{Config, HandOutAnswer, HandOutRequest, NewCampaign, Outreach};

use crate::world::{World, policy};

#[tokio::test]
async fn a_joined_door_writes_there_and_nowhere_else() {
    let world = World::with_policy(policy(vec![])).await;
    let unit = Arc::new(MemoryStore::new());
    let joined = world.outreach.on(Arc::clone(&unit));
    assert!(joined.jobs().is_empty() && !world.outreach.jobs().is_empty());
    let new = NewCampaign::new(world.shop.clone(), "inside");
    let campaign = joined.create_campaign(&world.author, new).await.unwrap().campaign_id;
    let there = |door: &Outreach| Arc::clone(door.store());
    let (inside, outside) = (there(&joined), there(&world.outreach));
    assert!(inside.campaign(world.tenant, campaign).await.unwrap().is_some());
    assert!(outside.campaign(world.tenant, campaign).await.unwrap().is_none());
    assert!(inside.pacing_state(world.tenant).await.unwrap().is_none());
}

/// Holds a commit back until it is let go.
#[derive(Debug, Default)]
struct Gate {
    reached: Arc<AtomicBool>,
    open: Arc<AtomicBool>,
}

#[async_trait::async_trait]
impl Hook for Gate {
    async fn before_commit(&self, _: &mut Commit<RecordWrite>) -> Result<(), StoreError> {
        self.reached.store(true, Ordering::SeqCst);
        while !self.open.load(Ordering::SeqCst) {
            tokio::task::yield_now().await;
        }
        Ok(())
    }
}

/// With one queue for both, a caller whose commit waits for a row that a transaction has locked would
/// keep that transaction waiting in the queue, and no database could see it.
#[tokio::test]
async fn a_joined_door_does_not_wait_in_the_queue_of_the_original() {
    let world = World::with_policy(policy(vec![])).await;
    world.queued(2).await;
    let gate = Gate::default();
    let (reached, open) = (Arc::clone(&gate.reached), Arc::clone(&gate.open));
    let gated = Arc::new(Hooked::new(Arc::clone(&world.store), gate));
    let door = Outreach::new(&world.env, gated, Config::default());
    let (waiting, author) = (door.clone(), world.author);
    let first =
        tokio::spawn(async move { waiting.hand_out(&author, &HandOutRequest::new("r1")).await });
    while !reached.load(Ordering::SeqCst) {
        tokio::task::yield_now().await;
    }
    let joined = door.on(Arc::clone(&world.store));
    let request = HandOutRequest::new("r2");
    let second = joined.hand_out(&world.author, &request);
    let second = tokio::time::timeout(Duration::from_secs(20), second).await.unwrap().unwrap();
    let second = second.ticket().unwrap();
    open.store(true, Ordering::SeqCst);
    let HandOutAnswer::Handed(first) = first.await.unwrap().unwrap() else {
        panic!("the first caller got nothing");
    };
    assert_ne!(first.draft, second.draft);
}
