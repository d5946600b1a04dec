//! The memory store keeps every promise of the kernel, and the suite notices a store that does not.
#![cfg(feature = "conformance")]
#![expect(clippy::unwrap_used, reason = "test code")]

use std::sync::Arc;
use std::time::Duration;

use alley_core::conformance::{kernel, leases, outbox, personal_records};
use alley_core::http::{RequestLimits, TransportError, TransportErrorKind};
use alley_core::{
    Env, Fault, HttpTransport, KeyId, Keyring, ManualClock, MemoryStore, SealKey, SeededRandom,
};
use async_trait::async_trait;
use bytes::Bytes;
use chrono::DateTime;

#[derive(Debug)]
struct Offline;

#[async_trait]
impl HttpTransport for Offline {
    async fn send(
        &self,
        _: http::Request<Bytes>,
        _: &RequestLimits,
    ) -> Result<http::Response<Bytes>, TransportError> {
        Err(TransportError::new(TransportErrorKind::Connect))
    }
}

fn env() -> Env {
    let key = SealKey::from_bytes(KeyId::new(1), &[7; 32]).unwrap();
    let clock = Arc::new(ManualClock::new(DateTime::UNIX_EPOCH + Duration::from_secs(1_000)));
    Env::new(Arc::new(Keyring::of(key)), Arc::new(Offline), Arc::clone(&clock) as _)
        .with_clock(clock)
        .with_random(Arc::new(SeededRandom::new(5)))
}

#[tokio::test]
async fn memory_store_keeps_the_contract() {
    let store = Arc::new(MemoryStore::new());
    let env = env();
    kernel(Arc::clone(&store) as _, Arc::clone(&store) as _, &env).await.unwrap();
    outbox(store.as_ref(), store.as_ref(), &env).await.unwrap();
    leases(store.as_ref(), env.now()).await.unwrap();
    personal_records(store.as_ref(), store.as_ref(), &env).await.unwrap();
}

#[tokio::test]
async fn the_suite_notices_each_broken_promise() {
    for fault in Fault::ALL {
        let store = Arc::new(MemoryStore::broken(*fault));
        let found = kernel(Arc::clone(&store) as _, store, &env()).await;
        assert!(found.is_err(), "{fault:?} went unnoticed");
    }
}
