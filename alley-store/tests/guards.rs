//! Write skew at every guard record, over the real doors: eight writers, each with a door and a store
//! of its own, as eight processes would be. What must hold is read from the records afterwards, not
//! from what the calls answered.
//!
//! Each guard is tried in races that nobody arranges (1 or 2 rounds; `ALLEY_ROUNDS=50` for more); in the
//! worst schedule, where all have read before any of them commits; and with somebody who is overtaken
//! after each single read, which fails if the guard is read after the set. That the first two can fail
//! is shown by a store that makes a guard as good as read after the set that it guards.
#![cfg(all(
    feature = "outreach",
    feature = "privacy",
    any(feature = "sqlite", feature = "postgres")
))]
#![expect(clippy::unwrap_used, reason = "test code")]

#[path = "guards/budgets.rs"]
mod budgets;
#[path = "common/env.rs"]
mod common;
#[path = "guards/holds.rs"]
mod holds;
#[path = "guards/house.rs"]
mod house;
#[path = "guards/late.rs"]
mod late;
#[path = "guards/owners.rs"]
mod owners;
#[path = "guards/schedule.rs"]
mod schedule;
#[path = "guards/seller.rs"]
mod seller;
#[cfg(feature = "postgres")]
#[expect(dead_code, reason = "each test uses a part of it")]
#[path = "common/server.rs"]
mod server;
#[path = "guards/suppressions.rs"]
mod suppressions;
#[path = "guards/unheeding.rs"]
mod unheeding;

/// One test for each of these functions, on each engine.
macro_rules! on_every_engine {
    ($($guard:ident: [$($test:ident),+ $(,)?])+) => {
        #[cfg(feature = "sqlite")]
        mod sqlite {
            $($(
                #[test]
                fn $test() {
                    crate::$guard::$test(&crate::house::on_a_file());
                }
            )+)+
        }

        #[cfg(feature = "postgres")]
        mod postgres {
            $($(
                #[test]
                fn $test() {
                    let Some(server) = crate::server::postgres() else { return };
                    crate::$guard::$test(&crate::house::on_a_server(&server));
                }
            )+)+
        }
    };
}

on_every_engine! {
    owners: [
        one_owner_stays_when_all_leave_at_once,
        one_owner_stays_when_the_last_is_overtaken_between_two_reads,
        no_owner_would_stay_if_the_tenant_were_read_after_its_members,
    ]
    budgets: [
        no_budget_is_overspent_in_a_race,
        no_budget_is_overspent_in_the_worst_schedule,
        no_budget_is_overspent_by_whoever_is_overtaken_between_two_reads,
        every_budget_would_be_overspent_if_the_guard_were_read_after_the_ledger,
    ]
    suppressions: [
        nobody_is_contacted_after_a_suppression,
        each_of_three_checks_alone_keeps_a_suppression,
        without_all_three_somebody_would_be_contacted,
    ]
    holds: [
        what_was_held_before_a_batch_began_stays_in_a_race,
        what_was_held_before_a_batch_began_stays_in_the_worst_schedule,
        it_would_be_deleted_if_marks_were_read_before_the_transaction,
    ]
}
