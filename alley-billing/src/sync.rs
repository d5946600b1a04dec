//! From what Stripe says to what is stored. Pure: the same facts in any order and number lead to
//! the same records.
//!
//! Two sources: a full reading of the customer, which replaces what is stored, and the snapshots
//! that events carry, which are merged. The merge is a maximum over a total order, so that order
//! and repetition cannot matter: a terminal status beats every other, every status beats
//! `incomplete`, then the later second wins, and within one second the larger content, with a mark
//! that only Stripe knows better.

use alley_core::{Key, Versioned, Write};
use chrono::{DateTime, TimeDelta, Utc};

use crate::checkout::PendingCheckout;
use crate::client::StripeClient;
use crate::customer::Customer;
use crate::decision::{AccessDecision, AccessPolicy, AccessReason, decide};
use crate::ids::SubscriptionRef;
use crate::inbox::InboxEvent;
use crate::invoice::{InvoiceMeta, InvoiceReply};
use crate::status::SubscriptionStatus;
use crate::store::Change;
use crate::subscription::{Subscription, SubscriptionReply};
use crate::webhook::{State, Target};

mod draft;
mod merge;

use draft::Draft;

/// What is stored of a tenant. The guard is read first.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) customer: Versioned<Customer>,
    pub(crate) subscriptions: Vec<Versioned<Subscription>>,
    pub(crate) invoices: Vec<Versioned<InvoiceMeta>>,
    pub(crate) checkout: Option<Versioned<PendingCheckout>>,
}

/// What was read from Stripe.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fetched {
    pub(crate) subscriptions: Vec<SubscriptionReply>,
    pub(crate) invoices: Vec<InvoiceReply>,
    /// Subscriptions that we know and Stripe does not.
    pub(crate) gone: Vec<SubscriptionRef>,
    /// The customer is deleted there.
    pub(crate) deleted: bool,
}

/// What the host chose.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules<'a> {
    pub(crate) policy: &'a AccessPolicy,
    pub(crate) reconcile_every: TimeDelta,
}

/// The writes that bring the records in line, and what follows.
#[derive(Debug)]
pub(crate) struct Projection {
    pub(crate) changes: Vec<Change>,
    pub(crate) decision: AccessDecision,
    /// Access was granted before and is not now.
    pub(crate) ended: bool,
}

/// A received event and the state that it carried.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) event: Versioned<InboxEvent>,
    pub(crate) state: State,
}

/// Takes a full reading for the truth.
pub(crate) fn refetched(
    stored: Stored,
    fetched: Fetched,
    events: Vec<Versioned<InboxEvent>>,
    rules: Rules<'_>,
    now: DateTime<Utc>,
) -> Projection {
    let mut draft = Draft::new(stored, now);
    let tenant = draft.customer.record.tenant_id;
    for reply in fetched.subscriptions {
        let version = Some(StripeClient::VERSION.to_owned());
        draft.replace_subscription(Subscription::of(tenant, reply, now, version));
    }
    for id in fetched.gone {
        draft.end_subscription(&id);
    }
    for reply in fetched.invoices {
        draft.replace_invoice(InvoiceMeta::of(tenant, reply, now));
    }
    if fetched.deleted {
        draft.customer_deleted(now);
    }
    if draft.customer.record.linked().is_some() {
        draft.customer.record.synced_at = Some(now);
    }
    for event in events {
        draft.note(&event.record);
        draft.settle(event);
    }
    draft.finish(rules)
}

/// Merges the states that events carried.
pub(crate) fn merged(
    stored: Stored,
    received: Vec<Received>,
    rules: Rules<'_>,
    now: DateTime<Utc>,
) -> Projection {
    let mut draft = Draft::new(stored, now);
    let tenant = draft.customer.record.tenant_id;
    for Received { event, state } in received {
        let at = event.record.created_at;
        match state {
            State::Subscription(reply) => {
                let version = event.record.api_version.clone();
                draft.merge_subscription(Subscription::of(tenant, *reply, at, version));
            }
            State::Invoice(reply) => {
                let mut invoice = InvoiceMeta::of(tenant, *reply, at);
                if event.record.kind == "invoice.deleted" {
                    "deleted".clone_into(&mut invoice.status);
                }
                draft.merge_invoice(invoice);
            }
            State::None => {}
        }
        if event.record.target() == Some(Target::Customer) {
            draft.customer_deleted(at);
        }
        draft.note(&event.record);
        draft.settle(event);
    }
    draft.finish(rules)
}

/// Judges again what is stored, because time has passed.
pub(crate) fn reviewed(stored: Stored, rules: Rules<'_>, now: DateTime<Utc>) -> Projection {
    Draft::new(stored, now).finish(rules)
}

/// The access that the stored state gives.
pub(crate) fn access(
    customer: &Customer,
    subscriptions: &[Subscription],
    invoices: &[InvoiceMeta],
    policy: &AccessPolicy,
    now: DateTime<Utc>,
) -> AccessDecision {
    if customer.remote_deleted_at.is_none() {
        return decide(subscriptions, invoices, customer.synced_at, policy, now);
    }
    // A deleted customer's subscriptions ended with it, whatever was last heard of them.
    let mut decision = decide(&[], &[], None, policy, now);
    if !subscriptions.is_empty() {
        decision.reason = AccessReason::Ended;
    }
    decision
}

/// The end of a checkout under way.
pub(crate) fn forget(checkout: &Versioned<PendingCheckout>) -> Change {
    let key = Key::global(&checkout.record.tenant_id);
    Write::<PendingCheckout>::Delete { key, read: checkout.version }.into()
}

/// A subscription that Stripe does not know any more.
pub(crate) fn ended(mut subscription: Subscription, at: DateTime<Utc>) -> Subscription {
    SubscriptionStatus::Canceled.as_str().clone_into(&mut subscription.status);
    subscription.ended_at = subscription.ended_at.or(Some(at));
    subscription.source_at = at;
    subscription.needs_refetch = false;
    subscription
}

#[cfg(test)]
mod tests;
