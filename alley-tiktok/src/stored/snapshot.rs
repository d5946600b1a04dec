//! Figures of a shop for one day.

use alley_core::{Record, ShopRef, TenantId, elements};
use chrono::{DateTime, NaiveDate, Utc};

use super::shy_debug;

/// Figures of one day. Amounts are minor units of the currency.
#[derive(Clone, Eq, PartialEq, Record)]
#[record(name = "analytics_snapshot", domain = "tiktok", id = snapshot_id, tenant = tenant_id)]
#[record(source_time = seen_at, owned_by(shop = shop_id))]
#[non_exhaustive]
pub struct AnalyticsSnapshot {
    /// Shop and first day: `749…:2026-01-05`.
    #[record(element = elements::CONNECTED_ANALYTICS)]
    pub snapshot_id: String,
    /// Whose.
    #[record(technical)]
    pub tenant_id: TenantId,
    /// The shop.
    #[record(element = elements::CONNECTED_ANALYTICS)]
    pub shop_id: ShopRef,
    /// First day.
    #[record(element = elements::CONNECTED_ANALYTICS)]
    pub start_date: NaiveDate,
    /// The day after the last.
    #[record(element = elements::CONNECTED_ANALYTICS)]
    pub end_date: NaiveDate,
    /// ISO 4217 code.
    #[record(element = elements::CONNECTED_ANALYTICS)]
    pub currency: Option<String>,
    /// Gross merchandise value.
    #[record(element = elements::CONNECTED_ANALYTICS)]
    pub gmv_minor: Option<i64>,
    /// That of creators' videos and live streams.
    #[record(element = elements::CONNECTED_ANALYTICS)]
    pub creator_gmv_minor: Option<i64>,
    /// Refunds.
    #[record(element = elements::CONNECTED_ANALYTICS)]
    pub refunds_minor: Option<i64>,
    /// Orders.
    #[record(element = elements::CONNECTED_ANALYTICS)]
    pub orders: Option<i64>,
    /// Units.
    #[record(element = elements::CONNECTED_ANALYTICS)]
    pub items_sold: Option<i64>,
    /// Buyers.
    #[record(element = elements::CONNECTED_ANALYTICS)]
    pub customers: Option<i64>,
    /// Visitors.
    #[record(element = elements::CONNECTED_ANALYTICS)]
    pub visitors: Option<i64>,
    /// Page views.
    #[record(element = elements::CONNECTED_ANALYTICS)]
    pub page_views: Option<i64>,
    /// When the platform last answered with it; recent figures are revised.
    #[record(technical)]
    pub seen_at: DateTime<Utc>,
}

shy_debug!(AnalyticsSnapshot);
