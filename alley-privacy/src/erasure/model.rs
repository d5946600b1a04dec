//! What an erasure means, as a pure function over a graph held in memory.
//!
//! The engine does the same over stores of any size; this is what it is compared with, and what a
//! host can use to try a graph out. Every rule stands in one place: [`outcome`] is used by both.

use std::collections::{BTreeMap, BTreeSet};

use alley_core::{OnErased, text_enum};
use chrono::{DateTime, Utc};

use crate::data_map::Strategy;

text_enum! {
    /// What an erasure does with a row, or why it leaves it.
    pub enum Outcome {
        /// It is deleted.
        Delete => "delete",
        /// It stays with blank fields until its period is over.
        Minimize => "minimise",
        /// The key is destroyed, and with it all that was sealed under it.
        Shred => "shred",
        /// A legal hold keeps it.
        Hold => "hold",
        /// Its period is not over.
        Retain => "retain",
        /// It is never erased; nothing in it leads to the person any more.
        Residue => "residue",
        /// It waits for the erasure at another system.
        Remote => "remote",
        /// Somebody else still holds it.
        Shared => "shared",
        /// A mention of an erased row that a hold keeps from being rewritten.
        Repair => "repair",
    }
}

impl Outcome {
    /// Whether the row, as far as it is about somebody, is gone afterwards.
    pub const fn is_going(self) -> bool {
        matches!(self, Self::Delete | Self::Minimize | Self::Shred)
    }
}

/// What is known of a doomed row when its outcome is decided.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "all inputs of one decision")]
pub struct Circumstances {
    /// An active hold covers it.
    pub held: bool,
    /// How its type goes.
    pub strategy: Strategy,
    /// An erasure at another system is under way that needs it.
    pub remote_open: bool,
    /// The end of its retention period, if one runs.
    pub retain_until: Option<DateTime<Utc>>,
}

/// Decides what happens to a doomed row at `now`: hold, then residue, then what must wait, then
/// what may go.
pub fn outcome(row: &Circumstances, now: DateTime<Utc>) -> Outcome {
    let runs = row.retain_until.is_some_and(|until| until > now);
    if row.held {
        return Outcome::Hold;
    }
    match row.strategy {
        Strategy::AppendOnly | Strategy::SeverLink | Strategy::Expire => Outcome::Residue,
        Strategy::RemoteThenPseudonymize if row.remote_open => Outcome::Remote,
        Strategy::Minimize | Strategy::RemoteThenPseudonymize if runs => Outcome::Minimize,
        _ if runs => Outcome::Retain,
        Strategy::Shred => Outcome::Shred,
        _ => Outcome::Delete,
    }
}

/// A row of a graph.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "plain input of a pure function")]
pub struct Node {
    /// Its id; unique in the graph.
    pub id: String,
    /// How it goes.
    pub strategy: Strategy,
    /// The end of its retention period.
    pub retain_until: Option<DateTime<Utc>>,
    /// The node that holds the key under which it is sealed.
    pub sealed_by: Option<String>,
}

/// What an edge means, in the direction of the data map.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "plain input of a pure function")]
pub enum Link {
    /// `to` goes when `from` goes.
    Owns,
    /// `to` goes with the last of its holders.
    Shared,
    /// `from` mentions `to`.
    References(OnErased),
}

/// An edge of a graph.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "plain input of a pure function")]
pub struct Edge {
    /// Owner, holder or source.
    pub from: String,
    /// Owned, held or mentioned.
    pub to: String,
    /// What it means.
    pub link: Link,
}

/// An active hold.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "plain input of a pure function")]
pub struct Held {
    /// The node.
    pub node: String,
    /// Whether it covers all that the node owns or is a holder of.
    pub subtree: bool,
}

/// Rows, edges and holds.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "plain input of a pure function")]
pub struct Graph {
    /// The rows.
    pub nodes: Vec<Node>,
    /// The edges; ends that are no nodes count as absent rows.
    pub edges: Vec<Edge>,
    /// The active holds.
    pub holds: Vec<Held>,
}

/// Why nothing may be erased.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the closed list of refusals")]
pub enum Refusal {
    /// Rows own each other in a circle.
    OwnsCycle(Vec<String>),
    /// Two rows have the same id.
    DuplicateNode(Vec<String>),
    /// Rows that stay forbid the erasure of rows they mention: pairs of source and target.
    Restricted(Vec<(String, String)>),
}

