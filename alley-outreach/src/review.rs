//! Reviews: who said what about which text. Only ever added to.

use alley_core::{AccountId, CreatorRef, Digest32, Query, Record, TenantId, elements, text_enum};
use chrono::{DateTime, Utc};

use crate::draft::{Draft, DraftRevision};
use crate::ids::{DraftId, ReviewId};

text_enum! {
    /// What a reviewer says.
    pub enum Verdict {
        /// The text may be used.
        Approve => "approve",
        /// It must be changed.
        RequestChanges => "request_changes",
        /// It must not be used.
        Reject => "reject",
    }
}

/// One review of one text.
#[derive(Clone, Debug, Eq, PartialEq, Record)]
#[record(name = "review_state", domain = "outreach", id = review_id, tenant = tenant_id)]
#[record(owned_by(draft = draft_id))]
#[record(references(account = reviewer_id, on_erased = pseudonymize))]
#[non_exhaustive]
pub struct ReviewState {
    /// The seller.
    #[record(technical)]
    pub tenant_id: TenantId,
    /// Time-ordered.
    #[record(technical)]
    pub review_id: ReviewId,
    /// The draft.
    #[record(technical)]
    pub draft_id: DraftId,
    /// Number of the revision that was looked at.
    #[record(element = elements::OPERATIONAL_REVIEW_STATE)]
    pub revision: u32,
    /// Its keyed hash.
    #[record(technical)]
    pub revision_hash: Digest32,
    /// Who looked; `None` for a job.
    #[record(element = elements::OPERATIONAL_REVIEW_STATE)]
    pub reviewer_id: Option<AccountId>,
    /// What they said.
    #[record(element = elements::OPERATIONAL_REVIEW_STATE)]
    pub verdict: Verdict,
    /// A code for why; always there when it was not approved.
    #[record(element = elements::OPERATIONAL_REVIEW_STATE)]
    pub reason: Option<String>,
    /// When.
    #[record(element = elements::OPERATIONAL_REVIEW_STATE)]
    pub at: DateTime<Utc>,
}

/// What a reviewer said in words. A record of its own because it may name the creator: it goes when the
/// creator is erased, and the review with its verdict stays.
#[derive(Clone, Eq, PartialEq, Record)]
#[record(name = "review_note", domain = "outreach", id = review_id, tenant = tenant_id)]
#[record(subject = creator_ref, owned_by(review_state = review_id))]
#[record(references(creator = creator_ref, on_erased = delete_source))]
#[non_exhaustive]
pub struct ReviewNote {
    /// The seller.
    #[record(technical)]
    pub tenant_id: TenantId,
    /// The review; it has one note at most.
    #[record(technical)]
    pub review_id: ReviewId,
    /// The draft.
    #[record(technical)]
    pub draft_id: DraftId,
    /// Whom the reviewed text is for.
    #[record(element = elements::CONTENT_DRAFT)]
    pub creator_ref: CreatorRef,
    /// The words.
    #[record(element = elements::OPERATIONAL_REVIEW_STATE)]
    pub note: String,
}

impl std::fmt::Debug for ReviewNote {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReviewNote").field("review_id", &self.review_id).finish_non_exhaustive()
    }
}

/// Whether a reviewer is another person than the submitter and the author of the text. Where it
/// cannot be known who one of them is, the answer is no.
pub fn is_second_pair_of_eyes(
    draft: &Draft,
    revision: &DraftRevision,
    reviewer: Option<AccountId>,
) -> bool {
    let Some(reviewer) = reviewer else {
        return false;
    };
    draft.submitted_by.is_some_and(|submitter| submitter != reviewer)
        && revision.author_id != Some(reviewer)
}

/// The reviews of a draft, oldest first.
pub(crate) static REVIEWS: Query = Query::new("reviews_of_draft", ReviewState::TYPE)
    .equals(&["tenant_id", "draft_id"])
    .order_by("at");

/// The notes of a draft's reviews, oldest first.
pub(crate) static REVIEW_NOTES: Query =
    Query::new("review_notes_of_draft", ReviewNote::TYPE).equals(&["tenant_id", "draft_id"]);
