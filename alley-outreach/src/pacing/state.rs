//! What is stored of pacing: the guard of a seller, versions of the policy, and the ledger.

use std::collections::BTreeSet;

use alley_core::{CreatorRef, Json, Query, Record, ShopRef, TenantId, elements, text_enum};
use chrono::{DateTime, Utc};

use super::policy::Policy;
use crate::ids::{CampaignId, DraftId, HandOutId, SpendId};
use crate::queue::Fairness;

text_enum! {
    /// What a row of the ledger says.
    pub enum SpendKind {
        /// A text was handed out.
        Spend => "spend",
        /// An earlier row is given back; that row stays.
        Refund => "refund",
    }
}

text_enum! {
    /// Why nothing is handed out for a tenant.
    pub enum PauseReason {
        /// A member paused it.
        Manual => "manual",
        /// The connection to the platform ended.
        IntegrationDisconnected => "integration_disconnected",
        /// No subscription grants access.
        SubscriptionEnded => "subscription_ended",
        /// The tenant is suspended.
        TenantSuspended => "tenant_suspended",
        /// The tenant is closed; this is never lifted.
        TenantClosed => "tenant_closed",
    }
}

/// The guard of a seller's pacing. It is read before the ledger and written by whoever writes the
/// ledger, suppressions or hand-outs, so that no two decisions rest on the same budget.
#[derive(Clone, Debug, Eq, PartialEq, Record)]
#[record(name = "pacing_state", domain = "outreach", id = scope, tenant = tenant_id)]
#[record(owned_by(tenant = tenant_id))]
#[non_exhaustive]
pub struct PacingState {
    /// The seller.
    #[record(technical)]
    pub tenant_id: TenantId,
    /// [`GUARD`]; leaves room for guards of smaller scopes.
    #[record(technical)]
    pub scope: String,
    /// The version of the policy in force; 0 while there is none.
    #[record(element = elements::OPERATIONAL_PACING)]
    pub policy_version: u32,
    /// Why nothing is handed out; empty while it is.
    #[record(element = elements::OPERATIONAL_PACING)]
    pub paused: Json<BTreeSet<PauseReason>>,
    /// The newest spend. Decisions are made at this instant while the clock is behind it.
    #[record(element = elements::OPERATIONAL_PACING)]
    pub last_spend_at: Option<DateTime<Utc>>,
    /// Whose turn it is.
    #[record(element = elements::OPERATIONAL_PACING)]
    pub fairness: Json<Fairness>,
    /// Rises whenever a draft may become eligible earlier than it was told.
    #[record(technical)]
    pub epoch: i64,
    /// Last written.
    #[record(element = elements::OPERATIONAL_PACING)]
    pub updated_at: DateTime<Utc>,
}

/// The scope of the one guard of a tenant.
pub const GUARD: &str = "seller";

impl PacingState {
    /// The guard of a tenant that has no policy yet.
    pub fn new(tenant: TenantId, now: DateTime<Utc>) -> Self {
        Self {
            tenant_id: tenant,
            scope: GUARD.to_owned(),
            policy_version: 0,
            paused: Json(BTreeSet::new()),
            last_spend_at: None,
            fairness: Json(Fairness::default()),
            epoch: 0,
            updated_at: now,
        }
    }

    /// The gravest reason for which nothing is handed out.
    pub fn paused_reason(&self) -> Option<PauseReason> {
        self.paused.0.last().copied()
    }

    /// The same guard after a write at `now` that may let drafts become eligible earlier.
    pub(crate) fn relaxed(mut self, now: DateTime<Utc>) -> Self {
        self.epoch = self.epoch.saturating_add(1);
        self.updated_at = now;
        self
    }
}

/// One version of a tenant's policy. Never changed.
#[derive(Clone, Debug, Eq, PartialEq, Record)]
#[record(name = "pacing_policy", domain = "outreach", id = version, tenant = tenant_id)]
#[record(owned_by(tenant = tenant_id))]
#[non_exhaustive]
pub struct PacingPolicy {
    /// The seller.
    #[record(technical)]
    pub tenant_id: TenantId,
    /// From 1 without holes.
    #[record(technical)]
    pub version: u32,
    /// The rules and what is around them.
    #[record(element = elements::OPERATIONAL_PACING)]
    pub policy: Json<Policy>,
    /// When it came into force.
    #[record(element = elements::OPERATIONAL_PACING)]
    pub created_at: DateTime<Utc>,
}

impl PacingPolicy {
    pub(crate) const fn new(
        tenant: TenantId,
        version: u32,
        policy: Policy,
        now: DateTime<Utc>,
    ) -> Self {
        Self { tenant_id: tenant, version, policy: Json(policy), created_at: now }
    }
}

/// A row of the ledger, the truth of all limits. Never changed.
#[derive(Clone, Debug, Eq, PartialEq, Record)]
#[record(name = "spend", domain = "outreach", id = spend_id, tenant = tenant_id, anchor = at)]
#[record(owned_by(tenant = tenant_id))]
#[record(references(creator = creator_ref, on_erased = pseudonymize))]
#[record(unique(refund(tenant_id, refunds)))]
#[non_exhaustive]
pub struct Spend {
    /// The seller.
    #[record(technical)]
    pub tenant_id: TenantId,
    /// Time-ordered.
    #[record(technical)]
    pub spend_id: SpendId,
    /// Spent or given back.
    #[record(element = elements::OPERATIONAL_PACING)]
    pub kind: SpendKind,
    /// For a refund: the row that it gives back, once at most.
    #[record(technical)]
    pub refunds: Option<SpendId>,
    /// When, as the guard counts time.
    #[record(element = elements::OPERATIONAL_PACING)]
    pub at: DateTime<Utc>,
    /// The shop.
    #[record(element = elements::OPERATIONAL_PACING)]
    pub shop_ref: ShopRef,
    /// The campaign.
    #[record(technical)]
    pub campaign_id: CampaignId,
    /// The creator.
    #[record(element = elements::OPERATIONAL_PACING)]
    pub creator_ref: CreatorRef,
    /// Whether the creator was connected then.
    #[record(element = elements::OPERATIONAL_PACING)]
    pub connected: bool,
    /// The draft.
    #[record(technical)]
    pub draft_id: DraftId,
    /// The hand-out.
    #[record(technical)]
    pub hand_out_id: HandOutId,
}

/// A tenant's ledger from an instant on.
pub(crate) static SPENDS_SINCE: Query =
    Query::new("spends_since", Spend::TYPE).equals(&["tenant_id"]).at_least("at").order_by("at");

/// All of a tenant's ledger that concerns one creator.
pub(crate) static SPENDS_OF_CREATOR: Query = Query::new("spends_of_creator", Spend::TYPE)
    .equals(&["tenant_id", "creator_ref"])
    .order_by("at");
