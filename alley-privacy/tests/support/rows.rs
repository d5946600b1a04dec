//! Small record types, a store of them, and an environment.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::task::Poll;

use alley_core::http::{RequestLimits, TransportError};
use alley_core::{
    Applied, Commit, Committed, EdgeDecl, Env, ErasureStep, HoldAction, HoldMark, HttpTransport,
    Key, KeyId, Keyring, ManualClock, MemoryStore, Page, PageRequest, Permit, PersonalRecords,
    Query, Record, RecordStore, RecordType, RecordWrite, SealKey, SeededRandom, StoreError,
    StoreErrorKind, StoredRow, TenantId, Value, Write, elements,
};
use alley_privacy::data_map::{DataMap, RecordPolicy, Strategy};
use alley_privacy::{Config, Privacy, Stores};
use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};

#[derive(Clone, Debug, Record)]
#[record(name = "tenant", domain = "test", id = tenant_id)]
pub(crate) struct Tenant {
    #[record(technical)]
    pub(crate) tenant_id: TenantId,
    #[record(element = elements::ACCOUNT_CUSTOMER_ID)]
    pub(crate) number: Option<String>,
}

#[derive(Clone, Debug, Record)]
#[record(name = "folder", domain = "test", id = id, tenant = tenant_id, subject = person)]
#[record(owned_by(tenant = tenant_id))]
pub(crate) struct Folder {
    #[record(technical)]
    pub(crate) tenant_id: TenantId,
    #[record(technical)]
    pub(crate) id: String,
    #[record(element = elements::CONNECTED_CREATOR)]
    pub(crate) person: Option<String>,
}

#[derive(Clone, Debug, Record)]
#[record(name = "paper", domain = "test", id = id, tenant = tenant_id)]
#[record(owned_by(folder = folder), references(paper = other, on_erased = nullify))]
pub(crate) struct Paper {
    #[record(technical)]
    pub(crate) tenant_id: TenantId,
    #[record(technical)]
    pub(crate) id: String,
    #[record(technical)]
    pub(crate) folder: String,
    #[record(technical)]
    pub(crate) other: Option<String>,
    #[record(element = elements::CONTENT_DRAFT)]
    pub(crate) text: String,
}

#[derive(Clone, Debug, Record)]
#[record(name = "tag", domain = "test", id = id, tenant = tenant_id)]
#[record(shared_by(folder = left), shared_by(folder = right))]
pub(crate) struct Tag {
    #[record(technical)]
    pub(crate) tenant_id: TenantId,
    #[record(technical)]
    pub(crate) id: String,
    #[record(technical)]
    pub(crate) left: Option<String>,
    #[record(technical)]
    pub(crate) right: Option<String>,
}

#[derive(Clone, Debug, Record)]
#[record(name = "bill", domain = "test", id = id, tenant = tenant_id, anchor = closed_at)]
#[record(owned_by(folder = folder), references(tag = tag, on_erased = nullify))]
pub(crate) struct Bill {
    #[record(technical)]
    pub(crate) tenant_id: TenantId,
    #[record(technical)]
    pub(crate) id: String,
    #[record(technical)]
    pub(crate) folder: String,
    #[record(technical)]
    pub(crate) tag: Option<String>,
    #[record(element = elements::CONTENT_SUPPORT_MESSAGE)]
    pub(crate) closed_at: Option<DateTime<Utc>>,
    #[record(element = elements::CONTENT_SUPPORT_MESSAGE)]
    pub(crate) payer: Option<String>,
}

#[derive(Clone, Debug, Record)]
#[record(name = "link", domain = "test", id = id, tenant = tenant_id)]
#[record(references(folder = folder, on_erased = delete_source))]
pub(crate) struct Link {
    #[record(technical)]
    pub(crate) tenant_id: TenantId,
    #[record(technical)]
    pub(crate) id: String,
    #[record(technical)]
    pub(crate) folder: String,
}

