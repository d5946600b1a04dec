//! One record of each type.

use std::collections::BTreeSet;

use alley_core::{CreatorRef, Digest32, Id, Json, Kind, SeededRandom, ShopRef, TenantId, Write};
use chrono::{DateTime, TimeDelta, Utc};

use crate::campaign::{Campaign, CampaignStatus};
use crate::contact::{Contact, ContactDetails};
use crate::delivery::{DeliveryOutcome, DeliveryRecord};
use crate::draft::{Draft, DraftRevision, DraftState, Origin};
use crate::hand_out::{HandOut, HandOutOutcome};
use crate::pacing::{
    PacingPolicy, PacingState, PauseReason, Policy, Rule, RuleKind, Scope, Spend, SpendKind,
    ZoneDefaults,
};
use crate::review::{ReviewNote, ReviewState, Verdict};
use crate::store::Change;
use crate::suppression::{Suppression, SuppressionReason, SuppressionScope};
use crate::template::{Channel, Template, TemplateBody, TemplateStatus, TemplateVersion, Variable};
use crate::text::MessageText;

pub(super) struct Samples {
    pub(super) tenant: TenantId,
    pub(super) template: Template,
    pub(super) version: TemplateVersion,
    pub(super) campaign: Campaign,
    pub(super) contact: Contact,
    pub(super) draft: Draft,
    pub(super) revision: DraftRevision,
    pub(super) review: ReviewState,
    pub(super) note: ReviewNote,
    pub(super) state: PacingState,
    pub(super) policy: PacingPolicy,
    pub(super) spend: Spend,
    pub(super) hand_out: HandOut,
    pub(super) delivery: DeliveryRecord,
    pub(super) suppression: Suppression,
}

/// The same id for the same number.
fn id<K: Kind>(number: u8) -> Id<K> {
    let text = format!("{}_{number:032x}", K::PREFIX);
    text.parse().unwrap_or_else(|_| fallback(number))
}

/// Never reached: the text above has the form of every id. Kept so that nothing here can panic.
fn fallback<K: Kind>(number: u8) -> Id<K> {
    let random = SeededRandom::new(u64::from(number));
    loop {
        if let Ok(id) = Id::generate(DateTime::UNIX_EPOCH, &random) {
            return id;
        }
    }
}

fn shop() -> Option<ShopRef> {
    ShopRef::new("shop-1").ok()
}

fn creator(number: u8) -> Option<CreatorRef> {
    CreatorRef::new(format!("creator-{number}")).ok()
}

impl Samples {
    /// Records that belong together; all ids come from `number`.
    pub(super) fn new(number: u8, now: DateTime<Utc>) -> Self {
        let (Some(shop), Some(creator)) = (shop(), creator(number)) else {
            return Self::new(number.wrapping_add(1), now);
        };
        let tenant = id(number);
        let digest = Digest32::new([number; 32]);
        let draft = draft(number, tenant, &shop, &creator, now);
        let spend = spend(number, &draft, now);
        let hand_out = hand_out(number, &draft, &spend, now);
        let details = ContactDetails {
            handle: Some("@a".to_owned()),
            zone: Some(chrono_tz::Asia::Tokyo),
            connected: true,
            last_reply_at: Some(now),
            ..ContactDetails::new(shop.clone(), creator)
        };
        Self {
            tenant,
            template: template(number, tenant, now),
            version: version(number, tenant, now),
            campaign: campaign(number, tenant, shop, now),
            contact: Contact::from_details(tenant, details, None, now),
            revision: revision(number, &draft, now),
            review: review(number, &draft, now),
            note: note(number, &draft),
            state: PacingState {
                policy_version: 1,
                paused: Json(BTreeSet::from([PauseReason::Manual, PauseReason::TenantClosed])),
                last_spend_at: Some(now),
                ..PacingState::new(tenant, now)
            },
            policy: PacingPolicy::new(tenant, 1, policy(), now),
            delivery: delivery(number, &hand_out, digest, now),
            suppression: Suppression {
                tenant_id: tenant,
                creator_key: digest,
                scope: SuppressionScope::Shop,
                reason: SuppressionReason::OptOut,
                from_at: now,
                until_at: Some(now + TimeDelta::days(1)),
                source: "seller".to_owned(),
                created_at: now,
            },
            draft,
            spend,
            hand_out,
        }
    }

