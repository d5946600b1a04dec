//! Background work: leases that end, drafts whose time or approval is over.

use std::sync::Arc;

use alley_core::{Access, Job, JobError, JobReport, PageRequest, Purpose, Versioned, Write};
use async_trait::async_trait;
use chrono::TimeDelta;

use super::confirming::closed;
use super::{ATTEMPTS, Applied, Outreach};
use crate::draft::{Draft, DraftState, Event};
use crate::error::{Error, Result};
use crate::hand_out::{HandOut, HandOutOutcome};
use crate::pacing::{PacingState, StaleApproval};

pub(super) fn all(outreach: &Outreach) -> Vec<Arc<dyn Job>> {
    vec![
        Arc::new(ExpireLeases { outreach: outreach.clone() }),
        Arc::new(ExpireDrafts { outreach: outreach.clone() }),
    ]
}

/// Turns hand-outs whose lease ended into unconfirmed ones. What was spent stays spent.
#[derive(Debug)]
struct ExpireLeases {
    outreach: Outreach,
}

/// Ends drafts whose time is over, and sends those with an old approval back.
#[derive(Debug)]
struct ExpireDrafts {
    outreach: Outreach,
}

#[async_trait]
impl Job for ExpireLeases {
    fn name(&self) -> &'static str {
        "expire-leases"
    }

    fn every(&self) -> TimeDelta {
        TimeDelta::minutes(1)
    }

    async fn run_once(&self, limit: u32) -> std::result::Result<JobReport, JobError> {
        let now = self.outreach.env().now();
        let page = PageRequest::first(limit);
        let due = self.outreach.inner.store.leases_ending(now, page).await?;
        let mut report = JobReport::new(0, due.next.is_some());
        for hand_out in due.items {
            match self.outreach.expire_lease(hand_out).await {
                Ok(()) => report.done = report.done.saturating_add(1),
                Err(error) => report.failures.push(error.into()),
            }
        }
        Ok(report)
    }
}

#[async_trait]
impl Job for ExpireDrafts {
    fn name(&self) -> &'static str {
        "expire-drafts"
    }

    fn every(&self) -> TimeDelta {
        TimeDelta::minutes(10)
    }

    async fn run_once(&self, limit: u32) -> std::result::Result<JobReport, JobError> {
        let now = self.outreach.env().now();
        let store = &self.outreach.inner.store;
        let mut due: Vec<(Versioned<Draft>, bool)> = Vec::new();
        let mut more = false;
        for state in DraftState::INSIDE {
            let page = store.drafts_expiring(state, now, PageRequest::first(limit)).await?;
            more |= page.next.is_some();
            due.extend(page.items.into_iter().map(|draft| (draft, true)));
        }
        for state in [DraftState::Approved, DraftState::Queued] {
            let page = store.approvals_ending(state, now, PageRequest::first(limit)).await?;
            more |= page.next.is_some();
            let ended = |draft: &Draft| draft.expires_at.is_some_and(|end| end <= now);
            let stale = page.items.into_iter().filter(|draft| !ended(&draft.record));
            due.extend(stale.map(|draft| (draft, false)));
        }
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        more |= due.len() > limit;
        due.truncate(limit);
        let mut report = JobReport::new(0, more);
        for (draft, ended) in due {
            match self.outreach.expire_draft(draft, ended).await {
                Ok(()) => report.done = report.done.saturating_add(1),
                Err(error) => report.failures.push(error.into()),
            }
        }
        Ok(report)
    }
}

impl Outreach {
    async fn expire_lease(&self, due: Versioned<HandOut>) -> Result<()> {
        let tenant = due.record.tenant_id;
        let access = Access::for_job(tenant, "expire-leases", Purpose::UserWorkflows);
        let _turn = self.inner.lanes.enter(tenant).await;
        for _ in 0..ATTEMPTS {
            let now = self.env().now();
            let guard = self.guard(tenant).await?;
            let found = self.inner.store.hand_out(tenant, due.record.hand_out_id).await?;
            let Some(hand_out) = found.filter(|found| {
                found.record.outcome == HandOutOutcome::Open && found.record.lease_until <= now
            }) else {
                // The seller was faster.
                return Ok(());
            };
            let draft = self.draft_of(tenant, hand_out.record.draft_id).await?;
            let next = draft.record.after(Event::LeaseExpire, now)?;
            let state = PacingState { updated_at: now, ..guard.record };
            let entry = self.audit(&access, "draft.lease_expire", "draft", next.draft_id)?;
            let expired = HandOut {
                closed_at: None,
                ..closed(&hand_out.record, HandOutOutcome::Unconfirmed, now, None)
            };
            let commit = self
                .commit()?
                .change(Write::Update { record: state, read: guard.version })
                .change(Write::Update { record: expired, read: hand_out.version })
                .change(Write::Update { record: next, read: draft.version })
                .audit(entry);
            if let Applied::Done = self.apply(commit).await? {
                return Ok(());
            }
        }
        Err(Error::Contended)
    }

    async fn expire_draft(&self, draft: Versioned<Draft>, ended: bool) -> Result<()> {
        let tenant = draft.record.tenant_id;
        let access = Access::for_job(tenant, "expire-drafts", Purpose::UserWorkflows);
        let now = self.env().now();
        if !ended && self.is_erased(&draft.record).await? {
            // Back in editing it would wait for a text that it can never have again.
            let commit = self.end_erased(&access, self.commit()?, draft, now)?;
            return self.apply(commit).await.map(|_| ());
        }
        let (event, action) = if ended {
            (Event::Expire, "draft.expire")
        } else {
            let stale = match self.inner.store.pacing_state(tenant).await? {
                Some(guard) if guard.record.policy_version > 0 => {
                    self.policy(&guard.record).await?.policy.0.stale_approval
                }
                _ => StaleApproval::default(),
            };
            (Event::ApprovalStale(stale), "draft.approval_stale")
        };
        let next = draft.record.after(event, now)?;
        let entry = self.audit(&access, action, "draft", next.draft_id)?;
        let change = Write::Update { record: next, read: draft.version };
        let commit = self.commit()?.change(change).audit(entry);
        // Whoever was faster changed what the draft is due for; the next run looks again.
        self.apply(commit).await.map(|_| ())
    }
}
