use crate::options::options;

options! {
    /// What the double is seeded with. Two doubles with equal options hold the same data.
    pub struct Options {
        /// The app's key, as a client sends it.
        app_key / with_app_key: String = "6a7b8c9d0e1f".to_owned();
        /// The app's secret, which signs requests and webhooks. Not a real one.
        app_secret / with_app_secret: String =
            "sandbox0secret0not0real0000000000000000a".to_owned();
        /// The id in the address of the authorize page.
        service_id / with_service_id: String = "7300000000000000001".to_owned();
        /// Where the authorize page sends the seller back to.
        redirect_url / with_redirect_url: String = "http://127.0.0.1/tiktok/callback".to_owned();
        /// The seed of all data. Default 42.
        seed / with_seed: u64 = 42_u64;
        /// The instant, in Unix seconds, up to which the seeded past reaches (90 days of orders).
        /// Default 2026-01-01T00:00:00Z.
        as_of / with_as_of: i64 = 1_767_225_600_i64;
        /// Number of orders of the first shop. Default 5,000.
        orders / with_orders: u32 = 5_000_u32;
        /// Number of products of the first shop. Default 60.
        products / with_products: u32 = 60_u32;
        /// Number of creators in the marketplace. Default 200.
        creators / with_creators: u32 = 200_u32;
        /// Number of statements of the first shop, one a day before `as_of`. Default 1.
        statements / with_statements: u32 = 1_u32;
        /// Number of shops of the seller; at least 1. The others than the first are empty.
        shops / with_shops: u32 = 1_u32;
        /// Life of an access token in seconds. Default 7 days.
        access_life_s / with_access_life_s: i64 = 7 * 86_400_i64;
        /// Life of a refresh token in seconds. Default 365 days.
        refresh_life_s / with_refresh_life_s: i64 = 365 * 86_400_i64;
        /// The weekly quota of creators that may be written to. Default 1,000.
        weekly_quota / with_weekly_quota: u64 = 1_000_u64;
        /// The scopes that an authorization grants.
        scopes / with_scopes: Vec<String> = [
            "seller.authorization.info",
            "seller.order.info",
            "seller.product.basic",
            "seller.finance.info",
            "seller.creator_marketplace.read",
            "data.shop_analytics.public.read",
        ]
        .map(str::to_owned)
        .to_vec();
    }
}
