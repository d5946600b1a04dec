//! A double of TikTok Shop: authorization, tokens, orders, products, finance, analytics, creators.
//!
//! Rules come from the Partner Center documentation (December 2025) as far as it states them. Where
//! it is silent the double is strict, so that a client that passes here is on the safe side:
//! a refresh token works once, and page tokens hold characters that must be percent-encoded.
//! assumed: HTTP status of refusals (401 token and signature, 403 scope, 400 others); a client has to
//! decide on the `code`.

use bytes::Bytes;
use http::{Request, Response};
use serde_json::Value;

use crate::clock::Now;
use crate::double::{Double, Outcome};
use crate::faults::Faults;
use crate::front::Front;
use crate::journal::Journal;
use crate::kept::Kept;

pub mod sign;

mod analytics;
mod authorize;
mod creator;
mod endpoint;
mod envelope;
mod finance;
mod gate;
mod options;
mod order;
mod page;
mod product;
mod state;
mod subscription;
mod token;
mod webhook;

pub use authorize::Authorization;
pub use options::Options;

use envelope::{Refusal, envelope, fault_answer};
use order::OrderBook;
use state::ShopState;

/// One TikTok Shop app with its authorized seller and that seller's seeded shops.
///
/// The seeded data depends on the [`Options`] alone; grants, tokens, webhook settings and changed
/// orders are state, which [`TikTokShop::snapshot`] saves.
#[derive(Debug)]
pub struct TikTokShop {
    options: Options,
    front: Front,
    book: OrderBook,
    state: Kept<ShopState>,
}

impl TikTokShop {
    /// A shop that nobody has authorized yet.
    pub fn new(options: Options, now: Now) -> Self {
        let book = OrderBook::new(&options);
        Self { options, front: Front::new(now), book, state: Kept::new(ShopState::default()) }
    }

    /// What goes wrong on request.
    pub fn faults(&self) -> &Faults {
        &self.front.faults
    }

    /// What was asked so far.
    pub fn journal(&self) -> &Journal {
        &self.front.journal
    }

    /// The state as one JSON value. It plays the remote side and holds valid tokens.
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

    /// How many token pairs were handed out for a refresh token, ever (part of the state).
    pub fn refreshes(&self) -> u64 {
        self.state.with(|state| state.refreshes)
    }

    /// How many calls tried to write to a creator or buyer, ever (part of the state).
    ///
    /// Each was refused. An application that leaves sending to people keeps this at 0.
    pub fn sends_refused(&self) -> u64 {
        self.state.with(|state| state.sends_refused)
    }

    /// The ids of all seeded orders, oldest first.
    pub fn order_ids(&self) -> Vec<String> {
        self.book.ids()
    }

    /// The open ids of all seeded creators, in the order of an unfiltered search.
    pub fn creator_ids(&self) -> Vec<String> {
        (0..self.options.creators).map(|index| creator::open_id(self.options.seed, index)).collect()
    }

    /// The id and cipher of each shop that the seller has.
    pub fn shops(&self) -> Vec<(String, String)> {
        (0..self.options.shops.max(1))
            .map(|index| {
                let shop = authorize::shop(&self.options, index);
                (shop.id, shop.cipher)
            })
            .collect()
    }

    /// Lets every access token run out now; the refresh tokens stay good.
    pub fn expire_access_tokens(&self) {
        let now = self.now();
        self.state.with(|state| {
            for access in state.grants.iter_mut().flat_map(|grant| grant.access.iter_mut()) {
                access.expires_at = access.expires_at.min(now);
            }
            state.touch();
        });
    }

    /// How much of this week's creator outreach quota the platform counts as used.
    pub fn set_quota_used(&self, used: u64) {
        self.state.with(|state| {
            state.quota_used = used;
            state.touch();
        });
    }

    fn now(&self) -> i64 {
        self.front.now.unix_seconds()
    }

    fn respond(&self, request: &Request<Bytes>) -> Response<Bytes> {
        let now = self.now();
        let answered = self.state.with(|state| {
            let serial = state.next_request();
            (serial, self.route(state, request, now))
        });
        match answered {
            (_, Ok(Answer::Redirect(location))) => envelope::redirect(&location),
            (serial, Ok(Answer::Data(data))) => envelope(self.options.seed, now, serial, &data),
            (serial, Err(refusal)) => refusal.response(self.options.seed, now, serial),
        }
    }

    fn route(
        &self,
        state: &mut ShopState,
        request: &Request<Bytes>,
        now: i64,
    ) -> Result<Answer, Refusal> {
        let path = request.uri().path();
        if endpoint::sends_to_a_person(request.method(), path) {
            state.sends_refused += 1;
            state.touch();
            return Err(Refusal::SENDING);
        }
        let query = gate::query(request)?;
        match path {
            "/open/authorize" | "/oauth/authorize" => {
                return authorize::page(&self.options, state, &query, now).map(Answer::Redirect);
            }
            "/api/v2/token/get" => {
                return token::get(&self.options, state, &query, now).map(Answer::Data);
            }
            "/api/v2/token/refresh" => {
                return token::refresh(&self.options, state, &query, now).map(Answer::Data);
            }
            _ => {}
        }
        let endpoint = endpoint::find(request.method(), path)?;
        let call = gate::check(&self.options, state, endpoint, request, query, now)?;
        endpoint.operation.run(self, state, &call).map(Answer::Data)
    }
}

impl Double for TikTokShop {
    fn handle(&self, request: &Request<Bytes>) -> Outcome {
        self.front.pass(
            request,
            |fault| fault_answer(fault, self.options.seed, self.now()),
            || self.respond(request),
        )
    }
}

/// What a route answers with when it does not refuse.
enum Answer {
    Data(Value),
    Redirect(String),
}
