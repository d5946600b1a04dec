//! An `Env` without a network, with a clock that stands still and repeatable chance.

use std::sync::Arc;
use std::time::Duration;

use alley_core::http::{RequestLimits, TransportError, TransportErrorKind};
use alley_core::{Env, HttpTransport, KeyId, Keyring, ManualClock, SealKey, SeededRandom};
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

pub(crate) fn env(seed: u64) -> Env {
    let key = SealKey::from_bytes(KeyId::new(1), &[7; 32]).unwrap();
    let clock = Arc::new(ManualClock::new(DateTime::UNIX_EPOCH + Duration::from_secs(1_000)));
    Env::new(Arc::new(Keyring::of(key)), Arc::new(Offline), Arc::clone(&clock) as _)
        .with_clock(clock)
        .with_random(Arc::new(SeededRandom::new(seed)))
}
