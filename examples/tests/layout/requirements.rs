//! Each security requirement is named by at least one test: `pw_01_…`, or `pw_01_pw_02_…` for two.

use std::collections::BTreeSet;
use std::fs;

use crate::{CRATES, root, sources};

/// The themes by prefix, and how many requirements each has.
const THEMES: &[(&str, u32)] = &[
    ("pw", 24),
    ("se", 21),
    ("to", 16),
    ("rc", 8),
    ("id", 8),
    ("sl", 18),
    ("rl", 15),
    ("tk", 10),
    ("oa", 17),
    ("az", 11),
    ("au", 9),
    ("lg", 6),
    ("zr", 8),
];

/// Requirements that no test shows yet: what is left of issue 4. `oa` stands for its whole theme.
const OPEN: &[&str] = &[
    "se_06", "se_07", "se_08", "se_11", "se_12", "se_13", "se_14", "se_17", "se_21", "to_05",
    "to_07", "to_11", "to_15", "to_16", "rc_02", "rc_04", "rc_08", "id_01", "id_05", "id_07",
    "sl_01", "sl_10", "sl_11", "sl_12", "sl_13", "sl_16", "sl_18", "rl_03", "rl_04", "rl_05",
    "rl_06", "rl_07", "rl_08", "rl_09", "rl_11", "rl_12", "rl_14", "rl_15", "tk_03", "tk_04",
    "tk_06", "tk_09", "tk_10", "oa", "az", "au", "lg", "zr",
];

fn all() -> BTreeSet<String> {
    let of = |(theme, count): &(&str, u32)| {
        let theme = (*theme).to_owned();
        (1..=*count).map(move |number| format!("{theme}_{number:02}"))
    };
    THEMES.iter().flat_map(of).collect()
}

/// The ids with which the name of a function begins.
fn ids(name: &str) -> Vec<String> {
    let mut parts = name.split('_');
    let mut found = Vec::new();
    while let (Some(theme), Some(number)) = (parts.next(), parts.next()) {
        let is_number = number.len() == 2 && number.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number || !THEMES.iter().any(|(known, _)| *known == theme) {
            break;
        }
        found.push(format!("{theme}_{number}"));
    }
    found
}

/// The ids that the tests of a source name.
fn named(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut is_test = false;
    for line in text.lines().map(str::trim_start) {
        if line.starts_with("#[") {
            is_test |= line.contains("test]") || line.contains("test(");
            continue;
        }
        let line = line.strip_prefix("async ").unwrap_or(line);
        if let (true, Some(name)) = (is_test, line.strip_prefix("fn ")) {
            found.extend(ids(name.split('(').next().unwrap()));
        }
        is_test &= line.starts_with("//");
    }
    found
}

#[test]
fn ids_are_read_from_names_of_tests_alone() {
    let text = "#[test]\nfn pw_01_se_02_works() {}\nfn pw_03_helper() {}\n\
        #[tokio::test]\n// Why.\nasync fn to_03() {}\n#[test]\nfn to_be_or_not() {}";
    let wanted = ["pw_01", "se_02", "to_03"].map(str::to_owned);
    assert_eq!(named(text), wanted.into());
}

#[test]
fn each_security_requirement_is_named_by_a_test_or_known_to_be_open() {
    let all = all();
    assert_eq!(all.len(), 171);
    let folders = CRATES.iter().chain(&["examples/tests/layout"]);
    let files = folders.flat_map(|name| sources(&root().join(name)));
    let named: BTreeSet<_> =
        files.flat_map(|file| named(&fs::read_to_string(file).unwrap())).collect();
    let unknown: Vec<_> = named.difference(&all).collect();
    assert!(unknown.is_empty(), "no such requirements: {unknown:?}");
    let is_open =
        |id: &String| OPEN.iter().any(|open| open == id || id.split('_').next() == Some(open));
    let unnamed: Vec<_> = all.difference(&named).filter(|id| !is_open(id)).collect();
    assert!(unnamed.is_empty(), "no test names these requirements: {unnamed:?}");
    let shown: Vec<_> = named.iter().filter(|id| is_open(id)).collect();
    assert!(shown.is_empty(), "tests name these: they are not open: {shown:?}");
}
