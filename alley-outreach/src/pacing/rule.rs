//! The kinds of rules, and when each of them passes.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::decision::Situation;
use super::ledger::Entry;
use super::policy::Zones;

mod calendar;
mod rate;
mod standing;
mod wall;
mod wire;

/// One rule of a policy.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "wire::RuleText", into = "wire::RuleText")]
#[expect(clippy::exhaustive_structs, reason = "policies are written by hosts")]
pub struct Rule {
    /// Names the rule in reasons; unique within a policy.
    pub id: String,
    /// Which spends it sees. Rules about the wall clock see none.
    pub scope: Scope,
    /// What it demands.
    pub kind: RuleKind,
}

/// Which spends a rule sees: those with the same key.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "a spend belongs to exactly these four")]
pub enum Scope {
    /// All of the seller's.
    #[default]
    Seller,
    /// Those of the shop.
    Shop,
    /// Those of the campaign.
    Campaign,
    /// Those of the shop to the creator.
    Creator,
}

/// What a rule demands of an instant. Durations in seconds unless the name says milliseconds.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "policies are written by hosts")]
pub enum RuleKind {
    /// Fewer than `limit` spends in the `window_s` before the instant, and after it.
    Rolling {
        /// Spends at most.
        limit: u32,
        /// Length of the window.
        window_s: u32,
    },
    /// At least the gap, lengthened by a seeded jitter, after each spend.
    MinGap {
        /// The gap.
        gap_s: u32,
        /// The most that it is lengthened.
        jitter_max_ms: u32,
        /// Seeds the jitter.
        seed: String,
    },
    /// The generic cell rate algorithm: evenly `limit` each `period_s`, and `burst` at once.
    Gcra {
        /// Spends each period.
        limit: u32,
        /// The period.
        period_s: u32,
        /// Spends at once.
        burst: u32,
    },
    /// Fewer than `limit` in the local day or week.
    Calendar {
        /// Day or week.
        unit: Unit,
        /// First day of a week.
        week_start: WeekDay,
        /// When the day begins.
        reset: NaiveTime,
        /// Whose wall clock.
        zone: ZoneRef,
        /// Spends or creators at most.
        limit: u32,
        /// What is counted.
        count: Count,
        /// Which creators count.
        only: Only,
    },
    /// A ramp of daily caps, one a local date since the start; past the list the rule passes.
    WarmUp {
        /// Date of the first cap.
        start_date: NaiveDate,
        /// Caps of the first dates.
        caps: Vec<u32>,
        /// Whose wall clock.
        zone: ZoneRef,
        /// The ramp begins anew after more idle days than this.
        idle_reset_days: Option<u32>,
    },
    /// Fewer than `limit` hand-outs whose lease runs.
    MaxOpen {
        /// Open hand-outs at most.
        limit: u32,
    },
    /// Fewer than `limit` spends to the creator since the last answer.
    MaxUnanswered {
        /// Unanswered messages at most.
        limit: u32,
    },
    /// The wall clock is outside [start, end), over midnight if start is later than end.
    QuietHours {
        /// First quiet time of day.
        start: NaiveTime,
        /// First time of day that is not quiet.
        end: NaiveTime,
        /// Whose wall clock.
        zone: ZoneRef,
    },
    /// The local date is one of these days.
    AllowedWeekdays {
        /// The days.
        days: Vec<WeekDay>,
        /// Whose wall clock.
        zone: ZoneRef,
    },
    /// The local date is none of these.
    BlackoutDates {
        /// The dates.
        dates: Vec<NaiveDate>,
        /// Whose wall clock.
        zone: ZoneRef,
    },
    /// Fewer than `limit` since an instant: a pack that is given once.
    Total {
        /// Spends or creators at most.
        limit: u32,
        /// From when on.
        since: DateTime<Utc>,
        /// What is counted.
        count: Count,
        /// Which creators count.
        only: Only,
    },
}

/// Length of a calendar window.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "policies are written by hosts")]
pub enum Unit {
    /// From one reset to the next.
    Day,
    /// From the reset on one weekday to that a week later.
    Week,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "there are seven")]
#[expect(missing_docs, reason = "the names say it")]
pub enum WeekDay {
    #[serde(rename = "mon", alias = "monday")]
    Monday,
    #[serde(rename = "tue", alias = "tuesday")]
    Tuesday,
    #[serde(rename = "wed", alias = "wednesday")]
    Wednesday,
    #[serde(rename = "thu", alias = "thursday")]
    Thursday,
    #[serde(rename = "fri", alias = "friday")]
    Friday,
    #[serde(rename = "sat", alias = "saturday")]
    Saturday,
    #[serde(rename = "sun", alias = "sunday")]
    Sunday,
}

/// What is counted.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "policies are written by hosts")]
pub enum Count {
    /// Every spend.
    #[default]
    Messages,
    /// Each creator once; one who was counted before passes.
    DistinctCreators,
}

/// Which creators count.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "policies are written by hosts")]
pub enum Only {
    /// Every creator.
    #[default]
    All,
    /// Connected creators are passed over, in the ledger and as recipients.
    Unconnected,
}

/// Whose wall clock.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "policies are written by hosts")]
pub enum ZoneRef {
    /// The shop's.
    Shop,
    /// The creator's; the policy says what holds where it is unknown.
    Creator,
    /// The seller's.
    Seller,
    /// One zone for all.
    Named(Tz),
}

