use std::sync::Arc;

use alley_core::conformance::{identity, tenancy};
use alley_core::{Fault, Keyring, ManualClock, MemoryStore};
use chrono::DateTime;

use crate::world::{env, key};

#[tokio::test]
async fn the_memory_store_keeps_the_promises_of_both_ports() {
    let clock = Arc::new(ManualClock::new(DateTime::UNIX_EPOCH));
    let env = env(&clock, Keyring::of(key(1)));
    let store = Arc::new(MemoryStore::new());
    identity(store.clone(), store.clone(), &env).await.unwrap();
    let store = Arc::new(MemoryStore::new());
    tenancy(store.clone(), store, &env).await.unwrap();
}

#[tokio::test]
async fn both_suites_notice_each_broken_promise() {
    let clock = Arc::new(ManualClock::new(DateTime::UNIX_EPOCH));
    for fault in Fault::ALL {
        let env = env(&clock, Keyring::of(key(1)));
        let store = Arc::new(MemoryStore::broken(*fault));
        let found = identity(store.clone(), store, &env).await;
        assert!(found.is_err(), "identity: {fault:?} went unnoticed");
        let store = Arc::new(MemoryStore::broken(*fault));
        let found = tenancy(store.clone(), store, &env).await;
        assert!(found.is_err(), "tenancy: {fault:?} went unnoticed");
    }
}
