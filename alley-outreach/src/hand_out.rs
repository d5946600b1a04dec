//! Hand-outs: a text in the seller's hands for a while, and the token that proves which.

use alley_core::{
    AccountId, CreatorRef, Digest32, Keyring, MacPurpose, Query, Record, ShopRef, TenantId,
    elements, text_enum,
};
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

use crate::hex::hex;
use crate::ids::{CampaignId, DraftId, HandOutId, SpendId};
use crate::template::Channel;
use crate::text::MessageText;

text_enum! {
    /// What came of a hand-out.
    pub enum HandOutOutcome {
        /// The seller has the text.
        Open => "open",
        /// Sent, as the seller says.
        Sent => "sent",
        /// Not sent, as the seller says.
        NotSent => "not_sent",
        /// The lease ended and nobody said.
        Unconfirmed => "unconfirmed",
    }
}

/// A text in the seller's hands.
#[derive(Clone, Debug, Eq, PartialEq, Record)]
#[record(name = "hand_out", domain = "outreach", id = hand_out_id, tenant = tenant_id)]
#[record(owned_by(draft = draft_id))]
#[record(references(creator = creator_ref, on_erased = pseudonymize))]
#[record(references(account = seller_id, on_erased = pseudonymize))]
#[record(unique(attempt(tenant_id, draft_id, attempt), request(tenant_id, request_key)))]
#[record(unique(token(tenant_id, token_hash)))]
#[non_exhaustive]
pub struct HandOut {
    /// The seller's organization.
    #[record(technical)]
    pub tenant_id: TenantId,
    /// Time-ordered.
    #[record(technical)]
    pub hand_out_id: HandOutId,
    /// The draft.
    #[record(technical)]
    pub draft_id: DraftId,
    /// Which try at delivery; handed out once at most.
    #[record(element = elements::OPERATIONAL_PACING)]
    pub attempt: u32,
    /// The shop that writes.
    #[record(element = elements::OPERATIONAL_PACING)]
    pub shop_ref: ShopRef,
    /// The campaign.
    #[record(technical)]
    pub campaign_id: CampaignId,
    /// Whom it is for.
    #[record(element = elements::OPERATIONAL_PACING)]
    pub creator_ref: CreatorRef,
    /// Who has it.
    #[record(element = elements::OPERATIONAL_PACING)]
    pub seller_id: Option<AccountId>,
    /// Its row in the ledger.
    #[record(technical)]
    pub spend_id: SpendId,
    /// When.
    #[record(element = elements::OPERATIONAL_PACING)]
    pub at: DateTime<Utc>,
    /// Until when the text may be used.
    #[record(element = elements::OPERATIONAL_PACING)]
    pub lease_until: DateTime<Utc>,
    /// Number of the revision.
    #[record(element = elements::OPERATIONAL_PACING)]
    pub revision: u32,
    /// Its keyed hash.
    #[record(technical)]
    pub revision_hash: Digest32,
    /// SHA-256 of the token.
    #[record(technical)]
    pub token_hash: Digest32,
    /// The caller's name for the request; asking again under it gives the same hand-out.
    #[record(technical)]
    pub request_key: String,
    /// What came of it.
    #[record(element = elements::OPERATIONAL_PACING)]
    pub outcome: HandOutOutcome,
    /// When that was said.
    #[record(element = elements::OPERATIONAL_PACING)]
    pub closed_at: Option<DateTime<Utc>>,
    /// Why it was closed without the token, as a code.
    #[record(element = elements::OPERATIONAL_PACING)]
    pub close_reason: Option<String>,
    /// The policy that it was decided with.
    #[record(element = elements::OPERATIONAL_PACING)]
    pub policy_version: u32,
    /// The time zone rules that it was decided with.
    #[record(technical)]
    pub tzdb: String,
}

/// What a seller gets: a text to copy, and until when. Shown to a person, sent by nobody here.
#[must_use]
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Ticket {
    /// The hand-out.
    pub hand_out: HandOutId,
    /// The draft.
    pub draft: DraftId,
    /// Which try.
    pub attempt: u32,
    /// The shop that writes.
    pub shop: ShopRef,
    /// Whom it is for.
    pub creator: CreatorRef,
    /// The campaign.
    pub campaign: CampaignId,
    /// How it is to be sent.
    pub channel: Channel,
    /// The text to copy.
    pub text: MessageText,
    /// Until when it may be used.
    pub lease_until: DateTime<Utc>,
    /// Proves the hand-out when the seller says what came of it. Only its hash is stored.
    pub token: HandOutToken,
    /// The creator opted out since: the text must not be sent any more.
    pub after_opt_out: bool,
}

/// The proof of one hand-out: 32 hexadecimal digits.
#[derive(Clone, Debug)]
pub struct HandOutToken(SecretString);

impl HandOutToken {
    /// Takes a token as the seller presents it.
    pub fn from_text(text: impl Into<String>) -> Self {
        Self(SecretString::from(text.into()))
    }

    /// The text, to be given to the seller.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// What is stored of it.
    pub(crate) fn hash(&self) -> Digest32 {
        Digest32::new(Sha256::digest(self.expose().as_bytes()).into())
    }

    /// The token of a hand-out. It comes from the keyring and the id, so that a repeated request
    /// can be answered with it although it is stored nowhere; without the key nobody can guess it.
    pub(crate) fn of(keyring: &Keyring, tenant: TenantId, id: HandOutId) -> Self {
        Self::from_mac(&keyring.mac(TOKEN, &[name(tenant, id).as_bytes()]))
    }

    /// The token of a hand-out that was made under one of the enabled keys.
    pub(crate) fn recover(keyring: &Keyring, hand_out: &HandOut) -> Option<Self> {
        let name = name(hand_out.tenant_id, hand_out.hand_out_id);
        let candidates = keyring.mac_candidates(TOKEN, &[name.as_bytes()]);
        candidates.iter().map(Self::from_mac).find(|token| token.hash() == hand_out.token_hash)
    }

    fn from_mac(mac: &Digest32) -> Self {
        Self::from_text(hex(mac.as_bytes().get(..16).unwrap_or_default()))
    }
}

const TOKEN: MacPurpose = MacPurpose::new("outreach hand-out token");

fn name(tenant: TenantId, id: HandOutId) -> String {
    format!("{tenant}/{id}")
}

/// Hand-outs of a tenant with one outcome.
pub(crate) static HAND_OUTS_BY_OUTCOME: Query = Query::new("hand_outs_by_outcome", HandOut::TYPE)
    .equals(&["tenant_id", "outcome"])
    .order_by("lease_until");

/// Open hand-outs of all tenants whose lease ends, for the job.
pub(crate) static LEASES_ENDING: Query = Query::new("hand_out_leases_ending", HandOut::TYPE)
    .equals(&["outcome"])
    .at_most("lease_until")
    .order_by("lease_until");

/// The hand-out of a request.
pub(crate) static HAND_OUT_BY_REQUEST: Query =
    Query::new("hand_out_by_request", HandOut::TYPE).equals(&["tenant_id", "request_key"]);

/// The hand-out of a token.
pub(crate) static HAND_OUT_BY_TOKEN: Query =
    Query::new("hand_out_by_token", HandOut::TYPE).equals(&["tenant_id", "token_hash"]);

/// Hand-outs of a draft.
pub(crate) static HAND_OUTS_OF_DRAFT: Query = Query::new("hand_outs_of_draft", HandOut::TYPE)
    .equals(&["tenant_id", "draft_id"])
    .order_by("attempt");
