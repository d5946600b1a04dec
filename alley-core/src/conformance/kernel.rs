//! The promises of the storage kernel, on a sample record type.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta};

use super::sample::{Sample, write};
use super::{CommitFixture, Fixture, Harness, Violation, ensure, kept};
use crate::commit::{Basis, Commit, Committed, Expect, RecordWrite, Version, Write};
use crate::env::Env;
use crate::error::{StoreError, StoreErrorKind};
use crate::fact::Outbox;
use crate::ids::TenantId;
use crate::record::{Key, Record as _};
use crate::store::{RecordStore, RecordStoreExt as _};

mod guard;
mod paging;
mod race;
mod wall;

pub use guard::{GuardOrder, a_budget_is_never_overspent, spent_in_the_worst_schedule};
pub use paging::{
    a_cursor_of_another_query_is_refused, pages_bear_rows_that_come_and_go,
    pages_give_each_row_once,
};
pub use race::{a_counter_adds_up, one_of_many_inserts_wins};
pub use wall::{equal_ids_of_two_tenants_are_two_rows, tenants_do_not_see_each_other};

/// One test for each promise of [`RecordStore`], on a store that has a table for
/// [`Sample`](crate::conformance::Sample): `kernel_conformance!(harness)`, where `harness` is an
/// expression that gives a fresh [`Harness`](crate::conformance::Harness), or a result with
/// [`Skipped`](crate::conformance::Skipped) as its error.
#[macro_export]
macro_rules! kernel_conformance {
    ($make:expr) => {
        $crate::kernel_conformance! { @to conformance_tests, $make }
    };
    (@to $then:ident, $make:expr) => {
        $crate::$then! {
            $make, [$crate::conformance::kernel],
            commit
            one: [
                rows_read_back_equal,
                tenants_do_not_see_each_other,
                equal_ids_of_two_tenants_are_two_rows,
                pages_give_each_row_once,
                pages_bear_rows_that_come_and_go,
                a_cursor_of_another_query_is_refused,
                unique_rules_hold,
                synced_rows_keep_the_newest_source_time,
            ]
            many: [one_of_many_inserts_wins, a_counter_adds_up, a_budget_is_never_overspent]
            reopening: [what_was_written_is_there_after_reopening]
        }
    };
}

/// Checks every promise, each on a fresh store that `make` gives.
///
/// # Errors
/// The first promise that the store breaks.
pub fn suite<H: Harness>(make: impl Fn() -> H) -> Result<(), Violation>
where
    H::Store: RecordStore + Outbox,
{
    crate::kernel_conformance! { @to conformance_suite, make }
}

/// The kernel of a harness.
pub fn fixture<H: Harness>(harness: &H) -> Fixture<dyn RecordStore>
where
    H::Store: RecordStore + Outbox,
{
    Fixture { store: harness.store(), outbox: harness.store(), env: harness.env().clone() }
}

/// Tenants of the suite.
fn tenant(number: u128) -> TenantId {
    TenantId::from_uuid(uuid::Uuid::from_u128(number))
}

fn key(number: u8) -> Key {
    Key::of(tenant(1), &number.to_string())
}

fn sample(number: u8, rank: i64) -> Sample {
    Sample::new(tenant(1), &number.to_string(), rank)
}

#[async_trait]
impl CommitFixture for Fixture<dyn RecordStore> {
    type Change = RecordWrite;

    fn insert(&self, number: u8) -> RecordWrite {
        Write::Insert(sample(number, 1)).into()
    }

    fn update(&self, number: u8, read: Version) -> RecordWrite {
        Write::Update { record: sample(number, 2), read }.into()
    }

    fn delete(&self, number: u8, read: Version) -> RecordWrite {
        Write::<Sample>::Delete { key: key(number), read }.into()
    }

    fn expect(&self, number: u8, basis: Basis) -> Expect {
        Expect { record: Sample::TYPE, key: key(number), basis }
    }

    async fn version(&self, number: u8) -> Result<Option<Version>, StoreError> {
        let found = self.store.get(Sample::TYPE, &key(number)).await?;
        Ok(found.map(|stored| stored.version))
    }

    async fn commit(&self, commit: Commit<RecordWrite>) -> Result<Committed, StoreError> {
        self.store.commit(commit).await
    }

    fn outbox(&self) -> Arc<dyn Outbox> {
        Arc::clone(&self.outbox)
    }

    fn env(&self) -> &Env {
        &self.env
    }
}

