//! The text that was sent, and the hashes that a delivery keeps of it.

use alley_core::{AccountId, Digest32, Expect, Record as _, Versioned};
use chrono::{DateTime, Utc};

use crate::delivery::Confirmation;
use crate::draft::{Draft, DraftRevision, Origin, content_hash};
use crate::error::Result;
use crate::hand_out::HandOut;
use crate::service::Outreach;
use crate::text::MessageText;

/// What was sent, as the seller says.
pub(super) struct Sent {
    /// Whether it was another text than was handed out.
    pub(super) is_edited: bool,
    pub(super) text_hash: Digest32,
    pub(super) payload_hash: Digest32,
    /// The other text; `None` as well where the draft's texts were erased: it names the same person.
    pub(super) revision: Option<DraftRevision>,
    /// That the draft's texts are not erased meanwhile.
    pub(super) unerased: Option<Expect>,
}

impl Outreach {
    /// What was really sent of `draft`, of which `handed` was handed out unless it was erased. Without
    /// it the salt is a new one that nobody keeps, so that the hashes can be held against no guess.
    pub(super) fn sent(
        &self,
        draft: &Draft,
        hand_out: &HandOut,
        handed: Option<Versioned<DraftRevision>>,
        confirmation: &Confirmation,
        author: Option<AccountId>,
        now: DateTime<Utc>,
    ) -> Result<Sent> {
        let salt = match &handed {
            Some(handed) => handed.record.salt.clone(),
            None => self.salt()?,
        };
        let keyring = &self.env().keyring;
        let hash = |text: &str| content_hash(keyring, draft.draft_id, &salt, text);
        let said = confirmation.edited.as_deref().map(MessageText::new);
        let edited =
            said.filter(|text| handed.as_ref().is_none_or(|handed| handed.record.text != *text));
        let text_hash = edited.as_ref().map_or(hand_out.revision_hash, |text| hash(text.as_str()));
        let payload_hash = hash(&payload(confirmation));
        let unerased = handed
            .as_ref()
            .map(|handed| Expect::unchanged::<DraftRevision>(handed.record.key(), handed.version));
        let is_edited = edited.is_some();
        let revision = match (handed, edited) {
            (Some(handed), Some(text)) => Some(DraftRevision {
                revision_id: self.env().id()?,
                number: draft.current_revision.saturating_add(1),
                text,
                origin: Origin::SellerEdit,
                hash: text_hash,
                author_id: author,
                created_at: now,
                ..handed.record
            }),
            _ => None,
        };
        Ok(Sent { is_edited, text_hash, payload_hash, revision, unerased })
    }
}

/// What a confirmation says, in one text without ambiguity: the time has no colon.
pub(super) fn payload(confirmation: &Confirmation) -> String {
    let Confirmation { sent_at, edited, .. } = confirmation;
    match edited {
        None => format!("{}", sent_at.timestamp_micros()),
        Some(text) => format!("{}:{text}", sent_at.timestamp_micros()),
    }
}
