//! The engine over a store, compared with the pure model; with and without crashes.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::too_many_lines,
    reason = "test code"
)]

#[path = "support/rows.rs"]
mod rows;
#[path = "support/world.rs"]
mod world;

use std::collections::{BTreeMap, BTreeSet};

use alley_core::{
    Actor, EdgeKind, HoldId, Key, OnErased, PageRequest, Record as _, RecordType, Value,
};
use alley_privacy::data_map::Strategy as How;
use alley_privacy::erasure::model::{Edge, Held, Link as Way, Node};
use alley_privacy::erasure::{Outcome, PlanState, Progress, Root, StepState};
use alley_privacy::hold::{HoldPlacement, HoldReason, HoldState};
use chrono::{DateTime, TimeDelta};
use pollster::block_on;
use proptest::prelude::*;
use rows::{Bill, Flaky, Folder, House, Link, Note, Paper, Tag, Tenant, start, tenant};
use world::{State, World};

/// A random graph: rows as numbers, resolved against what exists.
#[derive(Clone, Debug)]
struct Seed {
    folders: Vec<(u8, bool)>,
    papers: Vec<(u8, Option<u8>)>,
    tags: Vec<(Option<u8>, Option<u8>)>,
    bills: Vec<(u8, Option<u8>, Option<i64>)>,
    links: Vec<u8>,
    notes: Vec<(Option<u8>, Option<u8>)>,
    holds: Vec<(u8, u8, bool)>,
    person: bool,
}

fn seeds() -> impl Strategy<Value = Seed> {
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
        .prop_map(
            |(folders, papers, tags, bills, links, notes, holds, person)| Seed {
                folders,
                papers,
                tags,
                bills,
                links,
                notes,
                holds,
                person,
            },
        )
}

fn name(kind: &str, number: u8) -> String {
    format!("{kind}{number}")
}

/// Everything but folder 0 and 1 hangs together within one tenant, as in a real store.
async fn fill(house: &House, seed: &Seed) -> BTreeMap<String, (&'static RecordType, Key)> {
    let mut keys = BTreeMap::new();
    let mut note = |record: &'static RecordType, id: &str, key: Key| {
        keys.insert(format!("{}:{id}", record.name), (record, key));
    };
    let at = |folder: u8| {
        let place = usize::from(folder) % seed.folders.len();
        (
            u8::try_from(place).unwrap(),
            tenant(u128::from(seed.folders[place].0) + 1),
        )
    };
    for number in [1, 2] {
        house
            .insert(Tenant {
                tenant_id: tenant(number),
                number: None,
            })
            .await;
        note(
            Tenant::TYPE,
            &number.to_string(),
            Key::global(&tenant(number)),
        );
    }
    for (number, (_, person)) in (0_u8..).zip(&seed.folders) {
        let (id, tenant_id) = (name("f", number), at(number).1);
        let person = person.then(|| "crea".to_owned());
        note(Folder::TYPE, &id, Key::of(tenant_id, &id));
        house
            .insert(Folder {
                tenant_id,
                id,
                person,
            })
            .await;
    }
    let within = |one: TenantOf, folder: Option<u8>| {
        folder
            .map(&at)
            .filter(|(_, tenant)| *tenant == one)
            .map(|(place, _)| name("f", place))
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
        house
            .insert(Tag {
                tenant_id,
                id,
                left,
                right,
            })
            .await;
    }
    for (number, (folder, tag, age)) in (0_u8..).zip(&seed.bills) {
        let ((folder, tenant_id), id) = (at(*folder), name("b", number));
        note(Bill::TYPE, &id, Key::of(tenant_id, &id));
        let closed_at = age.map(|years| start() - TimeDelta::days(365 * years));
        let (payer, tag) = (Some("canary".to_owned()), tag.map(|tag| name("t", tag)));
        house
            .insert(Bill {
                tenant_id,
                id,
                folder: name("f", folder),
                tag,
                closed_at,
                payer,
            })
            .await;
    }
    for (number, folder) in (0_u8..).zip(&seed.links) {
        let ((folder, tenant_id), id) = (at(*folder), name("l", number));
        note(Link::TYPE, &id, Key::of(tenant_id, &id));
        house
            .insert(Link {
                tenant_id,
                id,
                folder: name("f", folder),
            })
            .await;
    }
    for (number, (paper, folder)) in (0_u8..).zip(&seed.notes) {
        let (id, tenant_id) = (name("n", number), at(folder.unwrap_or(0)).1);
        note(Note::TYPE, &id, Key::of(tenant_id, &id));
        let paper = paper.map(|paper| name("p", paper));
        house
            .insert(Note {
                tenant_id,
                id,
                paper,
                folder: within(tenant_id, *folder),
            })
            .await;
    }
    keys
}

