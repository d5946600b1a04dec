//! A store whose writer waits at a gate, and that can make guards as good as read after the set.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use alley_core::conformance::{Hook, Hooked};
use alley_core::{
    Action, Basis, Commit, Key, RecordStore, RecordType, RecordWrite, StoreError, Version,
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

pub(crate) type LateStore<S> = Hooked<S, Lateness<S>>;

#[derive(Debug)]
pub(crate) struct Lateness<S> {
    store: Arc<S>,
    gate: Arc<Gate>,
    stop: Stop,
    late: Late,
    reads: AtomicUsize,
}

/// `store` with a writer that waits at `gate`, and `late` guards.
pub(crate) fn late_store<S: RecordStore>(
    store: &Arc<S>,
    gate: Arc<Gate>,
    stop: Stop,
    late: Late,
) -> Arc<LateStore<S>> {
    let lateness =
        Lateness { store: Arc::clone(store), gate, stop, late, reads: AtomicUsize::new(0) };
    Arc::new(Hooked::new(Arc::clone(store), lateness))
}

impl<S: RecordStore> Lateness<S> {
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
impl<S: RecordStore> Hook for Lateness<S> {
    async fn after_read(&self) {
        let before = self.reads.fetch_add(1, Ordering::SeqCst);
        if matches!(self.stop, Stop::AfterRead(stop) if stop == before) {
            self.gate.pass().await;
        }
    }

    async fn before_commit(&self, commit: &mut Commit<RecordWrite>) -> Result<(), StoreError> {
        if let Stop::BeforeCommit(guard) = self.stop
            && commit.changes.iter().any(|change| change.record.name == guard.name)
        {
            self.gate.pass().await;
        }
        self.reread_all(commit).await
    }
}
