//! Orders.

use alley_core::{Env, Json, Record as _, SealContext};

use super::super::ShopClient;
use super::page::{Fetched, instant, owned};
use crate::error::{Error, Result};
use crate::ids::OrderId;
use crate::money::minor_units;
use crate::order::{SearchOrders, WireOrder};
use crate::stored::{Buyer, Order};
use crate::sync::SyncCursor;
use crate::wire::Text;

pub(super) async fn page(client: &ShopClient, env: &Env, cursor: &SyncCursor) -> Result<Fetched> {
    let mut search = SearchOrders::new(100);
    search.page_token = cursor.page_token.clone();
    search.update_time_ge = cursor.since.map(|since| since.timestamp());
    let page = client.call(&search).await?.data;
    let mut orders = Vec::with_capacity(page.orders.len());
    for wire in &page.orders {
        orders.extend(order(wire, env, cursor)?);
    }
    let newest = orders.iter().map(|order| order.updated_at).max();
    let fetched = Fetched::of(page.orders.len(), orders).next(page.next_page_token.as_ref());
    Ok(fetched.seen(page.total_count, newest))
}

/// The row of an order; `None` without a usable id or time.
fn order(wire: &WireOrder, env: &Env, cursor: &SyncCursor) -> Result<Option<Order>> {
    let id = wire.id.as_ref().and_then(|id| OrderId::new(id.as_str()).ok());
    let (Some(order_id), Some(created_at)) = (id, instant(wire.create_time.or(wire.update_time)))
    else {
        return Ok(None);
    };
    let updated_at = instant(wire.update_time).unwrap_or(created_at);
    let payment = wire.payment.clone().unwrap_or_default();
    let minor = |amount: &Option<Text>| {
        minor_units(amount.as_ref()?.as_str(), payment.currency.as_ref()?.as_str()).ok()
    };
    let mut product_ids: Vec<String> =
        wire.line_items.iter().filter_map(|item| owned(item.product_id.as_ref())).collect();
    product_ids.sort_unstable();
    product_ids.dedup();
    let mut order = Order {
        order_id,
        tenant_id: cursor.tenant_id,
        shop_id: cursor.shop_id.clone(),
        status: wire.status.as_ref().map(|status| status.as_str().to_owned()),
        status_at: updated_at,
        buyer_id: owned(wire.user_id.as_ref()),
        buyer: None,
        currency: owned(payment.currency.as_ref()),
        total_minor: minor(&payment.total_amount),
        subtotal_minor: minor(&payment.sub_total),
        shipping_minor: minor(&payment.shipping_fee),
        tax_minor: minor(&payment.tax),
        item_count: u32::try_from(wire.line_items.len()).unwrap_or(u32::MAX),
        product_ids: Json(product_ids),
        is_sample: wire.is_sample_order.unwrap_or(false),
        creator_ref: None,
        created_at,
        paid_at: instant(wire.paid_time),
        updated_at,
    };
    if let Some(buyer) = buyer(wire) {
        let json = serde_json::to_vec(&buyer)
            .map_err(|_unwritable| Error::InvalidRequest("the buyer cannot be written as JSON"))?;
        let key = order.key().to_bytes();
        let context = SealContext::field(Order::TYPE.name, "buyer", Some(order.tenant_id), &key);
        order.buyer = Some(env.keyring.seal(&context, &json, env.random.as_ref())?);
    }
    Ok(Some(order))
}

/// What is said of the buyer; `None` if nothing is.
fn buyer(wire: &WireOrder) -> Option<Buyer> {
    let to = wire.recipient_address.clone().unwrap_or_default();
    let buyer = Buyer {
        v: Buyer::VERSION,
        email: owned(wire.buyer_email.as_ref()),
        nickname: owned(wire.buyer_nickname.as_ref()),
        message: owned(wire.buyer_message.as_ref()),
        recipient: owned(to.name.as_ref()),
        phone: owned(to.phone_number.as_ref()),
        address: owned(to.full_address.as_ref()),
        postal_code: owned(to.postal_code.as_ref()),
        region: owned(to.region_code.as_ref()),
    };
    let nothing = Buyer { v: Buyer::VERSION, ..Buyer::default() };
    (buyer != nothing).then_some(buyer)
}
