//! Billing through its public door, against the double of Stripe in process.
#![expect(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "test code")]

mod checkout;
mod client;
mod close;
mod crash;
mod joined;
mod projection;
mod support;
mod webhook;
