//! Authorization, tokens and the checks of each call, in process.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "test code")]

use std::sync::{Arc, Mutex};

use alley_sandbox::tiktok::TikTokShop;
use alley_sandbox::{Double, Fault, Now, On, Outcome};
use bytes::Bytes;
use http::{Method, Request};
use serde_json::{Value, json};

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
fn second_use_of_code_is_refused_and_so_is_a_late_one() {
    let seller = Seller::authorized(options().with_orders(1_u32));
    let call = |code: &str| {
        seller.token(&format!("get?auth_code={code}&grant_type=authorized_code"))["code"].clone()
    };
    let code = seller.shop.authorize(None).code;
    assert_eq!(call(&code), 0);
    assert_eq!(call(&code), 36_004_005);
    let late = seller.shop.authorize(None).code;
    seller.pass(30 * 60);
    assert_eq!(call(&late), 36_004_005);
}

#[test]
fn refresh_token_is_dead_after_its_use() {
    let mut seller = Seller::authorized(options().with_orders(1_u32));
    let first = seller.refresh.clone();
    let answer = seller.refresh_with(&first);
    assert_eq!(answer["data"]["access_token_expire_in"], START + 7 * 86_400);
    assert_eq!(seller.refresh_with(&first)["code"], 36_004_005);
    seller.take_tokens(&answer["data"]);
    assert_ne!(seller.refresh, first);
    assert_eq!(seller.refresh_with(&seller.refresh)["code"], 0);
    assert_eq!(seller.shop.refreshes(), 2);
}

#[test]
fn of_several_who_refresh_with_one_token_one_wins() {
    let seller = Seller::authorized(options().with_orders(1_u32));
    let answers: Vec<Value> = std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..8).map(|_| scope.spawn(|| seller.refresh_with(&seller.refresh))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let won = answers.iter().filter(|answer| answer["code"] == 0).count();
    assert_eq!((won, seller.shop.refreshes()), (1, 1));
}

#[test]
fn refresh_token_ends_with_the_authorization() {
    let seller = Seller::authorized(options().with_orders(1_u32));
    seller.pass(365 * 86_400);
    assert_eq!(seller.refresh_with(&seller.refresh)["code"], 36_004_001);
}

#[test]
fn expired_and_dead_tokens_have_codes_of_their_own() {
    let mut seller = Seller::authorized(options().with_orders(1_u32));
    let code = |seller: &Seller| page(seller, "", "{}")["code"].clone();
    seller.pass(7 * 86_400);
    assert_eq!(code(&seller), 105_002);
    let answer = seller.refresh_with(&seller.refresh);
    seller.take_tokens(&answer["data"]);
    assert_eq!(code(&seller), 0);
    seller.shop.expire_access_tokens();
    assert_eq!(code(&seller), 105_002);
    assert_eq!(seller.shop.deauthorize()[0].kind(), "6");
    assert_eq!(code(&seller), 105_001);
    assert_eq!(seller.refresh_with(&seller.refresh)["code"], 36_004_005);
}

#[test]
fn each_defect_of_a_call_has_its_code() {
    let seller = Seller::authorized(options().with_orders(1_u32));
    let cipher = ("shop_cipher", seller.cipher.as_str());
    let size = ("page_size", "10");
    let good = || seller.request(Method::POST, ORDERS, &[size, cipher], "{}");
    let send = |request: &Request<Bytes>| {
        seller::json(seller.shop.handle(request))["code"].as_u64().unwrap()
    };
    let with_uri = |change: &dyn Fn(String) -> String| {
        let mut request = good();
        *request.uri_mut() = change(request.uri().to_string()).parse().unwrap();
        request
    };
    assert_eq!(send(&good()), 0);
    let mut body = good();
    *body.body_mut() = Bytes::from_static(b"{ }");
    assert_eq!(send(&body), 106_001, "other bytes than signed");
    assert_eq!(send(&with_uri(&|uri| uri.replace("page_size=10", "page_size=11"))), 106_001);
    let upper = |uri: String| {
        let (start, sign) = uri.split_once("sign=").unwrap();
        let (sign, rest) = sign.split_at(64);
        format!("{start}sign={}{rest}", sign.to_uppercase())
    };
    assert_eq!(send(&with_uri(&upper)), 106_001, "upper-case signature");
    assert_eq!(send(&with_uri(&|uri| uri.replace(APP_KEY, "other"))), 36_009_004);
    assert_eq!(send(&with_uri(&|uri| format!("{uri}&page_size=10"))), 36_009_004, "repeated key");
    let mut anonymous = good();
    anonymous.headers_mut().remove("x-tts-access-token");
    assert_eq!(send(&anonymous), 36_009_004);
    let missing = seller.request(Method::POST, ORDERS, &[size], "{}");
    assert_eq!(send(&missing), 106_013);
    let foreign = seller.request(Method::POST, ORDERS, &[size, ("shop_cipher", "GCP_x")], "{}");
    assert_eq!(send(&foreign), 101_000);
    let unwanted = seller.request(Method::GET, "/authorization/202309/shops", &[cipher], "");
    assert_eq!(send(&unwanted), 36_009_004);
    assert_eq!(send(&seller.request(Method::GET, ORDERS, &[cipher], "")), 36_009_010);
    assert_eq!(send(&seller.request(Method::GET, "/order/1/x", &[cipher], "")), 36_009_009);
}

