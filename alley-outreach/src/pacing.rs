//! How much, how soon: a pure decision over a policy, the ledger of what was handed out, and now.
//!
//! Nothing here reads a clock, a store or a random source, so every process that sees the same
//! rows comes to the same answer. A rule answers one question: from which instant on does
//! it pass, if nothing else is spent? The next eligible instant is the fixed point of the largest
//! answers, and is exact because each rule answers its own least passing instant or a lower bound
//! that is asked again.

mod decision;
mod jitter;
mod lease;
mod ledger;
mod local;
mod policy;
mod rule;
mod state;

pub use decision::{CampaignWindow, Decision, Situation, Verdict, decide, decide_shared};
pub use jitter::jitter_ms;
pub use lease::{is_quiet, lease_until};
pub use ledger::{Entry, Interval, Recipient};
pub use policy::{
    AfterNotSent, Lookback, Policy, PolicyProblem, StaleApproval, UnknownZone, ZoneDefaults, Zones,
};
pub use rule::{Count, Only, Rule, RuleKind, Scope, Unit, WeekDay, ZoneRef};
pub use state::{GUARD, PacingPolicy, PacingState, PauseReason, Spend, SpendKind};
pub(crate) use state::{SPENDS_OF_CREATOR, SPENDS_SINCE};

/// Version of the time zone rules that decisions are made with, such as `2025b`.
pub const TZDB: &str = chrono_tz::IANA_TZDB_VERSION;
