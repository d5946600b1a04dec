use serde_json::{Value, json};

use super::books::Books;
use super::form::Form;
use super::list::{Created, is, page};
use super::problem::Problem;
use super::shape::{CUSTOMER, blank, changed_members};
use super::subscription;
use crate::json::{object, set, text};
use crate::seed::Seed;

pub(crate) fn create(books: &mut Books<'_>, form: &Form) -> Result<Value, Problem> {
    let mut customer = blank(CUSTOMER);
    let id = books.fresh_id("cus_");
    set(&mut customer, "id", id.as_str());
    set(&mut customer, "created", books.now);
    let prefix = Seed::of(books.options.seed, 0x7072_6566, books.state.serial).letters(8);
    set(&mut customer, "invoice_prefix", prefix.to_uppercase());
    write(&mut customer, form)?;
    books.state.customers.place(&id, customer.clone());
    books.tell("customer.created", &customer, None);
    Ok(customer)
}

/// A deleted customer is answered as its stub.
pub(crate) fn get(books: &Books<'_>, id: &str) -> Result<Value, Problem> {
    books.state.customers.get(id).cloned().ok_or_else(|| Problem::not_found("customer", id))
}

pub(crate) fn list(books: &Books<'_>, form: &Form) -> Result<Value, Problem> {
    let created = Created::read(form)?;
    let found = books.state.customers.newest_first().filter(|customer| {
        customer.get("deleted").is_none()
            && created.takes(customer)
            && is(customer, "email", form.get("email"))
    });
    page(found, form, "/v1/customers")
}

pub(crate) fn update(books: &mut Books<'_>, id: &str, form: &Form) -> Result<Value, Problem> {
    let before = living(books, id).ok_or_else(|| Problem::not_found("customer", id))?;
    let mut customer = before.clone();
    write(&mut customer, form)?;
    let previous = changed_members(&before, &customer);
    if previous.is_some() {
        books.state.customers.place(id, customer.clone());
        books.state.touch();
        books.tell("customer.updated", &customer, previous);
    }
    Ok(customer)
}

/// Ends the customer's subscriptions at once and leaves a stub.
pub(crate) fn delete(books: &mut Books<'_>, id: &str) -> Result<Value, Problem> {
    let customer = living(books, id).ok_or_else(|| Problem::not_found("customer", id))?;
    let theirs: Vec<String> = books
        .state
        .subscriptions
        .newest_first()
        .filter(|subscription| {
            text(subscription, "customer") == id && !subscription::is_over(subscription)
        })
        .map(|subscription| text(subscription, "id").to_owned())
        .collect();
    for subscription_id in theirs {
        if let Some(ended) = subscription::end(books, &subscription_id) {
            books.tell("customer.subscription.deleted", &ended, None);
        }
    }
    let stub = json!({ "id": id, "object": "customer", "deleted": true });
    books.state.customers.place(id, stub.clone());
    books.state.touch();
    books.tell("customer.deleted", &customer, None);
    Ok(stub)
}

/// A customer that exists and was not deleted.
pub(crate) fn living(books: &Books<'_>, id: &str) -> Option<Value> {
    books.state.customers.get(id).filter(|customer| customer.get("deleted").is_none()).cloned()
}

fn write(customer: &mut Value, form: &Form) -> Result<(), Problem> {
    for key in ["email", "name", "phone", "description"] {
        if let Some(value) = form.get(key) {
            if key == "email" && !value.is_empty() && !value.contains('@') {
                return Err(Problem::invalid("email", "an e-mail address"));
            }
            let value = if value.is_empty() { Value::Null } else { Value::from(value) };
            set(customer, key, value);
        }
    }
    if let Some(metadata) = object(customer, "metadata") {
        form.apply_map("metadata", metadata)?;
    }
    Ok(())
}
