//! Ports that tell [`Steps`] before and after each call that writes.

use std::sync::Arc;
use std::time::Duration;

use alley_core::http::{HttpTransport, RequestLimits, ReqwestTransport, TransportError};
use alley_core::rate_limit::{Decision, Limit, Limiter};
use alley_core::{
    Acquired, Applied, Commit, Committed, Digest32, EdgeDecl, ErasureStep, HoldMark, Key, Lease,
    Leases, Outbox, OutboxEntry, Page, PageRequest, Permit, PersonalRecords, Query, RecordStore,
    RecordType, RecordWrite, Settlement, StoreError, StoredRow, Value,
};
use alley_store::SqliteStore;
use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::{Request, Response};

use crate::steps::Steps;

/// The SQLite store, with a step before and after each call that writes.
#[derive(Debug)]
pub(crate) struct Stepping {
    store: Arc<SqliteStore>,
    steps: Arc<Steps>,
}

impl Stepping {
    pub(crate) fn new(store: Arc<SqliteStore>, steps: Arc<Steps>) -> Self {
        Self { store, steps }
    }

    async fn step<T>(&self, what: &str, call: impl Future<Output = T> + Send) -> T {
        self.steps.pass("before", what);
        let answer = call.await;
        self.steps.pass("after", what);
        answer
    }
}

#[async_trait]
impl RecordStore for Stepping {
    async fn get(
        &self,
        record: &'static RecordType,
        key: &Key,
    ) -> Result<Option<StoredRow>, StoreError> {
        self.store.get(record, key).await
    }

    async fn query(
        &self,
        query: &'static Query,
        arguments: &[Value],
        page: PageRequest,
    ) -> Result<Page<StoredRow>, StoreError> {
        self.store.query(query, arguments, page).await
    }

    async fn count(&self, query: &'static Query, arguments: &[Value]) -> Result<u64, StoreError> {
        self.store.count(query, arguments).await
    }

    async fn commit(&self, commit: Commit<RecordWrite>) -> Result<Committed, StoreError> {
        let records: Vec<_> = commit.changes.iter().map(|write| write.record.name).collect();
        let what = format!("commit {}", records.join("+"));
        self.step(&what, RecordStore::commit(self.store.as_ref(), commit)).await
    }
}

#[async_trait]
impl Outbox for Stepping {
    async fn due(&self, now: DateTime<Utc>, limit: u32) -> Result<Vec<OutboxEntry>, StoreError> {
        Outbox::due(self.store.as_ref(), now, limit).await
    }

    async fn settle(&self, settlements: &[Settlement]) -> Result<(), StoreError> {
        self.step("settle", self.store.settle(settlements)).await
    }
}

#[async_trait]
impl Leases for Stepping {
    async fn acquire(
        &self,
        name: &str,
        ttl: Duration,
        now: DateTime<Utc>,
    ) -> Result<Acquired, StoreError> {
        self.step(&format!("acquire {name}"), self.store.acquire(name, ttl, now)).await
    }

    async fn renew(
        &self,
        lease: &Lease,
        ttl: Duration,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let what = format!("renew {}", lease.name);
        self.step(&what, self.store.renew(lease, ttl, now)).await
    }

    async fn release(&self, lease: Lease, due: DateTime<Utc>) -> Result<(), StoreError> {
        let what = format!("release {}", lease.name);
        self.step(&what, self.store.release(lease, due)).await
    }
}

#[async_trait]
impl PersonalRecords for Stepping {
    fn store_name(&self) -> &'static str {
        self.store.store_name()
    }

    fn record_types(&self) -> Vec<&'static RecordType> {
        self.store.record_types()
    }

    async fn by_subject(
        &self,
        record: &'static RecordType,
        subject: &Value,
        page: PageRequest,
    ) -> Result<Page<Key>, StoreError> {
        self.store.by_subject(record, subject, page).await
    }

    async fn reach(
        &self,
        record: &'static RecordType,
        edge: &'static EdgeDecl,
        targets: &[Key],
        page: PageRequest,
    ) -> Result<Page<Key>, StoreError> {
        self.store.reach(record, edge, targets, page).await
    }

    async fn due(
        &self,
        record: &'static RecordType,
        until: DateTime<Utc>,
        page: PageRequest,
    ) -> Result<Page<Key>, StoreError> {
        PersonalRecords::due(self.store.as_ref(), record, until, page).await
    }

    async fn export(
        &self,
        record: &'static RecordType,
        keys: &[Key],
    ) -> Result<Vec<(Key, StoredRow)>, StoreError> {
        self.store.export(record, keys).await
    }

    async fn apply(
        &self,
        permit: &Permit,
        steps: &[ErasureStep],
    ) -> Result<Vec<Applied>, StoreError> {
        let record = steps.first().map_or("nothing", |step| step.record.name);
        self.step(&format!("apply {record}"), self.store.apply(permit, steps)).await
    }

    async fn set_hold(&self, mark: &HoldMark) -> Result<(), StoreError> {
        self.step("hold", self.store.set_hold(mark)).await
    }
}

#[async_trait]
impl Limiter for Stepping {
    async fn take(&self, key: &Digest32, limit: &Limit, cost: u32) -> Result<Decision, StoreError> {
        self.step("take", self.store.take(key, limit, cost)).await
    }
}

/// HTTP as it is, with a step before and after each exchange.
#[derive(Debug)]
pub(crate) struct SteppingTransport {
    transport: ReqwestTransport,
    steps: Arc<Steps>,
}

impl SteppingTransport {
    pub(crate) fn new(transport: ReqwestTransport, steps: Arc<Steps>) -> Self {
        Self { transport, steps }
    }
}

#[async_trait]
impl HttpTransport for SteppingTransport {
    async fn send(
        &self,
        request: Request<Bytes>,
        limits: &RequestLimits,
    ) -> Result<Response<Bytes>, TransportError> {
        let what = format!("{} {}", request.method(), request.uri().path());
        self.steps.pass("before", &what);
        let reply = self.transport.send(request, limits).await;
        self.steps.pass("after", &what);
        reply
    }
}
