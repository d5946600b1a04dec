//! What the killed processes were told by the store, and whether the store still agrees.

use std::collections::{BTreeMap, BTreeSet};

use alley_core::conformance::Sample;
use alley_core::{Clock as _, Field as _, Outbox, RecordStoreExt as _, SystemClock};

use crate::load::{COUNTERS, LEASE, Store, counter, erased, pair, person, tenant_of};

/// Grows with every line of every round.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    rounds: Vec<Round>,
    /// The counter when it was last looked at, and what was acknowledged since.
    counter: i64,
    counted: i64,
    grants: BTreeMap<i64, Grant>,
    delivering: i64,
    delivered: i64,
    acknowledged: u64,
    wrong: Vec<String>,
}

/// What was acknowledged in one round, by name; `…ing` was asked for, and perhaps done.
#[derive(Debug, Default)]
struct Round {
    number: u64,
    /// Pairs that were ever written, as the last look at it found.
    pairs: i64,
    paired: BTreeSet<String>,
    unpairing: BTreeSet<String>,
    unpaired: BTreeSet<String>,
    entered: BTreeSet<String>,
    erasing: BTreeSet<String>,
    erased: BTreeSet<String>,
    ended: Vec<String>,
}

/// A lease: between which instants it was granted, and from when on it may have been given back.
#[derive(Debug)]
struct Grant {
    after: i64,
    before: i64,
    released: Option<i64>,
}

impl Ledger {
    /// A new process begins.
    pub(crate) fn begin(&mut self, number: u64) {
        self.rounds.push(Round { number, ..Round::default() });
    }

    /// A line of the process.
    pub(crate) fn hear(&mut self, line: &str) {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let name = || rest.to_owned();
        let round = self.rounds.last_mut().unwrap();
        let numbers: Vec<i64> = rest.split(' ').filter_map(|number| number.parse().ok()).collect();
        self.acknowledged += 1;
        match (word, numbers.as_slice()) {
            ("ready", _) => {}
            ("paired", _) => drop(round.paired.insert(name())),
            ("unpairing", _) => drop(round.unpairing.insert(name())),
            ("unpaired", _) => drop(round.unpaired.insert(name())),
            ("entered", _) => drop(round.entered.insert(name())),
            ("erasing", _) => drop(round.erasing.insert(name())),
            ("erased", _) => drop(round.erased.insert(name())),
            ("ended", _) => round.ended.push(name()),
            ("counted", _) => self.counted += 1,
            ("granted", &[fencing, after, before]) => self.grant(fencing, after, before),
            ("releasing", &[fencing, at]) => {
                self.grants.get_mut(&fencing).unwrap().released = Some(at);
            }
            ("delivering", &[position]) => self.delivering(position),
            ("delivered", &[position]) => self.delivered = self.delivered.max(position),
            _ => self.wrong.push(format!("a line that nobody knows: {line}")),
        }
    }

    /// How many lines were heard so far.
    pub(crate) fn acknowledged(&self) -> u64 {
        self.acknowledged
    }

    /// What the tasks of the last round ended with before they were killed.
    pub(crate) fn ended(&self) -> &[String] {
        self.rounds.last().map(|round| round.ended.as_slice()).unwrap_or_default()
    }

    /// What is wrong after the last round.
    pub(crate) async fn check(&mut self, store: &dyn Store) -> Vec<String> {
        let mut wrong = std::mem::take(&mut self.wrong);
        let (found, pairs) = self.rounds.last().unwrap().check(store).await;
        wrong.extend(found);
        self.rounds.last_mut().unwrap().pairs = pairs;
        wrong.extend(self.check_counter(store).await);
        wrong.extend(self.check_outbox(store).await);
        wrong.extend(self.check_grants());
        wrong
    }

    /// What is wrong with the rows of any round.
    pub(crate) async fn check_all(&self, store: &dyn Store) -> Vec<String> {
        let mut wrong = Vec::new();
        for round in &self.rounds {
            wrong.extend(round.check(store).await.0);
        }
        wrong
    }

    fn grant(&mut self, fencing: i64, after: i64, before: i64) {
        let grant = Grant { after, before, released: None };
        if self.grants.insert(fencing, grant).is_some() {
            self.wrong.push(format!("lease {fencing} was granted twice"));
        }
    }

    fn delivering(&mut self, position: i64) {
        if position <= self.delivered {
            self.wrong.push(format!("fact {position} came again after it was settled"));
        }
        if position > self.delivering + 1 {
            self.wrong.push(format!("fact {position} came after {}", self.delivering));
        }
        self.delivering = self.delivering.max(position);
    }