type TenantOf = alley_core::TenantId;

fn text(record: &RecordType, row: &[Value], field: &str) -> Option<String> {
    match &row[record.position(field).unwrap()] {
        Value::Text(text) => Some(text.clone()),
        _ => None,
    }
}

/// The same rows as a graph for the pure model.
async fn model(
    house: &House,
    keys: &BTreeMap<String, (&'static RecordType, Key)>,
    holds: &[(HoldId, String, bool)],
    roots: BTreeSet<String>,
) -> World {
    let mut nodes = BTreeMap::new();
    let mut edges = Vec::new();
    for (id, (record, key)) in keys {
        let row = house.row(record, key).await.unwrap();
        let bill = record.name == "bill";
        let retain_until = bill.then(|| {
            let anchored = match &row[record.position("closed_at").unwrap()] {
                Value::Int(micros) => DateTime::from_timestamp_micros(*micros).unwrap(),
                _ => start(),
            };
            anchored
                .checked_add_months(chrono::Months::new(24))
                .unwrap()
        });
        let strategy = if bill { How::Minimize } else { How::Delete };
        let node = Node {
            id: id.clone(),
            strategy,
            retain_until,
            sealed_by: None,
        };
        nodes.insert(id.clone(), (node, State::Intact));
        for edge in record.edges {
            let target = if edge.target == "tenant" {
                let number = if key.tenant() == Some(tenant(1)) {
                    1
                } else {
                    2
                };
                Some(format!("tenant:{number}"))
            } else {
                text(record, &row, edge.field).map(|other| format!("{}:{other}", edge.target))
            };
            let Some(target) = target else { continue };
            // A row of another tenant with the same id is another row.
            let foreign = keys.get(&target).is_some_and(|(_, other)| {
                other.tenant().is_some() && other.tenant() != key.tenant()
            });
            let target = if foreign {
                format!("{target}@elsewhere")
            } else {
                target
            };
            edges.push(match edge.kind {
                EdgeKind::OwnedBy => Edge {
                    from: target,
                    to: id.clone(),
                    link: Way::Owns,
                },
                EdgeKind::SharedBy => Edge {
                    from: target,
                    to: id.clone(),
                    link: Way::Shared,
                },
                EdgeKind::References(on) => Edge {
                    from: id.clone(),
                    to: target,
                    link: Way::References(on),
                },
            });
        }
    }
    World {
        nodes,
        edges,
        mentions: BTreeMap::new(),
        holds: holds
            .iter()
            .map(|(id, node, subtree)| {
                (
                    id.to_string(),
                    Held {
                        node: node.clone(),
                        subtree: *subtree,
                    },
                )
            })
            .collect(),
        no_tombstone: BTreeSet::new(),
        doomed: roots,
        ledger: Vec::new(),
        counts: BTreeMap::new(),
        rounds: 0,
        now: start(),
    }
}

/// Rows that stand: whether blank, and what became of their mentions.
async fn seen(
    house: &House,
    keys: &BTreeMap<String, (&'static RecordType, Key)>,
    before: &World,
) -> BTreeMap<String, (State, BTreeMap<String, &'static str>)> {
    let mut seen = BTreeMap::new();
    for (id, (record, key)) in keys {
        let Some(row) = house.row(record, key).await else {
            continue;
        };
        let blank = record.name == "bill" && text(record, &row, "payer").is_none();
        let mut mentions = BTreeMap::new();
        for edge in record.edges {
            let EdgeKind::References(on) = edge.kind else {
                continue;
            };
            let known = before.edges.iter().find(|known| {
                known.from == *id
                    && known.link == Way::References(on)
                    && known.to.starts_with(&format!("{}:", edge.target))
            });
            let Some(known) = known else { continue };
            match text(record, &row, edge.field) {
                None => {
                    mentions.insert(known.to.clone(), "cleared");
                }
                Some(now) if now.starts_with("erased-") => {
                    assert_eq!(on, OnErased::Pseudonymize);
                    mentions.insert(known.to.clone(), "pseudonym");
                }
                Some(_) => {}
            }
        }
        let state = if blank {
            State::Minimized
        } else {
            State::Intact
        };
        seen.insert(id.clone(), (state, mentions));
    }
    seen
}

fn wanted(world: &World) -> BTreeMap<String, (State, BTreeMap<String, &'static str>)> {
    let each = world.nodes.iter().map(|(id, (_, state))| {
        let mentions = world.mentions.iter().filter(|((from, _), _)| from == id);
        let mentions = mentions
            .map(|((_, to), what)| (to.clone(), *what))
            .collect();
        (id.clone(), (*state, mentions))
    });
    each.collect()
}

async fn place_holds(
    house: &House,
    keys: &BTreeMap<String, (&'static RecordType, Key)>,
    seed: &Seed,
) -> Vec<(HoldId, String, bool)> {
    let mut holds = Vec::new();
    for (kind, number, subtree) in &seed.holds {
        let letters = [
            ("folder", "f"),
            ("paper", "p"),
            ("tag", "t"),
            ("bill", "b"),
            ("note", "n"),
        ];
        let (record, letter) = letters[usize::from(*kind)];
        let id = format!("{record}:{}", name(letter, *number));
        let Some((_, key)) = keys.get(&id) else {
            continue;
        };
        let placed = house
            .privacy
            .holds()
            .place(
                Actor::Anonymous,
                record,
                key,
                *subtree,
                HoldReason::Litigation,
                "case 7",
                None,
            )
            .await
            .unwrap();
        let HoldPlacement::Active(hold) = placed else {
            panic!("{placed:?}")
        };
        holds.push((hold, id, *subtree));
    }
    holds
}

fn root(seed: &Seed) -> Root {
    if seed.person {
        Root::Person {
            tenant: tenant(1),
            kind: "creator".to_owned(),
            reference: "crea".to_owned(),
        }
    } else {
        Root::Tenant { tenant: tenant(1) }
    }
}

fn roots(seed: &Seed) -> BTreeSet<String> {
    if !seed.person {
        return BTreeSet::from(["tenant:1".to_owned()]);
    }
    let folders = (0_u8..)
        .zip(&seed.folders)
        .filter(|(_, (tenant, person))| *tenant == 0 && *person);
    folders
        .map(|(number, _)| format!("folder:{}", name("f", number)))
        .collect()
}

async fn erase(house: &House, root: Root) -> alley_core::PlanId {
    let erasure = house.privacy.erasure();
    let plan = erasure.draft(Actor::Anonymous, root).await.unwrap();
    let token = erasure.confirmation(plan, Actor::Anonymous).await.unwrap();
    let confirmed = erasure
        .confirm(plan, Actor::Anonymous, &token)
        .await
        .unwrap();
    assert_eq!(confirmed, alley_privacy::erasure::Confirmation::Confirmed);
    plan
}

async fn counts(house: &House, plan: alley_core::PlanId) -> BTreeMap<String, u64> {
    let stored = house.privacy.erasure().certificates(plan).await.unwrap();
    let last = stored.last().unwrap();
    let check = alley_privacy::verify_certificate(&house.env.keyring, last);
    assert_eq!(check, alley_privacy::CertificateCheck::Valid);
    assert!(!last.body.contains("canary") && !last.body.contains("crea\""));
    let mut counts = BTreeMap::new();
    for line in last.read().unwrap().erased {
        if line.outcome != "repair" {
            *counts.entry(line.outcome).or_default() += line.rows;
        }
    }
    counts
}

/// Runs a plan to its rest, through failures; each costs two hours.
async fn run(house: &House, plan: alley_core::PlanId) {
    for _ in 0..200 {
        match house.privacy.erasure().advance(plan, 1).await {
            Ok(Progress::More) => {}
            Ok(Progress::Rests(_) | Progress::Waits(_)) => return,
            Ok(_) | Err(_) => house.clock.advance(TimeDelta::hours(2)),
        }
    }
    panic!("the plan does not come to rest");
}

async fn compare(seed: &Seed) -> Result<(), TestCaseError> {
    let house = House::new(Flaky::never());
    let keys = fill(&house, seed).await;
    let holds = place_holds(&house, &keys, seed).await;
    let mut world = model(&house, &keys, &holds, roots(seed)).await;
    let before = world.clone();
    world.run().unwrap();
    let plan = erase(&house, root(seed)).await;
    let preview = house.privacy.erasure().preview(plan).await.unwrap();
    let (steps, spared) = before.plan().unwrap();
    prop_assert_eq!(
        preview.rows(Outcome::Delete),
        count(&steps, Outcome::Delete)
    );
    prop_assert_eq!(
        preview.rows(Outcome::Minimize),
        count(&steps, Outcome::Minimize)
    );
    prop_assert_eq!(
        preview.rows(Outcome::Hold),
        u64::try_from(spared.len()).unwrap()
    );
    run(&house, plan).await;
    prop_assert_eq!(seen(&house, &keys, &before).await, wanted(&world));
    let wanted_counts: BTreeMap<String, u64> = world
        .counts
        .iter()
        .map(|(what, rows)| ((*what).to_owned(), *rows))
        .collect();
    prop_assert_eq!(&counts(&house, plan).await, &wanted_counts);

    // A finished plan that runs again changes nothing.
    let _ = house.privacy.erasure().run(plan).await.unwrap();
    prop_assert_eq!(seen(&house, &keys, &before).await, wanted(&world));

    // Holds end and dates pass: only what stays for ever is left.
    for (hold, _, _) in &holds {
        let state = house
            .privacy
            .holds()
            .release(Actor::Anonymous, *hold)
            .await
            .unwrap();
        prop_assert_eq!(state, HoldState::Released);
    }
    world.holds.clear();
    house.clock.advance(TimeDelta::days(800));
    world.now = start() + TimeDelta::days(800);
    world.run().unwrap();
    house.privacy.erasure().resume(plan).await.unwrap();
    run(&house, plan).await;
    prop_assert_eq!(seen(&house, &keys, &before).await, wanted(&world));
    let state = house.privacy.erasure().plan(plan).await.unwrap();
    prop_assert_eq!(state.state, PlanState::Certified);
    prop_assert!(state.root.is_none());
    for state in StepState::ALL {
        let page = PageRequest::first(1);
        let left = house
            .privacy
            .erasure()
            .steps(plan, *state, page)
            .await
            .unwrap();
        prop_assert!(left.items.is_empty(), "a step names an erased row for ever");
    }
    Ok(())
}

fn count(steps: &[(Outcome, String)], outcome: Outcome) -> u64 {
    u64::try_from(steps.iter().filter(|(what, _)| *what == outcome).count()).unwrap()
}

async fn crash(seed: &Seed, call: i64, after: bool) -> Result<(), TestCaseError> {
    let outcome = |store: Flaky, armed: Option<i64>| async move {
        let house = House::new(store);
        let keys = fill(&house, seed).await;
        let holds = place_holds(&house, &keys, seed).await;
        let before = model(&house, &keys, &holds, roots(seed)).await;
        let plan = erase(&house, root(seed)).await;
        if let Some(call) = armed {
            house.store.arm(call);
        }
        run(&house, plan).await;
        (
            seen(&house, &keys, &before).await,
            counts(&house, plan).await,
        )
    };
    let plain = outcome(Flaky::at(i64::MAX / 2, after), None).await;
    let crashed = outcome(Flaky::at(i64::MAX / 2, after), Some(call)).await;
    prop_assert_eq!(crashed, plain);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn engine_does_what_the_model_says(seed in seeds()) {
        block_on(compare(&seed))?;
    }

    #[test]
    fn a_crash_anywhere_is_only_a_delay(seed in seeds(), call in 0_i64..60, after in any::<bool>()) {
        block_on(crash(&seed, call, after))?;
    }
}

fn fixed() -> Seed {
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

#[test]
fn a_crash_at_each_call_in_turn_is_only_a_delay() {
    for call in 0..120 {
        for after in [false, true] {
            block_on(crash(&fixed(), call, after)).unwrap();
        }
    }
}

#[test]
fn a_row_that_slips_in_below_an_erased_owner_is_found() {
    block_on(async {
        let house = House::new(Flaky::never());
        fill(
            &house,
            &Seed {
                holds: Vec::new(),
                ..fixed()
            },
        )
        .await;
        let plan = erase(&house, root(&fixed())).await;
        let erasure = house.privacy.erasure();
        let mut late = false;
        loop {
            let progress = erasure.advance(plan, 1).await.unwrap();
            let verifying = erasure.plan(plan).await.unwrap().state == PlanState::Verifying;
            if verifying && !late {
                late = true;
                let (tenant_id, id, folder) = (tenant(1), "late".to_owned(), "f0".to_owned());
                house
                    .insert(Paper {
                        tenant_id,
                        id,
                        folder,
                        other: None,
                        text: String::new(),
                    })
                    .await;
            }
            if progress != Progress::More {
                break;
            }
        }
        assert!(late);
        let key = Key::of(tenant(1), &"late".to_owned());
        assert_eq!(house.row(Paper::TYPE, &key).await, None);
        let stored = erasure.certificates(plan).await.unwrap();
        assert_eq!(stored.last().unwrap().read().unwrap().rounds, 2);
    });
}

#[test]
fn a_hold_placed_after_the_plan_was_confirmed_is_honored() {
    block_on(async {
        let house = House::new(Flaky::never());
        let seed = Seed {
            holds: Vec::new(),
            ..fixed()
        };
        let keys = fill(&house, &seed).await;
        let plan = erase(&house, root(&seed)).await;
        let holds = place_holds(&house, &keys, &fixed()).await;
        run(&house, plan).await;
        let (record, key) = &keys["paper:p0"];
        assert!(house.row(record, key).await.is_some());
        let (record, key) = &keys["folder:f0"];
        assert_eq!(house.row(record, key).await, None);
        let erasure = house.privacy.erasure();
        assert_eq!(erasure.plan(plan).await.unwrap().state, PlanState::Deferred);
        let first = erasure.certificates(plan).await.unwrap();
        let body = first.last().unwrap().read().unwrap();
        assert!(!body.complete);
        assert!(
            body.kept
                .iter()
                .any(|line| line.outcome == "hold" && line.rows == 1)
        );
        let _ = house
            .privacy
            .holds()
            .release(Actor::Anonymous, holds[0].0)
            .await
            .unwrap();
        erasure.resume(plan).await.unwrap();
        run(&house, plan).await;
        let (record, key) = &keys["paper:p0"];
        assert_eq!(house.row(record, key).await, None);
        let later = erasure.certificates(plan).await.unwrap();
        let last = later.last().unwrap().read().unwrap();
        assert_eq!(last.supersedes, Some(first.last().unwrap().id.to_string()));
    });
}

#[test]
fn a_changed_certificate_does_not_verify() {
    block_on(async {
        let house = House::new(Flaky::never());
        fill(&house, &fixed()).await;
        let plan = erase(&house, root(&fixed())).await;
        run(&house, plan).await;
        let good = house
            .privacy
            .erasure()
            .certificates(plan)
            .await
            .unwrap()
            .pop()
            .unwrap();
        for place in 0..good.body.len() {
            let mut changed = good.clone();
            let mut bytes = changed.body.into_bytes();
            bytes[place] ^= 1;
            let Ok(body) = String::from_utf8(bytes) else {
                continue;
            };
            changed.body = body;
            let check = alley_privacy::verify_certificate(&house.env.keyring, &changed);
            assert_eq!(
                check,
                alley_privacy::CertificateCheck::Changed,
                "byte {place}"
            );
        }
        let mut foreign = good;
        foreign.public_key[0] ^= 1;
        let check = alley_privacy::verify_certificate(&house.env.keyring, &foreign);
        assert_eq!(check, alley_privacy::CertificateCheck::ForeignKey);
    });
}

#[test]
fn a_draft_that_changed_asks_for_another_look() {
    block_on(async {
        let house = House::new(Flaky::never());
        let keys = fill(
            &house,
            &Seed {
                holds: Vec::new(),
                ..fixed()
            },
        )
        .await;
        let erasure = house.privacy.erasure();
        let plan = erasure
            .draft(Actor::Anonymous, root(&fixed()))
            .await
            .unwrap();
        let token = erasure.confirmation(plan, Actor::Anonymous).await.unwrap();
        let _ = place_holds(&house, &keys, &fixed()).await;
        let answer = erasure
            .confirm(plan, Actor::Anonymous, &token)
            .await
            .unwrap();
        assert_eq!(answer, alley_privacy::erasure::Confirmation::Changed);
        assert_eq!(erasure.plan(plan).await.unwrap().state, PlanState::Draft);
        assert!(erasure.withdraw(plan, Actor::Anonymous).await.unwrap());
        assert!(
            house
                .row(keys["folder:f0"].0, &keys["folder:f0"].1)
                .await
                .is_some()
        );
    });
}
