//! The suites over the memory store, and over one that breaks each promise.
#![cfg(feature = "conformance")]
#![expect(clippy::unwrap_used, dead_code, reason = "test code over shared support files")]

#[path = "support/rows.rs"]
mod rows;

use std::sync::Arc;

use alley_core::conformance::Violation;
use alley_core::{Fault, MemoryStore, Outbox};
use alley_privacy::{Stores, conformance};
use pollster::block_on;
use rows::{Flaky, House};

fn run(store: MemoryStore) -> Result<(), Violation> {
    let house = House::new(Flaky::never());
    let store = Arc::new(store);
    let outbox = Arc::clone(&store) as Arc<dyn Outbox>;
    block_on(conformance::suite(&Stores::of(&store), outbox, &house.env))
}

#[test]
fn memory_store_keeps_every_promise() {
    run(MemoryStore::new()).unwrap();
}

#[test]
fn each_broken_promise_is_noticed_by_the_suite_of_each_port() {
    for fault in Fault::ALL {
        assert!(run(MemoryStore::broken(*fault)).is_err(), "{fault:?}");
        let house = House::new(Flaky::never());
        let broken = || {
            let store = Arc::new(MemoryStore::broken(*fault));
            (Stores::of(&store), store as Arc<dyn Outbox>)
        };
        let (stores, outbox) = broken();
        assert!(
            block_on(conformance::hold_store(stores.holds, outbox, &house.env)).is_err(),
            "{fault:?}"
        );
        let (stores, outbox) = broken();
        assert!(
            block_on(conformance::request_store(stores.requests, outbox, &house.env)).is_err(),
            "{fault:?}"
        );
    }
}
