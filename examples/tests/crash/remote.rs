//! The other side: doubles of TikTok Shop and Stripe on loopback ports.

use std::sync::Arc;

use alley_core::{Clock as _, ManualClock};
use alley_sandbox::stripe::{self, Stripe};
use alley_sandbox::tiktok::{self, TikTokShop};
use alley_sandbox::{Now, Server, serve};
use chrono::{DateTime, Utc};
use serde_json::Value;

pub(crate) const APP_KEY: &str = "6a7b8c9d0e1f";
pub(crate) const APP_SECRET: &str = "crash0app0secret0not0real000000000000000";
pub(crate) const SERVICE_ID: &str = "7300000000000000001";
pub(crate) const STRIPE_KEY: &str = "sk_test_crash_not_real";
pub(crate) const STRIPE_SECRET: &str = "whsec_crash_not_real";

/// Both doubles, in the time of one clock.
#[derive(Debug)]
pub(crate) struct Remote {
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) shop: Arc<TikTokShop>,
    pub(crate) stripe: Arc<Stripe>,
    servers: [Server; 2],
}

/// What both doubles remember.
#[derive(Debug)]
pub(crate) struct Memory {
    pub(crate) shop: Value,
    pub(crate) stripe: Value,
}

impl Remote {
    pub(crate) fn serve(start: DateTime<Utc>) -> Self {
        let clock = Arc::new(ManualClock::new(start));
        let now = || {
            let clock = Arc::clone(&clock);
            Now::new(move || clock.now().timestamp())
        };
        let options = tiktok::Options::default()
            .with_app_key(APP_KEY)
            .with_app_secret(APP_SECRET)
            .with_service_id(SERVICE_ID)
            .with_as_of(start.timestamp())
            .with_orders(20_u32);
        let shop = Arc::new(TikTokShop::new(options, now()));
        let options = stripe::Options::default()
            .with_secret_key(STRIPE_KEY)
            .with_webhook_secret(STRIPE_SECRET);
        let stripe = Arc::new(Stripe::new(options, now()));
        let servers = [
            serve(Arc::clone(&shop) as _, "127.0.0.1:0").unwrap(),
            serve(Arc::clone(&stripe) as _, "127.0.0.1:0").unwrap(),
        ];
        Self { clock, shop, stripe, servers }
    }

    /// Base addresses of TikTok Shop and of Stripe.
    pub(crate) fn bases(&self) -> [String; 2] {
        self.servers.each_ref().map(Server::base_url)
    }

    pub(crate) fn memory(&self) -> Memory {
        Memory { shop: self.shop.snapshot(), stripe: self.stripe.snapshot() }
    }

    /// Goes back to what was remembered then.
    pub(crate) fn restore(&self, memory: &Memory, now: DateTime<Utc>) {
        self.clock.set(now);
        self.shop.restore(&memory.shop).unwrap();
        self.stripe.restore(&memory.stripe).unwrap();
    }
}
