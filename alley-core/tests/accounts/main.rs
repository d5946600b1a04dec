//! Accounts and tenants through their doors, over the memory store.
#![expect(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "test code")]

mod breaches;
mod closing;
mod closing_tenants;
mod factors;
mod imports;
mod joined;
mod passwords;
mod races;
mod registration;
mod rehash;
mod second_factor;
mod secrecy;
mod sessions;
mod sign_in;
mod tenants;
mod world;
