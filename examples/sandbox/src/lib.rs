#![doc = include_str!("../README.md")]

mod clock;
mod delivery;
mod digest;
mod double;
mod error;
mod faults;
mod front;
mod journal;
mod json;
mod kept;
mod options;
mod query;
mod seed;
#[cfg(feature = "server")]
mod server;
pub mod stripe;
pub mod tiktok;

pub use clock::Now;
pub use delivery::Delivery;
pub use double::{Double, Outcome};
pub use error::{Error, Result};
pub use faults::{Fault, Faults, On};
pub use journal::{Entry, Journal};
pub use seed::Seed;
#[cfg(feature = "server")]
pub use server::{Server, serve};
