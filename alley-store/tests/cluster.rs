//! A server that crashes under mixed work and comes back. Nothing else may use it meanwhile, so this
//! is a binary of its own with one test.
//!
//! 20 rounds; `ALLEY_ROUNDS=200` for more (`.ci/long crash-postgres`).
#![cfg(all(feature = "postgres", unix))]
#![expect(clippy::unwrap_used, reason = "test code")]

use std::ffi::OsString;
use std::process::Child;
use std::sync::Arc;

use alley_store::OpenError;

#[expect(dead_code, reason = "other tests use the rest")]
#[path = "common/cluster.rs"]
mod cluster;
#[path = "common/env.rs"]
mod common;
#[path = "crash/killing.rs"]
mod killing;
#[path = "crash/ledger.rs"]
mod ledger;
#[path = "crash/load.rs"]
mod load;
#[path = "crash/schema.rs"]
mod schema;
#[expect(dead_code, reason = "other tests use the rest")]
#[path = "common/server.rs"]
mod server;

use cluster::Cluster;
use killing::Place;
use load::Store;
use schema::InSchema;

/// A schema of a server that is stopped without warning.
struct Stopped {
    place: InSchema,
    cluster: Cluster,
}

impl Place for Stopped {
    fn environment(&self) -> Vec<(&'static str, OsString)> {
        self.place.environment()
    }

    async fn open(&self) -> Result<Arc<dyn Store>, OpenError> {
        self.place.open().await
    }

    fn strike(&self, _child: &mut Child) {
        self.cluster.crash();
    }

    fn settle(&self) {
        self.cluster.start();
    }

    /// Its tasks may hear of the end: that nothing was applied, or that nobody knows.
    fn may_end_with(&self, ending: &str) -> bool {
        let (task, error) = ending.split_once(' ').unwrap();
        match task {
            "Opening" => error.starts_with("Unreachable"),
            _ => ["Unavailable", "CommitUnknown"].contains(&error),
        }
    }
}

/// In the parent this does nothing.
#[test]
fn child_on_a_server() {
    if let Some(place) = InSchema::from_environment() {
        killing::work_in(&place);
    }
}

#[test]
fn acknowledged_work_survives_a_crash_of_the_server() {
    let Some(server) = server::postgres() else { return };
    let Some(cluster) = Cluster::of_tests() else { return };
    let schema = server.fresh_schema();
    let place = InSchema::new(server.url(), schema.name());
    killing::kill_again_and_again(&Stopped { place, cluster }, "child_on_a_server");
}
