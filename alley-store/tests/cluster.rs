//! A server that crashes and comes back. Nothing else may use it meanwhile, so this is a binary of its
//! own, and its tests take turns.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "test code")]

#[path = "common/cluster.rs"]
mod cluster;
#[expect(dead_code, reason = "other tests use the rest")]
#[path = "common/server.rs"]
mod server;

use cluster::Cluster;

#[test]
fn what_was_committed_is_there_after_a_crash() {
    let Some(server) = server::postgres() else { return };
    let Some(cluster) = Cluster::of_tests() else { return };
    let schema = server.fresh_schema();
    let name = schema.name();
    server.number(&format!("CREATE SCHEMA {name}; CREATE TABLE {name}.note (id bigint)")).unwrap();
    server.number(&format!("INSERT INTO {name}.note VALUES (7)")).unwrap();
    cluster.crash();
    server.number("SELECT 1::bigint").unwrap_err();
    cluster.start();
    assert_eq!(server.number(&format!("SELECT id FROM {name}.note")).unwrap(), Some(7));
}
