use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::idempotency::Stored;
use crate::kept::State;
use crate::seed::Seed;

/// What a call changed and a restart must not lose.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(crate) struct StripeState {
    pub(crate) serial: u64,
    pub(crate) customers: Shelf,
    pub(crate) sessions: Shelf,
    pub(crate) baskets: BTreeMap<String, Basket>,
    pub(crate) subscriptions: Shelf,
    pub(crate) invoices: Shelf,
    pub(crate) events: Shelf,
    pub(crate) endpoints: Shelf,
    pub(crate) idempotency: BTreeMap<String, Stored>,
    /// Events of API calls that were not handed to the caller yet.
    pub(crate) pending: Vec<String>,
    /// Event ids of each completed checkout, so that completing it again delivers the same.
    pub(crate) completions: BTreeMap<String, Vec<String>>,
    pub(crate) event_version: Option<String>,
    #[serde(skip)]
    requests: u64,
    #[serde(skip)]
    changed: bool,
}

/// What a checkout session will buy; the API does not show it.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Basket {
    /// Price id and quantity.
    pub(crate) items: Vec<(String, i64)>,
    pub(crate) metadata: Value,
    pub(crate) trial_days: i64,
}

impl StripeState {
    pub(crate) fn touch(&mut self) {
        self.changed = true;
    }

    pub(crate) fn fresh_id(&mut self, prefix: &str, seed: u64, letters: usize) -> String {
        self.serial += 1;
        self.touch();
        format!("{prefix}{}", Seed::of(seed, IDS, self.serial).letters(letters))
    }

    /// Ids of requests are unique within the process only; numbering them is no change worth saving.
    pub(crate) fn request_id(&mut self, seed: u64) -> String {
        self.requests += 1;
        let mut draws = Seed::of(seed ^ self.serial, REQUESTS, self.requests);
        format!("req_{}", draws.letters(14))
    }

    /// Anything by its id.
    pub(crate) fn find(&self, id: &str) -> Option<&Value> {
        [&self.customers, &self.sessions, &self.subscriptions, &self.invoices, &self.events]
            .into_iter()
            .find_map(|shelf| shelf.get(id))
    }
}

impl State for StripeState {
    const DOUBLE: &'static str = "stripe";

    fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }
}

/// Objects of one kind in the order of their making.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(crate) struct Shelf {
    order: Vec<String>,
    objects: BTreeMap<String, Value>,
}

impl Shelf {
    pub(crate) fn get(&self, id: &str) -> Option<&Value> {
        self.objects.get(id)
    }

    /// Adds an object or replaces the one of that id.
    pub(crate) fn place(&mut self, id: &str, object: Value) {
        if self.objects.insert(id.to_owned(), object).is_none() {
            self.order.push(id.to_owned());
        }
    }

    pub(crate) fn newest_first(&self) -> impl Iterator<Item = &Value> {
        self.order.iter().rev().filter_map(|id| self.objects.get(id))
    }
}

const IDS: u64 = 0x6964_7300;
const REQUESTS: u64 = 0x7265_7173;
