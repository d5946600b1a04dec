//! Random graphs of rows, and holds on them.

use std::collections::{BTreeMap, BTreeSet};

use alley_core::Record as _;
use alley_core::{Actor, HoldId, Key, RecordType};
use alley_privacy::erasure::Root;
use alley_privacy::hold::{HoldPlacement, HoldReason};
use chrono::TimeDelta;
use proptest::prelude::*;

use crate::rows::{Bill, Folder, House, Link, Note, Paper, Tag, Tenant, start, tenant};

/// A random graph: rows as numbers, resolved against what exists.
#[derive(Clone, Debug)]
pub(crate) struct Seed {
    pub(crate) folders: Vec<(u8, bool)>,
    pub(crate) papers: Vec<(u8, Option<u8>)>,
    pub(crate) tags: Vec<(Option<u8>, Option<u8>)>,
    pub(crate) bills: Vec<(u8, Option<u8>, Option<i64>)>,
    pub(crate) links: Vec<u8>,
    pub(crate) notes: Vec<(Option<u8>, Option<u8>)>,
    pub(crate) holds: Vec<(u8, u8, bool)>,
    pub(crate) person: bool,
}

pub(crate) fn seeds() -> impl Strategy<Value = Seed> {
    let id = || 0_u8..5;
    let maybe = || proptest::option::of(0_u8..5);
    (
        proptest::collection::vec((0_u8..2, any::<bool>()), 1..5),
        proptest::collection::vec((id(), maybe()), 0..6),
        proptest::collection::vec((maybe(), maybe()), 0..4),
        proptest::collection::vec((id(), maybe(), proptest::option::of(0_i64..4)), 0..4),
        proptest::collection::vec(id(), 0..3),
        proptest::collection::vec((maybe(), maybe()), 0..4),
        proptest::collection::vec((0_u8..5, id(), any::<bool>()), 0..3),
        any::<bool>(),
    )
        .prop_map(|(folders, papers, tags, bills, links, notes, holds, person)| Seed {
            folders,
            papers,
            tags,
            bills,
            links,
            notes,
            holds,
            person,
        })
}

pub(crate) fn name(kind: &str, number: u8) -> String {
    format!("{kind}{number}")
}

