//! A policy: its rules, and what holds around them. Checked when it is loaded.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::rule::{Count, Only, Rule, RuleKind, Scope, Unit, WeekDay, ZoneRef};

/// The rules of one seller. Numbers of a platform are data here, never constants in code: they
/// differ from seller to seller and change without notice.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Policy {
    /// All must pass.
    pub rules: Vec<Rule>,
    /// What the words `shop`, `seller` and `creator` mean as zones.
    pub zones: ZoneDefaults,
    /// How long a handed-out text may be used, in seconds.
    #[serde(default = "defaults::lease_ttl_s")]
    pub lease_ttl_s: u32,
    /// How far ahead a next eligible instant is looked for, in days.
    #[serde(default = "defaults::horizon_days")]
    pub horizon_days: u32,
    /// How old an approval may be, in seconds; older ones are void.
    #[serde(default = "defaults::approval_ttl_s")]
    pub approval_ttl_s: u32,
    /// What becomes of a draft whose approval is too old.
    #[serde(default)]
    pub stale_approval: StaleApproval,
    /// Whether a spend comes back when the seller says that nothing was sent.
    #[serde(default)]
    pub refund_not_sent: bool,
    /// Where a draft goes that was not sent.
    #[serde(default)]
    pub after_not_sent: AfterNotSent,
    /// Whether the reviewer must be another person than submitter and author.
    #[serde(default)]
    pub four_eyes: bool,
    /// The most hand-outs of higher classes that an eligible lower class waits for; at least 4.
    #[serde(default = "defaults::starvation_guard")]
    pub starvation_guard: u32,
    /// Characters of a message at most. Not claimed to be a platform's limit.
    #[serde(default = "defaults::max_chars")]
    pub max_chars: u32,
    /// When somebody last compared the numbers with what the platform shows; free text.
    #[serde(default)]
    pub checked: Option<String>,
}

mod defaults {
    pub(super) const fn lease_ttl_s() -> u32 {
        1_800
    }
    pub(super) const fn horizon_days() -> u32 {
        400
    }
    pub(super) const fn approval_ttl_s() -> u32 {
        14 * 86_400
    }
    pub(super) const fn starvation_guard() -> u32 {
        16
    }
    pub(super) const fn max_chars() -> u32 {
        2_000
    }
}

/// What becomes of a draft whose approval is too old.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "policies are written by hosts")]
pub enum StaleApproval {
    /// It can be edited and submitted again.
    #[default]
    Editing,
    /// It ends.
    Expired,
}

/// Where a draft goes that was handed out and not sent.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "policies are written by hosts")]
pub enum AfterNotSent {
    /// Back into the queue, as the next attempt.
    #[default]
    Queue,
    /// Out of the queue, still approved.
    Approved,
}

/// What the words for zones mean.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "policies are written by hosts")]
pub struct ZoneDefaults {
    /// The seller's.
    pub seller: Tz,
    /// That of shops which are not named below.
    pub shop: Tz,
    /// That of single shops, by their id.
    #[serde(default)]
    pub shops: BTreeMap<String, Tz>,
    /// What holds for a creator whose zone is not known.
    #[serde(default)]
    pub unknown_creator: UnknownZone,
}

/// What holds for a creator whose zone is not known.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "policies are written by hosts")]
pub enum UnknownZone {
    /// The shop's zone.
    #[default]
    Shop,
    /// The shop's zone and all of these must pass.
    ShopAnd(Vec<Tz>),
}

/// Zones of one situation.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "input of a pure function, written by its callers")]
pub struct Zones {
    /// The seller's.
    pub seller: Tz,
    /// The shop's.
    pub shop: Tz,
    /// The creator's: one, or several that must all pass.
    pub creator: Vec<Tz>,
}

impl Zones {
    pub(super) fn of(&self, zone: ZoneRef) -> Vec<Tz> {
        match zone {
            ZoneRef::Shop => vec![self.shop],
            ZoneRef::Seller => vec![self.seller],
            ZoneRef::Creator if self.creator.is_empty() => vec![self.shop],
            ZoneRef::Creator => self.creator.clone(),
            ZoneRef::Named(zone) => vec![zone],
        }
    }
}

