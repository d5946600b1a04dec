//! A store that erases: it waits at a gate before its first batch, remembers when each began, and can
//! delete without looking for marks of holds.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use alley_core::{
    Action, Applied, Commit, EdgeDecl, Effect, Env, ErasureStep, HoldMark, Key, Page, PageRequest,
    Permit, PersonalRecords, Record as _, RecordType, RecordWrite, StoreError, StoredRow, Value,
};
use alley_outreach::Contact;
use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::house::Store;
use crate::schedule::Gate;

/// What the transaction that deletes asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Heeds {
    /// Marks of holds, as it must.
    Marks,
    /// Nothing: what was held when the batch was decided on has to do.
    Nothing,
}

/// When batches that delete contacts began, in ticks of one clock for all.
#[derive(Debug, Default)]
pub(crate) struct Batches {
    clock: AtomicU64,
    first: Mutex<BTreeMap<Key, u64>>,
}

impl Batches {
    /// An instant after all that were asked for before.
    pub(crate) fn tick(&self) -> u64 {
        self.clock.fetch_add(1, Ordering::SeqCst)
    }

    /// When the first batch that names this row began.
    pub(crate) fn first(&self, key: &Key) -> Option<u64> {
        self.first.lock().unwrap().get(key).copied()
    }

    fn begin(&self, steps: &[ErasureStep]) {
        let now = self.tick();
        let mut first = self.first.lock().unwrap();
        for step in steps {
            first.entry(step.key.clone()).or_insert(now);
        }
    }
}

#[derive(Debug)]
pub(crate) struct Watched<S> {
    store: Arc<S>,
    gate: Arc<Gate>,
    env: Env,
    batches: Arc<Batches>,
    heeds: Heeds,
}

impl<S: Store> Watched<S> {
    pub(crate) const fn new(
        store: Arc<S>,
        gate: Arc<Gate>,
        env: Env,
        batches: Arc<Batches>,
        heeds: Heeds,
    ) -> Self {
        Self { store, gate, env, batches, heeds }
    }

    async fn delete(&self, step: &ErasureStep) -> Result<Applied, StoreError> {
        let ErasureStep { record, key, .. } = step;
        let Some(row) = self.store.get(record, key).await? else {
            return Ok(Applied::Absent);
        };
        let mut commit: Commit<RecordWrite> = self.env.commit().unwrap();
        let action = Action::Delete { key: key.clone(), read: row.version };
        commit.changes.push(RecordWrite { record, action });
        self.store.commit(commit).await?;
        Ok(Applied::Done)
    }
}

#[async_trait]
impl<S: Store> PersonalRecords for Watched<S> {
    fn store_name(&self) -> &'static str {
        self.store.store_name()
    }

    fn record_types(&self) -> Vec<&'static RecordType> {
        self.store.record_types()
    }

    async fn by_subject(
        &self,
        record: &'static RecordType,
        subject: &Value,
        page: PageRequest,
    ) -> Result<Page<Key>, StoreError> {
        self.store.by_subject(record, subject, page).await
    }

    async fn reach(
        &self,
        record: &'static RecordType,
        edge: &'static EdgeDecl,
        targets: &[Key],
        page: PageRequest,
    ) -> Result<Page<Key>, StoreError> {
        self.store.reach(record, edge, targets, page).await
    }

    async fn due(
        &self,
        record: &'static RecordType,
        until: DateTime<Utc>,
        page: PageRequest,
    ) -> Result<Page<Key>, StoreError> {
        self.store.due(record, until, page).await
    }

    async fn export(
        &self,
        record: &'static RecordType,
        keys: &[Key],
    ) -> Result<Vec<(Key, StoredRow)>, StoreError> {
        self.store.export(record, keys).await
    }

    async fn apply(
        &self,
        permit: &Permit,
        steps: &[ErasureStep],
    ) -> Result<Vec<Applied>, StoreError> {
        let deletes = |step: &ErasureStep| {
            step.record.name == Contact::TYPE.name && step.effect == Effect::Delete
        };
        if steps.is_empty() || !steps.iter().all(deletes) {
            return self.store.apply(permit, steps).await;
        }
        self.gate.pass().await;
        self.batches.begin(steps);
        match self.heeds {
            Heeds::Marks => self.store.apply(permit, steps).await,
            Heeds::Nothing => {
                let mut applied = Vec::new();
                for step in steps {
                    applied.push(self.delete(step).await?);
                }
                Ok(applied)
            }
        }
    }

    async fn set_hold(&self, mark: &HoldMark) -> Result<(), StoreError> {
        self.store.set_hold(mark).await
    }
}
