//! A world to try Alley in: doubles of TikTok Shop and Stripe on loopback ports, a database in
//! memory, virtual time, and the people at the other end of each door.
//!
//! `first-day.rs` is played in it; [`env()`] and [`sign_up`] are for examples that need no doubles. What a host must do to build an [`Alley`](alley_store::Alley)
//! stands in [`World::start`].

mod host;
mod world;

pub use host::{env, sign_up};
pub use world::{Failure, Form, World};

/// The examples in the workspace's README.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
