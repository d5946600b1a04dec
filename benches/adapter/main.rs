//! The adapters against the same SQL by hand through the same driver: one row inserted, updated, read;
//! a hundred rows inserted, updated, read as a page.
//!
//! By hand means: the statements that the task needs and no other, kept prepared, with the durability
//! that the store has and the commit's id written in the same transaction, since remembering it is
//! part of what is promised. What is bound was turned into values of the driver beforehand; the store
//! turns its records into values while the clock runs. The peer's update runs the same statements as the
//! store: on SQLite it reads first which columns change, in order to leave the indexes of the others
//! alone. Two more stand beside it there: one whose author knows the columns, and has nothing to find
//! out, and one that sets all of them.
//!
//! On SQLite the peer of the figure is rusqlite behind one writing and one reading thread with a
//! channel: callers are async, and a statement that waits for the disk must not hold up their thread,
//! so whoever writes this by hand has such a thread too. Rusqlite on the caller's own thread is
//! printed beside it, and on both engines the peer without the commit's id. Caller and thread take
//! turns, so all of this runs on one core; see [`machine::OneCore`].

mod feed;
mod keeper;
mod postgres;
mod sqlite;

use alley_benches::{Failure, machine, scratch};

#[expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
fn main() -> Result<(), Failure> {
    machine::describe();
    if scratch::is_asked("sqlite") {
        let _one = machine::OneCore::pin()?;
        println!("SQLite: on one core");
        sqlite::run()?;
    }
    if scratch::is_asked("postgres")
        && let Some(url) = scratch::server("adapter")
    {
        postgres::run(&url)?;
    }
    println!("load {}", machine::load());
    Ok(())
}
