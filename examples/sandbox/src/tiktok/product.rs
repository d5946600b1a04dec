use serde_json::{Value, json};

use super::envelope::Refusal;
use super::gate::Call;
use super::options::Options;
use super::order::within;
use super::page::{Page, search_body, search_id};
use crate::seed::Seed;

/// `POST /product/202502/products/search`: newest first.
pub(crate) fn search(options: &Options, call: &Call) -> Result<Value, Refusal> {
    let size = call.page_size(1, 100)?;
    let status = call.body_text("status").filter(|status| *status != "ALL");
    let created = (call.body_integer("create_time_ge")?, after(call, "create_time_le")?);
    let updated = (call.body_integer("update_time_ge")?, after(call, "update_time_le")?);
    let found: Vec<Value> = (0..u64::from(call.count(options.products)))
        .map(|index| product(options, index))
        .filter(|product| {
            status.is_none_or(|status| crate::json::text(product, "status") == status)
                && within(crate::json::integer(product, "/create_time"), created)
                && within(crate::json::integer(product, "/update_time"), updated)
        })
        .collect();
    let search = search_id(&[b"products", search_body(&call.body).as_bytes()]);
    let page = Page::cut(call.query.get("page_token"), size, found.len(), &search)?;
    Ok(json!({
        "total_count": found.len(),
        "next_page_token": page.next,
        "products": found.get(page.start..page.end).unwrap_or_default(),
    }))
}

/// The upper border of these filters belongs to the range.
fn after(call: &Call, key: &str) -> Result<Option<i64>, Refusal> {
    Ok(call.body_integer(key)?.map(|time| time.saturating_add(1)))
}

pub(crate) fn id(seed: u64, index: u64) -> String {
    format!("1729{}", Seed::of(seed, IDS, index).digits(15))
}

pub(crate) fn sku_id(seed: u64, index: u64, sku: u64) -> String {
    format!("1730{}", Seed::of(seed, SKU_IDS, index * 8 + sku).digits(15))
}

pub(crate) fn title(seed: u64, index: u64) -> String {
    Seed::of(seed, TITLES, index).words(9)
}

fn product(options: &Options, index: u64) -> Value {
    let mut seed = Seed::of(options.seed, BODIES, index);
    let create_time = options.as_of - 86_400 * (100 + i64::try_from(index).unwrap_or(0));
    let skus: Vec<Value> =
        (0..=seed.below(2)).map(|number| sku(options.seed, index, number, &mut seed)).collect();
    json!({
        "id": id(options.seed, index),
        "title": title(options.seed, index),
        "status": if seed.one_in(10) { "SELLER_DEACTIVATED" } else { "ACTIVATE" },
        "skus": skus,
        "sales_regions": ["US"],
        "create_time": create_time,
        "update_time": create_time + i64::try_from(seed.below(8_000_000)).unwrap_or(0),
        "is_not_for_sale": false,
        "listing_quality_tier": seed.pick(&["POOR", "FAIR", "GOOD", "EXCELLENT"]),
        "audit": { "status": "APPROVED", "pre_approved_reasons": [] },
        "has_draft": false,
        "recommended_categories": [],
        "product_sync_fail_reasons": [],
    })
}

fn sku(of: u64, index: u64, number: u64, seed: &mut Seed) -> Value {
    json!({
        "id": sku_id(of, index, number),
        "seller_sku": format!("SKU-{}", seed.digits(6)),
        "price": {
            "currency": "USD",
            "sale_price": seed.money(),
            "tax_exclusive_price": seed.money(),
        },
        "inventory": [{
            "warehouse_id": format!("176{}", seed.digits(16)),
            "quantity": seed.below(500),
        }],
        "list_price": { "amount": seed.money(), "currency": "USD" },
        "status_info": { "status": "NORMAL" },
    })
}

const IDS: u64 = 0x7072_6f64;
const SKU_IDS: u64 = 0x736b_7530;
const TITLES: u64 = 0x7469_746c;
const BODIES: u64 = 0x7072_6264;
