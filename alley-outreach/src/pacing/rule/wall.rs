//! Rules over the wall clock. They look at the wall clock of the instant and at nothing else, so that
//! a quiet stretch happens twice where the clock is set back, and may vanish where it jumps.

use alley_core::calendar::wall_clock;
use chrono::{DateTime, Datelike as _, NaiveDateTime, NaiveTime, Utc, Weekday};
use chrono_tz::Tz;

use super::{Frees, RuleKind, View, WeekDay, ZoneRef};
use crate::pacing::local::next_mark;

/// What [`next`] looks for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Seek {
    Allowed,
    Forbidden,
}

/// Whose wall clock a rule of this group looks at; `None` for rules of other groups.
pub(super) const fn zone_of(kind: &RuleKind) -> Option<ZoneRef> {
    match kind {
        RuleKind::QuietHours { zone, .. }
        | RuleKind::AllowedWeekdays { zone, .. }
        | RuleKind::BlackoutDates { zone, .. } => Some(*zone),
        _ => None,
    }
}

/// Whether the rule allows what a wall clock shows.
pub(super) fn allows(kind: &RuleKind, shown: NaiveDateTime) -> bool {
    match kind {
        RuleKind::QuietHours { start, end, .. } => {
            let time = shown.time();
            let quiet = if start <= end {
                *start <= time && time < *end
            } else {
                *start <= time || time < *end
            };
            !quiet
        }
        RuleKind::AllowedWeekdays { days, .. } => {
            days.iter().any(|day| chrono_day(*day) == shown.weekday())
        }
        RuleKind::BlackoutDates { dates, .. } => !dates.contains(&shown.date()),
        _ => true,
    }
}

pub(super) fn frees(view: &View<'_>, at: DateTime<Utc>) -> Frees {
    let kind = &view.rule.kind;
    let Some(zone) = zone_of(kind) else {
        return Frees::Now;
    };
    let one = |zone: Tz| {
        if allows(kind, wall_clock(zone, at)) {
            return Frees::Now;
        }
        next(kind, zone, at, view.horizon, Seek::Allowed).map_or(Frees::Never, Frees::At)
    };
    view.situation.zones.of(zone).into_iter().map(one).fold(Frees::Now, Frees::later)
}

/// The first instant in (at, until] that the rule allows or forbids.
pub(super) fn next(
    kind: &RuleKind,
    zone: Tz,
    at: DateTime<Utc>,
    until: DateTime<Utc>,
    seek: Seek,
) -> Option<DateTime<Utc>> {
    let marks: &[NaiveTime] = match kind {
        RuleKind::QuietHours { start, end, .. } => &[*start, *end],
        _ => &[],
    };
    let mut place = at;
    loop {
        place = next_mark(zone, place, marks);
        if place > until {
            return None;
        }
        if allows(kind, wall_clock(zone, place)) == (seek == Seek::Allowed) {
            return Some(place);
        }
    }
}

pub(super) const fn chrono_day(day: WeekDay) -> Weekday {
    match day {
        WeekDay::Monday => Weekday::Mon,
        WeekDay::Tuesday => Weekday::Tue,
        WeekDay::Wednesday => Weekday::Wed,
        WeekDay::Thursday => Weekday::Thu,
        WeekDay::Friday => Weekday::Fri,
        WeekDay::Saturday => Weekday::Sat,
        WeekDay::Sunday => Weekday::Sun,
    }
}
