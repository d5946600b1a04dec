//! The link between a tenant and its customer at Stripe; also the guard of the tenant's billing.

use alley_core::{Record, TenantId, elements};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use crate::idempotency::IdempotencyKey;
use crate::ids::CustomerRef;
use crate::wire::{Malformed, Object};

/// A tenant's customer at Stripe: claimed, linked, closing, gone.
///
/// It is the guard of everything that billing keeps of a tenant: whoever writes a subscription, an
/// invoice or a pending checkout updates this row with the version that was read before.
#[derive(Clone, Debug, Eq, PartialEq, Record)]
#[record(name = "billing_customer", domain = "billing", id = tenant_id, anchor = ended_at)]
#[record(owned_by(tenant = tenant_id))]
#[record(unique(billing_customer_by_ref(stripe_customer_id)))]
#[non_exhaustive]
pub struct Customer {
    /// Whose.
    #[record(technical)]
    pub tenant_id: TenantId,
    /// The customer's id; absent while the claim waits for Stripe's answer. Kept until the
    /// customer is deleted at Stripe, because without it nobody would find it there.
    #[record(element = elements::BILLING_STRIPE_CUSTOMER_ID)]
    pub stripe_customer_id: Option<CustomerRef>,
    /// Whether it lives in Stripe's live mode.
    #[record(technical)]
    pub livemode: bool,
    /// When the claim was made.
    #[record(technical)]
    pub created_at: DateTime<Utc>,
    /// Idempotency key of the creation; empty when nothing was ever asked of Stripe.
    #[record(technical)]
    pub creation_key: String,
    /// When that key was made.
    #[record(technical)]
    pub creation_key_at: DateTime<Utc>,
    /// When the whole state was last read from Stripe.
    #[record(technical)]
    pub synced_at: Option<DateTime<Utc>>,
    /// When the state must be looked at again; absent when there is nothing to wait for.
    #[record(technical)]
    pub review_at: Option<DateTime<Utc>>,
    /// Whether access was granted when the state was last written.
    #[record(element = elements::BILLING_STATUS)]
    pub entitled: bool,
    /// When access ended; absent while it is granted and before it ever was.
    #[record(element = elements::BILLING_STATUS)]
    pub ended_at: Option<DateTime<Utc>>,
    /// When the tenant was closed; from then on every running subscription is canceled.
    #[record(technical)]
    pub closing_at: Option<DateTime<Utc>>,
    /// When the customer was found deleted at Stripe, or deleted by us.
    #[record(technical)]
    pub remote_deleted_at: Option<DateTime<Utc>>,
}

impl Customer {
    /// How long an idempotency key may be used again. Stripe may forget keys after 24 hours
    /// ("Idempotent requests"); four hours are kept as a margin.
    pub const KEY_LIFE: TimeDelta = TimeDelta::hours(20);

    /// A claim: the row is stored before Stripe is asked, so that every repetition uses its key.
    pub fn claimed(
        tenant_id: TenantId,
        livemode: bool,
        key: &IdempotencyKey,
        now: DateTime<Utc>,
    ) -> Self {
        Self { creation_key: key.as_str().to_owned(), ..Self::empty(tenant_id, livemode, now) }
    }

    /// A tenant that was closed before it ever had a customer.
    pub fn closed(tenant_id: TenantId, livemode: bool, now: DateTime<Utc>) -> Self {
        Self { closing_at: Some(now), ..Self::empty(tenant_id, livemode, now) }
    }

    const fn empty(tenant_id: TenantId, livemode: bool, now: DateTime<Utc>) -> Self {
        Self {
            tenant_id,
            stripe_customer_id: None,
            livemode,
            created_at: now,
            creation_key: String::new(),
            creation_key_at: now,
            synced_at: None,
            review_at: None,
            entitled: false,
            ended_at: None,
            closing_at: None,
            remote_deleted_at: None,
        }
    }

    /// The customer at Stripe, if it is linked and not known to be deleted.
    pub fn linked(&self) -> Option<&CustomerRef> {
        self.stripe_customer_id.as_ref().filter(|_| self.remote_deleted_at.is_none())
    }

    /// What has to be done next to have a customer.
    pub(crate) fn next_step(&self, now: DateTime<Utc>) -> LinkStep {
        if let Some(customer) = self.linked() {
            return LinkStep::Linked(customer.clone());
        }
        if self.creation_key.is_empty() || self.stripe_customer_id.is_some() {
            return LinkStep::Claim;
        }
        if now.signed_duration_since(self.creation_key_at) < Self::KEY_LIFE {
            LinkStep::Create(IdempotencyKey::stored(self.creation_key.clone()))
        } else {
            LinkStep::LookUp { since: self.creation_key_at }
        }
    }
}

/// What a tenant lacks on the way to a customer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum LinkStep {
    /// Nothing.
    Linked(CustomerRef),
    /// A claim with a new key.
    Claim,
    /// The creating call, made or repeated with this key.
    Create(IdempotencyKey),
    /// The key is too old to be repeated: look whether the call of then made a customer.
    LookUp {
        /// When the key was made.
        since: DateTime<Utc>,
    },
}

/// What Stripe says of a customer; nothing personal is read.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct CustomerReply {
    /// Its id.
    pub id: CustomerRef,
    /// It is a deletion stub.
    pub deleted: bool,
    /// The tenant that our metadata names.
    pub tenant: Option<TenantId>,
}

impl CustomerReply {
    pub(crate) const METADATA_KEY: &'static str = "alley_tenant_id";

    pub(crate) fn read(value: &Value) -> Result<Self, Malformed> {
        let object = Object::new("customer", value);
        Ok(Self {
            id: object.required("id", CustomerRef::new)?,
            deleted: object.flag("deleted"),
            tenant: object.at("metadata").text(Self::METADATA_KEY).and_then(|id| id.parse().ok()),
        })
    }
}
