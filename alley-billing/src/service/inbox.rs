//! Acting on received events.

use std::collections::BTreeMap;

use alley_core::{Key, Versioned, Write};

use super::Inner;
use crate::config::SyncMode;
use crate::error::{Error, Result};
use crate::ids::{CheckoutRef, CustomerRef, InvoiceRef, SubscriptionRef};
use crate::inbox::{InboxEvent, InboxState};
use crate::store::Change;
use crate::webhook::Target;

/// Most waiting events of one customer that one reading settles.
const COALESCED: u32 = 1_000;

/// What came of a batch.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) done: u64,
    pub(crate) failures: Vec<Error>,
    pub(crate) more: bool,
}

/// What became of the search for an event's customer.
enum Found {
    Customer(CustomerRef),
    Nobody,
    Later(Error),
}

impl Inner {
    /// Acts on up to `limit` due events, customer by customer.
    pub(crate) async fn work_off(&self, limit: u32) -> Result<Batch> {
        let due = self.store.events_due(self.env.now(), limit).await?;
        let mut batch = Batch {
            more: u32::try_from(due.len()).is_ok_and(|count| count >= limit),
            ..Batch::default()
        };
        let mut groups: BTreeMap<CustomerRef, Vec<Versioned<InboxEvent>>> = BTreeMap::new();
        // Several thin events of one object ask for its customer once.
        let mut looked_up: BTreeMap<String, CustomerRef> = BTreeMap::new();
        for mut event in due {
            let object = event.record.object_id.clone().unwrap_or_default();
            let found = match looked_up.get(&object) {
                Some(customer) => Found::Customer(customer.clone()),
                None => self.customer_of(&event.record).await,
            };
            match found {
                Found::Customer(customer) => {
                    if !object.is_empty() {
                        looked_up.insert(object, customer.clone());
                    }
                    event.record.stripe_customer_id = Some(customer.clone());
                    groups.entry(customer).or_default().push(event);
                }
                Found::Nobody => {
                    let record = event.record.settled(InboxState::Dropped, None);
                    self.update(vec![Versioned::new(record, event.version)]).await?;
                    batch.done = batch.done.saturating_add(1);
                }
                Found::Later(error) => {
                    self.postpone(vec![event]).await?;
                    batch.failures.push(error);
                }
            }
        }
        for (customer, events) in groups {
            self.act(&customer, events, &mut batch).await?;
        }
        Ok(batch)
    }

    /// Deletes events that cannot come again; up to `limit`.
    pub(crate) async fn forget_old_events(&self, limit: u32) -> Result<u64> {
        let before = self.env.now() - InboxEvent::KEEP;
        let old = self.store.events_old(before, limit).await?;
        let mut commit = self.env.commit::<Change>()?;
        let mut gone = 0_u64;
        for event in old.into_iter().filter(|event| !event.record.is_pending()) {
            let key = Key::global(&event.record.event_id);
            commit = commit.change(Write::<InboxEvent>::Delete { key, read: event.version });
            gone = gone.saturating_add(1);
        }
        if gone == 0 || !self.apply(commit).await? {
            return Ok(0);
        }
        Ok(gone)
    }

    async fn act(
        &self,
        customer: &CustomerRef,
        events: Vec<Versioned<InboxEvent>>,
        batch: &mut Batch,
    ) -> Result<()> {
        let Some(link) = self.store.customer_by_ref(customer).await? else {
            let now = self.env.now();
            let waiting = events
                .into_iter()
                .map(|event| Versioned::new(event.record.without_link(now), event.version));
            return self.update(waiting.collect()).await;
        };
        let events = self.with_waiting(customer, events).await?;
        let count = u64::try_from(events.len()).unwrap_or(u64::MAX);
        let tenant = link.record.tenant_id;
        let done = if self.must_refetch(&events) {
            self.refresh(tenant, events.clone()).await
        } else {
            self.merge(tenant, events.clone()).await
        };
        match done {
            Ok(_) => batch.done = batch.done.saturating_add(count),
            Err(error) => {
                self.postpone(events).await?;
                batch.failures.push(error);
            }
        }
        Ok(())
    }

    /// One reading settles everything that waits for the same customer.
    async fn with_waiting(
        &self,
        customer: &CustomerRef,
        mut events: Vec<Versioned<InboxEvent>>,
    ) -> Result<Vec<Versioned<InboxEvent>>> {
        for waiting in self.store.events_waiting(customer, COALESCED).await? {
            let known = events.iter().any(|one| one.record.event_id == waiting.record.event_id);
            if !known {
                events.push(waiting);
            }
        }
        Ok(events)
    }

    /// Whether the events do not carry all of the state that they tell of.
    fn must_refetch(&self, events: &[Versioned<InboxEvent>]) -> bool {
        self.config.sync() == SyncMode::Refetch
            || events.iter().any(|event| {
                let carried =
                    matches!(event.record.target(), Some(Target::Subscription | Target::Invoice));
                carried && event.record.payload.is_none() && event.record.object_id.is_some()
            })
    }

    /// The customer that an event is about. Thin events name only the object.
    async fn customer_of(&self, event: &InboxEvent) -> Found {
        if let Some(customer) = &event.stripe_customer_id {
            return Found::Customer(customer.clone());
        }
        let (Some(target), Some(object)) = (event.target(), event.object_id.clone()) else {
            return Found::Nobody;
        };
        let stripe = match self.stripe() {
            Ok(stripe) => stripe,
            Err(error) => return Found::Later(error),
        };
        let looked = match target {
            Target::Customer => return Found::Nobody,
            Target::Subscription => match SubscriptionRef::new(object) {
                Ok(id) => stripe.subscription(&id).await.map(|one| Some(one.customer)),
                Err(_) => return Found::Nobody,
            },
            Target::Invoice => match InvoiceRef::new(object) {
                Ok(id) => stripe.invoice(&id).await.map(|one| one.customer),
                Err(_) => return Found::Nobody,
            },
            Target::Checkout => match CheckoutRef::new(object) {
                Ok(id) => stripe.checkout(&id).await.map(|one| one.customer),
                Err(_) => return Found::Nobody,
            },
        };
        match looked {
            Ok(Some(customer)) => Found::Customer(customer),
            Ok(None) => Found::Nobody,
            Err(error) if error.is_missing() => Found::Nobody,
            Err(error) => Found::Later(error),
        }
    }

    async fn postpone(&self, events: Vec<Versioned<InboxEvent>>) -> Result<()> {
        let now = self.env.now();
        let later = events
            .into_iter()
            .map(|event| Versioned::new(event.record.postponed(now), event.version));
        self.update(later.collect()).await
    }

    /// On a conflict somebody else acted on one of them; the others come again.
    async fn update(&self, events: Vec<Versioned<InboxEvent>>) -> Result<()> {
        let mut commit = self.env.commit::<Change>()?;
        for Versioned { record, version: read, .. } in events {
            commit = commit.change(Write::Update { record, read });
        }
        self.apply(commit).await?;
        Ok(())
    }
}
