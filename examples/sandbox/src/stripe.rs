//! A double of Stripe: customers, checkout, portal, subscriptions, invoices, prices, events, webhooks.
//!
//! Rules come from docs.stripe.com and the official libraries. Parameters are checked against the
//! documented keys of each operation; of the accepted ones only those have an effect that the README
//! lists. Objects are kept in the shape of 2026-09-30.endive and shown in the shape of the caller's
//! `Stripe-Version`, down to 2025-02-24.acacia.

use bytes::Bytes;
use http::{Request, Response};
use serde_json::Value;

use crate::clock::Now;
use crate::delivery::Delivery;
use crate::double::{Double, Outcome};
use crate::faults::Faults;
use crate::front::Front;
use crate::journal::Journal;
use crate::kept::Kept;

pub mod sign;

mod answer;
mod books;
mod checkout;
mod customer;
mod door;
mod endpoint;
mod event;
mod expand;
mod form;
mod idempotency;
mod invoice;
mod list;
mod options;
mod params;
mod play;
mod portal;
mod price;
mod problem;
mod route;
mod shape;
mod state;
mod subscription;

pub use options::{Options, Price};

use books::Books;
use params::Params;
use state::StripeState;

/// One Stripe account in test mode.
#[derive(Debug)]
pub struct Stripe {
    options: Options,
    front: Front,
    params: Params,
    state: Kept<StripeState>,
}

impl Stripe {
    /// An account that has prices and nothing else.
    pub fn new(options: Options, now: Now) -> Self {
        Self {
            options,
            front: Front::new(now),
            params: Params::documented(),
            state: Kept::new(StripeState::default()),
        }
    }

    /// What goes wrong on request.
    pub fn faults(&self) -> &Faults {
        &self.front.faults
    }

    /// What was asked so far.
    pub fn journal(&self) -> &Journal {
        &self.front.journal
    }

    /// The state as one JSON value: objects, events, answers kept for idempotency keys.
    pub fn snapshot(&self) -> Value {
        self.state.snapshot()
    }

    /// Takes up a saved state. The double must have been made with the same [`Options`].
    ///
    /// # Errors
    ///
    /// [`Error::Snapshot`](crate::Error::Snapshot) if the value is no snapshot; nothing is changed.
    pub fn restore(&self, snapshot: &Value) -> crate::Result<()> {
        self.state.restore(snapshot)
    }

    /// Calls `listener` with a snapshot after every change, before the change is answered. One
    /// listener at a time. It runs under the double's lock and must not call the double.
    pub fn on_change(&self, listener: Box<dyn Fn(&Value) + Send + Sync>) {
        self.state.listen(listener);
    }

    /// The customer, subscription, invoice, checkout session or event of that id as it is kept (the
    /// newest shape), deletion stubs included.
    pub fn object(&self, id: &str) -> Option<Value> {
        self.state.with(|state| state.find(id).cloned())
    }

    /// Renders the events made from now on in that version, as if the webhook endpoint were pinned to
    /// it; `None` goes back to the account's version.
    pub fn set_event_version(&self, version: Option<&str>) {
        self.state.with(|state| {
            state.event_version = version.map(str::to_owned);
            state.touch();
        });
    }

    /// Webhooks of what API calls changed since the last time this was asked, in order.
    ///
    /// What the `play` methods change is returned by them instead.
    pub fn take_deliveries(&self) -> Vec<Delivery> {
        let now = self.now();
        let deliveries = self.state.with(|state| {
            let ids = std::mem::take(&mut state.pending);
            if !ids.is_empty() {
                state.touch();
            }
            event::deliveries(&self.options, state, &ids, now)
        });
        self.front.faults.distort(deliveries)
    }

    /// Delivers a kept event again, freshly signed, or `None` for an unknown id.
    pub fn redeliver(&self, event_id: &str) -> Option<Delivery> {
        let now = self.now();
        self.state.with(|state| {
            event::deliveries(&self.options, state, &[event_id.to_owned()], now).pop()
        })
    }

    /// The thin notification (`v2.core.event`) that belongs to a kept snapshot event.
    pub fn thin_event(&self, event_id: &str) -> Option<Delivery> {
        let now = self.now();
        self.state.with(|state| event::thin_delivery(&self.options, state, event_id, now))
    }

    fn now(&self) -> i64 {
        self.front.now.unix_seconds()
    }

    fn respond(&self, request: &Request<Bytes>) -> Response<Bytes> {
        let now = self.now();
        self.state.with(|state| {
            let mut books = Books { options: &self.options, state, now };
            door::answer(&mut books, &self.params, request)
        })
    }
}

impl Double for Stripe {
    fn handle(&self, request: &Request<Bytes>) -> Outcome {
        self.front.pass(request, answer::fault_answer, || self.respond(request))
    }
}
