//! A store whose writer waits at a gate before it commits, and that can make guards as good as read
//! after the set.

use std::sync::Arc;

use alley_core::{
    Action, Basis, Commit, Committed, Key, Page, PageRequest, Query, RecordStore, RecordType,
    RecordWrite, StoreError, StoredRow, Value, Version,
};
use async_trait::async_trait;

use crate::schedule::Gate;

/// Record types whose rows a commit names at the version that is stored, instead of the one that was
/// read.
pub(crate) type Late = &'static [&'static RecordType];

#[derive(Debug)]
pub(crate) struct LateStore<S> {
    store: Arc<S>,
    gate: Arc<Gate>,
    /// A commit that names it waits.
    guard: &'static RecordType,
    late: Late,
}

impl<S: RecordStore> LateStore<S> {
    pub(crate) const fn new(
        store: Arc<S>,
        gate: Arc<Gate>,
        guard: &'static RecordType,
        late: Late,
    ) -> Self {
        Self { store, gate, guard, late }
    }

    /// The version that is stored now, if what the commit names is to be read late.
    async fn reread(
        &self,
        record: &'static RecordType,
        key: &Key,
    ) -> Result<Option<Option<Version>>, StoreError> {
        if !self.late.iter().any(|late| late.name == record.name) {
            return Ok(None);
        }
        Ok(Some(self.store.get(record, key).await?.map(|row| row.version)))
    }

    async fn reread_all(&self, commit: &mut Commit<RecordWrite>) -> Result<(), StoreError> {
        for RecordWrite { record, action } in &mut commit.changes {
            if let Action::Update { key, read, .. } | Action::Delete { key, read } = action
                && let Some(Some(stored)) = self.reread(record, key).await?
            {
                *read = stored;
            }
        }
        for expect in &mut commit.expects {
            if let Some(stored) = self.reread(expect.record, &expect.key).await? {
                expect.basis = stored.map_or(Basis::Absent, Basis::Version);
            }
        }
        Ok(())
    }
}

#[async_trait]
impl<S: RecordStore> RecordStore for LateStore<S> {
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

    async fn commit(&self, mut commit: Commit<RecordWrite>) -> Result<Committed, StoreError> {
        if commit.changes.iter().any(|change| change.record.name == self.guard.name) {
            self.gate.pass().await;
        }
        self.reread_all(&mut commit).await?;
        RecordStore::commit(self.store.as_ref(), commit).await
    }
}
