use serde_json::{Value, json};

use super::books::Books;
use super::form::Form;
use super::list::{is, page};
use super::options::Price;
use super::problem::Problem;
use super::shape::{PRICE, blank};
use crate::json::{put, set};

pub(crate) fn get(books: &Books<'_>, id: &str) -> Result<Value, Problem> {
    find(books, id).ok_or_else(|| Problem::not_found("price", id))
}

pub(crate) fn list(books: &Books<'_>, form: &Form) -> Result<Value, Problem> {
    let keys = form.scalars("lookup_keys");
    let active = form.boolean("active")?;
    let all: Vec<Value> = books.options.prices.iter().map(object).collect();
    let found = all.iter().filter(|price| {
        active != Some(false)
            && (keys.is_empty() || keys.iter().any(|key| is(price, "lookup_key", Some(key))))
            && is(price, "product", form.get("product"))
            && is(price, "currency", form.get("currency"))
    });
    page(found, form, "/v1/prices")
}

pub(crate) fn find(books: &Books<'_>, id: &str) -> Option<Value> {
    books.price(id).map(object)
}

pub(crate) fn object(price: &Price) -> Value {
    let mut value = blank(PRICE);
    set(&mut value, "id", price.id.as_str());
    set(&mut value, "lookup_key", price.lookup_key.as_str());
    set(&mut value, "product", price.product.as_str());
    set(&mut value, "unit_amount", price.unit_amount_minor);
    set(&mut value, "unit_amount_decimal", price.unit_amount_minor.to_string());
    put(&mut value, "/recurring/interval", price.interval.as_str());
    value
}

/// The older twin that subscription items still carry.
pub(crate) fn plan(price: &Price) -> Value {
    json!({
        "id": price.id,
        "object": "plan",
        "active": true,
        "amount": price.unit_amount_minor,
        "amount_decimal": price.unit_amount_minor.to_string(),
        "billing_scheme": "per_unit",
        "created": 1_759_000_000,
        "currency": "usd",
        "interval": price.interval,
        "interval_count": 1,
        "livemode": false,
        "metadata": {},
        "meter": null,
        "nickname": null,
        "product": price.product,
        "tiers_mode": null,
        "transform_usage": null,
        "trial_period_days": null,
        "usage_type": "licensed",
    })
}
