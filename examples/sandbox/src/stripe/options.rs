use crate::options::options;

options! {
    /// How the account is set up.
    pub struct Options {
        /// The secret key that requests carry. Not a real one.
        secret_key / with_secret_key: String = "sk_test_sandbox_not_real".to_owned();
        /// The secret that signs webhooks; also what creating an endpoint answers.
        webhook_secret / with_webhook_secret: String = "whsec_sandbox_not_real".to_owned();
        /// A second secret that signs too, as while a secret is being rolled.
        rolled_secret / with_rolled_secret: Option<String> = None;
        /// The seed of all ids. Default 7.
        seed / with_seed: u64 = 7_u64;
        /// The account's default API version, for requests and events that name none.
        api_version / with_api_version: String = "2026-09-30.endive".to_owned();
        /// The prices that can be bought; by default one monthly and one yearly.
        prices / with_prices: Vec<Price> = vec![
            Price::new("price_1AlleyFxPro0m", "pro_monthly", "prod_AlleyFxPro", 2_900, "month"),
            Price::new("price_1AlleyFxPro0y", "pro_yearly", "prod_AlleyFxPro", 29_000, "year"),
        ];
    }
}

/// A recurring price in US dollars.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Price {
    /// `price_…`.
    pub id: String,
    /// The name by which an application finds it without knowing the id.
    pub lookup_key: String,
    /// `prod_…`.
    pub product: String,
    /// Cents.
    pub unit_amount_minor: i64,
    /// `day`, `week`, `month` or `year`.
    pub interval: String,
}

impl Price {
    /// A price that recurs every `interval` (`day`, `week`, `month`, `year`; anything else counts
    /// as a month).
    pub fn new(
        id: impl Into<String>,
        lookup_key: impl Into<String>,
        product: impl Into<String>,
        unit_amount_minor: i64,
        interval: impl Into<String>,
    ) -> Self {
        Self {
            id: id.into(),
            lookup_key: lookup_key.into(),
            product: product.into(),
            unit_amount_minor,
            interval: interval.into(),
        }
    }
}
