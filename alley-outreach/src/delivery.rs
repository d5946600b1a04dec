//! Deliveries that a seller confirmed: facts about what a person did, chained a shop at a time.

use std::collections::BTreeSet;

use alley_core::{
    AccountId, CreatorRef, Digest32, Query, Record, ShopRef, TenantId, elements, text_enum,
};
use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest as _, Sha256};

use crate::ids::{DeliveryId, DraftId, HandOutId};
use crate::template::Channel;

mod chain;

pub use chain::{ChainBroken, ChainReport, verify_chain};

text_enum! {
    /// What was sent.
    pub enum DeliveryOutcome {
        /// The text as it was handed out.
        Sent => "sent",
        /// Another text.
        SentEdited => "sent_edited",
    }
}

text_enum! {
    /// What is remarkable about a delivery. Never a reason to refuse it: it states a fact.
    pub enum DeliveryFlag {
        /// Sent after the lease had ended.
        Late => "late",
        /// Sent in quiet hours.
        QuietHours => "quiet_hours",
        /// Sent before it was handed out.
        BeforeHandOut => "before_hand_out",
        /// Sent although the creator had opted out.
        AfterOptOut => "after_opt_out",
        /// Another text than the approved one.
        Edited => "edited",
        /// Said to have been sent more than five minutes after it was said.
        Future => "future",
        /// Decided without the token of the hand-out.
        Resolved => "resolved",
    }
}

/// A delivery as the seller confirmed it. Never changed.
#[derive(Clone, Debug, Eq, PartialEq, Record)]
#[record(name = "delivery_record", domain = "outreach", id = delivery_id, tenant = tenant_id)]
#[record(owned_by(draft = draft_id))]
#[record(references(creator = creator_ref, on_erased = pseudonymize))]
#[record(references(account = seller_id, on_erased = pseudonymize))]
#[record(unique(hand_out(tenant_id, hand_out_id), place(tenant_id, shop_ref, seq)))]
#[non_exhaustive]
pub struct DeliveryRecord {
    /// The seller's organization.
    #[record(technical)]
    pub tenant_id: TenantId,
    /// Time-ordered.
    #[record(technical)]
    pub delivery_id: DeliveryId,
    /// Place in the shop's chain, from 1.
    #[record(technical)]
    pub seq: i64,
    /// The hand-out; confirmed once at most.
    #[record(technical)]
    pub hand_out_id: HandOutId,
    /// The draft.
    #[record(technical)]
    pub draft_id: DraftId,
    /// The shop that wrote.
    #[record(element = elements::OPERATIONAL_DELIVERY_RECORD)]
    pub shop_ref: ShopRef,
    /// Whom it was for.
    #[record(element = elements::OPERATIONAL_DELIVERY_RECORD)]
    pub creator_ref: CreatorRef,
    /// Who confirmed.
    #[record(element = elements::OPERATIONAL_DELIVERY_RECORD)]
    pub seller_id: Option<AccountId>,
    /// What was sent.
    #[record(element = elements::OPERATIONAL_DELIVERY_RECORD)]
    pub outcome: DeliveryOutcome,
    /// How it was sent.
    #[record(element = elements::OPERATIONAL_DELIVERY_RECORD)]
    pub channel: Channel,
    /// When it was sent, as the seller says.
    #[record(element = elements::OPERATIONAL_DELIVERY_RECORD)]
    pub sent_at: DateTime<Utc>,
    /// When the seller said so.
    #[record(element = elements::OPERATIONAL_DELIVERY_RECORD)]
    pub recorded_at: DateTime<Utc>,
    /// Keyed hash of the approved text.
    #[record(technical)]
    pub revision_hash: Digest32,
    /// Keyed hash of the text that was sent.
    #[record(technical)]
    pub final_hash: Digest32,
    /// What is remarkable, with commas between.
    #[record(element = elements::OPERATIONAL_DELIVERY_RECORD)]
    pub flags: String,
    /// The caller's name for the confirmation.
    #[record(technical)]
    pub idempotency_key: String,
    /// Hash of what the caller said under that name.
    #[record(technical)]
    pub payload_hash: Digest32,
    /// Hash of the one before it in the shop's chain; zeros for the first.
    #[record(technical)]
    pub prev_hash: Digest32,
    /// SHA-256 of the previous hash and this record. Rests on ids, times, words and keyed hashes, so
    /// that it still holds after people and texts were erased.
    #[record(technical)]
    pub hash: Digest32,
}

/// What is known when a delivery is judged.
#[expect(clippy::struct_excessive_bools, reason = "independent answers, named where they are made")]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Circumstances {
    pub(crate) sent_at: DateTime<Utc>,
    pub(crate) recorded_at: DateTime<Utc>,
    pub(crate) handed_out_at: DateTime<Utc>,
    pub(crate) lease_until: DateTime<Utc>,
    pub(crate) quiet: bool,
    pub(crate) opted_out: bool,
    pub(crate) edited: bool,
    pub(crate) resolved: bool,
}

