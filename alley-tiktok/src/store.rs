//! The two ports: who is connected with which tokens, and what was synced.
//!
//! Each is replaced as a whole. Whatever implements alley-core's `RecordStore` has both.

mod shop_data;
mod tokens;

pub use shop_data::{ShopChange, ShopDataStore, ShopReads, SyncedReads};
pub use tokens::{TokenChange, TokenStore};

use std::sync::Arc;

use alley_core::{
    Commit, Committed, Digest32, Query, RecordStore, RecordType, StoreError, StoreErrorKind,
};

pub(crate) use shop_data::QUERIES as SHOP_QUERIES;
pub(crate) use tokens::QUERIES as TOKEN_QUERIES;

/// One implementation for each port.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Stores {
    /// Integrations, tokens, authorizations under way.
    pub tokens: Arc<dyn TokenStore>,
    /// Shops, what was synced from them, the webhook inbox.
    pub shop_data: Arc<dyn ShopDataStore>,
}

impl Stores {
    /// Two implementations.
    pub fn new(tokens: Arc<dyn TokenStore>, shop_data: Arc<dyn ShopDataStore>) -> Self {
        Self { tokens, shop_data }
    }
}

impl<S: RecordStore> From<Arc<S>> for Stores {
    /// One store for everything.
    fn from(store: Arc<S>) -> Self {
        Self { tokens: store.clone(), shop_data: store }
    }
}

/// Every record type of this crate.
pub const RECORDS: &[&RecordType] = &[
    <crate::Integration as alley_core::Record>::TYPE,
    <crate::Token as alley_core::Record>::TYPE,
    <crate::PendingAuthorization as alley_core::Record>::TYPE,
    <crate::Shop as alley_core::Record>::TYPE,
    <crate::Creator as alley_core::Record>::TYPE,
    <crate::Product as alley_core::Record>::TYPE,
    <crate::Order as alley_core::Record>::TYPE,
    <crate::AnalyticsSnapshot as alley_core::Record>::TYPE,
    <crate::FinanceRecord as alley_core::Record>::TYPE,
    <crate::SyncCursor as alley_core::Record>::TYPE,
    <crate::InboxEvent as alley_core::Record>::TYPE,
];

/// Every query of this crate.
pub static QUERIES: &[&Query] = &[
    TOKEN_QUERIES[0],
    TOKEN_QUERIES[1],
    TOKEN_QUERIES[2],
    TOKEN_QUERIES[3],
    SHOP_QUERIES[0],
    SHOP_QUERIES[1],
    SHOP_QUERIES[2],
    SHOP_QUERIES[3],
    SHOP_QUERIES[4],
    SHOP_QUERIES[5],
    SHOP_QUERIES[6],
    SHOP_QUERIES[7],
    SHOP_QUERIES[8],
];

/// How often a decision is made anew after a conflict.
pub(crate) const DECISIONS: u32 = 8;

/// Commits, and finds out with the same id what became of a commit whose outcome got lost.
pub(crate) async fn commit_tokens(
    store: &dyn TokenStore,
    commit: Commit<TokenChange>,
) -> Result<Committed, StoreError> {
    for _ in 0..2 {
        match store.commit(commit.clone()).await {
            Err(error) if is_open(&error) => {}
            known => return known,
        }
    }
    store.commit(commit).await
}

/// As [`commit_tokens`].
pub(crate) async fn commit_shop_data(
    store: &dyn ShopDataStore,
    commit: Commit<ShopChange>,
) -> Result<Committed, StoreError> {
    for _ in 0..2 {
        match store.commit(commit.clone()).await {
            Err(error) if is_open(&error) => {}
            known => return known,
        }
    }
    store.commit(commit).await
}

/// The hash that was kept with a webhook, if there is such a webhook and it has one.
pub(crate) async fn kept_payload(
    store: &dyn ShopDataStore,
    event_id: &str,
) -> Result<Option<Digest32>, StoreError> {
    Ok(store.inbox_event(event_id).await?.and_then(|kept| kept.record.payload_hash))
}

fn is_open(error: &StoreError) -> bool {
    matches!(error.kind(), StoreErrorKind::CommitUnknown | StoreErrorKind::Retry)
}
