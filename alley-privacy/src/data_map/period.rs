//! Retention periods: ISO 8601 durations in calendar units.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Days, Months, Utc};

/// A span in calendar months and days, from a duration such as `P30D`, `P24M`, `P7Y` or `P1Y6M`.
///
/// A month ends on the day with the same number, or on the last day of a shorter month; months are
/// added before days.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct Period {
    years: u32,
    months: u32,
    weeks: u32,
    days: u32,
}

impl Period {
    /// At once: `P0D`.
    pub const ZERO: Self = Self { years: 0, months: 0, weeks: 0, days: 0 };

    /// A number of days.
    pub const fn days(days: u32) -> Self {
        Self { days, ..Self::ZERO }
    }

    /// Whether the period is over as soon as it begins.
    pub const fn is_zero(&self) -> bool {
        self.total_months() == 0 && self.total_days() == 0
    }

    /// The end of the period that starts at `start`. Past the calendar's end it is its last instant.
    pub fn end(&self, start: DateTime<Utc>) -> DateTime<Utc> {
        start
            .checked_add_months(Months::new(self.total_months()))
            .and_then(|at| at.checked_add_days(Days::new(self.total_days())))
            .unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// An instant so early that every period that started at or before it is over at `now`.
    /// Where months differ in length it may lie up to three days before the last such instant.
    pub fn cutoff(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        // Days first: taking months off first could give an instant whose period ends after now.
        now.checked_sub_days(Days::new(self.total_days()))
            .and_then(|at| at.checked_sub_months(Months::new(self.total_months())))
            .unwrap_or(DateTime::<Utc>::MIN_UTC)
    }

    /// A length to compare periods by: months of 31 days, so that `P1M` counts as longer than `P30D`.
    pub const fn longest_days(&self) -> u64 {
        self.total_months() as u64 * 31 + self.total_days()
    }

    const fn total_months(&self) -> u32 {
        self.years.saturating_mul(12).saturating_add(self.months)
    }

    const fn total_days(&self) -> u64 {
        self.weeks as u64 * 7 + self.days as u64
    }
}

/// A text is no period.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "not a period: write P, then years (Y), months (M), weeks (W), days (D), such as P30D or P7Y"
)]
#[non_exhaustive]
pub struct ParsePeriodError;

impl FromStr for Period {
    type Err = ParsePeriodError;

    fn from_str(text: &str) -> Result<Self, ParsePeriodError> {
        let mut rest =
            text.strip_prefix('P').filter(|rest| !rest.is_empty()).ok_or(ParsePeriodError)?;
        let mut period = Self::ZERO;
        for unit in ['Y', 'M', 'W', 'D'] {
            let Some((number, after)) = rest.split_once(unit) else {
                continue;
            };
            let plain =
                (1..=5).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
            if !plain {
                return Err(ParsePeriodError);
            }
            let number: u32 = number.parse().map_err(|_cause| ParsePeriodError)?;
            match unit {
                'Y' => period.years = number,
                'M' => period.months = number,
                'W' => period.weeks = number,
                _ => period.days = number,
            }
            rest = after;
        }
        if rest.is_empty() { Ok(period) } else { Err(ParsePeriodError) }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_zero() {
            return f.write_str("P0D");
        }
        f.write_str("P")?;
        let units = [(self.years, 'Y'), (self.months, 'M'), (self.weeks, 'W'), (self.days, 'D')];
        for (number, unit) in units.into_iter().filter(|(number, _)| *number > 0) {
            write!(f, "{number}{unit}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn months_end_on_the_last_day_of_a_shorter_month() {
        let month: Period = "P1M".parse().unwrap();
        assert_eq!(month.end(at("2026-01-31T10:00:00Z")), at("2026-02-28T10:00:00Z"));
        assert_eq!(month.end(at("2028-01-31T10:00:00Z")), at("2028-02-29T10:00:00Z"));
        let years: Period = "P7Y".parse().unwrap();
        assert_eq!(years.end(at("2024-02-29T00:00:00Z")), at("2031-02-28T00:00:00Z"));
    }

    #[test]
    fn anything_but_calendar_units_is_refused() {
        for wrong in
            ["", "P", "30D", "P1", "PT5M", "P1.5D", "P-1D", "P1D2Y", "p1d", "P1D ", "P999999D"]
        {
            assert!(wrong.parse::<Period>().is_err(), "{wrong}");
        }
        assert_eq!("P1Y2M3W4D".parse::<Period>().unwrap().to_string(), "P1Y2M3W4D");
        assert_eq!("P0D".parse::<Period>().unwrap().to_string(), "P0D");
    }

    proptest! {
        #[test]
        fn what_lies_at_the_cutoff_is_over_and_never_by_much(
            now in 0_i64..4_000_000_000, months in 0_u32..100, days in 0_u32..500,
        ) {
            let now = DateTime::from_timestamp(now, 0).unwrap();
            let period = Period { months, days, ..Period::ZERO };
            let cutoff = period.cutoff(now);
            prop_assert!(period.end(cutoff) <= now);
            prop_assert!(period.end(cutoff + chrono::TimeDelta::days(4)) > now);
        }

        #[test]
        fn a_later_start_never_ends_on_an_earlier_day(a in 0_i64..4_000_000_000, more in 0_i64..10_000_000, months in 0_u32..50) {
            let period = Period { months, days: 3, ..Period::ZERO };
            let start = DateTime::from_timestamp(a, 0).unwrap();
            let later = DateTime::from_timestamp(a + more, 0).unwrap();
            // On the last day of a shorter month several starts meet, each at its own time of day.
            let day = |start| period.end(start).date_naive();
            prop_assert!(day(start) <= day(later));
        }
    }
}
