//! Drafts: whom to write to, and where the text stands between idea and delivery.

use alley_core::{
    AccountId, CreatorRef, Digest32, Keyring, MacCheck, MacPurpose, Query, Record, ShopRef,
    TenantId, elements, text_enum,
};
use chrono::{DateTime, Utc};

use crate::ids::{CampaignId, DraftId, RevisionId, TemplateId};
use crate::template::Channel;
use crate::text::MessageText;

mod state;

pub use state::{DraftState, Event, InvalidTransition, Position, transition};

/// A draft for one creator.
#[derive(Clone, Debug, Eq, PartialEq, Record)]
#[record(name = "draft", domain = "outreach", id = draft_id, tenant = tenant_id, anchor = ended_at)]
#[record(owned_by(tenant = tenant_id))]
#[record(references(template = template_id, on_erased = nullify))]
#[record(references(creator = creator_ref, on_erased = pseudonymize))]
#[record(unique(open(tenant_id, open_key)))]
#[non_exhaustive]
pub struct Draft {
    /// The seller.
    #[record(technical)]
    pub tenant_id: TenantId,
    /// Time-ordered.
    #[record(technical)]
    pub draft_id: DraftId,
    /// The shop that writes.
    #[record(element = elements::CONTENT_DRAFT)]
    pub shop_ref: ShopRef,
    /// Whom it is for.
    #[record(element = elements::CONTENT_DRAFT)]
    pub creator_ref: CreatorRef,
    /// The campaign.
    #[record(technical)]
    pub campaign_id: CampaignId,
    /// What it was made from, if from a template.
    #[record(technical)]
    pub template_id: Option<TemplateId>,
    /// How it will reach the creator, by the seller's hand.
    #[record(element = elements::CONTENT_DRAFT)]
    pub channel: Channel,
    /// Where it stands.
    #[record(element = elements::OPERATIONAL_REVIEW_STATE)]
    pub state: DraftState,
    /// While it is held: where it stood.
    #[record(element = elements::OPERATIONAL_REVIEW_STATE)]
    pub held_from: Option<DraftState>,
    /// Number of the current revision, from 1.
    #[record(element = elements::CONTENT_DRAFT)]
    pub current_revision: u32,
    /// Keyed hash of the current revision's text.
    #[record(technical)]
    pub current_hash: Digest32,
    /// Keyed hash of the text that a reviewer approved.
    #[record(technical)]
    pub approved_hash: Option<Digest32>,
    /// When it was approved.
    #[record(element = elements::OPERATIONAL_REVIEW_STATE)]
    pub approved_at: Option<DateTime<Utc>>,
    /// When the approval ends.
    #[record(element = elements::OPERATIONAL_REVIEW_STATE)]
    pub approved_until: Option<DateTime<Utc>>,
    /// Who approved it.
    #[record(element = elements::OPERATIONAL_REVIEW_STATE)]
    pub approved_by: Option<AccountId>,
    /// Who submitted it for review.
    #[record(element = elements::OPERATIONAL_REVIEW_STATE)]
    pub submitted_by: Option<AccountId>,
    /// Which try at delivery is next or under way, from 1.
    #[record(element = elements::OPERATIONAL_PACING)]
    pub attempt: u32,
    /// Not to be handed out earlier, by the seller's wish.
    #[record(element = elements::OPERATIONAL_PACING)]
    pub not_before: DateTime<Utc>,
    /// Pacing said: not earlier, unless the guard's epoch rose since. With reasons and without an
    /// instant: time alone does not help.
    #[record(element = elements::OPERATIONAL_PACING)]
    pub deferred_until: Option<DateTime<Utc>>,
    /// The guard's epoch when pacing said so.
    #[record(technical)]
    pub deferred_epoch: i64,
    /// Why pacing said so: ids of rules with commas between.
    #[record(element = elements::OPERATIONAL_PACING)]
    pub deferred_reasons: Option<String>,
    /// When it ends by itself.
    #[record(element = elements::OPERATIONAL_PACING)]
    pub expires_at: Option<DateTime<Utc>>,
    /// The creator opted out while the text was in the seller's hands.
    #[record(element = elements::OPERATIONAL_PACING)]
    pub after_opt_out: bool,
    /// Keyed hash of (shop, creator, campaign, step) while the draft is open, so that there is one.
    #[record(technical)]
    pub open_key: Option<Digest32>,
    /// Who made it.
    #[record(element = elements::OPERATIONAL_REVIEW_STATE)]
    pub created_by: Option<AccountId>,
    /// When it was made.
    #[record(element = elements::CONTENT_DRAFT)]
    pub created_at: DateTime<Utc>,
    /// When it came to one of its ends; retention counts from here.
    #[record(element = elements::OPERATIONAL_REVIEW_STATE)]
    pub ended_at: Option<DateTime<Utc>>,
    /// Why it was given up, as a code; [`ERASED`](Self::ERASED) when its text was erased.
    #[record(element = elements::OPERATIONAL_REVIEW_STATE)]
    pub end_reason: Option<String>,
}

