//! Sample rows of the suite.

use alley_core::conformance::{Violation, kept};
use alley_core::{Json, Sealed, ShopRef, TenantId};
use chrono::{DateTime, Utc};

use crate::ids::{IntegrationId, OrderId};
use crate::integration::{Integration, IntegrationState};
use crate::shop::Shop;
use crate::stored::Order;
use crate::token::Token;

/// Ids of the suite: all octets equal the number.
pub(super) fn tenant(number: u8) -> TenantId {
    fixed("ten", number)
}

pub(super) fn id(number: u8) -> IntegrationId {
    fixed("int", number)
}

#[expect(clippy::expect_used, reason = "prefix and 32 hexadecimal digits are the text of an id")]
pub(super) fn fixed<K: alley_core::Kind>(prefix: &str, number: u8) -> alley_core::Id<K> {
    let digits = format!("{number:02x}").repeat(16);
    format!("{prefix}_{digits}").parse().expect("an id")
}

#[expect(clippy::expect_used, reason = "a short text without control characters is a remote id")]
pub(super) fn numbered(number: u8) -> ShopRef {
    ShopRef::new(format!("749{number}")).expect("a shop")
}

pub(super) fn shop_ref() -> ShopRef {
    numbered(0)
}

pub(super) fn order_id(number: u8) -> Result<OrderId, Violation> {
    kept("ids of orders", OrderId::new(format!("576{number}")))
}

pub(super) fn integration(of: u8, number: u8) -> Integration {
    Integration {
        integration_id: id(number),
        tenant_id: tenant(of),
        state: IntegrationState::Connected,
        reconnect_reason: None,
        disconnect_reason: None,
        open_id: Some("seller".to_owned()),
        seller_name: Some("Example".to_owned()),
        region: Some("US".to_owned()),
        scopes: Json(vec!["seller.order.info".to_owned()]),
        connected_at: DateTime::UNIX_EPOCH,
        authorization_ends_at: None,
        warned_at: None,
        disconnected_at: None,
    }
}

pub(super) fn token(of: u8, number: u8, now: DateTime<Utc>) -> Token {
    Token {
        integration_id: id(number),
        tenant_id: tenant(of),
        access: Sealed::from_bytes(vec![1; 90]),
        refresh: Sealed::from_bytes(vec![2; 90]),
        access_expires_at: now,
        refresh_expires_at: now,
        generation: 1,
        refreshing_since: None,
        lease_until: None,
        refresh_due_at: None,
        reconnect_reason: None,
    }
}

pub(super) fn shop(of: u8, now: DateTime<Utc>) -> Shop {
    Shop {
        shop_id: shop_ref(),
        tenant_id: tenant(of),
        integration_id: id(of),
        name: None,
        region: None,
        seller_type: None,
        cipher: "GCP_x".to_owned(),
        connected_at: now,
        closed_at: None,
    }
}

#[expect(clippy::expect_used, reason = "a short text without control characters is a remote id")]
pub(super) fn order(of: u8, number: u8, now: DateTime<Utc>) -> Order {
    Order {
        order_id: OrderId::new(format!("576{number}")).expect("an order"),
        tenant_id: tenant(of),
        shop_id: shop_ref(),
        status: None,
        status_at: now,
        buyer_id: Some("buyer".to_owned()),
        buyer: Some(Sealed::from_bytes(vec![3; 90])),
        currency: Some("USD".to_owned()),
        total_minor: Some(-5),
        subtotal_minor: None,
        shipping_minor: None,
        tax_minor: None,
        item_count: 1,
        product_ids: Json(vec!["1".to_owned()]),
        is_sample: true,
        creator_ref: None,
        created_at: now,
        paid_at: None,
        updated_at: now,
    }
}
