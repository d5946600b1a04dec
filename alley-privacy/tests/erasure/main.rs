//! The engine over a store, compared with the pure model; with and without crashes.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    dead_code,
    reason = "test code over shared support files"
)]

#[path = "../support/rows.rs"]
mod rows;
#[path = "../support/world.rs"]
mod world;

mod certificate;
mod engine;
mod late;
mod model;
mod plan;
mod seed;
