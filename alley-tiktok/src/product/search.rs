//! `POST /product/202502/products/search` (Partner Center, "Search Products").

use alley_core::http::Idempotency;
use bytes::Bytes;
use http::Method;
use serde::Serialize;

use crate::error::Result;
use crate::operation::{Cipher, Operation, Parameters, json_body};
use crate::wire::{Text, open_words, wire};

/// One page of products.
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct SearchProducts {
    /// Products a page, 1 to 100.
    #[serde(skip)]
    pub page_size: u32,
    /// From the page before; `None` for the first.
    #[serde(skip)]
    pub page_token: Option<String>,
    /// Only this status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Unix seconds, included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update_time_ge: Option<i64>,
    /// Unix seconds, included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update_time_le: Option<i64>,
}

impl SearchProducts {
    /// The first page of all products.
    pub fn new(page_size: u32) -> Self {
        Self { page_size: page_size.clamp(1, 100), ..Self::default() }
    }
}

wire! {
    /// Answer to [`SearchProducts`].
    pub struct ProductPage {
        /// How many products the search finds in all.
        total_count: Option<i64>,
        /// Empty or absent on the last page.
        next_page_token: Option<Text>,
        /// The products.
        products: Vec<WireProduct>,
    }
    /// A product.
    pub struct WireProduct {
        /// Its id.
        id: Option<Text>,
        /// Its title.
        title: Option<Text>,
        /// Whether it is on sale.
        status: Option<ProductStatus>,
        /// Its variants.
        skus: Vec<Sku>,
        /// Unix seconds.
        create_time: Option<i64>,
        /// Unix seconds.
        update_time: Option<i64>,
    }
    /// A variant.
    pub struct Sku {
        /// Its id.
        id: Option<Text>,
        /// The seller's own number.
        seller_sku: Option<Text>,
        /// Its price.
        price: Option<SkuPrice>,
    }
    /// Price of a variant, decimal text.
    pub struct SkuPrice {
        /// ISO 4217 code.
        currency: Option<Text>,
        /// What the buyer sees.
        sale_price: Option<Text>,
        /// Without tax.
        tax_exclusive_price: Option<Text>,
    }
}

open_words! {
    /// Whether a product is on sale.
    pub enum ProductStatus {
        /// Not submitted.
        Draft => "DRAFT",
        /// In review.
        Pending => "PENDING",
        /// Review failed.
        Failed => "FAILED",
        /// On sale.
        Active => "ACTIVATE",
        /// Taken off by the seller.
        SellerDeactivated => "SELLER_DEACTIVATED",
        /// Taken off by the platform.
        PlatformDeactivated => "PLATFORM_DEACTIVATED",
        /// Frozen by the platform.
        Frozen => "FREEZE",
        /// Deleted.
        Deleted => "DELETED",
    }
}

impl Operation for SearchProducts {
    const NAME: &'static str = "product.search_products";
    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/product/{version}/products/search";
    const VERSION: &'static str = "202502";
    const CIPHER: Cipher = Cipher::Shop;
    const IDEMPOTENCY: Idempotency = Idempotency::Idempotent;
    const SCOPE: Option<&'static str> = Some("seller.product.basic");
    type Response = ProductPage;

    fn query(&self, parameters: &mut Parameters) {
        parameters.add("page_size", self.page_size.to_string());
        parameters.add_some("page_token", self.page_token.as_ref());
    }

    fn body(&self) -> Result<Option<Bytes>> {
        json_body(self)
    }
}
