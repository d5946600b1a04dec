//! The promises of the storage kernel, on a sample record type.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta};

use super::sample::{Sample, write};
use super::{CommitFixture, Violation, commit_contract, ensure, kept};
use crate::commit::{Basis, Commit, Committed, Expect, RecordWrite, Version, Write};
use crate::env::Env;
use crate::error::{StoreError, StoreErrorKind};
use crate::fact::Outbox;
use crate::ids::TenantId;
use crate::page::PageRequest;
use crate::record::{Key, Record as _};
use crate::store::{RecordStore, RecordStoreExt as _};
use crate::value::{Field as _, Value};

struct Kernel<'a> {
    store: Arc<dyn RecordStore>,
    outbox: Arc<dyn Outbox>,
    env: &'a Env,
    tenant: TenantId,
}

impl Kernel<'_> {
    fn key(&self, number: u8) -> Key {
        Key::of(self.tenant, &number.to_string())
    }

    fn sample(&self, number: u8, rank: i64) -> Sample {
        Sample::new(self.tenant, &number.to_string(), rank)
    }
}

#[async_trait]
impl CommitFixture for Kernel<'_> {
    type Change = RecordWrite;

    fn insert(&self, number: u8) -> RecordWrite {
        Write::Insert(self.sample(number, 1)).into()
    }

    fn update(&self, number: u8, read: Version) -> RecordWrite {
        Write::Update { record: self.sample(number, 2), read }.into()
    }

    fn delete(&self, number: u8, read: Version) -> RecordWrite {
        Write::<Sample>::Delete { key: self.key(number), read }.into()
    }

    fn expect(&self, number: u8, basis: Basis) -> Expect {
        Expect { record: Sample::TYPE, key: self.key(number), basis }
    }

    async fn version(&self, number: u8) -> Result<Option<Version>, StoreError> {
        let found = self.store.get(Sample::TYPE, &self.key(number)).await?;
        Ok(found.map(|stored| stored.version))
    }

    async fn commit(&self, commit: Commit<RecordWrite>) -> Result<Committed, StoreError> {
        self.store.commit(commit).await
    }

    fn outbox(&self) -> Arc<dyn Outbox> {
        Arc::clone(&self.outbox)
    }

    fn env(&self) -> &Env {
        self.env
    }
}

/// Checks the kernel on a fresh store that has a table for [`Sample`].
///
/// # Errors
/// The first promise that the store breaks.
pub async fn kernel(
    store: Arc<dyn RecordStore>,
    outbox: Arc<dyn Outbox>,
    env: &Env,
) -> Result<(), Violation> {
    let tenant = kept("randomness", env.id())?;
    let fixture = Kernel { store: Arc::clone(&store), outbox, env, tenant };
    commit_contract(&fixture).await?;
    rows_read_back_equal(store.as_ref(), env).await?;
    tenants_do_not_see_each_other(store.as_ref(), env).await?;
    pages_give_each_row_once(store.as_ref(), env).await?;
    unique_rules_hold(store.as_ref(), env).await?;
    synced_rows_keep_the_newest_source_time(store.as_ref(), env).await
}

async fn rows_read_back_equal(store: &dyn RecordStore, env: &Env) -> Result<(), Violation> {
    const PROMISE: &str = "what was written is read back equal";
    let tenant = kept(PROMISE, env.id())?;
    let mut full = Sample::new(tenant, "größtes \u{1F980} ' \" \\ %", 0);
    full.rank = i64::MAX;
    full.label = Some(String::new());
    full.person = Some("\u{4e2d}\u{6587}".to_owned());
    full.seen_at = Some(DateTime::UNIX_EPOCH - TimeDelta::microseconds(1));
    full.body = (0..=255).collect();
    let bare = Sample { rank: i64::MIN, body: Vec::new(), ..Sample::new(tenant, " ", 0) };
    for sample in [full, bare] {
        write(store, env, PROMISE, vec![Write::Insert(sample.clone())]).await?;
        let found = kept(PROMISE, store.record::<Sample>(&sample.key()).await)?;
        let equal = found.is_some_and(|found| found.record == sample);
        ensure(PROMISE, equal, "a row reads back with another content")?;
    }
    Ok(())
}