/// What was written is read back value by value.
///
/// # Errors
/// When a row reads back with another content.
pub async fn rows_read_back_equal(fixture: &Fixture<dyn RecordStore>) -> Result<(), Violation> {
    const PROMISE: &str = "what was written is read back equal";
    let (store, env) = (fixture.store.as_ref(), &fixture.env);
    for sample in edges() {
        write(store, env, PROMISE, vec![Write::Insert(sample.clone())]).await?;
        is_there(store, PROMISE, &sample).await?;
    }
    Ok(())
}

/// What was written is read back value by value through a handle that was opened anew.
///
/// # Errors
/// When a row is gone or reads back with another content.
pub fn what_was_written_is_there_after_reopening<H: Harness>(harness: &H) -> Result<(), Violation>
where
    H::Store: RecordStore + Outbox,
{
    const PROMISE: &str = "what was written is there after reopening";
    let Fixture { store, env, .. } = fixture(harness);
    let writes = edges().into_iter().map(Write::Insert).collect();
    harness.block_on(write(store.as_ref(), &env, PROMISE, writes))?;
    drop(store);
    let reopened = harness.reopen();
    let reopened = reopened.ok_or_else(|| Violation::new(PROMISE, "it cannot be reopened"))?;
    for sample in edges() {
        harness.block_on(is_there(reopened.as_ref(), PROMISE, &sample))?;
    }
    Ok(())
}

/// Rows with values at the ends of what can be stored.
fn edges() -> [Sample; 2] {
    let mut full = Sample::new(tenant(1), "größtes \u{1F980} ' \" \\ %", 0);
    full.rank = i64::MAX;
    full.label = Some(String::new());
    full.person = Some("\u{4e2d}\u{6587}".to_owned());
    full.seen_at = Some(DateTime::UNIX_EPOCH - TimeDelta::microseconds(1));
    full.body = (0..=255).collect();
    let bare = Sample { rank: i64::MIN, body: Vec::new(), ..Sample::new(tenant(1), " ", 0) };
    [full, bare]
}

async fn is_there(
    store: &dyn RecordStore,
    promise: &'static str,
    sample: &Sample,
) -> Result<(), Violation> {
    let found = kept(promise, store.record::<Sample>(&sample.key()).await)?;
    let equal = found.is_some_and(|found| found.record == *sample);
    ensure(promise, equal, "a row is not there, or has another content")
}

/// No two rows of a tenant have one label; the refusal names the rule.
///
/// # Errors
/// When a second one is taken, or refused otherwise.
pub async fn unique_rules_hold(fixture: &Fixture<dyn RecordStore>) -> Result<(), Violation> {
    const PROMISE: &str = "a row that breaks a uniqueness rule is refused and named";
    let (store, env) = (fixture.store.as_ref(), &fixture.env);
    let labeled =
        |id: &str| Sample { label: Some("taken".to_owned()), ..Sample::new(tenant(1), id, 1) };
    write(store, env, PROMISE, vec![Write::Insert(labeled("a"))]).await?;
    let commit: Commit<RecordWrite> = kept(PROMISE, env.commit())?;
    let result = store.commit(commit.change(Write::Insert(labeled("b")))).await;
    let named = matches!(
        result.as_ref().map_err(StoreError::kind),
        Err(StoreErrorKind::Duplicate { record: "conformance_sample", rule: "by_label" })
    );
    ensure(PROMISE, named, "the answer is another")?;
    let unlabeled = |id: &str| Write::Insert(Sample::new(tenant(1), id, 1));
    write(store, env, PROMISE, vec![unlabeled("c"), unlabeled("d")]).await
}

/// A synced row is replaced only by one of a newer source time.
///
/// # Errors
/// When an older one replaces it, or a newer one does not.
pub async fn synced_rows_keep_the_newest_source_time(
    fixture: &Fixture<dyn RecordStore>,
) -> Result<(), Violation> {
    const PROMISE: &str = "a synced row is replaced only by one of a newer source time";
    let (store, env) = (fixture.store.as_ref(), &fixture.env);
    let at = |rank| Sample::new(tenant(1), "synced", rank);
    for (rank, wanted) in [(5, 5), (4, 5), (5, 5), (6, 6)] {
        let row = Sample { body: vec![1], ..at(rank) };
        write(store, env, PROMISE, vec![Write::Sync(vec![row])]).await?;
        let found = kept(PROMISE, store.record::<Sample>(&at(1).key()).await)?;
        let rank = found.map(|found| found.record.rank);
        ensure(PROMISE, rank == Some(wanted), format!("wanted {wanted}, found {rank:?}"))?;
    }
    Ok(())
}
