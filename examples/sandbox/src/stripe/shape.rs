use serde_json::{Value, json};

use crate::json::{integer, list, remove, set, text};

pub(crate) const CUSTOMER: &str = include_str!("shape/customer.json");
pub(crate) const CHECKOUT_SESSION: &str = include_str!("shape/checkout_session.json");
pub(crate) const INVOICE: &str = include_str!("shape/invoice.json");
pub(crate) const LINE_ITEM: &str = include_str!("shape/line_item.json");
pub(crate) const PORTAL_SESSION: &str = include_str!("shape/portal_session.json");
pub(crate) const PRICE: &str = include_str!("shape/price.json");
pub(crate) const SUBSCRIPTION: &str = include_str!("shape/subscription.json");
pub(crate) const SUBSCRIPTION_ITEM: &str = include_str!("shape/subscription_item.json");

/// A fresh object with every member of its kind. The texts are compiled in and tested to be JSON.
pub(crate) fn blank(shape: &str) -> Value {
    serde_json::from_str(shape).unwrap_or_default()
}

/// `2026-09-30.endive`, or a bare date as before 2024-09-30.
pub(crate) fn is_version(text: &str) -> bool {
    let (date, name) = text.split_once('.').unwrap_or((text, "none"));
    chrono::NaiveDate::parse_from_str(date, "%Y-%m-%d").is_ok()
        && !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_lowercase())
}

/// Shows an answer as that version has it.
///
/// The one border that is played is 2025-03-31.basil, where periods moved to the items and an
/// invoice's subscription under `parent`.
pub(crate) fn render(value: &mut Value, version: &str) {
    if version < "2025-03-31" {
        to_acacia(value);
    }
}

fn to_acacia(value: &mut Value) {
    match value {
        Value::Array(elements) => elements.iter_mut().for_each(to_acacia),
        Value::Object(members) => {
            // An event was rendered when it was made, in the version of its endpoint.
            if members.get("object").and_then(Value::as_str) == Some("event") {
                return;
            }
            members.values_mut().for_each(to_acacia);
            match text(value, "object") {
                "subscription" => subscription(value),
                "subscription_item" => {
                    remove(value, "current_trial");
                }
                "invoice" => invoice(value),
                "line_item" => line_item(value),
                _ => {}
            }
        }
        _ => {}
    }
}

fn subscription(value: &mut Value) {
    let start = integer(value, "/items/data/0/current_period_start");
    let end = integer(value, "/items/data/0/current_period_end");
    let plan = value.pointer("/items/data/0/plan").cloned().unwrap_or_default();
    let quantity = value.pointer("/items/data/0/quantity").cloned().unwrap_or_default();
    set(value, "current_period_start", start);
    set(value, "current_period_end", end);
    set(value, "plan", plan);
    set(value, "quantity", quantity);
    set(value, "discount", Value::Null);
    for newer in ["billing_mode", "billing_schedules", "customer_account", "managed_payments"] {
        remove(value, newer);
    }
    if let Some(items) = value.pointer_mut("/items/data").and_then(Value::as_array_mut) {
        for item in items {
            remove(item, "current_period_start");
            remove(item, "current_period_end");
        }
    }
}

fn invoice(value: &mut Value) {
    let parent = remove(value, "parent").unwrap_or_default();
    let details = parent.get("subscription_details").cloned().unwrap_or_default();
    let paid = text(value, "status") == "paid";
    set(value, "subscription", details.get("subscription").cloned().unwrap_or_default());
    set(
        value,
        "subscription_details",
        json!({ "metadata": details.get("metadata").cloned().unwrap_or_default() }),
    );
    set(value, "paid", paid);
    set(value, "paid_out_of_band", false);
    for older in ["charge", "payment_intent", "discount", "quote", "tax"] {
        set(value, older, Value::Null);
    }
    let taxes = remove(value, "total_taxes").unwrap_or_else(|| json!([]));
    set(value, "total_tax_amounts", taxes);
    for newer in ["amount_overpaid", "customer_account"] {
        remove(value, newer);
    }
}

fn line_item(value: &mut Value) {
    let parent = remove(value, "parent").unwrap_or_default();
    let details = parent.get("subscription_item_details").cloned().unwrap_or_default();
    let pricing = remove(value, "pricing").unwrap_or_default();
    let price = pricing.get("price_details").cloned().unwrap_or_default();
    set(
        value,
        "price",
        json!({
            "id": price.get("price"),
            "object": "price",
            "product": price.get("product"),
            "unit_amount_decimal": pricing.get("unit_amount_decimal"),
        }),
    );
    for (name, key) in [("subscription_item", "subscription_item"), ("proration", "proration")] {
        set(value, name, details.get(key).cloned().unwrap_or_default());
    }
    set(value, "type", "subscription");
    let taxes = remove(value, "taxes").unwrap_or_else(|| json!([]));
    set(value, "tax_amounts", taxes);
    for newer in ["quantity_decimal", "subtotal"] {
        remove(value, newer);
    }
}

/// Members that differ, with their value before: `previous_attributes` of an event.
pub(crate) fn changed_members(before: &Value, after: &Value) -> Option<Value> {
    let (before, after) = (before.as_object()?, after.as_object()?);
    let changed: serde_json::Map<String, Value> = before
        .iter()
        .filter(|(key, value)| after.get(*key) != Some(value))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    (!changed.is_empty()).then_some(Value::Object(changed))
}

/// The earliest and latest period border over the items, as start and end.
pub(crate) fn periods(subscription: &Value) -> (i64, i64) {
    let items = list(subscription, "/items/data");
    let start = items.iter().map(|item| integer(item, "/current_period_start")).min();
    let end = items.iter().map(|item| integer(item, "/current_period_end")).min();
    (start.unwrap_or(0), end.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::{
        CHECKOUT_SESSION, CUSTOMER, INVOICE, LINE_ITEM, PORTAL_SESSION, PRICE, SUBSCRIPTION,
        SUBSCRIPTION_ITEM, blank, is_version,
    };

    #[test]
    fn shapes_are_objects_of_their_kind() {
        for (shape, kind) in [
            (CUSTOMER, "customer"),
            (CHECKOUT_SESSION, "checkout.session"),
            (INVOICE, "invoice"),
            (LINE_ITEM, "line_item"),
            (PORTAL_SESSION, "billing_portal.session"),
            (PRICE, "price"),
            (SUBSCRIPTION, "subscription"),
            (SUBSCRIPTION_ITEM, "subscription_item"),
        ] {
            assert_eq!(blank(shape).get("object").and_then(Value::as_str), Some(kind));
        }
    }

    #[test]
    fn versions_are_told_from_other_texts() {
        assert!(is_version("2026-09-30.endive"));
        assert!(is_version("2020-08-27"));
        for text in ["", "endive", "2026-09-30.", "2026-13-30.endive", "2026-09-30.En"] {
            assert!(!is_version(text), "{text}");
        }
    }
}
