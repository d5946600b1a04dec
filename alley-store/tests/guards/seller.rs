//! A seller who has drafts to hand out.

use std::sync::Arc;

use alley_core::{
    Access, AccountId, Actor, CreatorRef, Env, Purpose, RecordStore, ShopRef, TenantId, TenantRole,
};
use alley_outreach::pacing::{Policy, Rule, ZoneDefaults};
use alley_outreach::{
    CampaignId, Channel, Config, DraftId, Error, HandOutAnswer, HandOutRequest, NewCampaign,
    NewDraft, Outreach,
};
use chrono::{DateTime, Utc};

use crate::house::{House, Store};

pub(crate) struct Seller {
    pub(crate) tenant: TenantId,
    pub(crate) author: Access,
    /// Over the store of nobody who races.
    pub(crate) door: Outreach,
    reviewer: Access,
}

impl Seller {
    pub(crate) async fn new<S: Store>(house: &House<S>, rules: Vec<Rule>) -> Self {
        let env = &house.env;
        let tenant: TenantId = env.id().unwrap();
        let access = || {
            let account: AccountId = env.id().unwrap();
            let (actor, purpose) = (Actor::Account(account), Purpose::UserWorkflows);
            Access::for_test(tenant, actor, purpose, TenantRole::Member)
        };
        let (author, reviewer) = (access(), access());
        let door = door(env, Arc::clone(&house.truth));
        let policy = Policy::new(rules, ZoneDefaults::all(chrono_tz::Tz::UTC)).unwrap();
        door.set_policy(&author, policy).await.unwrap();
        Self { tenant, author, door, reviewer }
    }

    pub(crate) async fn campaign(&self, shop: &ShopRef) -> CampaignId {
        let new = NewCampaign::new(shop.clone(), "Spring");
        self.door.create_campaign(&self.author, new).await.unwrap().campaign_id
    }

    /// A draft that may be put into the queue; `step` tells those for one creator apart.
    pub(crate) async fn approved(
        &self,
        campaign: CampaignId,
        creator: &CreatorRef,
        step: usize,
    ) -> DraftId {
        let mut new = NewDraft::by_hand(campaign, creator.clone(), Channel::ImMessage, "en", "Hi");
        new.step = u32::try_from(step).unwrap();
        let draft = self.door.create_draft(&self.author, new).await.unwrap().draft_id;
        let submitted = self.door.submit_draft(&self.author, draft).await.unwrap();
        let revision = submitted.current_revision;
        self.door.approve_draft(&self.reviewer, draft, revision).await.unwrap();
        draft
    }
}

pub(crate) fn door<S: RecordStore>(env: &Env, store: Arc<S>) -> Outreach {
    Outreach::new(env, store, Config::default())
}

pub(crate) fn shop(number: usize) -> ShopRef {
    ShopRef::new(format!("shop-{number}")).unwrap()
}

pub(crate) fn creator(number: usize) -> CreatorRef {
    CreatorRef::new(format!("creator-{number}")).unwrap()
}

/// Asks until there is an answer.
pub(crate) async fn ask(
    door: &Outreach,
    access: &Access,
    request: &HandOutRequest,
) -> HandOutAnswer {
    loop {
        match door.hand_out(access, request).await {
            Err(Error::Contended) => {}
            answer => return answer.unwrap(),
        }
    }
}

pub(crate) async fn queue(door: &Outreach, access: &Access, draft: DraftId, at: DateTime<Utc>) {
    door.enqueue_draft(access, draft, Some(at)).await.unwrap();
}
