//! The Stripe double through its public interface, in process.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "test code")]

use alley_sandbox::stripe::Options;
use alley_sandbox::{Delivery, Double, Fault, On};
use bytes::Bytes;
use http::{Method, Request};
use serde_json::{Value, json};

#[path = "support/merchant.rs"]
mod merchant;

use merchant::{Merchant, PRICE, read, text};

fn merchant() -> Merchant {
    Merchant::new(Options::default())
}

fn kinds(deliveries: &[Delivery]) -> Vec<&str> {
    deliveries.iter().map(Delivery::kind).collect()
}

fn body(delivery: &Delivery) -> Value {
    serde_json::from_slice(delivery.body()).unwrap()
}

#[test]
fn call_without_the_key_is_refused() {
    let merchant = merchant();
    for key in ["", "Bearer sk_test_other", "sk_test_sandbox_not_real"] {
        let request =
            Request::get("/v1/prices").header("authorization", key).body(Bytes::new()).unwrap();
        let response = merchant.stripe.handle(&request).into_response().unwrap();
        assert_eq!(response.status(), 401, "{key}");
        assert!(response.headers().contains_key("request-id"));
    }
}

#[test]
fn customer_lives_and_leaves_a_stub() {
    let merchant = merchant();
    let id = merchant.customer("owner%40example.com");
    merchant.customer("other%40example.com");
    let (_, found) = merchant.get("/v1/customers?email=owner%40example.com");
    assert_eq!(found["data"][0]["id"], id.as_str());
    assert_eq!(found["data"].as_array().unwrap().len(), 1);
    let uri = format!("/v1/customers/{id}");
    let (_, updated) = merchant.post(&uri, "metadata[a]=&metadata[b]=2&name=Shop");
    assert_eq!(updated["metadata"], json!({ "b": "2" }));
    assert_eq!(merchant.delete(&uri).1["deleted"], true);
    assert_eq!(
        merchant.get(&uri),
        (200, json!({ "id": id, "object": "customer", "deleted": true }))
    );
    assert_eq!(merchant.post(&uri, "name=x").0, 404);
    assert_eq!(merchant.delete(&uri).0, 404);
    let told = merchant.stripe.take_deliveries();
    let expected = ["customer.created", "customer.created", "customer.updated", "customer.deleted"];
    assert_eq!(kinds(&told), expected);
    assert!(merchant.stripe.take_deliveries().is_empty());
}

#[test]
fn errors_name_what_is_wrong() {
    let merchant = merchant();
    let rows = [
        ("/v1/customers", "emial=x", 400, "parameter_unknown", "emial"),
        ("/v1/customers", "email=x", 400, "parameter_invalid", "email"),
        ("/v1/customers/cus_nope", "name=x", 404, "resource_missing", "id"),
        ("/v1/checkout/sessions", "mode=subscription", 400, "parameter_missing", "success_url"),
        ("/v1/billing_portal/sessions", "customer=cus_nope", 400, "resource_missing", "customer"),
        ("/v1/webhook_endpoints", "url=https://x", 400, "parameter_missing", "enabled_events"),
    ];
    for (uri, form, status, code, param) in rows {
        let (got, answer) = merchant.post(uri, form);
        let error = &answer["error"];
        assert_eq!((got, &error["code"], &error["param"]), (status, &json!(code), &json!(param)));
        assert_eq!(error["type"], "invalid_request_error");
    }
    assert_eq!(merchant.get("/v1/nothing").0, 404);
    let odd = merchant.send(Method::GET, "/v1/prices", &[("stripe-version", "soon")], "");
    assert_eq!(odd.status(), 400);
}

#[test]
fn repeated_key_replays_the_first_answer() {
    let merchant = merchant();
    let key = [("idempotency-key", "k1")];
    let first = merchant.send(Method::POST, "/v1/customers", &key, "email=a%40b.c&name=N");
    let again = merchant.send(Method::POST, "/v1/customers", &key, "name=N&email=a%40b.c");
    assert_eq!(first.body(), again.body());
    assert_eq!(again.headers()["idempotent-replayed"], "true");
    assert_eq!(again.headers()["original-request"], first.headers()["request-id"]);
    assert!(!first.headers().contains_key("idempotent-replayed"));
    assert_eq!(merchant.get("/v1/customers").1["data"].as_array().unwrap().len(), 1);

    let (status, other) =
        read(&merchant.send(Method::POST, "/v1/customers", &key, "email=x%40b.c"));
    assert_eq!((status, &other["error"]["type"]), (400, &json!("idempotency_error")));

    merchant.pass(86_400);
    let later = merchant.send(Method::POST, "/v1/customers", &key, "email=a%40b.c&name=N");
    assert_ne!(first.body(), later.body(), "a day old, the key is forgotten");
}

#[test]
fn validation_failure_is_not_kept_for_the_key_but_a_refusal_that_ran_is() {
    let merchant = merchant();
    let key = [("idempotency-key", "k1")];
    assert_eq!(merchant.send(Method::POST, "/v1/customers", &key, "emial=x").status(), 400);
    assert_eq!(merchant.send(Method::POST, "/v1/customers", &key, "email=a%40b.c").status(), 200);

    let (_, session, _) = merchant.subscribed();
    let uri = format!("/v1/checkout/sessions/{session}/expire");
    let key = [("idempotency-key", "k2")];
    assert_eq!(merchant.send(Method::POST, &uri, &key, "").status(), 400);
    let again = merchant.send(Method::POST, &uri, &key, "");
    assert_eq!(
        (again.status().as_u16(), &again.headers()["idempotent-replayed"]),
        (400, &"true".parse().unwrap())
    );
}

