//! Invariants of pacing over random policies and histories.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "test code")]

use alley_core::calendar::{day_window_at, wall_clock};
use alley_outreach::pacing::{
    CampaignWindow, Count, Entry, Only, Policy, Recipient, Rule, RuleKind, Scope, Situation, Unit,
    Verdict, WeekDay, ZoneDefaults, ZoneRef, Zones, decide, jitter_ms,
};
use chrono::{DateTime, NaiveTime, TimeDelta, Timelike as _, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;

const ZONES: [Tz; 6] = [
    chrono_tz::America::New_York,
    chrono_tz::Africa::Cairo,
    chrono_tz::America::Havana,
    chrono_tz::Asia::Beirut,
    chrono_tz::Australia::Lord_Howe,
    chrono_tz::Asia::Kathmandu,
];

fn recipient(creator: u8) -> Recipient {
    Recipient {
        seller: "s".to_owned(),
        shop: "h".to_owned(),
        campaign: "c".to_owned(),
        creator: format!("k{creator}"),
        connected: false,
    }
}

fn time(minutes: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(minutes / 60, minutes % 60, 0).unwrap()
}

fn kinds() -> impl Strategy<Value = RuleKind> {
    let zone = (0_usize..ZONES.len()).prop_map(|place| ZoneRef::Named(ZONES[place]));
    prop_oneof![
        (1_u32..6, 600_u32..20_000)
            .prop_map(|(limit, window_s)| RuleKind::Rolling { limit, window_s }),
        (60_u32..3_000, 0_u32..90_000).prop_map(|(gap_s, jitter_max_ms)| {
            RuleKind::MinGap { gap_s, jitter_max_ms, seed: "seed".to_owned() }
        }),
        (1_u32..20, 600_u32..7_200, 1_u32..5).prop_map(|(limit, period_s, burst)| RuleKind::Gcra {
            limit,
            period_s,
            burst
        }),
        (1_u32..8, zone.clone(), any::<bool>()).prop_map(|(limit, zone, distinct)| {
            let count = if distinct { Count::DistinctCreators } else { Count::Messages };
            RuleKind::Calendar {
                unit: Unit::Day,
                week_start: WeekDay::Monday,
                reset: NaiveTime::MIN,
                zone,
                limit,
                count,
                only: Only::All,
            }
        }),
        (1_u32..4).prop_map(|limit| RuleKind::MaxOpen { limit }),
        (0_u32..1_440, 1_u32..1_200, zone).prop_map(|(start, length, zone)| {
            RuleKind::QuietHours { start: time(start), end: time((start + length) % 1_440), zone }
        }),
    ]
}

fn policies() -> impl Strategy<Value = Policy> {
    let scope = prop_oneof![Just(Scope::Seller), Just(Scope::Creator)];
    proptest::collection::vec((kinds(), scope), 1..4).prop_map(|rules| {
        let rule = |(place, (kind, scope)): (usize, (RuleKind, Scope))| Rule {
            id: format!("r{place}"),
            scope,
            kind,
        };
        let rules = rules.into_iter().enumerate().map(rule).collect();
        Policy::new(rules, ZoneDefaults::all(chrono_tz::Europe::London)).unwrap()
    })
}

/// Starts near changes of the clocks.
fn starts() -> impl Strategy<Value = DateTime<Utc>> {
    let days = ["2026-03-07", "2026-04-23", "2026-10-24", "2026-11-01", "2026-06-15", "2026-10-03"];
    (0_usize..days.len(), 0_i64..86_400).prop_map(move |(day, seconds)| {
        let day: DateTime<Utc> = format!("{}T00:00:00Z", days[day]).parse().unwrap();
        day + TimeDelta::seconds(seconds)
    })
}

fn situation<'a>(
    policy: &'a Policy,
    ledger: &'a [Entry],
    creator: u8,
    now: DateTime<Utc>,
) -> Situation<'a> {
    let london = chrono_tz::Europe::London;
    Situation {
        now,
        policy,
        zones: Zones { seller: london, shop: london, creator: vec![london] },
        recipient: recipient(creator),
        ledger,
        last_reply: None,
        suppressed: &[],
        campaign: CampaignWindow::default(),
        expires_at: None,
    }
}

/// Hands out whenever it is allowed.
fn simulate(policy: &Policy, start: DateTime<Utc>, steps: &[(u32, u8)]) -> Vec<Entry> {
    let mut ledger: Vec<Entry> = Vec::new();
    let mut now = start;
    for (place, (seconds, creator)) in steps.iter().enumerate() {
        now += TimeDelta::seconds(i64::from(*seconds));
        let verdict = decide(&situation(policy, &ledger, *creator, now)).verdict;
        if let Verdict::Allow { lease_until } = verdict {
            ledger.push(Entry {
                id: format!("e{place}"),
                at: now,
                recipient: recipient(*creator),
                open_until: Some(lease_until),
                refunded: false,
            });
        }
    }
    ledger
}

