//! Products: search.

mod search;

pub use search::{ProductPage, ProductStatus, SearchProducts, Sku, SkuPrice, WireProduct};
