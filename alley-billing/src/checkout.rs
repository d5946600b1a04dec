//! Checkout in subscription mode: from the button to the way back.

use alley_core::{Digest32, Record, TenantId};
use chrono::{DateTime, Utc};
use secrecy::SecretString;
use serde_json::Value;
use url::Url;

use crate::customer::{Customer, CustomerReply};
use crate::decision::AccessDecision;
use crate::error::{Error, Result};
use crate::form::Form;
use crate::idempotency::IdempotencyKey;
use crate::ids::{CheckoutRef, CustomerRef, PriceRef, ProductRef, SubscriptionRef};
use crate::wire::{Malformed, Object};

/// What a tenant wants to subscribe to, and where the browser goes afterwards.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct CheckoutRequest {
    price: PriceRef,
    quantity: u32,
    success_url: String,
    cancel_url: String,
    trial_days: Option<u32>,
    promotion_codes: bool,
    automatic_tax: bool,
}

impl CheckoutRequest {
    /// What Stripe replaces with the session's id.
    pub const PLACEHOLDER: &'static str = "{CHECKOUT_SESSION_ID}";

    /// One unit of a price. `success_url` holds [`PLACEHOLDER`](Self::PLACEHOLDER), so that the
    /// way back can be checked with [`Billing::return_from_checkout`](crate::Billing::return_from_checkout).
    ///
    /// # Errors
    /// [`Error::Invalid`] when an address is no absolute http or https URL, or the placeholder is
    /// missing.
    pub fn new(
        price: PriceRef,
        success_url: impl Into<String>,
        cancel_url: impl Into<String>,
    ) -> Result<Self> {
        let (success_url, cancel_url) = (success_url.into(), cancel_url.into());
        check_url(&success_url)?;
        check_url(&cancel_url)?;
        if !success_url.contains(Self::PLACEHOLDER) {
            return Err(Error::Invalid("the success URL must hold {CHECKOUT_SESSION_ID}"));
        }
        Ok(Self {
            price,
            quantity: 1,
            success_url,
            cancel_url,
            trial_days: None,
            promotion_codes: false,
            automatic_tax: false,
        })
    }

    /// Several units; zero counts as one.
    #[must_use]
    pub fn with_quantity(mut self, quantity: u32) -> Self {
        self.quantity = quantity.max(1);
        self
    }

    /// Starts with a trial. Whether this tenant may have one is for the host to say.
    #[must_use]
    pub const fn with_trial_days(mut self, days: u32) -> Self {
        self.trial_days = Some(days);
        self
    }

    /// Lets the customer enter promotion codes.
    #[must_use]
    pub const fn with_promotion_codes(mut self) -> Self {
        self.promotion_codes = true;
        self
    }

    /// Lets Stripe compute taxes.
    #[must_use]
    pub const fn with_automatic_tax(mut self) -> Self {
        self.automatic_tax = true;
        self
    }

    /// The price.
    pub const fn price(&self) -> &PriceRef {
        &self.price
    }

    pub(crate) fn form(&self, tenant: TenantId, customer: &CustomerRef) -> Form {
        let line = Form::new().set("price", self.price.as_str()).set("quantity", self.quantity);
        // Metadata of the session is not copied to the subscription: it is sent for both.
        let metadata = || Form::new().set(CustomerReply::METADATA_KEY, tenant.to_string());
        let subscription =
            Form::new().set("metadata", metadata()).set_some("trial_period_days", self.trial_days);
        let tax = self.automatic_tax.then(|| Form::new().set("enabled", true));
        Form::new()
            .set("mode", "subscription")
            .set("customer", customer.as_str())
            .set("client_reference_id", tenant.to_string())
            .set("line_items", vec![line.into()])
            .set("success_url", self.success_url.as_str())
            .set("cancel_url", self.cancel_url.as_str())
            .set("metadata", metadata())
            .set("subscription_data", subscription)
            .set_some("allow_promotion_codes", self.promotion_codes.then_some(true))
            .set_some("automatic_tax", tax)
    }
}

pub(crate) fn check_url(text: &str) -> Result<()> {
    let parsed = Url::parse(text);
    if !parsed.is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host()) {
        return Err(Error::Invalid("an address for the browser must be an absolute http(s) URL"));
    }
    Ok(())
}

/// What came of the wish to subscribe.
#[must_use]
#[derive(Debug)]
#[non_exhaustive]
pub enum CheckoutOutcome {
    /// Send the browser there.
    Redirect(CheckoutPage),
    /// The tenant has a running subscription of that product; a second one would be billed as
    /// well. Send it to the portal.
    AlreadySubscribed {
        /// The running subscription.
        subscription: SubscriptionRef,
        /// The product.
        product: ProductRef,
    },
    /// The price cannot be bought any more.
    PriceInactive,
}

