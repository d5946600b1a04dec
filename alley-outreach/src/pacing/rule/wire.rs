//! The text form of a rule: one flat object, as policies are written and stored.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::{Count, Only, Rule, RuleKind, Scope, Unit, WeekDay, ZoneRef};

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleText {
    id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scope: Option<Scope>,
    kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    limit: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    window_s: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    gap_s: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    jitter_max_ms: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seed: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    period_s: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    burst: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unit: Option<Unit>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    week_start: Option<WeekDay>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reset: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    zone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    count: Option<Count>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    only: Option<Only>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    start_date: Option<NaiveDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    caps: Option<Vec<u32>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    idle_reset_days: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    start: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    end: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    days: Option<Vec<WeekDay>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    dates: Option<Vec<NaiveDate>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    since: Option<DateTime<Utc>>,
}

fn need<T>(id: &str, name: &str, value: Option<T>) -> Result<T, String> {
    value.ok_or_else(|| format!("rule {id}: {name} is missing"))
}

fn time(id: &str, name: &str, text: Option<&str>) -> Result<NaiveTime, String> {
    let text = need(id, name, text)?;
    NaiveTime::parse_from_str(text, "%H:%M")
        .map_err(|error| format!("rule {id}: {name} must be a time of day as HH:MM: {error}"))
}

fn zone(id: &str, text: Option<&str>) -> Result<ZoneRef, String> {
    match need(id, "zone", text)? {
        "shop" => Ok(ZoneRef::Shop),
        "creator" => Ok(ZoneRef::Creator),
        "seller" => Ok(ZoneRef::Seller),
        name => name.parse::<Tz>().ok().map(ZoneRef::Named).ok_or_else(|| {
            format!(
                "rule {id}: zone must be shop, creator, seller or the name of a known time zone"
            )
        }),
    }
}

impl TryFrom<RuleText> for Rule {
    type Error = String;

    fn try_from(text: RuleText) -> Result<Self, String> {
        let kind = text.kind()?;
        let default = match kind {
            RuleKind::MaxUnanswered { .. } => Scope::Creator,
            _ => Scope::Seller,
        };
        Ok(Self { scope: text.scope.unwrap_or(default), kind, id: text.id })
    }
}

impl RuleText {
    fn kind(&self) -> Result<RuleKind, String> {
        let id = self.id.as_str();
        let limit = || need(id, "limit", self.limit);
        let zone = || zone(id, self.zone.as_deref());
        let count = self.count.unwrap_or_default();
        let only = self.only.unwrap_or_default();
        Ok(match self.kind.as_str() {
            "rolling" => RuleKind::Rolling {
                limit: limit()?,
                window_s: need(id, "window_s", self.window_s)?,
            },
            "min_gap" => RuleKind::MinGap {
                gap_s: need(id, "gap_s", self.gap_s)?,
                jitter_max_ms: self.jitter_max_ms.unwrap_or(0),
                seed: self.seed.clone().unwrap_or_default(),
            },
            "gcra" => RuleKind::Gcra {
                limit: limit()?,
                period_s: need(id, "period_s", self.period_s)?,
                burst: need(id, "burst", self.burst)?,
            },
            "calendar" => RuleKind::Calendar {
                unit: need(id, "unit", self.unit)?,
                week_start: self.week_start.unwrap_or(WeekDay::Monday),
                reset: time(id, "reset", self.reset.as_deref().or(Some("00:00")))?,
                zone: zone()?,
                limit: limit()?,
                count,
                only,
            },
            "warm_up" => RuleKind::WarmUp {
                start_date: need(id, "start_date", self.start_date)?,
                caps: need(id, "caps", self.caps.clone())?,
                zone: zone()?,
                idle_reset_days: self.idle_reset_days,
            },
            "max_open" => RuleKind::MaxOpen { limit: limit()? },
            "max_unanswered" => RuleKind::MaxUnanswered { limit: limit()? },
            "quiet_hours" => RuleKind::QuietHours {
                start: time(id, "start", self.start.as_deref())?,
                end: time(id, "end", self.end.as_deref())?,
                zone: zone()?,
            },
            "allowed_weekdays" => RuleKind::AllowedWeekdays {
                days: need(id, "days", self.days.clone())?,
                zone: zone()?,
            },
            "blackout_dates" => RuleKind::BlackoutDates {
                dates: need(id, "dates", self.dates.clone())?,
                zone: zone()?,
            },
            "total" => RuleKind::Total {
                limit: limit()?,
                since: need(id, "since", self.since)?,
                count,
                only,
            },
            _ => return Err(format!("rule {id}: unknown kind of rule")),
        })
    }
}

impl From<Rule> for RuleText {
    fn from(rule: Rule) -> Self {
        let Rule { id, scope, kind } = rule;
        let text = Self { id, scope: Some(scope), ..Self::default() };
        let hm = |time: NaiveTime| Some(time.format("%H:%M").to_string());
        let named = |kind: &str| kind.to_owned();
        match kind {
            RuleKind::Rolling { limit, window_s } => Self {
                kind: named("rolling"),
                limit: Some(limit),
                window_s: Some(window_s),
                ..text
            },
            RuleKind::MinGap { gap_s, jitter_max_ms, seed } => Self {
                kind: named("min_gap"),
                gap_s: Some(gap_s),
                jitter_max_ms: Some(jitter_max_ms),
                seed: Some(seed),
                ..text
            },
            RuleKind::Gcra { limit, period_s, burst } => Self {
                kind: named("gcra"),
                limit: Some(limit),
                period_s: Some(period_s),
                burst: Some(burst),
                ..text
            },
            RuleKind::Calendar { unit, week_start, reset, zone, limit, count, only } => Self {
                kind: named("calendar"),
                unit: Some(unit),
                week_start: Some(week_start),
                reset: hm(reset),
                zone: Some(zone.to_string()),
                limit: Some(limit),
                count: Some(count),
                only: Some(only),
                ..text
            },
            RuleKind::WarmUp { start_date, caps, zone, idle_reset_days } => Self {
                kind: named("warm_up"),
                start_date: Some(start_date),
                caps: Some(caps),
                zone: Some(zone.to_string()),
                idle_reset_days,
                ..text
            },
            RuleKind::MaxOpen { limit } => {
                Self { kind: named("max_open"), limit: Some(limit), ..text }
            }
            RuleKind::MaxUnanswered { limit } => {
                Self { kind: named("max_unanswered"), limit: Some(limit), ..text }
            }
            RuleKind::QuietHours { start, end, zone } => Self {
                kind: named("quiet_hours"),
                start: hm(start),
                end: hm(end),
                zone: Some(zone.to_string()),
                ..text
            },
            RuleKind::AllowedWeekdays { days, zone } => Self {
                kind: named("allowed_weekdays"),
                days: Some(days),
                zone: Some(zone.to_string()),
                ..text
            },
            RuleKind::BlackoutDates { dates, zone } => Self {
                kind: named("blackout_dates"),
                dates: Some(dates),
                zone: Some(zone.to_string()),
                ..text
            },
            RuleKind::Total { limit, since, count, only } => Self {
                kind: named("total"),
                limit: Some(limit),
                since: Some(since),
                count: Some(count),
                only: Some(only),
                ..text
            },
        }
    }
}

impl std::fmt::Display for ZoneRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Shop => f.write_str("shop"),
            Self::Creator => f.write_str("creator"),
            Self::Seller => f.write_str("seller"),
            Self::Named(zone) => f.write_str(zone.name()),
        }
    }
}
