//! From a commit to few statements. No engine here.
//!
//! Changes of one record type and one kind become one statement, as long as that cannot be told from
//! applying them one after the other (but for a value under a uniqueness rule that one update gives up
//! and another takes, which the contract of a commit leaves open): rows of different types never look at each other, so a change
//! may join an earlier statement unless a later one touches its own type.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use alley_core::{Action, Basis, Commit, Expect, Key, RecordType, RecordWrite, Value, Version};
use sha2::{Digest as _, Sha256};

/// What a commit does, in the order in which it is done.
pub(super) struct Plan<'a> {
    /// Names of rows that must be absent, or become present, beside an expected absence. Two commits
    /// that look at each other's absent rows meet here.
    pub(super) names: Vec<i64>,
    /// Rows that are locked first, by type and key, so that no two commits wait for each other.
    pub(super) locks: Vec<Lock<'a>>,
    /// Rows that must be absent.
    pub(super) absent: Vec<(&'static RecordType, Vec<&'a Key>)>,
    pub(super) expects: &'a [Expect],
    pub(super) runs: Vec<Run<'a>>,
}

/// Rows of one type that are locked with one statement.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Lock<'a> {
    pub(super) record: &'static RecordType,
    /// In order, none twice.
    pub(super) keys: Vec<&'a Key>,
    /// Whether they will be written.
    pub(super) write: bool,
    /// Whether a row of this type is expected at a version.
    pub(super) expected: bool,
}

/// Changes that one statement applies. No key is in it twice.
pub(super) struct Run<'a> {
    pub(super) record: &'static RecordType,
    pub(super) kind: Kind,
    pub(super) rows: Vec<Item<'a>>,
}

/// What a run does with its rows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    Insert,
    Update,
    Delete,
    Sync,
}

/// A row of a run. A delete has no values, an insert and a sync no version.
pub(super) struct Item<'a> {
    pub(super) key: &'a Key,
    pub(super) row: &'a [Value],
    pub(super) read: Value,
}

/// How many rows share a statement.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Grouping {
    ByKind,
    /// One by one, in the order of the commit; to name the row that was refused.
    Single,
}

impl<'a> Plan<'a> {
    /// Everything of a commit but its id and its facts; `audit` holds its audit entries as inserts.
    pub(super) fn new(
        commit: &'a Commit<RecordWrite>,
        audit: &'a [RecordWrite],
        grouping: Grouping,
    ) -> Self {
        let runs = runs(commit.changes.iter().chain(audit), grouping);
        let mut absent: BTreeMap<&str, (&'static RecordType, Vec<&Key>)> = BTreeMap::new();
        for expect in commit.expects.iter().filter(|expect| expect.basis == Basis::Absent) {
            let of_type = absent.entry(expect.record.name);
            of_type.or_insert((expect.record, Vec::new())).1.push(&expect.key);
        }
        let absent: Vec<_> = absent.into_values().collect();
        Self {
            names: names(&absent, &runs),
            locks: locks(&commit.expects, &runs, !absent.is_empty()),
            absent,
            expects: &commit.expects,
            runs,
        }
    }

    /// The first expectation, in the order of the commit, that what was found does not meet.
    pub(super) fn unmet(&self, found: &Found) -> Option<&'a Expect> {
        self.expects.iter().find(|expect| {
            let of_type = found.get(expect.record.name);
            let version = of_type.and_then(|versions| versions.get(&expect.key));
            match expect.basis {
                Basis::Absent => version.is_some(),
                Basis::Version(wanted) => version != Some(&wanted),
            }
        })
    }
}

/// Versions of rows that exist, by record type and key.
pub(super) type Found = HashMap<&'static str, HashMap<Key, Version>>;

fn runs<'a>(changes: impl Iterator<Item = &'a RecordWrite>, grouping: Grouping) -> Vec<Run<'a>> {
    let mut runs: Vec<Run<'a>> = Vec::new();
    let mut last: HashMap<&'static str, Last<'a>> = HashMap::new();
    for RecordWrite { record, action } in changes {
        let (kind, items) = items(action);
        for item in items {
            let open = last.get_mut(record.name).filter(|last| {
                grouping == Grouping::ByKind && last.kind == kind && !last.keys.contains(item.key)
            });
            let run = open.and_then(|last| {
                last.keys.insert(item.key);
                runs.get_mut(last.place)
            });
            if let Some(run) = run {
                run.rows.push(item);
                continue;
            }
            let keys = HashSet::from([item.key]);
            last.insert(record.name, Last { place: runs.len(), kind, keys });
            runs.push(Run { record, kind, rows: vec![item] });
        }
    }
    runs
}

/// The newest run of a record type.
struct Last<'a> {
    place: usize,
    kind: Kind,
    keys: HashSet<&'a Key>,
}

fn items(action: &Action) -> (Kind, Vec<Item<'_>>) {
    let number = |read: &Version| Value::Int(read.number());
    match action {
        Action::Insert { key, row } => (Kind::Insert, vec![Item { key, row, read: Value::Null }]),
        Action::Update { key, row, read } => {
            (Kind::Update, vec![Item { key, row, read: number(read) }])
        }
        Action::Delete { key, read } => {
            (Kind::Delete, vec![Item { key, row: &[], read: number(read) }])
        }
        Action::Sync { rows } => {
            let rows = rows.iter().map(|(key, row)| Item { key, row, read: Value::Null });
            (Kind::Sync, rows.collect())
        }
    }
}

