use serde_json::{Value, json};

use super::envelope::Refusal;
use super::gate::Call;
use super::options::Options;
use super::order::within;
use super::page::{Page, search_id};
use crate::json::integer;
use crate::seed::Seed;

/// `GET /finance/202309/statements`: one a day, the newest on the day before `as_of`.
pub(crate) fn statements(options: &Options, call: &Call) -> Result<Value, Refusal> {
    if call.query.get("sort_field") != Some("statement_time") {
        return Err(Refusal::parameter("Invalid sort_field"));
    }
    let size = match call.query.get("page_size") {
        None => 20,
        Some(_) => call.page_size(1, 100)?,
    };
    let ascending = match call.query.get("sort_order") {
        None | Some("ASC") => true,
        Some("DESC") => false,
        Some(_) => return Err(Refusal::parameter("Invalid sort_order")),
    };
    let times = (time(call, "statement_time_ge")?, time(call, "statement_time_lt")?);
    let status = call.query.get("payment_status");
    let mut found: Vec<Value> = (0..call.count(options.statements))
        .map(|index| statement(options, index))
        .filter(|statement| {
            within(integer(statement, "/statement_time"), times)
                && status
                    .is_none_or(|status| crate::json::text(statement, "payment_status") == status)
        })
        .collect();
    if ascending {
        found.reverse();
    }
    let search = search_id(&[
        b"statements",
        &[u8::from(ascending)],
        format!("{times:?}{status:?}").as_bytes(),
    ]);
    let page = Page::cut(call.query.get("page_token"), size, found.len(), &search)?;
    Ok(json!({
        "next_page_token": page.next,
        "statements": found.get(page.start..page.end).unwrap_or_default(),
    }))
}

fn time(call: &Call, key: &str) -> Result<Option<i64>, Refusal> {
    call.query
        .get(key)
        .map(|text| text.parse().map_err(|_unread| Refusal::parameter("Invalid statement time")))
        .transpose()
}

/// Amounts that add up: revenue − fee + adjustment is what is settled.
fn statement(options: &Options, index: u32) -> Value {
    let mut seed = Seed::of(options.seed, STATEMENTS, u64::from(index));
    let time = options.as_of - 86_400 * (i64::from(index) + 1);
    let revenue = 100_000 + seed.below(900_000);
    let fee = revenue / 12 + seed.below(500);
    let shipping = seed.below(20_000);
    let adjustment = seed.below(1_000);
    json!({
        "id": format!("172{}", seed.digits(16)),
        "statement_time": time,
        "currency": "USD",
        "revenue_amount": cents(revenue),
        "fee_amount": cents(fee),
        "adjustment_amount": cents(adjustment),
        "settlement_amount": cents(revenue - fee + adjustment),
        "net_sales_amount": cents(revenue),
        "shipping_cost_amount": cents(shipping),
        "payment_status": "PAID",
        "payment_id": format!("172{}", seed.digits(16)),
        "payment_time": time + 43_200,
    })
}

fn cents(amount: u64) -> String {
    format!("{}.{:02}", amount / 100, amount % 100)
}

const STATEMENTS: u64 = 0x7374_6d74;
