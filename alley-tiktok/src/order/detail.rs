//! `GET /order/202507/orders` (Partner Center, "Get Order Detail").

use alley_core::http::Idempotency;
use http::Method;

use super::shape::WireOrder;
use crate::error::{Error, Result};
use crate::ids::OrderId;
use crate::operation::{Cipher, Operation, Parameters};
use crate::wire::wire;

/// Some orders by id.
#[derive(Clone, Debug)]
pub struct GetOrders(String);

impl GetOrders {
    /// The most ids of one call.
    pub const MAX_IDS: usize = 50;

    /// Asks for 1 to 50 orders.
    ///
    /// # Errors
    /// With more ids or none.
    pub fn new(ids: &[OrderId]) -> Result<Self> {
        if ids.is_empty() || ids.len() > Self::MAX_IDS {
            return Err(Error::InvalidRequest("order detail takes 1 to 50 ids"));
        }
        let ids: Vec<&str> = ids.iter().map(OrderId::as_str).collect();
        Ok(Self(ids.join(",")))
    }
}

wire! {
    /// Answer to [`GetOrders`].
    pub struct OrderDetails {
        /// Those of the orders that exist.
        orders: Vec<WireOrder>,
    }
}

impl Operation for GetOrders {
    const NAME: &'static str = "order.get_order_detail";
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/order/{version}/orders";
    const VERSION: &'static str = "202507";
    const CIPHER: Cipher = Cipher::Shop;
    const IDEMPOTENCY: Idempotency = Idempotency::Idempotent;
    const SCOPE: Option<&'static str> = Some("seller.order.info");
    type Response = OrderDetails;

    fn query(&self, parameters: &mut Parameters) {
        parameters.add("ids", self.0.as_str());
    }
}
