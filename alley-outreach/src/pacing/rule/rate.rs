//! Rules over elapsed time: rolling windows, gaps, and the generic cell rate algorithm.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Frees, View};
use crate::pacing::jitter::jitter_ms;

/// Spends in the future count as well: a clock that ran ahead may close a hole, never open one.
pub(super) fn rolling(view: &View<'_>, at: DateTime<Utc>, limit: u32, window_s: u32) -> Frees {
    let mut spends: Vec<DateTime<Utc>> = view.spends().map(|entry| entry.at).collect();
    spends.sort_unstable_by(|a, b| b.cmp(a));
    let Some(place) = usize::try_from(limit).ok().and_then(|limit| limit.checked_sub(1)) else {
        return Frees::Never;
    };
    match spends.get(place) {
        None => Frees::Now,
        Some(spend) => Frees::from(*spend + TimeDelta::seconds(i64::from(window_s)), at),
    }
}

pub(super) fn min_gap(
    view: &View<'_>,
    at: DateTime<Utc>,
    gap_s: u32,
    jitter_max_ms: u32,
    seed: &str,
) -> Frees {
    let key = view.situation.recipient.key(view.rule.scope);
    let gap = TimeDelta::seconds(i64::from(gap_s));
    let after = |entry: &super::Entry| {
        let jitter = jitter_ms(seed, &view.rule.id, &key, &entry.id, jitter_max_ms);
        entry.at + gap + TimeDelta::milliseconds(i64::try_from(jitter).unwrap_or(i64::MAX))
    };
    // Old spends cannot bind, and hashing each of them would be the cost of the whole decision.
    let reach = gap + TimeDelta::milliseconds(i64::from(jitter_max_ms));
    let near = view.spends().filter(|entry| entry.at + reach > at);
    near.map(after).max().map_or(Frees::Now, |free| Frees::from(free, at))
}

pub(super) fn gcra(
    view: &View<'_>,
    at: DateTime<Utc>,
    limit: u32,
    period_s: u32,
    burst: u32,
) -> Frees {
    let Some(spacing) = spacing(limit, period_s) else {
        return Frees::Never;
    };
    let mut spends: Vec<DateTime<Utc>> = view.spends().map(|entry| entry.at).collect();
    spends.sort_unstable();
    let arrival = spends.into_iter().fold(None, |arrival: Option<DateTime<Utc>>, spend| {
        Some(arrival.map_or(spend, |arrival| arrival.max(spend)) + spacing)
    });
    let ahead = i32::try_from(burst.saturating_sub(1)).unwrap_or(i32::MAX);
    arrival.map_or(Frees::Now, |arrival| Frees::from(arrival - spacing * ahead, at))
}

/// The span between two cells, rounded up to whole milliseconds.
fn spacing(limit: u32, period_s: u32) -> Option<TimeDelta> {
    let whole = i64::from(period_s).checked_mul(1_000)?;
    let limit = i64::from(limit);
    let ms = whole.checked_add(limit)?.checked_sub(1)?.checked_div(limit)?;
    Some(TimeDelta::milliseconds(ms))
}