impl ZoneDefaults {
    /// One zone for seller and shops.
    pub const fn all(zone: Tz) -> Self {
        Self {
            seller: zone,
            shop: zone,
            shops: BTreeMap::new(),
            unknown_creator: UnknownZone::Shop,
        }
    }

    /// The zones for one shop and a creator whose zone may be unknown.
    pub fn resolve(&self, shop: &str, creator: Option<Tz>) -> Zones {
        let of_shop = self.shops.get(shop).copied().unwrap_or(self.shop);
        let creator = match (creator, &self.unknown_creator) {
            (Some(zone), _) => vec![zone],
            (None, UnknownZone::Shop) => vec![of_shop],
            (None, UnknownZone::ShopAnd(more)) => {
                std::iter::once(of_shop).chain(more.iter().copied()).collect()
            }
        };
        Zones { seller: self.seller, shop: of_shop, creator }
    }
}

/// Why a policy cannot be used.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("pacing policy: rule {rule}: {why}")]
#[non_exhaustive]
pub struct PolicyProblem {
    /// Id of the rule, or `policy`.
    pub rule: String,
    /// What is wrong and what would be right.
    pub why: String,
}

/// From when on the ledger is needed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "there is no third answer")]
pub enum Lookback {
    /// From this instant on.
    Since(DateTime<Utc>),
    /// No rule looks at the ledger of more than one creator.
    Nothing,
}

