//! Recorded shapes read into the wire types.

use alley_tiktok::affiliate::{CreatorPage, QuotaAnswer};
use alley_tiktok::analytics::ShopPerformance;
use alley_tiktok::authorization::AuthorizedShops;
use alley_tiktok::finance::{PaymentStatus, StatementPage};
use alley_tiktok::order::{OrderDetails, OrderPage, OrderStatus};
use alley_tiktok::product::{ProductPage, ProductStatus};
use alley_tiktok::seller::WebhookSettings;
use alley_tiktok::{RefusalClass, WebhookEvent};
use serde::de::DeserializeOwned;
use serde_json::Value;

fn data<T: DeserializeOwned>(fixture: &str) -> T {
    let fixture: Value = serde_json::from_str(fixture).unwrap();
    serde_json::from_value(fixture["data"].clone()).unwrap()
}

#[test]
fn orders_read_from_full_and_from_sparse_answers() {
    let page: OrderPage = data(include_str!("../data/order_search.json"));
    assert_eq!(page.orders.len(), 2);
    let order = &page.orders[0];
    assert_eq!(order.id.as_ref().unwrap().as_str(), "1743577012121911446");
    assert_eq!(order.status, Some(OrderStatus::AwaitingShipment));
    assert_eq!(order.payment.as_ref().unwrap().total_amount.as_ref().unwrap(), &"80.62");
    assert_eq!(order.recipient_address.as_ref().unwrap().region_code.as_ref().unwrap(), &"US");
    assert_eq!(order.line_items[0].product_id.as_ref().unwrap(), &"1787239683411518647");

    let sparse: OrderPage = data(include_str!("../data/order_search_sparse_last_page.json"));
    assert!(sparse.next_page_token.unwrap().is_empty());
    assert_eq!(sparse.orders[0].recipient_address, None);

    let details: OrderDetails = data(include_str!("../data/order_detail.json"));
    assert!(details.orders.iter().all(|order| order.id.is_some()));
}

#[test]
fn products_statements_and_shops_read() {
    let products: ProductPage = data(include_str!("../data/product_search.json"));
    assert_eq!(products.products[0].status, Some(ProductStatus::Active));
    assert_eq!(products.total_count, Some(235));
    let statements: StatementPage = data(include_str!("../data/statements.json"));
    assert_eq!(statements.statements[0].payment_status, Some(PaymentStatus::Paid));
    assert_eq!(statements.statements[0].settlement_amount.as_ref().unwrap(), &"130.17");
    let shops: AuthorizedShops = data(include_str!("../data/authorized_shops.json"));
    assert_eq!(shops.shops[1].cipher.as_ref().unwrap(), &"GCP_alley1AAAAACk11rsXhuwPjHGO");
    let webhooks: WebhookSettings = data(include_str!("../data/shop_webhooks.json"));
    assert_eq!(webhooks.webhooks.len(), 2);
}

#[test]
fn figures_creators_and_quota_read() {
    let figures: ShopPerformance = data(include_str!("../data/shop_performance.json"));
    let interval = &figures.performance.unwrap().intervals[0];
    let sales = interval.sales.as_ref().unwrap();
    assert_eq!(sales.gmv.as_ref().unwrap().minor(), Some(5_501));
    assert_eq!(sales.orders_count, Some(177));
    let creators: CreatorPage = data(include_str!("../data/marketplace_creators_search.json"));
    assert_eq!(creators.search_key.unwrap(), "sk_7f3a91c2");
    assert_eq!(creators.creators[0].creator_profile.as_ref().unwrap().creator_level, Some(209));
    let quota: QuotaAnswer = data(include_str!("../data/creator_outreach_quota.json"));
    let quota = quota.data.unwrap();
    assert_eq!((quota.quota_sum, quota.quota_use), (Some(4_854), Some(3_090)));
    assert_eq!(quota.quota_details[0].creator_levels, [425]);
}

#[test]
fn webhooks_of_every_kind_read_and_keep_their_owner() {
    for (kind, fixture) in [
        (1, include_str!("../data/type_01.json")),
        (4, include_str!("../data/type_04.json")),
        (5, include_str!("../data/type_05.json")),
        (6, include_str!("../data/type_06.json")),
        (7, include_str!("../data/type_07.json")),
        (12, include_str!("../data/type_12.json")),
        (13, include_str!("../data/type_13.json")),
        (14, include_str!("../data/type_14.json")),
        (16, include_str!("../data/type_16.json")),
        (20, include_str!("../data/type_20.json")),
        (33, include_str!("../data/type_33.json")),
        (56, include_str!("../data/type_56.json")),
        (64, include_str!("../data/type_64.json")),
        (71, include_str!("../data/type_71.json")),
    ] {
        let event: WebhookEvent = serde_json::from_str(fixture).unwrap();
        assert_eq!(event.r#type, Some(kind));
        assert!(event.shop_id.is_some() || event.creator_open_id.is_some(), "{kind}");
    }
}

#[test]
fn every_error_fixture_has_its_class() {
    let errors: Value = serde_json::from_str(include_str!("../data/errors.json")).unwrap();
    let mut seen = 0;
    for (name, error) in errors.as_object().unwrap() {
        let (Some(code), Some(expected)) =
            (error["body"]["code"].as_i64(), error["expected_class"].as_str())
        else {
            continue;
        };
        let message = error["body"]["message"].as_str().unwrap_or_default();
        let class = RefusalClass::of(code, message);
        let word = expected.split([' ', '(']).next().unwrap();
        let right = match word {
            "token_expired" => class == RefusalClass::TokenExpired,
            "token_revoked" => class == RefusalClass::TokenInvalid,
            "scope_missing" => class == RefusalClass::ScopeMissing,
            "signature_invalid" => class == RefusalClass::BadSignature,
            "rate_limited" => class == RefusalClass::RateLimited,
            _ => !matches!(class, RefusalClass::TokenExpired | RefusalClass::RateLimited),
        };
        assert!(right, "{name}: {class:?} for {expected}");
        seen += 1;
    }
    assert!(seen > 5, "{seen}");
}
