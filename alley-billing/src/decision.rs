//! From subscriptions to a decision on access. Pure: records and the present instant in, the
//! decision out; every status that Stripe has or will have leads to one.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use alley_core::text_enum;

use crate::ids::{PriceRef, ProductRef};
use crate::invoice::InvoiceMeta;
use crate::subscription::Subscription;

mod standing;

pub use standing::Standing;

/// Whether a subscription whose collection is paused grants access.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "there is nothing between")]
pub enum PausedCollection {
    /// Yes, as its status `active` says.
    #[default]
    Grants,
    /// No.
    Denies,
}

/// Which states grant access. The defaults are a choice of this crate, not Stripe's.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct AccessPolicy {
    /// How long access goes on after the first failed attempt to collect; zero for not at all.
    pub grace: TimeDelta,
    /// How long after its end a trial still counts, so that a late event cuts nobody off.
    pub trial_slack: TimeDelta,
    /// What paused collection means.
    pub paused_collection: PausedCollection,
    /// The age at which the stored state is called stale.
    pub stale_after: TimeDelta,
}

impl Default for AccessPolicy {
    /// Seven days of grace, one hour of slack, paused collection grants, stale after two days.
    fn default() -> Self {
        Self {
            grace: TimeDelta::days(7),
            trial_slack: TimeDelta::hours(1),
            paused_collection: PausedCollection::Grants,
            stale_after: TimeDelta::days(2),
        }
    }
}

impl AccessPolicy {
    /// Chooses the grace period; zero or less switches it off.
    #[must_use]
    pub const fn with_grace(mut self, grace: TimeDelta) -> Self {
        self.grace = grace;
        self
    }

    /// Chooses what paused collection means.
    #[must_use]
    pub const fn with_paused_collection(mut self, choice: PausedCollection) -> Self {
        self.paused_collection = choice;
        self
    }

    /// Chooses the age at which the stored state is called stale.
    #[must_use]
    pub const fn with_stale_after(mut self, age: TimeDelta) -> Self {
        self.stale_after = age;
        self
    }
}

text_enum! {
    /// Why access is granted or not. Ordered: of several subscriptions the first in this order
    /// that applies is named.
    pub enum AccessReason {
        /// In good standing.
        Active => "active",
        /// In its trial.
        Trialing => "trialing",
        /// Payment fails, within the grace period.
        Grace => "grace",
        /// Payment fails, and the grace period is over or there is none.
        PastDue => "past_due",
        /// Retries are exhausted.
        Unpaid => "unpaid",
        /// The first payment is missing.
        Incomplete => "incomplete",
        /// Collection is paused and the policy denies that.
        CollectionPaused => "collection_paused",
        /// Halted.
        Paused => "paused",
        /// The trial is over and Stripe has not said what followed.
        TrialOver => "trial_over",
        /// A status that this version does not know: look at it.
        UnknownStatus => "unknown_status",
        /// Canceled, or never paid.
        Ended => "ended",
        /// There was never a subscription.
        NoSubscription => "no_subscription",
    }
}

impl AccessReason {
    /// Whether access is granted for this reason.
    pub const fn grants(self) -> bool {
        matches!(self, Self::Active | Self::Trialing | Self::Grace)
    }
}

/// What a granting subscription pays for.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub struct Plan {
    /// The price.
    pub price: PriceRef,
    /// The product.
    pub product: Option<ProductRef>,
    /// The host's own name of the price.
    pub lookup_key: Option<String>,
}

/// Whether a tenant has access, why, until when, and to what.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct AccessDecision {
    /// The decision.
    pub granted: bool,
    /// Why.
    pub reason: AccessReason,
    /// Until when a granted decision holds if nothing is heard from Stripe: ask again then.
    /// Absent when it is denied or no end is known.
    pub until: Option<DateTime<Utc>>,
    /// What the granting subscriptions pay for; the union over all of them.
    pub plans: BTreeSet<Plan>,
    /// Products for which more than one running subscription exists: they are billed twice.
    pub duplicates: BTreeSet<ProductRef>,
    /// A granting subscription is going to end.
    pub ending: bool,
    /// The stored state is old or contradictory: events may be missing. Access is not cut off for
    /// that alone; what it means is for the host to say.
    pub stale: bool,
}

impl AccessDecision {
    /// Whether the plans hold a price by its id or by the host's own name of it.
    pub fn includes(&self, price: &str) -> bool {
        self.plans
            .iter()
            .any(|plan| plan.price.as_str() == price || plan.lookup_key.as_deref() == Some(price))
    }
}

/// Decides on the access of one tenant.
///
/// Any granting subscription grants. `synced_at` is when the state as a whole was last read from
/// Stripe; `None` where it never is, and then its age is not judged.
#[must_use]
pub fn decide(
    subscriptions: &[Subscription],
    invoices: &[InvoiceMeta],
    synced_at: Option<DateTime<Utc>>,
    policy: &AccessPolicy,
    now: DateTime<Utc>,
) -> AccessDecision {
    let mut reason = AccessReason::NoSubscription;
    let mut ends: Vec<Option<DateTime<Utc>>> = Vec::new();
    let mut plans = BTreeSet::new();
    let mut ending = false;
    for subscription in subscriptions {
        let standing = Standing::of(subscription, invoices, policy, now);
        reason = reason.min(standing.reason);
        if standing.reason.grants() {
            ends.push(standing.until);
            ending = ending || subscription.is_ending();
            plans.extend(subscription.lines().iter().filter_map(|item| {
                let (product, lookup_key) = (item.product.clone(), item.lookup_key.clone());
                item.price.clone().map(|price| Plan { price, product, lookup_key })
            }));
        }
    }
    // An unknown end outlasts every known one.
    let until =
        ends.iter().copied().collect::<Option<Vec<_>>>().and_then(|ends| ends.into_iter().max());
    let old = synced_at.is_some_and(|at| now.signed_duration_since(at) > policy.stale_after);
    let overdue = until.is_some_and(|until| until <= now);
    let contradictory = subscriptions.iter().any(|subscription| subscription.needs_refetch);
    AccessDecision {
        granted: reason.grants(),
        reason,
        until: until.filter(|_| !overdue),
        plans,
        duplicates: duplicates(subscriptions),
        ending,
        stale: !subscriptions.is_empty() && (old || overdue || contradictory),
    }
}

/// Products with more than one running subscription.
fn duplicates(subscriptions: &[Subscription]) -> BTreeSet<ProductRef> {
    let mut seen = BTreeSet::new();
    let mut twice = BTreeSet::new();
    for subscription in subscriptions.iter().filter(|one| !one.standing().is_terminal()) {
        let products: BTreeSet<&ProductRef> =
            subscription.lines().iter().filter_map(|item| item.product.as_ref()).collect();
        for product in products {
            if !seen.insert(product) {
                twice.insert(product.clone());
            }
        }
    }
    twice
}

/// The next instant after `now` at which the passing of time alone can change the decision, or at
/// which Stripe is expected to change the state.
pub(crate) fn next_review(
    subscriptions: &[Subscription],
    invoices: &[InvoiceMeta],
    policy: &AccessPolicy,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let moments =
        subscriptions.iter().filter(|one| !one.standing().is_terminal()).flat_map(|one| {
            let standing = Standing::of(one, invoices, policy, now);
            [standing.until, one.trial_end, one.renews_at, one.cancel_at]
        });
    moments.flatten().filter(|at| *at > now).min()
}

#[cfg(test)]
mod tests;
