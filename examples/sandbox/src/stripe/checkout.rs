use serde_json::Value;

use super::books::Books;
use super::customer;
use super::form::Form;
use super::problem::Problem;
use super::shape::{CHECKOUT_SESSION, blank};
use super::state::Basket;
use crate::json::{integer, put, set, text};

/// Subscription mode is the only one that is played.
pub(crate) fn create(books: &mut Books<'_>, form: &Form) -> Result<Value, Problem> {
    if form.need("mode")? != "subscription" {
        return Err(Problem::invalid("mode", "subscription (others are not played)"));
    }
    let success_url = form.need("success_url")?;
    let basket = basket(books, form)?;
    let customer = match form.get("customer") {
        None => None,
        Some(id) => Some(
            customer::living(books, id)
                .ok_or_else(|| Problem::no_such("customer", id, "customer"))?,
        ),
    };
    let expires_at = form.integer("expires_at")?.unwrap_or(books.now + 86_400);
    if !(books.now + 1_800..=books.now + 86_400).contains(&expires_at) {
        return Err(Problem::invalid("expires_at", "30 minutes to 24 hours ahead"));
    }
    let total: i64 = basket
        .items
        .iter()
        .filter_map(|(id, quantity)| Some(books.price(id)?.unit_amount_minor * quantity))
        .sum();
    let due = if basket.trial_days > 0 { 0 } else { total };
    let mut session = blank(CHECKOUT_SESSION);
    let id = books.state.fresh_id("cs_test_a1", books.options.seed, 56);
    set(&mut session, "id", id.as_str());
    set(&mut session, "created", books.now);
    set(&mut session, "expires_at", expires_at);
    set(&mut session, "success_url", success_url);
    set(&mut session, "cancel_url", form.get("cancel_url"));
    set(&mut session, "client_reference_id", form.get("client_reference_id"));
    set(&mut session, "locale", form.get("locale"));
    set(&mut session, "allow_promotion_codes", form.boolean("allow_promotion_codes")?);
    set(&mut session, "metadata", form.map("metadata")?);
    set(&mut session, "amount_subtotal", due);
    set(&mut session, "amount_total", due);
    set(&mut session, "customer", form.get("customer"));
    set(&mut session, "customer_email", form.get("customer_email"));
    let email = customer.as_ref().map(|customer| text(customer, "email").to_owned());
    put(
        &mut session,
        "/customer_details/email",
        email.or(form.get("customer_email").map(str::to_owned)),
    );
    if let Some(collection) = form.get("payment_method_collection") {
        set(&mut session, "payment_method_collection", collection);
    }
    set(&mut session, "url", format!("https://checkout.example.test/c/pay/{id}"));
    books.state.sessions.place(&id, session.clone());
    books.state.baskets.insert(id, basket);
    Ok(session)
}

pub(crate) fn get(books: &mut Books<'_>, id: &str) -> Result<Value, Problem> {
    run_out(books, id);
    books.state.sessions.get(id).cloned().ok_or_else(|| Problem::not_found("checkout.session", id))
}

/// Only an open session can be expired.
pub(crate) fn expire(books: &mut Books<'_>, id: &str) -> Result<Value, Problem> {
    let session = get(books, id)?;
    if text(&session, "status") != "open" {
        return Err(Problem::wrong_state(
            "Only Checkout Sessions with a status in [\"open\"] can be expired.",
        ));
    }
    Ok(close(books, id, session))
}

/// Closes a session whose time is over.
pub(crate) fn run_out(books: &mut Books<'_>, id: &str) {
    let over = books.state.sessions.get(id).filter(|session| {
        text(session, "status") == "open" && integer(session, "/expires_at") <= books.now
    });
    if let Some(session) = over.cloned() {
        close(books, id, session);
    }
}

fn close(books: &mut Books<'_>, id: &str, mut session: Value) -> Value {
    set(&mut session, "status", "expired");
    set(&mut session, "url", Value::Null);
    books.state.sessions.place(id, session.clone());
    books.state.touch();
    books.tell("checkout.session.expired", &session, None);
    session
}

fn basket(books: &Books<'_>, form: &Form) -> Result<Basket, Problem> {
    let mut items = Vec::new();
    for (index, row) in form.rows("line_items").iter().enumerate() {
        let key = format!("line_items[{index}][price]");
        let price = row.get("price").ok_or_else(|| Problem::missing(&key))?;
        if books.price(price).is_none() {
            return Err(Problem::no_such("price", price, &key));
        }
        let quantity = row.get("quantity").map_or(Ok(1), |text| {
            text.parse::<i64>().ok().filter(|quantity| *quantity > 0).ok_or_else(|| {
                Problem::invalid(&format!("line_items[{index}][quantity]"), "a positive integer")
            })
        })?;
        items.push((price.clone(), quantity));
    }
    if items.is_empty() {
        return Err(Problem::missing("line_items"));
    }
    Ok(Basket {
        items,
        metadata: form.map("subscription_data[metadata]")?,
        trial_days: form.integer("subscription_data[trial_period_days]")?.unwrap_or(0),
    })
}
