//! What tenancy does when an account was closed.

use async_trait::async_trait;

use super::Tenancy;
use crate::attempt::{ATTEMPTS, Applied};
use crate::audit::Actor;
use crate::commit::{Commit, Write};
use crate::error::Error;
use crate::fact::{Fact, FactEntry, Subscriber, SubscriberError};
use crate::ids::AccountId;
use crate::record::Record as _;
use crate::tenant::{Membership, TenancyChange};

/// Removes the memberships of closed accounts. Deciding needs no guard: whoever counts owners
/// leaves out those whose account is closed, membership or not.
#[derive(Debug)]
pub(super) struct TenancySubscriber(Tenancy);

impl TenancySubscriber {
    pub(super) const fn new(tenancy: Tenancy) -> Self {
        Self(tenancy)
    }
}

#[async_trait]
impl Subscriber for TenancySubscriber {
    fn name(&self) -> &'static str {
        "tenancy"
    }

    async fn receive(&self, fact: &FactEntry) -> Result<(), SubscriberError> {
        match &fact.fact {
            Fact::AccountClosed { account } => self
                .0
                .leave_all(*account)
                .await
                .map_err(|error| SubscriberError::new(self.name(), error)),
            Fact::TenantClosed { .. }
            | Fact::TenantSuspended { .. }
            | Fact::IntegrationDisconnected { .. }
            | Fact::SubscriptionEnded { .. }
            | Fact::DisputeOpened { .. }
            | Fact::DisputeClosed { .. }
            | Fact::TicketClosed { .. }
            | Fact::ReportClosed { .. }
            | Fact::HoldPlaced { .. }
            | Fact::HoldReleased { .. } => Ok(()),
        }
    }
}

impl Tenancy {
    async fn leave_all(&self, account: AccountId) -> Result<(), Error> {
        for membership in self.ports.tenancy.memberships(account).await? {
            self.leave(&membership.record).await?;
        }
        Ok(())
    }

    async fn leave(&self, membership: &Membership) -> Result<(), Error> {
        let (id, account) = (membership.tenant_id, membership.account_id);
        for _ in 0..ATTEMPTS {
            let tenant = self.ports.tenancy.tenant(id).await?;
            let Some(row) = self.ports.tenancy.membership(id, account).await? else {
                return Ok(());
            };
            let mut commit: Commit<TenancyChange> = self.env.commit()?;
            if let Some(tenant) = tenant {
                let record = tenant.record.members_changed(self.env.now());
                commit = commit.change(Write::Update { record, read: tenant.version });
            }
            let commit = commit
                .change(Write::Delete::<Membership> { key: row.record.key(), read: row.version })
                .audit(self.audit(Actor::Job("tenancy"), "member.remove", id)?);
            if self.apply(commit).await? == Applied::Done {
                return Ok(());
            }
        }
        Err(Error::Contended)
    }
}
