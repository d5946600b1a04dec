//! A store that is away for a while, just when a refreshed pair is to be stored.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use alley_core::{
    Commit, Committed, Key, MemoryStore, Page, PageRequest, Query, RecordStore, RecordType,
    RecordWrite, StoreError, StoreErrorKind, StoredRow, Value,
};
use alley_sandbox::tiktok::TikTokShop;
use async_trait::async_trait;

#[derive(Debug)]
pub(crate) struct Flaky {
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) double: Arc<TikTokShop>,
    /// How many commits after the platform's first refresh are still refused.
    pub(crate) refusals: AtomicU32,
    pub(crate) refused: AtomicU32,
}

#[async_trait]
impl RecordStore for Flaky {
    async fn get(
        &self,
        record: &'static RecordType,
        key: &Key,
    ) -> Result<Option<StoredRow>, StoreError> {
        self.store.get(record, key).await
    }

    async fn query(
        &self,
        query: &'static Query,
        arguments: &[Value],
        page: PageRequest,
    ) -> Result<Page<StoredRow>, StoreError> {
        self.store.query(query, arguments, page).await
    }

    async fn count(&self, query: &'static Query, arguments: &[Value]) -> Result<u64, StoreError> {
        self.store.count(query, arguments).await
    }

    async fn commit(&self, commit: Commit<RecordWrite>) -> Result<Committed, StoreError> {
        let away = self.double.refreshes() > 0
            && self
                .refusals
                .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1))
                .is_ok();
        if away {
            self.refused.fetch_add(1, Ordering::SeqCst);
            return Err(StoreError::new(StoreErrorKind::Unavailable));
        }
        RecordStore::commit(self.store.as_ref(), commit).await
    }
}
