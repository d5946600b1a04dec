//! The memory store keeps the promises of the port, and the suite notices a store that does not.

use std::sync::Arc;

use alley_core::{Fault, MemoryStore, Outbox};
use alley_outreach::OutreachStore;
use alley_outreach::conformance::{Fixture, suite};

fn fixture(store: MemoryStore) -> Fixture {
    let store = Arc::new(store);
    let (port, outbox): (Arc<dyn OutreachStore>, Arc<dyn Outbox>) = (store.clone(), store);
    Fixture { store: port, outbox, env: crate::world::env().0 }
}

#[test]
fn the_memory_store_passes() {
    pollster::block_on(suite(|| fixture(MemoryStore::new()))).unwrap();
}

#[test]
fn the_suite_notices_every_fault() {
    for fault in Fault::ALL {
        let found = pollster::block_on(suite(|| fixture(MemoryStore::broken(*fault))));
        assert!(found.is_err(), "{fault:?} went unnoticed");
    }
}
