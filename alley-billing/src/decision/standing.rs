//! What one subscription means for access.

use chrono::{DateTime, TimeDelta, Utc};

use super::{AccessPolicy, AccessReason, PausedCollection};
use crate::invoice::InvoiceMeta;
use crate::status::SubscriptionStatus;
use crate::subscription::Subscription;

/// What one subscription means for access at one instant.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Standing {
    /// Why it grants access or does not.
    pub reason: AccessReason,
    /// When this can change by the passing of time alone. May lie in the past.
    pub until: Option<DateTime<Utc>>,
}

impl Standing {
    /// Judges one subscription; `invoices` may hold those of others as well.
    pub fn of(
        subscription: &Subscription,
        invoices: &[InvoiceMeta],
        policy: &AccessPolicy,
        now: DateTime<Utc>,
    ) -> Self {
        let denied = |reason| Self { reason, until: None };
        match subscription.standing() {
            SubscriptionStatus::Active => Self::active(subscription, policy),
            SubscriptionStatus::Trialing => Self::trialing(subscription, policy, now),
            SubscriptionStatus::PastDue => Self::past_due(subscription, invoices, policy, now),
            SubscriptionStatus::Unpaid => denied(AccessReason::Unpaid),
            SubscriptionStatus::Incomplete => denied(AccessReason::Incomplete),
            SubscriptionStatus::Paused => denied(AccessReason::Paused),
            SubscriptionStatus::Canceled | SubscriptionStatus::IncompleteExpired => {
                denied(AccessReason::Ended)
            }
            SubscriptionStatus::Unknown(_) => denied(AccessReason::UnknownStatus),
        }
    }

    fn active(subscription: &Subscription, policy: &AccessPolicy) -> Self {
        let denies = policy.paused_collection == PausedCollection::Denies;
        if subscription.collection_paused && denies {
            return Self { reason: AccessReason::CollectionPaused, until: None };
        }
        let until = subscription.ends_at().or(subscription.paid_until);
        Self { reason: AccessReason::Active, until }
    }

    fn trialing(subscription: &Subscription, policy: &AccessPolicy, now: DateTime<Utc>) -> Self {
        let end = subscription.trial_end.or(subscription.renews_at);
        let until = end.map(|end| later(end, policy.trial_slack));
        match until {
            Some(until) if until <= now => Self { reason: AccessReason::TrialOver, until: None },
            until => Self { reason: AccessReason::Trialing, until },
        }
    }

    fn past_due(
        subscription: &Subscription,
        invoices: &[InvoiceMeta],
        policy: &AccessPolicy,
        now: DateTime<Utc>,
    ) -> Self {
        let own = invoices.iter().filter(|invoice| {
            invoice.subscription_id.as_ref() == Some(&subscription.subscription_id)
        });
        // Without the invoice, the start of the period is when collecting it began.
        let since = own
            .filter_map(InvoiceMeta::failing_since)
            .min()
            .or(subscription.period_start)
            .or(subscription.created_at);
        match since.map(|since| later(since, policy.grace)) {
            Some(until) if now < until && policy.grace > TimeDelta::zero() => {
                Self { reason: AccessReason::Grace, until: Some(until) }
            }
            _ => Self { reason: AccessReason::PastDue, until: None },
        }
    }
}

/// Saturates where the calendar ends.
fn later(at: DateTime<Utc>, span: TimeDelta) -> DateTime<Utc> {
    at.checked_add_signed(span).unwrap_or(DateTime::<Utc>::MAX_UTC)
}
