use serde_json::{Value, json};

use super::Stripe;
use super::books::Books;
use super::event::{deliveries, record};
use super::shape::changed_members;
use super::state::Basket;
use super::{checkout, customer, invoice, subscription};
use crate::delivery::Delivery;
use crate::error::{Error, Result};
use crate::json::{put, set, text};

/// What people and time do on Stripe's side. Each play answers with the signed webhooks of what it
/// changed, in order of happening, after armed webhook faults.
impl Stripe {
    /// The customer pays: `checkout.session.completed`, `customer.subscription.created` (still
    /// incomplete), `customer.subscription.updated` and `invoice.paid`.
    ///
    /// Completing a session again delivers the same events again.
    ///
    /// # Errors
    ///
    /// [`Error::Play`] if the session is unknown or has expired.
    pub fn complete_checkout(&self, session_id: &str) -> Result<Vec<Delivery>> {
        self.play(|books| {
            if let Some(told) = books.state.completions.get(session_id) {
                return Ok(told.clone());
            }
            checkout::run_out(books, session_id);
            let told = pay_checkout(books, session_id)?;
            books.state.completions.insert(session_id.to_owned(), told.clone());
            Ok(told)
        })
    }

    /// The next period begins and is paid: `customer.subscription.updated` and `invoice.paid`. A
    /// subscription that was to end at its period's end ends instead.
    ///
    /// # Errors
    ///
    /// [`Error::Play`] if the subscription is unknown or over.
    pub fn renewal(&self, subscription_id: &str) -> Result<Vec<Delivery>> {
        self.play(|books| {
            let before = living(books, "renewal", subscription_id)?;
            if before.get("cancel_at").is_some_and(Value::is_number) {
                return Ok(end(books, subscription_id));
            }
            let (after, mut billed) = next_period(books, &before, "active");
            invoice::pay(books, &mut billed);
            Ok(vec![updated(books, &before, &after), record(books, "invoice.paid", &billed, None)])
        })
    }

    /// The next period begins and its payment fails: `invoice.payment_failed` and
    /// `customer.subscription.updated` to `past_due`. Once past due, another attempt on the same
    /// invoice fails.
    ///
    /// # Errors
    ///
    /// [`Error::Play`] if the subscription is unknown or over.
    pub fn payment_failed(&self, subscription_id: &str) -> Result<Vec<Delivery>> {
        self.play(|books| {
            let before = living(books, "payment_failed", subscription_id)?;
            if let Some(mut open) = open_invoice(books, subscription_id) {
                invoice::fail(books, &mut open);
                return Ok(vec![record(books, "invoice.payment_failed", &open, None)]);
            }
            let (after, mut billed) = next_period(books, &before, "past_due");
            invoice::fail(books, &mut billed);
            let failed = record(books, "invoice.payment_failed", &billed, None);
            Ok(vec![failed, updated(books, &before, &after)])
        })
    }

    /// The open invoice of a past-due subscription is paid after all: `invoice.paid` and
    /// `customer.subscription.updated` to `active`.
    ///
    /// # Errors
    ///
    /// [`Error::Play`] if the subscription is unknown or over, or has no open invoice.
    pub fn payment_recovered(&self, subscription_id: &str) -> Result<Vec<Delivery>> {
        self.play(|books| {
            let before = living(books, "payment_recovered", subscription_id)?;
            let mut open = open_invoice(books, subscription_id).ok_or(Error::Play {
                play: "payment_recovered",
                reason: "the subscription has no open invoice; play payment_failed first",
            })?;
            invoice::pay(books, &mut open);
            let mut after = before.clone();
            set(&mut after, "status", "active");
            let paid = record(books, "invoice.paid", &open, None);
            Ok(vec![paid, updated(books, &before, &after)])
        })
    }

    /// The subscription ends now: `customer.subscription.deleted`.
    ///
    /// # Errors
    ///
    /// [`Error::Play`] if the subscription is unknown or over.
    pub fn cancel(&self, subscription_id: &str) -> Result<Vec<Delivery>> {
        self.play(|books| {
            living(books, "cancel", subscription_id)?;
            Ok(end(books, subscription_id))
        })
    }

