//! Deadlines of requests: calendar arithmetic over rules of law. Not legal advice.
//!
//! Where readings of a law differ there are two dates: `due_date` follows the best supported one,
//! `safe_date` whichever of those listed ends first. Zone and holidays of the place where it acts
//! come from the host; none are built in.

use alley_core::calendar;
use chrono::{
    DateTime, Datelike as _, Days, DurationRound as _, Months, NaiveDate, NaiveTime, TimeDelta,
    Utc, Weekday,
};
use chrono_tz::Tz;

/// A span as laws write it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Term {
    /// Calendar months; a day that the last month lacks becomes its last day.
    Months(u32),
    /// Calendar days.
    Days(u64),
    /// Days that are neither Saturday, Sunday nor holiday.
    BusinessDays(u32),
}

/// A reading under which a date comes earlier.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Reading {
    /// The last day does not move to a working day.
    NoRoll,
    /// A question about identity does not delay the start.
    FromReceipt,
    /// The extension counts from the end of the first period.
    TwoStepExtension,
    /// The day of receipt is day one.
    InclusiveFirstDay,
    /// Holidays are business days.
    IgnoreHolidays,
}

/// A rule: how long, from when, with which extension.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Rule {
    /// Its id: `eu_gdpr.dsr`.
    pub id: &'static str,
    /// The text of law.
    pub basis: &'static str,
    /// How long.
    pub period: Term,
    /// How long in all when it is extended, on notice within the first period.
    pub extended: Option<Term>,
    /// Until when receipt must be acknowledged.
    pub acknowledge: Option<Term>,
    /// Whether a last day that is no working day moves to the next one.
    pub rolls: bool,
    /// Readings that come earlier.
    pub readings: &'static [Reading],
}

const fn rule(id: &'static str, basis: &'static str, period: Term) -> Rule {
    Rule { id, basis, period, extended: None, acknowledge: None, rolls: false, readings: &[] }
}

/// The rules that this version knows.
pub const RULES: &[Rule] = &[
    Rule {
        extended: Some(Term::Months(3)),
        rolls: true,
        readings: &[Reading::NoRoll, Reading::FromReceipt, Reading::TwoStepExtension],
        ..rule(
            "eu_gdpr.dsr",
            "GDPR article 12(3); counted by Regulation 1182/71 article 3",
            Term::Months(1),
        )
    },
    Rule {
        extended: Some(Term::Months(3)),
        rolls: true,
        readings: &[Reading::NoRoll, Reading::TwoStepExtension],
        ..rule("uk_gdpr.dsr", "UK GDPR article 12A", Term::Months(1))
    },
    Rule {
        extended: Some(Term::Days(90)),
        acknowledge: Some(Term::BusinessDays(10)),
        readings: &[Reading::InclusiveFirstDay],
        ..rule("us_ca_ccpa.dsr", "11 CCR 7021", Term::Days(45))
    },
    Rule {
        readings: &[Reading::IgnoreHolidays],
        ..rule("us_ca_ccpa.opt_out", "11 CCR 7026(f)", Term::BusinessDays(15))
    },
    Rule {
        extended: Some(Term::Days(90)),
        ..rule("us_va_cdpa.dsr", "Virginia CDPA", Term::Days(45))
    },
    rule("us_va_cdpa.appeal", "Virginia CDPA", Term::Days(60)),
    Rule {
        extended: Some(Term::Days(105)),
        ..rule("us_co_cpa.appeal", "Colorado CPA", Term::Days(45))
    },
    Rule {
        extended: Some(Term::Days(135)),
        ..rule("us_ia_icdpa.dsr", "Iowa ICDPA", Term::Days(90))
    },
    rule("br_lgpd.access", "LGPD article 19 II", Term::Days(15)),
    rule("br_lgpd.access_small_agent", "Resolution CD/ANPD 2/2022", Term::Days(30)),
    Rule {
        extended: Some(Term::Days(60)),
        ..rule("ca_pipeda.access", "PIPEDA section 8", Term::Days(30))
    },
    rule("ca_qc_law25.access", "Quebec Law 25", Term::Days(30)),
    Rule {
        readings: &[Reading::IgnoreHolidays],
        ..rule("nz_privacy.access", "New Zealand Privacy Act 2020", Term::BusinessDays(20))
    },
    Rule {
        extended: Some(Term::Days(30)),
        ..rule("tw_pdpa.access", "Taiwan PDPA article 13", Term::Days(15))
    },
    Rule {
        extended: Some(Term::Days(60)),
        ..rule("tw_pdpa.delete", "Taiwan PDPA article 13", Term::Days(30))
    },
];

/// The rule with this id.
pub fn rule_of(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id)
}

/// What happened, and where.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Facts {
    /// First receipt.
    pub received_at: DateTime<Utc>,
    /// When information about identity arrived that was asked for at once.
    pub clock_starts: Option<DateTime<Utc>>,
    /// The zone of the place where it is acted.
    pub zone: Tz,
    /// Holidays of that place.
    pub holidays: Vec<NaiveDate>,
    /// Whether the requester was told that it takes longer.
    pub extended: bool,
    /// Days on which the clock stood, first and last of each pause.
    pub pauses: Vec<(NaiveDate, NaiveDate)>,
}

