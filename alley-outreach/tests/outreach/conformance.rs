//! The memory store keeps the promises of the port, and the suite notices a store that does not.

use std::sync::Arc;

use alley_core::conformance::Local;
use alley_core::{Fault, MemoryStore};
use alley_outreach::conformance::suite;

alley_outreach::outreach_conformance!(Local::new(Arc::new(MemoryStore::new())));

#[test]
fn the_suite_notices_every_fault() {
    for fault in Fault::OF_COMMIT {
        let found = suite(|| Local::new(Arc::new(MemoryStore::broken(*fault))));
        assert!(found.is_err(), "{fault:?} went unnoticed");
    }
}