async fn tenants_do_not_see_each_other(
    store: &dyn RecordStore,
    env: &Env,
) -> Result<(), Violation> {
    const PROMISE: &str = "rows of one tenant are never seen through another";
    let (one, other) = (kept(PROMISE, env.id())?, kept(PROMISE, env.id())?);
    write(store, env, PROMISE, vec![Write::Insert(Sample::new(one, "same", 1))]).await?;
    let hidden = kept(PROMISE, store.record::<Sample>(&Key::of(other, &"same".to_owned())).await)?;
    ensure(PROMISE, hidden.is_none(), "a look-up crossed the wall")?;
    let count = kept(PROMISE, store.count(Sample::BY_RANK, &[other.to_value()]).await)?;
    ensure(PROMISE, count == 0, "a count crossed the wall")?;
    write(store, env, PROMISE, vec![Write::Insert(Sample::new(other, "same", 2))]).await?;
    let found = kept(PROMISE, store.record::<Sample>(&Key::of(one, &"same".to_owned())).await)?;
    let rank = found.map(|found| found.record.rank);
    ensure(PROMISE, rank == Some(1), "a write crossed the wall")
}

async fn pages_give_each_row_once(store: &dyn RecordStore, env: &Env) -> Result<(), Violation> {
    const PROMISE: &str = "paging gives every row once, in order";
    let tenant = kept(PROMISE, env.id())?;
    let rows = (0..25).map(|n| Write::Insert(Sample::new(tenant, &format!("{n:02}"), n / 3)));
    write(store, env, PROMISE, rows.collect()).await?;
    for limit in [1, 2, 7, 100] {
        let mut ids = Vec::new();
        let mut request = PageRequest::first(limit);
        loop {
            let arguments = [tenant.to_value()];
            let page = store.records::<Sample>(Sample::BY_RANK, &arguments, request).await;
            let page = kept(PROMISE, page)?;
            ids.extend(page.items.into_iter().map(|row| row.record.id));
            match page.next {
                Some(cursor) => request = PageRequest::after(cursor, limit),
                None => break,
            }
        }
        let wanted: Vec<_> = (0..25).map(|n| format!("{n:02}")).collect();
        ensure(PROMISE, ids == wanted, format!("pages of {limit} gave {} rows", ids.len()))?;
    }
    let arguments = [tenant.to_value(), Value::Int(6)];
    let page = store.records::<Sample>(Sample::ABOVE_RANK, &arguments, PageRequest::first(3)).await;
    let ids: Vec<_> = kept(PROMISE, page)?.items.into_iter().map(|row| row.record.id).collect();
    ensure(PROMISE, ids == ["24", "23", "22"], "the descending order is another")
}

async fn unique_rules_hold(store: &dyn RecordStore, env: &Env) -> Result<(), Violation> {
    const PROMISE: &str = "a row that breaks a uniqueness rule is refused and named";
    let tenant = kept(PROMISE, env.id())?;
    let labeled =
        |id: &str| Sample { label: Some("taken".to_owned()), ..Sample::new(tenant, id, 1) };
    write(store, env, PROMISE, vec![Write::Insert(labeled("a"))]).await?;
    let commit: Commit<RecordWrite> = kept(PROMISE, env.commit())?;
    let result = store.commit(commit.change(Write::Insert(labeled("b")))).await;
    let named = matches!(
        result.as_ref().map_err(StoreError::kind),
        Err(StoreErrorKind::Duplicate { record: "conformance_sample", rule: "by_label" })
    );
    ensure(PROMISE, named, "the answer is another")?;
    let unlabeled = |id: &str| Write::Insert(Sample::new(tenant, id, 1));
    write(store, env, PROMISE, vec![unlabeled("c"), unlabeled("d")]).await
}

async fn synced_rows_keep_the_newest_source_time(
    store: &dyn RecordStore,
    env: &Env,
) -> Result<(), Violation> {
    const PROMISE: &str = "a synced row is replaced only by one of a newer source time";
    let tenant = kept(PROMISE, env.id())?;
    let at = |rank| Sample::new(tenant, "synced", rank);
    for (rank, wanted) in [(5, 5), (4, 5), (5, 5), (6, 6)] {
        let row = Sample { body: vec![1], ..at(rank) };
        write(store, env, PROMISE, vec![Write::Sync(vec![row])]).await?;
        let found = kept(PROMISE, store.record::<Sample>(&at(1).key()).await)?;
        let rank = found.map(|found| found.record.rank);
        ensure(PROMISE, rank == Some(wanted), format!("wanted {wanted}, found {rank:?}"))?;
    }
    Ok(())
}
