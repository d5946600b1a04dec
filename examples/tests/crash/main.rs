//! A process that is killed while it ends something: whatever the instant, the next one finishes.
//!
//! Each test prepares a seller's world once in a database file. For every step it takes a copy of
//! that file, starts a process of its own that begins the ending, waits until that process stands at
//! the step, and kills it with `SIGKILL`. The doubles of TikTok Shop and Stripe run here, in the
//! parent, and so outlive the process as the real services would. Then the parent opens the same
//! file, runs what is due, and looks.
//!
//! A step is the instant before or after a call that writes: a commit, a settled fact, a lease, an
//! applied erasure, a hold, a rate limit, an HTTP exchange.
#![expect(clippy::unwrap_used, reason = "test code")]

mod app;
mod close;
mod disconnect;
mod killing;
mod ledger;
mod remote;
mod stepping;
mod steps;
mod world;
