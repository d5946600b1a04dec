//! The suites over the memory store, and over one that breaks each promise.
#![cfg(feature = "conformance")]

use std::sync::Arc;

use alley_core::conformance::Local;
use alley_core::{Fault, MemoryStore};
use alley_privacy::conformance::{erasure, holds, requests};

fn memory() -> Local<MemoryStore> {
    Local::new(Arc::new(MemoryStore::new()))
}

mod of_erasure {
    alley_privacy::erasure_conformance!(super::memory());
}

mod of_holds {
    alley_privacy::hold_conformance!(super::memory());
}

mod of_requests {
    alley_privacy::request_conformance!(super::memory());
}

#[test]
fn each_broken_promise_is_noticed_by_the_suite_of_each_port() {
    for fault in Fault::OF_COMMIT {
        let broken = || Local::new(Arc::new(MemoryStore::broken(*fault)));
        assert!(erasure::suite(broken).is_err(), "erasure: {fault:?}");
        assert!(holds::suite(broken).is_err(), "holds: {fault:?}");
        assert!(requests::suite(broken).is_err(), "requests: {fault:?}");
    }
}
