//! An order of a shop.

use alley_core::{CreatorRef, Json, Record, Sealed, ShopRef, TenantId, elements};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::shy_debug;
use crate::ids::OrderId;

/// An order, as far as an outreach business works with it. Everything about the buyer but an
/// opaque id is sealed.
#[derive(Clone, Eq, PartialEq, Record)]
#[record(name = "order", domain = "tiktok", id = order_id, tenant = tenant_id)]
#[record(subject = buyer_id, source_time = updated_at)]
#[record(owned_by(shop = shop_id))]
#[record(references(creator = creator_ref, on_erased = nullify))]
#[non_exhaustive]
pub struct Order {
    /// Its id at TikTok Shop.
    #[record(element = elements::CONNECTED_ORDER)]
    pub order_id: OrderId,
    /// Whose.
    #[record(technical)]
    pub tenant_id: TenantId,
    /// The shop.
    #[record(element = elements::CONNECTED_ORDER)]
    pub shop_id: ShopRef,
    /// TikTok Shop's word, also one that this version does not know.
    #[record(element = elements::CONNECTED_ORDER)]
    pub status: Option<String>,
    /// The platform's time of that status; a webhook may have moved it past `updated_at`.
    #[record(technical)]
    pub status_at: DateTime<Utc>,
    /// The buyer's id in this shop.
    #[record(element = elements::CONNECTED_ORDER)]
    pub buyer_id: Option<String>,
    /// A sealed [`Buyer`].
    #[record(element = elements::CONNECTED_ORDER)]
    pub buyer: Option<Sealed>,
    /// ISO 4217 code of the amounts.
    #[record(element = elements::CONNECTED_ORDER)]
    pub currency: Option<String>,
    /// What the buyer pays, in minor units.
    #[record(element = elements::CONNECTED_ORDER)]
    pub total_minor: Option<i64>,
    /// Goods after discounts, in minor units.
    #[record(element = elements::CONNECTED_ORDER)]
    pub subtotal_minor: Option<i64>,
    /// Shipping, in minor units.
    #[record(element = elements::CONNECTED_ORDER)]
    pub shipping_minor: Option<i64>,
    /// Taxes, in minor units.
    #[record(element = elements::CONNECTED_ORDER)]
    pub tax_minor: Option<i64>,
    /// Units bought.
    #[record(element = elements::CONNECTED_ORDER)]
    pub item_count: u32,
    /// The products, each once.
    #[record(element = elements::CONNECTED_ORDER)]
    pub product_ids: Json<Vec<String>>,
    /// Whether it is a free sample for a creator.
    #[record(element = elements::CONNECTED_ORDER)]
    pub is_sample: bool,
    /// The creator to whom the order is due, where known.
    #[record(element = elements::CONNECTED_ORDER)]
    pub creator_ref: Option<CreatorRef>,
    /// When it was placed.
    #[record(element = elements::CONNECTED_ORDER)]
    pub created_at: DateTime<Utc>,
    /// When it was paid.
    #[record(element = elements::CONNECTED_ORDER)]
    pub paid_at: Option<DateTime<Utc>>,
    /// The platform's time of this state.
    #[record(technical)]
    pub updated_at: DateTime<Utc>,
}

impl Order {
    /// The same order with a status that a webhook told; `None` if what is known is newer.
    pub(crate) fn with_status(mut self, status: &str, at: DateTime<Utc>) -> Option<Self> {
        if at <= self.status_at || at <= self.updated_at {
            return None;
        }
        self.status = Some(status.to_owned());
        // `updated_at` stays, so that the whole order replaces this row at the next sync.
        self.status_at = at;
        Some(self)
    }
}

/// What is known of a buyer; the content of a sealed field.
#[derive(Clone, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Buyer {
    /// Version of this shape.
    pub v: u32,
    /// Relay address for this order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Name to show.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nickname: Option<String>,
    /// What the buyer wrote.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The person at the address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipient: Option<String>,
    /// Mostly masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// One line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Postal code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// Country, ISO 3166.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
}

impl Buyer {
    /// The version that is written.
    pub(crate) const VERSION: u32 = 1;
}

shy_debug!(Order, Buyer);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stored_form_of_a_buyer_stays_readable() {
        let golden = r#"{"v":1,"email":"b@example.com","recipient":"A. Buyer","region":"US"}"#;
        let buyer: Buyer = serde_json::from_str(golden).unwrap();
        assert_eq!(buyer.recipient.as_deref(), Some("A. Buyer"));
        assert_eq!(serde_json::to_string(&buyer).unwrap(), golden);
        assert_eq!(format!("{buyer:?}"), "Buyer { .. }");
    }
}
