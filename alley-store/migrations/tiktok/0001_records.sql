-- Record types of tiktok, as they are declared.

CREATE TABLE "{prefix}tiktok_integration" (
  "integration_id" {id} NOT NULL,
  "tenant_id" {id} NOT NULL,
  "state" {text} NOT NULL,
  "reconnect_reason" {text},
  "disconnect_reason" {text},
  "open_id" {text},
  "seller_name" {text},
  "region" {text},
  "scopes" {text} NOT NULL,
  "connected_at" {int} NOT NULL,
  "authorization_ends_at" {int},
  "warned_at" {int},
  "disconnected_at" {int},
  "row_version" {int} NOT NULL,
  PRIMARY KEY ("tenant_id", "integration_id")
) {large};

CREATE UNIQUE INDEX "{prefix}u_integration_live_seller" ON "{prefix}tiktok_integration" ("tenant_id", "open_id" {absent_first});

CREATE INDEX "{prefix}a_integration_disconnected_at" ON "{prefix}tiktok_integration" ("disconnected_at" {absent_first}, "tenant_id", "integration_id")
  WHERE "disconnected_at" IS NOT NULL;

CREATE INDEX "{prefix}q_tiktok_integrations_of_seller" ON "{prefix}tiktok_integration" ("open_id" {absent_first}, "tenant_id", "integration_id");

CREATE TABLE "{prefix}tiktok_token" (
  "integration_id" {id} NOT NULL,
  "tenant_id" {id} NOT NULL,
  "access" {bytes} NOT NULL,
  "refresh" {bytes} NOT NULL,
  "access_expires_at" {int} NOT NULL,
  "refresh_expires_at" {int} NOT NULL,
  "generation" {int} NOT NULL,
  "refreshing_since" {int},
  "lease_until" {int},
  "refresh_due_at" {int},
  "reconnect_reason" {text},
  "row_version" {int} NOT NULL,
  PRIMARY KEY ("tenant_id", "integration_id")
) {large};

CREATE INDEX "{prefix}q_tiktok_tokens_due" ON "{prefix}tiktok_token" ("refresh_due_at" {absent_first}, "tenant_id", "integration_id");

CREATE TABLE "{prefix}tiktok_pending_authorization" (
  "state_hash" {bytes} NOT NULL,
  "tenant_id" {id} NOT NULL,
  "kind" {text} NOT NULL,
  "code" {bytes},
  "created_at" {int} NOT NULL,
  "expires_at" {int} NOT NULL,
  "row_version" {int} NOT NULL,
  PRIMARY KEY ("tenant_id", "state_hash")
) {large};

CREATE INDEX "{prefix}a_pending_authorization_expires_at" ON "{prefix}tiktok_pending_authorization" ("expires_at", "tenant_id", "state_hash");

CREATE TABLE "{prefix}tiktok_shop" (
  "shop_id" {text} NOT NULL,
  "tenant_id" {id} NOT NULL,
  "integration_id" {id} NOT NULL,
  "name" {text},
  "region" {text},
  "seller_type" {text},
  "cipher" {text} NOT NULL,
  "connected_at" {int} NOT NULL,
  "closed_at" {int},
  "row_version" {int} NOT NULL,
  PRIMARY KEY ("tenant_id", "shop_id")
) {small};

CREATE INDEX "{prefix}e_shop_integration_id" ON "{prefix}tiktok_shop" ("tenant_id", "integration_id", "shop_id");

CREATE INDEX "{prefix}q_tiktok_shops_by_ref" ON "{prefix}tiktok_shop" ("shop_id", "tenant_id");

CREATE TABLE "{prefix}tiktok_creator" (
  "creator_id" {text} NOT NULL,
  "tenant_id" {id} NOT NULL,
  "username" {text},
  "nickname" {text},
  "region" {text},
  "category_ids" {text} NOT NULL,
  "follower_count" {int},
  "live_viewers" {int},
  "video_views" {int},
  "currency" {text},
  "gmv_minor" {int},
  "level" {int},
  "has_collaborated" {int},
  "invited_90d" {int},
  "is_blocked" {int},
  "seen_at" {int} NOT NULL,
  "row_version" {int} NOT NULL,
  PRIMARY KEY ("tenant_id", "creator_id")
) {large};

CREATE INDEX "{prefix}s_creator_creator_id" ON "{prefix}tiktok_creator" ("creator_id", "tenant_id");

CREATE TABLE "{prefix}tiktok_product" (
  "product_id" {text} NOT NULL,
  "tenant_id" {id} NOT NULL,
  "shop_id" {text} NOT NULL,
  "title" {text},
  "status" {text},
  "sku_count" {int} NOT NULL,
  "currency" {text},
  "price_from_minor" {int},
  "price_to_minor" {int},
  "created_at" {int} NOT NULL,
  "updated_at" {int} NOT NULL,
  "row_version" {int} NOT NULL,
  PRIMARY KEY ("tenant_id", "product_id")
) {small};

CREATE INDEX "{prefix}e_product_shop_id" ON "{prefix}tiktok_product" ("tenant_id", "shop_id", "product_id");

