//! What people and time do on the side of Stripe, and the webhooks of it.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "test code")]

use std::sync::{Arc, Mutex};

use alley_sandbox::stripe::sign::is_signed;
use alley_sandbox::stripe::{Options, Stripe};
use alley_sandbox::{Delivery, Fault, Now, On};
use http::Method;
use serde_json::{Value, json};

#[expect(dead_code, reason = "shared between test files")]
#[path = "support/merchant.rs"]
mod merchant;

use merchant::{Merchant, START, text};

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
fn paid_checkout_makes_a_subscription_and_tells_in_order() {
    let merchant = merchant();
    let customer = merchant.customer("owner%40example.com");
    let open = merchant.checkout(&customer, "&metadata[x]=1");
    assert_eq!((&open["status"], &open["amount_total"]), (&json!("open"), &json!(2_900)));
    assert_eq!(open["success_url"], "https://app.example.test/done?s={CHECKOUT_SESSION_ID}");
    assert!(merchant.stripe.take_deliveries().len() == 1);
    let session = text(&open, "id");
    let told = merchant.stripe.complete_checkout(&session).unwrap();
    let expected = [
        "checkout.session.completed",
        "customer.subscription.created",
        "customer.subscription.updated",
        "invoice.paid",
    ];
    assert_eq!(kinds(&told), expected);
    for delivery in &told {
        let header = delivery.headers()["stripe-signature"].to_str().unwrap();
        assert!(is_signed("whsec_sandbox_not_real", header, delivery.body(), START, 300));
    }
    assert_eq!(body(&told[1])["data"]["object"]["status"], "incomplete");
    assert_eq!(body(&told[2])["data"]["previous_attributes"]["status"], "incomplete");

    let (_, done) = merchant.get(&format!("/v1/checkout/sessions/{session}?expand[]=subscription"));
    assert_eq!((&done["status"], &done["payment_status"]), (&json!("complete"), &json!("paid")));
    let subscription = &done["subscription"];
    assert_eq!(subscription["status"], "active");
    assert_eq!(subscription["metadata"], json!({ "account": "acc_1" }));
    // 2026-01-01 to 2026-02-01.
    assert_eq!(subscription["items"]["data"][0]["current_period_end"], START + 31 * 86_400);
    let (_, invoices) = merchant.get(&format!("/v1/invoices?customer={customer}"));
    assert_eq!(invoices["data"][0]["status"], "paid");
    assert_eq!(invoices["data"][0]["amount_paid"], 2_900);

    let again = merchant.stripe.complete_checkout(&session).unwrap();
    let ids = |list: &[Delivery]| list.iter().map(|one| one.id().to_owned()).collect::<Vec<_>>();
    assert_eq!(ids(&told), ids(&again));
    assert!(merchant.stripe.complete_checkout("cs_nope").is_err());
}

#[test]
fn trial_is_complete_without_money() {
    let merchant = merchant();
    let customer = merchant.customer("o%40example.com");
    let more = "&subscription_data[trial_period_days]=14";
    let session = text(&merchant.checkout(&customer, more), "id");
    merchant.stripe.complete_checkout(&session).unwrap();
    let done = merchant.stripe.object(&session).unwrap();
    assert_eq!(done["payment_status"], "no_payment_required");
    let subscription = merchant.stripe.object(&text(&done, "subscription")).unwrap();
    assert_eq!(subscription["status"], "trialing");
    assert_eq!(subscription["trial_end"], START + 14 * 86_400);
}

#[test]
fn session_runs_out_after_a_day() {
    let merchant = merchant();
    let customer = merchant.customer("o%40example.com");
    let session = text(&merchant.checkout(&customer, ""), "id");
    merchant.pass(86_400);
    assert!(merchant.stripe.complete_checkout(&session).is_err());
    let (_, found) = merchant.get(&format!("/v1/checkout/sessions/{session}"));
    assert_eq!((&found["status"], &found["url"]), (&json!("expired"), &Value::Null));
}

#[test]
fn subscription_renews_fails_recovers_and_ends() {
    let merchant = merchant();
    let (customer, _, id) = merchant.subscribed();
    let stripe = &merchant.stripe;
    let end = |id: &str| {
        stripe.object(id).unwrap()["items"]["data"][0]["current_period_end"].as_i64().unwrap()
    };
    let first = end(&id);
    merchant.pass(31 * 86_400);
    let told = stripe.renewal(&id).unwrap();
    assert_eq!(kinds(&told), ["customer.subscription.updated", "invoice.paid"]);
    let previous = &body(&told[0])["data"]["previous_attributes"];
    assert_eq!(previous["items"]["data"][0]["current_period_end"], first);
    assert!(end(&id) > first);

    let told = stripe.payment_failed(&id).unwrap();
    assert_eq!(kinds(&told), ["invoice.payment_failed", "customer.subscription.updated"]);
    assert_eq!(stripe.object(&id).unwrap()["status"], "past_due");
    let again = stripe.payment_failed(&id).unwrap();
    assert_eq!(body(&again[0])["data"]["object"]["attempt_count"], 2);
    stripe.payment_recovered(&id).unwrap();
    assert_eq!(stripe.object(&id).unwrap()["status"], "active");
    assert!(stripe.payment_recovered(&id).is_err());

    let told = stripe.cancel(&id).unwrap();
    assert_eq!(kinds(&told), ["customer.subscription.deleted"]);
    assert!(stripe.renewal(&id).is_err());
    let list = |query: &str| {
        let (_, list) = merchant.get(&format!("/v1/subscriptions?customer={customer}{query}"));
        list["data"].as_array().unwrap().len()
    };
    assert_eq!((list(""), list("&status=all"), list("&status=canceled")), (0, 1, 1));
}

