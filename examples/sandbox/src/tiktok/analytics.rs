use chrono::{DateTime, NaiveDate};
use serde_json::{Value, json};

use super::envelope::Refusal;
use super::gate::Call;
use super::options::Options;
use crate::seed::Seed;

/// `GET /analytics/202609/shop/performance`: the first date is included, the last is not.
pub(crate) fn shop_performance(options: &Options, call: &Call) -> Result<Value, Refusal> {
    let start = date(call, "start_date_ge")?;
    let end = date(call, "end_date_lt")?;
    let days = (end - start).num_days();
    if !(1..=366).contains(&days) {
        return Err(Refusal::parameter("Invalid date range"));
    }
    let intervals: Vec<Value> = match call.query.get("granularity") {
        None | Some("ALL") => vec![interval(options, start, end)],
        Some("1D") => start
            .iter_days()
            .take(usize::try_from(days).unwrap_or(0))
            .map(|day| interval(options, day, day.succ_opt().unwrap_or(day)))
            .collect(),
        Some(_) => return Err(Refusal::parameter("Invalid granularity")),
    };
    let yesterday = DateTime::from_timestamp(call.now - 86_400, 0).unwrap_or_default();
    Ok(json!({
        "latest_available_date": yesterday.format("%Y-%m-%d").to_string(),
        "performance": { "intervals": intervals },
    }))
}

fn date(call: &Call, key: &str) -> Result<NaiveDate, Refusal> {
    call.query
        .get(key)
        .and_then(|text| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok())
        .ok_or(Refusal::parameter("Invalid or missing date, expected YYYY-MM-DD"))
}

fn interval(options: &Options, start: NaiveDate, end: NaiveDate) -> Value {
    let day = u64::from(chrono::Datelike::num_days_from_ce(&start).unsigned_abs());
    let length = u64::try_from((end - start).num_days()).unwrap_or(1);
    let mut seed = Seed::of(options.seed, DAYS, day * 400 + length);
    let orders = (40 + seed.below(30)) * length;
    let customers = orders - orders / 9;
    let mut amount = |per_day: u64| {
        let cents = (per_day + seed.below(per_day / 4 + 1)) * length;
        json!({ "amount": format!("{}.{:02}", cents / 100, cents % 100), "currency": "USD" })
    };
    json!({
        "start_date": start.to_string(),
        "end_date": end.to_string(),
        "sales": {
            "gmv": amount(120_000),
            "gmv_with_tax": amount(130_000),
            "avg_order_value": amount(2_400),
            "avg_sku_order_value": amount(2_300),
            "orders_count": orders,
            "sku_orders_count": orders + orders / 5,
            "items_sold": orders + orders / 3,
            "customers_count": customers,
            "cancellations_and_returns": orders / 20,
            "refunds": amount(4_000),
            "tax": amount(9_000),
            "shipping_fees": amount(7_000),
            "video_gmv": amount(60_000),
            "live_gmv": amount(20_000),
            "creator_video_gmv": amount(40_000),
            "creator_live_gmv": amount(10_000),
            "seller_video_gmv": amount(20_000),
            "seller_live_gmv": amount(10_000),
        },
        "traffic": {
            "avg_page_views": 900 * length,
            "avg_visitors": 500 * length,
            "product_impressions": 12_000 * length,
            "product_clicks": 800 * length,
            "unique_product_impressions": 7_000 * length,
            "unique_clicks": 600 * length,
            "avg_conversation_rate": "0.0410",
        },
        "breakdowns": {
            "seller_product_card_gmv": amount(12_000),
            "affiliate_product_card_attributed_gmv": amount(9_000),
            "content_breakdown": [{
                "channel": "AFFILIATE",
                "content_type": "VIDEO",
                "gmv": amount(30_000),
                "indirect_gmv": amount(3_000),
            }],
        },
    })
}

const DAYS: u64 = 0x6461_7973;
