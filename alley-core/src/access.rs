//! Permission to work on a tenant's data: who, whose, what for.

use crate::audit::Actor;
use crate::ids::TenantId;
use crate::roles::Purpose;
use crate::text_enum;

text_enum! {
    /// What a member may do in a tenant.
    pub enum TenantRole {
        /// Everything, including handing over and closing.
        Owner => "owner",
        /// Everything but handing over and closing.
        Admin => "admin",
        /// Daily work: drafts, reviews, hand-outs, exports.
        Member => "member",
    }
}

/// Permission to work on one tenant's data, for one purpose.
///
/// Made by [`Tenancy::access`](crate::Tenancy::access) after it looked at membership, role
/// and the tenant's state: none is given out for a tenant that is suspended or closing.
/// Background work gets one from [`Access::for_job`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Access {
    tenant: TenantId,
    actor: Actor,
    purpose: Purpose,
    role: Option<TenantRole>,
}

impl Access {
    /// For `Tenancy`, which has looked.
    pub(crate) const fn granted(
        tenant: TenantId,
        actor: Actor,
        purpose: Purpose,
        role: TenantRole,
    ) -> Self {
        Self { tenant, actor, purpose, role: Some(role) }
    }

    /// For background work that no person asked for; the job's name goes into the audit trail.
    pub const fn for_job(tenant: TenantId, job: &'static str, purpose: Purpose) -> Self {
        Self { tenant, actor: Actor::Job(job), purpose, role: None }
    }

    /// For a verified call of a platform; its name goes into the audit trail.
    pub const fn for_platform(tenant: TenantId, platform: &'static str, purpose: Purpose) -> Self {
        Self { tenant, actor: Actor::Platform(platform), purpose, role: None }
    }

    /// Access of a person without asking `Tenancy`; for conformance suites and tests only.
    #[cfg(any(test, feature = "conformance"))]
    pub const fn for_test(
        tenant: TenantId,
        actor: Actor,
        purpose: Purpose,
        role: TenantRole,
    ) -> Self {
        Self::granted(tenant, actor, purpose, role)
    }

    /// Whose data.
    pub const fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// Who acts.
    pub const fn actor(&self) -> Actor {
        self.actor
    }

    /// What for.
    pub const fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// The member's role; `None` for jobs and platforms.
    pub const fn role(&self) -> Option<TenantRole> {
        self.role
    }

    /// Whether an owner or an administrator acts.
    pub const fn is_admin(&self) -> bool {
        matches!(self.role, Some(TenantRole::Owner | TenantRole::Admin))
    }
}
