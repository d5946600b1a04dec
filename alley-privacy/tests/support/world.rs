//! A slow world in memory that carries out what the pure model plans.

use std::collections::{BTreeMap, BTreeSet};

use alley_core::OnErased;
use alley_privacy::erasure::Outcome;
use alley_privacy::erasure::model::{Edge, Graph, Held, Link, Node, Refusal, plan};
use chrono::{DateTime, Utc};

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum State {
    Intact,
    Minimized,
    Unreadable,
}

/// Steps in order, and what stays.
pub(crate) type Planned = (Vec<(Outcome, String)>, BTreeMap<String, Outcome>);

#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) nodes: BTreeMap<String, (Node, State)>,
    pub(crate) edges: Vec<Edge>,
    /// What became of a mention: `cleared`, `pseudonym`, `severed`.
    pub(crate) mentions: BTreeMap<(String, String), &'static str>,
    pub(crate) holds: Vec<(String, Held)>,
    pub(crate) no_tombstone: BTreeSet<String>,
    /// Everything that was ever doomed; the roots at first.
    pub(crate) doomed: BTreeSet<String>,
    pub(crate) ledger: Vec<(String, Outcome)>,
    pub(crate) counts: BTreeMap<&'static str, u64>,
    pub(crate) rounds: u32,
    pub(crate) now: DateTime<Utc>,
}

impl World {
    pub(crate) fn graph(&self) -> Graph {
        Graph {
            nodes: self.nodes.values().map(|(node, _)| node.clone()).collect(),
            edges: self.edges.clone(),
            holds: self.holds.iter().map(|(_, held)| held.clone()).collect(),
        }
    }

    /// What is still to do, and what stays.
    pub(crate) fn plan(&self) -> Result<Planned, Refusal> {
        let roots: Vec<String> = self.doomed.iter().cloned().collect();
        let found = plan(&self.graph(), &roots, self.now)?;
        let steps = found.steps.into_iter().filter(|(outcome, id)| {
            let state = self.nodes.get(id).map(|(_, state)| *state);
            !(*outcome == Outcome::Minimize && state == Some(State::Minimized))
        });
        Ok((steps.collect(), found.spared))
    }

    pub(crate) fn held(&self) -> BTreeSet<String> {
        let mut held = BTreeSet::new();
        let mut open: Vec<(String, bool)> =
            self.holds.iter().map(|(_, held)| (held.node.clone(), held.subtree)).collect();
        while let Some((id, subtree)) = open.pop() {
            if subtree {
                let covers = |link| matches!(link, Link::Owns | Link::Shared);
                let owned = self.edges.iter().filter(|e| covers(e.link) && e.from == id);
                open.extend(owned.map(|edge| (edge.to.clone(), true)));
            }
            held.insert(id);
        }
        held
    }

    pub(crate) fn apply(&mut self, outcome: Outcome, id: &str) {
        if outcome == Outcome::Minimize {
            if let Some((_, state)) = self.nodes.get_mut(id) {
                *state = State::Minimized;
                let own = self.edges.iter().filter(|edge| edge.from == id);
                for edge in own.filter(|edge| matches!(edge.link, Link::References(_))) {
                    self.mentions.insert((edge.from.clone(), edge.to.clone()), "cleared");
                }
            }
        } else {
            self.nodes.remove(id);
            let sealed = self.nodes.values_mut();
            for (_, state) in sealed.filter(|(node, _)| {
                outcome == Outcome::Shred && node.sealed_by.as_deref() == Some(id)
            }) {
                *state = State::Unreadable;
            }
        }
        self.repair();
    }

    /// Rewrites the mentions of absent rows in rows that nothing holds.
    pub(crate) fn repair(&mut self) {
        let held = self.held();
        for edge in &self.edges {
            let Link::References(on_erased) = edge.link else {
                continue;
            };
            let gone = !self.nodes.contains_key(&edge.to) && self.doomed.contains(&edge.to);
            let stands = self.nodes.contains_key(&edge.from) && !held.contains(&edge.from);
            let entry = (edge.from.clone(), edge.to.clone());
            if !gone || !stands || self.mentions.contains_key(&entry) {
                continue;
            }
            let to = match on_erased {
                OnErased::Nullify => "cleared",
                OnErased::Pseudonymize => "pseudonym",
                OnErased::SeverKey => "severed",
                OnErased::DeleteSource | OnErased::Restrict => continue,
            };
            self.mentions.insert(entry, to);
        }
    }

    /// Carries out what is planned and looks again until nothing is found.
    pub(crate) fn run(&mut self) -> Result<(), Refusal> {
        self.rounds = 0;
        loop {
            let (steps, spared) = self.plan()?;
            self.doomed.extend(steps.iter().map(|(_, id)| id.clone()));
            self.doomed.extend(spared.keys().cloned());
            if self.rounds > 0 && steps.is_empty() {
                break;
            }
            self.rounds += 1;
            for (outcome, id) in steps {
                self.step(outcome, &id);
            }
        }
        self.repair();
        Ok(())
    }

    pub(crate) fn step(&mut self, outcome: Outcome, id: &str) {
        self.apply(outcome, id);
        *self.counts.entry(outcome.as_str()).or_default() += 1;
        if !self.no_tombstone.contains(id) {
            self.ledger.push((id.to_owned(), outcome));
        }
    }
}