text_enum! {
    /// Where a text comes from.
    pub enum Origin {
        /// Rendered from a template.
        Template => "template",
        /// Written by a member.
        Hand => "hand",
        /// What the seller really sent, where it differed.
        SellerEdit => "seller_edit",
    }
}

/// One text of a draft. Never changed.
///
/// A text written to a creator names them, so it is about them: erasing the creator deletes it, while
/// the draft stays with its states, times and hashes, under a pseudonym. What is missing here, or is
/// for another creator than its draft, was erased (see [`Error::Erased`](crate::Error::Erased)).
#[derive(Clone, Debug, Eq, PartialEq, Record)]
#[record(name = "draft_revision", domain = "outreach", id = revision_id, tenant = tenant_id)]
#[record(subject = creator_ref, owned_by(draft = draft_id))]
#[record(references(creator = creator_ref, on_erased = delete_source))]
#[record(references(account = author_id, on_erased = pseudonymize))]
#[record(unique(number(tenant_id, draft_id, number)))]
#[non_exhaustive]
pub struct DraftRevision {
    /// The seller.
    #[record(technical)]
    pub tenant_id: TenantId,
    /// Time-ordered.
    #[record(technical)]
    pub revision_id: RevisionId,
    /// The draft.
    #[record(technical)]
    pub draft_id: DraftId,
    /// Whom the text is for, as in the draft.
    #[record(element = elements::CONTENT_DRAFT)]
    pub creator_ref: CreatorRef,
    /// From 1 without holes.
    #[record(element = elements::CONTENT_DRAFT)]
    pub number: u32,
    /// The text.
    #[record(element = elements::CONTENT_DRAFT)]
    pub text: MessageText,
    /// Its language.
    #[record(element = elements::CONTENT_DRAFT)]
    pub locale: String,
    /// Where it comes from.
    #[record(element = elements::CONTENT_DRAFT)]
    pub origin: Origin,
    /// Random, the same in every revision of a draft; with it the keyed hashes of the draft's texts
    /// can be checked, without it nobody can guess short texts. It is kept with the texts and
    /// nowhere else, so that their erasure destroys it and the hashes that stay say nothing.
    #[record(technical)]
    pub salt: Vec<u8>,
    /// Keyed hash of the text.
    #[record(technical)]
    pub hash: Digest32,
    /// Who wrote it.
    #[record(element = elements::OPERATIONAL_REVIEW_STATE)]
    pub author_id: Option<AccountId>,
    /// When.
    #[record(element = elements::CONTENT_DRAFT)]
    pub created_at: DateTime<Utc>,
}

impl Draft {
    /// The reason of a draft that ended because its text was erased.
    pub const ERASED: &'static str = "erased";

    /// Where it stands, for [`transition`].
    pub const fn position(&self) -> Position {
        Position { state: self.state, held_from: self.held_from }
    }

