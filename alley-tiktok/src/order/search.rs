//! `POST /order/202309/orders/search` (Partner Center, "Get Order List").

use alley_core::http::Idempotency;
use bytes::Bytes;
use http::Method;
use serde::Serialize;

use super::shape::WireOrder;
use crate::error::Result;
use crate::operation::{Cipher, Operation, Parameters, json_body};
use crate::wire::{Text, wire};

/// One page of orders, oldest first.
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct SearchOrders {
    /// Orders a page, 1 to 100.
    #[serde(skip)]
    pub page_size: u32,
    /// From the page before; `None` for the first.
    #[serde(skip)]
    pub page_token: Option<String>,
    /// Only this status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_status: Option<String>,
    /// Unix seconds, included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub create_time_ge: Option<i64>,
    /// Unix seconds, not included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub create_time_lt: Option<i64>,
    /// Unix seconds, included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update_time_ge: Option<i64>,
    /// Unix seconds, not included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update_time_lt: Option<i64>,
}

impl SearchOrders {
    /// The first page of all orders.
    pub fn new(page_size: u32) -> Self {
        Self { page_size: page_size.clamp(1, 100), ..Self::default() }
    }
}

wire! {
    /// Answer to [`SearchOrders`].
    pub struct OrderPage {
        /// How many orders the search finds in all.
        total_count: Option<i64>,
        /// Empty or absent on the last page.
        next_page_token: Option<Text>,
        /// The orders.
        orders: Vec<WireOrder>,
    }
}

impl Operation for SearchOrders {
    const NAME: &'static str = "order.get_order_list";
    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/order/{version}/orders/search";
    const VERSION: &'static str = "202309";
    const CIPHER: Cipher = Cipher::Shop;
    const IDEMPOTENCY: Idempotency = Idempotency::Idempotent;
    const SCOPE: Option<&'static str> = Some("seller.order.info");
    type Response = OrderPage;

    fn query(&self, parameters: &mut Parameters) {
        parameters.add("page_size", self.page_size.to_string());
        parameters.add_some("page_token", self.page_token.as_ref());
        // By time of creation: an order that changes while pages are read keeps its place.
        parameters.add("sort_field", "create_time");
        parameters.add("sort_order", "ASC");
    }

    fn body(&self) -> Result<Option<Bytes>> {
        json_body(self)
    }
}