impl Facts {
    /// A request without extension and pauses.
    pub const fn new(received_at: DateTime<Utc>, zone: Tz, holidays: Vec<NaiveDate>) -> Self {
        Self {
            received_at,
            clock_starts: None,
            zone,
            holidays,
            extended: false,
            pauses: Vec::new(),
        }
    }

    fn is_working(&self, date: NaiveDate, holidays: bool) -> bool {
        let weekend = matches!(date.weekday(), Weekday::Sat | Weekday::Sun);
        let holiday = holidays && self.holidays.contains(&date);
        !weekend && !holiday
    }

    fn add(&self, start: NaiveDate, term: Term, holidays: bool) -> NaiveDate {
        let end = match term {
            Term::Months(months) => start.checked_add_months(Months::new(months)),
            Term::Days(days) => start.checked_add_days(Days::new(days)),
            Term::BusinessDays(days) => {
                let later = start.iter_days().skip(1);
                let mut working = later.filter(|date| self.is_working(*date, holidays));
                match usize::try_from(days) {
                    Ok(0) => Some(start),
                    Ok(days) => working.nth(days - 1),
                    Err(_) => None,
                }
            }
        };
        end.unwrap_or(NaiveDate::MAX)
    }

    fn roll(&self, date: NaiveDate) -> NaiveDate {
        date.iter_days().find(|date| self.is_working(*date, true)).unwrap_or(date)
    }
}

/// When a request must be answered.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Deadline {
    /// The last day before it moves to a working day.
    pub unrolled_date: NaiveDate,
    /// The last day to answer.
    pub due_date: NaiveDate,
    /// The first instant after it.
    pub due_exclusive: DateTime<Utc>,
    /// The last day under the strictest reading.
    pub safe_date: NaiveDate,
    /// The last day to acknowledge receipt, where the rule has one.
    pub acknowledge_by: Option<NaiveDate>,
    /// The last day to say that it takes longer, where the rule allows that.
    pub extension_notice_by: Option<NaiveDate>,
}

/// Computes the dates of a request under a rule. A later receipt never gives an earlier date.
pub fn deadline(rule: &Rule, facts: &Facts) -> Deadline {
    let local = |instant| calendar::wall_clock(facts.zone, instant).date();
    let received = local(facts.received_at);
    let start = facts.clock_starts.map_or(received, |instant| local(instant).max(received));
    let paused: u64 = facts
        .pauses
        .iter()
        .map(|(from, to)| u64::try_from((*to - *from).num_days() + 1).unwrap_or(0))
        .sum();
    let pause =
        |date: NaiveDate| date.checked_add_days(Days::new(paused)).unwrap_or(NaiveDate::MAX);
    let term = rule.extended.filter(|_| facts.extended).unwrap_or(rule.period);
    let unrolled_date = pause(facts.add(start, term, true));
    let due_date = if rule.rolls { facts.roll(unrolled_date) } else { unrolled_date };

    let has = |reading| rule.readings.contains(&reading);
    let early = if has(Reading::FromReceipt) { received } else { start };
    let mut safe_date = if has(Reading::NoRoll) { unrolled_date } else { due_date };
    safe_date = safe_date.min(pause(facts.add(early, term, !has(Reading::IgnoreHolidays))));
    if has(Reading::InclusiveFirstDay) {
        safe_date = safe_date.pred_opt().unwrap_or(safe_date);
    }
    if let (true, Term::Months(first), Term::Months(all)) =
        (has(Reading::TwoStepExtension) && facts.extended, rule.period, term)
    {
        let step = facts.add(early, Term::Months(first), true);
        let rest = Term::Months(all.saturating_sub(first));
        safe_date = safe_date.min(pause(facts.add(step, rest, true)));
    }
    let midnight = due_date.succ_opt().unwrap_or(due_date).and_time(NaiveTime::MIN);
    let first = pause(facts.add(start, rule.period, true));
    Deadline {
        unrolled_date,
        due_date,
        due_exclusive: calendar::border(facts.zone, midnight),
        safe_date,
        acknowledge_by: rule.acknowledge.map(|term| facts.add(received, term, true)),
        extension_notice_by: rule
            .extended
            .map(|_| if rule.rolls { facts.roll(first) } else { first }),
    }
}

/// When the authority must know of a breach (GDPR article 33(1)): 72 elapsed hours after awareness.
/// The second instant is the reading of Regulation 1182/71, which counts from the next full hour.
pub fn breach_notice(aware_at: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
    let hours = TimeDelta::hours(72);
    let full = aware_at.duration_trunc(TimeDelta::hours(1)).unwrap_or(aware_at);
    (aware_at + hours, full + TimeDelta::hours(1) + hours)
}

#[cfg(test)]
mod tests;
