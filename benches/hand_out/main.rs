//! A commit of ten hand-outs (guard, drafts, ledger, leases, audit, facts, and what the decision
//! rested on) against hand-written SQL that writes the same rows with the same durability.
//!
//! The peer writes and nothing else: the rows, each with the version that was read in its WHERE, the
//! id of the commit and the places of the facts, one statement a kind on PostgreSQL and kept
//! statements on SQLite; an update sets the columns that change. It checks nothing of what the
//! decision rested on. Beside it the same with these checks, which is what the commit really does:
//! campaign, contacts and texts as they were read, suppressions still absent.
//!
//! On SQLite the peer is rusqlite behind a thread that writes, as in the bench `adapter`.

mod batch;
mod postgres;
mod sqlite;

use alley_benches::{Failure, machine, scratch};

#[expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
fn main() -> Result<(), Failure> {
    machine::describe();
    if scratch::is_asked("sqlite") {
        sqlite::run()?;
    }
    if scratch::is_asked("postgres")
        && let Some(url) = scratch::server("hand_out")
    {
        postgres::run(&url)?;
    }
    println!("load {}", machine::load());
    Ok(())
}
