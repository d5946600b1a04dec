//! Into the queue and out of it.

use alley_core::{Access, Expect, Record as _, Write};
use chrono::{DateTime, Utc};

use super::{ATTEMPTS, Applied, Outreach};
use crate::campaign::CampaignStatus;
use crate::draft::{Draft, DraftRevision, Event};
use crate::error::{Error, Result};
use crate::ids::DraftId;
use crate::suppression;

impl Outreach {
    /// Puts an approved draft into the queue, not to be handed out before `not_before`.
    ///
    /// # Errors
    /// `ApprovalStale` when the approval is too old, `Suppressed` when the creator must not be
    /// contacted, `Erased` when the text was erased, `InvalidTransition` unless it is approved, and
    /// when its campaign has ended.
    pub async fn enqueue_draft(
        &self,
        access: &Access,
        draft: DraftId,
        not_before: Option<DateTime<Utc>>,
    ) -> Result<Draft> {
        for _ in 0..ATTEMPTS {
            let now = self.env().now();
            let tenant = access.tenant();
            let found = self.draft_of(tenant, draft).await?;
            let before = found.record;
            let mut next = before.clone().after(Event::Enqueue, now)?;
            let text = self.revision_of(&before).await?;
            if before.approved_until.is_none_or(|until| until <= now)
                || !before.is_approved_as_it_stands()
            {
                return Err(Error::ApprovalStale);
            }
            let campaign = self.inner.store.campaign(tenant, before.campaign_id).await?;
            let campaign = campaign.ok_or(Error::NotFound { record: "campaign" })?.record;
            if campaign.status == CampaignStatus::Ended
                || campaign.ends_at.is_some_and(|end| end <= now)
            {
                return Err(Error::Invalid { what: "the campaign must not have ended" });
            }
            let keyring = &self.env().keyring;
            let keys =
                suppression::candidates(keyring, tenant, &before.shop_ref, &before.creator_ref);
            let rows = self.inner.store.suppressions(&keys).await?;
            if rows.iter().flatten().any(|row| row.record.interval().contains(now)) {
                return Err(Error::Suppressed);
            }
            // Without a wish of the seller the instant of enqueueing keeps first come, first served.
            next.not_before = not_before.unwrap_or(before.not_before.max(now));
            let mut commit = self
                .commit()?
                .expect(Expect::unchanged::<DraftRevision>(text.record.key(), text.version))
                .change(Write::Update { record: next.clone(), read: found.version })
                .audit(self.audit(access, "draft.enqueue", "draft", draft)?);
            let still = super::authoring::still;
            commit
                .expects
                .extend(keys.into_iter().zip(&rows).map(|(key, row)| still(key, row.as_ref())));
            if let Applied::Done = self.apply(commit).await? {
                return Ok(next);
            }
        }
        Err(Error::Contended)
    }

    /// Takes a draft out of the queue; it stays approved.
    ///
    /// # Errors
    /// `InvalidTransition` unless it is queued.
    pub async fn dequeue_draft(&self, access: &Access, draft: DraftId) -> Result<Draft> {
        self.step(access, draft, Event::Dequeue, "draft.dequeue", |draft| draft).await
    }
}
