//! A product of a shop.

use alley_core::{Record, ShopRef, TenantId, elements};
use chrono::{DateTime, Utc};

use super::shy_debug;
use crate::ids::ProductId;

/// A product.
#[derive(Clone, Eq, PartialEq, Record)]
#[record(name = "product", domain = "tiktok", id = product_id, tenant = tenant_id)]
#[record(source_time = updated_at, owned_by(shop = shop_id))]
#[non_exhaustive]
pub struct Product {
    /// Its id at TikTok Shop.
    #[record(element = elements::CONNECTED_PRODUCT)]
    pub product_id: ProductId,
    /// Whose.
    #[record(technical)]
    pub tenant_id: TenantId,
    /// The shop.
    #[record(element = elements::CONNECTED_PRODUCT)]
    pub shop_id: ShopRef,
    /// Its title.
    #[record(element = elements::CONNECTED_PRODUCT)]
    pub title: Option<String>,
    /// TikTok Shop's word, also one that this version does not know.
    #[record(element = elements::CONNECTED_PRODUCT)]
    pub status: Option<String>,
    /// Variants.
    #[record(element = elements::CONNECTED_PRODUCT)]
    pub sku_count: u32,
    /// ISO 4217 code of the prices.
    #[record(element = elements::CONNECTED_PRODUCT)]
    pub currency: Option<String>,
    /// The cheapest variant, in minor units.
    #[record(element = elements::CONNECTED_PRODUCT)]
    pub price_from_minor: Option<i64>,
    /// The dearest variant, in minor units.
    #[record(element = elements::CONNECTED_PRODUCT)]
    pub price_to_minor: Option<i64>,
    /// When it was created.
    #[record(element = elements::CONNECTED_PRODUCT)]
    pub created_at: DateTime<Utc>,
    /// The platform's time of this state.
    #[record(technical)]
    pub updated_at: DateTime<Utc>,
}

shy_debug!(Product);
