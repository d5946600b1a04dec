//! A store with something in between.

use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;

use crate::commit::{Commit, Committed, RecordWrite};
use crate::error::StoreError;
use crate::page::{Page, PageRequest};
use crate::query::Query;
use crate::record::{Key, RecordType};
use crate::store::{RecordStore, StoredRow};
use crate::value::Value;

/// What happens around the calls of a [`Hooked`] store; nothing, where it is not said.
#[async_trait]
pub trait Hook: Debug + Send + Sync + 'static {
    /// Before each `get`, `query` and `count`.
    async fn before_read(&self) {}

    /// After each `get`, `query` and `count`, before the caller sees what was read.
    async fn after_read(&self) {}

    /// Before each commit, which may be changed.
    ///
    /// # Errors
    /// What the caller is to see; the store then never sees the commit.
    async fn before_commit(&self, _commit: &mut Commit<RecordWrite>) -> Result<(), StoreError> {
        Ok(())
    }

    /// After each commit that the store took.
    ///
    /// # Errors
    /// What the caller is to see although the commit is stored.
    async fn after_commit(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

/// A store that runs a hook around its calls: for tests of crashes, outages and races.
#[derive(Debug)]
pub struct Hooked<S, H> {
    store: Arc<S>,
    hook: H,
}

impl<S: RecordStore, H: Hook> Hooked<S, H> {
    /// `store` with `hook` around its calls.
    pub const fn new(store: Arc<S>, hook: H) -> Self {
        Self { store, hook }
    }

    /// The store beneath, without the hook.
    pub const fn store(&self) -> &Arc<S> {
        &self.store
    }

    /// The hook, to see what it counted.
    pub const fn hook(&self) -> &H {
        &self.hook
    }
}

#[async_trait]
impl<S: RecordStore, H: Hook> RecordStore for Hooked<S, H> {
    async fn get(
        &self,
        record: &'static RecordType,
        key: &Key,
    ) -> Result<Option<StoredRow>, StoreError> {
        self.hook.before_read().await;
        let found = self.store.get(record, key).await;
        self.hook.after_read().await;
        found
    }

    async fn query(
        &self,
        query: &'static Query,
        arguments: &[Value],
        page: PageRequest,
    ) -> Result<Page<StoredRow>, StoreError> {
        self.hook.before_read().await;
        let found = self.store.query(query, arguments, page).await;
        self.hook.after_read().await;
        found
    }

    async fn count(&self, query: &'static Query, arguments: &[Value]) -> Result<u64, StoreError> {
        self.hook.before_read().await;
        let found = self.store.count(query, arguments).await;
        self.hook.after_read().await;
        found
    }

    async fn commit(&self, mut commit: Commit<RecordWrite>) -> Result<Committed, StoreError> {
        self.hook.before_commit(&mut commit).await?;
        let committed = RecordStore::commit(self.store.as_ref(), commit).await?;
        self.hook.after_commit().await?;
        Ok(committed)
    }
}
