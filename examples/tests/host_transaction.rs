//! The host's row and ours, together.

#[path = "../host-transaction/sqlite.rs"]
mod sqlite;

use sqlite::Counts;

#[tokio::test]
async fn the_hosts_row_and_ours_are_kept_together_and_vanish_together() {
    let outcome = sqlite::play().await.unwrap();
    let both = Counts { tenants: 1, notes: 1 };
    assert_eq!((outcome.kept, outcome.refused), (both, both));
}
