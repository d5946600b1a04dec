//! All doors inside a unit of work.
#![cfg(all(
    feature = "sqlite",
    feature = "tiktok",
    feature = "billing",
    feature = "outreach",
    feature = "privacy"
))]
#![expect(clippy::unwrap_used, reason = "test code")]

use std::sync::Arc;

use alley_core::offload::InlineOffload;
use alley_core::{
    Access, AccountId, AccountsConfig, Actor, Env, Purpose, ShopRef, TenantId, TenantRole,
};
use alley_outreach::NewCampaign;
use alley_outreach::pacing::{Policy, ZoneDefaults};
use alley_privacy::Root;
use alley_store::{Alley, Config, Ports, SqliteStore};
use pollster::block_on;

#[path = "common/env.rs"]
mod common;

/// The application, and a unit of work beside it.
fn application(env: &Env) -> (Alley, Ports) {
    let store = || Arc::new(SqliteStore::open_in_memory().unwrap());
    let accounts = AccountsConfig::new("Harbor", Arc::new(InlineOffload::new()));
    (Alley::new(env, store(), Config::new(accounts)).unwrap(), Ports::of(&store()))
}

fn access(env: &Env) -> Access {
    let (tenant, account): (TenantId, AccountId) = (env.id().unwrap(), env.id().unwrap());
    Access::for_test(tenant, Actor::Account(account), Purpose::UserWorkflows, TenantRole::Owner)
}

#[test]
fn what_the_doors_do_inside_is_not_outside() {
    block_on(async {
        let env = common::env(1);
        let (alley, unit) = application(&env);
        let inside = alley.on(unit);
        let access = access(&env);
        let policy = Policy::new(Vec::new(), ZoneDefaults::all(chrono_tz::Tz::UTC)).unwrap();
        inside.outreach().set_policy(&access, policy).await.unwrap();
        let campaign = NewCampaign::new(ShopRef::new("shop").unwrap(), "Spring");
        let campaign = inside.outreach().create_campaign(&access, campaign).await.unwrap();
        let root = Root::Tenant { tenant: access.tenant() };
        let plan = inside.privacy().erasure().draft(access.actor(), root).await.unwrap();

        let (tenant, id) = (access.tenant(), campaign.campaign_id);
        let there = |alley: &alley_store::Doors| Arc::clone(alley.outreach().store());
        assert!(there(&inside).campaign(tenant, id).await.unwrap().is_some());
        assert!(there(&alley).campaign(tenant, id).await.unwrap().is_none());
        assert!(inside.privacy().erasure().plan(plan).await.is_ok());
        assert!(alley.privacy().erasure().plan(plan).await.is_err());
    });
}

#[test]
fn a_door_without_configuration_is_missing_inside_too() {
    let env = common::env(3);
    let (alley, unit) = application(&env);
    let inside = alley.on(unit);
    assert_eq!(inside.tiktok().unwrap_err().door, "tiktok");
    assert_eq!(inside.billing().unwrap_err().door, "billing");
}
