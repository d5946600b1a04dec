//! The decision, and the next instant at which it would be another.

use chrono::{DateTime, TimeDelta, Utc};

use super::lease::lease_until;
use super::ledger::{Entry, Interval, Recipient};
use super::policy::{Policy, Zones};
use super::rule::{Frees, View};

/// Everything that a decision depends on.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "input of a pure function, written by its callers")]
pub struct Situation<'a> {
    /// The instant of the decision.
    pub now: DateTime<Utc>,
    /// The rules.
    pub policy: &'a Policy,
    /// The zones that the rules' words stand for.
    pub zones: Zones,
    /// Whom the message would be for.
    pub recipient: Recipient,
    /// Past hand-outs, in any order. Those of other scopes are passed over by each rule.
    pub ledger: &'a [Entry],
    /// When the creator last answered the shop.
    pub last_reply: Option<DateTime<Utc>>,
    /// Stretches in which the creator must not be contacted.
    pub suppressed: &'a [Interval],
    /// The campaign's window.
    pub campaign: CampaignWindow,
    /// When the draft ends by itself.
    pub expires_at: Option<DateTime<Utc>>,
}

/// When a campaign hands out.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "input of a pure function, written by its callers")]
pub struct CampaignWindow {
    /// Somebody paused it; only resuming helps.
    pub paused: bool,
    /// First instant of the campaign.
    pub starts_at: Option<DateTime<Utc>>,
    /// First instant after the campaign.
    pub ends_at: Option<DateTime<Utc>>,
}

/// What was decided.
#[must_use]
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Decision {
    /// Allowed, or denied and why.
    pub verdict: Verdict,
    /// The version of the time zone rules that it rests on.
    pub tzdb: &'static str,
}

/// Allowed, or denied and why.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "there is no third answer")]
pub enum Verdict {
    /// The text may be handed out now.
    Allow {
        /// Until when it may be used.
        lease_until: DateTime<Utc>,
    },
    /// It may not be handed out now.
    Deny {
        /// Ids of all rules that fail now, sorted, and the words `suppressed`, `campaign_paused`,
        /// `campaign_not_started`, `campaign_ended`, `draft_expired`.
        reasons: Vec<String>,
        /// The earliest later instant with no reason left, provided that no hand-out comes between;
        /// `None` when the policy's horizon holds none.
        next_eligible: Option<DateTime<Utc>>,
    },
}

impl Decision {
    /// Whether the text may be handed out now.
    pub const fn is_allowed(&self) -> bool {
        matches!(self.verdict, Verdict::Allow { .. })
    }
}

/// Decides with every rule of the policy.
pub fn decide(situation: &Situation<'_>) -> Decision {
    decision(situation, false)
}

/// Decides with those rules only that treat every creator of the campaign alike. A denial holds for
/// each of its drafts, so that a queue need not be walked to learn it.
pub fn decide_shared(situation: &Situation<'_>) -> Decision {
    decision(situation, true)
}

fn decision(situation: &Situation<'_>, shared: bool) -> Decision {
    let failing = failing(situation, situation.now, shared);
    let verdict = if failing.is_empty() {
        Verdict::Allow { lease_until: lease_until(situation, situation.now) }
    } else {
        let mut reasons: Vec<String> = failing.iter().map(|(id, _)| (*id).to_owned()).collect();
        reasons.sort_unstable();
        reasons.dedup();
        Verdict::Deny { reasons, next_eligible: next_eligible(situation, failing, shared) }
    };
    Decision { verdict, tzdb: super::TZDB }
}

fn next_eligible<'a>(
    situation: &'a Situation<'_>,
    mut failing: Vec<(&'a str, Frees)>,
    shared: bool,
) -> Option<DateTime<Utc>> {
    let horizon = situation.now + TimeDelta::days(i64::from(situation.policy.horizon_days));
    let mut at = situation.now;
    while !failing.is_empty() {
        let mut latest = at;
        for (_, frees) in failing {
            match frees {
                Frees::At(instant) => latest = latest.max(instant),
                Frees::Never | Frees::Now => return None,
            }
        }
        // Each answer lies after `at`; one that does not could never be reached.
        if latest <= at || latest > horizon {
            return None;
        }
        at = latest;
        failing = self::failing(situation, at, shared);
    }
    Some(at)
}

/// The failing rules at an instant, with the instant at which each frees.
fn failing<'a>(
    situation: &'a Situation<'_>,
    at: DateTime<Utc>,
    shared: bool,
) -> Vec<(&'a str, Frees)> {
    let horizon = situation.now + TimeDelta::days(i64::from(situation.policy.horizon_days));
    let rules = situation.policy.rules.iter().filter(|rule| !shared || rule.is_shared());
    let mut failing: Vec<(&str, Frees)> = rules
        .map(|rule| {
            let view = View { rule, situation, horizon };
            (rule.id.as_str(), view.frees(at))
        })
        .collect();
    failing.extend(outside(situation, at, shared));
    failing.retain(|(_, frees)| *frees != Frees::Now);
    failing
}

fn outside(
    situation: &Situation<'_>,
    at: DateTime<Utc>,
    shared: bool,
) -> Vec<(&'static str, Frees)> {
    let never = |failed: bool| if failed { Frees::Never } else { Frees::Now };
    let CampaignWindow { paused, starts_at, ends_at } = situation.campaign;
    let reached = |instant: Option<DateTime<Utc>>| instant.is_some_and(|instant| instant <= at);
    let not_started = match starts_at {
        Some(start) if at < start => Frees::At(start),
        _ => Frees::Now,
    };
    let mut found = vec![
        ("campaign_paused", never(paused)),
        ("campaign_not_started", not_started),
        ("campaign_ended", never(reached(ends_at))),
    ];
    if !shared {
        let mut suppressed = Frees::Now;
        for stretch in situation.suppressed.iter().filter(|stretch| stretch.contains(at)) {
            suppressed = suppressed.later(stretch.until.map_or(Frees::Never, Frees::At));
        }
        found.push(("suppressed", suppressed));
        found.push(("draft_expired", never(reached(situation.expires_at))));
    }
    found
}
