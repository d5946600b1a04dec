//! The promises of [`TenancyStore`].

use std::sync::Arc;

use async_trait::async_trait;

use super::{CommitFixture, Harness, Violation, ensure, kept};
use crate::access::TenantRole;
use crate::account::Account;
use crate::commit::{Basis, Commit, Committed, Expect, Version, Write};
use crate::env::Env;
use crate::error::{StoreError, StoreErrorKind};
use crate::fact::Outbox;
use crate::ids::{AccountId, TenantId};
use crate::record::Key;
use crate::tenant::{Membership, MembershipId, TenancyChange, TenancyStore, Tenant};

type Fixture = super::Fixture<dyn TenancyStore>;

/// One test for each promise of [`TenancyStore`]: `tenancy_conformance!(harness)`.
#[macro_export]
macro_rules! tenancy_conformance {
    ($make:expr) => {
        $crate::tenancy_conformance! { @to conformance_tests, $make }
    };
    (@to $then:ident, $make:expr) => {
        $crate::$then! {
            $make, [$crate::conformance::tenancy],
            commit
            one: [
                memberships_are_found_from_both_ends,
                nobody_is_a_member_twice,
                accounts_can_be_expected,
            ]
            many: []
            reopening: []
        }
    };
}

/// Checks every promise, each on a fresh store that `make` gives.
///
/// # Errors
/// The first promise that the store breaks.
pub fn suite<H: Harness>(make: impl Fn() -> H) -> Result<(), Violation>
where
    H::Store: TenancyStore + Outbox,
{
    crate::tenancy_conformance! { @to conformance_suite, make }
}

/// The port of a harness.
pub fn fixture<H: Harness>(harness: &H) -> Fixture
where
    H::Store: TenancyStore + Outbox,
{
    Fixture { store: harness.store(), outbox: harness.store(), env: harness.env().clone() }
}

fn tenant_id(number: u8) -> TenantId {
    TenantId::from_uuid(uuid::Uuid::from_bytes([number; 16]))
}

fn account_id(number: u8) -> AccountId {
    AccountId::from_uuid(uuid::Uuid::from_bytes([number; 16]))
}

impl Fixture {
    fn tenant(&self, number: u8) -> Tenant {
        let name = format!("Shop {number}");
        Tenant::new(tenant_id(number), format!("{number:010}"), name, self.env.now())
    }

    fn member(&self, number: u8, tenant: u8, account: u8) -> Membership {
        let id = MembershipId::from_uuid(uuid::Uuid::from_bytes([number; 16]));
        let role = TenantRole::Member;
        Membership::new(tenant_id(tenant), id, account_id(account), role, self.env.now())
    }
}

/// Memberships are listed for their tenant and their account alone.
///
/// # Errors
/// When the store breaks the promise.
pub async fn memberships_are_found_from_both_ends(fixture: &Fixture) -> Result<(), Violation> {
    const PROMISE: &str = "memberships are listed for their tenant and account alone";
    let mut commit: Commit<TenancyChange> = kept("randomness", fixture.env.commit())?;
    for (number, tenant, account) in [(1, 100, 1), (2, 100, 2), (3, 101, 1)] {
        commit = commit.change(Write::Insert(fixture.member(number, tenant, account)));
    }
    kept(PROMISE, fixture.store.commit(commit).await)?;
    let found = kept(PROMISE, fixture.store.membership(tenant_id(100), account_id(2)).await)?;
    let same = found.is_some_and(|found| found.record == fixture.member(2, 100, 2));
    ensure(PROMISE, same, "another membership, or none")?;
    let none = kept(PROMISE, fixture.store.membership(tenant_id(101), account_id(2)).await)?;
    ensure(PROMISE, none.is_none(), "a membership of another tenant was found")?;
    let members = kept(PROMISE, fixture.store.members(tenant_id(100)).await)?.len();
    ensure(PROMISE, members == 2, format!("{members} members instead of 2"))?;
    let places = kept(PROMISE, fixture.store.memberships(account_id(1)).await)?.len();
    ensure(PROMISE, places == 2, format!("{places} memberships instead of 2"))
}

/// No account has two memberships in one tenant.
///
/// # Errors
/// When the store breaks the promise.
pub async fn nobody_is_a_member_twice(fixture: &Fixture) -> Result<(), Violation> {
    const PROMISE: &str = "no account has two memberships in one tenant";
    let commit: Commit<TenancyChange> = kept("randomness", fixture.env.commit())?;
    let first = Write::Insert(fixture.member(1, 100, 1));
    kept(PROMISE, fixture.store.commit(commit.change(first)).await)?;
    let commit: Commit<TenancyChange> = kept("randomness", fixture.env.commit())?;
    let again = fixture.member(4, 100, 1);
    let result = fixture.store.commit(commit.change(Write::Insert(again))).await;
    let refused = matches!(&result, Err(error) if matches!(
        error.kind(),
        StoreErrorKind::Duplicate { rule: "by_account", .. }
    ));
    ensure(PROMISE, refused, "it was applied, or refused for another reason")
}

/// A commit of tenancy checks expectations on accounts.
///
/// # Errors
/// When the store breaks the promise.
pub async fn accounts_can_be_expected(fixture: &Fixture) -> Result<(), Violation> {
    const PROMISE: &str = "a commit of tenancy checks expectations on accounts";
    let commit: Commit<TenancyChange> = kept("randomness", fixture.env.commit())?;
    let key = Key::global(&account_id(200));
    let commit = commit
        .expect(Expect::unchanged::<Account>(key, Version::FIRST))
        .change(Write::Insert(fixture.tenant(110)));
    let result = fixture.store.commit(commit).await;
    let refused = matches!(&result, Err(error) if error.is_conflict());
    ensure(PROMISE, refused, "an account that does not exist met the expectation")
}

#[async_trait]
impl CommitFixture for Fixture {
    type Change = TenancyChange;

    fn insert(&self, number: u8) -> TenancyChange {
        Write::Insert(self.tenant(number)).into()
    }

    fn update(&self, number: u8, read: Version) -> TenancyChange {
        Write::Update { record: self.tenant(number).closing(self.env.now()), read }.into()
    }

    fn delete(&self, number: u8, read: Version) -> TenancyChange {
        Write::Delete::<Tenant> { key: Key::global(&tenant_id(number)), read }.into()
    }

    fn expect(&self, number: u8, basis: Basis) -> Expect {
        let key = Key::global(&tenant_id(number));
        match basis {
            Basis::Absent => Expect::absent::<Tenant>(key),
            Basis::Version(version) => Expect::unchanged::<Tenant>(key, version),
        }
    }

    async fn version(&self, number: u8) -> Result<Option<Version>, StoreError> {
        Ok(self.store.tenant(tenant_id(number)).await?.map(|found| found.version))
    }

    async fn commit(&self, commit: Commit<TenancyChange>) -> Result<Committed, StoreError> {
        self.store.commit(commit).await
    }

    fn outbox(&self) -> Arc<dyn Outbox> {
        Arc::clone(&self.outbox)
    }

    fn env(&self) -> &Env {
        &self.env
    }
}
