use chrono::{DateTime, Days, Months};
use serde_json::{Value, json};

use super::books::Books;
use super::customer;
use super::form::Form;
use super::list::{Created, is, page};
use super::options::Price;
use super::price;
use super::problem::Problem;
use super::shape::{SUBSCRIPTION, SUBSCRIPTION_ITEM, blank, changed_members, periods};
use super::state::Basket;
use crate::json::{integer, list as elements, object, put, set, text};

pub(crate) fn get(books: &Books<'_>, id: &str) -> Result<Value, Problem> {
    books.state.subscriptions.get(id).cloned().ok_or_else(|| Problem::not_found("subscription", id))
}

/// Leaves out canceled ones unless the status is asked for.
pub(crate) fn list(books: &Books<'_>, form: &Form) -> Result<Value, Problem> {
    let status = form.get("status");
    if let Some(status) = status.filter(|status| !LISTED.contains(status)) {
        return Err(Problem::invalid("status", &format!("a documented status, not {status}")));
    }
    let created = Created::read(form)?;
    let found = books.state.subscriptions.newest_first().filter(|subscription| {
        let by_status = match status {
            Some("all") => true,
            Some("ended") => is_over(subscription),
            Some(status) => text(subscription, "status") == status,
            None => !is_over(subscription),
        };
        let by_price = form.get("price").is_none_or(|wanted| {
            elements(subscription, "/items/data")
                .iter()
                .any(|item| item.pointer("/price/id").and_then(Value::as_str) == Some(wanted))
        });
        by_status
            && by_price
            && created.takes(subscription)
            && is(subscription, "customer", form.get("customer"))
    });
    page(found, form, "/v1/subscriptions")
}

pub(crate) fn update(books: &mut Books<'_>, id: &str, form: &Form) -> Result<Value, Problem> {
    let before = get(books, id)?;
    if is_over(&before) {
        return Err(Problem::wrong_state(
            "A canceled subscription can only update its cancellation_details and metadata.",
        ));
    }
    let mut subscription = before.clone();
    if let Some(at_end) = form.boolean("cancel_at_period_end")? {
        plan_end(&mut subscription, at_end.then(|| periods(&before).1), at_end, books.now);
    }
    if let Some(time) = form.get("cancel_at") {
        let at = match time {
            "" => None,
            "min_period_end" | "max_period_end" => Some(periods(&before).1),
            _ => form.integer("cancel_at")?,
        };
        plan_end(&mut subscription, at, false, books.now);
    }
    write_feedback(&mut subscription, form);
    if let Some(metadata) = object(&mut subscription, "metadata") {
        form.apply_map("metadata", metadata)?;
    }
    for key in ["description", "default_payment_method"] {
        if let Some(value) = form.get(key) {
            set(&mut subscription, key, value);
        }
    }
    write_items(books, &mut subscription, form)?;
    let previous = changed_members(&before, &subscription);
    if previous.is_some() {
        books.state.subscriptions.place(id, subscription.clone());
        books.state.touch();
        books.tell("customer.subscription.updated", &subscription, previous);
    }
    Ok(subscription)
}

/// `DELETE`: ends it now.
pub(crate) fn cancel(books: &mut Books<'_>, id: &str, form: &Form) -> Result<Value, Problem> {
    if is_over(&get(books, id)?) {
        return Err(Problem::not_found("subscription", id));
    }
    let mut ended = end(books, id).ok_or_else(|| Problem::not_found("subscription", id))?;
    write_feedback(&mut ended, form);
    books.state.subscriptions.place(id, ended.clone());
    books.tell("customer.subscription.deleted", &ended, None);
    Ok(ended)
}

/// Makes a subscription that awaits its first payment.
pub(crate) fn begin(books: &mut Books<'_>, customer_id: &str, basket: &Basket) -> Value {
    let id = books.fresh_id("sub_1");
    let now = books.now;
    let mut items = Vec::new();
    for (price_id, quantity) in &basket.items {
        let item_id = books.fresh_id("si_");
        if let Some(price) = books.price(price_id) {
            items.push(item(price, &item_id, &id, *quantity, now, basket.trial_days));
        }
    }
    let mut subscription = blank(SUBSCRIPTION);
    set(&mut subscription, "id", id.as_str());
    set(&mut subscription, "customer", customer_id);
    set(&mut subscription, "status", "incomplete");
    set(&mut subscription, "metadata", basket.metadata.clone());
    for key in ["created", "start_date", "billing_cycle_anchor"] {
        set(&mut subscription, key, now);
    }
    if basket.trial_days > 0 {
        let end = now + basket.trial_days * 86_400;
        set(&mut subscription, "trial_start", now);
        set(&mut subscription, "trial_end", end);
        set(&mut subscription, "billing_cycle_anchor", end);
    }
    put(&mut subscription, "/items/data", items);
    put(&mut subscription, "/items/url", format!("/v1/subscription_items?subscription={id}"));
    books.state.subscriptions.place(&id, subscription.clone());
    books.state.touch();
    subscription
}

/// Ends a subscription now; `None` for an unknown id.
pub(crate) fn end(books: &mut Books<'_>, id: &str) -> Option<Value> {
    let mut subscription = books.state.subscriptions.get(id)?.clone();
    set(&mut subscription, "status", "canceled");
    if subscription.get("canceled_at").is_none_or(Value::is_null) {
        set(&mut subscription, "canceled_at", books.now);
    }
    set(&mut subscription, "ended_at", books.now);
    set(&mut subscription, "cancel_at_period_end", false);
    put(&mut subscription, "/cancellation_details/reason", "cancellation_requested");
    books.state.subscriptions.place(id, subscription.clone());
    books.state.touch();
    Some(subscription)
}

