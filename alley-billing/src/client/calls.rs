//! The calls, one method each.

use alley_core::TenantId;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::{Answer, Call, StripeClient};
use crate::checkout::CheckoutReply;
use crate::customer::CustomerReply;
use crate::error::{Error, Result};
use crate::form::{Form, escape};
use crate::idempotency::IdempotencyKey;
use crate::ids::{CheckoutRef, CustomerRef, InvoiceRef, PriceRef, SubscriptionRef};
use crate::invoice::InvoiceReply;
use crate::portal::{PortalPage, PortalRequest};
use crate::price::PriceReply;
use crate::subscription::{Item, SubscriptionReply};
use crate::wire::{Malformed, Object};

/// Which pages of a list to read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Pages {
    /// The newest hundred.
    Newest,
    /// All, up to [`StripeClient::MAX_PAGES`].
    All,
}

impl StripeClient {
    /// Most pages of one list that are read; a longer list is an error, not a partial answer.
    pub const MAX_PAGES: u32 = 20;

    const PAGE: i64 = 100;

    /// Creates the customer of a tenant. Nothing personal is sent: the customer types name and
    /// address at Stripe.
    ///
    /// # Errors
    /// When Stripe refuses or cannot be reached.
    pub async fn create_customer(
        &self,
        tenant: TenantId,
        key: &IdempotencyKey,
    ) -> Result<CustomerReply> {
        let metadata = Form::new().set(CustomerReply::METADATA_KEY, tenant.to_string());
        let form = Form::new().set("metadata", metadata);
        let call = Call::create("customer create", "/v1/customers", form, key);
        self.send(call).await?.read(CustomerReply::read)
    }

    /// Reads a customer; a deleted one answers as a stub.
    ///
    /// # Errors
    /// When Stripe refuses or cannot be reached.
    pub async fn customer(&self, id: &CustomerRef) -> Result<CustomerReply> {
        let path = format!("/v1/customers/{}", escape(id.as_str()));
        self.send(Call::read("customer get", path, Form::new())).await?.read(CustomerReply::read)
    }

    /// The customer whose metadata names the tenant, among those made within an hour after
    /// `since`: what became of a creating call whose key is too old to be repeated. The list is
    /// used and not the search, because the search lags behind.
    ///
    /// # Errors
    /// When Stripe refuses or cannot be reached, or more customers were made in that hour than are
    /// looked through.
    pub async fn customer_created_for(
        &self,
        tenant: TenantId,
        since: DateTime<Utc>,
    ) -> Result<Option<CustomerReply>> {
        let created = Form::new()
            .set("gte", since - TimeDelta::minutes(5))
            .set("lte", since + TimeDelta::hours(1));
        let form = Form::new().set("created", created);
        let found = self
            .list("customer list", "/v1/customers", form, Pages::All, CustomerReply::read)
            .await?;
        Ok(found.into_iter().find(|customer| customer.tenant == Some(tenant) && !customer.deleted))
    }

