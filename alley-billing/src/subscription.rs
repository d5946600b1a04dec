//! Subscriptions: what Stripe says of them and what we keep.

use alley_core::{Json, Record, TenantId, elements};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ids::{CustomerRef, InvoiceRef, ItemRef, PriceRef, ProductRef, SubscriptionRef};
use crate::status::SubscriptionStatus;
use crate::wire::{Malformed, Object};

/// One line of a subscription.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[non_exhaustive]
pub struct Item {
    /// The line.
    pub id: Option<ItemRef>,
    /// What is paid.
    pub price: Option<PriceRef>,
    /// What is sold.
    pub product: Option<ProductRef>,
    /// The host's own name of the price.
    pub lookup_key: Option<String>,
    /// How many.
    pub quantity: Option<i64>,
}

/// From when to when a line is paid.
pub(crate) type Span = (Option<DateTime<Utc>>, Option<DateTime<Utc>>);

impl Item {
    pub(crate) fn read(value: &Value) -> (Self, Span) {
        Self::of(Object::new("subscription_item", value))
    }

    fn of(object: Object<'_>) -> (Self, Span) {
        let price = object.at("price");
        let item = Self {
            id: object.reference("id", ItemRef::new),
            price: object
                .reference("price", PriceRef::new)
                .or_else(|| object.reference("plan", PriceRef::new)),
            product: price
                .reference("product", ProductRef::new)
                .or_else(|| object.at("plan").reference("product", ProductRef::new)),
            lookup_key: price.word("lookup_key"),
            quantity: object.number("quantity"),
        };
        (item, span(object))
    }
}

fn span(object: Object<'_>) -> Span {
    (object.time("current_period_start"), object.time("current_period_end"))
}

/// What is read of a subscription, in any version from 2025-02-24.acacia on.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a boolean of Stripe's")]
#[non_exhaustive]
pub struct SubscriptionReply {
    /// Its id.
    pub id: SubscriptionRef,
    /// Whose.
    pub customer: CustomerRef,
    /// Whether it lives in live mode.
    pub livemode: bool,
    /// Its status as Stripe wrote it.
    pub status: String,
    /// Its lines.
    pub items: Vec<Item>,
    /// There are more lines than these.
    pub items_cut: bool,
    /// Start of the earliest running period.
    pub period_start: Option<DateTime<Utc>>,
    /// The earliest end of a line's period: the next renewal.
    pub renews_at: Option<DateTime<Utc>>,
    /// The latest end of a line's period: until when something is paid.
    pub paid_until: Option<DateTime<Utc>>,
    /// End of the trial.
    pub trial_end: Option<DateTime<Utc>>,
    /// When it is planned to end.
    pub cancel_at: Option<DateTime<Utc>>,
    /// It ends with the running period.
    pub cancel_at_period_end: bool,
    /// When its end was asked for.
    pub canceled_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// `cancellation_details.reason`, a word; the customer's comment is never read.
    pub cancellation_reason: Option<String>,
    /// The newest invoice.
    pub latest_invoice: Option<InvoiceRef>,
    /// `pause_collection` is set: the status stays `active` and nothing is collected.
    pub collection_paused: bool,
    /// Why it is paused, from 2026-09-30.endive on.
    pub pause_reason: Option<String>,
    /// When it was made.
    pub created_at: Option<DateTime<Utc>>,
}

impl SubscriptionReply {
    pub(crate) fn read(value: &Value) -> Result<Self, Malformed> {
        let object = Object::new("subscription", value);
        let paused = object.at("status_details").at("paused");
        let mut reply = Self {
            id: object.required("id", SubscriptionRef::new)?,
            customer: object.required("customer", CustomerRef::new)?,
            livemode: object.flag("livemode"),
            status: object.word("status").ok_or(Malformed::new("subscription", "status"))?,
            items: Vec::new(),
            items_cut: object.at("items").flag("has_more"),
            period_start: object.time("current_period_start"),
            renews_at: object.time("current_period_end"),
            paid_until: object.time("current_period_end"),
            trial_end: object.time("trial_end"),
            cancel_at: object.time("cancel_at"),
            cancel_at_period_end: object.flag("cancel_at_period_end"),
            canceled_at: object.time("canceled_at"),
            ended_at: object.time("ended_at"),
            cancellation_reason: object.at("cancellation_details").word("reason"),
            latest_invoice: object.reference("latest_invoice", InvoiceRef::new),
            collection_paused: object.at("pause_collection").is_present(),
            pause_reason: paused.at("subscription").word("type"),
            created_at: object.time("created"),
        };
        reply.take_items(object.at("items").list("data").map(Item::of).collect());
        Ok(reply)
    }

    /// Replaces the lines, and the periods by those of the lines where they have any: from
    /// 2025-03-31.basil on the lines have them, before it only the subscription did.
    pub(crate) fn take_items(&mut self, items: Vec<(Item, Span)>) {
        let starts = || items.iter().filter_map(|(_, (start, _))| *start);
        let ends = || items.iter().filter_map(|(_, (_, end))| *end);
        self.period_start = starts().min().or(self.period_start);
        self.renews_at = ends().min().or(self.renews_at);
        self.paid_until = ends().max().or(self.paid_until);
        self.items_cut = self.items_cut && items.len() <= 10;
        self.items = items.into_iter().map(|(item, _)| item).collect();
        self.items.sort();
    }
}

