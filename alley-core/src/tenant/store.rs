//! The port behind which tenants and memberships are kept.

use async_trait::async_trait;

use super::{Membership, Tenant};
use crate::commit::{Commit, Committed, Versioned};
use crate::error::StoreError;
use crate::ids::{AccountId, TenantId};
use crate::query::Query;
use crate::record::{Key, Record as _};
use crate::store::{self, RecordStore, RecordStoreExt as _};
use crate::value::Field as _;

crate::changes! {
    /// What a commit of this port writes.
    pub enum Change {
        /// An organization.
        Tenant(Tenant),
        /// A person's place in it.
        Membership(Membership),
    }
}

/// Keeps tenants and memberships.
///
/// # Contract
/// - A read sees every commit that returned before the read began.
/// - `commit` keeps the contract of [`Commit`], also for expectations on records of
///   [`IdentityStore`](crate::IdentityStore).
/// - No account has two memberships in one tenant; a commit that would break this answers
///   `Duplicate` with the rule `by_account`.
/// - Lists are complete and hold nothing of another tenant or account.
#[async_trait]
pub trait TenancyStore: std::fmt::Debug + Send + Sync + 'static {
    /// The tenant, whatever its status.
    async fn tenant(&self, tenant: TenantId) -> Result<Option<Versioned<Tenant>>, StoreError>;

    /// The person's place in the tenant.
    async fn membership(
        &self,
        tenant: TenantId,
        account: AccountId,
    ) -> Result<Option<Versioned<Membership>>, StoreError>;

    /// All members of the tenant.
    async fn members(&self, tenant: TenantId) -> Result<Vec<Versioned<Membership>>, StoreError>;

    /// All memberships of the person, over all tenants.
    async fn memberships(
        &self,
        account: AccountId,
    ) -> Result<Vec<Versioned<Membership>>, StoreError>;

    /// Applies all of a commit, or nothing of it.
    ///
    /// # Errors
    /// See [`StoreErrorKind`](crate::StoreErrorKind).
    async fn commit(&self, commit: Commit<Change>) -> Result<Committed, StoreError>;
}

#[async_trait]
impl<S: RecordStore + ?Sized> TenancyStore for S {
    async fn tenant(&self, tenant: TenantId) -> Result<Option<Versioned<Tenant>>, StoreError> {
        self.record(&Key::global(&tenant)).await
    }

    async fn membership(
        &self,
        tenant: TenantId,
        account: AccountId,
    ) -> Result<Option<Versioned<Membership>>, StoreError> {
        self.first(&MEMBERSHIP_OF_ACCOUNT, &[tenant.to_value(), account.to_value()]).await
    }

    async fn members(&self, tenant: TenantId) -> Result<Vec<Versioned<Membership>>, StoreError> {
        store::all(self, &MEMBERS_OF_TENANT, &[tenant.to_value()]).await
    }

    async fn memberships(
        &self,
        account: AccountId,
    ) -> Result<Vec<Versioned<Membership>>, StoreError> {
        store::all(self, &MEMBERSHIPS_OF_ACCOUNT, &[account.to_value()]).await
    }

    async fn commit(&self, commit: Commit<Change>) -> Result<Committed, StoreError> {
        RecordStore::commit(self, commit.lower()).await
    }
}

pub(crate) static MEMBERSHIP_OF_ACCOUNT: Query =
    Query::new("membership_of_account", Membership::TYPE).equals(&["tenant_id", "account_id"]);
pub(crate) static MEMBERS_OF_TENANT: Query =
    Query::new("members_of_tenant", Membership::TYPE).equals(&["tenant_id"]);
pub(crate) static MEMBERSHIPS_OF_ACCOUNT: Query =
    Query::new("memberships_of_account", Membership::TYPE).equals(&["account_id"]);
