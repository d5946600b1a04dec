//! One page: where it is asked for, and what came of it.

use alley_core::Env;

use super::super::ShopClient;
use crate::error::Result;
use crate::store::ShopChange;
use crate::sync::{PageEnd, SyncCursor, SyncKind};

/// What a page brought.
#[derive(Debug, Default)]
pub(crate) struct Fetched {
    pub(crate) changes: Vec<ShopChange>,
    pub(crate) end: PageEnd,
}

#[cfg(any(
    feature = "order",
    feature = "product",
    feature = "finance",
    feature = "analytics",
    feature = "affiliate"
))]
impl Fetched {
    /// The same page with its total and the newest time on it.
    pub(crate) fn seen(
        mut self,
        total: Option<i64>,
        newest: Option<chrono::DateTime<chrono::Utc>>,
    ) -> Self {
        self.end.total = total;
        self.end.newest = newest;
        self
    }

    /// A page of `rows` wire rows that became these records.
    pub(crate) fn of<R: alley_core::Record>(rows: usize, records: Vec<R>) -> Self
    where
        ShopChange: From<alley_core::Write<R>>,
    {
        let changes = if records.is_empty() {
            Vec::new()
        } else {
            vec![alley_core::Write::Sync(records).into()]
        };
        Self { changes, end: PageEnd { rows, ..PageEnd::default() } }
    }

    #[cfg(any(feature = "order", feature = "product", feature = "finance", feature = "affiliate"))]
    pub(crate) fn next(mut self, token: Option<&crate::wire::Text>) -> Self {
        self.end.next = token.filter(|token| !token.is_empty()).map(ToString::to_string);
        self
    }
}

/// Reads the page at a position.
pub(crate) async fn fetch(client: &ShopClient, env: &Env, cursor: &SyncCursor) -> Result<Fetched> {
    match cursor.kind {
        #[cfg(feature = "order")]
        SyncKind::Orders => super::orders::page(client, env, cursor).await,
        #[cfg(feature = "product")]
        SyncKind::Products => super::products::page(client, cursor).await,
        #[cfg(feature = "finance")]
        SyncKind::Statements => super::statements::page(client, env, cursor).await,
        #[cfg(feature = "analytics")]
        SyncKind::ShopPerformance => super::performance::page(client, env, cursor).await,
        #[cfg(feature = "affiliate")]
        SyncKind::Creators => super::creators::page(client, env, cursor).await,
        #[cfg(not(all(
            feature = "order",
            feature = "product",
            feature = "finance",
            feature = "analytics",
            feature = "affiliate"
        )))]
        kind => {
            let _ = (client, env);
            Err(crate::error::Error::FeatureOff { feature: feature(kind) })
        }
    }
}

#[cfg(not(all(
    feature = "order",
    feature = "product",
    feature = "finance",
    feature = "analytics",
    feature = "affiliate"
)))]
const fn feature(kind: SyncKind) -> &'static str {
    match kind {
        SyncKind::Orders => "order",
        SyncKind::Products => "product",
        SyncKind::Statements => "finance",
        SyncKind::ShopPerformance => "analytics",
        SyncKind::Creators => "affiliate",
    }
}

#[cfg(any(feature = "order", feature = "product", feature = "finance"))]
pub(crate) fn instant(seconds: Option<i64>) -> Option<chrono::DateTime<chrono::Utc>> {
    chrono::DateTime::from_timestamp(seconds?, 0)
}

#[cfg(any(
    feature = "order",
    feature = "product",
    feature = "finance",
    feature = "analytics",
    feature = "affiliate"
))]
pub(crate) fn owned(text: Option<&crate::wire::Text>) -> Option<String> {
    text.filter(|text| !text.is_empty()).map(ToString::to_string)
}