fn assert_holds(rule: &Rule, ledger: &[&Entry], lease_end: bool) {
    for (place, entry) in ledger.iter().enumerate() {
        let before = &ledger[..place];
        let inside = |from: DateTime<Utc>| {
            u32::try_from(before.iter().filter(|one| one.at > from).count()).unwrap() + 1
        };
        match &rule.kind {
            RuleKind::Rolling { limit, window_s } => {
                assert!(inside(entry.at - TimeDelta::seconds(i64::from(*window_s))) <= *limit);
            }
            RuleKind::MinGap { gap_s, jitter_max_ms, seed } => {
                for one in before {
                    let key = one.recipient.key(rule.scope);
                    let jitter = jitter_ms(seed, &rule.id, &key, &one.id, *jitter_max_ms);
                    let gap = i64::from(*gap_s) * 1_000 + i64::try_from(jitter).unwrap();
                    assert!((entry.at - one.at).num_milliseconds() >= gap);
                }
            }
            RuleKind::Gcra { limit, period_s, burst } => {
                let spacing =
                    (i64::from(*period_s) * 1_000 + i64::from(*limit) - 1) / i64::from(*limit);
                for (first, one) in before.iter().enumerate() {
                    // The least half-open stretch that holds both.
                    let length = (entry.at - one.at).num_milliseconds() + 1;
                    let most = i64::from(*burst) + (length + spacing - 1) / spacing - 1;
                    assert!(i64::try_from(place - first + 1).unwrap() <= most);
                }
            }
            RuleKind::Calendar { limit, zone: ZoneRef::Named(zone), count, reset, .. } => {
                let window = day_window_at(*zone, *reset, entry.at);
                let in_window = ledger.iter().filter(|one| window.contains(one.at));
                let mut names: Vec<&str> = in_window
                    .map(|one| match count {
                        Count::Messages => one.id.as_str(),
                        Count::DistinctCreators => one.recipient.creator.as_str(),
                    })
                    .collect();
                names.sort_unstable();
                names.dedup();
                assert!(names.len() <= usize::try_from(*limit).unwrap());
            }
            RuleKind::MaxOpen { limit } if lease_end => {
                let open = before.iter().filter(|one| one.open_until.unwrap() > entry.at).count();
                assert!(open < usize::try_from(*limit).unwrap());
            }
            RuleKind::QuietHours { start, end, zone: ZoneRef::Named(zone) } => {
                let shown = wall_clock(*zone, entry.at).time().num_seconds_from_midnight();
                let (start, end) =
                    (start.num_seconds_from_midnight(), end.num_seconds_from_midnight());
                let quiet = if start < end {
                    start <= shown && shown < end
                } else {
                    start <= shown || shown < end
                };
                assert!(!quiet);
            }
            _ => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_ledger_satisfies_every_rule_at_every_instant(
        policy in policies(),
        start in starts(),
        steps in proptest::collection::vec((0_u32..4_000, 0_u8..4), 1..60),
    ) {
        let ledger = simulate(&policy, start, &steps);
        for rule in &policy.rules {
            for creator in 0..4 {
                let mine: Vec<&Entry> = ledger
                    .iter()
                    .filter(|entry| entry.recipient.shares(&recipient(creator), rule.scope))
                    .collect();
                assert_holds(rule, &mine, true);
            }
        }
    }

    #[test]
    fn the_next_instant_is_the_first_that_is_allowed(
        policy in policies(),
        start in starts(),
        steps in proptest::collection::vec((0_u32..4_000, 0_u8..4), 1..40),
        creator in 0_u8..4,
        wait in 0_i64..4_000_000,
    ) {
        let ledger = simulate(&policy, start, &steps);
        let total: i64 = steps.iter().map(|(seconds, _)| i64::from(*seconds)).sum();
        let now = start + TimeDelta::seconds(total) + TimeDelta::milliseconds(wait);
        let asked = |at| decide(&situation(&policy, &ledger, creator, at));
        if let Verdict::Deny { next_eligible: Some(next), .. } = asked(now).verdict {
            prop_assert!(next > now);
            prop_assert!(asked(next).is_allowed());
            prop_assert!(!asked(next - TimeDelta::milliseconds(1)).is_allowed());
            let between = (next - now).num_milliseconds();
            for part in 1..20 {
                let at = now + TimeDelta::milliseconds(between * part / 20);
                prop_assert!(at >= next || !asked(at).is_allowed());
            }
        }
    }

    #[test]
    fn the_order_of_the_ledger_does_not_matter(
        policy in policies(),
        start in starts(),
        steps in proptest::collection::vec((0_u32..4_000, 0_u8..4), 1..40),
        seed in any::<u64>(),
    ) {
        let mut ledger = simulate(&policy, start, &steps);
        let now = ledger.last().map_or(start, |entry| entry.at) + TimeDelta::seconds(30);
        let before = decide(&situation(&policy, &ledger, 1, now));
        ledger.sort_by_key(|entry| jitter_ms(&seed.to_string(), "", "", &entry.id, u32::MAX));
        prop_assert_eq!(before, decide(&situation(&policy, &ledger, 1, now)));
    }

    #[test]
    fn a_lease_never_reaches_into_quiet_hours(
        policy in policies(),
        start in starts(),
        creator in 0_u8..4,
    ) {
        if let Verdict::Allow { lease_until } = decide(&situation(&policy, &[], creator, start)).verdict {
            let lease = (lease_until - start).num_milliseconds();
            prop_assert!(lease > 0 && lease <= i64::from(policy.lease_ttl_s) * 1_000);
            let quiet = |rule: &Rule| Rule { scope: Scope::Seller, ..rule.clone() };
            let wall: Vec<Rule> = policy
                .rules
                .iter()
                .filter(|rule| matches!(rule.kind, RuleKind::QuietHours { .. }))
                .map(quiet)
                .collect();
            let wall = Policy::new(wall, policy.zones.clone()).unwrap();
            for part in 0..20 {
                let at = start + TimeDelta::milliseconds(lease * part / 20);
                prop_assert!(decide(&situation(&wall, &[], creator, at)).is_allowed());
            }
        }
    }
}
