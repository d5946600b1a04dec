//! A few rows in every table, whose values follow from the declarations; so that they can be told
//! from others after an upgrade.

use std::collections::BTreeSet;
use std::time::Duration;

use alley_core::{
    Acquired, Action, Applied, Commit, CommitId, Effect, Env, ErasureStep, Fact, HoldAction,
    HoldId, HoldMark, Permit, PlanId, RecordWrite,
};
use alley_store::Layout;

use crate::values::{key, record, records, row, tenant, value};
use crate::{Store, common};

/// Of each record type.
const ROWS: u8 = 2;

/// Fills the tables of all record types and of the store itself.
pub(crate) async fn write(store: &impl Store) {
    let env = common::env(77);
    for record in records() {
        let mut commit: Commit<RecordWrite> = env.commit().unwrap();
        for n in 1..=ROWS {
            let (key, row) = (key(record, n), row(record, n));
            commit.changes.push(RecordWrite { record, action: Action::Insert { key, row } });
        }
        store.commit(commit).await.unwrap();
    }
    let fact = env.fact(Fact::TenantSuspended { tenant: tenant() }).unwrap();
    store.commit(known_commit(&env).fact(fact)).await.unwrap();
    let ttl = Duration::from_mins(1);
    match store.acquire("fixture", ttl, env.now()).await.unwrap() {
        Acquired::Lease(lease) => store.release(lease, env.now()).await.unwrap(),
        refused => unreachable!("{refused:?}"),
    }
    store.set_hold(&mark()).await.unwrap();
}

/// What [`write`] wrote is there, as far as the schema had columns for it then.
pub(crate) async fn assert_there(store: &impl Store, columns: &BTreeSet<(String, String)>) {
    let mut compared = 0;
    for record in records() {
        let table = format!("{}{}_{}", Layout::default().prefix(), record.domain, record.name);
        let had = |field: &str| columns.contains(&(table.clone(), field.to_owned()));
        for n in (1..=ROWS).filter(|_| had(record.id)) {
            let stored = store.get(record, &key(record, n)).await.unwrap();
            let stored = stored.unwrap_or_else(|| unreachable!("row {n} of {table} is lost"));
            for (field, found) in record.fields.iter().zip(stored.record) {
                if had(field.name) {
                    assert_eq!(found, value(record, field, n), "{table}.{} of {n}", field.name);
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 500, "{compared} values");
    assert_kernel_is_there(store).await;
}

async fn assert_kernel_is_there(store: &impl Store) {
    let env = common::env(78);
    let due = alley_core::Outbox::due(store, env.now(), 10).await.unwrap();
    let [entry] = due.as_slice() else { unreachable!("{due:?}") };
    assert_eq!((entry.position, entry.attempts), (1, 0));
    assert_eq!(entry.entry.fact, Fact::TenantSuspended { tenant: tenant() });
    assert!(store.commit(known_commit(&env)).await.unwrap().replayed);
    match store.acquire("fixture", Duration::from_secs(1), env.now()).await.unwrap() {
        Acquired::Lease(lease) => assert_eq!(lease.fencing, 2),
        refused => unreachable!("{refused:?}"),
    }
    let HoldMark { record, keys, .. } = mark();
    let permit = Permit::issue_to_erasure_engine(PlanId::from_uuid(uuid::Uuid::from_u128(5)), 1);
    let keys = keys.into_iter().chain([key(record, 2)]);
    let steps: Vec<_> =
        keys.map(|key| ErasureStep { record, key, effect: Effect::Delete }).collect();
    let applied = store.apply(&permit, &steps).await.unwrap();
    assert_eq!(applied, [Applied::Held, Applied::Done]);
}

fn known_commit(env: &Env) -> Commit<RecordWrite> {
    Commit::new(CommitId::from_uuid(uuid::Uuid::from_u128(9)), env.now())
}

/// The first account is held.
fn mark() -> HoldMark {
    let record = record("account");
    let (keys, hold) = (vec![key(record, 1)], HoldId::from_uuid(uuid::Uuid::from_u128(3)));
    HoldMark { hold, record, keys, action: HoldAction::Place }
}