#[derive(Clone, Debug, Record)]
#[record(name = "note", domain = "test", id = id, tenant = tenant_id)]
#[record(references(paper = paper, on_erased = pseudonymize))]
#[record(references(folder = folder, on_erased = nullify))]
pub(crate) struct Note {
    #[record(technical)]
    pub(crate) tenant_id: TenantId,
    #[record(technical)]
    pub(crate) id: String,
    #[record(technical)]
    pub(crate) paper: Option<String>,
    #[record(technical)]
    pub(crate) folder: Option<String>,
}

pub(crate) const TYPES: [&RecordType; 7] =
    [Tenant::TYPE, Folder::TYPE, Paper::TYPE, Tag::TYPE, Bill::TYPE, Link::TYPE, Note::TYPE];

#[derive(Debug)]
struct NoTransport;

#[async_trait]
impl HttpTransport for NoTransport {
    async fn send(
        &self,
        _: http::Request<Bytes>,
        _: &RequestLimits,
    ) -> Result<http::Response<Bytes>, TransportError> {
        unreachable!("nothing here speaks HTTP")
    }
}

/// A memory store that fails once, at the call with a given number, before or after its effect.
#[derive(Debug)]
pub(crate) struct Flaky {
    pub(crate) inner: MemoryStore,
    left: AtomicI64,
    after: bool,
    pause: AtomicI64,
}

impl Flaky {
    pub(crate) fn never() -> Self {
        Self::at(i64::MAX / 2, false)
    }

    pub(crate) fn at(call: i64, after: bool) -> Self {
        Self {
            inner: MemoryStore::new(),
            left: AtomicI64::new(call),
            after,
            pause: AtomicI64::new(-1),
        }
    }

    /// Counts from here on.
    pub(crate) fn arm(&self, call: i64) {
        self.left.store(call, Ordering::SeqCst);
    }

    /// The call with this number from here, of those that place a mark or change only items of
    /// holds, waits for a second poll before its effect.
    pub(crate) fn pause_at(&self, call: i64) {
        self.pause.store(call, Ordering::SeqCst);
    }

    async fn wait_if_told(&self) {
        if self.pause.fetch_sub(1, Ordering::SeqCst) == 0 {
            let mut polled = false;
            std::future::poll_fn(|_| {
                if std::mem::replace(&mut polled, true) { Poll::Ready(()) } else { Poll::Pending }
            })
            .await;
        }
    }

    fn fails(&self) -> bool {
        self.left.fetch_sub(1, Ordering::SeqCst) == 0
    }

    fn gone<T>() -> Result<T, StoreError> {
        Err(StoreErrorKind::Unavailable.into())
    }
}

macro_rules! flaky {
    ($self:ident, $call:expr) => {{
        let fails = $self.fails();
        if fails && !$self.after {
            return Flaky::gone();
        }
        let answer = $call.await;
        if fails { Flaky::gone() } else { answer }
    }};
}

#[async_trait]
impl RecordStore for Flaky {
    async fn get(
        &self,
        record: &'static RecordType,
        key: &Key,
    ) -> Result<Option<StoredRow>, StoreError> {
        self.inner.get(record, key).await
    }

    async fn query(
        &self,
        query: &'static Query,
        arguments: &[Value],
        page: PageRequest,
    ) -> Result<Page<StoredRow>, StoreError> {
        self.inner.query(query, arguments, page).await
    }

    async fn count(&self, query: &'static Query, arguments: &[Value]) -> Result<u64, StoreError> {
        self.inner.count(query, arguments).await
    }

    async fn commit(&self, commit: Commit<RecordWrite>) -> Result<Committed, StoreError> {
        let touches = |name| commit.changes.iter().any(|write| write.record.name == name);
        if touches("legal_hold_item") && !touches("legal_hold") {
            self.wait_if_told().await;
        }
        flaky!(self, RecordStore::commit(&self.inner, commit))
    }
}

