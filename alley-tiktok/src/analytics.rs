//! Analytics: shop performance.

mod shop_performance;

pub use shop_performance::{
    GetShopPerformance, Performance, PerformanceInterval, Sales, ShopPerformance, Traffic,
};
