//! Whose turn it is: priority classes with a bound on waiting; the campaigns of one class share by
//! deficit round robin (M. Shreedhar, G. Varghese, "Efficient Fair Queuing Using Deficit Round
//! Robin", 1995) with the weight as quantum and a cost of one.
//!
//! For two campaigns of a class that stay eligible, what each got divided by its weight differs by
//! at most one over every stretch. Turns that pacing kept from a campaign are not made up for
//! later.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ids::CampaignId;

/// What is remembered between two picks.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Fairness {
    /// The campaign whose turn it is in each class, and how many hand-outs it has left in it.
    turns: BTreeMap<u32, Turn>,
    /// How many hand-outs passed over each class while it had something eligible.
    waits: BTreeMap<u32, u32>,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
struct Turn {
    campaign: CampaignId,
    left: u32,
}

/// A campaign that has a draft which may be handed out now.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "input of a pure function, written by its callers")]
pub struct Contender {
    /// The campaign.
    pub campaign: CampaignId,
    /// Its class; 0 goes first.
    pub class: u32,
    /// Its share within the class, from 1.
    pub weight: u32,
}

impl Fairness {
    /// Picks one of `contenders`, all of which have something eligible, and remembers the turn.
    /// `None` when there are none.
    pub fn pick(&mut self, contenders: &[Contender], starvation_guard: u32) -> Option<CampaignId> {
        let mut classes: BTreeMap<u32, Vec<Contender>> = BTreeMap::new();
        for contender in contenders {
            classes.entry(contender.class).or_default().push(*contender);
        }
        self.waits.retain(|class, _| classes.contains_key(class));
        self.turns.retain(|class, _| classes.contains_key(class));
        let class = self.class(&classes, starvation_guard)?;
        for other in classes.keys().filter(|other| **other != class) {
            let wait = self.waits.entry(*other).or_default();
            *wait = wait.saturating_add(1);
        }
        self.waits.remove(&class);
        let mut members = classes.remove(&class)?;
        members.sort_unstable_by_key(|contender| contender.campaign);
        self.turn(class, &members)
    }

    /// The first class, or the one that waited longest once its bound comes near. Classes may come
    /// due together, so each is due as many hand-outs early as there are others.
    fn class(&self, classes: &BTreeMap<u32, Vec<Contender>>, guard: u32) -> Option<u32> {
        let others = u32::try_from(classes.len().saturating_sub(1)).unwrap_or(0);
        let due = guard.saturating_sub(others).max(1);
        let starving = classes
            .keys()
            .filter_map(|class| self.waits.get(class).map(|wait| (*wait, *class)))
            .filter(|(wait, _)| *wait >= due)
            .max_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)));
        starving.map(|(_, class)| class).or_else(|| classes.keys().next().copied())
    }

    fn turn(&mut self, class: u32, members: &[Contender]) -> Option<CampaignId> {
        let held = self.turns.get(&class).copied();
        let goes_on = held.filter(|turn| {
            turn.left > 0 && members.iter().any(|member| member.campaign == turn.campaign)
        });
        let turn = match (goes_on, held) {
            (Some(turn), _) => turn,
            (None, held) => {
                let after =
                    |member: &&Contender| held.is_some_and(|turn| member.campaign > turn.campaign);
                let next = members.iter().find(after).or_else(|| members.first())?;
                Turn { campaign: next.campaign, left: next.weight.max(1) }
            }
        };
        let left = turn.left.saturating_sub(1);
        self.turns.insert(class, Turn { campaign: turn.campaign, left });
        Some(turn.campaign)
    }
}

#[cfg(test)]
mod tests;
