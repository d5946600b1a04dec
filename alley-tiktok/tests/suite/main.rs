//! The crate through its door, against the double of TikTok Shop and a store in memory.
#![cfg(all(
    feature = "affiliate",
    feature = "analytics",
    feature = "authorization",
    feature = "finance",
    feature = "order",
    feature = "product",
    feature = "seller"
))]
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "test code")]

mod connecting;
mod disconnecting;
mod fixtures;
mod flaky;
mod joined;
mod syncing;
mod tokens;
mod vectors;
mod webhooks;
mod world;
