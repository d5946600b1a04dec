//! Every member that a double shows is one of the recorded shape, and of the same JSON kind.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "test code")]

use http::Method;
use serde_json::Value;

#[expect(dead_code, reason = "shared with the tests of the flows")]
#[path = "support/merchant.rs"]
mod merchant;
#[expect(dead_code, reason = "shared with the tests of the flows")]
#[path = "support/seller.rs"]
mod seller;

use merchant::{Merchant, read};
use seller::{Seller, options};

fn fixture(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    }
}

/// Where `shown` departs from `known`; null fits everything, a free map takes any key.
fn departures(known: &Value, shown: &Value, path: &str, free: &[&str], out: &mut Vec<String>) {
    match (known, shown) {
        (Value::Null, _) | (_, Value::Null) => {}
        (Value::Object(known), Value::Object(shown)) => {
            for (key, value) in shown {
                let path = format!("{path}/{key}");
                if free.contains(&key.as_str()) {
                    continue;
                }
                match known.get(key) {
                    None => out.push(format!("{path} is not known")),
                    Some(known) => departures(known, value, &path, free, out),
                }
            }
        }
        (Value::Array(known), Value::Array(shown)) => {
            if let Some(known) = known.first() {
                for value in shown {
                    departures(known, value, path, free, out);
                }
            }
        }
        _ if kind(known) == kind(shown) => {}
        _ => out.push(format!("{path} is {} and not {}", kind(shown), kind(known))),
    }
}

fn assert_fits(name: &str, known: &Value, shown: &Value) {
    let mut out = Vec::new();
    departures(known, shown, "", &["metadata", "a_field_of_next_year"], &mut out);
    out.sort();
    out.dedup();
    assert!(out.is_empty(), "{name}: {out:#?}");
}

#[test]
fn tiktok_answers_have_the_recorded_shapes() {
    let seller = Seller::authorized(options());
    let webhook = r#"{"address":"https://x.example.com","event_type":"NEW_MESSAGE"}"#;
    seller.call(Method::PUT, "/event/202309/webhooks", &[], webhook);
    let post = |path: &str, size: &str| seller.call(Method::POST, path, &[("page_size", size)], "");
    let get = |path: &str, query: &[(&str, &str)]| seller.call(Method::GET, path, query, "");
    let dates =
        [("start_date_ge", "2025-12-01"), ("end_date_lt", "2025-12-08"), ("granularity", "1D")];
    let orders = post("/order/202309/orders/search", "100");
    assert_fits("orders", &fixture(include_str!("data/tiktok/order_search.json")), &orders);
    let products = post("/product/202502/products/search", "100");
    assert_fits("products", &fixture(include_str!("data/tiktok/product_search.json")), &products);
    let creators = post("/affiliate_seller/202608/marketplace_creators/search", "20");
    let known = fixture(include_str!("data/tiktok/marketplace_creators_search.json"));
    assert_fits("creators", &known, &creators);
    let statements = get("/finance/202309/statements", &[("sort_field", "statement_time")]);
    assert_fits("statements", &fixture(include_str!("data/tiktok/statements.json")), &statements);
    let quota = get("/affiliate_seller/202607/creator_outreach/quota", &[]);
    let known = fixture(include_str!("data/tiktok/creator_outreach_quota.json"));
    assert_fits("quota", &known, &quota);
    let performance = get("/analytics/202609/shop/performance", &dates);
    let known = fixture(include_str!("data/tiktok/shop_performance.json"));
    assert_fits("performance", &known, &performance);
    let settings = get("/event/202309/webhooks", &[]);
    assert_fits("settings", &fixture(include_str!("data/tiktok/shop_webhooks.json")), &settings);
    for answer in [&orders, &products, &creators, &statements, &quota, &performance, &settings] {
        assert_eq!(answer["code"], 0, "{answer}");
    }
}

#[test]
fn tiktok_tokens_and_shops_have_the_recorded_shapes() {
    let seller = Seller::authorized(options().with_orders(1_u32).with_shops(2_u32));
    let tokens = seller.refresh_with(&seller.refresh);
    assert_fits("tokens", &fixture(include_str!("data/tiktok/token_get_seller.json")), &tokens);
    let request = seller.request(Method::GET, "/authorization/202309/shops", &[], "");
    let shops = seller::json(alley_sandbox::Double::handle(&*seller.shop, &request));
    assert_fits("shops", &fixture(include_str!("data/tiktok/authorized_shops.json")), &shops);
    assert_eq!(shops["data"]["shops"].as_array().unwrap().len(), 2);
}

#[test]
fn stripe_objects_have_the_recorded_shapes() {
    let merchant = Merchant::new(alley_sandbox::stripe::Options::default());
    let (customer, session, subscription) = merchant.subscribed();
    let object = |id: &str| merchant.stripe.object(id).unwrap();
    let invoice = object(&subscription)["latest_invoice"].as_str().unwrap().to_owned();
    let old = |uri: String| {
        let header = [("stripe-version", "2025-02-24.acacia")];
        read(&merchant.send(Method::GET, &uri, &header, "")).1
    };
    let portal = merchant.post("/v1/billing_portal/sessions", &format!("customer={customer}")).1;
    let renewal = merchant.stripe.renewal(&subscription).unwrap();
    let event: Value = serde_json::from_slice(renewal[0].body()).unwrap();
    let thin = merchant.stripe.thin_event(renewal[0].id()).unwrap();
    let rows = [
        ("customer", include_str!("data/stripe/customer.json"), object(&customer)),
        ("session", include_str!("data/stripe/checkout_session.complete.json"), object(&session)),
        (
            "subscription",
            include_str!("data/stripe/subscription.endive.json"),
            object(&subscription),
        ),
        (
            "old subscription",
            include_str!("data/stripe/subscription.acacia.json"),
            old(format!("/v1/subscriptions/{subscription}")),
        ),
        ("invoice", include_str!("data/stripe/invoice.endive.paid.json"), object(&invoice)),
        (
            "old invoice",
            include_str!("data/stripe/invoice.acacia.paid.json"),
            old(format!("/v1/invoices/{invoice}")),
        ),
        (
            "price",
            include_str!("data/stripe/price.json"),
            merchant.get("/v1/prices").1["data"][0].clone(),
        ),
        ("portal", include_str!("data/stripe/portal_session.json"), portal),
        (
            "event",
            include_str!("data/stripe/event.customer.subscription.updated.renewal.json"),
            event,
        ),
        (
            "thin event",
            include_str!("data/stripe/event_notification.v1.customer.subscription.updated.json"),
            serde_json::from_slice(thin.body()).unwrap(),
        ),
    ];
    for (name, known, shown) in rows {
        assert_fits(name, &fixture(known), &shown);
    }
}