/// Moves every item to the period that begins where its last one ended.
pub(crate) fn advance(subscription: &mut Value) {
    let Some(items) = subscription.pointer_mut("/items/data").and_then(Value::as_array_mut) else {
        return;
    };
    for item in items {
        let start = integer(item, "/current_period_end");
        let interval = item
            .pointer("/price/recurring/interval")
            .and_then(Value::as_str)
            .unwrap_or("month")
            .to_owned();
        set(item, "current_period_start", start);
        set(item, "current_period_end", after(start, &interval));
    }
}

/// Nothing leaves these two.
pub(crate) fn is_over(subscription: &Value) -> bool {
    matches!(text(subscription, "status"), "canceled" | "incomplete_expired")
}

/// What the items cost a period, in cents.
pub(crate) fn amount(subscription: &Value) -> i64 {
    elements(subscription, "/items/data")
        .iter()
        .map(|item| integer(item, "/price/unit_amount") * integer(item, "/quantity"))
        .sum()
}

/// The customer a subscription bills, if not deleted.
pub(crate) fn customer_of(books: &Books<'_>, subscription: &Value) -> Option<Value> {
    customer::living(books, text(subscription, "customer"))
}

fn item(
    price: &Price,
    id: &str,
    subscription_id: &str,
    quantity: i64,
    now: i64,
    trial_days: i64,
) -> Value {
    let end = match trial_days {
        0 => after(now, &price.interval),
        days => now + days * 86_400,
    };
    let mut item = blank(SUBSCRIPTION_ITEM);
    set(&mut item, "id", id);
    set(&mut item, "subscription", subscription_id);
    set(&mut item, "created", now);
    set(&mut item, "current_period_start", now);
    set(&mut item, "current_period_end", end);
    set(&mut item, "quantity", quantity);
    set(&mut item, "price", price::object(price));
    set(&mut item, "plan", price::plan(price));
    item
}

/// The same day of the next interval, cut to the end of a shorter month.
fn after(start: i64, interval: &str) -> i64 {
    let Some(time) = DateTime::from_timestamp(start, 0) else {
        return start;
    };
    let next = match interval {
        "day" => time.checked_add_days(Days::new(1)),
        "week" => time.checked_add_days(Days::new(7)),
        "year" => time.checked_add_months(Months::new(12)),
        _ => time.checked_add_months(Months::new(1)),
    };
    next.map_or(start, |next| next.timestamp())
}

fn plan_end(subscription: &mut Value, at: Option<i64>, at_period_end: bool, now: i64) {
    set(subscription, "cancel_at_period_end", at_period_end);
    set(subscription, "cancel_at", at);
    set(subscription, "canceled_at", at.map(|_| now));
    let reason = at.map(|_| "cancellation_requested");
    put(subscription, "/cancellation_details/reason", reason);
}

fn write_feedback(subscription: &mut Value, form: &Form) {
    for key in ["comment", "feedback"] {
        if let Some(value) = form.get(&format!("cancellation_details[{key}]")) {
            put(subscription, &format!("/cancellation_details/{key}"), value);
        }
    }
}

/// A row with an id changes that item, one without adds an item: both are billed then.
fn write_items(
    books: &mut Books<'_>,
    subscription: &mut Value,
    form: &Form,
) -> Result<(), Problem> {
    let subscription_id = text(subscription, "id").to_owned();
    for (index, row) in form.rows("items").iter().enumerate() {
        let fresh_id = books.fresh_id("si_");
        let price =
            match row.get("price") {
                None => None,
                Some(id) => Some(books.price(id).ok_or_else(|| {
                    Problem::no_such("price", id, &format!("items[{index}][price]"))
                })?),
            };
        let quantity = row
            .get("quantity")
            .map(|text| {
                text.parse::<i64>().map_err(|_unread| {
                    Problem::invalid(&format!("items[{index}][quantity]"), "an integer")
                })
            })
            .transpose()?;
        let Some(items) = subscription.pointer_mut("/items/data").and_then(Value::as_array_mut)
        else {
            continue;
        };
        let Some(id) = row.get("id") else {
            let key = format!("items[{index}][price]");
            let price = price.ok_or_else(|| Problem::missing(&key))?;
            let quantity = quantity.unwrap_or(1);
            items.push(item(price, &fresh_id, &subscription_id, quantity, books.now, 0));
            continue;
        };
        if row.get("deleted").map(String::as_str) == Some("true") {
            items.retain(|item| text(item, "id") != id);
            continue;
        }
        let found = items.iter_mut().find(|item| text(item, "id") == id).ok_or_else(|| {
            Problem::no_such("subscription_item", id, &format!("items[{index}][id]"))
        })?;
        if let Some(price) = price {
            set(found, "price", price::object(price));
            set(found, "plan", price::plan(price));
        }
        if let Some(quantity) = quantity {
            set(found, "quantity", json!(quantity));
        }
    }
    Ok(())
}

const LISTED: [&str; 10] = [
    "active",
    "all",
    "canceled",
    "ended",
    "incomplete",
    "incomplete_expired",
    "past_due",
    "paused",
    "trialing",
    "unpaid",
];
