//! A small client of Stripe for tests.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use alley_sandbox::stripe::{Options, Stripe};
use alley_sandbox::{Double, Now};
use bytes::Bytes;
use http::{Method, Request, Response};
use serde_json::Value;

pub(crate) const START: i64 = 1_767_225_600;
pub(crate) const KEY: &str = "Bearer sk_test_sandbox_not_real";
pub(crate) const PRICE: &str = "price_1AlleyFxPro0m";

/// An account with a clock that the test moves.
#[derive(Debug)]
pub(crate) struct Merchant {
    pub(crate) stripe: Arc<Stripe>,
    clock: Arc<AtomicI64>,
}

impl Merchant {
    pub(crate) fn new(options: Options) -> Self {
        let clock = Arc::new(AtomicI64::new(START));
        let read = Arc::clone(&clock);
        let stripe = Stripe::new(options, Now::new(move || read.load(Ordering::SeqCst)));
        Self { stripe: Arc::new(stripe), clock }
    }

    pub(crate) fn pass(&self, seconds: i64) {
        self.clock.fetch_add(seconds, Ordering::SeqCst);
    }

    pub(crate) fn send(
        &self,
        method: Method,
        uri: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Response<Bytes> {
        let mut request = Request::builder()
            .method(method)
            .uri(uri)
            .header("authorization", KEY)
            .header("content-type", "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Bytes::copy_from_slice(body.as_bytes())).unwrap();
        self.stripe.handle(&request).into_response().unwrap()
    }

    pub(crate) fn post(&self, uri: &str, body: &str) -> (u16, Value) {
        read(&self.send(Method::POST, uri, &[], body))
    }

    pub(crate) fn get(&self, uri: &str) -> (u16, Value) {
        read(&self.send(Method::GET, uri, &[], ""))
    }

    pub(crate) fn delete(&self, uri: &str) -> (u16, Value) {
        read(&self.send(Method::DELETE, uri, &[], ""))
    }

    /// A customer of that e-mail address.
    pub(crate) fn customer(&self, email: &str) -> String {
        let (status, body) = self.post("/v1/customers", &format!("email={email}&metadata[a]=1"));
        assert_eq!(status, 200, "{body}");
        body["id"].as_str().unwrap().to_owned()
    }

    /// An open checkout session of the monthly price.
    pub(crate) fn checkout(&self, customer: &str, more: &str) -> Value {
        let body = format!(
            "mode=subscription&customer={customer}&client_reference_id=acc_1\
             &line_items[0][price]={PRICE}&line_items[0][quantity]=1\
             &success_url=https%3A%2F%2Fapp.example.test%2Fdone%3Fs%3D%7BCHECKOUT_SESSION_ID%7D\
             &subscription_data[metadata][account]=acc_1{more}"
        );
        let (status, session) = self.post("/v1/checkout/sessions", &body);
        assert_eq!(status, 200, "{session}");
        session
    }

    /// A paid subscription: customer, session and subscription id.
    pub(crate) fn subscribed(&self) -> (String, String, String) {
        let customer = self.customer("owner@example.com");
        let session = text(&self.checkout(&customer, ""), "id");
        self.stripe.complete_checkout(&session).unwrap();
        let subscription = text(&self.stripe.object(&session).unwrap(), "subscription");
        (customer, session, subscription)
    }
}

pub(crate) fn read(response: &Response<Bytes>) -> (u16, Value) {
    (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap())
}

pub(crate) fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap().to_owned()
}
