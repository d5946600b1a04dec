//! From a tenant to its customer at Stripe.

use alley_core::{TenantId, Versioned, Write};

use super::{Asker, Inner};
use crate::customer::{Customer, LinkStep};
use crate::error::{Error, Result};
use crate::idempotency::IdempotencyKey;
use crate::ids::CustomerRef;
use crate::store::Change;
use crate::sync;

/// Claim, answer and link are three commits, and others may come in between.
const STEPS: u32 = 12;

/// Most waiting events that a link wakes at once; the rest comes when it is due.
const WOKEN: u32 = 100;

impl Inner {
    pub(crate) async fn ensure_customer(
        &self,
        tenant: TenantId,
        asker: Asker,
    ) -> Result<CustomerRef> {
        for _ in 0..STEPS {
            let read = self.store.customer(tenant).await?;
            if read.as_ref().is_some_and(|read| read.record.closing_at.is_some()) {
                return Err(Error::Closing);
            }
            if let Some(customer) = self.link_step(tenant, asker, read).await? {
                return Ok(customer);
            }
        }
        Err(Error::Contended)
    }

    /// One step towards a customer; the customer once there is one.
    pub(super) async fn link_step(
        &self,
        tenant: TenantId,
        asker: Asker,
        read: Option<Versioned<Customer>>,
    ) -> Result<Option<CustomerRef>> {
        let now = self.env.now();
        let step = read.as_ref().map_or(LinkStep::Claim, |read| read.record.next_step(now));
        match (step, read) {
            (LinkStep::Linked(customer), _) => return Ok(Some(customer)),
            (LinkStep::Create(key), Some(read)) => {
                match self.stripe()?.create_customer(tenant, &key).await {
                    Ok(made) => self.store_link(read, made.id, asker).await?,
                    Err(error) => {
                        if error.is_final() {
                            self.drop_claim(read).await?;
                        }
                        return Err(error);
                    }
                }
            }
            (LinkStep::LookUp { since }, Some(read)) => {
                match self.stripe()?.customer_created_for(tenant, since).await? {
                    Some(found) => self.store_link(read, found.id, asker).await?,
                    None => self.claim(tenant, Some(read)).await?,
                }
            }
            (_, read) => self.claim(tenant, read).await?,
        }
        Ok(None)
    }

    /// Stores the key before Stripe is asked. A conflict is seen by the next step.
    async fn claim(&self, tenant: TenantId, read: Option<Versioned<Customer>>) -> Result<()> {
        let now = self.env.now();
        let key = IdempotencyKey::generate(self.env.random.as_ref())?;
        let live = self.config.mode().is_live();
        let mut commit = self.env.commit::<Change>()?;
        let fresh = Customer::claimed(tenant, live, &key, now);
        let Some(Versioned { record: old, version: read, .. }) = read else {
            self.apply(commit.change(Write::Insert(fresh))).await?;
            return Ok(());
        };
        // The subscriptions of a customer that is gone must not count for its successor.
        if let Some(at) = old.remote_deleted_at {
            for one in self.store.subscriptions(tenant).await? {
                if !one.record.standing().is_terminal() {
                    let record = sync::ended(one.record, at);
                    commit = commit.change(Write::Update { record, read: one.version });
                }
            }
        }
        let record = Customer { closing_at: old.closing_at, created_at: old.created_at, ..fresh };
        self.apply(commit.change(Write::Update { record, read })).await?;
        Ok(())
    }

    /// Stripe refused for good and would repeat its refusal for this key: the next call takes a
    /// new one.
    async fn drop_claim(&self, read: Versioned<Customer>) -> Result<()> {
        let Versioned { mut record, version: read, .. } = read;
        record.creation_key.clear();
        self.apply(self.env.commit::<Change>()?.change(Write::Update { record, read })).await?;
        Ok(())
    }

    /// Stores the link and wakes the events that waited for it. A conflict is seen by the next step.
    async fn store_link(
        &self,
        read: Versioned<Customer>,
        customer: CustomerRef,
        asker: Asker,
    ) -> Result<()> {
        let now = self.env.now();
        let Versioned { mut record, version, .. } = read;
        let tenant = record.tenant_id;
        record.stripe_customer_id = Some(customer.clone());
        record.review_at = Some(now);
        let mut commit = self
            .env
            .commit::<Change>()?
            .change(Write::Update { record, read: version })
            .audit(self.audit(asker, "billing.customer.link", tenant)?);
        for event in self.store.events_waiting(&customer, WOKEN).await? {
            let mut record = event.record;
            record.due_at = Some(now);
            commit = commit.change(Write::Update { record, read: event.version });
        }
        self.apply(commit).await?;
        Ok(())
    }
}
