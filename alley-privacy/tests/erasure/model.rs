//! What the pure model says of the same rows, and what the store shows.

use std::collections::{BTreeMap, BTreeSet};

use alley_core::{EdgeKind, HoldId, Key, OnErased, RecordType, Value};
use alley_privacy::data_map::Strategy as How;
use alley_privacy::erasure::model::Link as Way;
use alley_privacy::erasure::model::{Edge, Held, Node};
use chrono::DateTime;

use crate::rows::{House, start, tenant};
use crate::world::{State, World};

pub(crate) fn text(record: &RecordType, row: &[Value], field: &str) -> Option<String> {
    match &row[record.position(field).unwrap()] {
        Value::Text(text) => Some(text.clone()),
        _ => None,
    }
}

/// The same rows as a graph for the pure model.
pub(crate) async fn model(
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
            anchored.checked_add_months(chrono::Months::new(24)).unwrap()
        });
        let strategy = if bill { How::Minimize } else { How::Delete };
        let node = Node { id: id.clone(), strategy, retain_until, sealed_by: None };
        nodes.insert(id.clone(), (node, State::Intact));
        for edge in record.edges {
            let target = if edge.target == "tenant" {
                let number = if key.tenant() == Some(tenant(1)) { 1 } else { 2 };
                Some(format!("tenant:{number}"))
            } else {
                text(record, &row, edge.field).map(|other| format!("{}:{other}", edge.target))
            };
            let Some(target) = target else { continue };
            // A row of another tenant with the same id is another row.
            let foreign = keys.get(&target).is_some_and(|(_, other)| {
                other.tenant().is_some() && other.tenant() != key.tenant()
            });
            let target = if foreign { format!("{target}@elsewhere") } else { target };
            edges.push(match edge.kind {
                EdgeKind::OwnedBy => Edge { from: target, to: id.clone(), link: Way::Owns },
                EdgeKind::SharedBy => Edge { from: target, to: id.clone(), link: Way::Shared },
                EdgeKind::References(on) => {
                    Edge { from: id.clone(), to: target, link: Way::References(on) }
                }
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
                (id.to_string(), Held { node: node.clone(), subtree: *subtree })
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
pub(crate) async fn seen(
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
        let state = if blank { State::Minimized } else { State::Intact };
        seen.insert(id.clone(), (state, mentions));
    }
    seen
}

pub(crate) fn wanted(world: &World) -> BTreeMap<String, (State, BTreeMap<String, &'static str>)> {
    let each = world.nodes.iter().map(|(id, (_, state))| {
        let mentions = world.mentions.iter().filter(|((from, _), _)| from == id);
        let mentions = mentions.map(|((_, to), what)| (to.clone(), *what)).collect();
        (id.clone(), (*state, mentions))
    });
    each.collect()
}