/// Everything but folder 0 and 1 hangs together within one tenant, as in a real store.
pub(crate) async fn fill(
    house: &House,
    seed: &Seed,
) -> BTreeMap<String, (&'static RecordType, Key)> {
    let mut keys = BTreeMap::new();
    let mut note = |record: &'static RecordType, id: &str, key: Key| {
        keys.insert(format!("{}:{id}", record.name), (record, key));
    };
    let at = |folder: u8| {
        let place = usize::from(folder) % seed.folders.len();
        (u8::try_from(place).unwrap(), tenant(u128::from(seed.folders[place].0) + 1))
    };
    for number in [1, 2] {
        house.insert(Tenant { tenant_id: tenant(number), number: None }).await;
        note(Tenant::TYPE, &number.to_string(), Key::global(&tenant(number)));
    }
    for (number, (_, person)) in (0_u8..).zip(&seed.folders) {
        let (id, tenant_id) = (name("f", number), at(number).1);
        let person = person.then(|| "crea".to_owned());
        note(Folder::TYPE, &id, Key::of(tenant_id, &id));
        house.insert(Folder { tenant_id, id, person }).await;
    }
    let within = |one: TenantOf, folder: Option<u8>| {
        folder.map(&at).filter(|(_, tenant)| *tenant == one).map(|(place, _)| name("f", place))
    };
    for (number, (folder, other)) in (0_u8..).zip(&seed.papers) {
        let ((folder, tenant_id), id) = (at(*folder), name("p", number));
        let other = other
            .filter(|other| usize::from(*other) < seed.papers.len())
            .filter(|other| at(seed.papers[usize::from(*other)].0).1 == tenant_id);
        note(Paper::TYPE, &id, Key::of(tenant_id, &id));
        let other = other.map(|other| name("p", other));
        house
            .insert(Paper {
                tenant_id,
                id,
                folder: name("f", folder),
                other,
                text: "canary".to_owned(),
            })
            .await;
    }
    for (number, (left, right)) in (0_u8..).zip(&seed.tags) {
        let Some((_, tenant_id)) = left.or(*right).map(&at) else {
            continue;
        };
        let id = name("t", number);
        note(Tag::TYPE, &id, Key::of(tenant_id, &id));
        let (left, right) = (within(tenant_id, *left), within(tenant_id, *right));
        house.insert(Tag { tenant_id, id, left, right }).await;
    }
    for (number, (folder, tag, age)) in (0_u8..).zip(&seed.bills) {
        let ((folder, tenant_id), id) = (at(*folder), name("b", number));
        note(Bill::TYPE, &id, Key::of(tenant_id, &id));
        let closed_at = age.map(|years| start() - TimeDelta::days(365 * years));
        let (payer, tag) = (Some("canary".to_owned()), tag.map(|tag| name("t", tag)));
        house
            .insert(Bill { tenant_id, id, folder: name("f", folder), tag, closed_at, payer })
            .await;
    }
    for (number, folder) in (0_u8..).zip(&seed.links) {
        let ((folder, tenant_id), id) = (at(*folder), name("l", number));
        note(Link::TYPE, &id, Key::of(tenant_id, &id));
        house.insert(Link { tenant_id, id, folder: name("f", folder) }).await;
    }
    for (number, (paper, folder)) in (0_u8..).zip(&seed.notes) {
        let (id, tenant_id) = (name("n", number), at(folder.unwrap_or(0)).1);
        note(Note::TYPE, &id, Key::of(tenant_id, &id));
        let paper = paper.map(|paper| name("p", paper));
        house.insert(Note { tenant_id, id, paper, folder: within(tenant_id, *folder) }).await;
    }
    keys
}

pub(crate) type TenantOf = alley_core::TenantId;

pub(crate) async fn place_holds(
    house: &House,
    keys: &BTreeMap<String, (&'static RecordType, Key)>,
    seed: &Seed,
) -> Vec<(HoldId, String, bool)> {
    let mut holds = Vec::new();
    for (kind, number, subtree) in &seed.holds {
        let letters = [("folder", "f"), ("paper", "p"), ("tag", "t"), ("bill", "b"), ("note", "n")];
        let (record, letter) = letters[usize::from(*kind)];
        let id = format!("{record}:{}", name(letter, *number));
        let Some((_, key)) = keys.get(&id) else {
            continue;
        };
        let placed = house
            .privacy
            .holds()
            .place(Actor::Anonymous, record, key, *subtree, HoldReason::Litigation, "case 7", None)
            .await
            .unwrap();
        let HoldPlacement::Active(hold) = placed else { panic!("{placed:?}") };
        holds.push((hold, id, *subtree));
    }
    holds
}

pub(crate) fn root(seed: &Seed) -> Root {
    if seed.person {
        Root::Person { tenant: tenant(1), kind: "creator".to_owned(), reference: "crea".to_owned() }
    } else {
        Root::Tenant { tenant: tenant(1) }
    }
}

pub(crate) fn roots(seed: &Seed) -> BTreeSet<String> {
    if !seed.person {
        return BTreeSet::from(["tenant:1".to_owned()]);
    }
    let folders =
        (0_u8..).zip(&seed.folders).filter(|(_, (tenant, person))| *tenant == 0 && *person);
    folders.map(|(number, _)| format!("folder:{}", name("f", number))).collect()
}

pub(crate) fn fixed() -> Seed {
    Seed {
        folders: vec![(0, true), (0, false), (1, true)],
        papers: vec![(0, None), (1, Some(0)), (2, None)],
        tags: vec![(Some(0), Some(1)), (Some(0), None)],
        bills: vec![(0, Some(1), Some(0)), (0, None, Some(3))],
        links: vec![0],
        notes: vec![(Some(0), Some(0)), (Some(1), Some(1))],
        holds: vec![(1, 0, true)],
        person: true,
    }
}