    /// Deletes a customer, its payment methods, and cancels its subscriptions at once. Deleting a
    /// deleted one is a success.
    ///
    /// # Errors
    /// When Stripe refuses or cannot be reached.
    pub async fn delete_customer(&self, id: &CustomerRef) -> Result<()> {
        let path = format!("/v1/customers/{}", escape(id.as_str()));
        match self.send(Call::remove("customer delete", path)).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_missing() => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Reads a price.
    ///
    /// # Errors
    /// When Stripe refuses or cannot be reached.
    pub async fn price(&self, id: &PriceRef) -> Result<PriceReply> {
        let path = format!("/v1/prices/{}", escape(id.as_str()));
        self.send(Call::read("price get", path, Form::new())).await?.read(PriceReply::read)
    }

    /// Creates a checkout session.
    ///
    /// # Errors
    /// When Stripe refuses or cannot be reached.
    pub async fn create_checkout(&self, form: Form, key: &IdempotencyKey) -> Result<CheckoutReply> {
        let call = Call::create("checkout create", "/v1/checkout/sessions", form, key);
        self.send(call).await?.read(CheckoutReply::read)
    }

    /// Reads a checkout session.
    ///
    /// # Errors
    /// When Stripe refuses or cannot be reached.
    pub async fn checkout(&self, id: &CheckoutRef) -> Result<CheckoutReply> {
        let path = format!("/v1/checkout/sessions/{}", escape(id.as_str()));
        self.send(Call::read("checkout get", path, Form::new())).await?.read(CheckoutReply::read)
    }

    /// Ends an open checkout session, so that nobody can pay on it any more.
    ///
    /// # Errors
    /// When Stripe refuses (a session that is not open) or cannot be reached.
    pub async fn expire_checkout(&self, id: &CheckoutRef, key: &IdempotencyKey) -> Result<()> {
        let path = format!("/v1/checkout/sessions/{}/expire", escape(id.as_str()));
        self.send(Call::create("checkout expire", path, Form::new(), key)).await.map(|_| ())
    }

    /// Opens a portal page.
    ///
    /// # Errors
    /// When Stripe refuses (no default configuration was saved in the account) or cannot be reached.
    pub async fn create_portal(
        &self,
        customer: &CustomerRef,
        request: &PortalRequest,
        key: &IdempotencyKey,
    ) -> Result<PortalPage> {
        let form = request.form(customer);
        let call = Call::create("portal create", "/v1/billing_portal/sessions", form, key);
        self.send(call).await?.read(PortalPage::read)
    }

    /// Every subscription of a customer, ended ones included, with all their lines.
    ///
    /// # Errors
    /// When Stripe refuses or cannot be reached.
    pub async fn subscriptions(&self, customer: &CustomerRef) -> Result<Vec<SubscriptionReply>> {
        let form = Form::new().set("customer", customer.as_str()).set("status", "all");
        let read = SubscriptionReply::read;
        let mut found =
            self.list("subscription list", "/v1/subscriptions", form, Pages::All, read).await?;
        for subscription in &mut found {
            self.complete(subscription).await?;
        }
        Ok(found)
    }

    /// Reads one subscription with all its lines.
    ///
    /// # Errors
    /// When Stripe refuses or cannot be reached.
    pub async fn subscription(&self, id: &SubscriptionRef) -> Result<SubscriptionReply> {
        let path = format!("/v1/subscriptions/{}", escape(id.as_str()));
        let answer = self.send(Call::read("subscription get", path, Form::new())).await?;
        let mut subscription = answer.read(SubscriptionReply::read)?;
        self.complete(&mut subscription).await?;
        Ok(subscription)
    }

    /// Cancels a subscription at once. One that is ended already is a success.
    ///
    /// # Errors
    /// When Stripe refuses or cannot be reached.
    pub async fn cancel_subscription(&self, id: &SubscriptionRef) -> Result<()> {
        let path = format!("/v1/subscriptions/{}", escape(id.as_str()));
        match self.send(Call::remove("subscription cancel", path)).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_missing() => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// The invoices of a customer, newest first.
    pub(crate) async fn invoices(
        &self,
        customer: &CustomerRef,
        pages: Pages,
    ) -> Result<Vec<InvoiceReply>> {
        let form = Form::new().set("customer", customer.as_str());
        self.list("invoice list", "/v1/invoices", form, pages, InvoiceReply::read).await
    }

    /// Reads one invoice.
    ///
    /// # Errors
    /// When Stripe refuses or cannot be reached.
    pub async fn invoice(&self, id: &InvoiceRef) -> Result<InvoiceReply> {
        let path = format!("/v1/invoices/{}", escape(id.as_str()));
        self.send(Call::read("invoice get", path, Form::new())).await?.read(InvoiceReply::read)
    }

    /// Lists nested in an object are cut at ten entries; this reads the rest.
    async fn complete(&self, subscription: &mut SubscriptionReply) -> Result<()> {
        if subscription.items_cut {
            let form = Form::new().set("subscription", subscription.id.as_str());
            let path = "/v1/subscription_items";
            let read = |value: &Value| Ok(Item::read(value));
            let items = self.list("item list", path, form, Pages::All, read).await?;
            subscription.take_items(items);
        }
        Ok(())
    }

    async fn list<T>(
        &self,
        operation: &'static str,
        path: &str,
        form: Form,
        pages: Pages,
        read: impl Fn(&Value) -> Result<T, Malformed>,
    ) -> Result<Vec<T>> {
        let mut found = Vec::new();
        let mut after: Option<String> = None;
        for _ in 0..Self::MAX_PAGES {
            let form = form.clone().set("limit", Self::PAGE);
            let form = form.set_some("starting_after", after.as_deref());
            let answer = self.send(Call::read(operation, path.to_owned(), form)).await?;
            let (page, next) = page(&answer, &read)?;
            found.extend(page);
            after = next;
            if after.is_none() || pages == Pages::Newest {
                return Ok(found);
            }
        }
        Err(Error::Answer {
            operation,
            request_id: None,
            source: Malformed::new("list", "it has more pages than are read"),
        })
    }
}

/// The entries of a page and the id to go on after, if there is more.
fn page<T>(
    answer: &Answer,
    read: impl Fn(&Value) -> Result<T, Malformed>,
) -> Result<(Vec<T>, Option<String>)> {
    let list = Object::new("list", &answer.body);
    let Some(data) = answer.body.get("data").and_then(Value::as_array) else {
        return Err(answer.malformed(Malformed::new("list", "data")));
    };
    let entries = data.iter().map(read).collect::<Result<Vec<T>, Malformed>>();
    let entries = entries.map_err(|source| answer.malformed(source))?;
    let end = data.last().and_then(|entry| Object::new("list", entry).id("id"));
    let next = end.filter(|_| list.flag("has_more")).map(str::to_owned);
    Ok((entries, next))
}
