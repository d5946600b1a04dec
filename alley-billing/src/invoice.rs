//! Invoices: numbers, amounts and states, without what is on them.

use alley_core::{Record, TenantId, elements};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ids::{CustomerRef, InvoiceRef, SubscriptionRef};
use crate::wire::{Malformed, Object};

/// What is read of an invoice, in any version from 2025-02-24.acacia on.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct InvoiceReply {
    /// Its id.
    pub id: InvoiceRef,
    /// Whose.
    pub customer: Option<CustomerRef>,
    /// Its number; absent while it is a draft.
    pub number: Option<String>,
    /// The subscription that it is for.
    pub subscription: Option<SubscriptionRef>,
    /// `draft`, `open`, `paid`, `void`, `uncollectible` or a later word.
    pub status: String,
    /// Why it was made, a word of Stripe's set.
    pub billing_reason: Option<String>,
    /// Lower-case currency code.
    pub currency: Option<String>,
    /// To pay, in the smallest unit of the currency.
    pub amount_due_minor: i64,
    /// Paid.
    pub amount_paid_minor: i64,
    /// Still to pay.
    pub amount_remaining_minor: i64,
    /// Total with tax.
    pub total_minor: i64,
    /// Tax, if Stripe says.
    pub tax_minor: Option<i64>,
    /// When it was made.
    pub created_at: Option<DateTime<Utc>>,
    /// Start of the period that it is for.
    pub period_start: Option<DateTime<Utc>>,
    /// End of the period that it is for.
    pub period_end: Option<DateTime<Utc>>,
    /// When it is due, if it is sent and not collected.
    pub due_at: Option<DateTime<Utc>>,
    /// When it became final.
    pub finalized_at: Option<DateTime<Utc>>,
    /// When it was paid.
    pub paid_at: Option<DateTime<Utc>>,
    /// When it was voided.
    pub voided_at: Option<DateTime<Utc>>,
    /// Attempts to collect it so far.
    pub attempt_count: u32,
    /// The next attempt; absent when there will be none.
    pub next_attempt_at: Option<DateTime<Utc>>,
}

impl InvoiceReply {
    pub(crate) fn read(value: &Value) -> Result<Self, Malformed> {
        let object = Object::new("invoice", value);
        let parent = object.at("parent").at("subscription_details");
        let moments = object.at("status_transitions");
        let amount = |name| object.number(name).unwrap_or_default();
        Ok(Self {
            id: object.required("id", InvoiceRef::new)?,
            customer: object.reference("customer", CustomerRef::new),
            number: object.word("number"),
            subscription: parent
                .reference("subscription", SubscriptionRef::new)
                .or_else(|| object.reference("subscription", SubscriptionRef::new)),
            status: object.word("status").ok_or(Malformed::new("invoice", "status"))?,
            billing_reason: object.word("billing_reason"),
            currency: object.word("currency"),
            amount_due_minor: amount("amount_due"),
            amount_paid_minor: amount("amount_paid"),
            amount_remaining_minor: amount("amount_remaining"),
            total_minor: amount("total"),
            tax_minor: tax(object),
            created_at: object.time("created"),
            period_start: object.time("period_start"),
            period_end: object.time("period_end"),
            due_at: object.time("due_date"),
            finalized_at: moments.time("finalized_at"),
            paid_at: moments.time("paid_at"),
            voided_at: moments.time("voided_at"),
            attempt_count: object.count("attempt_count").unwrap_or_default(),
            next_attempt_at: object.time("next_payment_attempt"),
        })
    }
}

/// One number before 2025-03-31.basil, a list of parts since.
fn tax(object: Object<'_>) -> Option<i64> {
    let parts = || object.list("total_taxes").filter_map(|part| part.number("amount"));
    match parts().count() {
        0 => object.number("tax"),
        _ => Some(parts().fold(0, i64::saturating_add)),
    }
}

