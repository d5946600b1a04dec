//! What is written: the same rows in the same order for every variant.

use alley_benches::Failure;
use alley_core::conformance::Sample;
use alley_core::{
    Clock as _, Commit, CommitId, Field as _, Id, ManualClock, Record as _, RecordWrite, Row,
    SeededRandom, TenantId, Value, Version, Write,
};
use chrono::{DateTime, TimeDelta, Utc};

/// Rows that are there before anything is timed.
pub(crate) const ROWS: i64 = 1_000;

/// Numbers that follow from the variant's past.
pub(crate) struct Feed {
    random: SeededRandom,
    clock: ManualClock,
    pub(crate) tenant: TenantId,
    inserted: i64,
    updated: i64,
    read: i64,
}

/// Rows that are written in one transaction, in the form of each variant.
pub(crate) struct Batch {
    pub(crate) id: CommitId,
    pub(crate) at: DateTime<Utc>,
    pub(crate) samples: Vec<Sample>,
    pub(crate) rows: Vec<Row>,
    /// The versions that were read, for an update.
    pub(crate) read: Vec<i64>,
}

impl Feed {
    pub(crate) fn new() -> Result<Self, Failure> {
        let random = SeededRandom::new(7);
        let clock = ManualClock::new(DateTime::UNIX_EPOCH + TimeDelta::days(20_000));
        let tenant = Id::generate(clock.now(), &random)?;
        Ok(Self { random, clock, tenant, inserted: 0, updated: 0, read: 0 })
    }

    /// New rows.
    pub(crate) fn inserts(&mut self, count: i64) -> Batch {
        let first = self.inserted;
        self.inserted += count;
        let samples = (first..self.inserted).map(|number| self.sample(number, 1)).collect();
        self.batch(samples, Vec::new())
    }

    /// The rows that are there first, in the order of their numbers, each at its next version.
    pub(crate) fn updates(&mut self, count: i64) -> Batch {
        let first = self.updated;
        self.updated += count;
        let turns = (first..self.updated).map(|turn| (turn % ROWS, turn / ROWS + 1));
        let samples = turns.clone().map(|(number, read)| self.sample(number, read + 1)).collect();
        self.batch(samples, turns.map(|(_, read)| read).collect())
    }

    /// The id of one of the rows that are there first.
    pub(crate) fn one(&mut self) -> String {
        self.read = (self.read + 397) % ROWS;
        name(self.read)
    }

    fn sample(&self, number: i64, version: i64) -> Sample {
        let rank = number + version - 1;
        let mut sample = Sample::new(self.tenant, &name(number), rank);
        sample.label = Some(format!("label of {number}"));
        sample.person = Some(format!("creator-{}", number % 97));
        sample.seen_at = Some(DateTime::UNIX_EPOCH + TimeDelta::seconds(number));
        sample.body = vec![u8::try_from(version % 256).unwrap_or_default(); 100];
        sample
    }

    fn batch(&self, samples: Vec<Sample>, read: Vec<i64>) -> Batch {
        self.clock.advance(TimeDelta::milliseconds(1));
        let at = self.clock.now();
        // Random numbers of a seeded source do not run out.
        let id =
            Id::generate(at, &self.random).unwrap_or_else(|_| Id::from_uuid(self.tenant.as_uuid()));
        let rows = samples.iter().map(Sample::to_row).collect();
        Batch { id, at, samples, rows, read }
    }
}

/// The id of a row.
pub(crate) fn name(number: i64) -> String {
    format!("row-{number:08}")
}

impl Batch {
    /// The values of the line that remembers the commit.
    pub(crate) fn id_values(&self) -> [Value; 2] {
        [self.id.to_value(), self.at.to_value()]
    }

    /// What a caller of the store makes of it.
    pub(crate) fn into_commit(self) -> Commit<RecordWrite> {
        let mut commit = Commit::new(self.id, self.at);
        if self.read.is_empty() {
            commit.changes.extend(self.samples.into_iter().map(|row| Write::Insert(row).into()));
        } else {
            let rows = self.samples.into_iter().zip(self.read);
            commit.changes.extend(rows.map(|(record, read)| {
                RecordWrite::from(Write::Update { record, read: Version::new(read) })
            }));
        }
        commit
    }
}
