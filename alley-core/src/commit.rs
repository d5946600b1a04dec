//! The one write of every storage port: changes, what they were decided on, audit and facts.

use chrono::{DateTime, Utc};

use crate::audit::AuditEntry;
use crate::fact::FactEntry;
use crate::own_id;
use crate::record::{Key, Record, RecordType, Row};
use crate::value::Value;

own_id! {
    /// Names one commit, so that it can be repeated after its outcome got lost.
    CommitId, CommitKind, "cmt"
}

/// How often a row was written: 1 after its insert, one more after each update.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Version(i64);

impl Version {
    /// The version of a row that was just inserted.
    pub const FIRST: Self = Self(1);

    /// For stores; `number` is at least 1 on rows that exist.
    pub const fn new(number: i64) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn number(self) -> i64 {
        self.0
    }

    /// The version after one more update.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// A record as it was read, and the version that it was read at.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Versioned<R> {
    /// The record.
    pub record: R,
    /// The version to name in an update, a delete or an expectation.
    pub version: Version,
}

impl<R> Versioned<R> {
    /// For stores.
    pub const fn new(record: R, version: Version) -> Self {
        Self { record, version }
    }
}

/// One change of one kind of record, with what it was decided on.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "a store must handle each")]
pub enum Write<R> {
    /// The row does not exist; it gets version 1.
    Insert(R),
    /// The row exists at version `read`; it gets the next one.
    Update {
        /// The new content.
        record: R,
        /// The version that the decision read.
        read: Version,
    },
    /// The row exists at version `read` and goes.
    Delete {
        /// Its key.
        key: Key,
        /// The version that the decision read.
        read: Version,
    },
    /// Rows that another system owns: each is written if it is absent, or if its source time is
    /// newer than that of the stored row, and passed over otherwise. At most 1,000 rows.
    Sync(Vec<R>),
}

/// A change in the form that stores handle for every record type alike.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a store must handle all of it")]
pub struct RecordWrite {
    /// The record type.
    pub record: &'static RecordType,
    /// What to do.
    pub action: Action,
}

/// What a [`RecordWrite`] does.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "a store must handle each")]
pub enum Action {
    /// See [`Write::Insert`].
    Insert {
        /// Key of the row.
        key: Key,
        /// Its values.
        row: Row,
    },
    /// See [`Write::Update`].
    Update {
        /// Key of the row.
        key: Key,
        /// Its new values.
        row: Row,
        /// The version that the decision read.
        read: Version,
    },
    /// See [`Write::Delete`].
    Delete {
        /// Key of the row.
        key: Key,
        /// The version that the decision read.
        read: Version,
    },
    /// See [`Write::Sync`].
    Sync {
        /// Keys and values.
        rows: Vec<(Key, Row)>,
    },
}

impl<R: Record> From<Write<R>> for RecordWrite {
    fn from(write: Write<R>) -> Self {
        let action = match write {
            Write::Insert(record) => Action::Insert { key: record.key(), row: record.into_row() },
            Write::Update { record, read } => {
                Action::Update { key: record.key(), row: record.into_row(), read }
            }
            Write::Delete { key, read } => Action::Delete { key, read },
            Write::Sync(records) => {
                let rows = records.into_iter().map(|record| (record.key(), record.into_row()));
                Action::Sync { rows: rows.collect() }
            }
        };
        Self { record: R::TYPE, action }
    }
}