/// When a rule passes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Frees {
    /// It passes at the instant asked about.
    Now,
    /// Not before this later instant; to be asked again there.
    At(DateTime<Utc>),
    /// Time alone does not help.
    Never,
}

impl Frees {
    /// The later of two answers.
    pub(super) fn later(self, other: Self) -> Self {
        match (self, other) {
            (Self::Never, _) | (_, Self::Never) => Self::Never,
            (Self::Now, frees) | (frees, Self::Now) => frees,
            (Self::At(a), Self::At(b)) => Self::At(a.max(b)),
        }
    }

    /// Passes from `instant` on.
    fn from(instant: DateTime<Utc>, asked: DateTime<Utc>) -> Self {
        if instant <= asked { Self::Now } else { Self::At(instant) }
    }
}

impl Rule {
    /// Whether the rule treats every creator of a campaign alike.
    pub fn is_shared(&self) -> bool {
        let by_creator = match &self.kind {
            RuleKind::MaxUnanswered { .. } => true,
            RuleKind::Calendar { zone, count, only, .. } => {
                *zone == ZoneRef::Creator || *count != Count::Messages || *only != Only::All
            }
            RuleKind::Total { count, only, .. } => *count != Count::Messages || *only != Only::All,
            RuleKind::WarmUp { zone, .. }
            | RuleKind::QuietHours { zone, .. }
            | RuleKind::AllowedWeekdays { zone, .. }
            | RuleKind::BlackoutDates { zone, .. } => *zone == ZoneRef::Creator,
            RuleKind::Rolling { .. }
            | RuleKind::MinGap { .. }
            | RuleKind::Gcra { .. }
            | RuleKind::MaxOpen { .. } => false,
        };
        !by_creator && self.scope != Scope::Creator
    }
}

impl RuleKind {
    /// Whether these are quiet hours and an instant lies in them.
    pub(super) fn is_quiet(&self, zones: &Zones, at: DateTime<Utc>) -> bool {
        let Self::QuietHours { zone, .. } = self else {
            return false;
        };
        let shown = |zone: Tz| alley_core::calendar::wall_clock(zone, at);
        zones.of(*zone).into_iter().any(|zone| !wall::allows(self, shown(zone)))
    }

    /// The first instant in (at, until) whose wall clock the rule forbids.
    pub(super) fn next_forbidden(
        &self,
        zones: &Zones,
        at: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let zone = wall::zone_of(self)?;
        let first = |zone: Tz| wall::next(self, zone, at, until, wall::Seek::Forbidden);
        zones.of(zone).into_iter().filter_map(first).min()
    }
}

/// A rule that looks at a situation.
pub(super) struct View<'a> {
    pub(super) rule: &'a Rule,
    pub(super) situation: &'a Situation<'a>,
    pub(super) horizon: DateTime<Utc>,
}

impl View<'_> {
    /// From when on the rule passes, if nothing else is spent.
    pub(super) fn frees(&self, at: DateTime<Utc>) -> Frees {
        match &self.rule.kind {
            RuleKind::Rolling { limit, window_s } => rate::rolling(self, at, *limit, *window_s),
            RuleKind::MinGap { gap_s, jitter_max_ms, seed } => {
                rate::min_gap(self, at, *gap_s, *jitter_max_ms, seed)
            }
            RuleKind::Gcra { limit, period_s, burst } => {
                rate::gcra(self, at, *limit, *period_s, *burst)
            }
            RuleKind::Calendar { .. } => calendar::calendar(self, at),
            RuleKind::WarmUp { .. } => calendar::warm_up(self, at),
            RuleKind::MaxOpen { limit } => standing::max_open(self, at, *limit),
            RuleKind::MaxUnanswered { limit } => standing::max_unanswered(self, *limit),
            RuleKind::Total { .. } => standing::total(self),
            RuleKind::QuietHours { .. }
            | RuleKind::AllowedWeekdays { .. }
            | RuleKind::BlackoutDates { .. } => wall::frees(self, at),
        }
    }

    /// Spends with the same key in the rule's scope that were not given back.
    fn spends(&self) -> impl Iterator<Item = &Entry> {
        let mine = |entry: &&Entry| {
            !entry.refunded && entry.recipient.shares(&self.situation.recipient, self.rule.scope)
        };
        self.situation.ledger.iter().filter(mine)
    }

    /// Whether counting these spends leaves room for the recipient.
    fn has_room<'e>(
        &self,
        spends: impl Iterator<Item = &'e Entry>,
        limit: u32,
        count: Count,
        only: Only,
    ) -> bool {
        let recipient = &self.situation.recipient;
        if only == Only::Unconnected && recipient.connected {
            return true;
        }
        let counted = spends.filter(|entry| only == Only::All || !entry.recipient.connected);
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        match count {
            Count::Messages => counted.count() < limit,
            Count::DistinctCreators => {
                let mut creators: Vec<&str> =
                    counted.map(|entry| entry.recipient.creator.as_str()).collect();
                creators.sort_unstable();
                creators.dedup();
                creators.len() < limit || creators.contains(&recipient.creator.as_str())
            }
        }
    }
}
