//! The background work of billing.

use std::sync::Arc;

use alley_core::{Job, JobError, JobReport, Versioned, Write};
use async_trait::async_trait;
use chrono::TimeDelta;

use super::Inner;
use crate::config::SyncMode;
use crate::error::{Error, Result};
use crate::store::Change;

/// Acts on received events and forgets old ones.
#[derive(Debug)]
pub(crate) struct InboxJob {
    inner: Arc<Inner>,
}

impl InboxJob {
    pub(crate) const fn new(inner: Arc<Inner>) -> Self {
        Self { inner }
    }
}

#[async_trait]
impl Job for InboxJob {
    fn name(&self) -> &'static str {
        "billing-inbox"
    }

    fn every(&self) -> TimeDelta {
        TimeDelta::seconds(2)
    }

    async fn run_once(&self, limit: u32) -> Result<JobReport, JobError> {
        let batch = self.inner.work_off(limit).await?;
        let forgotten = self.inner.forget_old_events(limit).await?;
        let full = u64::from(limit);
        let mut report = JobReport::new(
            batch.done.saturating_add(forgotten),
            batch.more || (full > 0 && forgotten >= full),
        );
        report.failures = batch.failures.into_iter().map(JobError::from).collect();
        Ok(report)
    }
}

/// Reads customers anew whose review is due: not heard of for a day, or at an instant at which
/// their access can change.
#[derive(Debug)]
pub(crate) struct ReconcileJob {
    inner: Arc<Inner>,
}

impl ReconcileJob {
    pub(crate) const fn new(inner: Arc<Inner>) -> Self {
        Self { inner }
    }

    async fn postpone(&self, tenant: alley_core::TenantId) -> Result<()> {
        let Some(Versioned { mut record, version: read, .. }) =
            self.inner.store.customer(tenant).await?
        else {
            return Ok(());
        };
        record.review_at = Some(self.inner.env.now() + TimeDelta::minutes(15));
        let commit = self.inner.env.commit::<Change>()?;
        // On a conflict somebody else just wrote it, and with it the next review.
        self.inner.apply(commit.change(Write::Update { record, read })).await?;
        Ok(())
    }
}

#[async_trait]
impl Job for ReconcileJob {
    fn name(&self) -> &'static str {
        "billing-reconcile"
    }

    fn every(&self) -> TimeDelta {
        TimeDelta::minutes(5)
    }

    async fn run_once(&self, limit: u32) -> Result<JobReport, JobError> {
        let due = self.inner.store.customers_due(self.inner.env.now(), limit).await?;
        let more = u32::try_from(due.len()).is_ok_and(|count| count >= limit);
        let mut report = JobReport::new(0, more);
        for customer in due {
            let tenant = customer.record.tenant_id;
            let done = match self.inner.config.sync() {
                SyncMode::Refetch => self.inner.refresh(tenant, Vec::new()).await.map(|_| ()),
                SyncMode::Snapshot => self.inner.review(tenant).await,
            };
            match done {
                Ok(()) => report.done = report.done.saturating_add(1),
                Err(error) => {
                    // One that fails must not keep the others from their turn.
                    self.postpone(tenant).await?;
                    report.failures.push(Error::into(error));
                }
            }
        }
        Ok(report)
    }
}