    /// Each step counts once. Of those that were not acknowledged some may have been done.
    async fn check_counter(&mut self, store: &dyn Store) -> Vec<String> {
        let found = store.record::<Sample>(&counter()).await.unwrap();
        let (rank, version) = found.map_or((0, 1), |row| (row.record.rank, row.version.number()));
        let most = self.counter + self.counted + COUNTERS;
        let mut wrong = Vec::new();
        if rank < self.counter + self.counted || rank > most {
            let (from, counted) = (self.counter, self.counted);
            wrong.push(format!("the counter went from {from} to {rank} in {counted} steps"));
        }
        if version != rank + 1 {
            wrong.push(format!("the counter is {rank} in version {version}"));
        }
        (self.counter, self.counted) = (rank, 0);
        wrong
    }

    /// Every pair has one fact, and facts have the positions from 1 on without a gap.
    async fn check_outbox(&self, store: &dyn Store) -> Vec<String> {
        let facts: i64 = self.rounds.iter().map(|round| round.pairs).sum();
        let due = Outbox::due(store, SystemClock::new().now(), 1_000_000).await.unwrap();
        let positions: Vec<_> = due.iter().map(|entry| entry.position).collect();
        let first = positions.first().copied().unwrap_or(facts + 1);
        let mut wrong = Vec::new();
        if positions != (first..=facts).collect::<Vec<_>>() {
            wrong.push(format!("of {facts} facts these wait: {positions:?}"));
        }
        if first <= self.delivered {
            wrong.push(format!("fact {first} waits, although {} were settled", self.delivered));
        }
        if first > self.delivering + 1 {
            wrong.push(format!("facts {} to {} are lost", self.delivering + 1, first - 1));
        }
        wrong
    }

    /// Nobody gets a lease before the holder gave it back or lost it by time.
    fn check_grants(&self) -> Vec<String> {
        let span = i64::try_from(LEASE.as_micros()).unwrap();
        let pairs = self.grants.iter().zip(self.grants.iter().skip(1));
        let early = pairs.filter(|((_, holder), (_, next))| {
            let over = holder.after + span;
            next.before < holder.released.map_or(over, |released| released.min(over))
        });
        early
            .map(|((fencing, holder), (next, grant))| {
                format!("lease {next}, {grant:?}, was granted under {fencing}, {holder:?}")
            })
            .collect()
    }
}

impl Round {
    /// What is wrong with the rows of this round, and how many pairs were ever written.
    async fn check(&self, store: &dyn Store) -> (Vec<String>, i64) {
        let tenant = tenant_of(self.number);
        let arguments = [tenant.to_value()];
        let rows = alley_core::store::all::<Sample, _>(store, Sample::BY_RANK, &arguments).await;
        let rows = rows.unwrap().into_iter().map(|row| (row.record.id.clone(), row.record));
        let rows: BTreeMap<_, _> = rows.collect();
        let found = |row: &Sample| rows.get(&row.id) == Some(row);
        let absent = |row: &Sample| !rows.contains_key(&row.id);
        let mut wrong = Vec::new();
        let mut pairs = 0;
        for name in names(&rows, "a", "b").union(&self.paired) {
            let [a, b] = pair(tenant, name);
            pairs += 1;
            let whole = found(&a) && found(&b);
            let gone = absent(&a) && absent(&b);
            if !whole && !gone {
                wrong.push(format!("pair {name} is torn"));
            } else if gone && !self.unpairing.contains(name) {
                wrong.push(format!("pair {name} is lost"));
            } else if whole && self.unpaired.contains(name) {
                wrong.push(format!("pair {name} is there again"));
            }
        }
        for name in names(&rows, "x", "y").union(&self.entered) {
            let [x, y] = person(tenant, name);
            let whole = found(&x) && found(&y);
            let gone = absent(&x) && found(&erased(tenant, name));
            if !whole && !gone {
                wrong.push(format!("person {name} is torn or lost"));
            } else if gone && !self.erasing.contains(name) {
                wrong.push(format!("person {name} was erased by nobody"));
            } else if whole && self.erased.contains(name) {
                wrong.push(format!("person {name} is there again"));
            }
        }
        (wrong, pairs)
    }
}

/// Names of which one row or both are there.
fn names(rows: &BTreeMap<String, Sample>, first: &str, second: &str) -> BTreeSet<String> {
    let name = |id: &String| {
        let (name, half) = id.rsplit_once('-').unwrap();
        (half == first || half == second).then(|| name.to_owned())
    };
    rows.keys().filter_map(name).collect()
}
