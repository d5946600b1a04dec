use serde_json::{Value, json};

use super::books::Books;
use super::form::Form;
use super::list::{Created, is, page};
use super::problem::Problem;
use super::shape::{INVOICE, LINE_ITEM, blank, periods};
use super::subscription;
use crate::json::{integer, list as elements, put, set, text};

pub(crate) fn get(books: &Books<'_>, id: &str) -> Result<Value, Problem> {
    books.state.invoices.get(id).cloned().ok_or_else(|| Problem::not_found("invoice", id))
}

pub(crate) fn list(books: &Books<'_>, form: &Form) -> Result<Value, Problem> {
    let created = Created::read(form)?;
    let found = books.state.invoices.newest_first().filter(|invoice| {
        created.takes(invoice)
            && is(invoice, "customer", form.get("customer"))
            && is(invoice, "status", form.get("status"))
            && form.get("subscription").is_none_or(|wanted| subscription_of(invoice) == wanted)
    });
    page(found, form, "/v1/invoices")
}

/// The subscription that an invoice bills, or the empty text.
pub(crate) fn subscription_of(invoice: &Value) -> &str {
    invoice
        .pointer("/parent/subscription_details/subscription")
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// Bills the present period of a subscription; the invoice is open.
pub(crate) fn issue(books: &mut Books<'_>, billed: &Value, reason: &str, amount: i64) -> Value {
    let id = books.fresh_id("in_1");
    let customer = subscription::customer_of(books, billed).unwrap_or_default();
    let (start, end) = periods(billed);
    let number = books
        .state
        .invoices
        .newest_first()
        .filter(|invoice| text(invoice, "customer") == text(billed, "customer"))
        .count()
        + 1;
    let lines: Vec<Value> =
        elements(billed, "/items/data").iter().map(|item| line(books, item, &id, amount)).collect();
    let mut invoice = blank(INVOICE);
    set(&mut invoice, "id", id.as_str());
    set(&mut invoice, "billing_reason", reason);
    set(&mut invoice, "customer", text(billed, "customer"));
    set(&mut invoice, "customer_email", customer.get("email").cloned().unwrap_or_default());
    set(&mut invoice, "customer_name", customer.get("name").cloned().unwrap_or_default());
    set(&mut invoice, "number", format!("{}-{number:04}", text(&customer, "invoice_prefix")));
    for key in ["created", "effective_at", "webhooks_delivered_at"] {
        set(&mut invoice, key, books.now);
    }
    for key in ["amount_due", "amount_remaining", "subtotal", "total"] {
        set(&mut invoice, key, amount);
    }
    for key in ["subtotal_excluding_tax", "total_excluding_tax"] {
        set(&mut invoice, key, amount);
    }
    set(&mut invoice, "amount_paid", 0);
    set(&mut invoice, "attempt_count", 0);
    set(&mut invoice, "attempted", false);
    set(&mut invoice, "auto_advance", true);
    set(&mut invoice, "status", "open");
    set(&mut invoice, "period_start", start);
    set(&mut invoice, "period_end", end);
    set(
        &mut invoice,
        "status_transitions",
        json!({
            "finalized_at": books.now,
            "marked_uncollectible_at": null,
            "paid_at": null,
            "voided_at": null,
        }),
    );
    let link = format!("https://invoice.example.test/i/acct_x/{id}");
    set(&mut invoice, "invoice_pdf", format!("{link}/pdf"));
    set(&mut invoice, "hosted_invoice_url", link);
    put(&mut invoice, "/parent/subscription_details/subscription", text(billed, "id"));
    put(
        &mut invoice,
        "/parent/subscription_details/metadata",
        billed.get("metadata").cloned().unwrap_or_default(),
    );
    put(&mut invoice, "/lines/data", lines);
    put(&mut invoice, "/lines/url", format!("/v1/invoices/{id}/lines"));
    keep(books, &invoice);
    invoice
}

/// The money came.
pub(crate) fn pay(books: &mut Books<'_>, invoice: &mut Value) {
    let due = integer(invoice, "/amount_due");
    let attempts = integer(invoice, "/attempt_count");
    set(invoice, "status", "paid");
    set(invoice, "amount_paid", due);
    set(invoice, "amount_remaining", 0);
    set(invoice, "attempt_count", attempts + 1);
    set(invoice, "attempted", true);
    set(invoice, "auto_advance", false);
    set(invoice, "next_payment_attempt", Value::Null);
    put(invoice, "/status_transitions/paid_at", books.now);
    keep(books, invoice);
}

/// An attempt to collect failed; the next is three days later.
pub(crate) fn fail(books: &mut Books<'_>, invoice: &mut Value) {
    let attempts = integer(invoice, "/attempt_count");
    set(invoice, "attempt_count", attempts + 1);
    set(invoice, "attempted", true);
    set(invoice, "next_payment_attempt", books.now + 3 * 86_400);
    keep(books, invoice);
}

fn keep(books: &mut Books<'_>, invoice: &Value) {
    books.state.invoices.place(text(invoice, "id"), invoice.clone());
    books.state.touch();
}

/// A line of a trial costs nothing, as its invoice does.
fn line(books: &mut Books<'_>, item: &Value, invoice_id: &str, total: i64) -> Value {
    let quantity = integer(item, "/quantity");
    let amount = if total == 0 { 0 } else { integer(item, "/price/unit_amount") * quantity };
    let price = item.get("price").cloned().unwrap_or_default();
    let mut line = blank(LINE_ITEM);
    set(&mut line, "id", books.fresh_id("il_1"));
    set(&mut line, "invoice", invoice_id);
    set(&mut line, "amount", amount);
    set(&mut line, "subtotal", amount);
    set(&mut line, "quantity", quantity);
    set(&mut line, "quantity_decimal", quantity.to_string());
    set(&mut line, "subscription", text(item, "subscription"));
    put(&mut line, "/period/start", integer(item, "/current_period_start"));
    put(&mut line, "/period/end", integer(item, "/current_period_end"));
    let details = "/parent/subscription_item_details";
    put(&mut line, &format!("{details}/subscription"), text(item, "subscription"));
    put(&mut line, &format!("{details}/subscription_item"), text(item, "id"));
    put(&mut line, "/pricing/price_details/price", text(&price, "id"));
    put(&mut line, "/pricing/price_details/product", text(&price, "product"));
    put(&mut line, "/pricing/unit_amount_decimal", text(&price, "unit_amount_decimal"));
    line
}
