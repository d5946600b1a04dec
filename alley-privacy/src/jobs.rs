//! Background work and what facts start.

use alley_core::{
    Fact, FactEntry, HoldId, Job, JobError, JobReport, PageRequest, Subscriber, SubscriberError,
};
use async_trait::async_trait;
use chrono::TimeDelta;

use crate::erasure::{Cause, Erasure, Progress, Root, Trigger};
use crate::error::Result;
use crate::hold::{HoldState, Holds};
use crate::retention::Retention;

#[derive(Debug)]
pub(crate) struct SettleHolds {
    pub(crate) holds: Holds,
}

#[async_trait]
impl Job for SettleHolds {
    fn name(&self) -> &'static str {
        "settle-holds"
    }

    fn every(&self) -> TimeDelta {
        TimeDelta::minutes(1)
    }

    async fn run_once(&self, limit: u32) -> Result<JobReport, JobError> {
        let mut report = JobReport::default();
        for state in [HoldState::Placing, HoldState::Releasing] {
            let page = self.holds.store.holds_in_state(state, PageRequest::first(limit)).await?;
            report.more |= page.next.is_some();
            for hold in page.items {
                match self.holds.settle(hold.record.id).await {
                    Ok(_) => report.done += 1,
                    Err(error) => report.failures.push(error.into()),
                }
            }
        }
        Ok(report)
    }
}

#[derive(Debug)]
pub(crate) struct ErasePlanned {
    pub(crate) erasure: Erasure,
}

#[async_trait]
impl Job for ErasePlanned {
    fn name(&self) -> &'static str {
        "erase-planned"
    }

    fn every(&self) -> TimeDelta {
        TimeDelta::minutes(1)
    }

    /// Carries out up to `limit` batches over all plans that are due.
    async fn run_once(&self, limit: u32) -> Result<JobReport, JobError> {
        let engine = &self.erasure.engine;
        let now = engine.env.now();
        let due = engine.store.plans_due(now, PageRequest::first(limit.min(100))).await?;
        let mut report = JobReport::new(0, due.next.is_some());
        for plan in due.items {
            match engine.advance(plan.record.id, limit).await {
                Ok(progress) => {
                    report.done += 1;
                    report.more |= progress == Progress::More;
                }
                Err(error) => report.failures.push(error.into()),
            }
        }
        Ok(report)
    }
}

#[derive(Debug)]
pub(crate) struct RetentionSweep {
    pub(crate) retention: Retention,
}

#[async_trait]
impl Job for RetentionSweep {
    fn name(&self) -> &'static str {
        "retention-sweep"
    }

    fn every(&self) -> TimeDelta {
        TimeDelta::hours(1)
    }

    async fn run_once(&self, limit: u32) -> Result<JobReport, JobError> {
        let swept = self.retention.sweep(limit).await?;
        Ok(JobReport::new(swept.deleted + swept.planned, swept.more))
    }
}

#[derive(Debug)]
pub(crate) struct FollowFacts {
    pub(crate) erasure: Erasure,
}

impl FollowFacts {
    async fn act(&self, entry: &FactEntry) -> Result<()> {
        let (root, trigger) = match &entry.fact {
            Fact::AccountClosed { account } => {
                (Root::Account { account: *account }, Trigger::AccountClosed)
            }
            Fact::TenantClosed { tenant } => {
                (Root::Tenant { tenant: *tenant }, Trigger::TenantClosed)
            }
            Fact::IntegrationDisconnected { tenant, integration } => {
                let (tenant, integration) = (*tenant, integration.clone());
                (Root::Integration { tenant, integration }, Trigger::IntegrationDisconnected)
            }
            Fact::HoldReleased { hold, .. } => return self.wake(hold).await,
            // A ticket or report that is closed carries its anchor itself: the sweep finds it.
            Fact::TenantSuspended { .. }
            | Fact::SubscriptionEnded { .. }
            | Fact::DisputeOpened { .. }
            | Fact::DisputeClosed { .. }
            | Fact::TicketClosed { .. }
            | Fact::ReportClosed { .. }
            | Fact::HoldPlaced { .. } => return Ok(()),
        };
        let reference = Some(entry.id.to_string());
        self.erasure.start(root, Cause { trigger, reference, at: entry.at }).await
    }

    async fn wake(&self, hold: &str) -> Result<()> {
        // Another text is no hold of ours.
        let Ok(hold) = hold.parse::<HoldId>() else {
            return Ok(());
        };
        let mut page = PageRequest::first(500);
        let mut woken = std::collections::BTreeSet::new();
        loop {
            let steps = self.erasure.engine.store.steps_of_hold(hold, page).await?;
            for step in steps.items {
                if woken.insert(step.record.plan_id) {
                    self.erasure.resume(step.record.plan_id).await?;
                }
            }
            match steps.next {
                Some(cursor) => page = PageRequest::after(cursor, 500),
                None => return Ok(()),
            }
        }
    }
}

#[async_trait]
impl Subscriber for FollowFacts {
    fn name(&self) -> &'static str {
        "privacy"
    }

    async fn receive(&self, fact: &FactEntry) -> Result<(), SubscriberError> {
        self.act(fact).await.map_err(|error| SubscriberError::new("privacy", error))
    }
}
