//! The records of a tenant on their way to what they shall be.

use std::collections::BTreeMap;

use alley_core::{TenantId, Version, Versioned, Write};
use chrono::{DateTime, Utc};

use super::merge::{
    earlier, invoice_content, later_invoice, later_subscription, subscription_content,
};
use super::{Projection, Rules, Stored, access, ended, forget};
use crate::checkout::PendingCheckout;
use crate::customer::Customer;
use crate::decision::next_review;
use crate::ids::{InvoiceRef, SubscriptionRef};
use crate::inbox::{InboxEvent, InboxState};
use crate::invoice::InvoiceMeta;
use crate::store::Change;
use crate::subscription::Subscription;

/// A record on its way: as it was read, and as it shall be.
#[derive(Debug)]
struct Cell<R> {
    read: Option<Version>,
    record: R,
    changed: bool,
}

impl<R> Cell<R> {
    const fn new(record: R) -> Self {
        Self { read: None, record, changed: true }
    }

    fn of(stored: Versioned<R>) -> Self {
        Self { read: Some(stored.version), record: stored.record, changed: false }
    }

    fn set(&mut self, record: R) {
        self.record = record;
        self.changed = true;
    }

    fn write(self) -> Option<Write<R>> {
        if !self.changed {
            return None;
        }
        Some(match self.read {
            None => Write::Insert(self.record),
            Some(read) => Write::Update { record: self.record, read },
        })
    }
}

#[derive(Debug)]
pub(super) struct Draft {
    now: DateTime<Utc>,
    pub(super) customer: Versioned<Customer>,
    subscriptions: BTreeMap<SubscriptionRef, Cell<Subscription>>,
    invoices: BTreeMap<InvoiceRef, Cell<InvoiceMeta>>,
    checkout: Option<Versioned<PendingCheckout>>,
    forget_checkout: bool,
    events: Vec<Change>,
}

impl Draft {
    pub(super) fn new(stored: Stored, now: DateTime<Utc>) -> Self {
        let subscriptions = stored.subscriptions.into_iter();
        let invoices = stored.invoices.into_iter();
        Self {
            now,
            customer: stored.customer,
            subscriptions: subscriptions
                .map(|one| (one.record.subscription_id.clone(), Cell::of(one)))
                .collect(),
            invoices: invoices.map(|one| (one.record.invoice_id.clone(), Cell::of(one))).collect(),
            checkout: stored.checkout,
            forget_checkout: false,
            events: Vec::new(),
        }
    }

    fn tenant(&self) -> TenantId {
        self.customer.record.tenant_id
    }

    /// Rows whose content did not change are not written.
    pub(super) fn replace_subscription(&mut self, read: Subscription) {
        match self.subscriptions.get_mut(&read.subscription_id) {
            None => {
                self.subscriptions.insert(read.subscription_id.clone(), Cell::new(read));
            }
            Some(cell) => {
                let differs = subscription_content(&cell.record) != subscription_content(&read);
                if differs || cell.record.needs_refetch {
                    cell.set(read);
                }
            }
        }
    }

    pub(super) fn merge_subscription(&mut self, incoming: Subscription) {
        match self.subscriptions.get_mut(&incoming.subscription_id) {
            None => {
                self.subscriptions.insert(incoming.subscription_id.clone(), Cell::new(incoming));
            }
            Some(cell) => {
                let merged = later_subscription(cell.record.clone(), incoming);
                if merged != cell.record {
                    cell.set(merged);
                }
            }
        }
    }

    pub(super) fn end_subscription(&mut self, id: &SubscriptionRef) {
        let now = self.now;
        if let Some(cell) = self.subscriptions.get_mut(id)
            && !cell.record.standing().is_terminal()
        {
            cell.set(ended(cell.record.clone(), now));
        }
    }

    pub(super) fn replace_invoice(&mut self, mut read: InvoiceMeta) {
        match self.invoices.get_mut(&read.invoice_id) {
            None => {
                self.invoices.insert(read.invoice_id.clone(), Cell::new(read));
            }
            Some(cell) => {
                read.failed_at = cell.record.failed_at;
                if invoice_content(&cell.record) != invoice_content(&read) {
                    cell.set(read);
                }
            }
        }
    }

