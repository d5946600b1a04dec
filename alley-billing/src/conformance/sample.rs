//! Records that the suite writes and expects back.

use alley_core::{Digest32, Sealed, TenantId};
use chrono::{DateTime, TimeDelta, Utc};

use crate::checkout::PendingCheckout;
use crate::customer::Customer;
use crate::idempotency::IdempotencyKey;
use crate::ids::{CustomerRef, EventRef, InvoiceRef, PriceRef, SubscriptionRef};
use crate::inbox::{InboxEvent, InboxState};
use crate::invoice::{InvoiceMeta, InvoiceReply};
use crate::subscription::{Item, Subscription, SubscriptionReply};

/// A literal of this file that is right by its looks.
#[expect(clippy::expect_used, reason = "every argument is a constant of this file")]
fn literal<T, E: std::fmt::Debug>(made: Result<T, E>) -> T {
    made.expect("literals of the suite are well formed")
}

pub(super) fn tenant(number: u8) -> TenantId {
    literal(format!("ten_{number:032x}").parse())
}

pub(super) fn reference(number: u8) -> CustomerRef {
    literal(CustomerRef::new(format!("cus_{number}")))
}

pub(super) fn customer(tenant: TenantId, number: u8, now: DateTime<Utc>) -> Customer {
    let key = IdempotencyKey::stored("00".to_owned());
    let mut customer = Customer::claimed(tenant, false, &key, now);
    customer.stripe_customer_id = Some(reference(number));
    customer
}

pub(super) fn subscription(tenant: TenantId, id: &str, now: DateTime<Utc>) -> Subscription {
    let item = Item {
        id: None,
        price: literal(PriceRef::new("price_1").map(Some)),
        product: None,
        lookup_key: Some("\u{fc}mlaut \"quoted\"".to_owned()),
        quantity: Some(i64::MAX),
    };
    let reply = SubscriptionReply {
        id: literal(SubscriptionRef::new(id)),
        customer: reference(1),
        livemode: false,
        status: "a later word".to_owned(),
        items: vec![item],
        items_cut: false,
        period_start: Some(now),
        renews_at: None,
        paid_until: Some(now + TimeDelta::microseconds(1)),
        trial_end: None,
        cancel_at: None,
        cancel_at_period_end: true,
        canceled_at: None,
        ended_at: None,
        cancellation_reason: Some(String::new()),
        latest_invoice: None,
        collection_paused: false,
        pause_reason: None,
        created_at: Some(DateTime::UNIX_EPOCH),
    };
    Subscription::of(tenant, reply, now, None)
}

pub(super) fn invoice(tenant: TenantId, id: &str, now: DateTime<Utc>) -> InvoiceMeta {
    let reply = InvoiceReply {
        id: literal(InvoiceRef::new(id)),
        customer: None,
        number: Some("A-1".to_owned()),
        subscription: None,
        status: "open".to_owned(),
        billing_reason: None,
        currency: Some("usd".to_owned()),
        amount_due_minor: i64::MAX,
        amount_paid_minor: 0,
        amount_remaining_minor: -1,
        total_minor: 1,
        tax_minor: Some(0),
        created_at: Some(now),
        period_start: None,
        period_end: None,
        due_at: None,
        finalized_at: Some(now),
        paid_at: None,
        voided_at: None,
        attempt_count: u32::MAX,
        next_attempt_at: None,
    };
    InvoiceMeta::of(tenant, reply, now)
}

pub(super) fn checkout(tenant: TenantId, now: DateTime<Utc>) -> PendingCheckout {
    let key = IdempotencyKey::stored("0123".to_owned());
    PendingCheckout::begun(tenant, &key, Digest32::new([7; 32]), now)
}

pub(super) fn event(id: &str, number: u8, received_at: DateTime<Utc>) -> InboxEvent {
    InboxEvent {
        event_id: literal(EventRef::new(id)),
        tenant_id: None,
        kind: "invoice.paid".to_owned(),
        object_id: Some("in_1".to_owned()),
        stripe_customer_id: Some(reference(number)),
        created_at: received_at,
        received_at,
        api_version: None,
        payload: Some(Sealed::from_bytes(vec![0, 1, 255])),
        payload_hash: Some(Digest32::new([8; 32])),
        state: InboxState::Pending,
        attempts: 0,
        due_at: Some(received_at),
    }
}
