//! `GET /analytics/202609/shop/performance` (Partner Center, "Get Shop Performance").

use alley_core::http::Idempotency;
use chrono::NaiveDate;
use http::Method;

use crate::money::Amount;
use crate::operation::{Cipher, Operation, Parameters};
use crate::wire::{Text, wire};

/// Figures of a shop, one interval a day.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct GetShopPerformance {
    /// First day.
    pub start: NaiveDate,
    /// The day after the last.
    pub end: NaiveDate,
}

impl GetShopPerformance {
    /// Asks for the days from `start` up to but not including `end`.
    pub const fn new(start: NaiveDate, end: NaiveDate) -> Self {
        Self { start, end }
    }
}

wire! {
    /// Answer to [`GetShopPerformance`].
    pub struct ShopPerformance {
        /// `YYYY-MM-DD`; later days are not there yet.
        latest_available_date: Option<Text>,
        /// The figures.
        performance: Option<Performance>,
    }
    /// Figures by interval.
    pub struct Performance {
        /// The intervals.
        intervals: Vec<PerformanceInterval>,
    }
    /// Figures of one interval.
    pub struct PerformanceInterval {
        /// First day, `YYYY-MM-DD`.
        start_date: Option<Text>,
        /// The day after the last, `YYYY-MM-DD`.
        end_date: Option<Text>,
        /// Sales.
        sales: Option<Sales>,
        /// Visits.
        traffic: Option<Traffic>,
    }
    /// Sales of an interval.
    pub struct Sales {
        /// Gross merchandise value.
        gmv: Option<Amount>,
        /// That of creators' videos.
        creator_video_gmv: Option<Amount>,
        /// That of creators' live streams.
        creator_live_gmv: Option<Amount>,
        /// Refunds.
        refunds: Option<Amount>,
        /// Orders.
        orders_count: Option<i64>,
        /// Units.
        items_sold: Option<i64>,
        /// Buyers.
        customers_count: Option<i64>,
        /// Orders canceled or returned.
        cancellations_and_returns: Option<i64>,
    }
    /// Visits of an interval.
    pub struct Traffic {
        /// Page views, on average a day.
        avg_page_views: Option<i64>,
        /// Visitors, on average a day.
        avg_visitors: Option<i64>,
        /// Times that products were shown.
        product_impressions: Option<i64>,
        /// Times that products were clicked.
        product_clicks: Option<i64>,
        /// Conversion rate, decimal text; the name is misspelled on the wire.
        avg_conversation_rate: Option<Text>,
    }
}

impl Operation for GetShopPerformance {
    const NAME: &'static str = "analytics.get_shop_performance";
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/analytics/{version}/shop/performance";
    const VERSION: &'static str = "202609";
    const CIPHER: Cipher = Cipher::Shop;
    const IDEMPOTENCY: Idempotency = Idempotency::Idempotent;
    const SCOPE: Option<&'static str> = Some("data.shop_analytics.public.read");
    type Response = ShopPerformance;

    fn query(&self, parameters: &mut Parameters) {
        parameters.add("start_date_ge", self.start.to_string());
        parameters.add("end_date_lt", self.end.to_string());
        parameters.add("granularity", "1D");
        parameters.add("currency", "LOCAL");
    }
}
