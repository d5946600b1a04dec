use alley_core::{
    AccountStatus, CloseAccount, CreateTenant, Fact, MemberChange, Outbox as _, SessionRefused,
    SignIn, TenantId, TenantRole,
};
use chrono::TimeDelta;

use crate::tenants::{access, create};
use crate::world::{PASSWORD, World};

const ANN: &str = "ann@example.test";
const BOB: &str = "bob@example.test";

#[tokio::test]
async fn closing_ends_sessions_and_credentials_and_emits_the_fact_in_one_commit() {
    let world = World::new();
    let signed_in = world.signed_in(ANN).await;
    let enrolled = world.enrol(&signed_in).await;
    let id = signed_in.session.account();
    let active = world.session(&enrolled.cookie).await;
    let before = world.store.hook().commits();
    let closed = world.accounts.close_account(&active).await.unwrap();
    assert!(matches!(closed, CloseAccount::Closed(_)));
    assert_eq!(world.store.hook().commits() - before, 1);
    let identity = &world.stores.identity;
    let account = identity.account(id).await.unwrap().unwrap().record;
    assert_eq!(account.status, AccountStatus::Closed);
    assert_eq!(account.closed_at, Some(world.env.now()));
    assert!(identity.password(id).await.unwrap().is_none());
    assert!(identity.totp(id).await.unwrap().is_empty());
    assert!(identity.recovery_codes(id).await.unwrap().is_empty());
    assert!(identity.tokens(id).await.unwrap().is_empty());
    assert!(identity.sessions(id).await.unwrap().is_empty());
    let due = world.store.store().due(world.env.now(), 10).await.unwrap();
    assert_eq!(due[0].entry.fact, Fact::AccountClosed { account: id });
    assert!(!world.is_active(&enrolled.cookie).await);
    assert!(matches!(world.try_sign_in(ANN, PASSWORD).await, SignIn::Rejected));
}

#[tokio::test]
async fn the_last_owner_hands_over_before_closing() {
    let world = World::new();
    let ann = world.signed_in(ANN).await;
    let bob = world.signed_in(BOB).await;
    let tenant = create(&world, &ann).await;
    match world.accounts.close_account(&ann.session).await.unwrap() {
        CloseAccount::LastOwner(tenants) => assert_eq!(tenants, [tenant]),
        other => panic!("{other:?}"),
    }
    let anns = access(&world, &ann, tenant).await;
    let added =
        world.tenancy.add_member(&anns, bob.session.account(), TenantRole::Owner).await.unwrap();
    assert_eq!(added, MemberChange::Done);
    let closed = world.accounts.close_account(&ann.session).await.unwrap();
    assert!(matches!(closed, CloseAccount::Closed(_)));
    // Ann's membership is still there; she does not count as an owner any more.
    let last = world.accounts.close_account(&bob.session).await.unwrap();
    assert!(matches!(last, CloseAccount::LastOwner(_)), "{last:?}");
}

#[tokio::test]
async fn memberships_go_when_the_fact_arrives_once_or_twice() {
    let world = World::new();
    let ann = world.signed_in(ANN).await;
    let bob = world.signed_in(BOB).await;
    let tenant = create(&world, &ann).await;
    let anns = access(&world, &ann, tenant).await;
    let account = bob.session.account();
    let added = world.tenancy.add_member(&anns, account, TenantRole::Member).await.unwrap();
    assert_eq!(added, MemberChange::Done);
    let closed = world.accounts.close_account(&bob.session).await.unwrap();
    assert!(matches!(closed, CloseAccount::Closed(_)));
    let fact = world.env.fact(Fact::AccountClosed { account }).unwrap();
    for _ in 0..2 {
        world.tenancy.subscriber().receive(&fact).await.unwrap();
        assert!(world.stores.tenancy.memberships(account).await.unwrap().is_empty());
    }
    assert_eq!(world.stores.tenancy.members(tenant).await.unwrap().len(), 1);
}

#[tokio::test]
async fn closing_needs_a_fresh_sign_in() {
    let world = World::new();
    let ann = world.signed_in(ANN).await;
    world.clock.advance(TimeDelta::minutes(10));
    let answer = world.accounts.close_account(&ann.session).await.unwrap();
    assert!(matches!(answer, CloseAccount::Refused(SessionRefused::NotFresh)));
}

/// Two owners close at the same time: the tenant must keep one of them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_owners_cannot_both_close() {
    for _ in 0..20 {
        let world = World::new();
        let ann = world.signed_in(ANN).await;
        let bob = world.signed_in(BOB).await;
        let tenant: TenantId = create(&world, &ann).await;
        let anns = access(&world, &ann, tenant).await;
        let owner = TenantRole::Owner;
        let added = world.tenancy.add_member(&anns, bob.session.account(), owner).await.unwrap();
        assert_eq!(added, MemberChange::Done);
        let (accounts, others) = (world.accounts.clone(), world.accounts.clone());
        let first = tokio::spawn(async move { accounts.close_account(&ann.session).await });
        let second = tokio::spawn(async move { others.close_account(&bob.session).await });
        let answers = [first.await.unwrap().unwrap(), second.await.unwrap().unwrap()];
        let closed =
            answers.iter().filter(|answer| matches!(answer, CloseAccount::Closed(_))).count();
        assert_eq!(closed, 1, "{answers:?}");
    }
}

#[tokio::test]
async fn a_closed_account_creates_no_tenant() {
    let world = World::new();
    let ann = world.signed_in(ANN).await;
    let closed = world.accounts.close_account(&ann.session).await.unwrap();
    assert!(matches!(closed, CloseAccount::Closed(_)));
    let created = world.tenancy.create(&ann.session, "Shop").await.unwrap();
    assert_eq!(created, CreateTenant::AccountUnusable);
}