    /// Inserts of all of them.
    pub(super) fn changes(&self) -> Vec<Change> {
        vec![
            Write::Insert(self.template.clone()).into(),
            Write::Insert(self.version.clone()).into(),
            Write::Insert(self.campaign.clone()).into(),
            Write::Insert(self.contact.clone()).into(),
            Write::Insert(self.draft.clone()).into(),
            Write::Insert(self.revision.clone()).into(),
            Write::Insert(self.review.clone()).into(),
            Write::Insert(self.note.clone()).into(),
            Write::Insert(self.state.clone()).into(),
            Write::Insert(self.policy.clone()).into(),
            Write::Insert(self.spend.clone()).into(),
            Write::Insert(self.hand_out.clone()).into(),
            Write::Insert(self.delivery.clone()).into(),
            Write::Insert(self.suppression.clone()).into(),
        ]
    }
}

fn policy() -> Policy {
    let kind = RuleKind::MaxOpen { limit: 2 };
    let rule = Rule { id: "open".to_owned(), scope: Scope::Seller, kind };
    let mut policy = Policy::without_rules(ZoneDefaults::all(chrono_tz::Europe::London));
    policy.rules.push(rule);
    policy
}

fn template(number: u8, tenant: TenantId, now: DateTime<Utc>) -> Template {
    Template {
        tenant_id: tenant,
        template_id: id(number),
        name: format!("template {number}"),
        channel: Channel::ImMessage,
        status: TemplateStatus::Active,
        current_version: 1,
        created_by: Some(id(number)),
        created_at: now,
        archived_at: None,
    }
}

fn version(number: u8, tenant: TenantId, now: DateTime<Utc>) -> TemplateVersion {
    TemplateVersion {
        tenant_id: tenant,
        version_id: id(number),
        template_id: id(number),
        number: 1,
        body: Json(TemplateBody::new("en", "Hi {{ name }}", vec![Variable::required("name")])),
        engine: "minijinja 3".to_owned(),
        hash: Digest32::new([number; 32]),
        created_at: now,
    }
}

fn campaign(number: u8, tenant: TenantId, shop: ShopRef, now: DateTime<Utc>) -> Campaign {
    Campaign {
        tenant_id: tenant,
        campaign_id: id(number),
        shop_ref: shop,
        name: "spring".to_owned(),
        template_id: Some(id(number)),
        weight: 3,
        priority: 1,
        status: CampaignStatus::Active,
        starts_at: Some(now),
        ends_at: None,
        created_at: now,
    }
}

fn draft(
    number: u8,
    tenant: TenantId,
    shop: &ShopRef,
    creator: &CreatorRef,
    now: DateTime<Utc>,
) -> Draft {
    let digest = Digest32::new([number; 32]);
    Draft {
        tenant_id: tenant,
        draft_id: id(number),
        shop_ref: shop.clone(),
        creator_ref: creator.clone(),
        campaign_id: id(number),
        template_id: Some(id(number)),
        channel: Channel::TargetInvite,
        state: DraftState::HandedOut,
        held_from: None,
        current_revision: 1,
        current_hash: digest,
        approved_hash: Some(digest),
        approved_at: Some(now),
        approved_until: Some(now + TimeDelta::days(9)),
        approved_by: Some(id(number)),
        submitted_by: Some(id(number)),
        attempt: 1,
        not_before: now,
        deferred_until: Some(now),
        deferred_epoch: 4,
        deferred_reasons: Some("a,b".to_owned()),
        expires_at: None,
        after_opt_out: true,
        open_key: Some(digest),
        created_by: Some(id(number)),
        created_at: now,
        ended_at: None,
        end_reason: None,
    }
}