#[async_trait]
impl PersonalRecords for Flaky {
    fn store_name(&self) -> &'static str {
        "flaky"
    }

    fn record_types(&self) -> Vec<&'static RecordType> {
        Vec::new()
    }

    async fn by_subject(
        &self,
        record: &'static RecordType,
        subject: &Value,
        page: PageRequest,
    ) -> Result<Page<Key>, StoreError> {
        flaky!(self, self.inner.by_subject(record, subject, page))
    }

    async fn reach(
        &self,
        record: &'static RecordType,
        edge: &'static EdgeDecl,
        targets: &[Key],
        page: PageRequest,
    ) -> Result<Page<Key>, StoreError> {
        flaky!(self, self.inner.reach(record, edge, targets, page))
    }

    async fn due(
        &self,
        record: &'static RecordType,
        until: DateTime<Utc>,
        page: PageRequest,
    ) -> Result<Page<Key>, StoreError> {
        flaky!(self, self.inner.due(record, until, page))
    }

    async fn export(
        &self,
        record: &'static RecordType,
        keys: &[Key],
    ) -> Result<Vec<(Key, StoredRow)>, StoreError> {
        flaky!(self, self.inner.export(record, keys))
    }

    async fn apply(
        &self,
        permit: &Permit,
        steps: &[ErasureStep],
    ) -> Result<Vec<Applied>, StoreError> {
        flaky!(self, self.inner.apply(permit, steps))
    }

    async fn set_hold(&self, mark: &HoldMark) -> Result<(), StoreError> {
        if mark.action == HoldAction::Place {
            self.wait_if_told().await;
        }
        flaky!(self, self.inner.set_hold(mark))
    }
}

pub(crate) struct House {
    pub(crate) store: Arc<Flaky>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) env: Env,
    pub(crate) privacy: Privacy,
}

pub(crate) fn map() -> DataMap {
    let leave = |record: &RecordType| RecordPolicy::new(record);
    DataMap::preset()
        .unwrap()
        .with_record(leave(Folder::TYPE))
        .with_record(leave(Paper::TYPE))
        .with_record(leave(Tag::TYPE))
        .with_record(
            leave(Bill::TYPE).with_strategy(Strategy::Minimize).with_retention("support_longer"),
        )
        .with_record(leave(Link::TYPE).without_tombstone())
        .with_record(leave(Note::TYPE))
}

pub(crate) fn start() -> DateTime<Utc> {
    "2026-06-01T00:00:00Z".parse().unwrap()
}

impl House {
    pub(crate) fn new(store: Flaky) -> Self {
        Self::with(store, |config| config)
    }

    pub(crate) fn with(store: Flaky, change: impl FnOnce(Config) -> Config) -> Self {
        let clock = Arc::new(ManualClock::new(start()));
        let keyring = Keyring::of(SealKey::from_bytes(KeyId::new(1), &[7; 32]).unwrap());
        let transport = Arc::new(NoTransport);
        let env = Env::new(Arc::new(keyring), transport, Arc::<ManualClock>::clone(&clock) as _)
            .with_clock(Arc::<ManualClock>::clone(&clock) as _)
            .with_random(Arc::new(SeededRandom::new(1)));
        let store = Arc::new(store);
        let records = vec![Arc::clone(&store) as Arc<dyn PersonalRecords>];
        let config = change(Config::new(map(), TYPES, records));
        let privacy = Privacy::new(&env, Stores::of(&store), config).unwrap();
        Self { store, clock, env, privacy }
    }

    pub(crate) async fn insert<R: Record>(&self, record: R) {
        let commit: Commit<RecordWrite> = self.env.commit().unwrap();
        let commit = commit.change(Write::Insert(record));
        RecordStore::commit(&self.store.inner, commit).await.unwrap();
    }

    pub(crate) async fn row(&self, record: &'static RecordType, key: &Key) -> Option<Vec<Value>> {
        RecordStore::get(&self.store.inner, record, key).await.unwrap().map(|row| row.record)
    }
}

pub(crate) fn tenant(number: u128) -> TenantId {
    TenantId::from_uuid(uuid::Uuid::from_u128(number))
}
