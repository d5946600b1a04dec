//! Texts that come back from the seller unsent.

use alley_core::{Access, Write};
use chrono::{DateTime, Utc};

use super::confirming::{Case, closed};
use super::{ATTEMPTS, Applied, Outreach};
use crate::draft::{Draft, Event};
use crate::error::{Error, Result};
use crate::hand_out::{HandOut, HandOutOutcome, HandOutToken};
use crate::pacing::{Spend, SpendKind};

impl Outreach {
    /// Records that the seller did not send the text. The draft goes where the policy says, as the next
    /// attempt, or ends if its text was erased meanwhile, and the spend comes back if the policy says so. Saying it again changes nothing.
    ///
    /// # Errors
    /// `StaleAttempt` for an unknown token and one of an earlier attempt; `InvalidTransition` after a
    /// confirmation.
    pub async fn report_not_sent(&self, access: &Access, token: &HandOutToken) -> Result<Draft> {
        let _turn = self.inner.lanes.enter(access.tenant()).await;
        for _ in 0..ATTEMPTS {
            let case = self.case_of_token(access, token).await?;
            if case.hand_out.record.outcome == HandOutOutcome::NotSent {
                return Ok(case.draft.record);
            }
            let event = Event::ReportNotSent(case.policy.after_not_sent);
            if let Some(draft) = self.undo(access, case, event, None).await? {
                return Ok(draft);
            }
        }
        Err(Error::Contended)
    }

    /// Back from the seller. `None` when somebody else was faster.
    pub(super) async fn undo(
        &self,
        access: &Access,
        case: Case,
        event: Event,
        reason: Option<&str>,
    ) -> Result<Option<Draft>> {
        let hand_out = &case.hand_out.record;
        if hand_out.attempt != case.draft.record.attempt {
            return Err(Error::StaleAttempt);
        }
        let now = self.env().now();
        let mut draft = case.draft.record.clone().after(event, now)?;
        draft.attempt = draft.attempt.saturating_add(1);
        if draft.after_opt_out {
            // The creator opted out meanwhile; the state was only waiting for this answer.
            draft = draft.after(Event::Suppress, now)?;
        } else if self.is_erased(&draft).await? {
            draft = draft.erased(now)?;
        }
        let guard = case.guard.record.clone().relaxed(now);
        let mut commit = self
            .commit()?
            .change(Write::Update { record: guard, read: case.guard.version })
            .change(Write::Update {
                record: closed(hand_out, HandOutOutcome::NotSent, now, reason),
                read: case.hand_out.version,
            })
            .change(Write::Update { record: draft.clone(), read: case.draft.version })
            .audit(self.audit(access, "delivery.not_sent", "hand_out", hand_out.hand_out_id)?);
        if case.policy.refund_not_sent {
            commit = commit.change(Write::Insert(self.refund(hand_out, now)?));
        }
        match self.apply(commit).await? {
            Applied::Done => Ok(Some(draft)),
            Applied::Again | Applied::Taken => Ok(None),
        }
    }

    fn refund(&self, hand_out: &HandOut, now: DateTime<Utc>) -> Result<Spend> {
        Ok(Spend {
            tenant_id: hand_out.tenant_id,
            spend_id: self.env().id()?,
            kind: SpendKind::Refund,
            refunds: Some(hand_out.spend_id),
            at: hand_out.at.max(now),
            shop_ref: hand_out.shop_ref.clone(),
            campaign_id: hand_out.campaign_id,
            creator_ref: hand_out.creator_ref.clone(),
            connected: false,
            draft_id: hand_out.draft_id,
            hand_out_id: hand_out.hand_out_id,
        })
    }
}
