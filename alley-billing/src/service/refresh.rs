//! Reading a customer's state from Stripe, and storing it.

use alley_core::{Fact, TenantId, Versioned};

use super::{ATTEMPTS, Inner};
use crate::client::Pages;
use crate::customer::Customer;
use crate::decision::AccessDecision;
use crate::error::{Error, Result};
use crate::ids::CustomerRef;
use crate::inbox::InboxEvent;
use crate::status::SubscriptionStatus;
use crate::store::Change;
use crate::subscription::SubscriptionReply;
use crate::sync::{self, Fetched, Projection, Received, Stored};

impl Inner {
    /// Reads everything of the tenant's customer and stores it, together with the end of the
    /// events that led to it. One reading settles all of them.
    ///
    /// The guard is read before Stripe is asked: if somebody stores a later reading meanwhile,
    /// this one is thrown away and made again.
    pub(crate) async fn refresh(
        &self,
        tenant: TenantId,
        mut events: Vec<Versioned<InboxEvent>>,
    ) -> Result<AccessDecision> {
        let _turn = match self.queue_of(tenant) {
            Some(queue) => Some(queue.lock().await),
            None => None,
        };
        for _ in 0..ATTEMPTS {
            let Some(stored) = self.stored(tenant).await? else {
                return self.access(tenant).await;
            };
            let fetched = self.fetch(&stored, &events).await?;
            let now = self.env.now();
            let projection = sync::refetched(stored, fetched, events.clone(), self.rules(), now);
            if let Some(decision) = self.store_projection(tenant, projection).await? {
                return Ok(decision);
            }
            events = self.still_pending(events).await?;
        }
        Err(Error::Contended)
    }

    /// Merges the states that events carried.
    pub(crate) async fn merge(
        &self,
        tenant: TenantId,
        mut events: Vec<Versioned<InboxEvent>>,
    ) -> Result<AccessDecision> {
        for _ in 0..ATTEMPTS {
            let Some(stored) = self.stored(tenant).await? else {
                return self.access(tenant).await;
            };
            let received: Vec<Received> =
                events.iter().cloned().map(|event| self.open(event)).collect::<Result<_>>()?;
            let projection = sync::merged(stored, received, self.rules(), self.env.now());
            if let Some(decision) = self.store_projection(tenant, projection).await? {
                return Ok(decision);
            }
            events = self.still_pending(events).await?;
        }
        Err(Error::Contended)
    }

    /// Judges the stored state again without asking Stripe.
    pub(crate) async fn review(&self, tenant: TenantId) -> Result<()> {
        for _ in 0..ATTEMPTS {
            let Some(stored) = self.stored(tenant).await? else {
                return Ok(());
            };
            let projection = sync::reviewed(stored, self.rules(), self.env.now());
            if self.store_projection(tenant, projection).await?.is_some() {
                return Ok(());
            }
        }
        Err(Error::Contended)
    }

    /// The tenant's records, the guard first; none where there is no customer.
    pub(super) async fn stored(&self, tenant: TenantId) -> Result<Option<Stored>> {
        let Some(customer) = self.store.customer(tenant).await? else {
            return Ok(None);
        };
        Ok(Some(Stored {
            customer,
            subscriptions: self.store.subscriptions(tenant).await?,
            invoices: self.store.invoices(tenant).await?,
            checkout: self.store.checkout(tenant).await?,
        }))
    }

    /// One commit: records, settled events, and the fact if access ended. None on conflict.
    async fn store_projection(
        &self,
        tenant: TenantId,
        projection: Projection,
    ) -> Result<Option<AccessDecision>> {
        let Projection { changes, decision, ended } = projection;
        let mut commit = self.env.commit::<Change>()?;
        for change in changes {
            commit = commit.change(change);
        }
        if ended {
            commit = commit.fact(self.env.fact(Fact::SubscriptionEnded { tenant })?);
        }
        Ok(self.apply(commit).await?.then_some(decision))
    }

    /// Reads events again after a conflict; those that somebody else settled are left out.
    async fn still_pending(
        &self,
        events: Vec<Versioned<InboxEvent>>,
    ) -> Result<Vec<Versioned<InboxEvent>>> {
        let mut pending = Vec::with_capacity(events.len());
        for event in events {
            if let Some(mut read) = self.store.inbox_event(&event.record.event_id).await?
                && read.record.is_pending()
            {
                let known = event.record.stripe_customer_id;
                read.record.stripe_customer_id = read.record.stripe_customer_id.or(known);
                pending.push(read);
            }
        }
        Ok(pending)
    }

    async fn fetch(&self, stored: &Stored, events: &[Versioned<InboxEvent>]) -> Result<Fetched> {
        let customer = &stored.customer.record;
        let Some(id) = customer.linked() else {
            return Ok(Fetched::default());
        };
        let deleted = Fetched { deleted: true, ..Fetched::default() };
        let told_deleted = events.iter().any(|event| event.record.kind == "customer.deleted");
        if told_deleted && self.is_deleted(id).await? {
            return Ok(deleted);
        }
        let subscriptions = match self.running_subscriptions(customer, id).await {
            Err(error) if error.is_missing() && self.is_deleted(id).await? => return Ok(deleted),
            other => other?,
        };
        let pages = if customer.synced_at.is_none() { Pages::All } else { Pages::Newest };
        let invoices = self.stripe()?.invoices(id, pages).await?;
        let mut fetched = Fetched { subscriptions, invoices, ..Fetched::default() };
        self.look_for_missing(stored, id, &mut fetched).await?;
        Ok(fetched)
    }

    /// A list may leave out what we know to run; only a direct look tells that it is gone.
    async fn look_for_missing(
        &self,
        stored: &Stored,
        id: &CustomerRef,
        fetched: &mut Fetched,
    ) -> Result<()> {
        for one in &stored.subscriptions {
            let known = &one.record.subscription_id;
            let listed = fetched.subscriptions.iter().any(|two| two.id == *known);
            if listed || one.record.standing().is_terminal() {
                continue;
            }
            match self.stripe()?.subscription(known).await {
                Ok(reply) if reply.customer == *id => fetched.subscriptions.push(reply),
                Ok(_) => fetched.gone.push(known.clone()),
                Err(error) if error.is_missing() => fetched.gone.push(known.clone()),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// The customer's subscriptions. While the tenant closes, whatever still runs is canceled
    /// first; a checkout may have been finished after the closing began.
    async fn running_subscriptions(
        &self,
        customer: &Customer,
        id: &CustomerRef,
    ) -> Result<Vec<SubscriptionReply>> {
        let runs = |one: &SubscriptionReply| !SubscriptionStatus::parse(&one.status).is_terminal();
        let found = self.stripe()?.subscriptions(id).await?;
        if customer.closing_at.is_none() || !found.iter().any(runs) {
            return Ok(found);
        }
        for one in found.iter().filter(|one| runs(one)) {
            self.stripe()?.cancel_subscription(&one.id).await?;
        }
        self.stripe()?.subscriptions(id).await
    }

    async fn is_deleted(&self, id: &CustomerRef) -> Result<bool> {
        match self.stripe()?.customer(id).await {
            Ok(customer) => Ok(customer.deleted),
            Err(error) if error.is_missing() => Ok(true),
            Err(error) => Err(error),
        }
    }
}