CREATE TABLE "{prefix}tiktok_order" (
  "order_id" {text} NOT NULL,
  "tenant_id" {id} NOT NULL,
  "shop_id" {text} NOT NULL,
  "status" {text},
  "status_at" {int} NOT NULL,
  "buyer_id" {text},
  "buyer" {bytes},
  "currency" {text},
  "total_minor" {int},
  "subtotal_minor" {int},
  "shipping_minor" {int},
  "tax_minor" {int},
  "item_count" {int} NOT NULL,
  "product_ids" {text} NOT NULL,
  "is_sample" {int} NOT NULL,
  "creator_ref" {text},
  "created_at" {int} NOT NULL,
  "paid_at" {int},
  "updated_at" {int} NOT NULL,
  "row_version" {int} NOT NULL,
  PRIMARY KEY ("tenant_id", "order_id")
) {large};

CREATE INDEX "{prefix}e_order_shop_id" ON "{prefix}tiktok_order" ("tenant_id", "shop_id", "order_id");

CREATE INDEX "{prefix}e_order_creator_ref" ON "{prefix}tiktok_order" ("tenant_id", "creator_ref" {absent_first}, "order_id")
  WHERE "creator_ref" IS NOT NULL;

CREATE INDEX "{prefix}s_order_buyer_id" ON "{prefix}tiktok_order" ("buyer_id" {absent_first}, "tenant_id", "order_id")
  WHERE "buyer_id" IS NOT NULL;

CREATE INDEX "{prefix}q_tiktok_orders" ON "{prefix}tiktok_order" ("tenant_id", "shop_id", "created_at", "order_id");

CREATE TABLE "{prefix}tiktok_analytics_snapshot" (
  "snapshot_id" {text} NOT NULL,
  "tenant_id" {id} NOT NULL,
  "shop_id" {text} NOT NULL,
  "start_date" {text} NOT NULL,
  "end_date" {text} NOT NULL,
  "currency" {text},
  "gmv_minor" {int},
  "creator_gmv_minor" {int},
  "refunds_minor" {int},
  "orders" {int},
  "items_sold" {int},
  "customers" {int},
  "visitors" {int},
  "page_views" {int},
  "seen_at" {int} NOT NULL,
  "row_version" {int} NOT NULL,
  PRIMARY KEY ("tenant_id", "snapshot_id")
) {small};

CREATE INDEX "{prefix}e_analytics_snapshot_shop_id" ON "{prefix}tiktok_analytics_snapshot" ("tenant_id", "shop_id", "snapshot_id");

CREATE INDEX "{prefix}q_tiktok_snapshots" ON "{prefix}tiktok_analytics_snapshot" ("tenant_id", "shop_id", "start_date", "snapshot_id");

CREATE TABLE "{prefix}tiktok_finance_record" (
  "finance_id" {text} NOT NULL,
  "tenant_id" {id} NOT NULL,
  "shop_id" {text} NOT NULL,
  "statement_at" {int} NOT NULL,
  "currency" {text},
  "settlement_minor" {int},
  "revenue_minor" {int},
  "fee_minor" {int},
  "adjustment_minor" {int},
  "payment_status" {text},
  "payment_id" {text},
  "paid_at" {int},
  "seen_at" {int} NOT NULL,
  "row_version" {int} NOT NULL,
  PRIMARY KEY ("tenant_id", "finance_id")
) {small};

CREATE INDEX "{prefix}e_finance_record_shop_id" ON "{prefix}tiktok_finance_record" ("tenant_id", "shop_id", "finance_id");

CREATE INDEX "{prefix}q_tiktok_statements" ON "{prefix}tiktok_finance_record" ("tenant_id", "shop_id", "statement_at", "finance_id");

CREATE TABLE "{prefix}tiktok_tiktok_sync_cursor" (
  "cursor_id" {text} NOT NULL,
  "tenant_id" {id} NOT NULL,
  "shop_id" {text} NOT NULL,
  "kind" {text} NOT NULL,
  "page_token" {text},
  "search_key" {text},
  "done" {int} NOT NULL,
  "total" {int},
  "since" {int},
  "newest" {int},
  "started_at" {int} NOT NULL,
  "finished_at" {int},
  "row_version" {int} NOT NULL,
  PRIMARY KEY ("tenant_id", "cursor_id")
) {small};

CREATE INDEX "{prefix}e_tiktok_sync_cursor_shop_id" ON "{prefix}tiktok_tiktok_sync_cursor" ("tenant_id", "shop_id", "cursor_id");

CREATE TABLE "{prefix}tiktok_tiktok_inbox_event" (
  "event_id" {text} NOT NULL,
  "body" {bytes} NOT NULL,
  "state" {text} NOT NULL,
  "attempts" {int} NOT NULL,
  "received_at" {int} NOT NULL,
  "due_at" {int} NOT NULL,
  "handled_at" {int},
  "row_version" {int} NOT NULL,
  PRIMARY KEY ("event_id")
) {large};

CREATE INDEX "{prefix}q_tiktok_inbox_due" ON "{prefix}tiktok_tiktok_inbox_event" ("state", "due_at", "event_id");

CREATE INDEX "{prefix}q_tiktok_inbox_handled" ON "{prefix}tiktok_tiktok_inbox_event" ("handled_at" {absent_first}, "event_id");

