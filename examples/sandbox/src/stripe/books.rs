use serde_json::Value;

use super::event;
use super::options::{Options, Price};
use super::state::StripeState;

/// Everything an operation works with.
#[derive(Debug)]
pub(crate) struct Books<'a> {
    pub(crate) options: &'a Options,
    pub(crate) state: &'a mut StripeState,
    pub(crate) now: i64,
}

impl Books<'_> {
    pub(crate) fn fresh_id(&mut self, prefix: &str) -> String {
        self.state.fresh_id(prefix, self.options.seed, 14)
    }

    pub(crate) fn price(&self, id: &str) -> Option<&Price> {
        self.options.prices.iter().find(|price| price.id == id)
    }

    /// Records an event whose webhook waits to be taken.
    pub(crate) fn tell(&mut self, kind: &str, object: &Value, previous: Option<Value>) {
        let id = event::record(self, kind, object, previous);
        self.state.pending.push(id);
    }
}
