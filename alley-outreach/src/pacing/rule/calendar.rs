//! Rules over local days and weeks.

use alley_core::calendar::{Window, day_window_at, week_window_at};
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::{Frees, RuleKind, Unit, View, wall::chrono_day};

pub(super) fn calendar(view: &View<'_>, at: DateTime<Utc>) -> Frees {
    let RuleKind::Calendar { unit, week_start, reset, zone, limit, count, only } = &view.rule.kind
    else {
        return Frees::Now;
    };
    let one = |zone: Tz| {
        let window = match unit {
            Unit::Day => day_window_at(zone, *reset, at),
            Unit::Week => week_window_at(zone, chrono_day(*week_start), *reset, at),
        };
        let inside = view.spends().filter(|entry| window.contains(entry.at));
        if view.has_room(inside, *limit, *count, *only) {
            Frees::Now
        } else {
            Frees::At(window.end)
        }
    };
    view.situation.zones.of(*zone).into_iter().map(one).fold(Frees::Now, Frees::later)
}

pub(super) fn warm_up(view: &View<'_>, at: DateTime<Utc>) -> Frees {
    let RuleKind::WarmUp { start_date, caps, zone, idle_reset_days } = &view.rule.kind else {
        return Frees::Now;
    };
    let one = |zone: Tz| {
        let day = |at: DateTime<Utc>| day_window_at(zone, NaiveTime::MIN, at);
        let today = day(at);
        // A start in the future must not mean "no limit until then": the first cap holds.
        if today.date < *start_date {
            return capped(view, &today, caps.first());
        }
        let mut active: Vec<NaiveDate> = view
            .spends()
            .filter(|entry| entry.at < today.end)
            .map(|entry| day(entry.at).date)
            .filter(|date| date >= start_date && *date < today.date)
            .collect();
        active.push(today.date);
        active.sort_unstable();
        active.dedup();
        let epoch = epoch(*start_date, &active, *idle_reset_days);
        let index = usize::try_from((today.date - epoch).num_days()).unwrap_or(0);
        match caps.get(index) {
            Some(cap) => capped(view, &today, Some(cap)),
            None => Frees::Now,
        }
    };
    view.situation.zones.of(*zone).into_iter().map(one).fold(Frees::Now, Frees::later)
}

/// Whether a day holds fewer spends than its cap.
fn capped(view: &View<'_>, day: &Window, cap: Option<&u32>) -> Frees {
    let cap = cap.and_then(|cap| usize::try_from(*cap).ok()).unwrap_or(0);
    if view.spends().filter(|entry| day.contains(entry.at)).count() < cap {
        Frees::Now
    } else {
        Frees::At(day.end)
    }
}

/// The date from which the ramp counts: its start, or the later date of the last idle stretch that
/// was too long.
fn epoch(start: NaiveDate, active: &[NaiveDate], idle_reset_days: Option<u32>) -> NaiveDate {
    let Some(idle) = idle_reset_days.map(|days| TimeDelta::days(i64::from(days))) else {
        return start;
    };
    let pairs = active.iter().zip(active.iter().skip(1));
    pairs
        .filter(|(before, after)| **after - **before > idle)
        .map(|(_, after)| *after)
        .fold(start, NaiveDate::max)
}