    fn play(
        &self,
        work: impl FnOnce(&mut Books<'_>) -> Result<Vec<String>>,
    ) -> Result<Vec<Delivery>> {
        let now = self.now();
        let told = self.state.with(|state| {
            let mut books = Books { options: &self.options, state, now };
            let ids = work(&mut books)?;
            Ok(deliveries(&self.options, state, &ids, now))
        })?;
        Ok(self.front.faults.distort(told))
    }
}

fn pay_checkout(books: &mut Books<'_>, session_id: &str) -> Result<Vec<String>> {
    const PLAY: &str = "complete_checkout";
    let mut session = books
        .state
        .sessions
        .get(session_id)
        .cloned()
        .ok_or(Error::Play { play: PLAY, reason: "no such checkout session" })?;
    if text(&session, "status") != "open" {
        return Err(Error::Play { play: PLAY, reason: "the session has expired; create another" });
    }
    let basket = books.state.baskets.get(session_id).cloned().unwrap_or_default();
    let customer_id = buyer(books, &session, PLAY)?;
    let created = subscription::begin(books, &customer_id, &basket);
    let (after, mut billed) = first_period(books, &created, &basket);
    invoice::pay(books, &mut billed);
    set(&mut session, "status", "complete");
    let payment = if basket.trial_days > 0 { "no_payment_required" } else { "paid" };
    set(&mut session, "payment_status", payment);
    set(&mut session, "url", Value::Null);
    set(&mut session, "customer", customer_id);
    set(&mut session, "subscription", text(&created, "id"));
    set(&mut session, "invoice", text(&billed, "id"));
    books.state.sessions.place(session_id, session.clone());
    books.state.touch();
    Ok(vec![
        record(books, "checkout.session.completed", &session, None),
        record(books, "customer.subscription.created", &created, None),
        updated(books, &created, &after),
        record(books, "invoice.paid", &billed, None),
    ])
}

/// The session's customer, or a new one for a session that was made without.
fn buyer(books: &mut Books<'_>, session: &Value, play: &'static str) -> Result<String> {
    let named = text(session, "customer");
    if !named.is_empty() {
        return match customer::living(books, named) {
            Some(_) => Ok(named.to_owned()),
            None => Err(Error::Play { play, reason: "the session's customer was deleted" }),
        };
    }
    let id = books.fresh_id("cus_");
    let mut made = super::shape::blank(super::shape::CUSTOMER);
    set(&mut made, "id", id.as_str());
    set(&mut made, "created", books.now);
    set(&mut made, "email", session.get("customer_email").cloned().unwrap_or_default());
    books.state.customers.place(&id, made);
    Ok(id)
}

fn first_period(books: &mut Books<'_>, created: &Value, basket: &Basket) -> (Value, Value) {
    let trial = basket.trial_days > 0;
    let amount = if trial { 0 } else { subscription::amount(created) };
    let billed = invoice::issue(books, created, "subscription_create", amount);
    let mut after = created.clone();
    set(&mut after, "status", if trial { "trialing" } else { "active" });
    set(&mut after, "latest_invoice", text(&billed, "id"));
    (after, billed)
}

fn next_period(books: &mut Books<'_>, before: &Value, status: &str) -> (Value, Value) {
    let mut after = before.clone();
    subscription::advance(&mut after);
    let amount = subscription::amount(&after);
    let billed = invoice::issue(books, &after, "subscription_cycle", amount);
    set(&mut after, "status", status);
    set(&mut after, "latest_invoice", text(&billed, "id"));
    (after, billed)
}

/// Keeps the subscription as it is after the play and records the event about it.
fn updated(books: &mut Books<'_>, before: &Value, after: &Value) -> String {
    let mut previous = changed_members(before, after).unwrap_or_else(|| json!({}));
    // The list is shown without its paging members, as the service does.
    if let Some(items) = previous.pointer("/items/data").cloned() {
        put(&mut previous, "/items", json!({ "data": items }));
    }
    books.state.subscriptions.place(text(after, "id"), after.clone());
    books.state.touch();
    record(books, "customer.subscription.updated", after, Some(previous))
}

fn end(books: &mut Books<'_>, id: &str) -> Vec<String> {
    subscription::end(books, id)
        .map(|ended| record(books, "customer.subscription.deleted", &ended, None))
        .into_iter()
        .collect()
}

fn living(books: &Books<'_>, play: &'static str, id: &str) -> Result<Value> {
    let found = books
        .state
        .subscriptions
        .get(id)
        .ok_or(Error::Play { play, reason: "no such subscription" })?;
    if subscription::is_over(found) {
        return Err(Error::Play { play, reason: "the subscription is over" });
    }
    Ok(found.clone())
}

fn open_invoice(books: &Books<'_>, subscription_id: &str) -> Option<Value> {
    books
        .state
        .invoices
        .newest_first()
        .find(|invoice| {
            text(invoice, "status") == "open"
                && invoice::subscription_of(invoice) == subscription_id
        })
        .cloned()
}
