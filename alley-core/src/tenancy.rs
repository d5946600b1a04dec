//! The door to tenants: who may work for which seller's organization.

mod members;
mod subscriber;

pub use self::members::MemberChange;

use std::sync::Arc;

use crate::access::{Access, TenantRole};
use crate::account::{Account, Standing, draw_customer_id};
use crate::accounts::{RecordPorts, Stores};
use crate::attempt::{self, ATTEMPTS, Applied};
use crate::audit::{Actor, AuditEntry, AuditOutcome};
use crate::commit::{Commit, Expect, Versioned, Write};
use crate::env::Env;
use crate::error::Error;
use crate::fact::{Fact, Subscriber};
use crate::ids::{AccountId, TenantId};
use crate::record::Record as _;
use crate::roles::Purpose;
use crate::session::ActiveSession;
use crate::tenant::{AccessRefused, Membership, TenancyChange, Tenant, TenantStatus, may_enter};

/// The door to tenants. Cheap to clone; clones share everything.
#[derive(Clone, Debug)]
pub struct Tenancy {
    env: Env,
    ports: RecordPorts,
}

/// Whether somebody may work on a tenant's data.
#[must_use]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum AccessDecision {
    /// With this permission.
    Granted(Access),
    /// No; the refusal is in the audit trail.
    Refused(AccessRefused),
}

impl AccessDecision {
    /// The permission, if there is one.
    #[must_use]
    pub const fn granted(self) -> Option<Access> {
        match self {
            Self::Granted(access) => Some(access),
            Self::Refused(_) => None,
        }
    }
}

/// What came of creating a tenant.
#[must_use]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum CreateTenant {
    /// It exists, and the person is its owner.
    Created(TenantId),
    /// The name is empty, longer than [`Tenant::MOST_NAME_CHARS`], or holds control characters.
    NameRefused,
    /// The person's account may not be used.
    AccountUnusable,
}

impl CreateTenant {
    /// The tenant, if it exists now.
    #[must_use]
    pub const fn tenant(self) -> Option<TenantId> {
        match self {
            Self::Created(tenant) => Some(tenant),
            Self::NameRefused | Self::AccountUnusable => None,
        }
    }
}

/// What came of changing a tenant's state.
#[must_use]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum TenantChange {
    /// It is done.
    Done,
    /// It was so already; nothing was changed.
    Unchanged,
    /// The tenant is closing, which is final.
    Closing,
    /// Only an owner may do this.
    NotAllowed,
    /// There is no such tenant.
    NotFound,
}

impl Tenancy {
    /// Puts the door together. Nothing is read or written.
    pub fn new(env: &Env, stores: Stores) -> Self {
        Self { env: env.clone(), ports: stores.into() }
    }

    /// The same door inside a unit of work: a transaction that the host began and will end.
    /// Everything is read and written there and stands or falls with it, the entries about
    /// refusals too. What [`Accounts::on`](crate::Accounts::on) says of conflicts holds here.
    #[must_use]
    pub fn on(&self, ports: impl Into<RecordPorts>) -> Self {
        Self { env: self.env.clone(), ports: ports.into() }
    }

    /// What acts on facts of this crate: memberships of closed accounts are removed.
    pub fn subscriber(&self) -> Arc<dyn Subscriber> {
        Arc::new(subscriber::TenancySubscriber::new(self.clone()))
    }

    /// Creates a tenant with the person as its owner.
    ///
    /// # Errors
    /// When storage or randomness fails.
    ///
    /// # Cancel safety
    /// Dropping the future leaves the tenant created or not.
    pub async fn create(&self, session: &ActiveSession, name: &str) -> Result<CreateTenant, Error> {
        let length = name.chars().count();
        let is_name = (1..=Tenant::MOST_NAME_CHARS).contains(&length)
            && !name.trim().is_empty()
            && !name.chars().any(char::is_control);
        if !is_name {
            return Ok(CreateTenant::NameRefused);
        }
        for _ in 0..ATTEMPTS {
            let id = session.account();
            let Some(account) = self.usable(id).await? else {
                return Ok(CreateTenant::AccountUnusable);
            };
            let now = self.env.now();
            let customer_id = draw_customer_id(self.env.random.as_ref())?;
            let tenant_id: TenantId = self.env.id()?;
            let tenant = Tenant::new(tenant_id, customer_id, name.to_owned(), now);
            let owner = Membership::new(tenant_id, self.env.id()?, id, TenantRole::Owner, now);
            let commit: Commit<TenancyChange> = self.env.commit()?;
            let commit = commit
                .expect(Expect::unchanged::<Account>(account.record.key(), account.version))
                .change(Write::Insert(tenant))
                .change(Write::Insert(owner))
                .audit(self.audit(Actor::Account(id), "tenant.create", tenant_id)?);
            if self.apply(commit).await? == Applied::Done {
                return Ok(CreateTenant::Created(tenant_id));
            }
        }
        Err(Error::Contended)
    }

