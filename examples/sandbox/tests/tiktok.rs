//! The TikTok Shop double through its public interface, in process.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "test code")]

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use alley_sandbox::tiktok::sign::is_webhook_signed;
use alley_sandbox::{Double, Fault, On, Outcome};
use http::Method;
use serde_json::{Value, json};

#[expect(dead_code, reason = "shared between test files")]
#[path = "support/seller.rs"]
mod seller;

use seller::{APP_KEY, APP_SECRET, START, Seller, options};

const ORDERS: &str = "/order/202309/orders/search";
const CREATORS: &str = "/affiliate_seller/202608/marketplace_creators/search";

fn page(seller: &Seller, token: &str, body: &str) -> Value {
    let mut query = vec![("page_size", "100"), ("sort_field", "update_time")];
    if !token.is_empty() {
        query.push(("page_token", token));
    }
    seller.call(Method::POST, ORDERS, &query, body)
}

#[test]
fn paging_gives_every_order_once() {
    let seller = Seller::authorized(options());
    let mut ids = BTreeSet::new();
    let (mut token, mut pages, mut seen) = (String::new(), 0, 0);
    loop {
        let answer = page(&seller, &token, "{}");
        assert_eq!(answer["code"], 0, "{answer}");
        assert_eq!(answer["data"]["total_count"], 5_000);
        for order in answer["data"]["orders"].as_array().unwrap() {
            seen += 1;
            ids.insert(order["id"].as_str().unwrap().to_owned());
        }
        pages += 1;
        answer["data"]["next_page_token"].as_str().unwrap().clone_into(&mut token);
        if token.is_empty() {
            break;
        }
    }
    assert_eq!((pages, seen, ids.len()), (50, 5_000, 5_000));
    assert_eq!(ids, seller.shop.order_ids().into_iter().collect());
    assert!(ids.iter().all(|id| id.len() == 18));
    assert_eq!(seller.shop.journal().calls(ORDERS), 50);
}

#[test]
fn order_filters_keep_their_borders() {
    let seller = Seller::authorized(options().with_orders(300_u32));
    let all = page(&seller, "", "{}");
    let time = all["data"]["orders"][40]["update_time"].as_i64().unwrap();
    let from = page(&seller, "", &json!({ "update_time_ge": time }).to_string());
    let before = page(&seller, "", &json!({ "update_time_lt": time }).to_string());
    let count = |answer: &Value| answer["data"]["total_count"].as_u64().unwrap();
    assert!(count(&from) >= 41);
    assert_eq!(count(&from) + count(&before), 300);
}

#[test]
fn orders_are_mostly_full_and_sometimes_strange() {
    let seller = Seller::authorized(options());
    let (mut sparse, mut extra, mut unknown) = (0, 0, 0);
    let mut token = String::new();
    for _ in 0..10 {
        let answer = page(&seller, &token, "{}");
        for order in answer["data"]["orders"].as_array().unwrap() {
            sparse += u32::from(order.get("recipient_address").is_none());
            extra += u32::from(order.get("a_field_of_next_year").is_some());
            unknown += u32::from(order["status"] == "AWAITING_DRONE_SLOT");
            assert!(order["payment"]["total_amount"].is_string());
        }
        answer["data"]["next_page_token"].as_str().unwrap().clone_into(&mut token);
    }
    for (name, count) in [("sparse", sparse), ("extra", extra), ("unknown", unknown)] {
        assert!((1..200).contains(&count), "{name}: {count} of 1,000");
    }
}

#[test]
fn equal_seeds_hold_equal_orders_and_others_differ() {
    let first = |seed: u64| {
        let seller = Seller::authorized(options().with_orders(20_u32).with_seed(seed));
        page(&seller, "", "{}")["data"]["orders"].clone()
    };
    assert_eq!(first(1), first(1));
    assert_ne!(first(1), first(2));
}

#[test]
fn detail_answers_known_ids_and_follows_a_status_change() {
    let seller = Seller::authorized(options().with_orders(10_u32));
    let id = seller.shop.order_ids()[3].clone();
    seller.pass(60);
    let told = seller.shop.order_status_webhook(&id, "DELIVERED");
    assert_eq!(told.len(), 1);
    let header = told[0].headers()["authorization"].to_str().unwrap();
    assert!(is_webhook_signed(APP_KEY, APP_SECRET, told[0].body(), header));
    let ids = format!("{id},999");
    let answer = seller.call(Method::GET, "/order/202507/orders", &[("ids", &ids)], "");
    let orders = answer["data"]["orders"].as_array().unwrap();
    assert_eq!(orders.len(), 1);
    assert_eq!(orders[0]["status"], "DELIVERED");
    assert_eq!(orders[0]["update_time"], START + 60);
}

#[test]
fn creators_come_by_pages_of_20_with_the_search_key() {
    let seller = Seller::authorized(options());
    let mut ids = BTreeSet::new();
    let first = seller.call(Method::POST, CREATORS, &[("page_size", "20")], "{}");
    let body = json!({ "search_key": first["data"]["search_key"] }).to_string();
    let mut answer = first;
    loop {
        for creator in answer["data"]["creators"].as_array().unwrap() {
            ids.insert(creator["creator_open_id"].as_str().unwrap().to_owned());
        }
        let token = answer["data"]["next_page_token"].as_str().unwrap().to_owned();
        if token.is_empty() {
            break;
        }
        let query = [("page_size", "20"), ("page_token", token.as_str())];
        assert_ne!(seller.call(Method::POST, CREATORS, &query, "{}")["code"], 0, "no search_key");
        answer = seller.call(Method::POST, CREATORS, &query, &body);
    }
    assert_eq!(ids, seller.shop.creator_ids().into_iter().collect());
    assert_eq!(ids.len(), 200);
    let odd = seller.call(Method::POST, CREATORS, &[("page_size", "15")], "{}");
    assert_eq!(odd["code"], 36_009_004);
}

