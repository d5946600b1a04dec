//! The solved deletion scenarios against the pure model.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "test code")]

#[path = "support/world.rs"]
mod world;

use std::collections::{BTreeMap, BTreeSet};

use alley_core::OnErased;
use alley_privacy::data_map::Strategy;
use alley_privacy::erasure::Outcome;
use alley_privacy::erasure::model::{Edge, Held, Link, Node};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde_json::{Map, Value, json};
use world::{State, World};

const SCENARIOS: &str = include_str!("deletion_scenarios.json");

fn day(value: &Value) -> DateTime<Utc> {
    let date: NaiveDate = value.as_str().unwrap().parse().unwrap();
    date.and_time(NaiveTime::MIN).and_utc()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn node(value: &Value) -> Node {
    Node {
        id: text(&value["id"]),
        strategy: value["strategy"].as_str().map_or(Strategy::Delete, |word| word.parse().unwrap()),
        retain_until: value.get("retain_until").map(day),
        sealed_by: value["sealed_by"].as_str().map(ToOwned::to_owned),
    }
}

fn edge(value: &Value) -> Edge {
    let on_erased = match value["on_target_erased"].as_str() {
        Some("nullify") => Some(OnErased::Nullify),
        Some("pseudonymise") => Some(OnErased::Pseudonymize),
        Some("delete_source") => Some(OnErased::DeleteSource),
        Some("sever_key") => Some(OnErased::SeverKey),
        Some("restrict") => Some(OnErased::Restrict),
        _ => None,
    };
    let link = match value["kind"].as_str().unwrap() {
        "owns" => Link::Owns,
        "shared" => Link::Shared,
        _ => Link::References(on_erased.unwrap()),
    };
    Edge { from: text(&value["from"]), to: text(&value["to"]), link }
}

fn world(scenario: &Value) -> World {
    let nodes: Vec<&Value> = scenario["nodes"].as_array().unwrap().iter().collect();
    let holds = scenario["holds"].as_array().unwrap().iter().map(|hold| {
        let subtree = hold["subtree"].as_bool().unwrap_or(true);
        (text(&hold["id"]), Held { node: text(&hold["node"]), subtree })
    });
    World {
        nodes: nodes.iter().map(|n| (text(&n["id"]), (node(n), State::Intact))).collect(),
        edges: scenario["edges"].as_array().unwrap().iter().map(edge).collect(),
        mentions: BTreeMap::new(),
        holds: holds.collect(),
        no_tombstone: nodes
            .iter()
            .filter(|node| node["tombstone"] == json!(false))
            .map(|node| text(&node["id"]))
            .collect(),
        doomed: scenario["request"]["roots"].as_array().unwrap().iter().map(text).collect(),
        ledger: Vec::new(),
        counts: BTreeMap::new(),
        rounds: 0,
        now: day(&scenario["now"]),
    }
}

fn view(world: &World) -> Value {
    let nodes = world.nodes.iter().map(|(id, (_, state))| {
        let shown_state = match state {
            State::Intact => "intact",
            State::Minimized => "minimised",
            State::Unreadable => "unreadable",
        };
        let refs: Map<String, Value> = world
            .mentions
            .iter()
            .filter(|((from, _), _)| from == id)
            .map(|((_, to), what)| (to.clone(), json!(what)))
            .collect();
        let shown = if refs.is_empty() {
            json!({"state": shown_state})
        } else {
            json!({"state": shown_state, "refs": refs})
        };
        (id.clone(), shown)
    });
    Value::Object(nodes.collect())
}

fn deferred(world: &World) -> Value {
    let (_, spared) = world.plan().unwrap();
    Value::Object(spared.into_iter().map(|(id, outcome)| (id, json!(outcome.as_str()))).collect())
}

fn play(scenario: &Value) {
    let (id, expect) = (scenario["id"].as_str().unwrap(), &scenario["expect"]);
    let mut world = world(scenario);
    let start = world.clone();
    let planned = match world.plan() {
        Err(refusal) => {
            assert_eq!(
                expect["refused"]["code"].as_str().or(expect["refused"].as_str()),
                Some(refusal.code()),
                "{id}"
            );
            return;
        }
        Ok((steps, _)) => steps,
    };
    let shown: Vec<Value> =
        planned.iter().map(|(outcome, id)| json!([outcome.as_str(), id])).collect();
    assert_eq!(json!(shown), expect["plan"], "{id}: plan");
    if let Some(after) = scenario["crash"]["after_step"].as_u64() {
        let done: Vec<(Outcome, String)> =
            planned.into_iter().take(usize::try_from(after).unwrap()).collect();
        world.doomed.extend(done.iter().map(|(_, id)| id.clone()));
        for (outcome, id) in &done {
            world.apply(*outcome, id);
        }
        assert_eq!(view(&world), expect["at_crash"], "{id}: at the crash");
        // Counters and ledger count a row once, whether the log of the last step survived or not.
        for (outcome, id) in done {
            *world.counts.entry(outcome.as_str()).or_default() += 1;
            if !world.no_tombstone.contains(&id) {
                world.ledger.push((id, outcome));
            }
        }
    }
    world.run().unwrap();
    assert_eq!(view(&world), expect["final"], "{id}: at the end");
    assert_eq!(deferred(&world), expect["deferred"], "{id}: deferred");
    assert_eq!(json!(world.rounds), expect["rounds"], "{id}: rounds");
    assert_eq!(json!(world.counts), expect["counts"], "{id}: counts");
    let tombstones: BTreeMap<&String, &str> =
        world.ledger.iter().map(|(id, outcome)| (id, outcome.as_str())).collect();
    assert_eq!(json!(tombstones), expect["tombstones"], "{id}: tombstones");
    let wanted = expect["then"].as_array().cloned().unwrap_or_default();
    for (operation, wanted) in scenario["then"].as_array().unwrap().iter().zip(wanted) {
        then(&mut world, &start, operation);
        assert_eq!(view(&world), wanted["after"], "{id}: after {operation}");
        if let Some(open) = wanted.get("deferred") {
            assert_eq!(&deferred(&world), open, "{id}: deferred after {operation}");
        }
    }
}

fn then(world: &mut World, start: &World, operation: &Value) {
    if let Some(hold) = operation["release_hold"].as_str() {
        world.holds.retain(|(id, _)| id != hold);
    }
    if let Some(now) = operation.get("advance_now") {
        world.now = day(now);
    }
    if let Some(backup) = operation.get("restore_backup") {
        let restored: BTreeSet<String> =
            backup["nodes"].as_array().unwrap().iter().map(text).collect();
        for id in &restored {
            world.nodes.insert(id.clone(), start.nodes[id].clone());
        }
        world.mentions.retain(|(from, _), _| !restored.contains(from));
        for (id, outcome) in world.ledger.clone() {
            world.apply(outcome, &id);
        }
    }
    world.run().unwrap();
}

#[test]
fn every_solved_scenario_comes_out() {
    let file: Value = serde_json::from_str(SCENARIOS).unwrap();
    let scenarios = file["scenarios"].as_array().unwrap();
    assert_eq!(scenarios.len(), 4);
    for scenario in scenarios {
        play(scenario);
    }
}

fn small(nodes: &[&str], edges: &[(&str, &str, Link)], roots: &[&str]) -> World {
    let plain = |id: &&str| Node {
        id: (*id).to_owned(),
        strategy: Strategy::Delete,
        retain_until: None,
        sealed_by: None,
    };
    World {
        nodes: nodes.iter().map(|id| ((*id).to_owned(), (plain(id), State::Intact))).collect(),
        edges: edges
            .iter()
            .map(|(from, to, link)| Edge {
                from: (*from).to_owned(),
                to: (*to).to_owned(),
                link: *link,
            })
            .collect(),
        mentions: BTreeMap::new(),
        holds: Vec::new(),
        no_tombstone: BTreeSet::new(),
        doomed: roots.iter().map(|root| (*root).to_owned()).collect(),
        ledger: Vec::new(),
        counts: BTreeMap::new(),
        rounds: 0,
        now: DateTime::UNIX_EPOCH,
    }
}

#[test]
fn circles_doubles_and_restrictions_are_refused_before_anything_happens() {
    let circle = small(&["a", "b"], &[("a", "b", Link::Owns), ("b", "a", Link::Owns)], &["a"]);
    assert_eq!(circle.plan().unwrap_err().code(), "E_OWNS_CYCLE");
    let restrict = Link::References(OnErased::Restrict);
    let kept = small(&["a", "b"], &[("b", "a", restrict)], &["a"]);
    assert_eq!(kept.plan().unwrap_err().code(), "E_RESTRICTED");
    let both = small(&["a", "b"], &[("b", "a", restrict), ("a", "b", Link::Owns)], &["a"]);
    assert_eq!(both.plan().unwrap().0.len(), 2);
}

#[test]
fn a_row_that_slipped_in_is_found_by_the_second_round() {
    let mut world =
        small(&["t", "a"], &[("t", "a", Link::Owns), ("a", "late", Link::Owns)], &["t"]);
    let (steps, _) = world.plan().unwrap();
    world.doomed.extend(steps.iter().map(|(_, id)| id.clone()));
    for (outcome, id) in steps {
        world.step(outcome, &id);
    }
    let late = small(&["late"], &[], &[]);
    world.nodes.extend(late.nodes);
    world.run().unwrap();
    assert!(world.nodes.is_empty());
}

#[test]
fn shredding_a_key_leaves_what_it_sealed_unreadable_and_no_residue() {
    let mut world =
        small(&["t", "key", "log"], &[("t", "key", Link::Owns), ("t", "log", Link::Owns)], &["t"]);
    world.nodes.get_mut("key").unwrap().0.strategy = Strategy::Shred;
    let log = &mut world.nodes.get_mut("log").unwrap().0;
    (log.strategy, log.sealed_by) = (Strategy::AppendOnly, Some("key".to_owned()));
    let (_, spared) = world.plan().unwrap();
    assert_eq!(spared.len(), 0);
    world.run().unwrap();
    assert_eq!(view(&world), json!({"log": {"state": "unreadable"}}));
}
