//! Borders of local days and weeks, for pacing and for deadlines.
//!
//! A border is the first instant at which local clocks show the date and time, or a later one.
//! Where clocks are set forward over that time, it is the moment they are set; where they are set
//! back over it, the first pass. Adding the length of the gap, as several libraries do, would be
//! later than the border. Borders, not wall-clock dates, decide in which window an instant is, so
//! that a midnight that comes twice does not open the day before again.

use chrono::{
    DateTime, Datelike as _, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone as _,
    Utc, Weekday,
};
use chrono_tz::Tz;

/// From one border up to, not including, the next.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct Window {
    /// The local date of the border that it starts at; its name.
    pub date: NaiveDate,
    /// The first instant.
    pub start: DateTime<Utc>,
    /// The first instant after it. Equal to `start` for a date that the zone skipped.
    pub end: DateTime<Utc>,
}

impl Window {
    /// Whether the instant is in it.
    pub fn contains(&self, instant: DateTime<Utc>) -> bool {
        self.start <= instant && instant < self.end
    }

    /// Its length: 23 to 25 hours for most days, none for a skipped one.
    pub fn length(&self) -> TimeDelta {
        self.end.signed_duration_since(self.start)
    }
}

/// What a clock on the wall shows in the zone. At the ends of the calendar it shows UTC.
pub fn wall_clock(zone: Tz, instant: DateTime<Utc>) -> NaiveDateTime {
    let local = zone.from_utc_datetime(&instant.naive_utc());
    instant
        .naive_utc()
        .checked_add_offset(chrono::Offset::fix(local.offset()))
        .unwrap_or(instant.naive_utc())
}

/// The least instant whose wall clock in the zone is at or past `local`.
///
/// ```
/// use alley_core::calendar::border;
/// use chrono::NaiveDate;
///
/// let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap().and_hms_opt(0, 0, 0).unwrap();
/// // Cairo had no midnight on this day: clocks went from 23:59:59 to 01:00.
/// let start = border(chrono_tz::Africa::Cairo, day(2024, 4, 26));
/// assert_eq!(start.to_rfc3339(), "2024-04-25T22:00:00+00:00");
/// // Havana had two; the first counts.
/// let start = border(chrono_tz::America::Havana, day(2024, 11, 3));
/// assert_eq!(start.to_rfc3339(), "2024-11-03T04:00:00+00:00");
/// ```
pub fn border(zone: Tz, local: NaiveDateTime) -> DateTime<Utc> {
    if let Some(earliest) = zone.from_local_datetime(&local).earliest() {
        return earliest.with_timezone(&Utc);
    }
    // No clock shows this time: find the moment that they are set past it. Two days to either
    // side are more than any offset and any gap together (Apia skipped a whole day).
    let (mut before, mut after) = (-FAR_SECONDS, FAR_SECONDS);
    let whole = local.and_utc().timestamp();
    let instant = |offset: i64| DateTime::from_timestamp(whole.saturating_add(offset), 0);
    while after - before > 1 {
        let middle = before.midpoint(after);
        match instant(middle) {
            Some(instant) if wall_clock(zone, instant) < local => before = middle,
            _ => after = middle,
        }
    }
    instant(after).unwrap_or_else(|| local.and_utc())
}

/// The window of the local date `date`, whose border is at `reset`.
pub fn day_window(zone: Tz, date: NaiveDate, reset: NaiveTime) -> Window {
    span(zone, date, reset, 1)
}

/// The day window that holds `instant`, days beginning at `reset`.
pub fn day_window_at(zone: Tz, reset: NaiveTime, instant: DateTime<Utc>) -> Window {
    window_at(zone, reset, instant, 1, wall_clock(zone, instant).date())
}

/// The week window that holds `instant`, weeks beginning on `first` at `reset`.
pub fn week_window_at(
    zone: Tz,
    first: Weekday,
    reset: NaiveTime,
    instant: DateTime<Utc>,
) -> Window {
    let today = wall_clock(zone, instant).date();
    let since = u64::from(today.weekday().days_since(first));
    window_at(zone, reset, instant, 7, back(today, since))
}

/// Starts at the window after the guess and goes back to the latest one that has begun. Borders
/// follow dates in order, so that is the one that holds the instant; skipped dates share their
/// border with the next date and are passed over.
fn window_at(
    zone: Tz,
    reset: NaiveTime,
    instant: DateTime<Utc>,
    days: u64,
    guess: NaiveDate,
) -> Window {
    let mut date = on(guess, days);
    loop {
        let earlier = back(date, days);
        if earlier == date || border(zone, date.and_time(reset)) <= instant {
            return span(zone, date, reset, days);
        }
        date = earlier;
    }
}

fn span(zone: Tz, date: NaiveDate, reset: NaiveTime, days: u64) -> Window {
    let start = border(zone, date.and_time(reset));
    let end = border(zone, on(date, days).and_time(reset));
    Window { date, start, end }
}

fn on(date: NaiveDate, days: u64) -> NaiveDate {
    date.checked_add_days(Days::new(days)).unwrap_or(date)
}

fn back(date: NaiveDate, days: u64) -> NaiveDate {
    date.checked_sub_days(Days::new(days)).unwrap_or(date)
}

const FAR_SECONDS: i64 = 2 * 24 * 60 * 60;

#[cfg(test)]
mod tests;