/// A subscription of a tenant, as far as it is kept.
///
/// E-mail, address, payment method, comment and discounts stay at Stripe.
#[derive(Clone, Debug, Eq, PartialEq, Record)]
#[record(name = "subscription", domain = "billing", id = subscription_id, tenant = tenant_id)]
#[record(anchor = ended_at, owned_by(billing_customer = tenant_id))]
#[non_exhaustive]
pub struct Subscription {
    /// Whose.
    #[record(technical)]
    pub tenant_id: TenantId,
    /// Its id at Stripe.
    #[record(technical)]
    pub subscription_id: SubscriptionRef,
    /// Its status as Stripe wrote it, known to us or not.
    #[record(element = elements::BILLING_SUBSCRIPTION)]
    pub status: String,
    /// Its lines.
    #[record(element = elements::BILLING_SUBSCRIPTION)]
    pub items: Option<Json<Vec<Item>>>,
    /// Start of the earliest running period.
    #[record(element = elements::BILLING_SUBSCRIPTION)]
    pub period_start: Option<DateTime<Utc>>,
    /// The next renewal.
    #[record(element = elements::BILLING_SUBSCRIPTION)]
    pub renews_at: Option<DateTime<Utc>>,
    /// Until when something is paid.
    #[record(element = elements::BILLING_SUBSCRIPTION)]
    pub paid_until: Option<DateTime<Utc>>,
    /// End of the trial.
    #[record(element = elements::BILLING_SUBSCRIPTION)]
    pub trial_end: Option<DateTime<Utc>>,
    /// When it is planned to end.
    #[record(element = elements::BILLING_SUBSCRIPTION)]
    pub cancel_at: Option<DateTime<Utc>>,
    /// It ends with the running period.
    #[record(element = elements::BILLING_SUBSCRIPTION)]
    pub cancel_at_period_end: bool,
    /// When its end was asked for.
    #[record(element = elements::BILLING_SUBSCRIPTION)]
    pub canceled_at: Option<DateTime<Utc>>,
    /// When it ended; starts the retention period.
    #[record(technical)]
    pub ended_at: Option<DateTime<Utc>>,
    /// Why it was canceled, a word of Stripe's set.
    #[record(element = elements::BILLING_SUBSCRIPTION)]
    pub cancellation_reason: Option<String>,
    /// The newest invoice.
    #[record(element = elements::BILLING_SUBSCRIPTION)]
    pub latest_invoice: Option<InvoiceRef>,
    /// Collection is paused while the status stays `active`.
    #[record(element = elements::BILLING_SUBSCRIPTION)]
    pub collection_paused: bool,
    /// Why it is paused.
    #[record(element = elements::BILLING_SUBSCRIPTION)]
    pub pause_reason: Option<String>,
    /// When it was made at Stripe.
    #[record(element = elements::BILLING_SUBSCRIPTION)]
    pub created_at: Option<DateTime<Utc>>,
    /// The time of the state: when it was read, or when Stripe made the event.
    #[record(technical)]
    pub source_at: DateTime<Utc>,
    /// The API version in which the state was read.
    #[record(technical)]
    pub api_version: Option<String>,
    /// Two events of one second contradict each other; only Stripe knows which is later.
    #[record(technical)]
    pub needs_refetch: bool,
}

impl Subscription {
    /// The record of a state that Stripe had at `source_at`.
    pub fn of(
        tenant_id: TenantId,
        reply: SubscriptionReply,
        source_at: DateTime<Utc>,
        api_version: Option<String>,
    ) -> Self {
        Self {
            tenant_id,
            subscription_id: reply.id,
            status: reply.status,
            items: Some(Json(reply.items)),
            period_start: reply.period_start,
            renews_at: reply.renews_at,
            paid_until: reply.paid_until,
            trial_end: reply.trial_end,
            cancel_at: reply.cancel_at,
            cancel_at_period_end: reply.cancel_at_period_end,
            canceled_at: reply.canceled_at,
            ended_at: reply.ended_at,
            cancellation_reason: reply.cancellation_reason,
            latest_invoice: reply.latest_invoice,
            collection_paused: reply.collection_paused,
            pause_reason: reply.pause_reason,
            created_at: reply.created_at,
            source_at,
            api_version,
            needs_refetch: false,
        }
    }

    /// Its status.
    pub fn standing(&self) -> SubscriptionStatus {
        SubscriptionStatus::parse(&self.status)
    }

    /// Its lines; none once the record was minimized.
    pub fn lines(&self) -> &[Item] {
        self.items.as_ref().map_or(&[], |Json(items)| items.as_slice())
    }

    /// Whether its end is decided while it still runs. The flag alone misses cancellations that
    /// were made in the portal, which set a time.
    pub fn is_ending(&self) -> bool {
        !self.standing().is_terminal() && (self.cancel_at_period_end || self.cancel_at.is_some())
    }

    /// When a running subscription ends, if that is decided and known.
    pub fn ends_at(&self) -> Option<DateTime<Utc>> {
        if !self.is_ending() {
            return None;
        }
        self.cancel_at.or(self.renews_at)
    }
}

#[cfg(test)]
mod tests;