#[test]
fn planned_end_is_reached_by_the_renewal() {
    let merchant = merchant();
    let (_, _, id) = merchant.subscribed();
    let uri = format!("/v1/subscriptions/{id}");
    let (_, planned) = merchant.post(&uri, "cancel_at_period_end=true");
    assert_eq!(planned["cancel_at"], planned["items"]["data"][0]["current_period_end"]);
    let (_, undone) = merchant.post(&uri, "cancel_at_period_end=false");
    assert_eq!(undone["cancel_at"], Value::Null);
    merchant.post(&uri, "cancel_at_period_end=true");
    assert_eq!(kinds(&merchant.stripe.renewal(&id).unwrap()), ["customer.subscription.deleted"]);
}

#[test]
fn events_are_kept_for_30_days_and_have_thin_twins() {
    let merchant = merchant();
    let (_, _, id) = merchant.subscribed();
    let (_, list) = merchant.get("/v1/events?types[]=customer.subscription.updated&limit=1");
    let event = text(&list["data"][0], "id");
    let thin = merchant.stripe.thin_event(&event).unwrap();
    let notification = body(&thin);
    assert_eq!(notification["object"], "v2.core.event");
    assert_eq!(notification["snapshot_event"], event.as_str());
    assert_eq!(notification["related_object"]["url"], format!("/v1/subscriptions/{id}"));
    assert_eq!(merchant.get(&format!("/v2/core/events/{}", thin.id())), (200, notification));
    assert_eq!(merchant.stripe.redeliver(&event).unwrap().id(), event);
    merchant.pass(30 * 86_400);
    assert_eq!(merchant.get(&format!("/v1/events/{event}")).0, 404);
}

#[test]
fn rolled_secret_signs_beside_the_first() {
    let options = Options::default().with_rolled_secret("whsec_next".to_owned());
    let merchant = Merchant::new(options);
    let (_, _, id) = merchant.subscribed();
    let told = merchant.stripe.cancel(&id).unwrap();
    let header = told[0].headers()["stripe-signature"].to_str().unwrap();
    for secret in ["whsec_next", "whsec_sandbox_not_real"] {
        assert!(is_signed(secret, header, told[0].body(), START, 300), "{secret}");
    }
}

#[test]
fn webhook_faults_duplicate_and_reorder() {
    let merchant = merchant();
    let customer = merchant.customer("o%40example.com");
    let session = text(&merchant.checkout(&customer, ""), "id");
    let faults = merchant.stripe.faults();
    faults.arm(Fault::DuplicateWebhook, On::path("customer.subscription.created"));
    faults.arm(Fault::ReorderedWebhooks, On::any());
    let told = merchant.stripe.complete_checkout(&session).unwrap();
    let expected = [
        "invoice.paid",
        "customer.subscription.updated",
        "customer.subscription.created",
        "customer.subscription.created",
        "checkout.session.completed",
    ];
    assert_eq!(kinds(&told), expected);
    assert_eq!(faults.armed(), 0);
}

#[test]
fn restored_double_goes_on_where_it_was() {
    let merchant = merchant();
    let saved = Arc::new(Mutex::new(Value::Null));
    let sink = Arc::clone(&saved);
    merchant.stripe.on_change(Box::new(move |state| *sink.lock().unwrap() = state.clone()));
    let key = [("idempotency-key", "k1")];
    let first = merchant.send(Method::POST, "/v1/customers", &key, "name=N");
    let (_, session, subscription) = merchant.subscribed();

    let restarted = Merchant::new(Options::default());
    restarted.stripe.restore(&saved.lock().unwrap()).unwrap();
    let again = restarted.send(Method::POST, "/v1/customers", &key, "name=N");
    assert_eq!(first.body(), again.body());
    assert_eq!(restarted.stripe.object(&subscription), merchant.stripe.object(&subscription));
    assert_eq!(restarted.stripe.complete_checkout(&session).unwrap().len(), 4);
    let fresh = restarted.customer("new%40example.com");
    assert!(merchant.stripe.object(&fresh).is_none(), "ids go on, they do not begin anew");
    let stripe = Stripe::new(Options::default(), Now::fixed(START));
    assert!(stripe.restore(&json!([])).is_err());
}
