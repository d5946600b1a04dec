//! Erasing a person whom no sync brought in, through the doors.
#![cfg(all(feature = "sqlite", feature = "outreach", feature = "privacy"))]
#![expect(clippy::unwrap_used, reason = "test code")]

use std::sync::Arc;

use alley_core::offload::InlineOffload;
use alley_core::{
    Access, AccountId, AccountsConfig, Actor, CreatorRef, PageRequest, Purpose, ShopRef, TenantId,
    TenantRole,
};
use alley_outreach::pacing::{Policy, ZoneDefaults};
use alley_outreach::{Channel, NewCampaign, NewDraft};
use alley_privacy::{PlanState, Root};
use alley_store::{Alley, Config, SqliteStore};

#[path = "common/env.rs"]
mod common;

#[test]
fn a_creator_without_a_row_of_their_own_is_erased_from_what_mentions_them() {
    pollster::block_on(async {
        let env = common::env(1);
        let store = Arc::new(SqliteStore::open_in_memory().unwrap());
        let accounts = AccountsConfig::new("Harbor", Arc::new(InlineOffload::new()));
        let alley = Alley::new(&env, store, Config::new(accounts)).unwrap();
        let (tenant, account): (TenantId, AccountId) = (env.id().unwrap(), env.id().unwrap());
        let actor = Actor::Account(account);
        let purpose = Purpose::UserWorkflows;
        let access = Access::for_test(tenant, actor, purpose, TenantRole::Owner);
        let outreach = alley.outreach();
        let zones = ZoneDefaults::all(chrono_tz::Tz::UTC);
        outreach.set_policy(&access, Policy::new(Vec::new(), zones).unwrap()).await.unwrap();
        let campaign = NewCampaign::new(ShopRef::new("shop").unwrap(), "Spring");
        let campaign = outreach.create_campaign(&access, campaign).await.unwrap().campaign_id;
        let creator = CreatorRef::new("anna-of-nowhere").unwrap();
        let new = NewDraft::by_hand(campaign, creator.clone(), Channel::ImMessage, "en", "Hi Anna");
        outreach.create_draft(&access, new).await.unwrap();

        let erasure = alley.privacy().erasure();
        let plan = erasure.draft(actor, Root::creator(tenant, &creator)).await.unwrap();
        let token = erasure.confirmation(plan, actor).await.unwrap();
        let _ = erasure.confirm(plan, actor, &token).await.unwrap();
        let _ = erasure.run(plan).await.unwrap();

        assert_eq!(erasure.plan(plan).await.unwrap().state, PlanState::Certified);
        let drafts = outreach.store().drafts(tenant, None, PageRequest::first(10)).await.unwrap();
        let mentioned: Vec<_> =
            drafts.items.iter().map(|draft| &draft.record.creator_ref).collect();
        assert_eq!(mentioned.len(), 1);
        assert!(!mentioned.contains(&&creator), "the draft still names the creator");
    });
}