    /// The same draft after an event at `now`.
    ///
    /// # Errors
    /// When the state machine has no such step; then nothing changes.
    pub(crate) fn after(
        mut self,
        event: Event,
        now: DateTime<Utc>,
    ) -> Result<Self, InvalidTransition> {
        let next = transition(self.position(), event)?;
        self.state = next.state;
        self.held_from = next.held_from;
        self.deferred_reasons = None;
        self.deferred_until = None;
        if self.state.is_end() {
            self.ended_at = Some(now);
            self.open_key = None;
        }
        match self.state {
            DraftState::Editing | DraftState::ChangesRequested | DraftState::InReview => {
                self.approved_hash = None;
                self.approved_at = None;
                self.approved_until = None;
                self.approved_by = None;
            }
            _ => {}
        }
        Ok(self)
    }

    /// The same draft, given up at `now` because its text was erased.
    ///
    /// # Errors
    /// As [`after`](Self::after) for a cancellation.
    pub(crate) fn erased(self, now: DateTime<Utc>) -> Result<Self, InvalidTransition> {
        let end_reason = Some(Self::ERASED.to_owned());
        Ok(Self { end_reason, ..self.after(Event::Cancel, now)? })
    }

    /// Whether the approved text is the current one.
    pub fn is_approved_as_it_stands(&self) -> bool {
        self.approved_hash == Some(self.current_hash)
    }
}

impl DraftRevision {
    /// Keyed hash of another text of the same draft.
    pub(crate) fn hash_of(&self, keyring: &Keyring, text: &str) -> Digest32 {
        content_hash(keyring, self.draft_id, &self.salt, text)
    }

    /// Whether a text has a hash that was made earlier, perhaps under an older key.
    pub(crate) fn has_hash(&self, keyring: &Keyring, text: &str, hash: &Digest32) -> bool {
        let id = *self.draft_id.as_uuid().as_bytes();
        let parts: [&[u8]; 3] = [&self.salt, &id, text.as_bytes()];
        keyring.verify_mac(CONTENT, &parts, hash.as_bytes()) != MacCheck::Rejected
    }
}

const CONTENT: MacPurpose = MacPurpose::new("outreach content");

pub(crate) fn content_hash(keyring: &Keyring, draft: DraftId, salt: &[u8], text: &str) -> Digest32 {
    keyring.mac(CONTENT, &[salt, draft.as_uuid().as_bytes(), text.as_bytes()])
}

/// A campaign's drafts in one state whose time has come, longest waiting first.
pub(crate) static DRAFTS_QUEUED: Query = Query::new("drafts_queued", Draft::TYPE)
    .equals(&["tenant_id", "campaign_id", "state"])
    .at_most("not_before")
    .order_by("not_before");

/// A tenant's drafts by age.
pub(crate) static DRAFTS: Query =
    Query::new("drafts_of_tenant", Draft::TYPE).equals(&["tenant_id"]).order_by("created_at");

/// A tenant's drafts in one state.
pub(crate) static DRAFTS_BY_STATE: Query = Query::new("drafts_by_state", Draft::TYPE)
    .equals(&["tenant_id", "state"])
    .order_by("created_at");

/// A tenant's drafts for one creator.
pub(crate) static DRAFTS_OF_CREATOR: Query = Query::new("drafts_of_creator", Draft::TYPE)
    .equals(&["tenant_id", "creator_ref"])
    .order_by("created_at");

/// Drafts of all tenants in one state that end by themselves, for the job.
pub(crate) static DRAFTS_EXPIRING: Query = Query::new("drafts_expiring", Draft::TYPE)
    .equals(&["state"])
    .at_most("expires_at")
    .order_by("expires_at");

/// Drafts of all tenants in one state whose approval ends, for the job.
pub(crate) static APPROVALS_ENDING: Query = Query::new("draft_approvals_ending", Draft::TYPE)
    .equals(&["state"])
    .at_most("approved_until")
    .order_by("approved_until");

/// The revision of a draft with one number.
pub(crate) static REVISION: Query = Query::new("draft_revision_by_number", DraftRevision::TYPE)
    .equals(&["tenant_id", "draft_id", "number"]);
