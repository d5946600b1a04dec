//! What is synced, and how far it is.

use alley_core::{Record, ShopRef, TenantId, elements, text_enum};
use chrono::{DateTime, TimeDelta, Utc};

text_enum! {
    /// What can be synced.
    pub enum SyncKind {
        /// Orders of a shop; feature `order`.
        Orders => "orders",
        /// Products of a shop; feature `product`.
        Products => "products",
        /// Statements of a shop; feature `finance`.
        Statements => "statements",
        /// Daily figures of a shop; feature `analytics`.
        ShopPerformance => "shop_performance",
        /// Creators of the marketplace, at most 1,000 a run; feature `affiliate`.
        Creators => "creators",
    }
}

impl SyncKind {
    /// How far before the newest time of the last run the next one begins: what the platform
    /// shows late or changes without a time of change.
    const fn overlap(self) -> TimeDelta {
        match self {
            Self::Orders | Self::Products | Self::Creators => TimeDelta::minutes(10),
            // assumed: a statement's payment settles within a month, and figures are final within a
            // week; the documentation is silent on both.
            Self::Statements => TimeDelta::days(31),
            Self::ShopPerformance => TimeDelta::days(7),
        }
    }

    /// The most rows of one run.
    const fn most(self) -> u64 {
        match self {
            Self::Creators => 1_000,
            _ => u64::MAX,
        }
    }
}

/// How far the sync of one kind from one shop is.
#[derive(Clone, Debug, Eq, PartialEq, Record)]
#[record(name = "tiktok_sync_cursor", domain = "tiktok", id = cursor_id, tenant = tenant_id)]
#[record(owned_by(shop = shop_id))]
#[non_exhaustive]
pub struct SyncCursor {
    /// Shop and kind: `749…:orders`.
    #[record(technical)]
    pub cursor_id: String,
    /// Whose.
    #[record(technical)]
    pub tenant_id: TenantId,
    /// The shop.
    #[record(element = elements::CONNECTED_SHOP)]
    pub shop_id: ShopRef,
    /// What is synced.
    #[record(technical)]
    pub kind: SyncKind,
    /// The next page of the run; absent at its beginning.
    #[record(technical)]
    pub page_token: Option<String>,
    /// Goes with the page token in creator searches.
    #[record(technical)]
    pub search_key: Option<String>,
    /// Rows of this run so far.
    #[record(technical)]
    pub done: i64,
    /// Rows that the run will have, if the platform says so.
    #[record(technical)]
    pub total: Option<i64>,
    /// Lower bound of this run; absent when it reads everything.
    #[record(technical)]
    pub since: Option<DateTime<Utc>>,
    /// The newest time of change seen in this run.
    #[record(technical)]
    pub newest: Option<DateTime<Utc>>,
    /// When this run began.
    #[record(technical)]
    pub started_at: DateTime<Utc>,
    /// When it ended; absent while it runs.
    #[record(technical)]
    pub finished_at: Option<DateTime<Utc>>,
}

impl SyncCursor {
    /// The id of the cursor of a kind and shop.
    pub(crate) fn id(shop: &ShopRef, kind: SyncKind) -> String {
        format!("{shop}:{kind}")
    }

    /// A run that reads everything.
    pub(crate) fn fresh(
        tenant: TenantId,
        shop: &ShopRef,
        kind: SyncKind,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            cursor_id: Self::id(shop, kind),
            tenant_id: tenant,
            shop_id: shop.clone(),
            kind,
            page_token: None,
            search_key: None,
            done: 0,
            total: None,
            since: None,
            newest: None,
            started_at: now,
            finished_at: None,
        }
    }

    /// The run that follows a finished one: from the newest change that it saw, or its beginning
    /// if that is earlier, less the overlap. What changed while it ran is read again.
    pub(crate) fn following(&self, now: DateTime<Utc>) -> Self {
        let seen = self.newest.map_or(self.started_at, |newest| newest.min(self.started_at));
        let since = match (self.kind, self.newest, self.since) {
            (SyncKind::Creators, _, _) => None,
            // Nothing was found: stay where the last run began.
            (_, None, since) => since,
            _ => Some(seen - self.kind.overlap()),
        };
        Self { since, ..Self::fresh(self.tenant_id, &self.shop_id, self.kind, now) }
    }

    /// The same run from its first page.
    pub(crate) fn restarted(&self, now: DateTime<Utc>) -> Self {
        Self { since: self.since, ..Self::fresh(self.tenant_id, &self.shop_id, self.kind, now) }
    }

    /// The same run behind a page.
    pub(crate) fn behind(&self, page: &PageEnd, now: DateTime<Utc>) -> Self {
        let rows = i64::try_from(page.rows).unwrap_or(i64::MAX);
        let done = self.done.saturating_add(rows);
        let full = u64::try_from(done).is_ok_and(|done| done >= self.kind.most());
        let next = page.next.clone().filter(|_| !full);
        Self {
            finished_at: next.is_none().then_some(now),
            page_token: next,
            search_key: page.search_key.clone().or_else(|| self.search_key.clone()),
            done,
            total: page.total.or(self.total),
            newest: self.newest.max(page.newest),
            ..self.clone()
        }
    }

    pub(crate) fn progress(&self) -> Progress {
        let count = |number: i64| u64::try_from(number).unwrap_or(0);
        Progress {
            done: count(self.done),
            total: self.total.map(|total| count(total).max(count(self.done))),
            finished: self.finished_at.is_some(),
        }
    }
}

/// How far a run is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Progress {
    /// Rows read in this run, over all processes that worked on it.
    pub done: u64,
    /// Rows that the run will have, if the platform says so.
    pub total: Option<u64>,
    /// Nothing is left.
    pub finished: bool,
}

/// What a page says about where it stands.
#[derive(Debug, Default)]
pub(crate) struct PageEnd {
    /// Rows on the page, also those without a usable id.
    pub(crate) rows: usize,
    pub(crate) total: Option<i64>,
    pub(crate) next: Option<String>,
    pub(crate) search_key: Option<String>,
    pub(crate) newest: Option<DateTime<Utc>>,
}

#[cfg(test)]
mod tests;
