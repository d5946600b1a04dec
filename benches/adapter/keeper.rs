//! One way of keeping rows, and the workloads that all of them do.

use std::cell::RefCell;

use alley_benches::{Failure, Limit, Role, Variant, Workload, ensure};
use alley_core::conformance::Sample;

use crate::feed::{Batch, Feed, ROWS, name};

/// Rows that a batch and a page have.
pub(crate) const MANY: i64 = 100;

/// Keeps rows, durably when a call returns.
pub(crate) trait Keeper {
    fn insert(&self, batch: Batch) -> Result<(), Failure>;
    fn update(&self, batch: Batch) -> Result<(), Failure>;
    fn get(&self, id: &str) -> Result<Option<Sample>, Failure>;
    /// The first hundred rows by rank.
    fn page(&self) -> Result<Vec<Sample>, Failure>;
    /// All rows as text, and how many commits are remembered.
    fn content(&self) -> Result<(Vec<String>, usize), Failure>;
}

/// A keeper and its past.
pub(crate) struct Contestant {
    pub(crate) name: &'static str,
    pub(crate) role: Role,
    pub(crate) remembers: bool,
    pub(crate) keeper: Box<dyn Keeper>,
    feed: RefCell<Feed>,
}

impl Contestant {
    pub(crate) fn new(
        name: &'static str,
        role: Role,
        remembers: bool,
        feed: Feed,
        keeper: impl Keeper + 'static,
    ) -> Self {
        Self { name, role, remembers, keeper: Box::new(keeper), feed: RefCell::new(feed) }
    }
}

/// Rounds of a workload. A wait for the disk varies more than what is measured, so there are many, and
/// slices are short.
const ROUNDS: usize = 101;

/// The six workloads, with so many units in a slice of reads; and that all keepers hold and answer the same before and after.
pub(crate) fn run(engine: &str, all: &[Contestant], reads: u32) -> Result<(), Failure> {
    for each in all {
        each.keeper.insert(each.feed.borrow_mut().inserts(ROWS))?;
        each.keeper.update(each.feed.borrow_mut().updates(1))?;
        each.keeper.update(each.feed.borrow_mut().updates(ROWS - 1))?;
    }
    same(all)?;
    let told = |what: &str| format!("{engine}: {what}");
    let write = |what: &str, units, count, update| {
        let bound = if count == 1 { 1_250 } else { 1_100 };
        let workload = Workload::new(told(what), ROUNDS, units).limit(Limit::Time(bound));
        workload.compare(&mut writes(all, count, update)).map(drop)
    };
    write("one row inserted", 4, 1, false)?;
    write("one row updated", 4, 1, true)?;
    write("100 rows inserted", 2, MANY, false)?;
    write("100 rows updated", 2, MANY, true)?;
    let read = |what: &str, units, bound| {
        Workload::new(told(what), ROUNDS, units).limit(Limit::Time(bound))
    };
    read("one row read", reads, 1_250).compare(&mut gets(all))?;
    read("page of 100 rows read", reads / 10, 1_100).compare(&mut pages(all))?;
    same(all)
}

fn writes(all: &[Contestant], count: i64, update: bool) -> Vec<Variant<'_>> {
    let variants = all.iter().map(|each| {
        let prepare = move || {
            let mut feed = each.feed.borrow_mut();
            if update { feed.updates(count) } else { feed.inserts(count) }
        };
        let work = move |batch| {
            if update { each.keeper.update(batch) } else { each.keeper.insert(batch) }
        };
        Variant::new(each.name, each.role, prepare, work)
    });
    variants.collect()
}

fn gets(all: &[Contestant]) -> Vec<Variant<'_>> {
    let variants = all.iter().filter(|each| each.remembers).map(|each| {
        let prepare = move || each.feed.borrow_mut().one();
        let work = move |id: String| ensure(each.keeper.get(&id)?.is_some(), "a row is missing");
        Variant::new(each.name, each.role, prepare, work)
    });
    variants.collect()
}

fn pages(all: &[Contestant]) -> Vec<Variant<'_>> {
    let variants = all.iter().filter(|each| each.remembers).map(|each| {
        let work = move |()| ensure(each.keeper.page()?.len() == 100, "a page is short");
        Variant::new(each.name, each.role, || (), work)
    });
    variants.collect()
}

fn same(all: &[Contestant]) -> Result<(), Failure> {
    let mut first = None;
    for each in all {
        let (rows, commits) = each.keeper.content()?;
        let answers = (each.keeper.get(&name(1))?, each.keeper.page()?);
        ensure(answers.0.is_some() && answers.1.len() == 100, "rows are missing")?;
        let Some((first_rows, first_commits, first_answers)) = &first else {
            first = Some((rows, commits, answers));
            continue;
        };
        let remembered = if each.remembers { *first_commits } else { 0 };
        ensure(rows == *first_rows, format!("{} holds other rows", each.name))?;
        ensure(commits == remembered, format!("{} remembers other commits", each.name))?;
        ensure(answers == *first_answers, format!("{} answers other rows", each.name))?;
    }
    Ok(())
}
