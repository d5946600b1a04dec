//! Facts, jobs, retention, remote legs and exports over a store.
#![expect(clippy::unwrap_used, dead_code, reason = "test code over shared support files")]

#[path = "../support/rows.rs"]
mod rows;

mod closing;
mod draft;
mod export;
mod hold;
mod hold_race;
mod house;
mod joined;
mod request;
