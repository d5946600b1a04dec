use proptest::prelude::*;
use serde_json::Value;

use super::*;

const CASES: &str = include_str!("../../../tests/deadlines.json");

fn date(value: &Value) -> NaiveDate {
    value.as_str().unwrap().parse().unwrap()
}

fn instant(value: &Value) -> DateTime<Utc> {
    value.as_str().unwrap().parse().unwrap()
}

fn facts(case: &Value) -> Facts {
    let holidays = case["holidays"].as_array().unwrap().iter().map(date).collect();
    let mut facts = Facts::new(
        instant(&case["start"]),
        case["zone"].as_str().unwrap().parse().unwrap(),
        holidays,
    );
    facts.extended = case["extended"].as_bool().unwrap_or(false);
    facts.clock_starts = case.get("clock_starts").map(instant);
    facts.pauses = case["pauses"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|pause| (date(&pause[0]), date(&pause[1])))
        .collect();
    facts
}

#[test]
fn every_solved_case_comes_out_as_two_other_programs_computed_it() {
    let cases: Value = serde_json::from_str(CASES).unwrap();
    let cases = cases["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 25);
    for case in cases {
        let (id, expect) = (&case["id"], &case["expect"]);
        if case["rule"] == "eu_gdpr.breach_authority" {
            let wanted = (instant(&expect["due_instant"]), instant(&expect["due_instant_reg1182"]));
            assert_eq!(breach_notice(instant(&case["start"])), wanted, "{id}");
            continue;
        }
        let rule = rule_of(case["rule"].as_str().unwrap()).unwrap();
        let found = deadline(rule, &facts(case));
        assert_eq!(found.unrolled_date, date(&expect["unrolled_date"]), "{id}");
        assert_eq!(found.due_date, date(&expect["due_date"]), "{id}");
        assert_eq!(found.safe_date, date(&expect["safe_date"]), "{id}");
        assert_eq!(found.due_exclusive, instant(&expect["due_exclusive_utc"]), "{id}");
        if let Some(wanted) = expect.get("extension_notice_by") {
            assert_eq!(found.extension_notice_by, Some(date(wanted)), "{id}");
        }
        if let Some(wanted) = expect.get("ack_by") {
            assert_eq!(found.acknowledge_by, Some(date(wanted)), "{id}");
        }
    }
}

#[test]
fn rules_agree_with_the_file() {
    let file: Value = serde_json::from_str(CASES).unwrap();
    // Hours and the duty to keep records are no deadlines of answers: they have functions or
    // retention rules of their own.
    let other = ["eu_gdpr.breach_authority", "us_ca_ccpa.record"];
    for rule in file["rules"].as_array().unwrap() {
        let id = rule["id"].as_str().unwrap();
        if other.contains(&id) {
            continue;
        }
        let known = rule_of(id).unwrap();
        let term = |value: &Value| {
            let n = value["n"].as_u64().unwrap();
            match value["unit"].as_str().unwrap() {
                "months" => Term::Months(u32::try_from(n).unwrap()),
                "days" => Term::Days(n),
                _ => Term::BusinessDays(u32::try_from(n).unwrap()),
            }
        };
        assert_eq!(known.period, term(&rule["period"]), "{id}");
        assert_eq!(known.extended, rule["extension"].get("total").map(term), "{id}");
        assert_eq!(known.rolls, rule["roll_to_working_day"].as_bool().unwrap(), "{id}");
        assert_eq!(known.readings.len(), rule["safe_readings"].as_array().unwrap().len(), "{id}");
    }
}

proptest! {
    #[test]
    fn dates_keep_their_promises(
        start in 1_700_000_000_i64..1_900_000_000,
        later in 0_i64..10_000_000,
        rule in 0..RULES.len(),
        extended in any::<bool>(),
        holiday in 0_u64..120,
    ) {
        let rule = &RULES[rule];
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        let facts = |seconds| {
            let mut facts = Facts::new(at(seconds), chrono_tz::Europe::Berlin, Vec::new());
            facts.extended = extended;
            facts
        };
        let first = deadline(rule, &facts(start));
        prop_assert!(first.safe_date <= first.due_date);
        prop_assert!(first.due_date >= first.unrolled_date);
        if rule.rolls {
            prop_assert!(!matches!(first.due_date.weekday(), Weekday::Sat | Weekday::Sun));
        }
        prop_assert!(deadline(rule, &facts(start + later)).due_date >= first.due_date);
        let mut more = facts(start);
        more.holidays = vec![at(start).date_naive() + Days::new(holiday)];
        prop_assert!(deadline(rule, &more).due_date >= first.due_date);
        let mut plain = facts(start);
        plain.extended = false;
        prop_assert!(deadline(rule, &plain).due_date <= first.due_date);
    }
}
