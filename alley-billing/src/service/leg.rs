//! Erasure at Stripe, as privacy drives it.

use std::sync::Arc;

use alley_core::{JobError, LegReport, RemoteLeg, TenantId};
use async_trait::async_trait;

use super::Inner;

/// Deletes the customer of a tenant at Stripe, and with it payment methods and subscriptions.
/// Invoices and charges stay there for Stripe's own duties.
#[derive(Debug)]
pub(crate) struct StripeLeg {
    inner: Arc<Inner>,
}

impl StripeLeg {
    pub(crate) const fn new(inner: Arc<Inner>) -> Self {
        Self { inner }
    }
}

#[async_trait]
impl RemoteLeg for StripeLeg {
    fn subprocessor(&self) -> &'static str {
        "stripe"
    }

    async fn advance(&self, tenant: TenantId) -> Result<LegReport, JobError> {
        Ok(self.inner.erase_remote(tenant).await?)
    }
}
