//! Each call of each port once, on one store.

use alley_core::conformance::Sample;
use alley_core::idempotency::{Begun, Idempotency, RequestKey, Terms};
use alley_core::{
    Applied, Commit, Digest32, Effect, Env, ErasureStep, Fact, Field as _, HoldAction, HoldMark,
    Leases, Outbox, PageRequest, Permit, PersonalRecords, Record as _, RecordStore,
    RecordStoreExt as _, RecordWrite, Settled, Settlement, Stream, TenantId, Value, Version, Write,
};
use chrono::DateTime;

/// What a store of the library implements, beside limits.
pub(crate) trait Store:
    RecordStore + Outbox + Leases + PersonalRecords + Idempotency
{
}

impl<S: RecordStore + Outbox + Leases + PersonalRecords + Idempotency> Store for S {}

/// Writes, reads, finds, holds, exports and erases; whatever is refused panics. The table of the sample
/// record must be empty.
pub(crate) async fn make_every_call<S: Store>(store: &S, env: &Env) {
    let tenant: TenantId = env.id().unwrap();
    records(store, env, tenant).await;
    facts(store, env, tenant).await;
    requests(store, env).await;
    erasure(store, env, tenant).await;
}

fn row(tenant: TenantId, id: &str, rank: i64) -> Sample {
    let mut row = Sample::new(tenant, id, rank);
    row.person = Some("person".to_owned());
    row.seen_at = Some(DateTime::UNIX_EPOCH);
    row
}

async fn records<S: Store>(store: &S, env: &Env, tenant: TenantId) {
    let commit: Commit<RecordWrite> = env.commit().unwrap();
    let rows = ["a", "b"].map(|id| Write::Insert(row(tenant, id, 1)).into());
    let mut commit = commit.change(Write::Sync(vec![row(tenant, "synced", 1)]));
    commit.changes.extend(rows);
    store.commit(commit.clone()).await.unwrap();
    assert!(store.commit(commit).await.unwrap().replayed);
    let read = Version::FIRST;
    let update = Write::Update { record: row(tenant, "a", 2), read };
    let delete = Write::<Sample>::Delete { key: row(tenant, "b", 1).key(), read };
    let commit: Commit<RecordWrite> = env.commit().unwrap();
    store.commit(commit.change(update).change(delete)).await.unwrap();
    let found = store.record::<Sample>(&row(tenant, "a", 2).key()).await.unwrap().unwrap();
    assert_eq!((found.record.rank, found.version), (2, read.next()));
    let arguments = [tenant.to_value()];
    let page = store.query(Sample::BY_RANK, &arguments, PageRequest::first(1)).await.unwrap();
    let rest = PageRequest::after(page.next.unwrap(), 10);
    assert_eq!(store.query(Sample::BY_RANK, &arguments, rest).await.unwrap().items.len(), 1);
    assert_eq!(store.count(Sample::BY_RANK, &arguments).await.unwrap(), 2);
}

async fn facts<S: Store>(store: &S, env: &Env, tenant: TenantId) {
    let commit: Commit<RecordWrite> = env.commit().unwrap();
    let fact = || env.fact(Fact::TenantSuspended { tenant }).unwrap();
    store.commit(commit.fact(fact()).fact(fact())).await.unwrap();
    let due = Outbox::due(store, env.now(), 1_000).await.unwrap();
    let of_tenant = due.iter().filter(|entry| entry.stream == Stream::Tenant(tenant));
    let settled = [Settled::RetryAt(env.now()), Settled::Delivered];
    let settlements: Vec<_> = of_tenant
        .zip(settled)
        .map(|(entry, settled)| Settlement {
            stream: entry.stream,
            position: entry.position,
            settled,
        })
        .collect();
    store.settle(&settlements).await.unwrap();
}

async fn requests<S: Store>(store: &S, env: &Env) {
    let key = RequestKey::from_digest(None, Digest32::new([1; 32]));
    let print = Digest32::new([2; 32]);
    for finish in [false, true] {
        let begun = store.begin(&key, &print, &Terms::default(), env.now()).await.unwrap();
        let Begun::Fresh(ticket) = begun else { unreachable!("{begun:?}") };
        if finish {
            let result = key.seal(&env.keyring, b"done", env.random.as_ref()).unwrap();
            assert!(store.finish(&ticket, &result, env.now()).await.unwrap());
        } else {
            store.abandon(&ticket).await.unwrap();
        }
    }
}

async fn erasure<S: Store>(store: &S, env: &Env, tenant: TenantId) {
    let all = || PageRequest::first(10);
    let person = Value::Text("person".to_owned());
    let found = store.by_subject(Sample::TYPE, &person, all()).await.unwrap();
    assert_eq!(found.items.len(), 2);
    let due = PersonalRecords::due(store, Sample::TYPE, env.now(), all()).await;
    assert_eq!(due.unwrap().items, found.items);
    let edge = Sample::TYPE.edges.first().unwrap();
    store.reach(Sample::TYPE, edge, &found.items, all()).await.unwrap();
    assert_eq!(store.export(Sample::TYPE, &found.items).await.unwrap().len(), 2);

    let hold = env.id().unwrap();
    let mark = |action| HoldMark { hold, record: Sample::TYPE, keys: found.items.clone(), action };
    store.set_hold(&mark(HoldAction::Place)).await.unwrap();
    let permit = Permit::issue_to_erasure_engine(env.id().unwrap(), 1);
    let step = |id: &str, effect| ErasureStep {
        record: Sample::TYPE,
        key: row(tenant, id, 1).key(),
        effect,
    };
    let steps = [
        step("a", Effect::Minimize { fields: vec!["person"] }),
        step("a", Effect::Rewrite { field: "label", to: Value::Text("none".to_owned()) }),
        step("synced", Effect::Delete),
    ];
    assert_eq!(store.apply(&permit, &steps).await.unwrap(), [Applied::Held; 3]);
    store.set_hold(&mark(HoldAction::Lift)).await.unwrap();
    assert_eq!(store.apply(&permit, &steps).await.unwrap(), [Applied::Done; 3]);
}
