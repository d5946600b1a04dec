-- Record types of tiktok, as they are declared.

CREATE TABLE "{prefix}tiktok_integration" (
  "integration_id" BLOB NOT NULL,
  "tenant_id" BLOB NOT NULL,
  "state" TEXT NOT NULL,
  "reconnect_reason" TEXT,
  "disconnect_reason" TEXT,
  "open_id" TEXT,
  "seller_name" TEXT,
  "region" TEXT,
  "scopes" TEXT NOT NULL,
  "connected_at" INTEGER NOT NULL,
  "authorization_ends_at" INTEGER,
  "warned_at" INTEGER,
  "disconnected_at" INTEGER,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("tenant_id", "integration_id")
) STRICT;

CREATE UNIQUE INDEX "{prefix}u_integration_live_seller" ON "{prefix}tiktok_integration" ("tenant_id", "open_id");

CREATE INDEX "{prefix}a_integration_disconnected_at" ON "{prefix}tiktok_integration" ("disconnected_at", "tenant_id", "integration_id")
  WHERE "disconnected_at" IS NOT NULL;

CREATE INDEX "{prefix}q_tiktok_integrations_of_seller" ON "{prefix}tiktok_integration" ("open_id", "tenant_id", "integration_id");

CREATE TABLE "{prefix}tiktok_token" (
  "integration_id" BLOB NOT NULL,
  "tenant_id" BLOB NOT NULL,
  "access" BLOB NOT NULL,
  "refresh" BLOB NOT NULL,
  "access_expires_at" INTEGER NOT NULL,
  "refresh_expires_at" INTEGER NOT NULL,
  "generation" INTEGER NOT NULL,
  "refreshing_since" INTEGER,
  "lease_until" INTEGER,
  "refresh_due_at" INTEGER,
  "reconnect_reason" TEXT,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("tenant_id", "integration_id")
) STRICT;

CREATE INDEX "{prefix}q_tiktok_tokens_due" ON "{prefix}tiktok_token" ("refresh_due_at", "tenant_id", "integration_id");

CREATE TABLE "{prefix}tiktok_pending_authorization" (
  "state_hash" BLOB NOT NULL,
  "tenant_id" BLOB NOT NULL,
  "kind" TEXT NOT NULL,
  "code" BLOB,
  "created_at" INTEGER NOT NULL,
  "expires_at" INTEGER NOT NULL,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("tenant_id", "state_hash")
) STRICT;

CREATE INDEX "{prefix}a_pending_authorization_expires_at" ON "{prefix}tiktok_pending_authorization" ("expires_at", "tenant_id", "state_hash");

CREATE TABLE "{prefix}tiktok_shop" (
  "shop_id" TEXT NOT NULL,
  "tenant_id" BLOB NOT NULL,
  "integration_id" BLOB NOT NULL,
  "name" TEXT,
  "region" TEXT,
  "seller_type" TEXT,
  "cipher" TEXT NOT NULL,
  "connected_at" INTEGER NOT NULL,
  "closed_at" INTEGER,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("tenant_id", "shop_id")
) STRICT, WITHOUT ROWID;

CREATE INDEX "{prefix}e_shop_integration_id" ON "{prefix}tiktok_shop" ("tenant_id", "integration_id", "shop_id");

CREATE INDEX "{prefix}q_tiktok_shops_by_ref" ON "{prefix}tiktok_shop" ("shop_id", "tenant_id");

CREATE TABLE "{prefix}tiktok_creator" (
  "creator_id" TEXT NOT NULL,
  "tenant_id" BLOB NOT NULL,
  "username" TEXT,
  "nickname" TEXT,
  "region" TEXT,
  "category_ids" TEXT NOT NULL,
  "follower_count" INTEGER,
  "live_viewers" INTEGER,
  "video_views" INTEGER,
  "currency" TEXT,
  "gmv_minor" INTEGER,
  "level" INTEGER,
  "has_collaborated" INTEGER,
  "invited_90d" INTEGER,
  "is_blocked" INTEGER,
  "seen_at" INTEGER NOT NULL,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("tenant_id", "creator_id")
) STRICT;

CREATE INDEX "{prefix}s_creator_creator_id" ON "{prefix}tiktok_creator" ("creator_id", "tenant_id");

CREATE TABLE "{prefix}tiktok_product" (
  "product_id" TEXT NOT NULL,
  "tenant_id" BLOB NOT NULL,
  "shop_id" TEXT NOT NULL,
  "title" TEXT,
  "status" TEXT,
  "sku_count" INTEGER NOT NULL,
  "currency" TEXT,
  "price_from_minor" INTEGER,
  "price_to_minor" INTEGER,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("tenant_id", "product_id")
) STRICT, WITHOUT ROWID;

CREATE INDEX "{prefix}e_product_shop_id" ON "{prefix}tiktok_product" ("tenant_id", "shop_id", "product_id");

