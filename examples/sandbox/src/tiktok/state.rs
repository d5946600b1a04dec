use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::kept::State;
use crate::seed::Seed;

/// What a call changed and a restart must not lose.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(crate) struct ShopState {
    /// Counts whatever needs a fresh id or token.
    pub(crate) serial: u64,
    pub(crate) codes: BTreeMap<String, AuthCode>,
    pub(crate) grants: Vec<Grant>,
    pub(crate) refreshes: u64,
    pub(crate) sends_refused: u64,
    pub(crate) quota_used: u64,
    pub(crate) orders: BTreeMap<String, OrderChange>,
    pub(crate) subscriptions: BTreeMap<String, Subscription>,
    #[serde(skip)]
    requests: u64,
    #[serde(skip)]
    changed: bool,
}

#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct AuthCode {
    pub(crate) expires_at: i64,
}

/// One authorization of the seller.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Grant {
    pub(crate) open_id: String,
    pub(crate) access: Vec<LivingToken>,
    pub(crate) refresh: LivingToken,
    pub(crate) revoked: bool,
}

#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct LivingToken {
    pub(crate) token: String,
    pub(crate) expires_at: i64,
}

/// A seeded order that has moved on since.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct OrderChange {
    pub(crate) status: String,
    pub(crate) update_time: i64,
}

#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Subscription {
    pub(crate) address: String,
    pub(crate) create_time: i64,
    pub(crate) update_time: i64,
}

impl ShopState {
    pub(crate) fn touch(&mut self) {
        self.changed = true;
    }

    /// Draws for the next fresh id or token; counts as a change.
    pub(crate) fn fresh(&mut self, seed: u64) -> Seed {
        self.serial += 1;
        self.touch();
        Seed::of(seed, SERIAL, self.serial)
    }

    /// Numbers requests within the process, for `request_id`; no change worth saving.
    pub(crate) fn next_request(&mut self) -> u64 {
        self.requests += 1;
        self.requests
    }
}

impl State for ShopState {
    const DOUBLE: &'static str = "tiktok";

    fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }
}

const SERIAL: u64 = 0x7365_7269_616c;
