//! The storage port of billing.

use alley_core::{
    Commit, Committed, Digest32, Field as _, Key, PageRequest, Query, Record as _, RecordStore,
    RecordStoreExt as _, StoreError, TenantId, Versioned, changes, store,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::checkout::PendingCheckout;
use crate::customer::Customer;
use crate::ids::{CustomerRef, EventRef};
use crate::inbox::{InboxEvent, InboxState};
use crate::invoice::InvoiceMeta;
use crate::subscription::Subscription;

changes! {
    /// What billing writes.
    pub enum Change {
        /// The customer, guard of all that is a tenant's.
        Customer(Customer),
        /// A subscription.
        Subscription(Subscription),
        /// An invoice.
        Invoice(InvoiceMeta),
        /// The checkout under way.
        Checkout(PendingCheckout),
        /// A received event.
        InboxEvent(InboxEvent),
    }
}

static CUSTOMER_BY_REF: Query =
    Query::new("billing_customer_by_ref", Customer::TYPE).equals(&["stripe_customer_id"]);
static CUSTOMERS_DUE: Query =
    Query::new("billing_customers_due", Customer::TYPE).at_most("review_at").order_by("review_at");
static SUBSCRIPTIONS: Query =
    Query::new("billing_subscriptions_of_tenant", Subscription::TYPE).equals(&["tenant_id"]);
static INVOICES: Query =
    Query::new("billing_invoices_of_tenant", InvoiceMeta::TYPE).equals(&["tenant_id"]);
static EVENTS_DUE: Query =
    Query::new("billing_inbox_due", InboxEvent::TYPE).at_most("due_at").order_by("due_at");
static EVENTS_WAITING: Query =
    Query::new("billing_inbox_waiting", InboxEvent::TYPE).equals(&["stripe_customer_id", "state"]);
static EVENTS_OLD: Query = Query::new("billing_inbox_old", InboxEvent::TYPE)
    .at_most("received_at")
    .order_by("received_at");

pub(crate) static ALL: &[&Query] = &[
    &CUSTOMER_BY_REF,
    &CUSTOMERS_DUE,
    &SUBSCRIPTIONS,
    &INVOICES,
    &EVENTS_DUE,
    &EVENTS_WAITING,
    &EVENTS_OLD,
];

/// Keeps customers, subscriptions, invoices, checkouts and received events.
///
/// Everything that is a [`RecordStore`] is one. A host that keeps them otherwise implements this.
///
/// # Contract
/// - A read sees every commit that returned before the read began.
/// - `commit` keeps the contract of [`Commit`]: all or nothing, versions and expectations checked,
///   a repeated id applied once, facts in order.
/// - No two customers have the same customer id at Stripe; the second answers `Duplicate`.
/// - Lists that take a limit answer the rows that are due longest first.
#[async_trait]
pub trait BillingStore: std::fmt::Debug + Send + Sync + 'static {
    /// The customer of a tenant, linked or not.
    ///
    /// # Errors
    /// When the store fails, as in every method here.
    async fn customer(&self, tenant: TenantId) -> Result<Option<Versioned<Customer>>, StoreError>;

    /// The customer with this id at Stripe. A read across tenants, for events.
    async fn customer_by_ref(
        &self,
        customer: &CustomerRef,
    ) -> Result<Option<Versioned<Customer>>, StoreError>;

    /// Customers whose review is due at `now`. A read across tenants, for the job.
    async fn customers_due(
        &self,
        now: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<Versioned<Customer>>, StoreError>;

    /// Every subscription of a tenant, ended ones included.
    async fn subscriptions(
        &self,
        tenant: TenantId,
    ) -> Result<Vec<Versioned<Subscription>>, StoreError>;

    /// Every invoice of a tenant.
    async fn invoices(&self, tenant: TenantId) -> Result<Vec<Versioned<InvoiceMeta>>, StoreError>;

    /// The checkout that a tenant has under way.
    async fn checkout(
        &self,
        tenant: TenantId,
    ) -> Result<Option<Versioned<PendingCheckout>>, StoreError>;

    /// A received event by its claim.
    async fn inbox_event(
        &self,
        event: &EventRef,
    ) -> Result<Option<Versioned<InboxEvent>>, StoreError>;

    /// Events to act on at `now`. A read across tenants, for the job.
    async fn events_due(
        &self,
        now: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<Versioned<InboxEvent>>, StoreError>;

    /// Pending events of one customer at Stripe.
    async fn events_waiting(
        &self,
        customer: &CustomerRef,
        limit: u32,
    ) -> Result<Vec<Versioned<InboxEvent>>, StoreError>;

    /// Events received at `before` or earlier, settled or not. For the job.
    async fn events_old(
        &self,
        before: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<Versioned<InboxEvent>>, StoreError>;

    /// Applies all of a commit, or nothing of it.
    async fn commit(&self, commit: Commit<Change>) -> Result<Committed, StoreError>;
}

/// The hash that was kept with the event that has the id of `event`. None if the two were rendered by
/// different versions (or one carries no state): their contents cannot be compared.
pub(crate) async fn kept_payload(
    store: &dyn BillingStore,
    event: &InboxEvent,
) -> Result<Option<Digest32>, StoreError> {
    let kept = store.inbox_event(&event.event_id).await?;
    let kept = kept.filter(|kept| kept.record.api_version == event.api_version);
    Ok(kept.and_then(|kept| kept.record.payload_hash))
}

#[async_trait]
impl<S: RecordStore + ?Sized> BillingStore for S {
    async fn customer(&self, tenant: TenantId) -> Result<Option<Versioned<Customer>>, StoreError> {
        self.record(&Key::global(&tenant)).await
    }

    async fn customer_by_ref(
        &self,
        customer: &CustomerRef,
    ) -> Result<Option<Versioned<Customer>>, StoreError> {
        self.first(&CUSTOMER_BY_REF, &[customer.to_value()]).await
    }

    async fn customers_due(
        &self,
        now: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<Versioned<Customer>>, StoreError> {
        let page = PageRequest::first(limit);
        Ok(self.records(&CUSTOMERS_DUE, &[now.to_value()], page).await?.items)
    }

    async fn subscriptions(
        &self,
        tenant: TenantId,
    ) -> Result<Vec<Versioned<Subscription>>, StoreError> {
        store::all(self, &SUBSCRIPTIONS, &[tenant.to_value()]).await
    }

    async fn invoices(&self, tenant: TenantId) -> Result<Vec<Versioned<InvoiceMeta>>, StoreError> {
        store::all(self, &INVOICES, &[tenant.to_value()]).await
    }

    async fn checkout(
        &self,
        tenant: TenantId,
    ) -> Result<Option<Versioned<PendingCheckout>>, StoreError> {
        self.record(&Key::global(&tenant)).await
    }

    async fn inbox_event(
        &self,
        event: &EventRef,
    ) -> Result<Option<Versioned<InboxEvent>>, StoreError> {
        self.record(&Key::global(event)).await
    }

    async fn events_due(
        &self,
        now: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<Versioned<InboxEvent>>, StoreError> {
        let page = PageRequest::first(limit);
        Ok(self.records(&EVENTS_DUE, &[now.to_value()], page).await?.items)
    }

    async fn events_waiting(
        &self,
        customer: &CustomerRef,
        limit: u32,
    ) -> Result<Vec<Versioned<InboxEvent>>, StoreError> {
        let arguments = [customer.to_value(), InboxState::Pending.to_value()];
        Ok(self.records(&EVENTS_WAITING, &arguments, PageRequest::first(limit)).await?.items)
    }

    async fn events_old(
        &self,
        before: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<Versioned<InboxEvent>>, StoreError> {
        let page = PageRequest::first(limit);
        Ok(self.records(&EVENTS_OLD, &[before.to_value()], page).await?.items)
    }

    async fn commit(&self, commit: Commit<Change>) -> Result<Committed, StoreError> {
        RecordStore::commit(self, commit.lower()).await
    }
}
