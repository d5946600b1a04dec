use alley_core::{
    Access, AccessDecision, AccessRefused, Actor, CreateTenant, Fact, MemberChange, Outbox as _,
    Purpose, RecordStoreExt as _, SignedIn, TenantChange, TenantId, TenantRole,
};

use crate::world::World;

const ANN: &str = "ann@example.test";
const BOB: &str = "bob@example.test";

pub(crate) async fn create(world: &World, owner: &SignedIn) -> TenantId {
    match world.tenancy.create(&owner.session, "Ann's Shop").await.unwrap() {
        CreateTenant::Created(tenant) => tenant,
        other => panic!("{other:?}"),
    }
}

async fn decide(world: &World, person: &SignedIn, tenant: TenantId) -> AccessDecision {
    world.tenancy.access(&person.session, tenant, Purpose::UserWorkflows).await.unwrap()
}

pub(crate) async fn access(world: &World, person: &SignedIn, tenant: TenantId) -> Access {
    match decide(world, person, tenant).await {
        AccessDecision::Granted(access) => access,
        AccessDecision::Refused(refused) => panic!("{refused:?}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn members_get_access_with_their_role_and_strangers_are_refused_on_record() {
    let world = World::new();
    let ann = world.signed_in(ANN).await;
    let bob = world.signed_in(BOB).await;
    let tenant = create(&world, &ann).await;
    let granted = access(&world, &ann, tenant).await;
    assert_eq!(granted.role(), Some(TenantRole::Owner));
    assert_eq!((granted.tenant(), granted.purpose()), (tenant, Purpose::UserWorkflows));
    let refused = decide(&world, &bob, tenant).await;
    assert_eq!(refused, AccessDecision::Refused(AccessRefused::NotMember));
    let nowhere: TenantId = world.env.id().unwrap();
    assert_eq!(decide(&world, &bob, nowhere).await, refused, "existence does not show");
    let entries = world.audit().await;
    let denied = entries.iter().filter(|entry| entry.action == "tenant.access");
    let denied: Vec<_> = denied.map(|entry| (entry.tenant_id, entry.reason.as_deref())).collect();
    assert_eq!(denied, [(Some(tenant), Some("not_member")), (Some(nowhere), Some("not_member"))]);
    let person = bob.session.account().to_string();
    assert!(entries.iter().all(|entry| !format!("{entry:?}").contains(&person)));
}

#[tokio::test]
async fn a_removed_member_has_no_access_with_the_next_request() {
    let world = World::new();
    let ann = world.signed_in(ANN).await;
    let bob = world.signed_in(BOB).await;
    let tenant = create(&world, &ann).await;
    let anns = access(&world, &ann, tenant).await;
    let account = bob.session.account();
    let tenancy = &world.tenancy;
    let added = tenancy.add_member(&anns, account, TenantRole::Admin).await.unwrap();
    assert_eq!(added, MemberChange::Done);
    let bobs = access(&world, &bob, tenant).await;
    assert!(bobs.is_admin());
    assert_eq!(tenancy.remove_member(&anns, account).await.unwrap(), MemberChange::Done);
    let refused = AccessDecision::Refused(AccessRefused::NotMember);
    assert_eq!(decide(&world, &bob, tenant).await, refused);
    // The access from before does not change members any more.
    let again = tenancy.add_member(&bobs, account, TenantRole::Member).await.unwrap();
    assert_eq!(again, MemberChange::NotAllowed);
}

#[tokio::test]
async fn the_last_owner_neither_leaves_nor_steps_down() {
    let world = World::new();
    let ann = world.signed_in(ANN).await;
    let bob = world.signed_in(BOB).await;
    let tenant = create(&world, &ann).await;
    let anns = access(&world, &ann, tenant).await;
    let (me, other) = (ann.session.account(), bob.session.account());
    let tenancy = &world.tenancy;
    assert_eq!(tenancy.remove_member(&anns, me).await.unwrap(), MemberChange::LastOwner);
    let down = tenancy.change_role(&anns, me, TenantRole::Member).await.unwrap();
    assert_eq!(down, MemberChange::LastOwner);
    assert_eq!(tenancy.transfer_ownership(&anns, other).await.unwrap(), MemberChange::NotMember);
    let added = tenancy.add_member(&anns, other, TenantRole::Member).await.unwrap();
    assert_eq!(added, MemberChange::Done);
    assert_eq!(tenancy.transfer_ownership(&anns, other).await.unwrap(), MemberChange::Done);
    assert_eq!(access(&world, &ann, tenant).await.role(), Some(TenantRole::Admin));
    assert_eq!(access(&world, &bob, tenant).await.role(), Some(TenantRole::Owner));
    assert_eq!(tenancy.remove_member(&anns, me).await.unwrap(), MemberChange::Done);
}

#[tokio::test]
async fn administrators_neither_make_nor_remove_owners() {
    let world = World::new();
    let ann = world.signed_in(ANN).await;
    let bob = world.signed_in(BOB).await;
    let eve = world.signed_in("eve@example.test").await;
    let tenant = create(&world, &ann).await;
    let anns = access(&world, &ann, tenant).await;
    let tenancy = &world.tenancy;
    let added = tenancy.add_member(&anns, bob.session.account(), TenantRole::Admin).await.unwrap();
    assert_eq!(added, MemberChange::Done);
    let bobs = access(&world, &bob, tenant).await;
    let eves = eve.session.account();
    for (answer, expected) in [
        (tenancy.add_member(&bobs, eves, TenantRole::Owner).await, MemberChange::NotAllowed),
        (tenancy.remove_member(&bobs, ann.session.account()).await, MemberChange::NotAllowed),
        (tenancy.add_member(&bobs, eves, TenantRole::Member).await, MemberChange::Done),
        (tenancy.add_member(&bobs, eves, TenantRole::Member).await, MemberChange::Unchanged),
        (tenancy.change_role(&bobs, eves, TenantRole::Owner).await, MemberChange::NotAllowed),
        (tenancy.change_role(&bobs, eves, TenantRole::Admin).await, MemberChange::Done),
    ] {
        assert_eq!(answer.unwrap(), expected);
    }
}

#[tokio::test]
async fn an_unverified_account_becomes_no_member() {
    let world = World::new();
    let ann = world.signed_in(ANN).await;
    world.register(BOB, crate::world::PASSWORD).await;
    let index = world.env.keyring.blind_index("account.email", BOB.as_bytes());
    let bob = world.stores.identity.account_by_email(index).await.unwrap().unwrap();
    let tenant = create(&world, &ann).await;
    let anns = access(&world, &ann, tenant).await;
    let account = bob.record.account_id;
    let added = world.tenancy.add_member(&anns, account, TenantRole::Member).await.unwrap();
    assert_eq!(added, MemberChange::AccountUnusable);
}

#[tokio::test]
async fn a_suspended_tenant_lets_nobody_in_until_it_is_resumed() {
    let world = World::new();
    let ann = world.signed_in(ANN).await;
    let tenant = create(&world, &ann).await;
    let (tenancy, actor) = (&world.tenancy, Actor::Job("billing"));
    assert_eq!(tenancy.suspend(tenant, actor).await.unwrap(), TenantChange::Done);
    assert_eq!(tenancy.suspend(tenant, actor).await.unwrap(), TenantChange::Unchanged);
    let refused = AccessDecision::Refused(AccessRefused::Suspended);
    assert_eq!(decide(&world, &ann, tenant).await, refused);
    let due = world.store.store().due(world.env.now(), 10).await.unwrap();
    assert_eq!(due.len(), 1);
    assert_eq!(due[0].entry.fact, Fact::TenantSuspended { tenant });
    assert_eq!(tenancy.resume(tenant, actor).await.unwrap(), TenantChange::Done);
    access(&world, &ann, tenant).await;
}

#[tokio::test]
async fn closing_is_for_owners_final_and_emits_the_fact_in_the_same_commit() {
    let world = World::new();
    let ann = world.signed_in(ANN).await;
    let bob = world.signed_in(BOB).await;
    let tenant = create(&world, &ann).await;
    let anns = access(&world, &ann, tenant).await;
    let tenancy = &world.tenancy;
    let added = tenancy.add_member(&anns, bob.session.account(), TenantRole::Admin).await.unwrap();
    assert_eq!(added, MemberChange::Done);
    let bobs = access(&world, &bob, tenant).await;
    assert_eq!(tenancy.close(&bobs).await.unwrap(), TenantChange::NotAllowed);
    let before = world.store.hook().commits();
    assert_eq!(tenancy.close(&anns).await.unwrap(), TenantChange::Done);
    assert_eq!(world.store.hook().commits() - before, 1);
    let due = world.store.store().due(world.env.now(), 10).await.unwrap();
    assert_eq!(due[0].entry.fact, Fact::TenantClosed { tenant });
    let refused = AccessDecision::Refused(AccessRefused::Closing);
    assert_eq!(decide(&world, &ann, tenant).await, refused);
    assert_eq!(tenancy.close(&anns).await.unwrap(), TenantChange::Unchanged);
    let resumed = tenancy.resume(tenant, Actor::Job("billing")).await.unwrap();
    assert_eq!(resumed, TenantChange::Closing);
    let added = tenancy.add_member(&anns, bob.session.account(), TenantRole::Owner).await.unwrap();
    assert_eq!(added, MemberChange::TenantUnusable);
}

#[tokio::test]
async fn an_ended_account_loses_access_at_once() {
    let world = World::new();
    let ann = world.signed_in(ANN).await;
    let bob = world.signed_in(BOB).await;
    let tenant = create(&world, &ann).await;
    let anns = access(&world, &ann, tenant).await;
    let account = bob.session.account();
    let added = world.tenancy.add_member(&anns, account, TenantRole::Member).await.unwrap();
    assert_eq!(added, MemberChange::Done);
    let closed = world.accounts.close_account(&bob.session).await.unwrap();
    assert!(matches!(closed, alley_core::CloseAccount::Closed(_)));
    let refused = AccessDecision::Refused(AccessRefused::AccountUnusable);
    assert_eq!(decide(&world, &bob, tenant).await, refused);
    let row = world.store.record::<alley_core::Account>(&alley_core::Key::global(&account)).await;
    assert!(row.unwrap().is_some(), "the row waits for erasure");
}

#[tokio::test]
async fn names_of_tenants_are_short_and_printable() {
    let world = World::new();
    let ann = world.signed_in(ANN).await;
    for name in ["", "  ", "a\nb", &"x".repeat(201)] {
        let created = world.tenancy.create(&ann.session, name).await.unwrap();
        assert_eq!(created, CreateTenant::NameRefused, "{name}");
    }
}

/// Two owners leave at the same time: the tenant must keep one of them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_owners_cannot_both_leave() {
    let world = World::new();
    let ann = world.signed_in(ANN).await;
    let bob = world.signed_in(BOB).await;
    for _ in 0..50 {
        let tenant = create(&world, &ann).await;
        let anns = access(&world, &ann, tenant).await;
        let (first, second) = (ann.session.account(), bob.session.account());
        let added = world.tenancy.add_member(&anns, second, TenantRole::Owner).await.unwrap();
        assert_eq!(added, MemberChange::Done);
        let bobs = access(&world, &bob, tenant).await;
        let (one, two) = (world.tenancy.clone(), world.tenancy.clone());
        let one = tokio::spawn(async move { one.remove_member(&anns, first).await });
        let two = tokio::spawn(async move { two.remove_member(&bobs, second).await });
        let mut answers = [one.await.unwrap().unwrap(), two.await.unwrap().unwrap()];
        answers.sort_by_key(|answer| *answer != MemberChange::Done);
        assert_eq!(answers, [MemberChange::Done, MemberChange::LastOwner]);
    }
}
