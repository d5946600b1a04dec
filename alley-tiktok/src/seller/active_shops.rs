//! `GET /seller/202309/shops` (Partner Center, "Get Active Shops").

use alley_core::http::Idempotency;
use http::Method;

use crate::operation::{Cipher, Operation};
use crate::wire::{Text, wire};

/// The seller's shops that are active.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct ListActiveShops;

impl ListActiveShops {
    /// The request, which has no parameters.
    pub const fn new() -> Self {
        Self
    }
}

wire! {
    /// Answer to [`ListActiveShops`].
    pub struct ActiveShops {
        /// The shops.
        shops: Vec<ActiveShop>,
    }
    /// An active shop.
    pub struct ActiveShop {
        /// Its id.
        id: Option<Text>,
        /// Country, ISO 3166.
        region: Option<Text>,
    }
}

impl Operation for ListActiveShops {
    const NAME: &'static str = "seller.get_active_shops";
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/seller/{version}/shops";
    const VERSION: &'static str = "202309";
    const CIPHER: Cipher = Cipher::None;
    const IDEMPOTENCY: Idempotency = Idempotency::Idempotent;
    const SCOPE: Option<&'static str> = Some("seller.shop.info");
    type Response = ActiveShops;
}