#[test]
fn lost_answer_is_found_again_with_its_key() {
    let merchant = merchant();
    merchant.stripe.faults().arm(Fault::DropAfter, On::path("/v1/customers"));
    let request = Request::post("/v1/customers")
        .header("authorization", merchant::KEY)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("idempotency-key", "k")
        .body(Bytes::from_static(b"name=N"))
        .unwrap();
    assert!(merchant.stripe.handle(&request).into_response().is_none());
    let again = merchant.stripe.handle(&request).into_response().unwrap();
    assert_eq!(again.headers()["idempotent-replayed"], "true");
    assert_eq!(merchant.get("/v1/customers").1["data"].as_array().unwrap().len(), 1);
}

#[test]
fn item_without_its_id_is_added_and_with_it_swapped() {
    let merchant = merchant();
    let (_, _, id) = merchant.subscribed();
    let uri = format!("/v1/subscriptions/{id}");
    let (_, before) = merchant.get(&uri);
    let item = before["items"]["data"][0]["id"].as_str().unwrap();
    let (_, swapped) =
        merchant.post(&uri, &format!("items[0][id]={item}&items[0][price]=price_1AlleyFxPro0y"));
    assert_eq!(swapped["items"]["data"][0]["price"]["unit_amount"], 29_000);
    let (_, added) = merchant.post(&uri, &format!("items[0][price]={PRICE}"));
    assert_eq!(added["items"]["data"].as_array().unwrap().len(), 2);
}

#[test]
fn deleting_a_customer_ends_the_subscription() {
    let merchant = merchant();
    let (customer, _, id) = merchant.subscribed();
    merchant.stripe.take_deliveries();
    merchant.delete(&format!("/v1/customers/{customer}"));
    assert_eq!(merchant.stripe.object(&id).unwrap()["status"], "canceled");
    let told = merchant.stripe.take_deliveries();
    assert_eq!(kinds(&told), ["customer.subscription.deleted", "customer.deleted"]);
}

#[test]
fn lists_page_newest_first() {
    let merchant = merchant();
    let ids: Vec<String> =
        (0..25).rev().map(|n| merchant.customer(&format!("c{n}%40example.com"))).collect();
    let mut seen = Vec::new();
    let mut after = String::new();
    loop {
        let (_, page) = merchant.get(&format!("/v1/customers?limit=10{after}"));
        let data = page["data"].as_array().unwrap();
        seen.extend(data.iter().map(|customer| text(customer, "id")));
        if page["has_more"] == false {
            break;
        }
        after = format!("&starting_after={}", seen.last().unwrap());
    }
    assert_eq!(seen, ids.into_iter().rev().collect::<Vec<_>>());
    let (_, before) = merchant.get(&format!("/v1/customers?limit=3&ending_before={}", seen[5]));
    assert_eq!(text(&before["data"][0], "id"), seen[2]);
    assert_eq!(merchant.get("/v1/customers?limit=101").0, 400);
    assert_eq!(merchant.get("/v1/customers?starting_after=cus_nope").0, 400);
}

#[test]
fn prices_are_found_by_lookup_key() {
    let (_, list) = merchant().get("/v1/prices?lookup_keys[]=pro_yearly&active=true");
    assert_eq!(list["data"].as_array().unwrap().len(), 1);
    assert_eq!(list["data"][0]["recurring"]["interval"], "year");
}

#[test]
fn portal_and_endpoint_answer_with_link_and_secret() {
    let merchant = merchant();
    let customer = merchant.customer("o%40example.com");
    let (_, portal) = merchant
        .post("/v1/billing_portal/sessions", &format!("customer={customer}&return_url=https://x"));
    assert!(text(&portal, "url").starts_with("https://billing.example.test/"));
    let form = "url=https://x&enabled_events[]=*&api_version=2025-02-24.acacia";
    let (_, endpoint) = merchant.post("/v1/webhook_endpoints", form);
    assert_eq!(endpoint["secret"], "whsec_sandbox_not_real");
    let (_, _, id) = merchant.subscribed();
    let told = merchant.stripe.renewal(&id).unwrap();
    let event = body(&told[0]);
    assert_eq!(event["api_version"], "2025-02-24.acacia");
    assert!(event["data"]["object"]["current_period_end"].is_i64());
}

#[test]
fn old_version_shows_the_old_shape() {
    let merchant = merchant();
    let (_, _, id) = merchant.subscribed();
    let uri = format!("/v1/subscriptions/{id}?expand[]=latest_invoice");
    let header = [("stripe-version", "2025-02-24.acacia")];
    let response = merchant.send(Method::GET, &uri, &header, "");
    assert_eq!(response.headers()["stripe-version"], "2025-02-24.acacia");
    let (_, old) = read(&response);
    assert!(old["current_period_end"].is_i64());
    assert!(old["items"]["data"][0].get("current_period_end").is_none());
    assert_eq!(old["latest_invoice"]["subscription"], id.as_str());
    assert_eq!(old["latest_invoice"]["paid"], true);
    let (_, new) = merchant.get(&uri);
    assert!(new.get("current_period_end").is_none());
    assert!(new["latest_invoice"].get("paid").is_none());
}

#[test]
fn rate_limit_may_be_retried() {
    let merchant = merchant();
    merchant.stripe.faults().arm(Fault::RateLimit, On::path("/v1/prices"));
    let response = merchant.send(Method::GET, "/v1/prices", &[], "");
    assert_eq!(response.status(), 429);
    assert_eq!(response.headers()["stripe-should-retry"], "true");
    assert_eq!(merchant.get("/v1/prices").0, 200);
    assert_eq!(merchant.stripe.journal().calls("/v1/prices"), 2);
}
