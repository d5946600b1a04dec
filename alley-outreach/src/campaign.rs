//! Campaigns: what drafts of one purpose share, and their share of the queue.

use alley_core::{Query, Record, ShopRef, TenantId, elements, text_enum};
use chrono::{DateTime, Utc};

use crate::ids::{CampaignId, TemplateId};
use crate::pacing::CampaignWindow;

text_enum! {
    /// Whether a campaign hands out.
    pub enum CampaignStatus {
        /// It does, between its start and its end.
        Active => "active",
        /// Somebody paused it.
        Paused => "paused",
        /// It is over.
        Ended => "ended",
    }
}

/// A campaign of one shop.
#[derive(Clone, Debug, Eq, PartialEq, Record)]
#[record(name = "campaign", domain = "outreach", id = campaign_id, tenant = tenant_id)]
#[record(owned_by(tenant = tenant_id))]
#[record(references(template = template_id, on_erased = nullify))]
#[non_exhaustive]
pub struct Campaign {
    /// The seller.
    #[record(technical)]
    pub tenant_id: TenantId,
    /// Time-ordered.
    #[record(technical)]
    pub campaign_id: CampaignId,
    /// The shop that writes.
    #[record(element = elements::CONTENT_DRAFT)]
    pub shop_ref: ShopRef,
    /// As the seller calls it.
    #[record(element = elements::CONTENT_DRAFT)]
    pub name: String,
    /// What its drafts are made from, if from one template.
    #[record(technical)]
    pub template_id: Option<TemplateId>,
    /// Share of the hand-outs of its class, 1 to 1,000.
    #[record(technical)]
    pub weight: u32,
    /// 0 to 3; 0 goes first.
    #[record(technical)]
    pub priority: u32,
    /// Whether it hands out.
    #[record(element = elements::OPERATIONAL_PACING)]
    pub status: CampaignStatus,
    /// First instant.
    #[record(element = elements::OPERATIONAL_PACING)]
    pub starts_at: Option<DateTime<Utc>>,
    /// First instant after it.
    #[record(element = elements::OPERATIONAL_PACING)]
    pub ends_at: Option<DateTime<Utc>>,
    /// When it was made.
    #[record(technical)]
    pub created_at: DateTime<Utc>,
}

/// What a new campaign is to be.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct NewCampaign {
    /// The shop that writes.
    pub shop: ShopRef,
    /// As the seller calls it: 1 to 200 characters.
    pub name: String,
    /// What its drafts are made from.
    pub template: Option<TemplateId>,
    /// Share of the hand-outs of its class, 1 to 1,000; 1 unless said otherwise.
    pub weight: u32,
    /// 0 to 3; 0 goes first, 1 unless said otherwise.
    pub priority: u32,
    /// First instant.
    pub starts_at: Option<DateTime<Utc>>,
    /// First instant after it.
    pub ends_at: Option<DateTime<Utc>>,
}

impl NewCampaign {
    /// A campaign of weight 1 and class 1 without start and end.
    pub fn new(shop: ShopRef, name: impl Into<String>) -> Self {
        Self {
            shop,
            name: name.into(),
            template: None,
            weight: 1,
            priority: 1,
            starts_at: None,
            ends_at: None,
        }
    }
}

impl Campaign {
    /// When it hands out.
    pub fn window(&self) -> CampaignWindow {
        CampaignWindow {
            paused: self.status == CampaignStatus::Paused,
            starts_at: self.starts_at,
            ends_at: self.ends_at,
        }
    }
}

/// Campaigns of a tenant in one status.
pub(crate) static CAMPAIGNS_BY_STATUS: Query =
    Query::new("campaigns_by_status", Campaign::TYPE).equals(&["tenant_id", "status"]);
