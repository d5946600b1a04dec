//! Submitting and reviewing.

use alley_core::{Access, Expect, Record as _, Write};
use chrono::TimeDelta;

use super::{ATTEMPTS, Applied, Outreach, code, person};
use crate::draft::{Draft, DraftRevision, Event};
use crate::error::{Error, Result};
use crate::ids::DraftId;
use crate::review::{ReviewNote, ReviewState, Verdict, is_second_pair_of_eyes};
use crate::template::{Severity, findings};

impl Outreach {
    /// Hands a draft to review.
    ///
    /// # Errors
    /// `Blocked` with the findings when the text must not be used; `Erased` when it was erased;
    /// `InvalidTransition` unless the draft is being edited.
    pub async fn submit_draft(&self, access: &Access, draft: DraftId) -> Result<Draft> {
        let found = self.draft_of(access.tenant(), draft).await?;
        let revision = self.revision_of(&found.record).await?.record;
        let guard = self.guard(access.tenant()).await?;
        let policy = self.policy(&guard.record).await?.policy.0;
        let findings = findings(&self.inner.checks, revision.text.as_str(), policy.max_chars);
        if findings.iter().any(|finding| finding.severity == Severity::Block) {
            return Err(Error::Blocked { findings });
        }
        let submitter = person(access);
        let checked = revision.number;
        for _ in 0..ATTEMPTS {
            let found = self.draft_of(access.tenant(), draft).await?;
            if found.record.current_revision != checked {
                return Err(Error::StaleRevision { current: found.record.current_revision });
            }
            let mut next = found.record.after(Event::Submit, self.env().now())?;
            next.submitted_by = submitter;
            let commit = self
                .commit()?
                .change(Write::Update { record: next.clone(), read: found.version })
                .audit(self.audit(access, "draft.submit", "draft", draft)?);
            if let Applied::Done = self.apply(commit).await? {
                return Ok(next);
            }
        }
        Err(Error::Contended)
    }

    /// Takes a draft back from review.
    ///
    /// # Errors
    /// `InvalidTransition` unless it is in review.
    pub async fn withdraw_draft(&self, access: &Access, draft: DraftId) -> Result<Draft> {
        self.step(access, draft, Event::Withdraw, "draft.withdraw", |draft| draft).await
    }

    /// Agrees to the text of one revision.
    ///
    /// # Errors
    /// `StaleRevision` when it is not the current one; `FourEyes` when the policy wants another person;
    /// `InvalidTransition` unless it is in review; `Erased` when the text was erased.
    pub async fn approve_draft(
        &self,
        access: &Access,
        draft: DraftId,
        revision: u32,
    ) -> Result<Draft> {
        self.review(access, draft, revision, Verdict::Approve, None, None).await
    }

    /// Sends a text back to its author. `reason` is a code, `note` says it in words; it is erased
    /// with the creator whom the text is for.
    ///
    /// # Errors
    /// As [`approve_draft`](Self::approve_draft), except `FourEyes`.
    pub async fn request_changes(
        &self,
        access: &Access,
        draft: DraftId,
        revision: u32,
        reason: &str,
        note: Option<&str>,
    ) -> Result<Draft> {
        let reason = Some(code(reason)?);
        self.review(access, draft, revision, Verdict::RequestChanges, reason, note).await
    }

    /// Refuses a draft for good. `reason` is a code, `note` says it in words; it is erased with the
    /// creator whom the text is for.
    ///
    /// # Errors
    /// As [`approve_draft`](Self::approve_draft), except `FourEyes`.
    pub async fn reject_draft(
        &self,
        access: &Access,
        draft: DraftId,
        revision: u32,
        reason: &str,
        note: Option<&str>,
    ) -> Result<Draft> {
        let reason = Some(code(reason)?);
        self.review(access, draft, revision, Verdict::Reject, reason, note).await
    }

    async fn review(
        &self,
        access: &Access,
        draft: DraftId,
        revision: u32,
        verdict: Verdict,
        reason: Option<String>,
        note: Option<&str>,
    ) -> Result<Draft> {
        let (event, action) = match verdict {
            Verdict::Approve => (Event::Approve, "draft.approve"),
            Verdict::RequestChanges => (Event::RequestChanges, "draft.request_changes"),
            Verdict::Reject => (Event::Reject, "draft.reject"),
        };
        for _ in 0..ATTEMPTS {
            let now = self.env().now();
            let guard = self.guard(access.tenant()).await?;
            let policy = self.policy(&guard.record).await?.policy.0;
            let found = self.draft_of(access.tenant(), draft).await?;
            let mut next = found.record.clone().after(event, now)?;
            if found.record.current_revision != revision {
                return Err(Error::StaleRevision { current: found.record.current_revision });
            }
            let text = self.revision_of(&found.record).await?;
            if verdict == Verdict::Approve {
                let second = is_second_pair_of_eyes(&found.record, &text.record, person(access));
                if policy.four_eyes && !second {
                    return Err(Error::FourEyes);
                }
                let until = now + TimeDelta::seconds(i64::from(policy.approval_ttl_s));
                next.approved_hash = Some(found.record.current_hash);
                next.approved_at = Some(now);
                next.approved_until = Some(until);
                next.approved_by = person(access);
            }
            let review = ReviewState {
                tenant_id: access.tenant(),
                review_id: self.env().id()?,
                draft_id: draft,
                revision,
                revision_hash: found.record.current_hash,
                reviewer_id: person(access),
                verdict,
                reason: reason.clone(),
                at: now,
            };
            let note = note.map(|note| ReviewNote {
                tenant_id: review.tenant_id,
                review_id: review.review_id,
                draft_id: draft,
                creator_ref: next.creator_ref.clone(),
                note: crate::text::clean(note),
            });
            let mut commit = self
                .commit()?
                .expect(Expect::unchanged::<DraftRevision>(text.record.key(), text.version))
                .change(Write::Update { record: next.clone(), read: found.version })
                .change(Write::Insert(review))
                .audit(self.audit(access, action, "draft", draft)?);
            if let Some(note) = note {
                commit = commit.change(Write::Insert(note));
            }
            if let Applied::Done = self.apply(commit).await? {
                return Ok(next);
            }
        }
        Err(Error::Contended)
    }
}
