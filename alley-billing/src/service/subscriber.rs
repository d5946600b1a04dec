//! What billing does about facts of other crates.

use std::sync::Arc;

use alley_core::{Fact, FactEntry, Subscriber, SubscriberError};
use async_trait::async_trait;

use super::Inner;

/// Cancels at Stripe when a tenant is closed.
#[derive(Debug)]
pub(crate) struct CloseSubscriber {
    inner: Arc<Inner>,
}

impl CloseSubscriber {
    pub(crate) const fn new(inner: Arc<Inner>) -> Self {
        Self { inner }
    }
}

#[async_trait]
impl Subscriber for CloseSubscriber {
    fn name(&self) -> &'static str {
        "billing"
    }

    async fn receive(&self, fact: &FactEntry) -> Result<(), SubscriberError> {
        match &fact.fact {
            Fact::TenantClosed { tenant } => self
                .inner
                .close(*tenant)
                .await
                .map_err(|error| SubscriberError::new("billing", error)),
            // A suspended tenant goes on paying: the suspension may be lifted. Persons, platforms,
            // tickets, reports and holds are no matter of billing.
            Fact::AccountClosed { .. }
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
