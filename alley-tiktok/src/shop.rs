//! A shop that an integration covers.

use alley_core::{Record, ShopRef, TenantId, elements};
use chrono::{DateTime, Utc};

use crate::ids::IntegrationId;

/// A shop. What is synced from it hangs on this row and goes with it.
#[derive(Clone, Eq, PartialEq, Record)]
#[record(name = "shop", domain = "tiktok", id = shop_id, tenant = tenant_id)]
#[record(owned_by(integration = integration_id))]
#[non_exhaustive]
pub struct Shop {
    /// Its id at TikTok Shop.
    #[record(element = elements::CONNECTED_SHOP)]
    pub shop_id: ShopRef,
    /// Whose.
    #[record(technical)]
    pub tenant_id: TenantId,
    /// The integration that covers it.
    #[record(technical)]
    pub integration_id: IntegrationId,
    /// Its name.
    #[record(element = elements::CONNECTED_SHOP)]
    pub name: Option<String>,
    /// Its country, ISO 3166.
    #[record(element = elements::CONNECTED_SHOP)]
    pub region: Option<String>,
    /// `LOCAL` or `CROSS_BORDER`.
    #[record(element = elements::CONNECTED_SHOP)]
    pub seller_type: Option<String>,
    /// Names the shop in calls. Worth nothing without a token.
    #[record(element = elements::CONNECTED_SHOP)]
    pub cipher: String,
    /// When it was first connected.
    #[record(technical)]
    pub connected_at: DateTime<Utc>,
    /// When the integration stopped to cover it. A sync commits nothing into a closed shop.
    #[record(technical)]
    pub closed_at: Option<DateTime<Utc>>,
}

impl std::fmt::Debug for Shop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shop").field("shop_id", &self.shop_id).finish_non_exhaustive()
    }
}
