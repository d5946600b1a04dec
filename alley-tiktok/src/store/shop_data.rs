//! The port of shops, of what was synced from them, and of the webhook inbox.

use alley_core::store::all;
use alley_core::{
    Commit, Committed, CreatorRef, Field as _, Key, Page, PageRequest, Query, Record as _,
    RecordStore, RecordStoreExt as _, ShopRef, StoreError, TenantId, Versioned, changes,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::ids::OrderId;
use crate::inbox::{InboxEvent, InboxState};
use crate::shop::Shop;
use crate::stored::{AnalyticsSnapshot, Creator, FinanceRecord, Order, Product};
use crate::sync::{SyncCursor, SyncKind};

changes! {
    /// What can be written here.
    pub enum ShopChange {
        /// A shop.
        Shop(Shop),
        /// Creators.
        Creator(Creator),
        /// Products.
        Product(Product),
        /// Orders.
        Order(Order),
        /// Figures.
        Snapshot(AnalyticsSnapshot),
        /// Statements.
        Finance(FinanceRecord),
        /// How far a sync is.
        Cursor(SyncCursor),
        /// A webhook.
        Inbox(InboxEvent),
    }
}

/// Reads of shops and of what the machinery keeps about them.
#[async_trait]
pub trait ShopReads: std::fmt::Debug + Send + Sync + 'static {
    /// A shop.
    ///
    /// # Errors
    /// When the store fails.
    async fn shop(
        &self,
        tenant: TenantId,
        id: &ShopRef,
    ) -> Result<Option<Versioned<Shop>>, StoreError>;

    /// All shops of a tenant, closed ones too.
    ///
    /// # Errors
    /// When the store fails.
    async fn shops(&self, tenant: TenantId) -> Result<Vec<Versioned<Shop>>, StoreError>;

    /// For jobs, over all tenants: the rows of one shop of the platform. Webhooks name no tenant.
    ///
    /// # Errors
    /// When the store fails.
    async fn shops_by_ref(&self, id: &ShopRef) -> Result<Vec<Versioned<Shop>>, StoreError>;

    /// How far a sync is.
    ///
    /// # Errors
    /// When the store fails.
    async fn sync_cursor(
        &self,
        tenant: TenantId,
        shop: &ShopRef,
        kind: SyncKind,
    ) -> Result<Option<Versioned<SyncCursor>>, StoreError>;

    /// A received webhook, by its id.
    ///
    /// # Errors
    /// When the store fails.
    async fn inbox_event(&self, id: &str) -> Result<Option<Versioned<InboxEvent>>, StoreError>;

    /// For jobs: webhooks that wait and may be tried at `now`.
    ///
    /// # Errors
    /// When the store fails.
    async fn inbox_due(
        &self,
        now: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<Versioned<InboxEvent>>, StoreError>;

    /// For jobs: webhooks that were handled, or failed for good, up to `before`.
    ///
    /// # Errors
    /// When the store fails.
    async fn inbox_handled(
        &self,
        before: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<Versioned<InboxEvent>>, StoreError>;
}

/// Reads of what was synced.
#[async_trait]
pub trait SyncedReads: std::fmt::Debug + Send + Sync + 'static {
    /// An order.
    ///
    /// # Errors
    /// When the store fails.
    async fn order(
        &self,
        tenant: TenantId,
        id: &OrderId,
    ) -> Result<Option<Versioned<Order>>, StoreError>;

    /// Orders of a shop, newest first.
    ///
    /// # Errors
    /// When the store fails.
    async fn orders(
        &self,
        tenant: TenantId,
        shop: &ShopRef,
        page: PageRequest,
    ) -> Result<Page<Versioned<Order>>, StoreError>;

    /// How many rows of a kind a shop has; of creators, the tenant.
    ///
    /// # Errors
    /// When the store fails.
    async fn synced_count(
        &self,
        tenant: TenantId,
        shop: &ShopRef,
        kind: SyncKind,
    ) -> Result<u64, StoreError>;

    /// Products of a shop.
    ///
    /// # Errors
    /// When the store fails.
    async fn products(
        &self,
        tenant: TenantId,
        shop: &ShopRef,
        page: PageRequest,
    ) -> Result<Page<Versioned<Product>>, StoreError>;

    /// Statements of a shop.
    ///
    /// # Errors
    /// When the store fails.
    async fn statements(
        &self,
        tenant: TenantId,
        shop: &ShopRef,
        page: PageRequest,
    ) -> Result<Page<Versioned<FinanceRecord>>, StoreError>;

    /// Figures of a shop.
    ///
    /// # Errors
    /// When the store fails.
    async fn snapshots(
        &self,
        tenant: TenantId,
        shop: &ShopRef,
        page: PageRequest,
    ) -> Result<Page<Versioned<AnalyticsSnapshot>>, StoreError>;

    /// A creator.
    ///
    /// # Errors
    /// When the store fails.
    async fn creator(
        &self,
        tenant: TenantId,
        id: &CreatorRef,
    ) -> Result<Option<Versioned<Creator>>, StoreError>;

    /// Creators of a tenant.
    ///
    /// # Errors
    /// When the store fails.
    async fn creators(
        &self,
        tenant: TenantId,
        page: PageRequest,
    ) -> Result<Page<Versioned<Creator>>, StoreError>;
}

/// Keeps shops, what was synced from them, and webhooks.
///
/// # Contract
/// - `commit` keeps the contract of [`Commit`]: the rows of a page and the cursor behind it are
///   there together or not at all, and not if the shop changed since it was read.
/// - A synced row that is not newer than the stored one is passed over.
/// - Rows of one tenant are never answered for another, except by the reads of jobs, which say so.
#[async_trait]
pub trait ShopDataStore: ShopReads + SyncedReads {
    /// Applies all of a commit, or nothing of it.
    ///
    /// # Errors
    /// See [`StoreErrorKind`](alley_core::StoreErrorKind).
    async fn commit(&self, commit: Commit<ShopChange>) -> Result<Committed, StoreError>;
}

static SHOPS: Query = Query::new("tiktok_shops", Shop::TYPE).equals(&["tenant_id"]);
static SHOPS_BY_REF: Query = Query::new("tiktok_shops_by_ref", Shop::TYPE).equals(&["shop_id"]);
static INBOX_DUE: Query = Query::new("tiktok_inbox_due", InboxEvent::TYPE)
    .equals(&["state"])
    .at_most("due_at")
    .order_by("due_at");
static INBOX_HANDLED: Query = Query::new("tiktok_inbox_handled", InboxEvent::TYPE)
    .at_most("handled_at")
    .order_by("handled_at");
static ORDERS: Query = Query::new("tiktok_orders", Order::TYPE)
    .equals(&["tenant_id", "shop_id"])
    .order_by("created_at")
    .descending();
static PRODUCTS: Query =
    Query::new("tiktok_products", Product::TYPE).equals(&["tenant_id", "shop_id"]);
static STATEMENTS: Query = Query::new("tiktok_statements", FinanceRecord::TYPE)
    .equals(&["tenant_id", "shop_id"])
    .order_by("statement_at");
static SNAPSHOTS: Query = Query::new("tiktok_snapshots", AnalyticsSnapshot::TYPE)
    .equals(&["tenant_id", "shop_id"])
    .order_by("start_date");
static CREATORS: Query = Query::new("tiktok_creators", Creator::TYPE).equals(&["tenant_id"]);

pub(crate) static QUERIES: [&Query; 9] = [
    &SHOPS,
    &SHOPS_BY_REF,
    &INBOX_DUE,
    &INBOX_HANDLED,
    &ORDERS,
    &PRODUCTS,
    &STATEMENTS,
    &SNAPSHOTS,
    &CREATORS,
];

#[async_trait]
impl<S: RecordStore + ?Sized> ShopReads for S {
    async fn shop(
        &self,
        tenant: TenantId,
        id: &ShopRef,
    ) -> Result<Option<Versioned<Shop>>, StoreError> {
        self.record(&Key::of(tenant, id)).await
    }

    async fn shops(&self, tenant: TenantId) -> Result<Vec<Versioned<Shop>>, StoreError> {
        all(self, &SHOPS, &[tenant.to_value()]).await
    }

    async fn shops_by_ref(&self, id: &ShopRef) -> Result<Vec<Versioned<Shop>>, StoreError> {
        all(self, &SHOPS_BY_REF, &[id.to_value()]).await
    }

    async fn sync_cursor(
        &self,
        tenant: TenantId,
        shop: &ShopRef,
        kind: SyncKind,
    ) -> Result<Option<Versioned<SyncCursor>>, StoreError> {
        self.record(&Key::of(tenant, &SyncCursor::id(shop, kind))).await
    }

    async fn inbox_event(&self, id: &str) -> Result<Option<Versioned<InboxEvent>>, StoreError> {
        self.record(&Key::global(&id.to_owned())).await
    }

    async fn inbox_due(
        &self,
        now: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<Versioned<InboxEvent>>, StoreError> {
        let arguments = [InboxState::Pending.to_value(), now.to_value()];
        Ok(self.records(&INBOX_DUE, &arguments, PageRequest::first(limit)).await?.items)
    }

    async fn inbox_handled(
        &self,
        before: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<Versioned<InboxEvent>>, StoreError> {
        let page = PageRequest::first(limit);
        Ok(self.records(&INBOX_HANDLED, &[before.to_value()], page).await?.items)
    }
}

#[async_trait]
impl<S: RecordStore + ?Sized> SyncedReads for S {
    async fn order(
        &self,
        tenant: TenantId,
        id: &OrderId,
    ) -> Result<Option<Versioned<Order>>, StoreError> {
        self.record(&Key::of(tenant, id)).await
    }

    async fn orders(
        &self,
        tenant: TenantId,
        shop: &ShopRef,
        page: PageRequest,
    ) -> Result<Page<Versioned<Order>>, StoreError> {
        self.records(&ORDERS, &[tenant.to_value(), shop.to_value()], page).await
    }

    async fn synced_count(
        &self,
        tenant: TenantId,
        shop: &ShopRef,
        kind: SyncKind,
    ) -> Result<u64, StoreError> {
        let of_shop = [tenant.to_value(), shop.to_value()];
        match kind {
            SyncKind::Orders => self.count(&ORDERS, &of_shop).await,
            SyncKind::Products => self.count(&PRODUCTS, &of_shop).await,
            SyncKind::Statements => self.count(&STATEMENTS, &of_shop).await,
            SyncKind::ShopPerformance => self.count(&SNAPSHOTS, &of_shop).await,
            SyncKind::Creators => self.count(&CREATORS, &[tenant.to_value()]).await,
        }
    }

    async fn products(
        &self,
        tenant: TenantId,
        shop: &ShopRef,
        page: PageRequest,
    ) -> Result<Page<Versioned<Product>>, StoreError> {
        self.records(&PRODUCTS, &[tenant.to_value(), shop.to_value()], page).await
    }

    async fn statements(
        &self,
        tenant: TenantId,
        shop: &ShopRef,
        page: PageRequest,
    ) -> Result<Page<Versioned<FinanceRecord>>, StoreError> {
        self.records(&STATEMENTS, &[tenant.to_value(), shop.to_value()], page).await
    }

    async fn snapshots(
        &self,
        tenant: TenantId,
        shop: &ShopRef,
        page: PageRequest,
    ) -> Result<Page<Versioned<AnalyticsSnapshot>>, StoreError> {
        self.records(&SNAPSHOTS, &[tenant.to_value(), shop.to_value()], page).await
    }

    async fn creator(
        &self,
        tenant: TenantId,
        id: &CreatorRef,
    ) -> Result<Option<Versioned<Creator>>, StoreError> {
        self.record(&Key::of(tenant, id)).await
    }

    async fn creators(
        &self,
        tenant: TenantId,
        page: PageRequest,
    ) -> Result<Page<Versioned<Creator>>, StoreError> {
        self.records(&CREATORS, &[tenant.to_value()], page).await
    }
}

#[async_trait]
impl<S: RecordStore + ?Sized> ShopDataStore for S {
    async fn commit(&self, commit: Commit<ShopChange>) -> Result<Committed, StoreError> {
        RecordStore::commit(self, commit.lower()).await
    }
}
