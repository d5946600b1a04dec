//! What calls cost, counted and not timed: questions to a server, and frames that SQLite writes.
//!
//! A changed count is a decision: edit the table, and say in the commit why.
#![cfg(all(feature = "outreach", any(feature = "sqlite", feature = "postgres")))]
#![expect(clippy::unwrap_used, reason = "test code")]

#[path = "cost/calls.rs"]
mod calls;
#[path = "common/env.rs"]
mod common;
#[cfg(feature = "postgres")]
#[path = "common/frames.rs"]
mod frames;
#[cfg(feature = "sqlite")]
#[path = "cost/log.rs"]
mod log;
#[cfg(feature = "postgres")]
#[path = "common/postgres.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod postgres;
#[cfg(feature = "postgres")]
#[expect(dead_code, reason = "other tests use the rest")]
#[path = "common/relay.rs"]
mod relay;
#[cfg(feature = "postgres")]
#[path = "cost/round_trips.rs"]
mod round_trips;
#[cfg(feature = "postgres")]
#[expect(dead_code, reason = "other tests use the rest")]
#[path = "common/server.rs"]
mod server;
#[path = "common/values.rs"]
mod values;