impl Policy {
    /// A policy with these rules and the defaults around them.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub fn new(rules: Vec<Rule>, zones: ZoneDefaults) -> Result<Self, PolicyProblem> {
        let policy = Self { rules, ..Self::without_rules(zones) };
        policy.check()?;
        Ok(policy)
    }

    /// A policy that holds nothing back, with the defaults around it: a start for
    /// [`with_rule`](Self::with_rule).
    pub const fn without_rules(zones: ZoneDefaults) -> Self {
        Self {
            rules: Vec::new(),
            zones,
            lease_ttl_s: defaults::lease_ttl_s(),
            horizon_days: defaults::horizon_days(),
            approval_ttl_s: defaults::approval_ttl_s(),
            stale_approval: StaleApproval::Editing,
            refund_not_sent: false,
            after_not_sent: AfterNotSent::Queue,
            four_eyes: false,
            starvation_guard: defaults::starvation_guard(),
            max_chars: defaults::max_chars(),
            checked: None,
        }
    }

    /// The shape of the platform's limits in the United States, as its help pages described them in
    /// 2025: so many unconnected creators a week, each counted once, and five messages without an
    /// answer. The number is shown to each seller and differs; sources disagree on the day and hour
    /// of the reset, so both are arguments. `checked` says when somebody last compared.
    ///
    /// # Errors
    /// When the weekly number is 0.
    pub fn tiktok_us(
        weekly_creators: u32,
        week_start: WeekDay,
        reset: NaiveTime,
        reset_zone: Tz,
        zones: ZoneDefaults,
        checked: impl Into<String>,
    ) -> Result<Self, PolicyProblem> {
        let week = RuleKind::Calendar {
            unit: Unit::Week,
            week_start,
            reset,
            zone: ZoneRef::Named(reset_zone),
            limit: weekly_creators,
            count: Count::DistinctCreators,
            only: Only::Unconnected,
        };
        let rules = vec![
            Rule { id: "platform-week".to_owned(), scope: Scope::Shop, kind: week },
            Rule {
                id: "platform-unanswered".to_owned(),
                scope: Scope::Creator,
                kind: RuleKind::MaxUnanswered { limit: 5 },
            },
        ];
        Ok(Self { checked: Some(checked.into()), ..Self::new(rules, zones)? })
    }

    /// Reads the JSON form and checks it.
    ///
    /// # Errors
    /// When it is not of that form, names an unknown zone, or [`check`](Self::check) fails.
    pub fn from_json(text: &str) -> Result<Self, PolicyProblem> {
        let policy: Self = serde_json::from_str(text)
            .map_err(|error| PolicyProblem { rule: "policy".to_owned(), why: error.to_string() })?;
        policy.check()?;
        Ok(policy)
    }

    /// Adds a rule.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub fn with_rule(mut self, rule: Rule) -> Result<Self, PolicyProblem> {
        self.rules.push(rule);
        self.check()?;
        Ok(self)
    }

    /// Whether the policy can ever allow anything.
    ///
    /// # Errors
    /// The first rule that cannot pass or has no meaning, and why.
    pub fn check(&self) -> Result<(), PolicyProblem> {
        let mut ids = BTreeSet::new();
        for rule in &self.rules {
            let wrong =
                |why: &str| Err(PolicyProblem { rule: rule.id.clone(), why: why.to_owned() });
            if rule.id.is_empty() || rule.id.len() > 64 || rule.id.contains(',') {
                return wrong("an id has 1 to 64 bytes and no comma");
            }
            if !ids.insert(rule.id.as_str()) {
                return wrong("the id is used twice");
            }
            if let Some(why) = fault(&rule.kind) {
                return wrong(why);
            }
        }
        let policy =
            |why: &str| Err(PolicyProblem { rule: "policy".to_owned(), why: why.to_owned() });
        if self.starvation_guard < 4 {
            return policy("starvation_guard must be at least 4");
        }
        if self.lease_ttl_s == 0 || self.horizon_days == 0 || self.max_chars == 0 {
            return policy("lease_ttl_s, horizon_days and max_chars must be at least 1");
        }
        if self.horizon_days > 3_660 {
            return policy("horizon_days must be at most 3660");
        }
        Ok(())
    }

    /// From when on the ledger is needed for a decision at `at`. Rules over one creator are not
    /// counted: their spends are read by creator.
    pub fn lookback(&self, at: DateTime<Utc>) -> Lookback {
        let days = |days: i64| TimeDelta::days(days);
        let since =
            self.rules.iter().filter(|rule| rule.scope != Scope::Creator).filter_map(|rule| {
                match &rule.kind {
                    RuleKind::Rolling { window_s, .. } => {
                        Some(at - TimeDelta::seconds(i64::from(*window_s)))
                    }
                    RuleKind::MinGap { gap_s, jitter_max_ms, .. } => {
                        let jitter = TimeDelta::milliseconds(i64::from(*jitter_max_ms));
                        Some(at - TimeDelta::seconds(i64::from(*gap_s)) - jitter)
                    }
                    // The arrival time of a saturated limiter depends on all spends since it last idled.
                    RuleKind::Gcra { .. } => Some(at - days(i64::from(self.horizon_days))),
                    RuleKind::Calendar { unit: Unit::Day, .. } => Some(at - days(2)),
                    RuleKind::Calendar { unit: Unit::Week, .. } => Some(at - days(8)),
                    RuleKind::WarmUp { caps, idle_reset_days, .. } => {
                        let ramp = i64::try_from(caps.len()).unwrap_or(i64::from(u16::MAX));
                        let idle = i64::from(idle_reset_days.unwrap_or(0).min(10_000));
                        Some(at - days(ramp.saturating_add(idle).saturating_add(3)))
                    }
                    RuleKind::Total { since, .. } => Some(*since),
                    RuleKind::MaxOpen { .. } => {
                        Some(at - TimeDelta::seconds(i64::from(self.lease_ttl_s)))
                    }
                    _ => None,
                }
            });
        since.min().map_or(Lookback::Nothing, Lookback::Since)
    }
}

fn fault(kind: &RuleKind) -> Option<&'static str> {
    match kind {
        RuleKind::Rolling { limit: 0, .. }
        | RuleKind::Gcra { limit: 0, .. }
        | RuleKind::Calendar { limit: 0, .. }
        | RuleKind::MaxOpen { limit: 0 }
        | RuleKind::MaxUnanswered { limit: 0 }
        | RuleKind::Total { limit: 0, .. } => Some("limit must be at least 1"),
        RuleKind::Rolling { window_s: 0, .. } => Some("window_s must be at least 1"),
        RuleKind::Gcra { period_s: 0, .. } => Some("period_s must be at least 1"),
        RuleKind::Gcra { burst: 0, .. } => Some("burst must be at least 1"),
        RuleKind::WarmUp { caps, .. } if caps.is_empty() => Some("caps must not be empty"),
        RuleKind::WarmUp { caps, .. } if caps.len() > 3_650 => {
            Some("caps must have at most 3650 entries")
        }
        RuleKind::QuietHours { start, end, .. } if start == end => {
            Some("start and end of quiet hours must differ")
        }
        RuleKind::AllowedWeekdays { days, .. } if days.is_empty() => {
            Some("at least one weekday must be allowed")
        }
        _ => None,
    }
}
