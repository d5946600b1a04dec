use std::sync::Arc;

use static_assertions::assert_not_impl_any;

use super::super::{NulRule, PasswordPolicy};
use super::*;
use crate::offload::{self, Overloaded, ThreadOffload};
use crate::random::SeededRandom;

fn read(text: &str) -> Password {
    PasswordPolicy::default().with_nul(NulRule::Hash).read(text).unwrap()
}

fn cheap() -> Hasher {
    Hasher::new(HashParams::new(Cost { memory_kib: 7_168, passes: 5, lanes: 1 }).unwrap())
}

/// Judged when this compiles: what has no `==` is compared by `subtle` alone.
#[test]
fn pw_24_no_secret_can_be_compared_shown_or_serialized() {
    assert_not_impl_any!(Password: Clone, Copy, std::fmt::Display, PartialEq, serde::Serialize);
    assert_not_impl_any!(PasswordHash: std::fmt::Display, PartialEq, serde::Serialize);
}

#[test]
fn pw_03_pw_07_only_the_password_itself_verifies() {
    let hasher = cheap();
    let long = "ж".repeat(199);
    for (password, other) in [
        ("abc\0def".into(), "abc\0xyz".into()),
        ("abc\0def".into(), "abc".into()),
        (format!("{long}a"), format!("{long}b")),
        ("Case".into(), "case".into()),
        (" space ".into(), "space".into()),
    ] {
        let stored = hasher.hash(&read(&password), &SeededRandom::new(1)).unwrap();
        let verified = Ok(Verification::Verified { rehash: false });
        assert_eq!(hasher.verify(&read(&password), &stored), verified);
        assert_eq!(hasher.verify(&read(&other), &stored), Ok(Verification::Rejected));
    }
}

#[test]
fn pw_08_pw_09_two_hashes_of_one_password_differ_and_have_the_documented_form() {
    let hasher = Hasher::default();
    let random = SeededRandom::new(1);
    let [a, b] = [(); 2].map(|()| hasher.hash(&read("password"), &random).unwrap());
    assert_ne!(a.expose_phc(), b.expose_phc());
    assert!(a.expose_phc().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    assert_eq!(a.expose_phc().len(), 97);
    argon2::PasswordHash::new(a.expose_phc()).expect("another reader takes it as PHC");
}

#[test]
fn a_hash_of_other_parameters_verifies_and_asks_to_be_renewed() {
    let stored = cheap().hash(&read("x"), &SeededRandom::new(1)).unwrap();
    let outcome = Hasher::default().verify(&read("x"), &stored);
    assert_eq!(outcome, Ok(Verification::Verified { rehash: true }));
}

#[test]
fn pw_10_stored_hashes_beyond_the_bounds_or_of_another_form_are_corrupt() {
    let hasher = cheap();
    let good = hasher.hash(&read("x"), &SeededRandom::new(1)).unwrap();
    let change = |from, to| good.expose_phc().replace(from, to);
    for bad in [
        change("m=7168", "m=4294967295"),
        change("m=7168", "m=262145"),
        change("m=7168", "m=07168"),
        change("m=7168", "m=+7168"),
        change("m=7168", "m=99999999999"),
        change("t=5", "t=17"),
        change("t=5", "t=0"),
        change("p=1", "p=9"),
        change("p=1", "p=1,x=1"),
        change("argon2id", "argon2i"),
        change("v=19", "v=16"),
        format!("{}$", good.expose_phc()),
        format!("{}=", good.expose_phc()),
        good.expose_phc().get(..60).unwrap().to_owned(),
        "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW".to_owned(),
        "x".repeat(100_000),
        String::new(),
    ] {
        let outcome = hasher.verify(&read("x"), &PasswordHash::from_phc(bad.clone()));
        assert_eq!(outcome, Err(HashError::CorruptHash), "{bad}");
        assert_eq!(hasher.pool.idle_words().len(), 7_168 * 128, "no memory was taken for {bad}");
    }
}

#[test]
fn pw_13_working_memory_is_wiped_and_used_again() {
    let hasher = cheap();
    let stored = hasher.hash(&read("canary"), &SeededRandom::new(1)).unwrap();
    for guess in ["canary", "other"] {
        let _ = hasher.verify(&read(guess), &stored).unwrap();
    }
    let words = hasher.pool.idle_words();
    assert_eq!(words.len(), 7_168 * 128, "one buffer, used again");
    assert!(words.iter().all(|word| *word == 0));
}

#[tokio::test]
async fn pw_11_surplus_logins_are_refused_and_memory_is_bounded_by_the_threads() {
    let wait = std::time::Duration::from_mins(1);
    let offload = Arc::new(ThreadOffload::with_longest_wait(2, 64, wait).unwrap());
    let hasher = Arc::new(cheap());
    let mut logins = tokio::task::JoinSet::new();
    for _ in 0..200 {
        let (offload, hasher) = (Arc::clone(&offload), Arc::clone(&hasher));
        logins.spawn(async move {
            offload::call(offload.as_ref(), move || hasher.reject_unknown(&read("x"))).await
        });
    }
    let ended = logins.join_all().await;
    let refused = ended.iter().filter(|login| **login == Err(Overloaded)).count();
    let rejected = ended.iter().filter(|login| **login == Ok(Ok(Verification::Rejected))).count();
    assert_eq!(refused + rejected, 200);
    // Two that run and 64 that wait; whoever ends while others still ask makes room for one more.
    assert!((66..200).contains(&rejected), "{rejected}");
    assert!(hasher.pool.idle_words().len() <= 2 * 7_168 * 128);
}

#[test]
fn pw_14_an_unknown_account_costs_the_same_memory_and_is_rejected() {
    let hasher = cheap();
    assert_eq!(hasher.reject_unknown(&read("x")), Ok(Verification::Rejected));
    assert_eq!(hasher.pool.idle_words().len(), 7_168 * 128);
}

#[test]
fn debug_shows_no_hash() {
    let stored = PasswordHash::from_phc("$argon2id$canary");
    assert!(!format!("{stored:?} {:?}", Hasher::default()).contains("canary"));
}