/// Declares the closed set of changes of one port:
/// `changes! { /// docs  pub enum Change { /// docs  Account(Account), … } }`.
/// Each variant holds a [`Write`]; the set turns into [`RecordWrite`].
#[macro_export]
macro_rules! changes {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$vmeta:meta])* $variant:ident($record:ty)),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Debug)]
        #[expect(clippy::exhaustive_enums, reason = "a store must handle each")]
        pub enum $name { $($(#[$vmeta])* $variant($crate::Write<$record>)),+ }

        impl From<$name> for $crate::RecordWrite {
            fn from(change: $name) -> Self {
                match change { $($name::$variant(write) => write.into()),+ }
            }
        }
        $(impl From<$crate::Write<$record>> for $name {
            fn from(write: $crate::Write<$record>) -> Self {
                Self::$variant(write)
            }
        })+
    };
}

/// A record that was read for the decision and is not written. The store locks and checks it.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a store must handle all of it")]
pub struct Expect {
    /// The record type.
    pub record: &'static RecordType,
    /// Key of the row.
    pub key: Key,
    /// What the decision read.
    pub basis: Basis,
}

impl Expect {
    /// The row must still not exist.
    pub fn absent<R: Record>(key: Key) -> Self {
        Self { record: R::TYPE, key, basis: Basis::Absent }
    }

    /// The row must still be at `version`.
    pub fn unchanged<R: Record>(key: Key, version: Version) -> Self {
        Self { record: R::TYPE, key, basis: Basis::Version(version) }
    }
}

/// What a decision read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a store must handle each")]
pub enum Basis {
    /// There was no such row.
    Absent,
    /// The row was at this version.
    Version(Version),
}

/// Changes, expectations, audit entries and facts that are applied together or not at all.
///
/// # Contract of every store
/// - All of it is durable when `Ok` is returned, or nothing of it is applied.
/// - An expectation or a version that does not hold answers `Conflict` and names the record.
/// - A commit whose `id` was applied before answers `Ok` with `replayed` and applies nothing.
///   Ids are remembered for at least 24 hours.
/// - Facts get the next positions of their stream, in the order of the list.
/// - Changes are applied in the order of the list. Only whether an update may take a value under a
///   uniqueness rule that a later update of the same commit gives up is the store's own affair.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Commit<C> {
    /// Makes the commit repeatable.
    pub id: CommitId,
    /// The caller's time of the commit.
    pub at: DateTime<Utc>,
    /// Records that were read and are not written.
    pub expects: Vec<Expect>,
    /// What is written.
    pub changes: Vec<C>,
    /// What the trail says of it.
    pub audit: Vec<AuditEntry>,
    /// What others must hear of it.
    pub facts: Vec<FactEntry>,
}

impl<C> Commit<C> {
    /// An empty commit.
    pub const fn new(id: CommitId, at: DateTime<Utc>) -> Self {
        Self {
            id,
            at,
            expects: Vec::new(),
            changes: Vec::new(),
            audit: Vec::new(),
            facts: Vec::new(),
        }
    }

    /// Adds a change.
    #[must_use]
    pub fn change(mut self, change: impl Into<C>) -> Self {
        self.changes.push(change.into());
        self
    }

    /// Adds an expectation.
    #[must_use]
    pub fn expect(mut self, expect: Expect) -> Self {
        self.expects.push(expect);
        self
    }

    /// Takes the changes out, for a store that writes them itself and leaves the rest (id,
    /// expectations, audit, facts) to another one, in the same transaction.
    pub fn split(self) -> (Vec<C>, Commit<RecordWrite>) {
        let Self { id, at, expects, changes, audit, facts } = self;
        (changes, Commit { id, at, expects, changes: Vec::new(), audit, facts })
    }

    /// Adds an audit entry.
    #[must_use]
    pub fn audit(mut self, entry: AuditEntry) -> Self {
        self.audit.push(entry);
        self
    }

    /// Adds a fact.
    #[must_use]
    pub fn fact(mut self, fact: FactEntry) -> Self {
        self.facts.push(fact);
        self
    }
}

impl<C: Into<RecordWrite>> Commit<C> {
    /// The same commit in the form that stores handle.
    pub fn lower(self) -> Commit<RecordWrite> {
        Commit {
            id: self.id,
            at: self.at,
            expects: self.expects,
            changes: self.changes.into_iter().map(Into::into).collect(),
            audit: self.audit,
            facts: self.facts,
        }
    }
}

/// A commit that was applied.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Committed {
    /// The same id was applied before; this call changed nothing.
    pub replayed: bool,
}

impl Committed {
    /// For stores.
    pub const fn new(replayed: bool) -> Self {
        Self { replayed }
    }
}

/// The source time of a synced row, if its record type declares one and the row has it.
pub fn source_time(record: &RecordType, row: &[Value]) -> Option<i64> {
    let position = record.position(record.source_time?)?;
    match row.get(position) {
        Some(Value::Int(time)) => Some(*time),
        _ => None,
    }
}
