//! A creator, as the platform describes them to one tenant.

use alley_core::{CreatorRef, Json, Record, TenantId, elements};
use chrono::{DateTime, Utc};

use super::shy_debug;

/// A creator of the marketplace. Belongs to the tenant, not to a shop: it stays when one of
/// several integrations ends.
#[derive(Clone, Eq, PartialEq, Record)]
#[record(name = "creator", domain = "tiktok", id = creator_id, tenant = tenant_id)]
#[record(subject = creator_id, source_time = seen_at, shared_by(tenant = tenant_id))]
#[non_exhaustive]
pub struct Creator {
    /// `creator_open_id`, stable within the app.
    #[record(element = elements::CONNECTED_CREATOR)]
    pub creator_id: CreatorRef,
    /// Whose.
    #[record(technical)]
    pub tenant_id: TenantId,
    /// Public name.
    #[record(element = elements::CONNECTED_CREATOR)]
    pub username: Option<String>,
    /// Name to show.
    #[record(element = elements::CONNECTED_CREATOR)]
    pub nickname: Option<String>,
    /// Country, ISO 3166.
    #[record(element = elements::CONNECTED_CREATOR)]
    pub region: Option<String>,
    /// Product categories.
    #[record(element = elements::CONNECTED_CREATOR)]
    pub category_ids: Json<Vec<String>>,
    /// Followers.
    #[record(element = elements::CONNECTED_CREATOR)]
    pub follower_count: Option<i64>,
    /// Viewers of shopping live streams, on average.
    #[record(element = elements::CONNECTED_CREATOR)]
    pub live_viewers: Option<i64>,
    /// Views of shopping videos, on average.
    #[record(element = elements::CONNECTED_CREATOR)]
    pub video_views: Option<i64>,
    /// ISO 4217 code of the sales.
    #[record(element = elements::CONNECTED_CREATOR)]
    pub currency: Option<String>,
    /// Sales, in minor units.
    #[record(element = elements::CONNECTED_CREATOR)]
    pub gmv_minor: Option<i64>,
    /// The platform's level.
    #[record(element = elements::CONNECTED_CREATOR)]
    pub level: Option<i64>,
    /// Whether they worked with the shop before.
    #[record(element = elements::CONNECTED_CREATOR)]
    pub has_collaborated: Option<bool>,
    /// Whether they were invited within 90 days.
    #[record(element = elements::CONNECTED_CREATOR)]
    pub invited_90d: Option<bool>,
    /// Whether the platform forbids contact.
    #[record(element = elements::CONNECTED_CREATOR)]
    pub is_blocked: Option<bool>,
    /// When the platform last answered with them.
    #[record(technical)]
    pub seen_at: DateTime<Utc>,
}

shy_debug!(Creator);
