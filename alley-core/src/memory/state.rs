//! The maps, and how a commit changes them.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};

use super::fault::Fault;
use crate::commit::{
    Action, Basis, Commit, CommitId, Committed, Expect, RecordWrite, Version, source_time,
};
use crate::error::{RecordRef, StoreError, StoreErrorKind};
use crate::fact::{FactEntry, OutboxEntry, Stream};
use crate::idempotency::{Entry, RequestKey};
use crate::personal::{HoldId, PlanId};
use crate::record::{Key, RecordType, Row};
use crate::store::StoredRow;
use crate::value::Value;

#[derive(Debug, Default)]
pub(super) struct State {
    tables: BTreeMap<&'static str, BTreeMap<Key, StoredRow>>,
    commits: HashSet<CommitId>,
    pub(super) outbox: BTreeMap<(Stream, i64), Waiting>,
    heads: BTreeMap<Stream, i64>,
    pub(super) leases: BTreeMap<String, LeaseRow>,
    pub(super) requests: BTreeMap<RequestKey, Entry>,
    pub(super) holds: HashSet<(HoldId, &'static str, Key)>,
    pub(super) fencing: BTreeMap<PlanId, i64>,
    pub(super) fault: Option<Fault>,
}

#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) entry: FactEntry,
    pub(super) attempts: u32,
    pub(super) available: Option<DateTime<Utc>>,
}

#[derive(Debug)]
pub(super) struct LeaseRow {
    pub(super) fencing: i64,
    pub(super) until: Option<DateTime<Utc>>,
    pub(super) due: DateTime<Utc>,
}

