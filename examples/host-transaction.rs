//! The host's own row and ours commit together or vanish together. `cargo run -p alley-examples
//! --example host-transaction` does it in one SQLite file: the host's statements run inside our
//! commit.

#![expect(clippy::print_stdout, reason = "an example tells what it does")]

use alley_examples::Failure;

#[path = "host-transaction/sqlite.rs"]
mod sqlite;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let database = std::env::args().skip_while(|argument| argument != "--database").nth(1);
    let outcome = match database.as_deref() {
        None => sqlite::play().await?,
        // There the host has the transaction: `store.join(transaction)`, then `alley.on(&unit)`.
        Some(_) => return Err("only SQLite is played yet: leave --database out".into()),
    };
    println!("A tenant, with a note that the host's table takes: {}.", outcome.kept);
    println!("Another, with a note that it refuses; still:       {}.", outcome.refused);
    Ok(())
}
