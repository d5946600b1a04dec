//! The promises of [`TenancyStore`].

use std::sync::Arc;

use async_trait::async_trait;

use super::{CommitFixture, Violation, commit_contract, ensure, kept};
use crate::access::TenantRole;
use crate::account::Account;
use crate::commit::{Basis, Commit, Committed, Expect, Version, Write};
use crate::env::Env;
use crate::error::{StoreError, StoreErrorKind};
use crate::fact::Outbox;
use crate::ids::{AccountId, TenantId};
use crate::record::Key;
use crate::tenant::{Membership, MembershipId, TenancyChange, TenancyStore, Tenant};

/// Checks every promise of [`TenancyStore`] on a fresh store.
///
/// # Errors
/// The first promise that the store breaks.
pub async fn tenancy(
    store: Arc<dyn TenancyStore>,
    outbox: Arc<dyn Outbox>,
    env: &Env,
) -> Result<(), Violation> {
    let suite = Tenancy { store, outbox, env };
    commit_contract(&suite).await?;
    suite.memberships_are_found_from_both_ends().await?;
    suite.nobody_is_a_member_twice().await?;
    suite.accounts_can_be_expected().await
}

struct Tenancy<'a> {
    store: Arc<dyn TenancyStore>,
    outbox: Arc<dyn Outbox>,
    env: &'a Env,
}

fn tenant_id(number: u8) -> TenantId {
    TenantId::from_uuid(uuid::Uuid::from_bytes([number; 16]))
}

fn account_id(number: u8) -> AccountId {
    AccountId::from_uuid(uuid::Uuid::from_bytes([number; 16]))
}

impl Tenancy<'_> {
    fn tenant(&self, number: u8) -> Tenant {
        let name = format!("Shop {number}");
        Tenant::new(tenant_id(number), format!("{number:010}"), name, self.env.now())
    }

    fn member(&self, number: u8, tenant: u8, account: u8) -> Membership {
        let id = MembershipId::from_uuid(uuid::Uuid::from_bytes([number; 16]));
        let role = TenantRole::Member;
        Membership::new(tenant_id(tenant), id, account_id(account), role, self.env.now())
    }

    async fn memberships_are_found_from_both_ends(&self) -> Result<(), Violation> {
        const PROMISE: &str = "memberships are listed for their tenant and account alone";
        let mut commit: Commit<TenancyChange> = kept("randomness", self.env.commit())?;
        for (number, tenant, account) in [(1, 100, 1), (2, 100, 2), (3, 101, 1)] {
            commit = commit.change(Write::Insert(self.member(number, tenant, account)));
        }
        kept(PROMISE, self.store.commit(commit).await)?;
        let found = kept(PROMISE, self.store.membership(tenant_id(100), account_id(2)).await)?;
        let same = found.is_some_and(|found| found.record == self.member(2, 100, 2));
        ensure(PROMISE, same, "another membership, or none")?;
        let none = kept(PROMISE, self.store.membership(tenant_id(101), account_id(2)).await)?;
        ensure(PROMISE, none.is_none(), "a membership of another tenant was found")?;
        let members = kept(PROMISE, self.store.members(tenant_id(100)).await)?.len();
        ensure(PROMISE, members == 2, format!("{members} members instead of 2"))?;
        let places = kept(PROMISE, self.store.memberships(account_id(1)).await)?.len();
        ensure(PROMISE, places == 2, format!("{places} memberships instead of 2"))
    }

    async fn nobody_is_a_member_twice(&self) -> Result<(), Violation> {
        const PROMISE: &str = "no account has two memberships in one tenant";
        let commit: Commit<TenancyChange> = kept("randomness", self.env.commit())?;
        let again = self.member(4, 100, 1);
        let result = self.store.commit(commit.change(Write::Insert(again))).await;
        let refused = matches!(&result, Err(error) if matches!(
            error.kind(),
            StoreErrorKind::Duplicate { rule: "by_account", .. }
        ));
        ensure(PROMISE, refused, "it was applied, or refused for another reason")
    }

    async fn accounts_can_be_expected(&self) -> Result<(), Violation> {
        const PROMISE: &str = "a commit of tenancy checks expectations on accounts";
        let commit: Commit<TenancyChange> = kept("randomness", self.env.commit())?;
        let key = Key::global(&account_id(200));
        let commit = commit
            .expect(Expect::unchanged::<Account>(key, Version::FIRST))
            .change(Write::Insert(self.tenant(110)));
        let result = self.store.commit(commit).await;
        let refused = matches!(&result, Err(error) if error.is_conflict());
        ensure(PROMISE, refused, "an account that does not exist met the expectation")
    }
}

#[async_trait]
impl CommitFixture for Tenancy<'_> {
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
        self.env
    }
}