impl Refusal {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::OwnsCycle(_) => "E_OWNS_CYCLE",
            Self::DuplicateNode(_) => "E_DUPLICATE_NODE",
            Self::Restricted(_) => "E_RESTRICTED",
        }
    }
}

/// What an erasure of some roots would do.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct GraphPlan {
    /// Deletions, minimizations and shreddings in order: owned rows before their owners.
    pub steps: Vec<(Outcome, String)>,
    /// Doomed rows that stay, and why.
    pub spared: BTreeMap<String, Outcome>,
}

/// Plans the erasure of `roots` at `now`.
///
/// # Errors
/// When the graph forbids it; then nothing may be changed.
pub fn plan(graph: &Graph, roots: &[String], now: DateTime<Utc>) -> Result<GraphPlan, Refusal> {
    let mut nodes: BTreeMap<&str, &Node> = BTreeMap::new();
    let mut twice = Vec::new();
    for node in &graph.nodes {
        if nodes.insert(&node.id, node).is_some() {
            twice.push(node.id.clone());
        }
    }
    if !twice.is_empty() {
        return Err(Refusal::DuplicateNode(twice));
    }
    refuse_cycles(graph, &nodes)?;
    let held = held(graph);
    let decide = |id: &str| {
        let node = nodes.get(id)?;
        let circumstances = Circumstances {
            held: held.contains(id),
            strategy: node.strategy,
            remote_open: false,
            retain_until: node.retain_until,
        };
        Some(outcome(&circumstances, now))
    };
    let doomed = doomed(graph, &nodes, roots, &decide);
    let goes = |id: &str| doomed.contains(id) && decide(id).is_some_and(Outcome::is_going);
    let restricted: Vec<(String, String)> = graph
        .edges
        .iter()
        .filter(|edge| edge.link == Link::References(OnErased::Restrict))
        .filter(|edge| {
            nodes.contains_key(edge.from.as_str()) && !goes(&edge.from) && goes(&edge.to)
        })
        .map(|edge| (edge.from.clone(), edge.to.clone()))
        .collect();
    if !restricted.is_empty() {
        return Err(Refusal::Restricted(restricted));
    }
    let depths = depths(graph, &doomed, roots);
    let mut plan = GraphPlan::default();
    let mut order: Vec<(usize, &str)> =
        doomed.iter().map(|id| (depths.get(id).copied().unwrap_or(0), *id)).collect();
    order.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
    for (_, id) in order {
        match decide(id) {
            Some(outcome) if outcome.is_going() => plan.steps.push((outcome, id.to_owned())),
            Some(outcome) => {
                plan.spared.insert(id.to_owned(), outcome);
            }
            None => {}
        }
    }
    shredded_residue(&nodes, &mut plan);
    Ok(plan)
}

/// What is never erased is no residue where its key goes.
fn shredded_residue(nodes: &BTreeMap<&str, &Node>, plan: &mut GraphPlan) {
    let keys: BTreeSet<&str> =
        plan.steps.iter().filter(|(what, _)| what.is_going()).map(|(_, id)| id.as_str()).collect();
    let unreadable: Vec<String> = plan
        .spared
        .iter()
        .filter(|(_, outcome)| **outcome == Outcome::Residue)
        .filter(|(id, _)| {
            let key = nodes.get(id.as_str()).and_then(|node| node.sealed_by.as_deref());
            key.is_some_and(|key| keys.contains(key))
        })
        .map(|(id, _)| id.clone())
        .collect();
    for id in unreadable {
        plan.spared.remove(&id);
    }
}