CREATE TABLE "{prefix}tiktok_order" (
  "order_id" TEXT NOT NULL,
  "tenant_id" BLOB NOT NULL,
  "shop_id" TEXT NOT NULL,
  "status" TEXT,
  "status_at" INTEGER NOT NULL,
  "buyer_id" TEXT,
  "buyer" BLOB,
  "currency" TEXT,
  "total_minor" INTEGER,
  "subtotal_minor" INTEGER,
  "shipping_minor" INTEGER,
  "tax_minor" INTEGER,
  "item_count" INTEGER NOT NULL,
  "product_ids" TEXT NOT NULL,
  "is_sample" INTEGER NOT NULL,
  "creator_ref" TEXT,
  "created_at" INTEGER NOT NULL,
  "paid_at" INTEGER,
  "updated_at" INTEGER NOT NULL,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("tenant_id", "order_id")
) STRICT;

CREATE INDEX "{prefix}e_order_shop_id" ON "{prefix}tiktok_order" ("tenant_id", "shop_id", "order_id");

CREATE INDEX "{prefix}e_order_creator_ref" ON "{prefix}tiktok_order" ("tenant_id", "creator_ref", "order_id")
  WHERE "creator_ref" IS NOT NULL;

CREATE INDEX "{prefix}s_order_buyer_id" ON "{prefix}tiktok_order" ("buyer_id", "tenant_id", "order_id")
  WHERE "buyer_id" IS NOT NULL;

CREATE INDEX "{prefix}q_tiktok_orders" ON "{prefix}tiktok_order" ("tenant_id", "shop_id", "created_at", "order_id");

CREATE TABLE "{prefix}tiktok_analytics_snapshot" (
  "snapshot_id" TEXT NOT NULL,
  "tenant_id" BLOB NOT NULL,
  "shop_id" TEXT NOT NULL,
  "start_date" TEXT NOT NULL,
  "end_date" TEXT NOT NULL,
  "currency" TEXT,
  "gmv_minor" INTEGER,
  "creator_gmv_minor" INTEGER,
  "refunds_minor" INTEGER,
  "orders" INTEGER,
  "items_sold" INTEGER,
  "customers" INTEGER,
  "visitors" INTEGER,
  "page_views" INTEGER,
  "seen_at" INTEGER NOT NULL,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("tenant_id", "snapshot_id")
) STRICT, WITHOUT ROWID;

CREATE INDEX "{prefix}e_analytics_snapshot_shop_id" ON "{prefix}tiktok_analytics_snapshot" ("tenant_id", "shop_id", "snapshot_id");

CREATE INDEX "{prefix}q_tiktok_snapshots" ON "{prefix}tiktok_analytics_snapshot" ("tenant_id", "shop_id", "start_date", "snapshot_id");

CREATE TABLE "{prefix}tiktok_finance_record" (
  "finance_id" TEXT NOT NULL,
  "tenant_id" BLOB NOT NULL,
  "shop_id" TEXT NOT NULL,
  "statement_at" INTEGER NOT NULL,
  "currency" TEXT,
  "settlement_minor" INTEGER,
  "revenue_minor" INTEGER,
  "fee_minor" INTEGER,
  "adjustment_minor" INTEGER,
  "payment_status" TEXT,
  "payment_id" TEXT,
  "paid_at" INTEGER,
  "seen_at" INTEGER NOT NULL,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("tenant_id", "finance_id")
) STRICT, WITHOUT ROWID;

CREATE INDEX "{prefix}e_finance_record_shop_id" ON "{prefix}tiktok_finance_record" ("tenant_id", "shop_id", "finance_id");

CREATE INDEX "{prefix}q_tiktok_statements" ON "{prefix}tiktok_finance_record" ("tenant_id", "shop_id", "statement_at", "finance_id");

CREATE TABLE "{prefix}tiktok_tiktok_sync_cursor" (
  "cursor_id" TEXT NOT NULL,
  "tenant_id" BLOB NOT NULL,
  "shop_id" TEXT NOT NULL,
  "kind" TEXT NOT NULL,
  "page_token" TEXT,
  "search_key" TEXT,
  "done" INTEGER NOT NULL,
  "total" INTEGER,
  "since" INTEGER,
  "newest" INTEGER,
  "started_at" INTEGER NOT NULL,
  "finished_at" INTEGER,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("tenant_id", "cursor_id")
) STRICT, WITHOUT ROWID;

CREATE INDEX "{prefix}e_tiktok_sync_cursor_shop_id" ON "{prefix}tiktok_tiktok_sync_cursor" ("tenant_id", "shop_id", "cursor_id");

CREATE TABLE "{prefix}tiktok_tiktok_inbox_event" (
  "event_id" TEXT NOT NULL,
  "body" BLOB NOT NULL,
  "state" TEXT NOT NULL,
  "attempts" INTEGER NOT NULL,
  "received_at" INTEGER NOT NULL,
  "due_at" INTEGER NOT NULL,
  "handled_at" INTEGER,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("event_id")
) STRICT;

CREATE INDEX "{prefix}q_tiktok_inbox_due" ON "{prefix}tiktok_tiktok_inbox_event" ("state", "due_at", "event_id");

CREATE INDEX "{prefix}q_tiktok_inbox_handled" ON "{prefix}tiktok_tiktok_inbox_event" ("handled_at", "event_id");

