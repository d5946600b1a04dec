//! `GET /authorization/202309/shops` (Partner Center, "Get Authorized Shops").

use alley_core::http::Idempotency;
use http::Method;

use crate::operation::{Cipher, Operation};
use crate::wire::{Text, wire};

/// The shops that the token covers; several for cross-border sellers.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct ListAuthorizedShops;

impl ListAuthorizedShops {
    /// The request, which has no parameters.
    pub const fn new() -> Self {
        Self
    }
}

wire! {
    /// Answer to [`ListAuthorizedShops`].
    pub struct AuthorizedShops {
        /// The shops.
        shops: Vec<AuthorizedShop>,
    }
    /// A shop.
    pub struct AuthorizedShop {
        /// Its id.
        id: Option<Text>,
        /// Its name.
        name: Option<Text>,
        /// Country of the shop, ISO 3166.
        region: Option<Text>,
        /// `LOCAL` or `CROSS_BORDER`.
        seller_type: Option<Text>,
        /// Names the shop in calls.
        cipher: Option<Text>,
        /// The code that Seller Center shows.
        code: Option<Text>,
    }
}

impl Operation for ListAuthorizedShops {
    const NAME: &'static str = "authorization.get_authorized_shops";
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/authorization/{version}/shops";
    const VERSION: &'static str = "202309";
    const CIPHER: Cipher = Cipher::None;
    const IDEMPOTENCY: Idempotency = Idempotency::Idempotent;
    const SCOPE: Option<&'static str> = Some("seller.authorization.info");
    type Response = AuthorizedShops;
}
