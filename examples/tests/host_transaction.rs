//! The host's row and ours, together.
#![expect(clippy::unwrap_used, reason = "test code")]

#[path = "../host-transaction/outcome.rs"]
mod outcome;
#[path = "../host-transaction/postgres.rs"]
mod postgres;
#[path = "../../alley-store/tests/common/server.rs"]
#[expect(dead_code, reason = "each test uses a part of it")]
mod server;
#[path = "../host-transaction/sqlite.rs"]
mod sqlite;

use outcome::{Counts, Outcome};

fn are_kept_together_and_vanish_together(Outcome { kept, refused }: &Outcome) {
    let both = Counts { tenants: 1, notes: 1 };
    assert_eq!((*kept, *refused), (both, both));
}

#[tokio::test]
async fn the_hosts_statements_run_in_our_commit_on_sqlite() {
    are_kept_together_and_vanish_together(&sqlite::play().await.unwrap());
}

#[tokio::test]
async fn our_doors_work_in_the_hosts_transaction_on_postgres() {
    let Some(server) = server::postgres() else { return };
    let schema = server.fresh_schema();
    let outcome = postgres::play(server.url(), schema.name()).await.unwrap();
    are_kept_together_and_vanish_together(&outcome);
}