/// What a row was before a commit touched it.
type Undo = (&'static str, Key, Option<StoredRow>);

impl State {
    pub(super) fn breaks(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }

    pub(super) fn row(&self, record: &RecordType, key: &Key) -> Option<&StoredRow> {
        let table = self.tables.get(record.name)?;
        let of_anybody = || table.iter().find(|(other, _)| other.id() == key.id());
        table.get(key).or_else(|| {
            let (_, row) = of_anybody().filter(|_| self.breaks(Fault::SeesOtherTenants))?;
            Some(row)
        })
    }

    pub(super) fn rows(&self, record: &RecordType) -> impl Iterator<Item = (&Key, &StoredRow)> {
        self.tables.get(record.name).into_iter().flatten()
    }

    /// Replaces or removes a row and answers what was there.
    pub(super) fn put(
        &mut self,
        record: &'static RecordType,
        key: &Key,
        stored: Option<StoredRow>,
    ) -> Option<StoredRow> {
        let table = self.tables.entry(record.name).or_default();
        match stored {
            Some(stored) => table.insert(key.clone(), stored),
            None => table.remove(key),
        }
    }

    pub(super) fn commit(&mut self, commit: Commit<RecordWrite>) -> Result<Committed, StoreError> {
        if !self.breaks(Fault::ForgetsCommitIds) && self.commits.contains(&commit.id) {
            return Ok(Committed::new(true));
        }
        let Commit { id, expects, changes, audit, facts, .. } = commit;
        self.check(&expects)?;
        let mut undo = Vec::new();
        let audit = audit.into_iter().map(|entry| crate::Write::Insert(entry).into());
        for write in changes.into_iter().chain(audit) {
            if let Err(error) = self.apply(write, &mut undo) {
                self.roll_back(undo);
                return Err(error);
            }
        }
        self.enqueue(facts);
        self.commits.insert(id);
        Ok(Committed::new(false))
    }

    /// For the store that races itself: what a commit would be refused for now.
    pub(super) fn check_before(&self, commit: &Commit<RecordWrite>) -> Result<(), StoreError> {
        let changes = commit.changes.iter().filter(|_| !self.commits.contains(&commit.id));
        for write in changes {
            let (key, basis) = match &write.action {
                Action::Insert { key, .. } => (key, None),
                Action::Update { key, read, .. } | Action::Delete { key, read } => {
                    (key, Some(*read))
                }
                Action::Sync { .. } => continue,
            };
            if self.row(write.record, key).map(|stored| stored.version) != basis {
                return Err(conflict(write.record, key));
            }
        }
        Ok(())
    }

    fn check(&self, expects: &[Expect]) -> Result<(), StoreError> {
        if self.breaks(Fault::IgnoresExpects) {
            return Ok(());
        }
        for expect in expects {
            let found = self.row(expect.record, &expect.key).map(|stored| stored.version);
            let holds = match expect.basis {
                Basis::Absent => found.is_none(),
                Basis::Version(version) => found == Some(version),
            };
            if !holds {
                return Err(conflict(expect.record, &expect.key));
            }
        }
        Ok(())
    }

    fn roll_back(&mut self, undo: Vec<Undo>) {
        if self.breaks(Fault::AppliesHalf) {
            return;
        }
        for (table, key, before) in undo.into_iter().rev() {
            let table = self.tables.entry(table).or_default();
            match before {
                Some(stored) => table.insert(key, stored),
                None => table.remove(&key),
            };
        }
    }

    fn apply(&mut self, write: RecordWrite, undo: &mut Vec<Undo>) -> Result<(), StoreError> {
        let record = write.record;
        match write.action {
            Action::Insert { key, row } => {
                if self.row(record, &key).is_some() && !self.breaks(Fault::RacesItself) {
                    return Err(conflict(record, &key));
                }
                self.write(record, key, row, Version::FIRST, undo)
            }
            Action::Update { key, row, read } => {
                let version = self.version_read(record, &key, read)?;
                self.write(record, key, row, version.next(), undo)
            }
            Action::Delete { key, read } => {
                self.version_read(record, &key, read)?;
                let before = self.put(record, &key, None);
                undo.push((record.name, key, before));
                Ok(())
            }
            Action::Sync { rows } => {
                for (key, row) in rows {
                    let stored = self.row(record, &key);
                    let newer = stored.is_none_or(|stored| {
                        source_time(record, &row) > source_time(record, &stored.record)
                    });
                    let version = crate::store::version_after(stored.map(|stored| stored.version));
                    if newer {
                        self.write(record, key, row, version, undo)?;
                    }
                }
                Ok(())
            }
        }
    }

    /// The stored version, if it is the one that the decision read.
    fn version_read(
        &self,
        record: &'static RecordType,
        key: &Key,
        read: Version,
    ) -> Result<Version, StoreError> {
        let found = self.row(record, key).map(|stored| stored.version);
        if self.breaks(Fault::RacesItself) {
            return Ok(read);
        }
        if let (Some(found), true) = (found, self.breaks(Fault::IgnoresVersions)) {
            return Ok(found);
        }
        found.filter(|found| *found == read).ok_or_else(|| conflict(record, key))
    }

    fn write(
        &mut self,
        record: &'static RecordType,
        key: Key,
        row: Row,
        version: Version,
        undo: &mut Vec<Undo>,
    ) -> Result<(), StoreError> {
        for unique in record.unique {
            let values = fields(record, &row, unique.fields);
            let taken = values.is_some()
                && self.rows(record).any(|(other, stored)| {
                    *other != key && fields(record, &stored.record, unique.fields) == values
                });
            if taken {
                let (record, rule) = (record.name, unique.name);
                return Err(StoreErrorKind::Duplicate { record, rule }.into());
            }
        }
        let before = self.put(record, &key, Some(StoredRow::new(row, version)));
        undo.push((record.name, key, before));
        Ok(())
    }

    fn enqueue(&mut self, mut facts: Vec<FactEntry>) {
        if self.breaks(Fault::LosesFact) {
            facts.pop();
        }
        for entry in facts.drain(..) {
            let stream = entry.fact.stream();
            let head = self.heads.entry(stream).or_default();
            *head = head.saturating_add(1);
            self.outbox.insert((stream, *head), Waiting { entry, attempts: 0, available: None });
        }
    }
}

impl Waiting {
    pub(super) fn entry(&self, stream: Stream, position: i64) -> OutboxEntry {
        OutboxEntry::new(stream, position, self.attempts, self.entry.clone())
    }
}

/// The values of these fields, or `None` when one of them is absent.
fn fields<'a>(record: &RecordType, row: &'a Row, names: &[&str]) -> Option<Vec<&'a Value>> {
    names
        .iter()
        .map(|name| row.get(record.position(name)?).filter(|value| **value != Value::Null))
        .collect()
}

fn conflict(record: &'static RecordType, key: &Key) -> StoreError {
    StoreErrorKind::Conflict(RecordRef::new(record.name, key.clone())).into()
}
