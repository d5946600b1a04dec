//! What a draft is made from.

use std::collections::BTreeMap;

use alley_core::CreatorRef;
use chrono::{DateTime, Utc};

use crate::ids::{CampaignId, TemplateId};
use crate::template::{Channel, Fill};

/// A draft that is to be made.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NewDraft {
    /// The campaign, which names the shop.
    pub campaign: CampaignId,
    /// Whom to write to.
    pub creator: CreatorRef,
    /// What to write.
    pub text: DraftText,
    /// Which message of a sequence it is: of one step only one draft is open for a creator.
    pub step: u32,
    /// Not to be handed out earlier.
    pub not_before: Option<DateTime<Utc>>,
    /// When it ends by itself; the campaign's end at the latest.
    pub expires_at: Option<DateTime<Utc>>,
}

/// What to write.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum DraftText {
    /// A template's current version, filled.
    Template {
        /// The template.
        template: TemplateId,
        /// A language tag; the template's fallback unless said otherwise.
        locale: Option<String>,
        /// Values of its variables.
        fills: BTreeMap<String, Fill>,
    },
    /// A text that a member wrote.
    Hand {
        /// How it is to be sent.
        channel: Channel,
        /// A language tag.
        locale: String,
        /// The text; it is cleaned.
        text: String,
    },
}

impl NewDraft {
    /// The first message to a creator, from a template.
    pub fn from_template(
        campaign: CampaignId,
        creator: CreatorRef,
        template: TemplateId,
        fills: BTreeMap<String, Fill>,
    ) -> Self {
        let text = DraftText::Template { template, locale: None, fills };
        Self { campaign, creator, text, step: 1, not_before: None, expires_at: None }
    }

    /// The first message to a creator, in a member's own words.
    pub fn by_hand(
        campaign: CampaignId,
        creator: CreatorRef,
        channel: Channel,
        locale: impl Into<String>,
        text: impl Into<String>,
    ) -> Self {
        let text = DraftText::Hand { channel, locale: locale.into(), text: text.into() };
        Self { campaign, creator, text, step: 1, not_before: None, expires_at: None }
    }
}
