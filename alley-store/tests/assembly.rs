//! The assembly: the record types of all crates against the built-in data map.
#![cfg(all(
    feature = "sqlite",
    feature = "tiktok",
    feature = "billing",
    feature = "outreach",
    feature = "privacy"
))]
#![expect(clippy::unwrap_used, reason = "test code")]

use std::sync::Arc;

use alley_core::AccountsConfig;
use alley_core::offload::InlineOffload;
use alley_privacy::data_map::{DataMap, Profile};
use alley_store::{Alley, Config, SqliteStore, declarations};

#[path = "common/env.rs"]
mod common;

/// What the data map describes and no crate keeps yet: sign-in through others, support, abuse
/// reports, scripts, and limits that a host keeps in a cache.
const UNDECLARED: [&str; 7] = [
    "identity_link",
    "support_ticket",
    "support_message",
    "abuse_report",
    "script_job",
    "script_output",
    "rate_limit_bucket",
];

#[test]
fn the_declared_edges_are_those_of_the_data_map() {
    let map = DataMap::preset().unwrap();
    let compared = map.compare_edges(&declarations());
    assert_eq!(compared.missing, []);
    assert_eq!(compared.extra, []);
    let (mut undeclared, mut known) = (compared.undeclared, UNDECLARED);
    undeclared.sort_unstable();
    known.sort_unstable();
    assert_eq!(undeclared, known);
}

#[test]
fn the_data_map_has_no_fault_with_the_declared_records() {
    let map = DataMap::preset().unwrap();
    let faults = map.validate(Profile::Draft, &declarations());
    let errors: Vec<_> = faults.iter().filter(|fault| fault.is_error()).collect();
    assert!(errors.is_empty(), "{errors:?}");
}

#[test]
fn all_crates_are_assembled_over_one_file() {
    let store = Arc::new(SqliteStore::open_in_memory().unwrap());
    let accounts = AccountsConfig::new("Harbor", Arc::new(InlineOffload::new()));
    let alley = Alley::new(&common::env(1), store, Config::new(accounts)).unwrap();
    assert!(alley.privacy().warnings().iter().all(|fault| !fault.is_error()));
}
