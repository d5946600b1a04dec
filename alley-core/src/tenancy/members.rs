//! Members: add, change, remove, hand over.

use chrono::{DateTime, Utc};

use super::Tenancy;
use crate::access::{Access, TenantRole};
use crate::account::Account;
use crate::attempt::{ATTEMPTS, Applied};
use crate::audit::AuditOutcome;
use crate::commit::{Commit, Expect, Versioned, Write};
use crate::error::Error;
use crate::ids::{AccountId, TenantId};
use crate::record::Record as _;
use crate::tenant::{
    Membership, MembershipId, TenancyChange, Tenant, TenantStatus, may_assign, other_owners,
};

/// What came of a change of members.
#[must_use]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum MemberChange {
    /// It is done.
    Done,
    /// It was so already; nothing was changed.
    Unchanged,
    /// The tenant would be left without an owner who can sign in.
    LastOwner,
    /// The role of whoever asks does not allow it.
    NotAllowed,
    /// The account is no member.
    NotMember,
    /// The account does not exist, is not verified, or may not be used.
    AccountUnusable,
    /// The tenant does not exist, is suspended or closing.
    TenantUnusable,
}

/// What is asked for.
#[derive(Clone, Copy)]
enum Ask {
    Add(TenantRole),
    ChangeRole(TenantRole),
    Remove,
    Transfer,
}

impl Ask {
    const fn action(self) -> &'static str {
        match self {
            Self::Add(_) => "member.add",
            Self::ChangeRole(_) => "member.change_role",
            Self::Remove => "member.remove",
            Self::Transfer => "tenant.transfer",
        }
    }
}

/// What a decision about members has read; the tenant first, because its row is the guard.
struct Seen {
    tenant: Versioned<Tenant>,
    members: Vec<Versioned<Membership>>,
    /// That the account in question stays as it is, if its person may act.
    usable: Option<Expect>,
    /// That an owner beside the account in question stays as they are, if there is one who may act.
    other_owner: Option<Expect>,
}

/// What to change and which account must stay as it was read, or why not.
type Decided = Result<(Vec<TenancyChange>, Option<Expect>), MemberChange>;

impl Seen {
    /// The decision. Pure.
    fn decide(
        &self,
        actor: AccountId,
        account: AccountId,
        ask: Ask,
        new: (MembershipId, DateTime<Utc>),
    ) -> Decided {
        match ask {
            Ask::Add(role) => self.add(actor, account, role, new),
            Ask::ChangeRole(role) => self.change_role(actor, account, role),
            Ask::Remove => self.remove(actor, account),
            Ask::Transfer => self.transfer(actor, account),
        }
    }

    fn add(
        &self,
        actor: AccountId,
        account: AccountId,
        role: TenantRole,
        (id, now): (MembershipId, DateTime<Utc>),
    ) -> Decided {
        if !may_assign(self.role(actor), role) {
            return Err(MemberChange::NotAllowed);
        }
        if self.member(account).is_some() {
            return Err(MemberChange::Unchanged);
        }
        let usable = self.usable()?;
        let member = Membership::new(self.tenant.record.tenant_id, id, account, role, now);
        Ok((vec![Write::Insert(member).into()], Some(usable)))
    }

    fn change_role(&self, actor: AccountId, account: AccountId, role: TenantRole) -> Decided {
        let member = self.member(account).ok_or(MemberChange::NotMember)?;
        let acting = self.role(actor);
        if !may_assign(acting, role) || !may_assign(acting, member.record.role) {
            return Err(MemberChange::NotAllowed);
        }
        if member.record.role == role {
            return Err(MemberChange::Unchanged);
        }
        let expect = if member.record.role == TenantRole::Owner {
            self.other_owner()?
        } else {
            self.usable()?
        };
        Ok((vec![with_role(member, role)], Some(expect)))
    }

    fn remove(&self, actor: AccountId, account: AccountId) -> Decided {
        let member = self.member(account).ok_or(MemberChange::NotMember)?;
        if actor != account && !may_assign(self.role(actor), member.record.role) {
            return Err(MemberChange::NotAllowed);
        }
        let expect = match member.record.role {
            TenantRole::Owner => Some(self.other_owner()?),
            TenantRole::Admin | TenantRole::Member => None,
        };
        let delete = Write::Delete::<Membership> { key: member.record.key(), read: member.version };
        Ok((vec![delete.into()], expect))
    }

    fn transfer(&self, actor: AccountId, to: AccountId) -> Decided {
        let from = self.member(actor).filter(|row| row.record.role == TenantRole::Owner);
        let from = from.ok_or(MemberChange::NotAllowed)?;
        if actor == to {
            return Err(MemberChange::Unchanged);
        }
        let successor = self.member(to).ok_or(MemberChange::NotMember)?;
        let usable = self.usable()?;
        let changes =
            vec![with_role(successor, TenantRole::Owner), with_role(from, TenantRole::Admin)];
        Ok((changes, Some(usable)))
    }