    pub(super) fn merge_invoice(&mut self, incoming: InvoiceMeta) {
        match self.invoices.get_mut(&incoming.invoice_id) {
            None => {
                self.invoices.insert(incoming.invoice_id.clone(), Cell::new(incoming));
            }
            Some(cell) => {
                let merged = later_invoice(cell.record.clone(), incoming);
                if merged != cell.record {
                    cell.set(merged);
                }
            }
        }
    }

    pub(super) fn customer_deleted(&mut self, at: DateTime<Utc>) {
        let known = self.customer.record.remote_deleted_at;
        self.customer.record.remote_deleted_at = earlier(known, Some(at));
    }

    /// What an event says beside the state of its object.
    pub(super) fn note(&mut self, event: &InboxEvent) {
        let Some(object) = event.object_id.as_deref() else {
            return;
        };
        match event.kind.as_str() {
            "invoice.payment_failed" => {
                let cell =
                    self.invoices.values_mut().find(|c| c.record.invoice_id.as_str() == object);
                let Some(cell) = cell else { return };
                let failed_at = earlier(cell.record.failed_at, Some(event.created_at));
                if failed_at != cell.record.failed_at {
                    cell.set(InvoiceMeta { failed_at, ..cell.record.clone() });
                }
            }
            "checkout.session.completed" | "checkout.session.expired" => {
                let session = self.checkout.as_ref().and_then(|one| one.record.session_id.as_ref());
                self.forget_checkout |= session.is_some_and(|id| id.as_str() == object);
            }
            _ => {}
        }
    }

    pub(super) fn settle(&mut self, event: Versioned<InboxEvent>) {
        let tenant = self.tenant();
        let record = event.record.settled(InboxState::Done, Some(tenant));
        self.events.push(Write::Update { record, read: event.version }.into());
    }

    pub(super) fn finish(mut self, rules: Rules<'_>) -> Projection {
        let now = self.now;
        let subscriptions: Vec<Subscription> =
            self.subscriptions.values().map(|cell| cell.record.clone()).collect();
        let invoices: Vec<InvoiceMeta> =
            self.invoices.values().map(|cell| cell.record.clone()).collect();
        let Versioned { record: mut customer, version: read, .. } = self.customer;
        let decision = access(&customer, &subscriptions, &invoices, rules.policy, now);
        let ended = customer.entitled && !decision.granted;
        customer.entitled = decision.granted;
        customer.ended_at = ended_at(&customer, &subscriptions);
        customer.review_at = customer.linked().map(|_| {
            let regular = now + rules.reconcile_every;
            let expected = next_review(&subscriptions, &invoices, rules.policy, now);
            expected.map_or(regular, |at| at.min(regular))
        });
        let mut changes: Vec<Change> = vec![Write::Update { record: customer, read }.into()];
        let subscriptions = std::mem::take(&mut self.subscriptions).into_values();
        changes.extend(subscriptions.filter_map(Cell::write).map(Change::from));
        let invoices = std::mem::take(&mut self.invoices).into_values();
        changes.extend(invoices.filter_map(Cell::write).map(Change::from));
        if let (true, Some(checkout)) = (self.forget_checkout, self.checkout) {
            changes.push(forget(&checkout));
        }
        changes.extend(self.events);
        Projection { changes, decision, ended }
    }
}

/// When the last subscription ended; absent while one runs. Depends on the state alone, not on the
/// way to it, because retention counts from it.
fn ended_at(customer: &Customer, subscriptions: &[Subscription]) -> Option<DateTime<Utc>> {
    if customer.remote_deleted_at.is_some() {
        return customer.remote_deleted_at;
    }
    if subscriptions.iter().any(|one| !one.standing().is_terminal()) {
        return None;
    }
    subscriptions.iter().filter_map(|one| one.ended_at).max()
}
