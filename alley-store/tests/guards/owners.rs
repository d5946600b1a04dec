//! The last owner of a tenant. The guard is the tenant's row, the set its memberships.
//!
//! Each removal deletes another membership and expects another person's account as it was, so that
//! nothing but the guard lets two removals meet.

use std::sync::Arc;

use alley_core::rate_limit::MemoryLimiter;
use alley_core::{
    Access, Account, AccountId, Actor, Commit, Digest32, Env, Error, Membership, Purpose,
    Record as _, RecordStore, RecordWrite, Sealed, Stores, Tenancy, TenancyStore, Tenant, TenantId,
    TenantRole, Write,
};

use crate::house::{House, Store, WRITERS, rounds};
use crate::late::{Late, Stop, late_store};
use crate::schedule::{Release, Work, all_read_before_one_commits, gate, overtaken, race};

pub(crate) fn one_owner_stays_when_all_leave_at_once<S: Store>(house: &House<S>) {
    for _ in 0..rounds() {
        let left = house.block_on(left_after_a_race(house));
        assert!((1..WRITERS).contains(&left), "{left} owners after a race");
        let left = house.block_on(left_in_the_worst_schedule(house, Release::Together, &[]));
        assert!((1..WRITERS).contains(&left), "{left} owners after the worst schedule");
    }
}

pub(crate) fn one_owner_stays_when_the_last_is_overtaken_between_two_reads<S: Store>(
    house: &House<S>,
) {
    let (mut read, mut stopped) = (0, true);
    while stopped {
        let left;
        (left, stopped) = house.block_on(left_by_the_overtaken(house, read));
        assert_eq!(left, 1, "stopped after read {read}");
        read += 1;
    }
    assert!(read > 3, "hardly anything was read");
}

pub(crate) fn no_owner_would_stay_if_the_tenant_were_read_after_its_members<S: Store>(
    house: &House<S>,
) {
    let guard: Late = &[Tenant::TYPE];
    let left = house.block_on(left_in_the_worst_schedule(house, Release::OneByOne, guard));
    assert_eq!(left, 0);
}

async fn left_after_a_race<S: Store>(house: &House<S>) -> usize {
    let (tenant, owners) = founded(house).await;
    let doors = house.stores.iter().map(|store| door(&house.env, Arc::clone(store)));
    let works = doors.enumerate().map(|(number, door)| going(door, tenant, &owners, number));
    race(works.collect()).await;
    left(house, tenant).await
}

async fn left_in_the_worst_schedule<S: Store>(
    house: &House<S>,
    release: Release,
    late: Late,
) -> usize {
    let (tenant, owners) = founded(house).await;
    let writers = house.stores.iter().enumerate().map(|(number, store)| {
        let (gate, keeper) = gate();
        let store = late_store(store, gate, Stop::BeforeCommit(Tenant::TYPE), late);
        (keeper, going(door(&house.env, store), tenant, &owners, number))
    });
    all_read_before_one_commits(writers.collect(), release).await;
    left(house, tenant).await
}

/// One owner leaves and stops after a read; the other seven leave meanwhile. Answers how many owners
/// are left, and whether the one stopped.
async fn left_by_the_overtaken<S: Store>(house: &House<S>, read: usize) -> (usize, bool) {
    let (tenant, owners) = founded(house).await;
    let mut leaving = house.stores.iter().enumerate().map(|(number, store)| {
        let (gate, keeper) = gate();
        let stop = Stop::AfterRead(if number == 0 { read } else { usize::MAX });
        let store = late_store(store, gate, stop, &[]);
        let door = door(&house.env, store);
        (keeper, removing(door, tenant, &owners, (number, number)))
    });
    let one = leaving.next().unwrap();
    let others: Vec<_> = leaving.map(|(_, work)| work).collect();
    let meanwhile: Work = Box::pin(async move {
        for other in others {
            other.await;
        }
    });
    let stopped = overtaken(vec![one], meanwhile).await;
    (left(house, tenant).await, stopped > 0)
}

/// Those with an even number leave; those with an odd one each remove the next of them.
fn going(door: Tenancy, tenant: TenantId, owners: &[AccountId], number: usize) -> Work {
    let goes = if number.is_multiple_of(2) { number } else { (number + 2) % WRITERS };
    removing(door, tenant, owners, (number, goes))
}

fn removing(
    door: Tenancy,
    tenant: TenantId,
    owners: &[AccountId],
    (actor, goes): (usize, usize),
) -> Work {
    let (actor, goes) = (*owners.get(actor).unwrap(), *owners.get(goes).unwrap());
    let actor = Actor::Account(actor);
    let access = Access::for_test(tenant, actor, Purpose::ProvideApp, TenantRole::Owner);
    Box::pin(async move {
        while let Err(error) = door.remove_member(&access, goes).await {
            assert!(matches!(error, Error::Contended), "{error}");
        }
    })
}

fn door<S: RecordStore>(env: &Env, store: Arc<S>) -> Tenancy {
    let limiter = Arc::new(MemoryLimiter::new(Arc::clone(&env.clock)));
    Tenancy::new(env, Stores::new(store, limiter))
}

/// A tenant with eight owners.
async fn founded<S: Store>(house: &House<S>) -> (TenantId, Vec<AccountId>) {
    let (env, now) = (&house.env, house.env.now());
    let tenant: TenantId = env.id().unwrap();
    let mut commit: Commit<RecordWrite> = env.commit().unwrap();
    let number = format!("{tenant}");
    commit = commit.change(Write::Insert(Tenant::new(tenant, number, "Harbor".to_owned(), now)));
    let mut owners = Vec::new();
    for _ in 0..WRITERS {
        let id: AccountId = env.id().unwrap();
        let mut index = [0; 32];
        env.random.fill(&mut index).unwrap();
        let (mail, index) = (Sealed::from_bytes([0]), Digest32::new(index));
        let account = Account::new(id, format!("{id}"), mail, index, now).verified(now);
        let place = env.id().unwrap();
        let owner = Membership::new(tenant, place, id, TenantRole::Owner, now);
        commit = commit.change(Write::Insert(account)).change(Write::Insert(owner));
        owners.push(id);
    }
    RecordStore::commit(house.truth.as_ref(), commit).await.unwrap();
    (tenant, owners)
}

async fn left<S: Store>(house: &House<S>, tenant: TenantId) -> usize {
    let members = TenancyStore::members(house.truth.as_ref(), tenant).await.unwrap();
    members.iter().filter(|member| member.record.role == TenantRole::Owner).count()
}
