//! The record type that the suites of the kernel write.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Violation, kept};
use crate::commit::{Commit, RecordWrite, Write};
use crate::env::Env;
use crate::ids::TenantId;
use crate::query::Query;
use crate::store::RecordStore;
use crate::{Record, elements};

/// The record that these suites write; a store under test needs a table for it.
#[derive(Clone, Debug, Eq, PartialEq, Record)]
#[record(name = "conformance_sample", domain = "conformance", id = id, tenant = tenant_id)]
#[record(subject = person, anchor = seen_at, source_time = changed_at)]
#[record(references(conformance_sample = parent, on_erased = nullify))]
#[record(unique(by_label(tenant_id, label)))]
#[non_exhaustive]
pub struct Sample {
    /// The tenant.
    #[record(technical)]
    pub tenant_id: TenantId,
    /// The id within the tenant.
    #[record(technical)]
    pub id: String,
    /// A number to sort by.
    #[record(technical)]
    pub rank: i64,
    /// A text that no two rows of a tenant share.
    #[record(technical)]
    pub label: Option<String>,
    /// Whom it is about.
    #[record(element = elements::CONNECTED_CREATOR)]
    pub person: Option<String>,
    /// The row it hangs on.
    #[record(technical)]
    pub parent: Option<String>,
    /// Starts its retention.
    #[record(technical)]
    pub seen_at: Option<DateTime<Utc>>,
    /// The source's own time.
    #[record(technical)]
    pub changed_at: DateTime<Utc>,
    /// Bytes.
    #[record(technical)]
    pub body: Vec<u8>,
}

impl Sample {
    /// A row with this id; its other fields follow from `rank`.
    pub fn new(tenant_id: TenantId, id: &str, rank: i64) -> Self {
        Self {
            tenant_id,
            id: id.to_owned(),
            rank,
            label: None,
            person: None,
            parent: None,
            seen_at: None,
            changed_at: DateTime::UNIX_EPOCH + TimeDelta::microseconds(rank),
            body: rank.to_be_bytes().to_vec(),
        }
    }

    /// All rows of a tenant by rank.
    pub const BY_RANK: &'static Query =
        &Query::new("conformance_by_rank", Self::TYPE).equals(&["tenant_id"]).order_by("rank");

    /// All rows of a tenant above a rank, largest first.
    pub const ABOVE_RANK: &'static Query = &Query::new("conformance_above_rank", Self::TYPE)
        .equals(&["tenant_id"])
        .more_than("rank")
        .order_by("rank")
        .descending();

    /// The queries that a store under test must know.
    pub const QUERIES: &'static [&'static Query] = &[Self::BY_RANK, Self::ABOVE_RANK];
}

/// Commits writes of samples.
pub(super) async fn write(
    store: &dyn RecordStore,
    env: &Env,
    promise: &'static str,
    writes: Vec<Write<Sample>>,
) -> Result<(), Violation> {
    let mut commit: Commit<RecordWrite> = kept(promise, env.commit())?;
    commit.changes.extend(writes.into_iter().map(Into::into));
    kept(promise, store.commit(commit).await)?;
    Ok(())
}