fn refuse_cycles(graph: &Graph, nodes: &BTreeMap<&str, &Node>) -> Result<(), Refusal> {
    // Rows without an owner left are taken away until none is left; what remains is in a circle
    // or hangs on one.
    let mut open: BTreeMap<&str, usize> = nodes.keys().map(|id| (*id, 0)).collect();
    let owns = || graph.edges.iter().filter(|edge| edge.link == Link::Owns);
    for edge in owns().filter(|edge| nodes.contains_key(edge.from.as_str())) {
        if let Some(count) = open.get_mut(edge.to.as_str()) {
            *count += 1;
        }
    }
    let mut free: Vec<&str> = open.iter().filter(|(_, n)| **n == 0).map(|(id, _)| *id).collect();
    while let Some(id) = free.pop() {
        open.remove(id);
        for edge in owns().filter(|edge| edge.from == id) {
            if let Some(count) = open.get_mut(edge.to.as_str()) {
                *count -= 1;
                if *count == 0 {
                    free.push(&edge.to);
                }
            }
        }
    }
    if open.is_empty() {
        return Ok(());
    }
    Err(Refusal::OwnsCycle(open.keys().map(|id| (*id).to_owned()).collect()))
}

fn held(graph: &Graph) -> BTreeSet<&str> {
    let mut held: BTreeSet<&str> = BTreeSet::new();
    let mut open: Vec<(&str, bool)> =
        graph.holds.iter().map(|hold| (hold.node.as_str(), hold.subtree)).collect();
    let mut walked: BTreeSet<&str> = BTreeSet::new();
    while let Some((id, subtree)) = open.pop() {
        held.insert(id);
        if subtree && walked.insert(id) {
            let covers = |link| matches!(link, Link::Owns | Link::Shared);
            let owned = graph.edges.iter().filter(|edge| covers(edge.link) && edge.from == id);
            open.extend(owned.map(|edge| (edge.to.as_str(), true)));
        }
    }
    held
}

/// The least set with the roots (also those that are gone already) that owned rows, deleting sources and abandoned shared rows join.
fn doomed<'a>(
    graph: &'a Graph,
    nodes: &BTreeMap<&'a str, &Node>,
    roots: &'a [String],
    decide: &dyn Fn(&str) -> Option<Outcome>,
) -> BTreeSet<&'a str> {
    let mut doomed: BTreeSet<&str> = roots.iter().map(String::as_str).collect();
    loop {
        let before = doomed.len();
        for edge in &graph.edges {
            let (from, to) = (edge.from.as_str(), edge.to.as_str());
            let joins = match edge.link {
                Link::Owns if doomed.contains(from) => to,
                Link::References(OnErased::DeleteSource) if doomed.contains(to) => from,
                Link::Shared
                    if doomed.contains(from) && abandoned(graph, nodes, to, &doomed, decide) =>
                {
                    to
                }
                _ => continue,
            };
            if nodes.contains_key(joins) {
                doomed.insert(joins);
            }
        }
        if doomed.len() == before {
            return doomed;
        }
    }
}

fn abandoned(
    graph: &Graph,
    nodes: &BTreeMap<&str, &Node>,
    shared: &str,
    doomed: &BTreeSet<&str>,
    decide: &dyn Fn(&str) -> Option<Outcome>,
) -> bool {
    let mut holders =
        graph.edges.iter().filter(|edge| edge.link == Link::Shared && edge.to == shared);
    holders.all(|edge| {
        let from = edge.from.as_str();
        let absent = !nodes.contains_key(from);
        absent || (doomed.contains(from) && decide(from).is_some_and(Outcome::is_going))
    })
}

/// Longest way from a root. Deleting references may form circles, so ways are bounded.
fn depths<'a>(
    graph: &'a Graph,
    doomed: &BTreeSet<&'a str>,
    roots: &'a [String],
) -> BTreeMap<&'a str, usize> {
    let mut depths: BTreeMap<&str, usize> = roots
        .iter()
        .map(|root| (root.as_str(), 0))
        .filter(|(root, _)| doomed.contains(root))
        .collect();
    for _ in 0..doomed.len() {
        let mut changed = false;
        for edge in &graph.edges {
            let (parent, child) = match edge.link {
                Link::Owns | Link::Shared => (edge.from.as_str(), edge.to.as_str()),
                Link::References(OnErased::DeleteSource) => (edge.to.as_str(), edge.from.as_str()),
                Link::References(_) => continue,
            };
            let (Some(depth), true) = (depths.get(parent).copied(), doomed.contains(child)) else {
                continue;
            };
            let known = depths.get(child).copied();
            if known.is_none_or(|known| known < depth + 1) {
                depths.insert(child, depth + 1);
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    depths
}
