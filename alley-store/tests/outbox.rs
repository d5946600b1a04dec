//! An entry that cannot be read holds its own stream, and no other.
#![cfg(feature = "sqlite")]
#![expect(clippy::unwrap_used, reason = "test code")]

use alley_core::{
    Commit, Fact, Outbox as _, OutboxEntry, RecordStore, RecordWrite, Settled, Settlement,
    StoreErrorKind, Stream, TenantId,
};
use alley_store::{SqliteStore, rusqlite};

#[path = "common/env.rs"]
mod common;
#[path = "common/file.rs"]
mod file;

fn tenant(number: u128) -> TenantId {
    TenantId::from_uuid(uuid::Uuid::from_u128(number))
}

fn of(entries: &[OutboxEntry]) -> Vec<(Stream, i64)> {
    entries.iter().map(|entry| (entry.stream, entry.position)).collect()
}

#[tokio::test]
async fn an_unreadable_entry_holds_its_own_stream_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("alley.db");
    let (store, env) = (file::open(&path), common::env(4));
    for number in [1, 2, 3] {
        for _ in 0..5 {
            let fact = Fact::TenantSuspended { tenant: tenant(number) };
            let commit: Commit<RecordWrite> = env.commit().unwrap();
            let commit = commit.fact(env.fact(fact).unwrap());
            RecordStore::commit(store.as_ref(), commit).await.unwrap();
        }
    }
    let stream = |number| Stream::Tenant(tenant(number));
    let set = |text: &str, number, position: i64| {
        let connection = rusqlite::Connection::open(&path).unwrap();
        let text = text.to_owned();
        let update = "UPDATE alley_core_outbox SET fact = ?1 WHERE stream = ?2 AND position = ?3";
        let changed = connection.execute(update, (text, stream(number).to_bytes(), position));
        assert_eq!(changed.unwrap(), 1);
    };
    let newer = r#"{"of_a_newer_version":{}}"#;
    set(newer, 1, 1);
    set(newer, 2, 3);

    let all = of(&store.due(env.now(), 100).await.unwrap());
    let readable = [(2, 1), (2, 2), (3, 1), (3, 2), (3, 3), (3, 4), (3, 5)];
    assert_eq!(all, readable.map(|(number, position)| (stream(number), position)));
    // What waits behind it does not use up the places of others, whatever the limit.
    for limit in 1..=7 {
        let some = of(&store.due(env.now(), limit).await.unwrap());
        assert_eq!(some, all.get(..usize::try_from(limit).unwrap()).unwrap(), "limit {limit}");
    }

    settle(&store, &all).await;
    let error = store.due(env.now(), 100).await.unwrap_err();
    assert!(matches!(error.kind(), StoreErrorKind::Corrupt { record: "outbox", .. }), "{error}");

    // A version that knows the fact delivers all that waited, in order.
    let fact = serde_json::to_string(&Fact::TenantSuspended { tenant: tenant(1) }).unwrap();
    set(&fact, 1, 1);
    let rest = of(&store.due(env.now(), 100).await.unwrap());
    assert_eq!(rest, (1..=5).map(|position| (stream(1), position)).collect::<Vec<_>>());
}

async fn settle(store: &SqliteStore, entries: &[(Stream, i64)]) {
    for &(stream, position) in entries {
        let settlement = Settlement { stream, position, settled: Settled::Delivered };
        store.settle(&[settlement]).await.unwrap();
    }
}