impl Circumstances {
    /// What is remarkable.
    pub(crate) fn flags(&self) -> BTreeSet<DeliveryFlag> {
        [
            (DeliveryFlag::Late, self.sent_at > self.lease_until),
            (DeliveryFlag::QuietHours, self.quiet),
            (DeliveryFlag::BeforeHandOut, self.sent_at < self.handed_out_at),
            (DeliveryFlag::AfterOptOut, self.opted_out),
            (DeliveryFlag::Edited, self.edited),
            (DeliveryFlag::Future, self.sent_at > self.recorded_at + TimeDelta::minutes(5)),
            (DeliveryFlag::Resolved, self.resolved),
        ]
        .into_iter()
        .filter_map(|(flag, holds)| holds.then_some(flag))
        .collect()
    }
}

impl DeliveryRecord {
    /// What is remarkable. Words of a later version are passed over.
    pub fn flags(&self) -> BTreeSet<DeliveryFlag> {
        self.flags.split(',').filter_map(|word| word.parse().ok()).collect()
    }

    /// The hash that the record must have.
    pub fn expected_hash(&self) -> Digest32 {
        let mut hash = Sha256::new();
        hash.update(b"alley delivery 1");
        hash.update(self.prev_hash.as_bytes());
        hash.update(self.seq.to_be_bytes());
        for id in [
            self.tenant_id.as_uuid(),
            self.delivery_id.as_uuid(),
            self.hand_out_id.as_uuid(),
            self.draft_id.as_uuid(),
        ] {
            hash.update(id.as_bytes());
        }
        for word in [
            self.shop_ref.as_str(),
            self.outcome.as_str(),
            self.channel.as_str(),
            &self.flags,
            &self.idempotency_key,
        ] {
            hash.update(u64::try_from(word.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(word);
        }
        hash.update(self.sent_at.timestamp_micros().to_be_bytes());
        hash.update(self.recorded_at.timestamp_micros().to_be_bytes());
        for digest in [&self.revision_hash, &self.final_hash, &self.payload_hash] {
            hash.update(digest.as_bytes());
        }
        Digest32::new(hash.finalize().into())
    }
}

pub(crate) fn join(flags: &BTreeSet<DeliveryFlag>) -> String {
    flags.iter().map(|flag| flag.as_str()).collect::<Vec<_>>().join(",")
}

/// What a seller says of a hand-out.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Confirmation {
    /// The caller's name for this confirmation: 1 to 128 bytes. Saying the same again under it
    /// changes nothing.
    pub idempotency_key: String,
    /// When it was sent, as the seller says.
    pub sent_at: DateTime<Utc>,
    /// The text that was sent, if it was another one.
    pub edited: Option<String>,
}

impl Confirmation {
    /// Sent as it was handed out.
    pub fn sent(idempotency_key: impl Into<String>, sent_at: DateTime<Utc>) -> Self {
        Self { idempotency_key: idempotency_key.into(), sent_at, edited: None }
    }

    /// Sent with another text.
    pub fn sent_edited(
        idempotency_key: impl Into<String>,
        sent_at: DateTime<Utc>,
        text: impl Into<String>,
    ) -> Self {
        Self { edited: Some(text.into()), ..Self::sent(idempotency_key, sent_at) }
    }
}

/// The answer to a confirmation.
#[must_use]
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the caller must branch on each")]
pub enum Confirmed {
    /// It was recorded now.
    Recorded(Box<DeliveryRecord>),
    /// The same was said before under the same name; this is the record.
    Repeated(Box<DeliveryRecord>),
    /// The hand-out was confirmed before under another name; this is that record, and it stands.
    AlreadyConfirmed(Box<DeliveryRecord>),
}

impl Confirmed {
    /// The record that stands, whenever it was made.
    pub fn record(&self) -> &DeliveryRecord {
        match self {
            Self::Recorded(record) | Self::Repeated(record) | Self::AlreadyConfirmed(record) => {
                record
            }
        }
    }
}

/// The delivery of a hand-out.
pub(crate) static DELIVERY_OF_HAND_OUT: Query =
    Query::new("delivery_of_hand_out", DeliveryRecord::TYPE).equals(&["tenant_id", "hand_out_id"]);

/// A shop's chain from its end.
pub(crate) static DELIVERIES_NEWEST: Query =
    Query::new("deliveries_of_shop_newest", DeliveryRecord::TYPE)
        .equals(&["tenant_id", "shop_ref"])
        .order_by("seq")
        .descending();

/// A shop's chain from its beginning.
pub(crate) static DELIVERIES: Query = Query::new("deliveries_of_shop", DeliveryRecord::TYPE)
    .equals(&["tenant_id", "shop_ref"])
    .order_by("seq");
