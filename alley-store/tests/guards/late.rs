//! A store whose writer waits at a gate, and that can make guards as good as read after the set.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use alley_core::{
    Action, Basis, Commit, Committed, Key, Page, PageRequest, Query, RecordStore, RecordType,
    RecordWrite, StoreError, StoredRow, Value, Version,
};
use async_trait::async_trait;

use crate::schedule::Gate;

/// Record types whose rows a commit names at the version that is stored, instead of the one that was
/// read.
pub(crate) type Late = &'static [&'static RecordType];

/// Where a writer waits.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Stop {
    /// Before a commit that writes this guard.
    BeforeCommit(&'static RecordType),
    /// After so many reads and one.
    AfterRead(usize),
}

#[derive(Debug)]
pub(crate) struct LateStore<S> {
    store: Arc<S>,
    gate: Arc<Gate>,
    stop: Stop,
    late: Late,
    reads: AtomicUsize,
}

impl<S: RecordStore> LateStore<S> {
    pub(crate) const fn new(store: Arc<S>, gate: Arc<Gate>, stop: Stop, late: Late) -> Self {
        Self { store, gate, stop, late, reads: AtomicUsize::new(0) }
    }

    async fn after_read(&self) {
        let before = self.reads.fetch_add(1, Ordering::SeqCst);
        if matches!(self.stop, Stop::AfterRead(stop) if stop == before) {
            self.gate.pass().await;
        }
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
        let found = self.store.get(record, key).await;
        self.after_read().await;
        found
    }

    async fn query(
        &self,
        query: &'static Query,
        arguments: &[Value],
        page: PageRequest,
    ) -> Result<Page<StoredRow>, StoreError> {
        let found = self.store.query(query, arguments, page).await;
        self.after_read().await;
        found
    }

    async fn count(&self, query: &'static Query, arguments: &[Value]) -> Result<u64, StoreError> {
        let found = self.store.count(query, arguments).await;
        self.after_read().await;
        found
    }

    async fn commit(&self, mut commit: Commit<RecordWrite>) -> Result<Committed, StoreError> {
        if let Stop::BeforeCommit(guard) = self.stop
            && commit.changes.iter().any(|change| change.record.name == guard.name)
        {
            self.gate.pass().await;
        }
        self.reread_all(&mut commit).await?;
        RecordStore::commit(self.store.as_ref(), commit).await
    }
}
