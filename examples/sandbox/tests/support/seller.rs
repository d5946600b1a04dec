//! A small client of TikTok Shop for tests: builds signed requests.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use alley_sandbox::tiktok::sign::request_signature;
use alley_sandbox::tiktok::{Options, TikTokShop};
use alley_sandbox::{Double, Now, Outcome};
use bytes::Bytes;
use http::{Method, Request};
use serde_json::Value;

pub(crate) const APP_KEY: &str = "app0key";
pub(crate) const APP_SECRET: &str = "app0secret";
pub(crate) const START: i64 = 1_767_225_600;

/// A shop with a clock that the test moves, and the tokens of an authorization.
#[derive(Debug)]
pub(crate) struct Seller {
    pub(crate) shop: Arc<TikTokShop>,
    pub(crate) clock: Arc<AtomicI64>,
    pub(crate) cipher: String,
    pub(crate) access: String,
    pub(crate) refresh: String,
}

pub(crate) fn options() -> Options {
    Options::default().with_app_key(APP_KEY).with_app_secret(APP_SECRET)
}

impl Seller {
    pub(crate) fn authorized(options: Options) -> Self {
        let clock = Arc::new(AtomicI64::new(START));
        let read = Arc::clone(&clock);
        let now = Now::new(move || read.load(Ordering::SeqCst));
        let shop = Arc::new(TikTokShop::new(options, now));
        let cipher = shop.shops()[0].1.clone();
        let mut seller =
            Self { shop, clock, cipher, access: String::new(), refresh: String::new() };
        let code = seller.shop.authorize(Some("s")).code;
        let data = seller.token(&format!("get?auth_code={code}&grant_type=authorized_code"));
        seller.take_tokens(&data["data"]);
        seller
    }

    pub(crate) fn pass(&self, seconds: i64) {
        self.clock.fetch_add(seconds, Ordering::SeqCst);
    }

    pub(crate) fn take_tokens(&mut self, data: &Value) {
        data["access_token"].as_str().unwrap().clone_into(&mut self.access);
        data["refresh_token"].as_str().unwrap().clone_into(&mut self.refresh);
    }

    /// A token call: `get?…` or `refresh?…` without the app.
    pub(crate) fn token(&self, call: &str) -> Value {
        let uri = format!("/api/v2/token/{call}&app_key={APP_KEY}&app_secret={APP_SECRET}");
        json(self.shop.handle(&Request::get(uri).body(Bytes::new()).unwrap()))
    }

    pub(crate) fn refresh_with(&self, token: &str) -> Value {
        self.token(&format!("refresh?refresh_token={token}&grant_type=refresh_token"))
    }

    pub(crate) fn request(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        body: &str,
    ) -> Request<Bytes> {
        let timestamp = self.clock.load(Ordering::SeqCst).to_string();
        let mut pairs = vec![("app_key", APP_KEY), ("timestamp", timestamp.as_str())];
        pairs.extend(query);
        let sign = request_signature(APP_SECRET, path, &pairs, None, body.as_bytes());
        pairs.push(("sign", &sign));
        let query: Vec<String> =
            pairs.iter().map(|(key, value)| format!("{key}={}", encode(value))).collect();
        Request::builder()
            .method(method)
            .uri(format!("{path}?{}", query.join("&")))
            .header("x-tts-access-token", &self.access)
            .header("content-type", "application/json")
            .body(Bytes::copy_from_slice(body.as_bytes()))
            .unwrap()
    }

    /// A signed call with the shop's cipher.
    pub(crate) fn call(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        body: &str,
    ) -> Value {
        let mut query = query.to_vec();
        query.push(("shop_cipher", &self.cipher));
        json(self.shop.handle(&self.request(method, path, &query, body)))
    }
}

pub(crate) fn json(outcome: Outcome) -> Value {
    serde_json::from_slice(outcome.into_response().unwrap().body()).unwrap()
}

fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' | b'.' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}
