//! Facts of other crates that stop a tenant's queue.

use alley_core::{Access, Fact, FactEntry, Purpose, Subscriber, SubscriberError, TenantId};
use async_trait::async_trait;

use super::Outreach;
use crate::pacing::PauseReason;

/// Pauses the queue of a tenant that may not use outreach any more. Bears the same fact again.
/// Nothing resumes it by itself: the host calls [`Outreach::resume`] when the reason is gone.
#[derive(Debug)]
pub(super) struct Pauser {
    outreach: Outreach,
}

impl Pauser {
    pub(super) const fn new(outreach: Outreach) -> Self {
        Self { outreach }
    }
}

#[async_trait]
impl Subscriber for Pauser {
    fn name(&self) -> &'static str {
        "outreach"
    }

    async fn receive(&self, fact: &FactEntry) -> Result<(), SubscriberError> {
        let Some((tenant, reason)) = pause(&fact.fact) else {
            return Ok(());
        };
        let access = Access::for_job(tenant, "deliver-facts", Purpose::UserWorkflows);
        let paused = self.outreach.pause(&access, reason).await;
        paused.map_err(|error| SubscriberError::new("outreach", error))
    }
}

/// Whom a fact stops, and why.
fn pause(fact: &Fact) -> Option<(TenantId, PauseReason)> {
    match fact {
        Fact::TenantClosed { tenant } => Some((*tenant, PauseReason::TenantClosed)),
        Fact::TenantSuspended { tenant } => Some((*tenant, PauseReason::TenantSuspended)),
        Fact::IntegrationDisconnected { tenant, .. } => {
            Some((*tenant, PauseReason::IntegrationDisconnected))
        }
        Fact::SubscriptionEnded { tenant } => Some((*tenant, PauseReason::SubscriptionEnded)),
        Fact::AccountClosed { .. }
        | Fact::DisputeOpened { .. }
        | Fact::DisputeClosed { .. }
        | Fact::TicketClosed { .. }
        | Fact::ReportClosed { .. }
        | Fact::HoldPlaced { .. }
        | Fact::HoldReleased { .. } => None,
    }
}