    fn member(&self, account: AccountId) -> Option<&Versioned<Membership>> {
        self.members.iter().find(|member| member.record.account_id == account)
    }

    fn role(&self, account: AccountId) -> Option<TenantRole> {
        self.member(account).map(|member| member.record.role)
    }

    fn usable(&self) -> Result<Expect, MemberChange> {
        self.usable.clone().ok_or(MemberChange::AccountUnusable)
    }

    fn other_owner(&self) -> Result<Expect, MemberChange> {
        self.other_owner.clone().ok_or(MemberChange::LastOwner)
    }
}

fn with_role(member: &Versioned<Membership>, role: TenantRole) -> TenancyChange {
    let mut record = member.record.clone();
    record.role = role;
    Write::Update { record, read: member.version }.into()
}

impl Tenancy {
    /// Adds a person whose address is verified. Owners may add anybody, administrators anybody
    /// but owners.
    ///
    /// # Errors
    /// When storage or randomness fails.
    ///
    /// # Cancel safety
    /// Dropping the future leaves the person added or not.
    pub async fn add_member(
        &self,
        access: &Access,
        account: AccountId,
        role: TenantRole,
    ) -> Result<MemberChange, Error> {
        self.change_members(access, account, Ask::Add(role)).await
    }

    /// Gives a member another role. Refused when it would leave no owner.
    ///
    /// # Errors
    /// When storage or randomness fails.
    ///
    /// # Cancel safety
    /// Dropping the future leaves the role changed or not.
    pub async fn change_role(
        &self,
        access: &Access,
        account: AccountId,
        role: TenantRole,
    ) -> Result<MemberChange, Error> {
        self.change_members(access, account, Ask::ChangeRole(role)).await
    }

    /// Removes a member; everybody may remove themselves. Refused when it would leave no owner.
    ///
    /// # Errors
    /// When storage or randomness fails.
    ///
    /// # Cancel safety
    /// Dropping the future leaves the member removed or not.
    pub async fn remove_member(
        &self,
        access: &Access,
        account: AccountId,
    ) -> Result<MemberChange, Error> {
        self.change_members(access, account, Ask::Remove).await
    }

    /// Makes another member the owner, and the owner who asks an administrator, in one commit.
    ///
    /// # Errors
    /// When storage or randomness fails.
    ///
    /// # Cancel safety
    /// Dropping the future leaves the tenant handed over or not.
    pub async fn transfer_ownership(
        &self,
        access: &Access,
        to: AccountId,
    ) -> Result<MemberChange, Error> {
        self.change_members(access, to, Ask::Transfer).await
    }

    /// Reads the guard and the set, decides, and commits both together.
    async fn change_members(
        &self,
        access: &Access,
        account: AccountId,
        ask: Ask,
    ) -> Result<MemberChange, Error> {
        let id = access.tenant();
        let entry = || self.audit(access.actor(), ask.action(), id);
        let Some(member) = self.member_now(access).await? else {
            self.note(entry()?.outcome(AuditOutcome::Denied, "not_member")).await?;
            return Ok(MemberChange::NotAllowed);
        };
        // Who asks; the role is read again behind the guard.
        let actor = member.record.account_id;
        for _ in 0..ATTEMPTS {
            let Some(seen) = self.see(id, account).await? else {
                return Ok(MemberChange::TenantUnusable);
            };
            let now = self.env.now();
            let (changes, expect) = match seen.decide(actor, account, ask, (self.env.id()?, now)) {
                Ok(decided) => decided,
                Err(refused) => {
                    if refused == MemberChange::NotAllowed {
                        self.note(entry()?.outcome(AuditOutcome::Denied, "role")).await?;
                    }
                    return Ok(refused);
                }
            };
            let tenant = seen.tenant.record.members_changed(now);
            let mut commit: Commit<TenancyChange> = self.env.commit()?;
            commit.changes = changes;
            commit.expects.extend(expect);
            let commit = commit
                .change(Write::Update { record: tenant, read: seen.tenant.version })
                .audit(entry()?);
            if self.apply(commit).await? == Applied::Done {
                return Ok(MemberChange::Done);
            }
        }
        Err(Error::Contended)
    }

    async fn see(&self, id: TenantId, account: AccountId) -> Result<Option<Seen>, Error> {
        let tenant = self.ports.tenancy.tenant(id).await?;
        let Some(tenant) = tenant.filter(|row| row.record.status == TenantStatus::Active) else {
            return Ok(None);
        };
        let members = self.ports.tenancy.members(id).await?;
        let usable = self.expect_usable(account).await?;
        let mut other_owner = None;
        for owner in other_owners(&members, account) {
            other_owner = self.expect_usable(owner).await?;
            if other_owner.is_some() {
                break;
            }
        }
        Ok(Some(Seen { tenant, members, usable, other_owner }))
    }

    async fn expect_usable(&self, account: AccountId) -> Result<Option<Expect>, Error> {
        let found = self.usable(account).await?;
        Ok(found.map(|row| Expect::unchanged::<Account>(row.record.key(), row.version)))
    }
}