impl CheckoutOutcome {
    /// The page to send the browser to, if there is something to pay.
    #[must_use]
    pub fn page(self) -> Option<CheckoutPage> {
        match self {
            Self::Redirect(page) => Some(page),
            Self::AlreadySubscribed { .. } | Self::PriceInactive => None,
        }
    }
}

/// An open checkout session.
#[derive(Debug)]
#[non_exhaustive]
pub struct CheckoutPage {
    /// The session.
    pub session: CheckoutRef,
    /// Where to send the browser. Do not store or log it.
    pub url: SecretString,
}

/// What the way back from checkout found.
#[must_use]
#[derive(Debug)]
#[non_exhaustive]
pub enum CheckoutReturn {
    /// The session is complete and the state was read from Stripe. What counts is the decision,
    /// not that somebody came back.
    Synced(AccessDecision),
    /// The session is still open: the customer has not paid.
    Open,
    /// The session ended without a purchase.
    Expired,
    /// There is no such session, or it is another tenant's.
    NotYours,
}

impl CheckoutReturn {
    /// The decision on access, if the session is complete. It may still be a refusal.
    #[must_use]
    pub fn decision(self) -> Option<AccessDecision> {
        match self {
            Self::Synced(decision) => Some(decision),
            Self::Open | Self::Expired | Self::NotYours => None,
        }
    }
}

/// The state of a checkout session; an open set.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum CheckoutState {
    /// Waits for the customer.
    Open,
    /// Done; the payment may still be under way.
    Complete,
    /// Ended without a purchase.
    Expired,
    /// A word of a later version.
    Unknown(String),
}

/// What is read of a checkout session.
#[derive(Debug)]
#[non_exhaustive]
pub struct CheckoutReply {
    /// Its id.
    pub id: CheckoutRef,
    /// Its state.
    pub state: CheckoutState,
    /// Whose.
    pub customer: Option<CustomerRef>,
    /// The tenant that we named when it was made.
    pub tenant: Option<TenantId>,
    /// What came of it.
    pub subscription: Option<SubscriptionRef>,
    /// Where to send the browser; only while it is open.
    pub url: Option<SecretString>,
    /// When it ends by itself.
    pub expires_at: Option<DateTime<Utc>>,
}

impl CheckoutReply {
    pub(crate) fn read(value: &Value) -> Result<Self, Malformed> {
        let object = Object::new("checkout.session", value);
        let state = match object.text("status") {
            Some("open") => CheckoutState::Open,
            Some("complete") => CheckoutState::Complete,
            Some("expired") => CheckoutState::Expired,
            other => CheckoutState::Unknown(other.unwrap_or_default().to_owned()),
        };
        Ok(Self {
            id: object.required("id", CheckoutRef::new)?,
            state,
            customer: object.reference("customer", CustomerRef::new),
            tenant: object.text("client_reference_id").and_then(|id| id.parse().ok()),
            subscription: object.reference("subscription", SubscriptionRef::new),
            url: object.text("url").map(SecretString::from),
            expires_at: object.time("expires_at"),
        })
    }

    /// Whether it was made for this tenant: by its customer, or by the reference that only our
    /// server can have set.
    pub fn belongs_to(&self, customer: &Customer) -> bool {
        let by_customer = self.customer.is_some() && self.customer == customer.stripe_customer_id;
        by_customer || self.tenant == Some(customer.tenant_id)
    }
}

/// A checkout that a tenant has begun: at most one at a time, so that nobody pays twice.
#[derive(Clone, Debug, Eq, PartialEq, Record)]
#[record(name = "billing_checkout", domain = "billing", id = tenant_id, anchor = created_at)]
#[record(owned_by(tenant = tenant_id))]
#[non_exhaustive]
pub struct PendingCheckout {
    /// Whose.
    #[record(technical)]
    pub tenant_id: TenantId,
    /// Idempotency key of the creation.
    #[record(technical)]
    pub creation_key: String,
    /// Keyed hash of what was asked, so that the same wish finds its session again.
    #[record(technical)]
    pub request: Digest32,
    /// The session; absent until Stripe has answered.
    #[record(technical)]
    pub session_id: Option<CheckoutRef>,
    /// When it was begun.
    #[record(technical)]
    pub created_at: DateTime<Utc>,
}

impl PendingCheckout {
    /// A checkout before Stripe was asked.
    pub fn begun(
        tenant_id: TenantId,
        key: &IdempotencyKey,
        request: Digest32,
        now: DateTime<Utc>,
    ) -> Self {
        let creation_key = key.as_str().to_owned();
        Self { tenant_id, creation_key, request, session_id: None, created_at: now }
    }

    /// The key of the creation.
    pub fn key(&self) -> IdempotencyKey {
        IdempotencyKey::stored(self.creation_key.clone())
    }

    /// Whether the creating call may be made again with its key.
    pub fn is_repeatable(&self, now: DateTime<Utc>) -> bool {
        now.signed_duration_since(self.created_at) < Customer::KEY_LIFE
    }
}
