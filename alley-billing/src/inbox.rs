//! Events that were received: claimed by their id, acted on later, forgotten after a month.

use alley_core::{Digest32, Record, Sealed, TenantId, elements, text_enum};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{CustomerRef, EventRef};
use crate::invoice::InvoiceReply;
use crate::subscription::SubscriptionReply;
use crate::webhook::Target;

text_enum! {
    /// How far an event has come.
    pub enum InboxState {
        /// Waits to be acted on.
        Pending => "pending",
        /// Acted on.
        Done => "done",
        /// Its customer never became known to us.
        Unlinked => "unlinked",
        /// It cannot be acted on: its object is gone or cannot be read.
        Dropped => "dropped",
    }
}

/// An event of Stripe, as ids; with the needed part of its object, sealed, where the host does not
/// refetch.
#[derive(Clone, Debug, Eq, PartialEq, Record)]
#[record(name = "billing_inbox_event", domain = "billing", id = event_id, anchor = received_at)]
#[record(owned_by(billing_customer = tenant_id))]
#[non_exhaustive]
pub struct InboxEvent {
    /// The claim: the event's id, or that of its snapshot twin, so that two endpoints of
    /// different kinds have one effect.
    #[record(technical)]
    pub event_id: EventRef,
    /// Whose; absent until the customer is known.
    #[record(technical)]
    pub tenant_id: Option<TenantId>,
    /// Its type, without the `v1.` of thin events.
    #[record(technical)]
    pub kind: String,
    /// The object that it is about.
    #[record(technical)]
    pub object_id: Option<String>,
    /// The customer that it is about, where the event says so.
    #[record(element = elements::BILLING_STRIPE_CUSTOMER_ID)]
    pub stripe_customer_id: Option<CustomerRef>,
    /// When Stripe made it, in whole seconds.
    #[record(technical)]
    pub created_at: DateTime<Utc>,
    /// When it was received.
    #[record(technical)]
    pub received_at: DateTime<Utc>,
    /// The version in which it was rendered.
    #[record(technical)]
    pub api_version: Option<String>,
    /// The state that it carries; gone once it is acted on.
    #[record(element = elements::BILLING_SUBSCRIPTION)]
    pub payload: Option<Sealed>,
    /// A keyed hash of its content; absent in events that were received before it was kept.
    #[record(technical)]
    pub payload_hash: Option<Digest32>,
    /// How far it has come.
    #[record(technical)]
    pub state: InboxState,
    /// Failed attempts to act on it.
    #[record(technical)]
    pub attempts: u32,
    /// When to act on it; absent once it is settled.
    #[record(technical)]
    pub due_at: Option<DateTime<Utc>>,
}

impl InboxEvent {
    /// How long ids are kept: the life of an event at Stripe, after which none comes again.
    pub const KEEP: TimeDelta = TimeDelta::days(30);

    /// How long an event waits for its customer to become known.
    pub const WAIT_FOR_LINK: TimeDelta = TimeDelta::days(3);

    /// Whether it waits to be acted on.
    pub fn is_pending(&self) -> bool {
        self.state == InboxState::Pending
    }

    /// What kind of object it is about.
    pub(crate) fn target(&self) -> Option<Target> {
        Target::of(&self.kind)
    }

    /// The event with an end.
    #[must_use]
    pub fn settled(mut self, state: InboxState, tenant: Option<TenantId>) -> Self {
        self.state = state;
        self.tenant_id = tenant.or(self.tenant_id);
        self.payload = None;
        self.due_at = None;
        self
    }

    /// The event after a failed attempt: 30 s, doubled each time, at most an hour.
    #[must_use]
    pub fn postponed(mut self, now: DateTime<Utc>) -> Self {
        let seconds = 30_i64.saturating_mul(1 << self.attempts.min(7)).min(3_600);
        self.attempts = self.attempts.saturating_add(1);
        self.due_at = Some(now + TimeDelta::seconds(seconds));
        self
    }

    /// The event after its customer was looked for in vain.
    #[must_use]
    pub fn without_link(self, now: DateTime<Utc>) -> Self {
        if now.signed_duration_since(self.received_at) >= Self::WAIT_FOR_LINK {
            return self.settled(InboxState::Unlinked, None);
        }
        self.postponed(now)
    }
}

/// What is sealed of an event.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct StoredState {
    pub(crate) v: u32,
    #[serde(default)]
    pub(crate) subscription: Option<SubscriptionReply>,
    #[serde(default)]
    pub(crate) invoice: Option<InvoiceReply>,
}

impl StoredState {
    pub(crate) const VERSION: u32 = 1;
}
