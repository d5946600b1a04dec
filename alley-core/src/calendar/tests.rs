use chrono_tz::{Africa, America, Asia, Australia, Europe, Pacific};
use proptest::prelude::*;

use super::*;

const ZONES: [Tz; 9] = [
    America::New_York,
    Europe::London,
    Africa::Cairo,
    America::Santiago,
    America::Havana,
    Asia::Beirut,
    Australia::Lord_Howe,
    Pacific::Apia,
    Asia::Kathmandu,
];

fn local(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").unwrap()
}

fn at(text: &str) -> DateTime<Utc> {
    local(text).and_utc()
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn hours(zone: Tz, day: &str) -> (i64, i64) {
    let minutes = day_window(zone, date(day), NaiveTime::MIN).length().num_minutes();
    (minutes / 60, minutes % 60)
}

#[test]
fn days_have_the_length_that_the_zone_gives_them() {
    assert_eq!(hours(America::New_York, "2024-03-10"), (23, 0));
    assert_eq!(hours(America::New_York, "2024-11-03"), (25, 0));
    assert_eq!(hours(America::New_York, "2024-07-01"), (24, 0));
    assert_eq!(hours(Australia::Lord_Howe, "2024-04-07"), (24, 30));
    assert_eq!(hours(Australia::Lord_Howe, "2024-10-06"), (23, 30));
    assert_eq!(hours(Pacific::Apia, "2011-12-30"), (0, 0));
    assert_eq!(hours(Pacific::Apia, "2011-12-31"), (24, 0));
    assert_eq!(hours(Africa::Cairo, "2024-04-26"), (23, 0));
}

#[test]
fn in_a_gap_the_border_is_the_transition() {
    let gap = at("2024-03-10 07:00:00");
    for time in ["02:00:00", "02:30:00", "02:59:59", "03:00:00"] {
        assert_eq!(border(America::New_York, local(&format!("2024-03-10 {time}"))), gap);
    }
    let santiago = border(America::Santiago, local("2024-09-08 00:00:00"));
    assert_eq!(santiago, at("2024-09-08 04:00:00"));
    let skipped = border(Pacific::Apia, local("2011-12-30 12:00:00"));
    assert_eq!(skipped, at("2011-12-30 10:00:00"));
}

#[test]
fn in_a_fold_the_border_is_the_first_pass() {
    let first = border(America::New_York, local("2024-11-03 01:30:00"));
    assert_eq!(first, at("2024-11-03 05:30:00"));
    // Beirut goes back from midnight into the day before: its midnight comes after the second pass.
    let beirut = border(Asia::Beirut, local("2024-10-27 00:00:00"));
    assert_eq!(wall_clock(Asia::Beirut, beirut), local("2024-10-27 00:00:00"));
    assert_eq!(hours(Asia::Beirut, "2024-10-26"), (25, 0));
}

#[test]
fn a_midnight_that_comes_twice_does_not_reopen_the_day_before() {
    let window = |instant| day_window_at(America::Havana, NaiveTime::MIN, at(instant));
    assert_eq!(window("2024-11-03 03:59:59").date, date("2024-11-02"));
    // 04:30 UTC is 00:30 the first time, 05:30 UTC is 00:30 again.
    assert_eq!(window("2024-11-03 04:30:00").date, date("2024-11-03"));
    assert_eq!(window("2024-11-03 05:30:00").date, date("2024-11-03"));
}

#[test]
fn weeks_begin_at_the_chosen_day_and_time() {
    let six = NaiveTime::from_hms_opt(6, 0, 0).unwrap();
    let week = |instant| week_window_at(Europe::London, Weekday::Mon, six, at(instant));
    // Monday, 4 November 2024, in winter time.
    assert_eq!(week("2024-11-04 05:59:59").date, date("2024-10-28"));
    assert_eq!(week("2024-11-04 06:00:00").date, date("2024-11-04"));
    assert_eq!(week("2024-11-10 23:00:00").date, date("2024-11-04"));
    // The week in which clocks go back has an hour more.
    assert_eq!(week("2024-10-25 12:00:00").length(), TimeDelta::hours(169));
}

#[test]
fn the_ends_of_the_calendar_are_borne() {
    for zone in ZONES {
        for instant in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
            let _ = wall_clock(zone, instant);
            let _ = day_window_at(zone, NaiveTime::MIN, instant);
            let _ = week_window_at(zone, Weekday::Sun, NaiveTime::MIN, instant);
        }
        let _ = border(zone, NaiveDateTime::MIN);
        let _ = border(zone, NaiveDateTime::MAX);
    }
}

fn zone() -> impl Strategy<Value = Tz> {
    (0..ZONES.len()).prop_map(|index| ZONES[index])
}

/// A local time of 1990 to 2040, most often near midnight or a transition's usual hours.
fn local_time() -> impl Strategy<Value = NaiveDateTime> {
    (0_i64..18_262, 0_i64..14_400, proptest::bool::ANY).prop_map(|(day, second, any)| {
        let second = if any { second * 6 } else { second };
        DateTime::from_timestamp(631_152_000 + day * 86_400 + second, 0).unwrap().naive_utc()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn the_border_is_at_or_past_the_time_and_nothing_shortly_before_is(
        zone in zone(),
        local in local_time(),
    ) {
        let found = border(zone, local);
        prop_assert!(wall_clock(zone, found) >= local);
        for seconds in (1..=10).chain((60..=100_000).step_by(60)) {
            let earlier = found - TimeDelta::seconds(seconds);
            prop_assert!(wall_clock(zone, earlier) < local, "{seconds} s earlier");
        }
    }

    #[test]
    fn borders_follow_their_dates_in_order(zone in zone(), local in local_time()) {
        prop_assert!(border(zone, local) <= border(zone, local + TimeDelta::days(1)));
    }

    #[test]
    fn every_instant_is_in_the_window_found_for_it(
        zone in zone(),
        instant in local_time(),
        reset in 0_u32..86_400,
    ) {
        let (instant, reset) = (
            instant.and_utc(),
            NaiveTime::from_num_seconds_from_midnight_opt(reset, 0).unwrap(),
        );
        let day = day_window_at(zone, reset, instant);
        prop_assert!(day.contains(instant));
        prop_assert_eq!(day, day_window(zone, day.date, reset));
        let week = week_window_at(zone, Weekday::Wed, reset, instant);
        prop_assert!(week.contains(instant));
        prop_assert_eq!(week.date.weekday(), Weekday::Wed);
        prop_assert!(week.start <= day.start && day.end <= week.end);
    }
}

/// Every day of the tested zones for fifty years: windows join without a gap.
#[test]
fn day_windows_join() {
    for zone in ZONES {
        let mut day = date("1990-01-01");
        let mut end = day_window(zone, day, NaiveTime::MIN).start;
        while day < date("2040-01-01") {
            let window = day_window(zone, day, NaiveTime::MIN);
            assert_eq!(window.start, end, "{zone} {day}");
            assert!(window.length() >= TimeDelta::zero(), "{zone} {day}");
            end = window.end;
            day = day.succ_opt().unwrap();
        }
    }
}