/// An invoice of a tenant, as far as it is kept.
///
/// Name, address, lines, the document and its address stay at Stripe.
#[derive(Clone, Debug, Eq, PartialEq, Record)]
#[record(name = "invoice_meta", domain = "billing", id = invoice_id, tenant = tenant_id)]
#[record(owned_by(billing_customer = tenant_id))]
#[non_exhaustive]
pub struct InvoiceMeta {
    /// Whose.
    #[record(technical)]
    pub tenant_id: TenantId,
    /// Its id at Stripe.
    #[record(technical)]
    pub invoice_id: InvoiceRef,
    /// Its number; absent while it is a draft.
    #[record(element = elements::BILLING_INVOICE_META)]
    pub number: Option<String>,
    /// The subscription that it is for.
    #[record(element = elements::BILLING_INVOICE_META)]
    pub subscription_id: Option<SubscriptionRef>,
    /// Its status as Stripe wrote it.
    #[record(element = elements::BILLING_INVOICE_META)]
    pub status: String,
    /// Why it was made.
    #[record(element = elements::BILLING_INVOICE_META)]
    pub billing_reason: Option<String>,
    /// Lower-case currency code.
    #[record(element = elements::BILLING_INVOICE_META)]
    pub currency: Option<String>,
    /// To pay, in the smallest unit of the currency.
    #[record(element = elements::BILLING_INVOICE_META)]
    pub amount_due_minor: i64,
    /// Paid.
    #[record(element = elements::BILLING_INVOICE_META)]
    pub amount_paid_minor: i64,
    /// Still to pay.
    #[record(element = elements::BILLING_INVOICE_META)]
    pub amount_remaining_minor: i64,
    /// Total with tax.
    #[record(element = elements::BILLING_INVOICE_META)]
    pub total_minor: i64,
    /// Tax, if Stripe says.
    #[record(element = elements::BILLING_INVOICE_META)]
    pub tax_minor: Option<i64>,
    /// When it was made.
    #[record(element = elements::BILLING_INVOICE_META)]
    pub created_at: Option<DateTime<Utc>>,
    /// Start of the period that it is for.
    #[record(element = elements::BILLING_INVOICE_META)]
    pub period_start: Option<DateTime<Utc>>,
    /// End of the period that it is for.
    #[record(element = elements::BILLING_INVOICE_META)]
    pub period_end: Option<DateTime<Utc>>,
    /// When it is due, if it is sent and not collected.
    #[record(element = elements::BILLING_INVOICE_META)]
    pub due_at: Option<DateTime<Utc>>,
    /// When it became final.
    #[record(element = elements::BILLING_INVOICE_META)]
    pub finalized_at: Option<DateTime<Utc>>,
    /// When it was paid.
    #[record(element = elements::BILLING_INVOICE_META)]
    pub paid_at: Option<DateTime<Utc>>,
    /// When it was voided.
    #[record(element = elements::BILLING_INVOICE_META)]
    pub voided_at: Option<DateTime<Utc>>,
    /// Attempts to collect it so far.
    #[record(element = elements::BILLING_INVOICE_META)]
    pub attempt_count: u32,
    /// The next attempt.
    #[record(element = elements::BILLING_INVOICE_META)]
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// The first failed attempt that an event told of: the start of the grace period.
    #[record(element = elements::BILLING_INVOICE_META)]
    pub failed_at: Option<DateTime<Utc>>,
    /// The time of the state: when it was read, or when Stripe made the event.
    #[record(technical)]
    pub source_at: DateTime<Utc>,
}

impl InvoiceMeta {
    /// The record of a state that Stripe had at `source_at`.
    pub fn of(tenant_id: TenantId, reply: InvoiceReply, source_at: DateTime<Utc>) -> Self {
        Self {
            tenant_id,
            invoice_id: reply.id,
            number: reply.number,
            subscription_id: reply.subscription,
            status: reply.status,
            billing_reason: reply.billing_reason,
            currency: reply.currency,
            amount_due_minor: reply.amount_due_minor,
            amount_paid_minor: reply.amount_paid_minor,
            amount_remaining_minor: reply.amount_remaining_minor,
            total_minor: reply.total_minor,
            tax_minor: reply.tax_minor,
            created_at: reply.created_at,
            period_start: reply.period_start,
            period_end: reply.period_end,
            due_at: reply.due_at,
            finalized_at: reply.finalized_at,
            paid_at: reply.paid_at,
            voided_at: reply.voided_at,
            attempt_count: reply.attempt_count,
            next_attempt_at: reply.next_attempt_at,
            failed_at: None,
            source_at,
        }
    }

    /// Whether it waits for payment.
    pub fn is_open(&self) -> bool {
        self.status == "open"
    }

    /// Whether nothing but a correction can follow: paid or void.
    pub fn is_settled(&self) -> bool {
        matches!(self.status.as_str(), "paid" | "void")
    }

    /// Since when its payment fails: the first failed attempt that an event told of, else the due
    /// date, else the moment when it became final, at which Stripe collects for the first time.
    pub fn failing_since(&self) -> Option<DateTime<Utc>> {
        if !self.is_open() {
            return None;
        }
        self.failed_at.or(self.due_at).or(self.finalized_at).or(self.created_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> InvoiceReply {
        InvoiceReply::read(&serde_json::from_str(text).unwrap()).unwrap()
    }

    #[test]
    fn both_shapes_of_one_invoice_read_alike() {
        let old = read(include_str!("../tests/data/invoice.acacia.paid.json"));
        let new = read(include_str!("../tests/data/invoice.endive.paid.json"));
        assert_eq!(old, new);
        assert_eq!(new.subscription.unwrap().as_str(), "sub_1AlleyFx000001");
        assert_eq!((new.status.as_str(), new.amount_paid_minor), ("paid", 2_900));
    }

    #[test]
    fn a_failed_invoice_tells_since_when() {
        let reply = read(include_str!("../tests/data/invoice.endive.open_failed.json"));
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        let tenant: TenantId = format!("ten_{:032}", 1).parse().unwrap();
        let mut invoice = InvoiceMeta::of(tenant, reply, at(0));
        assert_eq!(invoice.failing_since(), Some(at(1_760_003_600)));
        invoice.failed_at = Some(at(1_760_003_700));
        assert_eq!(invoice.failing_since(), Some(at(1_760_003_700)));
        invoice.status = "paid".to_owned();
        assert_eq!(invoice.failing_since(), None);
    }
}