#[test]
fn timestamps_are_taken_from_5_minutes_back_to_30_seconds_ahead() {
    let seller = Seller::authorized(options().with_orders(1_u32));
    for (shift, code) in [(300, 0), (301, 36_009_004), (-30, 0), (-31, 36_009_004)] {
        let cipher = ("shop_cipher", seller.cipher.as_str());
        let request = seller.request(Method::POST, ORDERS, &[("page_size", "10"), cipher], "{}");
        seller.pass(shift);
        assert_eq!(seller::json(seller.shop.handle(&request))["code"], code, "{shift} s");
        seller.pass(-shift);
    }
}

#[test]
fn scope_that_was_not_granted_is_refused() {
    let scopes = vec!["seller.order.info".to_owned()];
    let seller = Seller::authorized(options().with_orders(1_u32).with_scopes(scopes));
    assert_eq!(page(&seller, "", "{}")["code"], 0);
    let answer = seller.call(Method::POST, CREATORS, &[("page_size", "12")], "{}");
    assert_eq!(answer["code"], 105_005);
}

#[test]
fn sending_is_refused_and_counted() {
    let seller = Seller::authorized(options().with_orders(1_u32));
    let path = "/affiliate_seller/202412/conversations/1/messages";
    let answer = seller.call(Method::POST, path, &[], r#"{"content":"hello"}"#);
    assert_eq!(answer["code"], 105_005);
    assert_eq!(seller.shop.sends_refused(), 1);
}

#[test]
fn authorize_page_redirects_with_code_and_state() {
    let seller = Seller::authorized(options().with_orders(1_u32));
    let open = |query: &str| {
        let request = Request::get(format!("/open/authorize?{query}")).body(Bytes::new()).unwrap();
        seller.shop.handle(&request).into_response().unwrap()
    };
    let response = open("service_id=7300000000000000001&state=a%2Fb");
    assert_eq!(response.status(), 302);
    let location = response.headers()["location"].to_str().unwrap();
    assert!(location.contains("?app_key=app0key&code=TTP_"), "{location}");
    assert!(location.ends_with("&state=a%2Fb"), "{location}");
    assert_eq!(open("service_id=1&state=a").status(), 400);
    let refused = seller.shop.refuse_authorization(Some("s"));
    assert!(refused.ends_with("?code=null&error=auth_denied&state=s"), "{refused}");
}

#[test]
fn refresh_whose_answer_is_lost_has_happened() {
    let seller = Seller::authorized(options().with_orders(1_u32));
    seller.shop.faults().arm(Fault::DropAfter, On::path("/api/v2/token/refresh"));
    let uri = format!(
        "/api/v2/token/refresh?app_key={APP_KEY}&app_secret={APP_SECRET}\
         &grant_type=refresh_token&refresh_token={}",
        seller.refresh
    );
    let request = Request::get(uri).body(Bytes::new()).unwrap();
    assert!(matches!(seller.shop.handle(&request), Outcome::Drop));
    assert_eq!(seller.shop.refreshes(), 1);
    assert_eq!(seller.refresh_with(&seller.refresh)["code"], 36_004_005);
}

#[test]
fn restored_double_knows_the_tokens() {
    let mut seller = Seller::authorized(options().with_orders(5_u32));
    let saved = Arc::new(Mutex::new(Value::Null));
    let sink = Arc::clone(&saved);
    seller.shop.on_change(Box::new(move |state| *sink.lock().unwrap() = state.clone()));
    let old = seller.refresh.clone();
    let answer = seller.refresh_with(&old);
    seller.take_tokens(&answer["data"]);
    let snapshot = saved.lock().unwrap().clone();
    assert_eq!(snapshot, seller.shop.snapshot());

    let restarted = TikTokShop::new(options().with_orders(5_u32), Now::fixed(START));
    restarted.restore(&snapshot).unwrap();
    seller.shop = Arc::new(restarted);
    assert_eq!(page(&seller, "", "{}")["code"], 0);
    assert_eq!(seller.refresh_with(&old)["code"], 36_004_005);
    assert_eq!(seller.shop.refreshes(), 1);
    assert!(seller.shop.restore(&json!({ "nothing": 1 })).is_err());
}