    /// Asks for permission to work on a tenant's data for one purpose. Looks at membership, role
    /// and the tenant's state each time; nothing is cached, so that a change holds for the next
    /// request. None is given out for a suspended or closing tenant. Refusals are audited.
    ///
    /// # Errors
    /// When storage fails: treat it as a refusal.
    pub async fn access(
        &self,
        session: &ActiveSession,
        tenant: TenantId,
        purpose: Purpose,
    ) -> Result<AccessDecision, Error> {
        let account = session.account();
        let status = self.ports.tenancy.tenant(tenant).await?.map(|row| row.record.status);
        let member = self.ports.tenancy.membership(tenant, account).await?;
        let decided = may_enter(status, member.map(|row| row.record.role));
        let decided = match decided {
            Ok(_) if self.usable(account).await?.is_none() => Err(AccessRefused::AccountUnusable),
            other => other,
        };
        let actor = Actor::Account(account);
        match decided {
            Ok(role) => Ok(AccessDecision::Granted(Access::granted(tenant, actor, purpose, role))),
            Err(refused) => {
                let entry = self.env.audit(actor, "tenant.access", purpose)?;
                let entry = entry.tenant(tenant).target(Tenant::TYPE.name, tenant);
                self.note(entry.outcome(AuditOutcome::Denied, refused.code())).await?;
                Ok(AccessDecision::Refused(refused))
            }
        }
    }

