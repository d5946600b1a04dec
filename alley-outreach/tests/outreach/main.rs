//! Outreach through its door and its port, on the memory store.
#![expect(clippy::unwrap_used, reason = "test code")]

#[cfg(feature = "conformance")]
mod conformance;
mod erasure;
mod joined;
mod journey;
mod limits;
mod race;
mod world;
