//! Of two states of one object the one that stands: a maximum over a total order, so that neither
//! order nor repetition matters.

use alley_core::{Record as _, Row};
use chrono::{DateTime, Utc};

use crate::invoice::InvoiceMeta;
use crate::status::SubscriptionStatus;
use crate::subscription::Subscription;

/// Of two states of one subscription the one that stands.
pub(crate) fn later_subscription(stored: Subscription, incoming: Subscription) -> Subscription {
    let moment = |one: &Subscription| (class(&one.standing()), one.source_at);
    let content = |one: &Subscription| (subscription_content(one), one.api_version.clone());
    let same_moment = moment(&stored) == moment(&incoming);
    let differs = subscription_content(&stored) != subscription_content(&incoming);
    let marked = stored.needs_refetch || incoming.needs_refetch;
    let incoming_wins =
        (moment(&incoming), content(&incoming)) > (moment(&stored), content(&stored));
    let mut winner = if incoming_wins { incoming } else { stored };
    if same_moment {
        winner.needs_refetch = marked || differs;
    }
    winner
}

/// Nothing leaves a terminal status, and nothing but creation enters `incomplete`.
const fn class(status: &SubscriptionStatus) -> u8 {
    match status {
        SubscriptionStatus::Incomplete => 0,
        status if status.is_terminal() => 2,
        _ => 1,
    }
}

pub(super) fn subscription_content(subscription: &Subscription) -> Row {
    let mut bare = subscription.clone();
    bare.source_at = DateTime::UNIX_EPOCH;
    bare.api_version = None;
    bare.needs_refetch = false;
    bare.to_row()
}

/// Of two states of one invoice the one that stands, with the earlier first failure of both.
pub(crate) fn later_invoice(stored: InvoiceMeta, incoming: InvoiceMeta) -> InvoiceMeta {
    let failed_at = earlier(stored.failed_at, incoming.failed_at);
    let order = |one: &InvoiceMeta| (stage(&one.status), one.source_at, invoice_content(one));
    let mut winner = if order(&incoming) > order(&stored) { incoming } else { stored };
    winner.failed_at = failed_at;
    winner
}

/// An invoice only moves on: from draft, to paid or void, unless it is deleted.
fn stage(status: &str) -> u8 {
    match status {
        "draft" => 0,
        "paid" | "void" => 2,
        "deleted" => 3,
        _ => 1,
    }
}

pub(super) fn invoice_content(invoice: &InvoiceMeta) -> Row {
    let mut bare = invoice.clone();
    bare.source_at = DateTime::UNIX_EPOCH;
    bare.failed_at = None;
    bare.to_row()
}

pub(super) fn earlier(a: Option<DateTime<Utc>>, b: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
    [a, b].into_iter().flatten().min()
}