    /// The tenants that a person belongs to, and as what; closing ones too.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn memberships(&self, session: &ActiveSession) -> Result<Vec<Membership>, Error> {
        let rows = self.ports.tenancy.memberships(session.account()).await?;
        Ok(rows.into_iter().map(|row| row.record).collect())
    }

    /// Lets nobody in any more until [`resume`](Self::resume) and emits [`Fact::TenantSuspended`],
    /// by which outreach pauses the tenant's queue; it stays paused after `resume` until the host
    /// resumes the queue as well. What is done without a person goes on: tokens are renewed and
    /// the jobs of the inbox run. An [`Access`] given out before is not taken back, so keep none
    /// longer than a request. For the operator; `actor` is who or what decided it.
    ///
    /// # Errors
    /// When storage or randomness fails.
    pub async fn suspend(&self, tenant: TenantId, actor: Actor) -> Result<TenantChange, Error> {
        let action = ("tenant.suspend", Some(Fact::TenantSuspended { tenant }));
        self.set_status(tenant, actor, action, |row| match row.status {
            TenantStatus::Active => Ok(Tenant { status: TenantStatus::Suspended, ..row }),
            TenantStatus::Suspended => Err(TenantChange::Unchanged),
            TenantStatus::Closing => Err(TenantChange::Closing),
        })
        .await
    }

    /// Lets the members of a suspended tenant in again. The queue of outreach stays paused until
    /// the host resumes it. For the operator.
    ///
    /// # Errors
    /// When storage or randomness fails.
    pub async fn resume(&self, tenant: TenantId, actor: Actor) -> Result<TenantChange, Error> {
        self.set_status(tenant, actor, ("tenant.resume", None), |row| match row.status {
            TenantStatus::Suspended => Ok(Tenant { status: TenantStatus::Active, ..row }),
            TenantStatus::Active => Err(TenantChange::Unchanged),
            TenantStatus::Closing => Err(TenantChange::Closing),
        })
        .await
    }

    /// Closes the tenant, for good. From this commit on nobody gets access to it; its tokens,
    /// subscription and queue end, and its erasure begins, by [`Fact::TenantClosed`], which is
    /// part of the commit. Only an owner may.
    ///
    /// # Errors
    /// When storage or randomness fails.
    ///
    /// # Cancel safety
    /// Dropping the future leaves the tenant closing or not.
    pub async fn close(&self, access: &Access) -> Result<TenantChange, Error> {
        let id = access.tenant();
        for _ in 0..ATTEMPTS {
            // The tenant first: its row is the guard of its members, so that whoever lost the role
            // after this read loses the commit as well.
            let tenant = self.ports.tenancy.tenant(id).await?;
            let entry = self.audit(access.actor(), "tenant.close", id)?;
            let Some(owner) = self.owner_now(access).await? else {
                self.note(entry.outcome(AuditOutcome::Denied, "not_owner")).await?;
                return Ok(TenantChange::NotAllowed);
            };
            let Some(tenant) = tenant else {
                return Ok(TenantChange::NotFound);
            };
            let record = match tenant.record.status {
                TenantStatus::Active | TenantStatus::Suspended => {
                    tenant.record.closing(self.env.now())
                }
                TenantStatus::Closing => return Ok(TenantChange::Unchanged),
            };
            let commit: Commit<TenancyChange> = self.env.commit()?;
            let commit = commit
                .expect(Expect::unchanged::<Membership>(owner.record.key(), owner.version))
                .change(Write::Update { record, read: tenant.version })
                .audit(entry)
                .fact(self.env.fact(Fact::TenantClosed { tenant: id })?);
            if self.apply(commit).await? == Applied::Done {
                return Ok(TenantChange::Done);
            }
        }
        Err(Error::Contended)
    }

    async fn set_status(
        &self,
        id: TenantId,
        actor: Actor,
        (action, fact): (&'static str, Option<Fact>),
        decide: impl Fn(Tenant) -> Result<Tenant, TenantChange>,
    ) -> Result<TenantChange, Error> {
        for _ in 0..ATTEMPTS {
            let Some(row) = self.ports.tenancy.tenant(id).await? else {
                return Ok(TenantChange::NotFound);
            };
            let record = match decide(row.record) {
                Ok(record) => record,
                Err(refused) => return Ok(refused),
            };
            let commit: Commit<TenancyChange> = self.env.commit()?;
            let mut commit = commit
                .change(Write::Update { record, read: row.version })
                .audit(self.audit(actor, action, id)?);
            if let Some(fact) = &fact {
                commit = commit.fact(self.env.fact(fact.clone())?);
            }
            if self.apply(commit).await? == Applied::Done {
                return Ok(TenantChange::Done);
            }
        }
        Err(Error::Contended)
    }

    /// The account, if its person may act.
    async fn usable(&self, account: AccountId) -> Result<Option<Versioned<Account>>, Error> {
        let found = self.ports.identity.account(account).await?;
        Ok(found.filter(|account| account.record.standing() == Standing::Good))
    }

    /// The membership of the person behind an access as it is now; an access is never trusted for
    /// what changes memberships or ends the tenant.
    async fn member_now(&self, access: &Access) -> Result<Option<Versioned<Membership>>, Error> {
        let Actor::Account(account) = access.actor() else {
            return Ok(None);
        };
        Ok(self.ports.tenancy.membership(access.tenant(), account).await?)
    }

    async fn owner_now(&self, access: &Access) -> Result<Option<Versioned<Membership>>, Error> {
        let member = self.member_now(access).await?;
        Ok(member.filter(|row| row.record.role == TenantRole::Owner))
    }

    fn audit(
        &self,
        actor: Actor,
        action: &'static str,
        tenant: TenantId,
    ) -> Result<AuditEntry, Error> {
        let entry = self.env.audit(actor, action, Purpose::ProvideApp)?;
        Ok(entry.tenant(tenant).target(Tenant::TYPE.name, tenant))
    }

    /// Commits an audit entry alone.
    async fn note(&self, entry: AuditEntry) -> Result<(), Error> {
        let commit: Commit<TenancyChange> = self.env.commit()?;
        match self.apply(commit.audit(entry)).await? {
            Applied::Done => Ok(()),
            Applied::Conflict | Applied::Duplicate(_) => Err(Error::Contended),
        }
    }

    async fn apply(&self, commit: Commit<TenancyChange>) -> Result<Applied, Error> {
        attempt::apply(commit, |commit| self.ports.tenancy.commit(commit)).await
    }
}
