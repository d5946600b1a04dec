use proptest::prelude::*;
use static_assertions::assert_not_impl_any;

use super::*;

assert_not_impl_any!(TotpSecret: Clone, Copy, std::fmt::Display, PartialEq, serde::Serialize);

fn secret() -> TotpSecret {
    TotpSecret::from_bytes(b"12345678901234567890").unwrap()
}

fn at(step: u64) -> DateTime<Utc> {
    DateTime::from_timestamp(i64::try_from(step * 30).unwrap() + 11, 0).unwrap()
}

fn check(step_of_code: u64, last: Option<u64>, now: u64) -> Option<u64> {
    let settings = TotpSettings::default();
    let code = settings.code(&secret(), step_of_code);
    match settings.check(&secret(), code.expose_secret(), last, at(now)) {
        CodeCheck::Accepted { step } => Some(step),
        CodeCheck::Rejected => None,
    }
}

#[test]
fn one_step_to_either_side_is_accepted_and_no_more() {
    let accepted: Vec<_> = (95..=105).filter(|step| check(*step, None, 100).is_some()).collect();
    assert_eq!(accepted, [99, 100, 101]);
}

#[test]
fn to_04_a_used_step_and_all_before_it_are_refused() {
    assert_eq!(check(100, None, 100), Some(100));
    assert_eq!(check(100, Some(100), 100), None);
    assert_eq!(check(101, Some(100), 100), Some(101));
    assert_eq!(check(100, Some(101), 100), None);
    assert_eq!(check(99, Some(100), 100), None);
}

#[test]
fn strict_accepts_the_present_step_only() {
    let strict = TotpSettings::default().with_window(TotpWindow::Strict);
    let judge = |step| {
        let code = strict.code(&secret(), step);
        strict.check(&secret(), code.expose_secret(), None, at(100))
    };
    assert_eq!(judge(99), CodeCheck::Rejected);
    assert_eq!(judge(100), CodeCheck::Accepted { step: 100 });
    assert_eq!(judge(101), CodeCheck::Rejected);
}

#[test]
fn to_06_of_two_steps_with_one_code_the_later_is_used() {
    let settings = TotpSettings::default();
    let code = |step| settings.code(&secret(), step).expose_secret().to_owned();
    // The first pair of steps in one window that have the same code with this secret.
    let mut recent = [code(0), code(1)];
    let (first, second) = (2_u64..)
        .find_map(|step| {
            let now = code(step);
            let twin = recent.iter().position(|earlier| *earlier == now);
            let found = twin.map(|index| (step - 2 + index as u64, step));
            recent = [std::mem::take(&mut recent[1]), now];
            found
        })
        .unwrap();
    let now = at(second - 1);
    let typed = code(first);
    let judge = |last| settings.check(&secret(), &typed, last, now);
    assert_eq!(judge(None), CodeCheck::Accepted { step: second });
    assert_eq!(judge(Some(first)), CodeCheck::Accepted { step: second });
    assert_eq!(judge(Some(second)), CodeCheck::Rejected);
}

#[test]
fn to_13_spaces_and_hyphens_do_not_matter_and_other_digits_do() {
    let settings = TotpSettings::default();
    let judge = |typed: &str| settings.check(&secret(), typed, None, at(37_037_037));
    let accepted = CodeCheck::Accepted { step: 37_037_037 };
    for typed in ["050471", "050 471", " 05-04-71 "] {
        assert_eq!(judge(typed), accepted, "{typed}");
    }
    for typed in ["", "50471", "0504711", "05047１", "٠٥٠٤٧١", "050471\n", "+50471", "050471\0"]
    {
        assert_eq!(judge(typed), CodeCheck::Rejected, "{typed:?}");
    }
}

proptest! {
    #[test]
    fn to_13_any_input_at_any_time_is_judged_without_panic(
        typed in ".{0,20}",
        seconds in proptest::num::i64::ANY,
        last in proptest::option::of(proptest::num::u64::ANY),
    ) {
        let now = DateTime::from_timestamp(seconds % 8_000_000_000_000, 0).unwrap();
        let _ = TotpSettings::default().check(&secret(), &typed, last, now);
        let _ = TotpSettings::default().check(&secret(), "123456", last, now);
    }
}

#[test]
fn to_02_short_secrets_and_odd_lengths_of_codes_are_refused() {
    assert!(TotpSecret::from_bytes(&[1; 15]).is_err());
    assert!(TotpSecret::from_bytes(&[1; 129]).is_err());
    assert!(TotpSettings::default().with_digits(5).is_err());
    assert!(TotpSettings::default().with_digits(9).is_err());
}

#[test]
fn to_02_generated_secrets_have_160_bits_and_are_not_shown() {
    let random = crate::SeededRandom::new(1);
    let [a, b] = [(); 2].map(|()| TotpSecret::generate(&random).unwrap());
    assert_eq!(a.expose_bytes().len(), 20);
    assert_ne!(a.expose_bytes(), b.expose_bytes());
    assert_eq!(format!("{a:?}"), "TotpSecret([REDACTED])");
}

#[test]
fn to_14_names_in_the_uri_are_escaped_and_colons_refused() {
    let settings = TotpSettings::default().with_algorithm(TotpAlgorithm::Sha256);
    let uri = settings.with_digits(8).unwrap().uri(&secret(), "Ä & Co", "a b?").unwrap();
    assert_eq!(
        uri.expose_secret(),
        "otpauth://totp/%C3%84%20%26%20Co:a%20b%3F?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
         &issuer=%C3%84%20%26%20Co&algorithm=SHA256&digits=8&period=30"
    );
    assert_eq!(settings.uri(&secret(), "a:b", "c").err(), Some(TotpError::Label));
    assert_eq!(settings.uri(&secret(), "a", "").err(), Some(TotpError::Label));
}
