//! The host's own row and ours commit together or vanish together.
//!
//! `cargo run -p alley-examples --example host-transaction` does it in one SQLite file: the host's
//! statements run inside our commit. With `-- --database postgres://user:password@host/database` it
//! does it on a server: our doors work inside the host's transaction.

#![expect(clippy::print_stdout, reason = "an example tells what it does")]

use alley_examples::Failure;

#[path = "host-transaction/outcome.rs"]
mod outcome;
#[path = "host-transaction/postgres.rs"]
mod postgres;
#[path = "host-transaction/sqlite.rs"]
mod sqlite;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let database = std::env::args().skip_while(|argument| argument != "--database").nth(1);
    let outcome = match database.as_deref() {
        None => sqlite::play().await?,
        Some(url) => postgres::play(url, "alley_host_transaction").await?,
    };
    println!("A tenant, with a note that the host's table takes: {}.", outcome.kept);
    println!("Another, with a note that it refuses; still:       {}.", outcome.refused);
    Ok(())
}