#[test]
fn the_other_reads_answer() {
    let seller = Seller::authorized(options());
    let products =
        seller.call(Method::POST, "/product/202502/products/search", &[("page_size", "100")], "");
    assert_eq!(products["data"]["total_count"], 60);
    let sort = [("sort_field", "statement_time")];
    let statements = seller.call(Method::GET, "/finance/202309/statements", &sort, "");
    assert_eq!(statements["data"]["statements"].as_array().unwrap().len(), 1);
    let dates =
        [("start_date_ge", "2025-12-01"), ("end_date_lt", "2025-12-08"), ("granularity", "1D")];
    let performance = seller.call(Method::GET, "/analytics/202609/shop/performance", &dates, "");
    assert_eq!(performance["data"]["performance"]["intervals"].as_array().unwrap().len(), 7);
    let quota = "/affiliate_seller/202607/creator_outreach/quota";
    seller.shop.set_quota_used(7);
    assert_eq!(seller.call(Method::GET, quota, &[], "")["data"]["data"]["quota_use"], "7");
    let shops = "/authorization/202309/shops";
    let shops = seller::json(seller.shop.handle(&seller.request(Method::GET, shops, &[], "")));
    assert_eq!(shops["data"]["shops"][0]["cipher"], seller.cipher.as_str());
}

#[test]
fn webhook_settings_are_kept_and_removal_is_repeatable() {
    let seller = Seller::authorized(options().with_orders(1_u32));
    let path = "/event/202309/webhooks";
    let body = r#"{ "address": "https://app.example.com/t", "event_type": "ORDER_STATUS_CHANGE" }"#;
    assert_eq!(seller.call(Method::PUT, path, &[], body)["code"], 0);
    assert_eq!(seller.call(Method::GET, path, &[], "")["data"]["total_count"], 1);
    for _ in 0..2 {
        assert_eq!(seller.call(Method::DELETE, path, &[], body)["code"], 0);
    }
    assert_eq!(seller.call(Method::GET, path, &[], "")["data"]["total_count"], 0);
    let wrong = r#"{ "address": "https://app.example.com/t", "event_type": "NOTHING" }"#;
    assert_ne!(seller.call(Method::PUT, path, &[], wrong)["code"], 0);
}

#[test]
fn second_shop_is_empty_and_has_a_cipher_of_its_own() {
    let mut seller = Seller::authorized(options().with_orders(5_u32).with_shops(2_u32));
    assert_eq!(page(&seller, "", "{}")["data"]["total_count"], 5);
    seller.cipher = seller.shop.shops()[1].1.clone();
    assert_eq!(page(&seller, "", "{}")["data"]["total_count"], 0);
}

#[test]
fn faults_hit_calls_and_are_written_down() {
    let seller = Seller::authorized(options().with_orders(1_u32));
    let cipher = ("shop_cipher", seller.cipher.as_str());
    let call = || {
        let request = seller.request(Method::POST, ORDERS, &[("page_size", "10"), cipher], "{}");
        seller.shop.handle(&request)
    };
    let faults = seller.shop.faults();
    faults.arm(Fault::RateLimit, On::path("/order/"));
    let refused = call().into_response().unwrap();
    assert_eq!(refused.status(), 429);
    let body: Value = serde_json::from_slice(refused.body()).unwrap();
    assert_eq!(body["code"], 36_009_002);
    faults.arm(Fault::ExpiredToken, On::path("/order/"));
    assert_eq!(seller::json(call())["code"], 105_002);
    faults.arm(Fault::ServerError, On::any());
    assert_eq!(seller::json(call())["code"], 36_009_003);
    faults.arm(Fault::Unavailable, On::any());
    let overloaded = call().into_response().unwrap();
    assert!(serde_json::from_slice::<Value>(overloaded.body()).is_err(), "not JSON");
    faults.arm(Fault::DropBefore, On::any());
    assert!(matches!(call(), Outcome::Drop));
    faults.arm(Fault::Slow(Duration::from_millis(5)), On::any());
    assert!(matches!(call(), Outcome::Delay(time, _) if time == Duration::from_millis(5)));
    assert_eq!(seller::json(call())["code"], 0);
    let statuses: Vec<Option<u16>> =
        seller.shop.journal().entries().iter().skip(1).map(|entry| entry.status).collect();
    let expected = [Some(429), Some(401), Some(500), Some(503), None, Some(200), Some(200)];
    assert_eq!(statuses, expected);
}

#[test]
fn duplicated_webhook_comes_twice_with_one_id() {
    let seller = Seller::authorized(options().with_orders(1_u32));
    seller.shop.faults().arm(Fault::DuplicateWebhook, On::path("1"));
    let told = seller.shop.order_status_webhook("1", "DELIVERED");
    assert_eq!(told.len(), 2);
    assert_eq!(told[0].id(), told[1].id());
    assert_eq!(seller.shop.order_status_webhook("1", "DELIVERED").len(), 1);
}

#[test]
fn reading_changes_nothing() {
    let seller = Seller::authorized(options().with_orders(5_u32));
    let calls = Arc::new(Mutex::new(0));
    let counter = Arc::clone(&calls);
    seller.shop.on_change(Box::new(move |_| *counter.lock().unwrap() += 1));
    page(&seller, "", "{}");
    assert_eq!(*calls.lock().unwrap(), 0);
}