/// A single row needs no order among locks: its own statement locks it.
fn locks<'a>(expects: &'a [Expect], runs: &[Run<'a>], absences: bool) -> Vec<Lock<'a>> {
    type Sets<'a> = (BTreeSet<&'a Key>, BTreeSet<&'a Key>);
    let mut types: BTreeMap<&str, (&'static RecordType, Sets<'a>)> = BTreeMap::new();
    let mut written = 0_usize;
    for run in runs.iter().filter(|run| matches!(run.kind, Kind::Update | Kind::Delete)) {
        let (_, (write, _)) = types.entry(run.record.name).or_insert((run.record, Sets::default()));
        write.extend(run.rows.iter().map(|item| item.key));
        written = written.saturating_add(run.rows.len());
    }
    let present = expects.iter().filter(|expect| expect.basis != Basis::Absent);
    let mut shared = 0_usize;
    for Expect { record, key, .. } in present {
        let (_, (write, share)) = types.entry(record.name).or_insert((record, Sets::default()));
        shared = shared.saturating_add(1);
        if !write.contains(key) {
            share.insert(key);
        }
    }
    if shared == 0 && !absences && written < 2 {
        return Vec::new();
    }
    let locks = types.into_values().flat_map(|(record, (mut write, mut share))| {
        // Rows of one type are locked by one statement, or two commits could wait for each other.
        if !write.is_empty() {
            write.append(&mut share);
        }
        let of_type = |expect: &Expect| expect.record.name == record.name;
        let expected = expects.iter().any(of_type);
        [(write, true), (share, false)].map(|(keys, write)| Lock {
            record,
            keys: keys.into_iter().collect(),
            write,
            expected,
        })
    });
    locks.filter(|lock| !lock.keys.is_empty()).collect()
}

fn names(absent: &[(&'static RecordType, Vec<&Key>)], runs: &[Run<'_>]) -> Vec<i64> {
    if absent.is_empty() {
        return Vec::new();
    }
    let expected = absent.iter().flat_map(|(record, keys)| keys.iter().map(|key| (*record, *key)));
    let made = runs.iter().filter(|run| matches!(run.kind, Kind::Insert | Kind::Sync));
    let made = made.flat_map(|run| run.rows.iter().map(|item| (run.record, item.key)));
    let names: BTreeSet<i64> =
        expected.chain(made).map(|(record, key)| name(record, key)).collect();
    names.into_iter().collect()
}

/// A number for a row. That two rows share one costs a wait and nothing else.
fn name(record: &RecordType, key: &Key) -> i64 {
    let digest = Sha256::new().chain_update(record.name).chain_update([0]);
    let digest = digest.chain_update(key.to_bytes()).finalize();
    let first = digest.first_chunk::<8>().copied().unwrap_or_default();
    i64::from_be_bytes(first)
}

#[cfg(test)]
mod tests {
    use alley_core::conformance::Sample;
    use alley_core::{CommitId, Record as _, TenantId, Write};
    use chrono::DateTime;
    use uuid::Uuid;

    use super::*;

    fn sample(id: &str) -> Sample {
        Sample::new(TenantId::from_uuid(Uuid::from_u128(1)), id, 1)
    }

    fn commit(changes: Vec<Write<Sample>>, expects: Vec<Expect>) -> Commit<RecordWrite> {
        let mut commit = Commit::new(CommitId::from_uuid(Uuid::from_u128(2)), DateTime::UNIX_EPOCH);
        commit.changes.extend(changes.into_iter().map(Into::into));
        commit.expects = expects;
        commit
    }

    fn update(id: &str) -> Write<Sample> {
        Write::Update { record: sample(id), read: Version::FIRST }
    }

    fn plan(commit: &Commit<RecordWrite>) -> Plan<'_> {
        Plan::new(commit, &[], Grouping::ByKind)
    }

    #[test]
    fn one_row_needs_no_lock_before_its_own_statement() {
        let one = commit(vec![update("a"), Write::Insert(sample("b"))], Vec::new());
        assert_eq!(plan(&one).locks, []);
    }

    #[test]
    fn rows_of_a_type_are_locked_by_one_statement_in_their_order() {
        let key = |id: &str| sample(id).key();
        let expect = |id| Expect::unchanged::<Sample>(key(id), Version::FIRST);
        let both = commit(vec![update("c"), update("a")], vec![expect("b")]);
        let keys = ["a", "b", "c"].map(key);
        let lock =
            Lock { record: Sample::TYPE, keys: keys.iter().collect(), write: true, expected: true };
        assert_eq!(plan(&both).locks, [lock]);
        let looked = commit(vec![Write::Insert(sample("z"))], vec![expect("b")]);
        let lock =
            Lock { record: Sample::TYPE, keys: vec![&keys[1]], write: false, expected: true };
        assert_eq!(plan(&looked).locks, [lock]);
    }

    #[test]
    fn a_change_joins_the_newest_statement_of_its_type_or_none() {
        let insert = |id: &str| Write::Insert(sample(id));
        let changes = vec![insert("a"), insert("b"), update("c"), insert("d"), update("c")];
        let commit = commit(changes, Vec::new());
        let plan = plan(&commit);
        let runs: Vec<_> = plan.runs.iter().map(|run| (run.kind, run.rows.len())).collect();
        let wanted = [(Kind::Insert, 2), (Kind::Update, 1), (Kind::Insert, 1), (Kind::Update, 1)];
        assert_eq!(runs, wanted);
    }

    #[test]
    fn those_who_expect_each_others_absence_meet_at_a_name() {
        let absent = |id: &str| Expect::absent::<Sample>(sample(id).key());
        let one = commit(vec![Write::Insert(sample("a"))], vec![absent("b")]);
        let other = commit(vec![Write::Insert(sample("b"))], vec![absent("a")]);
        let names = |commit: &Commit<RecordWrite>| plan(commit).names;
        assert_eq!(names(&one), names(&other));
        assert_eq!(names(&one).len(), 2);
        assert!(names(&commit(vec![Write::Insert(sample("a"))], Vec::new())).is_empty());
    }
}
