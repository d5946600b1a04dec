//! The instants at which a wall clock passes a mark or jumps.

use alley_core::calendar::wall_clock;
use chrono::{DateTime, NaiveTime, Offset as _, TimeDelta, Utc};
use chrono_tz::Tz;

/// The least instant after `at` at which the wall clock of the zone shows one of `marks`, or jumps.
///
/// Between two such instants a rule about the wall clock cannot change its mind.
pub(super) fn next_mark(zone: Tz, at: DateTime<Utc>, marks: &[NaiveTime]) -> DateTime<Utc> {
    let day = TimeDelta::days(1);
    let shown = wall_clock(zone, at).time();
    let midnight = NaiveTime::MIN;
    let ahead = marks.iter().chain([&midnight]).map(|mark| {
        let span = *mark - shown;
        if span > TimeDelta::zero() { span } else { span + day }
    });
    let mark = at + ahead.min().unwrap_or(day);
    jump(zone, at, mark).unwrap_or(mark)
}

/// The first instant in (from, to] at which the offset of the zone differs from that at `from`.
fn jump(zone: Tz, from: DateTime<Utc>, to: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let before = offset(zone, from);
    let step = TimeDelta::hours(3);
    let (mut low, mut high) = (from, from);
    // Offsets are compared every three hours: no zone changes and changes back within that time.
    while high < to {
        low = high;
        high = (high + step).min(to);
        if offset(zone, high) != before {
            break;
        }
    }
    if offset(zone, high) == before {
        return None;
    }
    let (mut low, mut high) = (low.timestamp(), high.timestamp());
    // Zone rules change at whole seconds.
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        let at = DateTime::from_timestamp(middle, 0)?;
        if at < from || offset(zone, at) == before {
            low = middle;
        } else {
            high = middle;
        }
    }
    DateTime::from_timestamp(high, 0)
}

fn offset(zone: Tz, at: DateTime<Utc>) -> i32 {
    at.with_timezone(&zone).offset().fix().local_minus_utc()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_jump_is_a_mark() {
        let noon = NaiveTime::from_hms_opt(12, 0, 0).unwrap();
        let zone = chrono_tz::America::New_York;
        assert_eq!(
            next_mark(zone, at("2026-03-08T06:00:00Z"), &[noon]),
            at("2026-03-08T07:00:00Z")
        );
        assert_eq!(
            next_mark(zone, at("2026-03-08T07:00:00Z"), &[noon]),
            at("2026-03-08T16:00:00Z")
        );
    }
}