fn revision(number: u8, draft: &Draft, now: DateTime<Utc>) -> DraftRevision {
    DraftRevision {
        tenant_id: draft.tenant_id,
        revision_id: id(number),
        draft_id: draft.draft_id,
        creator_ref: draft.creator_ref.clone(),
        number: 1,
        text: MessageText::new("Hello, zwölf Ünïcode \u{1F600}"),
        locale: "en-US".to_owned(),
        origin: Origin::Template,
        salt: vec![number; 16],
        hash: draft.current_hash,
        author_id: Some(id(number)),
        created_at: now,
    }
}

fn review(number: u8, draft: &Draft, now: DateTime<Utc>) -> ReviewState {
    ReviewState {
        tenant_id: draft.tenant_id,
        review_id: id(number),
        draft_id: draft.draft_id,
        revision: 1,
        revision_hash: draft.current_hash,
        reviewer_id: Some(id(number)),
        verdict: Verdict::Approve,
        reason: None,
        at: now,
    }
}

fn note(number: u8, draft: &Draft) -> ReviewNote {
    ReviewNote {
        tenant_id: draft.tenant_id,
        review_id: id(number),
        draft_id: draft.draft_id,
        creator_ref: draft.creator_ref.clone(),
        note: "fine".to_owned(),
    }
}

fn spend(number: u8, draft: &Draft, now: DateTime<Utc>) -> Spend {
    Spend {
        tenant_id: draft.tenant_id,
        spend_id: id(number),
        kind: SpendKind::Spend,
        refunds: None,
        at: now,
        shop_ref: draft.shop_ref.clone(),
        campaign_id: draft.campaign_id,
        creator_ref: draft.creator_ref.clone(),
        connected: true,
        draft_id: draft.draft_id,
        hand_out_id: id(number),
    }
}

fn hand_out(number: u8, draft: &Draft, spend: &Spend, now: DateTime<Utc>) -> HandOut {
    HandOut {
        tenant_id: draft.tenant_id,
        hand_out_id: id(number),
        draft_id: draft.draft_id,
        attempt: 1,
        shop_ref: draft.shop_ref.clone(),
        campaign_id: draft.campaign_id,
        creator_ref: draft.creator_ref.clone(),
        seller_id: Some(id(number)),
        spend_id: spend.spend_id,
        at: now,
        lease_until: now + TimeDelta::minutes(30),
        revision: 1,
        revision_hash: draft.current_hash,
        token_hash: Digest32::new([number; 32]),
        request_key: format!("request {number}"),
        outcome: HandOutOutcome::Open,
        closed_at: None,
        close_reason: Some("lost".to_owned()),
        policy_version: 1,
        tzdb: "2025b".to_owned(),
    }
}

fn delivery(
    number: u8,
    hand_out: &HandOut,
    digest: Digest32,
    now: DateTime<Utc>,
) -> DeliveryRecord {
    DeliveryRecord {
        tenant_id: hand_out.tenant_id,
        delivery_id: id(number),
        seq: 1,
        hand_out_id: hand_out.hand_out_id,
        draft_id: hand_out.draft_id,
        shop_ref: hand_out.shop_ref.clone(),
        creator_ref: hand_out.creator_ref.clone(),
        seller_id: hand_out.seller_id,
        outcome: DeliveryOutcome::SentEdited,
        channel: Channel::ImMessage,
        sent_at: now,
        recorded_at: now,
        revision_hash: digest,
        final_hash: digest,
        flags: "late,edited".to_owned(),
        idempotency_key: "k".to_owned(),
        payload_hash: digest,
        prev_hash: Digest32::new([0; 32]),
        hash: digest,
    }
}
