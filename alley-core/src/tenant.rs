//! Sellers' organizations, and who works for them.

mod store;

pub use self::store::{Change as TenancyChange, TenancyStore};

pub(crate) use self::store::{MEMBERS_OF_TENANT, MEMBERSHIP_OF_ACCOUNT, MEMBERSHIPS_OF_ACCOUNT};

use chrono::{DateTime, Utc};

use crate::access::TenantRole;
use crate::commit::Versioned;
use crate::ids::{AccountId, TenantId};
use crate::{Record, elements, own_id, text_enum};

own_id! {
    /// Identifies a membership.
    MembershipId, MembershipKind, "mem"
}

text_enum! {
    /// Whether work for a tenant may go on.
    pub enum TenantStatus {
        /// It may.
        Active => "active",
        /// Not for now.
        Suspended => "suspended",
        /// It is closed; what belongs to it is being erased.
        Closing => "closing",
    }
}

/// A seller's organization: the owner of business data.
///
/// The row is the guard of its memberships: whoever adds, changes or removes one writes this row
/// in the same commit, so that two decisions over the owners cannot both hold.
#[derive(Clone, Debug, Eq, PartialEq, Record)]
#[record(name = "tenant", domain = "core", id = tenant_id)]
#[record(unique(by_customer_id(customer_id)))]
#[non_exhaustive]
pub struct Tenant {
    /// Names the organization everywhere.
    #[record(technical)]
    pub tenant_id: TenantId,
    /// Ten digits that can be said on the phone.
    #[record(element = elements::ACCOUNT_CUSTOMER_ID)]
    pub customer_id: String,
    /// What the organization is called; may be a person's name.
    #[record(element = elements::ACCOUNT_IDENTITY)]
    pub name: String,
    /// Whether work may go on.
    #[record(technical)]
    pub status: TenantStatus,
    /// When it was created.
    #[record(technical)]
    pub created_at: DateTime<Utc>,
    /// When a membership was last added, changed or removed; see above.
    #[record(technical)]
    pub members_changed_at: DateTime<Utc>,
    /// When it was closed.
    #[record(technical)]
    pub closed_at: Option<DateTime<Utc>>,
}

impl Tenant {
    /// The longest name, in characters.
    pub const MOST_NAME_CHARS: usize = 200;

    /// An organization that was just created.
    pub const fn new(
        tenant_id: TenantId,
        customer_id: String,
        name: String,
        created_at: DateTime<Utc>,
    ) -> Self {
        Self {
            tenant_id,
            customer_id,
            name,
            status: TenantStatus::Active,
            created_at,
            members_changed_at: created_at,
            closed_at: None,
        }
    }

    /// The same after its members changed.
    #[must_use]
    pub fn members_changed(mut self, now: DateTime<Utc>) -> Self {
        self.members_changed_at = now;
        self
    }

    /// The same, closing.
    #[must_use]
    pub fn closing(mut self, now: DateTime<Utc>) -> Self {
        self.status = TenantStatus::Closing;
        self.closed_at = Some(now);
        self
    }
}

/// A person's place in a tenant.
#[derive(Clone, Debug, Eq, PartialEq, Record)]
#[record(name = "membership", domain = "core", id = membership_id, tenant = tenant_id)]
#[record(subject = account_id)]
#[record(owned_by(tenant = tenant_id))]
#[record(references(account = account_id, on_erased = delete_source))]
#[record(unique(by_account(tenant_id, account_id)))]
#[non_exhaustive]
pub struct Membership {
    /// Where.
    #[record(technical)]
    pub tenant_id: TenantId,
    /// Names the membership.
    #[record(technical)]
    pub membership_id: MembershipId,
    /// Who.
    #[record(element = elements::ACCOUNT_IDENTITY)]
    pub account_id: AccountId,
    /// As what.
    #[record(element = elements::ACCOUNT_IDENTITY)]
    pub role: TenantRole,
    /// Since when.
    #[record(element = elements::ACCOUNT_IDENTITY)]
    pub joined_at: DateTime<Utc>,
}

impl Membership {
    /// A person who joined at `joined_at`.
    pub const fn new(
        tenant_id: TenantId,
        membership_id: MembershipId,
        account_id: AccountId,
        role: TenantRole,
        joined_at: DateTime<Utc>,
    ) -> Self {
        Self { tenant_id, membership_id, account_id, role, joined_at }
    }
}

/// Why somebody gets no access to a tenant.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum AccessRefused {
    /// There is no such tenant, or the person is no member of it; these look alike on purpose.
    NotMember,
    /// The tenant is suspended.
    Suspended,
    /// The tenant is closing.
    Closing,
    /// The person's account may not be used.
    AccountUnusable,
}

impl AccessRefused {
    /// The code for the audit trail.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotMember => "not_member",
            Self::Suspended => "tenant_suspended",
            Self::Closing => "tenant_closing",
            Self::AccountUnusable => "account_unusable",
        }
    }
}

/// Whether a member with this role may work for a tenant in this state.
///
/// # Errors
/// Why not. Whoever is no member does not learn the tenant's state.
pub(crate) fn may_enter(
    status: Option<TenantStatus>,
    role: Option<TenantRole>,
) -> Result<TenantRole, AccessRefused> {
    match (status, role) {
        (Some(TenantStatus::Active), Some(role)) => Ok(role),
        (Some(TenantStatus::Suspended), Some(_)) => Err(AccessRefused::Suspended),
        (Some(TenantStatus::Closing), Some(_)) => Err(AccessRefused::Closing),
        (_, None) | (None, _) => Err(AccessRefused::NotMember),
    }
}

/// Whether `actor` may give or take away this role: owners any, administrators any but owner.
pub(crate) fn may_assign(actor: Option<TenantRole>, role: TenantRole) -> bool {
    match actor {
        Some(TenantRole::Owner) => true,
        Some(TenantRole::Admin) => role != TenantRole::Owner,
        Some(TenantRole::Member) | None => false,
    }
}

/// The other members with the role of an owner; when none of them has a usable account, the
/// person is the last owner.
pub(crate) fn other_owners(
    members: &[Versioned<Membership>],
    account: AccountId,
) -> impl Iterator<Item = AccountId> {
    let owners = members.iter().map(|member| &member.record);
    owners
        .filter(move |member| member.role == TenantRole::Owner && member.account_id != account)
        .map(|member| member.account_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suspended_and_closing_tenants_let_nobody_in_and_tell_only_members() {
        let owner = Some(TenantRole::Owner);
        for (status, role, expected) in [
            (Some(TenantStatus::Active), owner, Ok(TenantRole::Owner)),
            (Some(TenantStatus::Suspended), owner, Err(AccessRefused::Suspended)),
            (Some(TenantStatus::Closing), owner, Err(AccessRefused::Closing)),
            (Some(TenantStatus::Active), None, Err(AccessRefused::NotMember)),
            (Some(TenantStatus::Closing), None, Err(AccessRefused::NotMember)),
            (None, owner, Err(AccessRefused::NotMember)),
        ] {
            assert_eq!(may_enter(status, role), expected, "{status:?} {role:?}");
        }
    }

    #[test]
    fn only_owners_make_owners() {
        assert!(may_assign(Some(TenantRole::Owner), TenantRole::Owner));
        assert!(!may_assign(Some(TenantRole::Admin), TenantRole::Owner));
        assert!(may_assign(Some(TenantRole::Admin), TenantRole::Member));
        assert!(!may_assign(Some(TenantRole::Member), TenantRole::Member));
        assert!(!may_assign(None, TenantRole::Member));
    }
}
