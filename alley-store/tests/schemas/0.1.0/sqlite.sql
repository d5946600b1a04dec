CREATE TABLE "alley_migrations" (
  "domain" TEXT NOT NULL,
  "version" INTEGER NOT NULL,
  "name" TEXT NOT NULL,
  "checksum" TEXT NOT NULL,
  "breaking" INTEGER NOT NULL,
  "applied_at" INTEGER NOT NULL,
  PRIMARY KEY ("domain", "version")
) STRICT, WITHOUT ROWID;
CREATE TABLE "alley_core_commit" (
  "id" BLOB NOT NULL,
  "applied_at" INTEGER NOT NULL,
  PRIMARY KEY ("id")
) STRICT, WITHOUT ROWID;
CREATE INDEX "alley_core_commit_applied" ON "alley_core_commit" ("applied_at", "id");
CREATE TABLE "alley_core_outbox" (
  "stream" BLOB NOT NULL,
  "position" INTEGER NOT NULL,
  "fact_id" BLOB NOT NULL,
  "at" INTEGER NOT NULL,
  "fact" TEXT NOT NULL,
  "attempts" INTEGER NOT NULL,
  "available_at" INTEGER,
  PRIMARY KEY ("stream", "position")
) STRICT, WITHOUT ROWID;
CREATE INDEX "alley_core_outbox_waiting" ON "alley_core_outbox" ("stream", "position")
  WHERE "available_at" IS NOT NULL;
CREATE TABLE "alley_core_outbox_head" (
  "stream" BLOB NOT NULL,
  "position" INTEGER NOT NULL,
  PRIMARY KEY ("stream")
) STRICT, WITHOUT ROWID;
CREATE TABLE "alley_core_lease" (
  "name" TEXT NOT NULL,
  "fencing" INTEGER NOT NULL,
  "until_at" INTEGER,
  "due_at" INTEGER NOT NULL,
  PRIMARY KEY ("name")
) STRICT, WITHOUT ROWID;
CREATE TABLE "alley_core_hold_mark" (
  "record" TEXT NOT NULL,
  "key" BLOB NOT NULL,
  "hold" BLOB NOT NULL,
  PRIMARY KEY ("record", "key", "hold")
) STRICT, WITHOUT ROWID;
CREATE TABLE "alley_core_erasure_fence" (
  "plan" BLOB NOT NULL,
  "fencing" INTEGER NOT NULL,
  PRIMARY KEY ("plan")
) STRICT, WITHOUT ROWID;
CREATE TABLE "alley_core_rate_limit" (
  "key" BLOB NOT NULL,
  "full_at" INTEGER NOT NULL,
  PRIMARY KEY ("key")
) STRICT, WITHOUT ROWID;
CREATE INDEX "alley_core_rate_limit_full" ON "alley_core_rate_limit" ("full_at", "key");
CREATE TABLE "alley_core_audit_event" (
  "id" BLOB NOT NULL,
  "tenant_id" BLOB,
  "at" INTEGER NOT NULL,
  "actor" TEXT NOT NULL,
  "action" TEXT NOT NULL,
  "target" TEXT,
  "purpose" TEXT NOT NULL,
  "outcome" TEXT NOT NULL,
  "reason" TEXT,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("id")
) STRICT, WITHOUT ROWID;
CREATE INDEX "alley_e_audit_event_actor" ON "alley_core_audit_event" ("actor", "id");
CREATE INDEX "alley_a_audit_event_at" ON "alley_core_audit_event" ("at", "id");
CREATE TABLE "alley_core_account" (
  "account_id" BLOB NOT NULL,
  "customer_id" TEXT NOT NULL,
  "status" TEXT NOT NULL,
  "email" BLOB NOT NULL,
  "email_index" BLOB NOT NULL,
  "verified_at" INTEGER,
  "display_name" BLOB,
  "created_at" INTEGER NOT NULL,
  "touched_at" INTEGER NOT NULL,
  "closed_at" INTEGER,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("account_id")
) STRICT;
CREATE UNIQUE INDEX "alley_u_account_by_email" ON "alley_core_account" ("email_index");
CREATE UNIQUE INDEX "alley_u_account_by_customer_id" ON "alley_core_account" ("customer_id");
CREATE INDEX "alley_a_account_closed_at" ON "alley_core_account" ("closed_at", "account_id")
  WHERE "closed_at" IS NOT NULL;
CREATE TABLE "alley_core_password_credential" (
  "account_id" BLOB NOT NULL,
  "hash" BLOB NOT NULL,
  "chosen_at" INTEGER NOT NULL,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("account_id")
) STRICT;
CREATE TABLE "alley_core_totp_credential" (
  "totp_id" BLOB NOT NULL,
  "account_id" BLOB NOT NULL,
  "secret" BLOB NOT NULL,
  "begun_at" INTEGER NOT NULL,
  "confirmed_at" INTEGER,
  "last_step" INTEGER,
  "failures_in_row" INTEGER NOT NULL,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("totp_id")
) STRICT;
CREATE INDEX "alley_e_totp_credential_account_id" ON "alley_core_totp_credential" ("account_id", "totp_id");
CREATE TABLE "alley_core_recovery_code" (
  "code_id" BLOB NOT NULL,
  "account_id" BLOB NOT NULL,
  "hash" BLOB NOT NULL,
  "issued_at" INTEGER NOT NULL,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("code_id")
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX "alley_u_recovery_code_by_code" ON "alley_core_recovery_code" ("account_id", "hash");
CREATE INDEX "alley_e_recovery_code_account_id" ON "alley_core_recovery_code" ("account_id", "code_id");
CREATE TABLE "alley_core_one_time_token" (
  "token_id" BLOB NOT NULL,
  "account_id" BLOB NOT NULL,
  "purpose" TEXT NOT NULL,
  "token_hash" BLOB NOT NULL,
  "email_index" BLOB NOT NULL,
  "issued_at" INTEGER NOT NULL,
  "expires_at" INTEGER NOT NULL,
  "attempts" INTEGER NOT NULL,
  "chosen_hash" BLOB,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("token_id")
) STRICT;
CREATE UNIQUE INDEX "alley_u_one_time_token_by_token" ON "alley_core_one_time_token" ("token_hash");
CREATE INDEX "alley_e_one_time_token_account_id" ON "alley_core_one_time_token" ("account_id", "token_id");
CREATE INDEX "alley_a_one_time_token_expires_at" ON "alley_core_one_time_token" ("expires_at", "token_id");
CREATE TABLE "alley_core_session" (
  "session_id" BLOB NOT NULL,
  "account_id" BLOB NOT NULL,
  "family" BLOB NOT NULL,
  "token_hash" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "seen_at" INTEGER NOT NULL,
  "expires_at" INTEGER NOT NULL,
  "password_at" INTEGER NOT NULL,
  "second_factor" TEXT,
  "second_factor_at" INTEGER,
  "rotated_at" INTEGER,
  "device" TEXT,
  "network" TEXT,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("session_id")
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX "alley_u_session_by_token" ON "alley_core_session" ("token_hash");
CREATE INDEX "alley_e_session_account_id" ON "alley_core_session" ("account_id", "session_id");
CREATE INDEX "alley_a_session_expires_at" ON "alley_core_session" ("expires_at", "session_id");
CREATE TABLE "alley_core_tenant" (
  "tenant_id" BLOB NOT NULL,
  "customer_id" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "status" TEXT NOT NULL,
  "created_at" INTEGER NOT NULL,
  "members_changed_at" INTEGER NOT NULL,
  "closed_at" INTEGER,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("tenant_id")
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX "alley_u_tenant_by_customer_id" ON "alley_core_tenant" ("customer_id");
CREATE TABLE "alley_core_membership" (
  "tenant_id" BLOB NOT NULL,
  "membership_id" BLOB NOT NULL,
  "account_id" BLOB NOT NULL,
  "role" TEXT NOT NULL,
  "joined_at" INTEGER NOT NULL,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("tenant_id", "membership_id")
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX "alley_u_membership_by_account" ON "alley_core_membership" ("tenant_id", "account_id");
CREATE INDEX "alley_e_membership_account_id" ON "alley_core_membership" ("account_id", "tenant_id", "membership_id");
CREATE TABLE "alley_tiktok_integration" (
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
CREATE UNIQUE INDEX "alley_u_integration_live_seller" ON "alley_tiktok_integration" ("tenant_id", "open_id");
CREATE INDEX "alley_a_integration_disconnected_at" ON "alley_tiktok_integration" ("disconnected_at", "tenant_id", "integration_id")
  WHERE "disconnected_at" IS NOT NULL;
CREATE INDEX "alley_q_tiktok_integrations_of_seller" ON "alley_tiktok_integration" ("open_id", "tenant_id", "integration_id");
CREATE TABLE "alley_tiktok_token" (
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
CREATE INDEX "alley_q_tiktok_tokens_due" ON "alley_tiktok_token" ("refresh_due_at", "tenant_id", "integration_id");
CREATE TABLE "alley_tiktok_pending_authorization" (
  "state_hash" BLOB NOT NULL,
  "tenant_id" BLOB NOT NULL,
  "kind" TEXT NOT NULL,
  "code" BLOB,
  "created_at" INTEGER NOT NULL,
  "expires_at" INTEGER NOT NULL,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("tenant_id", "state_hash")
) STRICT;
CREATE INDEX "alley_a_pending_authorization_expires_at" ON "alley_tiktok_pending_authorization" ("expires_at", "tenant_id", "state_hash");
CREATE TABLE "alley_tiktok_shop" (
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
CREATE INDEX "alley_e_shop_integration_id" ON "alley_tiktok_shop" ("tenant_id", "integration_id", "shop_id");
CREATE INDEX "alley_q_tiktok_shops_by_ref" ON "alley_tiktok_shop" ("shop_id", "tenant_id");
CREATE TABLE "alley_tiktok_creator" (
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
CREATE INDEX "alley_s_creator_creator_id" ON "alley_tiktok_creator" ("creator_id", "tenant_id");
CREATE TABLE "alley_tiktok_product" (
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
CREATE INDEX "alley_e_product_shop_id" ON "alley_tiktok_product" ("tenant_id", "shop_id", "product_id");
CREATE TABLE "alley_tiktok_order" (
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
CREATE INDEX "alley_e_order_shop_id" ON "alley_tiktok_order" ("tenant_id", "shop_id", "order_id");
CREATE INDEX "alley_e_order_creator_ref" ON "alley_tiktok_order" ("tenant_id", "creator_ref", "order_id")
  WHERE "creator_ref" IS NOT NULL;
CREATE INDEX "alley_s_order_buyer_id" ON "alley_tiktok_order" ("buyer_id", "tenant_id", "order_id")
  WHERE "buyer_id" IS NOT NULL;
CREATE INDEX "alley_q_tiktok_orders" ON "alley_tiktok_order" ("tenant_id", "shop_id", "created_at", "order_id");
CREATE TABLE "alley_tiktok_analytics_snapshot" (
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
CREATE INDEX "alley_e_analytics_snapshot_shop_id" ON "alley_tiktok_analytics_snapshot" ("tenant_id", "shop_id", "snapshot_id");
CREATE INDEX "alley_q_tiktok_snapshots" ON "alley_tiktok_analytics_snapshot" ("tenant_id", "shop_id", "start_date", "snapshot_id");
CREATE TABLE "alley_tiktok_finance_record" (
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
CREATE INDEX "alley_e_finance_record_shop_id" ON "alley_tiktok_finance_record" ("tenant_id", "shop_id", "finance_id");
CREATE INDEX "alley_q_tiktok_statements" ON "alley_tiktok_finance_record" ("tenant_id", "shop_id", "statement_at", "finance_id");
CREATE TABLE "alley_tiktok_tiktok_sync_cursor" (
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
CREATE INDEX "alley_e_tiktok_sync_cursor_shop_id" ON "alley_tiktok_tiktok_sync_cursor" ("tenant_id", "shop_id", "cursor_id");
CREATE TABLE "alley_tiktok_tiktok_inbox_event" (
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
CREATE INDEX "alley_q_tiktok_inbox_due" ON "alley_tiktok_tiktok_inbox_event" ("state", "due_at", "event_id");
CREATE INDEX "alley_q_tiktok_inbox_handled" ON "alley_tiktok_tiktok_inbox_event" ("handled_at", "event_id");
CREATE TABLE "alley_billing_billing_customer" (
  "tenant_id" BLOB NOT NULL,
  "stripe_customer_id" TEXT,
  "livemode" INTEGER NOT NULL,
  "created_at" INTEGER NOT NULL,
  "creation_key" TEXT NOT NULL,
  "creation_key_at" INTEGER NOT NULL,
  "synced_at" INTEGER,
  "review_at" INTEGER,
  "entitled" INTEGER NOT NULL,
  "ended_at" INTEGER,
  "closing_at" INTEGER,
  "remote_deleted_at" INTEGER,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("tenant_id")
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX "alley_u_billing_customer_billing_customer_by_ref" ON "alley_billing_billing_customer" ("stripe_customer_id");
CREATE INDEX "alley_a_billing_customer_ended_at" ON "alley_billing_billing_customer" ("ended_at", "tenant_id")
  WHERE "ended_at" IS NOT NULL;
CREATE INDEX "alley_q_billing_customers_due" ON "alley_billing_billing_customer" ("review_at", "tenant_id");
CREATE TABLE "alley_billing_subscription" (
  "tenant_id" BLOB NOT NULL,
  "subscription_id" TEXT NOT NULL,
  "status" TEXT NOT NULL,
  "items" TEXT,
  "period_start" INTEGER,
  "renews_at" INTEGER,
  "paid_until" INTEGER,
  "trial_end" INTEGER,
  "cancel_at" INTEGER,
  "cancel_at_period_end" INTEGER NOT NULL,
  "canceled_at" INTEGER,
  "ended_at" INTEGER,
  "cancellation_reason" TEXT,
  "latest_invoice" TEXT,
  "collection_paused" INTEGER NOT NULL,
  "pause_reason" TEXT,
  "created_at" INTEGER,
  "source_at" INTEGER NOT NULL,
  "api_version" TEXT,
  "needs_refetch" INTEGER NOT NULL,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("tenant_id", "subscription_id")
) STRICT;
CREATE INDEX "alley_a_subscription_ended_at" ON "alley_billing_subscription" ("ended_at", "tenant_id", "subscription_id")
  WHERE "ended_at" IS NOT NULL;
CREATE TABLE "alley_billing_invoice_meta" (
  "tenant_id" BLOB NOT NULL,
  "invoice_id" TEXT NOT NULL,
  "number" TEXT,
  "subscription_id" TEXT,
  "status" TEXT NOT NULL,
  "billing_reason" TEXT,
  "currency" TEXT,
  "amount_due_minor" INTEGER NOT NULL,
  "amount_paid_minor" INTEGER NOT NULL,
  "amount_remaining_minor" INTEGER NOT NULL,
  "total_minor" INTEGER NOT NULL,
  "tax_minor" INTEGER,
  "created_at" INTEGER,
  "period_start" INTEGER,
  "period_end" INTEGER,
  "due_at" INTEGER,
  "finalized_at" INTEGER,
  "paid_at" INTEGER,
  "voided_at" INTEGER,
  "attempt_count" INTEGER NOT NULL,
  "next_attempt_at" INTEGER,
  "failed_at" INTEGER,
  "source_at" INTEGER NOT NULL,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("tenant_id", "invoice_id")
) STRICT;
CREATE TABLE "alley_billing_billing_checkout" (
  "tenant_id" BLOB NOT NULL,
  "creation_key" TEXT NOT NULL,
  "request" BLOB NOT NULL,
  "session_id" TEXT,
  "created_at" INTEGER NOT NULL,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("tenant_id")
) STRICT, WITHOUT ROWID;
CREATE INDEX "alley_a_billing_checkout_created_at" ON "alley_billing_billing_checkout" ("created_at", "tenant_id");
CREATE TABLE "alley_billing_billing_inbox_event" (
  "event_id" TEXT NOT NULL,
  "tenant_id" BLOB,
  "kind" TEXT NOT NULL,
  "object_id" TEXT,
  "stripe_customer_id" TEXT,
  "created_at" INTEGER NOT NULL,
  "received_at" INTEGER NOT NULL,
  "api_version" TEXT,
  "payload" BLOB,
  "state" TEXT NOT NULL,
  "attempts" INTEGER NOT NULL,
  "due_at" INTEGER,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("event_id")
) STRICT;
CREATE INDEX "alley_e_billing_inbox_event_tenant_id" ON "alley_billing_billing_inbox_event" ("tenant_id", "event_id")
  WHERE "tenant_id" IS NOT NULL;
CREATE INDEX "alley_a_billing_inbox_event_received_at" ON "alley_billing_billing_inbox_event" ("received_at", "event_id");
CREATE INDEX "alley_q_billing_inbox_due" ON "alley_billing_billing_inbox_event" ("due_at", "event_id");
CREATE INDEX "alley_q_billing_inbox_waiting" ON "alley_billing_billing_inbox_event" ("stripe_customer_id", "state", "event_id");
CREATE TABLE "alley_outreach_template" (
  "tenant_id" BLOB NOT NULL,
  "template_id" BLOB NOT NULL,
  "name" TEXT NOT NULL,
  "channel" TEXT NOT NULL,
  "status" TEXT NOT NULL,
  "current_version" INTEGER NOT NULL,
  "created_by" BLOB,
  "created_at" INTEGER NOT NULL,
  "archived_at" INTEGER,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("tenant_id", "template_id")
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX "alley_u_template_name" ON "alley_outreach_template" ("tenant_id", "name");
CREATE INDEX "alley_a_template_archived_at" ON "alley_outreach_template" ("archived_at", "tenant_id", "template_id")
  WHERE "archived_at" IS NOT NULL;
CREATE INDEX "alley_q_templates_of_tenant" ON "alley_outreach_template" ("tenant_id", "name", "template_id");
CREATE TABLE "alley_outreach_template_version" (
  "tenant_id" BLOB NOT NULL,
  "version_id" BLOB NOT NULL,
  "template_id" BLOB NOT NULL,
  "number" INTEGER NOT NULL,
  "body" TEXT NOT NULL,
  "engine" TEXT NOT NULL,
  "hash" BLOB NOT NULL,
  "created_at" INTEGER NOT NULL,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("tenant_id", "version_id")
) STRICT;
CREATE UNIQUE INDEX "alley_u_template_version_number" ON "alley_outreach_template_version" ("tenant_id", "template_id", "number");
CREATE INDEX "alley_e_template_version_template_id" ON "alley_outreach_template_version" ("tenant_id", "template_id", "version_id");
CREATE TABLE "alley_outreach_campaign" (
  "tenant_id" BLOB NOT NULL,
  "campaign_id" BLOB NOT NULL,
  "shop_ref" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "template_id" BLOB,
  "weight" INTEGER NOT NULL,
  "priority" INTEGER NOT NULL,
  "status" TEXT NOT NULL,
  "starts_at" INTEGER,
  "ends_at" INTEGER,
  "created_at" INTEGER NOT NULL,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("tenant_id", "campaign_id")
) STRICT, WITHOUT ROWID;
CREATE INDEX "alley_e_campaign_template_id" ON "alley_outreach_campaign" ("tenant_id", "template_id", "campaign_id")
  WHERE "template_id" IS NOT NULL;
CREATE INDEX "alley_q_campaigns_by_status" ON "alley_outreach_campaign" ("tenant_id", "status", "campaign_id");
CREATE TABLE "alley_outreach_contact" (
  "tenant_id" BLOB NOT NULL,
  "contact_key" BLOB NOT NULL,
  "shop_ref" TEXT NOT NULL,
  "creator_ref" TEXT NOT NULL,
  "handle" TEXT,
  "locale" TEXT,
  "zone" TEXT,
  "connected" INTEGER NOT NULL,
  "last_reply_at" INTEGER,
  "updated_at" INTEGER NOT NULL,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("tenant_id", "contact_key")
) STRICT, WITHOUT ROWID;
CREATE INDEX "alley_e_contact_creator_ref" ON "alley_outreach_contact" ("creator_ref", "tenant_id", "contact_key");
CREATE TABLE "alley_outreach_draft" (
  "tenant_id" BLOB NOT NULL,
  "draft_id" BLOB NOT NULL,
  "shop_ref" TEXT NOT NULL,
  "creator_ref" TEXT NOT NULL,
  "campaign_id" BLOB NOT NULL,
  "template_id" BLOB,
  "channel" TEXT NOT NULL,
  "state" TEXT NOT NULL,
  "held_from" TEXT,
  "current_revision" INTEGER NOT NULL,
  "current_hash" BLOB NOT NULL,
  "approved_hash" BLOB,
  "approved_at" INTEGER,
  "approved_until" INTEGER,
  "approved_by" BLOB,
  "submitted_by" BLOB,
  "attempt" INTEGER NOT NULL,
  "not_before" INTEGER NOT NULL,
  "deferred_until" INTEGER,
  "deferred_epoch" INTEGER NOT NULL,
  "deferred_reasons" TEXT,
  "expires_at" INTEGER,
  "after_opt_out" INTEGER NOT NULL,
  "open_key" BLOB,
  "created_by" BLOB,
  "created_at" INTEGER NOT NULL,
  "ended_at" INTEGER,
  "end_reason" TEXT,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("tenant_id", "draft_id")
) STRICT;
CREATE UNIQUE INDEX "alley_u_draft_open" ON "alley_outreach_draft" ("tenant_id", "open_key");
CREATE INDEX "alley_e_draft_template_id" ON "alley_outreach_draft" ("tenant_id", "template_id", "draft_id")
  WHERE "template_id" IS NOT NULL;
CREATE INDEX "alley_e_draft_creator_ref" ON "alley_outreach_draft" ("creator_ref", "tenant_id", "draft_id");
CREATE INDEX "alley_a_draft_ended_at" ON "alley_outreach_draft" ("ended_at", "tenant_id", "draft_id")
  WHERE "ended_at" IS NOT NULL;
CREATE INDEX "alley_q_drafts_of_tenant" ON "alley_outreach_draft" ("tenant_id", "created_at", "draft_id");
CREATE INDEX "alley_q_drafts_by_state" ON "alley_outreach_draft" ("tenant_id", "state", "created_at", "draft_id");
CREATE INDEX "alley_q_drafts_queued" ON "alley_outreach_draft" ("tenant_id", "campaign_id", "state", "not_before", "draft_id");
CREATE INDEX "alley_q_drafts_of_creator" ON "alley_outreach_draft" ("tenant_id", "creator_ref", "created_at", "draft_id");
CREATE INDEX "alley_q_drafts_expiring" ON "alley_outreach_draft" ("state", "expires_at", "tenant_id", "draft_id");
CREATE INDEX "alley_q_draft_approvals_ending" ON "alley_outreach_draft" ("state", "approved_until", "tenant_id", "draft_id");
CREATE TABLE "alley_outreach_draft_revision" (
  "tenant_id" BLOB NOT NULL,
  "revision_id" BLOB NOT NULL,
  "draft_id" BLOB NOT NULL,
  "creator_ref" TEXT NOT NULL,
  "number" INTEGER NOT NULL,
  "text" TEXT NOT NULL,
  "locale" TEXT NOT NULL,
  "origin" TEXT NOT NULL,
  "salt" BLOB NOT NULL,
  "hash" BLOB NOT NULL,
  "author_id" BLOB,
  "created_at" INTEGER NOT NULL,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("tenant_id", "revision_id")
) STRICT;
CREATE UNIQUE INDEX "alley_u_draft_revision_number" ON "alley_outreach_draft_revision" ("tenant_id", "draft_id", "number");
CREATE INDEX "alley_e_draft_revision_draft_id" ON "alley_outreach_draft_revision" ("tenant_id", "draft_id", "revision_id");
CREATE INDEX "alley_e_draft_revision_creator_ref" ON "alley_outreach_draft_revision" ("creator_ref", "tenant_id", "revision_id");
CREATE INDEX "alley_e_draft_revision_author_id" ON "alley_outreach_draft_revision" ("author_id", "tenant_id", "revision_id")
  WHERE "author_id" IS NOT NULL;
CREATE TABLE "alley_outreach_review_state" (
  "tenant_id" BLOB NOT NULL,
  "review_id" BLOB NOT NULL,
  "draft_id" BLOB NOT NULL,
  "revision" INTEGER NOT NULL,
  "revision_hash" BLOB NOT NULL,
  "reviewer_id" BLOB,
  "verdict" TEXT NOT NULL,
  "reason" TEXT,
  "at" INTEGER NOT NULL,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("tenant_id", "review_id")
) STRICT, WITHOUT ROWID;
CREATE INDEX "alley_e_review_state_draft_id" ON "alley_outreach_review_state" ("tenant_id", "draft_id", "review_id");
CREATE INDEX "alley_e_review_state_reviewer_id" ON "alley_outreach_review_state" ("reviewer_id", "tenant_id", "review_id")
  WHERE "reviewer_id" IS NOT NULL;
CREATE INDEX "alley_q_reviews_of_draft" ON "alley_outreach_review_state" ("tenant_id", "draft_id", "at", "review_id");
CREATE TABLE "alley_outreach_review_note" (
  "tenant_id" BLOB NOT NULL,
  "review_id" BLOB NOT NULL,
  "draft_id" BLOB NOT NULL,
  "creator_ref" TEXT NOT NULL,
  "note" TEXT NOT NULL,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("tenant_id", "review_id")
) STRICT, WITHOUT ROWID;
CREATE INDEX "alley_e_review_note_creator_ref" ON "alley_outreach_review_note" ("creator_ref", "tenant_id", "review_id");
CREATE INDEX "alley_q_review_notes_of_draft" ON "alley_outreach_review_note" ("tenant_id", "draft_id", "review_id");
CREATE TABLE "alley_outreach_pacing_state" (
  "tenant_id" BLOB NOT NULL,
  "scope" TEXT NOT NULL,
  "policy_version" INTEGER NOT NULL,
  "paused" TEXT NOT NULL,
  "last_spend_at" INTEGER,
  "fairness" TEXT NOT NULL,
  "epoch" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("tenant_id", "scope")
) STRICT;
CREATE TABLE "alley_outreach_pacing_policy" (
  "tenant_id" BLOB NOT NULL,
  "version" INTEGER NOT NULL,
  "policy" TEXT NOT NULL,
  "created_at" INTEGER NOT NULL,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("tenant_id", "version")
) STRICT;
CREATE TABLE "alley_outreach_spend" (
  "tenant_id" BLOB NOT NULL,
  "spend_id" BLOB NOT NULL,
  "kind" TEXT NOT NULL,
  "refunds" BLOB,
  "at" INTEGER NOT NULL,
  "shop_ref" TEXT NOT NULL,
  "campaign_id" BLOB NOT NULL,
  "creator_ref" TEXT NOT NULL,
  "connected" INTEGER NOT NULL,
  "draft_id" BLOB NOT NULL,
  "hand_out_id" BLOB NOT NULL,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("tenant_id", "spend_id")
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX "alley_u_spend_refund" ON "alley_outreach_spend" ("tenant_id", "refunds");
CREATE INDEX "alley_e_spend_creator_ref" ON "alley_outreach_spend" ("creator_ref", "tenant_id", "spend_id");
CREATE INDEX "alley_a_spend_at" ON "alley_outreach_spend" ("at", "tenant_id", "spend_id");
CREATE INDEX "alley_q_spends_since" ON "alley_outreach_spend" ("tenant_id", "at", "spend_id");
CREATE INDEX "alley_q_spends_of_creator" ON "alley_outreach_spend" ("tenant_id", "creator_ref", "at", "spend_id");
CREATE TABLE "alley_outreach_hand_out" (
  "tenant_id" BLOB NOT NULL,
  "hand_out_id" BLOB NOT NULL,
  "draft_id" BLOB NOT NULL,
  "attempt" INTEGER NOT NULL,
  "shop_ref" TEXT NOT NULL,
  "campaign_id" BLOB NOT NULL,
  "creator_ref" TEXT NOT NULL,
  "seller_id" BLOB,
  "spend_id" BLOB NOT NULL,
  "at" INTEGER NOT NULL,
  "lease_until" INTEGER NOT NULL,
  "revision" INTEGER NOT NULL,
  "revision_hash" BLOB NOT NULL,
  "token_hash" BLOB NOT NULL,
  "request_key" TEXT NOT NULL,
  "outcome" TEXT NOT NULL,
  "closed_at" INTEGER,
  "close_reason" TEXT,
  "policy_version" INTEGER NOT NULL,
  "tzdb" TEXT NOT NULL,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("tenant_id", "hand_out_id")
) STRICT;
CREATE UNIQUE INDEX "alley_u_hand_out_attempt" ON "alley_outreach_hand_out" ("tenant_id", "draft_id", "attempt");
CREATE UNIQUE INDEX "alley_u_hand_out_request" ON "alley_outreach_hand_out" ("tenant_id", "request_key");
CREATE UNIQUE INDEX "alley_u_hand_out_token" ON "alley_outreach_hand_out" ("tenant_id", "token_hash");
CREATE INDEX "alley_e_hand_out_draft_id" ON "alley_outreach_hand_out" ("tenant_id", "draft_id", "hand_out_id");
CREATE INDEX "alley_e_hand_out_creator_ref" ON "alley_outreach_hand_out" ("creator_ref", "tenant_id", "hand_out_id");
CREATE INDEX "alley_e_hand_out_seller_id" ON "alley_outreach_hand_out" ("seller_id", "tenant_id", "hand_out_id")
  WHERE "seller_id" IS NOT NULL;
CREATE INDEX "alley_q_hand_outs_by_outcome" ON "alley_outreach_hand_out" ("tenant_id", "outcome", "lease_until", "hand_out_id");
CREATE INDEX "alley_q_hand_out_leases_ending" ON "alley_outreach_hand_out" ("outcome", "lease_until", "tenant_id", "hand_out_id");
CREATE INDEX "alley_q_hand_outs_of_draft" ON "alley_outreach_hand_out" ("tenant_id", "draft_id", "attempt", "hand_out_id");
CREATE TABLE "alley_outreach_delivery_record" (
  "tenant_id" BLOB NOT NULL,
  "delivery_id" BLOB NOT NULL,
  "seq" INTEGER NOT NULL,
  "hand_out_id" BLOB NOT NULL,
  "draft_id" BLOB NOT NULL,
  "shop_ref" TEXT NOT NULL,
  "creator_ref" TEXT NOT NULL,
  "seller_id" BLOB,
  "outcome" TEXT NOT NULL,
  "channel" TEXT NOT NULL,
  "sent_at" INTEGER NOT NULL,
  "recorded_at" INTEGER NOT NULL,
  "revision_hash" BLOB NOT NULL,
  "final_hash" BLOB NOT NULL,
  "flags" TEXT NOT NULL,
  "idempotency_key" TEXT NOT NULL,
  "payload_hash" BLOB NOT NULL,
  "prev_hash" BLOB NOT NULL,
  "hash" BLOB NOT NULL,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("tenant_id", "delivery_id")
) STRICT;
CREATE UNIQUE INDEX "alley_u_delivery_record_hand_out" ON "alley_outreach_delivery_record" ("tenant_id", "hand_out_id");
CREATE UNIQUE INDEX "alley_u_delivery_record_place" ON "alley_outreach_delivery_record" ("tenant_id", "shop_ref", "seq");
CREATE INDEX "alley_e_delivery_record_draft_id" ON "alley_outreach_delivery_record" ("tenant_id", "draft_id", "delivery_id");
CREATE INDEX "alley_e_delivery_record_creator_ref" ON "alley_outreach_delivery_record" ("creator_ref", "tenant_id", "delivery_id");
CREATE INDEX "alley_e_delivery_record_seller_id" ON "alley_outreach_delivery_record" ("seller_id", "tenant_id", "delivery_id")
  WHERE "seller_id" IS NOT NULL;
CREATE INDEX "alley_q_deliveries_of_shop_newest" ON "alley_outreach_delivery_record" ("tenant_id", "shop_ref", "seq", "delivery_id");
CREATE TABLE "alley_outreach_suppression" (
  "tenant_id" BLOB NOT NULL,
  "creator_key" BLOB NOT NULL,
  "scope" TEXT NOT NULL,
  "reason" TEXT NOT NULL,
  "from_at" INTEGER NOT NULL,
  "until_at" INTEGER,
  "source" TEXT NOT NULL,
  "created_at" INTEGER NOT NULL,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("tenant_id", "creator_key")
) STRICT, WITHOUT ROWID;
CREATE TABLE "alley_privacy_erasure_plan" (
  "id" BLOB NOT NULL,
  "tenant_id" BLOB,
  "root" BLOB,
  "subject_hash" BLOB,
  "trigger" TEXT NOT NULL,
  "trigger_ref" TEXT,
  "trigger_at" INTEGER NOT NULL,
  "state" TEXT NOT NULL,
  "map_version" TEXT NOT NULL,
  "plan_hash" BLOB,
  "pass" INTEGER NOT NULL,
  "rounds" INTEGER NOT NULL,
  "attempts" INTEGER NOT NULL,
  "due_at" INTEGER NOT NULL,
  "next_at" INTEGER,
  "created_at" INTEGER NOT NULL,
  "confirmed_at" INTEGER,
  "hidden_at" INTEGER,
  "first_purge_at" INTEGER,
  "last_purge_at" INTEGER,
  "verified_at" INTEGER,
  "lease_until" INTEGER,
  "fencing" INTEGER NOT NULL,
  "reason" TEXT,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("id")
) STRICT;
CREATE UNIQUE INDEX "alley_u_erasure_plan_by_trigger" ON "alley_privacy_erasure_plan" ("trigger_ref");
CREATE INDEX "alley_s_erasure_plan_subject_hash" ON "alley_privacy_erasure_plan" ("subject_hash", "id")
  WHERE "subject_hash" IS NOT NULL;
CREATE INDEX "alley_q_erasure_plans_due" ON "alley_privacy_erasure_plan" ("next_at", "id");
CREATE TABLE "alley_privacy_erasure_step" (
  "id" BLOB NOT NULL,
  "plan_id" BLOB NOT NULL,
  "record" TEXT NOT NULL,
  "key" BLOB NOT NULL,
  "position" INTEGER NOT NULL,
  "pass" INTEGER NOT NULL,
  "state" TEXT NOT NULL,
  "outcome" TEXT NOT NULL,
  "hold_id" BLOB,
  "until" INTEGER,
  "field" TEXT,
  "value" BLOB,
  "attempts" INTEGER NOT NULL,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("id")
) STRICT;
CREATE INDEX "alley_e_erasure_step_plan_id" ON "alley_privacy_erasure_step" ("plan_id", "id");
CREATE INDEX "alley_q_erasure_steps_in_pass" ON "alley_privacy_erasure_step" ("plan_id", "record", "pass", "id");
CREATE INDEX "alley_q_erasure_steps_in_state" ON "alley_privacy_erasure_step" ("plan_id", "state", "position", "id");
CREATE INDEX "alley_q_erasure_steps_with_outcome" ON "alley_privacy_erasure_step" ("plan_id", "record", "state", "outcome", "id");
CREATE INDEX "alley_q_erasure_steps_until" ON "alley_privacy_erasure_step" ("plan_id", "until", "id");
CREATE INDEX "alley_q_erasure_steps_of_row" ON "alley_privacy_erasure_step" ("record", "key", "id");
CREATE INDEX "alley_q_erasure_steps_of_hold" ON "alley_privacy_erasure_step" ("hold_id", "id");
CREATE TABLE "alley_privacy_erasure_leg" (
  "id" BLOB NOT NULL,
  "plan_id" BLOB NOT NULL,
  "subprocessor" TEXT NOT NULL,
  "state" TEXT,
  "reason" TEXT,
  "at" INTEGER NOT NULL,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("id")
) STRICT, WITHOUT ROWID;
CREATE INDEX "alley_e_erasure_leg_plan_id" ON "alley_privacy_erasure_leg" ("plan_id", "id");
CREATE TABLE "alley_privacy_tombstone" (
  "id" BLOB NOT NULL,
  "plan_id" BLOB NOT NULL,
  "record" TEXT NOT NULL,
  "key" BLOB,
  "action" TEXT NOT NULL,
  "at" INTEGER NOT NULL,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("id")
) STRICT;
CREATE INDEX "alley_e_tombstone_plan_id" ON "alley_privacy_tombstone" ("plan_id", "id");
CREATE INDEX "alley_a_tombstone_at" ON "alley_privacy_tombstone" ("at", "id");
CREATE TABLE "alley_privacy_erasure_certificate" (
  "id" BLOB NOT NULL,
  "plan_id" BLOB NOT NULL,
  "body" TEXT NOT NULL,
  "signature" BLOB NOT NULL,
  "public_key" BLOB NOT NULL,
  "issued_at" INTEGER NOT NULL,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("id")
) STRICT;
CREATE INDEX "alley_e_erasure_certificate_plan_id" ON "alley_privacy_erasure_certificate" ("plan_id", "id");
CREATE INDEX "alley_q_certificates_of_plan" ON "alley_privacy_erasure_certificate" ("plan_id", "issued_at", "id");
CREATE TABLE "alley_privacy_legal_hold" (
  "id" BLOB NOT NULL,
  "tenant_id" BLOB,
  "root_record" TEXT NOT NULL,
  "root_hash" BLOB,
  "subtree" INTEGER NOT NULL,
  "reason" TEXT NOT NULL,
  "authority" TEXT NOT NULL,
  "placed_by" TEXT NOT NULL,
  "state" TEXT NOT NULL,
  "placed_at" INTEGER NOT NULL,
  "review_by" INTEGER,
  "released_at" INTEGER,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("id")
) STRICT, WITHOUT ROWID;
CREATE INDEX "alley_s_legal_hold_root_hash" ON "alley_privacy_legal_hold" ("root_hash", "id")
  WHERE "root_hash" IS NOT NULL;
CREATE INDEX "alley_q_legal_holds_in_state" ON "alley_privacy_legal_hold" ("state", "id");
CREATE TABLE "alley_privacy_legal_hold_item" (
  "id" BLOB NOT NULL,
  "hold_id" BLOB NOT NULL,
  "record" TEXT NOT NULL,
  "key" BLOB NOT NULL,
  "subtree" INTEGER NOT NULL,
  "state" TEXT NOT NULL,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("id")
) STRICT;
CREATE INDEX "alley_e_legal_hold_item_hold_id" ON "alley_privacy_legal_hold_item" ("hold_id", "id");
CREATE INDEX "alley_q_legal_hold_items_in_state" ON "alley_privacy_legal_hold_item" ("hold_id", "state", "id");
CREATE INDEX "alley_q_legal_hold_items_of_row" ON "alley_privacy_legal_hold_item" ("record", "key", "id");
CREATE TABLE "alley_privacy_privacy_request" (
  "id" BLOB NOT NULL,
  "tenant_id" BLOB,
  "requester_id" BLOB,
  "kind" TEXT NOT NULL,
  "organization" BLOB,
  "email" BLOB,
  "email_hash" BLOB,
  "state" TEXT NOT NULL,
  "progress" TEXT NOT NULL,
  "challenge_hash" BLOB,
  "challenge_until" INTEGER,
  "rule" TEXT,
  "received_at" INTEGER NOT NULL,
  "due_date" TEXT,
  "safe_date" TEXT,
  "plan_id" BLOB,
  "closed_at" INTEGER,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("id")
) STRICT;
CREATE INDEX "alley_e_privacy_request_requester_id" ON "alley_privacy_privacy_request" ("requester_id", "id")
  WHERE "requester_id" IS NOT NULL;
CREATE INDEX "alley_a_privacy_request_closed_at" ON "alley_privacy_privacy_request" ("closed_at", "id")
  WHERE "closed_at" IS NOT NULL;
CREATE INDEX "alley_q_privacy_requests_in_state" ON "alley_privacy_privacy_request" ("state", "received_at", "id");
INSERT INTO "alley_migrations" VALUES ('billing', 1, 'records', '9ef62acb0e4d1eaf9dcd8ece1c6c1f9b4e7c211ba3f0440d197a7a22633d7cc6', 0, 1795538354186613);
INSERT INTO "alley_migrations" VALUES ('core', 1, 'kernel', 'b3b4ffd896692041a2ef9b9880e7f782f4d2d368411062baae854a067a38f380', 0, 1795538354186613);
INSERT INTO "alley_migrations" VALUES ('core', 2, 'records', '84dc7f2a31a424521e0509712cf7f4aec1a5d2f394caeea310e11df1414171c0', 0, 1795538354186613);
INSERT INTO "alley_migrations" VALUES ('outreach', 1, 'records', 'ad0644dc118eacef641a9924a17edbcfa54398c523eb0da1233143a88e04da06', 0, 1795538354186613);
INSERT INTO "alley_migrations" VALUES ('privacy', 1, 'records', '7cf3f370f63aa4b183ee1b6d16a0032d247d6afe9692fab70248f93c924fc3d8', 0, 1795538354186613);
INSERT INTO "alley_migrations" VALUES ('tiktok', 1, 'records', '1899b5b3ace8eb9edf5a1cc199c51dcca3fdd060581bb6ed356a35549811522f', 0, 1795538354186613);
INSERT INTO "alley_core_commit" VALUES (X'00000000000000000000000000000009', 1000000000);
INSERT INTO "alley_core_commit" VALUES (X'0000000F424070269B33996E17A23690', 1000000000);
INSERT INTO "alley_core_commit" VALUES (X'0000000F4240706B85A5140A83FB589A', 1000000000);
INSERT INTO "alley_core_commit" VALUES (X'0000000F42407076BD5CE3DA2DBA9125', 1000000000);
INSERT INTO "alley_core_commit" VALUES (X'0000000F4240709E93CAF6D20947BE5D', 1000000000);
INSERT INTO "alley_core_commit" VALUES (X'0000000F424070FAB60681272960A924', 1000000000);
INSERT INTO "alley_core_commit" VALUES (X'0000000F42407105BEA692DBE3669BF1', 1000000000);
INSERT INTO "alley_core_commit" VALUES (X'0000000F4240711DA20223AE99E8715D', 1000000000);
INSERT INTO "alley_core_commit" VALUES (X'0000000F424071AC86BE567E098124DA', 1000000000);
INSERT INTO "alley_core_commit" VALUES (X'0000000F424071CD958F210A7ADDDDD1', 1000000000);
INSERT INTO "alley_core_commit" VALUES (X'0000000F42407214A22C3E2ED0BAF1A4', 1000000000);
INSERT INTO "alley_core_commit" VALUES (X'0000000F424072A295767689836CAAF6', 1000000000);
INSERT INTO "alley_core_commit" VALUES (X'0000000F424073158265CC44B617872E', 1000000000);
INSERT INTO "alley_core_commit" VALUES (X'0000000F424073848D3C06667F4E950F', 1000000000);
INSERT INTO "alley_core_commit" VALUES (X'0000000F424074F4ACF58D3F0CF54A8B', 1000000000);
INSERT INTO "alley_core_commit" VALUES (X'0000000F42407536A76574447D21D9EB', 1000000000);
INSERT INTO "alley_core_commit" VALUES (X'0000000F42407626AF8DA2723CA13E8A', 1000000000);
INSERT INTO "alley_core_commit" VALUES (X'0000000F42407630986AC757719AF4C4', 1000000000);
INSERT INTO "alley_core_commit" VALUES (X'0000000F424076BD810C9E8D45FA7597', 1000000000);
INSERT INTO "alley_core_commit" VALUES (X'0000000F424077228C24D8792AD7E057', 1000000000);
INSERT INTO "alley_core_commit" VALUES (X'0000000F4240775C8DA6E4DB1298466E', 1000000000);
INSERT INTO "alley_core_commit" VALUES (X'0000000F4240776988E083621982F39E', 1000000000);
INSERT INTO "alley_core_commit" VALUES (X'0000000F424077B2BAA9F4D670DC69CC', 1000000000);
INSERT INTO "alley_core_commit" VALUES (X'0000000F42407812916FBAD08A5F6CD2', 1000000000);
INSERT INTO "alley_core_commit" VALUES (X'0000000F42407829B2298CF6D0608449', 1000000000);
INSERT INTO "alley_core_commit" VALUES (X'0000000F4240789881564646B090A6FD', 1000000000);
INSERT INTO "alley_core_commit" VALUES (X'0000000F4240794CB36708717D3CF640', 1000000000);
INSERT INTO "alley_core_commit" VALUES (X'0000000F42407954A7708D1A16F1C232', 1000000000);
INSERT INTO "alley_core_commit" VALUES (X'0000000F42407964B9ED136E63DB6171', 1000000000);
INSERT INTO "alley_core_commit" VALUES (X'0000000F4240798393620FA2F529B5A2', 1000000000);
INSERT INTO "alley_core_commit" VALUES (X'0000000F42407A21BA58FDF10C60ADA7', 1000000000);
INSERT INTO "alley_core_commit" VALUES (X'0000000F42407AADB67F150EB0B0BF42', 1000000000);
INSERT INTO "alley_core_commit" VALUES (X'0000000F42407AED9C0AC57E72CA6795', 1000000000);
INSERT INTO "alley_core_commit" VALUES (X'0000000F42407B68827C3B4C6C4DEE91', 1000000000);
INSERT INTO "alley_core_commit" VALUES (X'0000000F42407CDEB9AD02B2E46E3E50', 1000000000);
INSERT INTO "alley_core_commit" VALUES (X'0000000F42407D01A87458EA789A94F1', 1000000000);
INSERT INTO "alley_core_commit" VALUES (X'0000000F42407D658193A1136DD30E90', 1000000000);
INSERT INTO "alley_core_commit" VALUES (X'0000000F42407DD7B2F17E6062F78CF1', 1000000000);
INSERT INTO "alley_core_commit" VALUES (X'0000000F42407E2D9DB423914DB597EC', 1000000000);
INSERT INTO "alley_core_commit" VALUES (X'0000000F42407E62A764346742EA5EE2', 1000000000);
INSERT INTO "alley_core_commit" VALUES (X'0000000F42407E72936A81B77D487175', 1000000000);
INSERT INTO "alley_core_commit" VALUES (X'0000000F42407EA5BA001B7E7892C71B', 1000000000);
INSERT INTO "alley_core_commit" VALUES (X'0000000F42407EAEAFFFA3BCB1599546', 1000000000);
INSERT INTO "alley_core_commit" VALUES (X'0000000F42407F03A02CD05EB028EE78', 1000000000);
INSERT INTO "alley_core_commit" VALUES (X'0000000F42407F109D3BB80BF5398F4D', 1000000000);
INSERT INTO "alley_core_commit" VALUES (X'0000000F42407F59A748362708EEB448', 1000000000);
INSERT INTO "alley_core_commit" VALUES (X'0000000F42407F648E71CB670E7B0127', 1000000000);
INSERT INTO "alley_core_commit" VALUES (X'0000000F42407F87AF20B0B09903E465', 1000000000);
INSERT INTO "alley_core_outbox" VALUES (X'02C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', 1, X'0000000F42407B638F541A0189E169AC', 1000000000, '{"fact":"tenant_suspended","tenant":"ten_c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8"}', 0, NULL);
INSERT INTO "alley_core_outbox_head" VALUES (X'02C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', 1);
INSERT INTO "alley_core_lease" VALUES ('fixture', 1, NULL, 1000000000);
INSERT INTO "alley_core_hold_mark" VALUES ('account', X'000365656565656565656565656565656565', X'00000000000000000000000000000003');
INSERT INTO "alley_core_audit_event" VALUES (X'65656565656565656565656565656565', NULL, 1700000000000001, 'actor 1 ''é''', 'action 1 ''é''', 'target 1 ''é''', 'purpose 1 ''é''', 'outcome 1 ''é''', 'reason 1 ''é''', 1);
INSERT INTO "alley_core_audit_event" VALUES (X'66666666666666666666666666666666', X'66666666666666666666666666666666', 1700000000000002, 'actor 2 ''é''', 'action 2 ''é''', NULL, 'purpose 2 ''é''', 'outcome 2 ''é''', NULL, 1);
INSERT INTO "alley_core_account" VALUES (X'65656565656565656565656565656565', 'customer_id 1 ''é''', 'status 1 ''é''', X'0001FF', X'0101010101010101010101010101010101010101010101010101010101010101', NULL, X'0001FF', 1700000000000001, 1700000000000001, NULL, 1);
INSERT INTO "alley_core_account" VALUES (X'66666666666666666666666666666666', 'customer_id 2 ''é''', 'status 2 ''é''', X'0002FF', X'0202020202020202020202020202020202020202020202020202020202020202', 1700000000000002, NULL, 1700000000000002, 1700000000000002, 1700000000000002, 1);
INSERT INTO "alley_core_password_credential" VALUES (X'65656565656565656565656565656565', X'0001FF', 1700000000000001, 1);
INSERT INTO "alley_core_password_credential" VALUES (X'66666666666666666666666666666666', X'0002FF', 1700000000000002, 1);
INSERT INTO "alley_core_totp_credential" VALUES (X'65656565656565656565656565656565', X'65656565656565656565656565656565', X'0001FF', 1700000000000001, 1700000000000001, NULL, -2, 1);
INSERT INTO "alley_core_totp_credential" VALUES (X'66666666666666666666666666666666', X'66666666666666666666666666666666', X'0002FF', 1700000000000002, NULL, -1, -1, 1);
INSERT INTO "alley_core_recovery_code" VALUES (X'65656565656565656565656565656565', X'65656565656565656565656565656565', X'0101010101010101010101010101010101010101010101010101010101010101', 1700000000000001, 1);
INSERT INTO "alley_core_recovery_code" VALUES (X'66666666666666666666666666666666', X'66666666666666666666666666666666', X'0202020202020202020202020202020202020202020202020202020202020202', 1700000000000002, 1);
INSERT INTO "alley_core_one_time_token" VALUES (X'65656565656565656565656565656565', X'65656565656565656565656565656565', 'purpose 1 ''é''', X'0101010101010101010101010101010101010101010101010101010101010101', X'0101010101010101010101010101010101010101010101010101010101010101', 1700000000000001, 1700000000000001, -2, NULL, 1);
INSERT INTO "alley_core_one_time_token" VALUES (X'66666666666666666666666666666666', X'66666666666666666666666666666666', 'purpose 2 ''é''', X'0202020202020202020202020202020202020202020202020202020202020202', X'0202020202020202020202020202020202020202020202020202020202020202', 1700000000000002, 1700000000000002, -1, X'0002FF', 1);
INSERT INTO "alley_core_session" VALUES (X'65656565656565656565656565656565', X'65656565656565656565656565656565', X'65656565656565656565656565656565', X'0101010101010101010101010101010101010101010101010101010101010101', 1700000000000001, 1700000000000001, 1700000000000001, 1700000000000001, NULL, 1700000000000001, 1700000000000001, 'device 1 ''é''', NULL, 1);
INSERT INTO "alley_core_session" VALUES (X'66666666666666666666666666666666', X'66666666666666666666666666666666', X'66666666666666666666666666666666', X'0202020202020202020202020202020202020202020202020202020202020202', 1700000000000002, 1700000000000002, 1700000000000002, 1700000000000002, 'second_factor 2 ''é''', NULL, NULL, NULL, 'network 2 ''é''', 1);
INSERT INTO "alley_core_tenant" VALUES (X'65656565656565656565656565656565', 'customer_id 1 ''é''', 'name 1 ''é''', 'status 1 ''é''', 1700000000000001, 1700000000000001, NULL, 1);
INSERT INTO "alley_core_tenant" VALUES (X'66666666666666666666666666666666', 'customer_id 2 ''é''', 'name 2 ''é''', 'status 2 ''é''', 1700000000000002, 1700000000000002, 1700000000000002, 1);
INSERT INTO "alley_core_membership" VALUES (X'C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', X'65656565656565656565656565656565', X'65656565656565656565656565656565', 'role 1 ''é''', 1700000000000001, 1);
INSERT INTO "alley_core_membership" VALUES (X'C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', X'66666666666666666666666666666666', X'66666666666666666666666666666666', 'role 2 ''é''', 1700000000000002, 1);
INSERT INTO "alley_tiktok_integration" VALUES (X'65656565656565656565656565656565', X'C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', 'state 1 ''é''', 'reconnect_reason 1 ''é''', NULL, NULL, NULL, 'region 1 ''é''', '{"n":1}', 1700000000000001, NULL, NULL, NULL, 1);
INSERT INTO "alley_tiktok_integration" VALUES (X'66666666666666666666666666666666', X'C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', 'state 2 ''é''', NULL, 'disconnect_reason 2 ''é''', 'open_id 2 ''é''', 'seller_name 2 ''é''', NULL, '{"n":2}', 1700000000000002, 1700000000000002, 1700000000000002, 1700000000000002, 1);
INSERT INTO "alley_tiktok_token" VALUES (X'65656565656565656565656565656565', X'C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', X'0001FF', X'0001FF', 1700000000000001, 1700000000000001, -2, 1700000000000001, NULL, 1700000000000001, 'reconnect_reason 1 ''é''', 1);
INSERT INTO "alley_tiktok_token" VALUES (X'66666666666666666666666666666666', X'C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', X'0002FF', X'0002FF', 1700000000000002, 1700000000000002, -1, NULL, 1700000000000002, NULL, NULL, 1);
INSERT INTO "alley_tiktok_pending_authorization" VALUES (X'0101010101010101010101010101010101010101010101010101010101010101', X'C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', 'kind 1 ''é''', X'0001FF', 1700000000000001, 1700000000000001, 1);
INSERT INTO "alley_tiktok_pending_authorization" VALUES (X'0202020202020202020202020202020202020202020202020202020202020202', X'C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', 'kind 2 ''é''', NULL, 1700000000000002, 1700000000000002, 1);
INSERT INTO "alley_tiktok_shop" VALUES ('shop_id 1 ''é''', X'C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', X'65656565656565656565656565656565', 'name 1 ''é''', 'region 1 ''é''', NULL, 'cipher 1 ''é''', 1700000000000001, NULL, 1);
INSERT INTO "alley_tiktok_shop" VALUES ('shop_id 2 ''é''', X'C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', X'66666666666666666666666666666666', NULL, NULL, 'seller_type 2 ''é''', 'cipher 2 ''é''', 1700000000000002, 1700000000000002, 1);
INSERT INTO "alley_tiktok_creator" VALUES ('creator_id 1 ''é''', X'C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', 'username 1 ''é''', 'nickname 1 ''é''', 'region 1 ''é''', '{"n":1}', -2, -2, NULL, 'currency 1 ''é''', NULL, NULL, 1, NULL, 1, 1700000000000001, 1);
INSERT INTO "alley_tiktok_creator" VALUES ('creator_id 2 ''é''', X'C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', NULL, NULL, NULL, '{"n":2}', NULL, NULL, -1, NULL, -1, -1, NULL, 0, NULL, 1700000000000002, 1);
INSERT INTO "alley_tiktok_product" VALUES ('product_id 1 ''é''', X'C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', 'shop_id 1 ''é''', NULL, 'status 1 ''é''', -2, 'currency 1 ''é''', -2, -2, 1700000000000001, 1700000000000001, 1);
INSERT INTO "alley_tiktok_product" VALUES ('product_id 2 ''é''', X'C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', 'shop_id 2 ''é''', 'title 2 ''é''', NULL, -1, NULL, NULL, NULL, 1700000000000002, 1700000000000002, 1);
INSERT INTO "alley_tiktok_order" VALUES ('order_id 1 ''é''', X'C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', 'shop_id 1 ''é''', 'status 1 ''é''', 1700000000000001, 'buyer_id 1 ''é''', NULL, 'currency 1 ''é''', NULL, -2, -2, NULL, -2, '{"n":1}', 1, NULL, 1700000000000001, NULL, 1700000000000001, 1);
INSERT INTO "alley_tiktok_order" VALUES ('order_id 2 ''é''', X'C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', 'shop_id 2 ''é''', NULL, 1700000000000002, NULL, X'0002FF', NULL, -1, NULL, NULL, -1, -1, '{"n":2}', 0, 'creator_ref 2 ''é''', 1700000000000002, 1700000000000002, 1700000000000002, 1);
INSERT INTO "alley_tiktok_analytics_snapshot" VALUES ('snapshot_id 1 ''é''', X'C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', 'shop_id 1 ''é''', '2024-02-01', '2024-02-01', 'currency 1 ''é''', NULL, NULL, NULL, -2, -2, NULL, -2, -2, 1700000000000001, 1);
INSERT INTO "alley_tiktok_analytics_snapshot" VALUES ('snapshot_id 2 ''é''', X'C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', 'shop_id 2 ''é''', '2024-02-02', '2024-02-02', NULL, -1, -1, -1, NULL, NULL, -1, NULL, NULL, 1700000000000002, 1);
INSERT INTO "alley_tiktok_finance_record" VALUES ('finance_id 1 ''é''', X'C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', 'shop_id 1 ''é''', 1700000000000001, 'currency 1 ''é''', -2, NULL, NULL, -2, 'payment_status 1 ''é''', 'payment_id 1 ''é''', NULL, 1700000000000001, 1);
INSERT INTO "alley_tiktok_finance_record" VALUES ('finance_id 2 ''é''', X'C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', 'shop_id 2 ''é''', 1700000000000002, NULL, NULL, -1, -1, NULL, NULL, NULL, 1700000000000002, 1700000000000002, 1);
INSERT INTO "alley_tiktok_tiktok_sync_cursor" VALUES ('cursor_id 1 ''é''', X'C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', 'shop_id 1 ''é''', 'kind 1 ''é''', 'page_token 1 ''é''', 'search_key 1 ''é''', -2, NULL, NULL, 1700000000000001, 1700000000000001, NULL, 1);
INSERT INTO "alley_tiktok_tiktok_sync_cursor" VALUES ('cursor_id 2 ''é''', X'C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', 'shop_id 2 ''é''', 'kind 2 ''é''', NULL, NULL, -1, -1, 1700000000000002, NULL, 1700000000000002, 1700000000000002, 1);
INSERT INTO "alley_tiktok_tiktok_inbox_event" VALUES ('event_id 1 ''é''', X'0001FF', 'state 1 ''é''', -2, 1700000000000001, 1700000000000001, 1700000000000001, 1);
INSERT INTO "alley_tiktok_tiktok_inbox_event" VALUES ('event_id 2 ''é''', X'0002FF', 'state 2 ''é''', -1, 1700000000000002, 1700000000000002, NULL, 1);
INSERT INTO "alley_billing_billing_customer" VALUES (X'65656565656565656565656565656565', 'stripe_customer_id 1 ''é''', 1, 1700000000000001, 'creation_key 1 ''é''', 1700000000000001, NULL, NULL, 1, 1700000000000001, 1700000000000001, NULL, 1);
INSERT INTO "alley_billing_billing_customer" VALUES (X'66666666666666666666666666666666', NULL, 0, 1700000000000002, 'creation_key 2 ''é''', 1700000000000002, 1700000000000002, 1700000000000002, 0, NULL, NULL, 1700000000000002, 1);
INSERT INTO "alley_billing_subscription" VALUES (X'C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', 'subscription_id 1 ''é''', 'status 1 ''é''', NULL, 1700000000000001, NULL, 1700000000000001, NULL, NULL, 1, NULL, 1700000000000001, NULL, 'latest_invoice 1 ''é''', 1, 'pause_reason 1 ''é''', 1700000000000001, 1700000000000001, NULL, 1, 1);
INSERT INTO "alley_billing_subscription" VALUES (X'C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', 'subscription_id 2 ''é''', 'status 2 ''é''', '{"n":2}', NULL, 1700000000000002, NULL, 1700000000000002, 1700000000000002, 0, 1700000000000002, NULL, 'cancellation_reason 2 ''é''', NULL, 0, NULL, NULL, 1700000000000002, 'api_version 2 ''é''', 0, 1);
INSERT INTO "alley_billing_invoice_meta" VALUES (X'C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', 'invoice_id 1 ''é''', 'number 1 ''é''', NULL, 'status 1 ''é''', 'billing_reason 1 ''é''', 'currency 1 ''é''', -2, -2, -2, -2, NULL, 1700000000000001, 1700000000000001, 1700000000000001, 1700000000000001, 1700000000000001, NULL, NULL, -2, NULL, NULL, 1700000000000001, 1);
INSERT INTO "alley_billing_invoice_meta" VALUES (X'C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', 'invoice_id 2 ''é''', NULL, 'subscription_id 2 ''é''', 'status 2 ''é''', NULL, NULL, -1, -1, -1, -1, -1, NULL, NULL, NULL, NULL, NULL, 1700000000000002, 1700000000000002, -1, 1700000000000002, 1700000000000002, 1700000000000002, 1);
INSERT INTO "alley_billing_billing_checkout" VALUES (X'65656565656565656565656565656565', 'creation_key 1 ''é''', X'0101010101010101010101010101010101010101010101010101010101010101', 'session_id 1 ''é''', 1700000000000001, 1);
INSERT INTO "alley_billing_billing_checkout" VALUES (X'66666666666666666666666666666666', 'creation_key 2 ''é''', X'0202020202020202020202020202020202020202020202020202020202020202', NULL, 1700000000000002, 1);
INSERT INTO "alley_billing_billing_inbox_event" VALUES ('event_id 1 ''é''', NULL, 'kind 1 ''é''', NULL, 'stripe_customer_id 1 ''é''', 1700000000000001, 1700000000000001, NULL, NULL, 'state 1 ''é''', -2, 1700000000000001, 1);
INSERT INTO "alley_billing_billing_inbox_event" VALUES ('event_id 2 ''é''', X'66666666666666666666666666666666', 'kind 2 ''é''', 'object_id 2 ''é''', NULL, 1700000000000002, 1700000000000002, 'api_version 2 ''é''', X'0002FF', 'state 2 ''é''', -1, NULL, 1);
INSERT INTO "alley_outreach_template" VALUES (X'C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', X'65656565656565656565656565656565', 'name 1 ''é''', 'channel 1 ''é''', 'status 1 ''é''', -2, X'65656565656565656565656565656565', 1700000000000001, NULL, 1);
INSERT INTO "alley_outreach_template" VALUES (X'C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', X'66666666666666666666666666666666', 'name 2 ''é''', 'channel 2 ''é''', 'status 2 ''é''', -1, NULL, 1700000000000002, 1700000000000002, 1);
INSERT INTO "alley_outreach_template_version" VALUES (X'C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', X'65656565656565656565656565656565', X'65656565656565656565656565656565', -2, '{"n":1}', 'engine 1 ''é''', X'0101010101010101010101010101010101010101010101010101010101010101', 1700000000000001, 1);
INSERT INTO "alley_outreach_template_version" VALUES (X'C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', X'66666666666666666666666666666666', X'66666666666666666666666666666666', -1, '{"n":2}', 'engine 2 ''é''', X'0202020202020202020202020202020202020202020202020202020202020202', 1700000000000002, 1);
INSERT INTO "alley_outreach_campaign" VALUES (X'C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', X'65656565656565656565656565656565', 'shop_ref 1 ''é''', 'name 1 ''é''', NULL, -2, -2, 'status 1 ''é''', NULL, NULL, 1700000000000001, 1);
INSERT INTO "alley_outreach_campaign" VALUES (X'C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', X'66666666666666666666666666666666', 'shop_ref 2 ''é''', 'name 2 ''é''', X'66666666666666666666666666666666', -1, -1, 'status 2 ''é''', 1700000000000002, 1700000000000002, 1700000000000002, 1);
INSERT INTO "alley_outreach_contact" VALUES (X'C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', X'0101010101010101010101010101010101010101010101010101010101010101', 'shop_ref 1 ''é''', 'creator_ref 1 ''é''', 'handle 1 ''é''', 'locale 1 ''é''', 'zone 1 ''é''', 1, NULL, 1700000000000001, 1);
INSERT INTO "alley_outreach_contact" VALUES (X'C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', X'0202020202020202020202020202020202020202020202020202020202020202', 'shop_ref 2 ''é''', 'creator_ref 2 ''é''', NULL, NULL, NULL, 0, 1700000000000002, 1700000000000002, 1);
INSERT INTO "alley_outreach_draft" VALUES (X'C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', X'65656565656565656565656565656565', 'shop_ref 1 ''é''', 'creator_ref 1 ''é''', X'65656565656565656565656565656565', NULL, 'channel 1 ''é''', 'state 1 ''é''', NULL, -2, X'0101010101010101010101010101010101010101010101010101010101010101', NULL, NULL, 1700000000000001, NULL, X'65656565656565656565656565656565', -2, 1700000000000001, 1700000000000001, -2, 'deferred_reasons 1 ''é''', 1700000000000001, 1, X'0101010101010101010101010101010101010101010101010101010101010101', X'65656565656565656565656565656565', 1700000000000001, 1700000000000001, 'end_reason 1 ''é''', 1);
INSERT INTO "alley_outreach_draft" VALUES (X'C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', X'66666666666666666666666666666666', 'shop_ref 2 ''é''', 'creator_ref 2 ''é''', X'66666666666666666666666666666666', X'66666666666666666666666666666666', 'channel 2 ''é''', 'state 2 ''é''', 'held_from 2 ''é''', -1, X'0202020202020202020202020202020202020202020202020202020202020202', X'0202020202020202020202020202020202020202020202020202020202020202', 1700000000000002, NULL, X'66666666666666666666666666666666', NULL, -1, 1700000000000002, NULL, -1, NULL, NULL, 0, NULL, NULL, 1700000000000002, NULL, NULL, 1);
INSERT INTO "alley_outreach_draft_revision" VALUES (X'C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', X'65656565656565656565656565656565', X'65656565656565656565656565656565', 'creator_ref 1 ''é''', -2, 'text 1 ''é''', 'locale 1 ''é''', 'origin 1 ''é''', X'0001FF', X'0101010101010101010101010101010101010101010101010101010101010101', NULL, 1700000000000001, 1);
INSERT INTO "alley_outreach_draft_revision" VALUES (X'C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', X'66666666666666666666666666666666', X'66666666666666666666666666666666', 'creator_ref 2 ''é''', -1, 'text 2 ''é''', 'locale 2 ''é''', 'origin 2 ''é''', X'0002FF', X'0202020202020202020202020202020202020202020202020202020202020202', X'66666666666666666666666666666666', 1700000000000002, 1);
INSERT INTO "alley_outreach_review_state" VALUES (X'C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', X'65656565656565656565656565656565', X'65656565656565656565656565656565', -2, X'0101010101010101010101010101010101010101010101010101010101010101', NULL, 'verdict 1 ''é''', 'reason 1 ''é''', 1700000000000001, 1);
INSERT INTO "alley_outreach_review_state" VALUES (X'C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', X'66666666666666666666666666666666', X'66666666666666666666666666666666', -1, X'0202020202020202020202020202020202020202020202020202020202020202', X'66666666666666666666666666666666', 'verdict 2 ''é''', NULL, 1700000000000002, 1);
INSERT INTO "alley_outreach_review_note" VALUES (X'C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', X'65656565656565656565656565656565', X'65656565656565656565656565656565', 'creator_ref 1 ''é''', 'note 1 ''é''', 1);
INSERT INTO "alley_outreach_review_note" VALUES (X'C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', X'66666666666666666666666666666666', X'66666666666666666666666666666666', 'creator_ref 2 ''é''', 'note 2 ''é''', 1);
INSERT INTO "alley_outreach_pacing_state" VALUES (X'C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', 'scope 1 ''é''', -2, '{"n":1}', NULL, '{"n":1}', -2, 1700000000000001, 1);
INSERT INTO "alley_outreach_pacing_state" VALUES (X'C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', 'scope 2 ''é''', -1, '{"n":2}', 1700000000000002, '{"n":2}', -1, 1700000000000002, 1);
INSERT INTO "alley_outreach_pacing_policy" VALUES (X'C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', -2, '{"n":1}', 1700000000000001, 1);
INSERT INTO "alley_outreach_pacing_policy" VALUES (X'C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', -1, '{"n":2}', 1700000000000002, 1);
INSERT INTO "alley_outreach_spend" VALUES (X'C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', X'65656565656565656565656565656565', 'kind 1 ''é''', NULL, 1700000000000001, 'shop_ref 1 ''é''', X'65656565656565656565656565656565', 'creator_ref 1 ''é''', 1, X'65656565656565656565656565656565', X'65656565656565656565656565656565', 1);
INSERT INTO "alley_outreach_spend" VALUES (X'C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', X'66666666666666666666666666666666', 'kind 2 ''é''', X'66666666666666666666666666666666', 1700000000000002, 'shop_ref 2 ''é''', X'66666666666666666666666666666666', 'creator_ref 2 ''é''', 0, X'66666666666666666666666666666666', X'66666666666666666666666666666666', 1);
INSERT INTO "alley_outreach_hand_out" VALUES (X'C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', X'65656565656565656565656565656565', X'65656565656565656565656565656565', -2, 'shop_ref 1 ''é''', X'65656565656565656565656565656565', 'creator_ref 1 ''é''', NULL, X'65656565656565656565656565656565', 1700000000000001, 1700000000000001, -2, X'0101010101010101010101010101010101010101010101010101010101010101', X'0101010101010101010101010101010101010101010101010101010101010101', 'request_key 1 ''é''', 'outcome 1 ''é''', NULL, 'close_reason 1 ''é''', -2, 'tzdb 1 ''é''', 1);
INSERT INTO "alley_outreach_hand_out" VALUES (X'C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', X'66666666666666666666666666666666', X'66666666666666666666666666666666', -1, 'shop_ref 2 ''é''', X'66666666666666666666666666666666', 'creator_ref 2 ''é''', X'66666666666666666666666666666666', X'66666666666666666666666666666666', 1700000000000002, 1700000000000002, -1, X'0202020202020202020202020202020202020202020202020202020202020202', X'0202020202020202020202020202020202020202020202020202020202020202', 'request_key 2 ''é''', 'outcome 2 ''é''', 1700000000000002, NULL, -1, 'tzdb 2 ''é''', 1);
INSERT INTO "alley_outreach_delivery_record" VALUES (X'C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', X'65656565656565656565656565656565', -2, X'65656565656565656565656565656565', X'65656565656565656565656565656565', 'shop_ref 1 ''é''', 'creator_ref 1 ''é''', NULL, 'outcome 1 ''é''', 'channel 1 ''é''', 1700000000000001, 1700000000000001, X'0101010101010101010101010101010101010101010101010101010101010101', X'0101010101010101010101010101010101010101010101010101010101010101', 'flags 1 ''é''', 'idempotency_key 1 ''é''', X'0101010101010101010101010101010101010101010101010101010101010101', X'0101010101010101010101010101010101010101010101010101010101010101', X'0101010101010101010101010101010101010101010101010101010101010101', 1);
INSERT INTO "alley_outreach_delivery_record" VALUES (X'C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', X'66666666666666666666666666666666', -1, X'66666666666666666666666666666666', X'66666666666666666666666666666666', 'shop_ref 2 ''é''', 'creator_ref 2 ''é''', X'66666666666666666666666666666666', 'outcome 2 ''é''', 'channel 2 ''é''', 1700000000000002, 1700000000000002, X'0202020202020202020202020202020202020202020202020202020202020202', X'0202020202020202020202020202020202020202020202020202020202020202', 'flags 2 ''é''', 'idempotency_key 2 ''é''', X'0202020202020202020202020202020202020202020202020202020202020202', X'0202020202020202020202020202020202020202020202020202020202020202', X'0202020202020202020202020202020202020202020202020202020202020202', 1);
INSERT INTO "alley_outreach_suppression" VALUES (X'C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', X'0101010101010101010101010101010101010101010101010101010101010101', 'scope 1 ''é''', 'reason 1 ''é''', 1700000000000001, 1700000000000001, 'source 1 ''é''', 1700000000000001, 1);
INSERT INTO "alley_outreach_suppression" VALUES (X'C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8C8', X'0202020202020202020202020202020202020202020202020202020202020202', 'scope 2 ''é''', 'reason 2 ''é''', 1700000000000002, NULL, 'source 2 ''é''', 1700000000000002, 1);
INSERT INTO "alley_privacy_erasure_plan" VALUES (X'65656565656565656565656565656565', NULL, X'0001FF', X'0101010101010101010101010101010101010101010101010101010101010101', 'trigger 1 ''é''', NULL, 1700000000000001, 'state 1 ''é''', 'map_version 1 ''é''', NULL, -2, -2, -2, 1700000000000001, NULL, 1700000000000001, 1700000000000001, NULL, 1700000000000001, NULL, NULL, NULL, -2, 'reason 1 ''é''', 1);
INSERT INTO "alley_privacy_erasure_plan" VALUES (X'66666666666666666666666666666666', X'66666666666666666666666666666666', NULL, NULL, 'trigger 2 ''é''', 'trigger_ref 2 ''é''', 1700000000000002, 'state 2 ''é''', 'map_version 2 ''é''', X'0202020202020202020202020202020202020202020202020202020202020202', -1, -1, -1, 1700000000000002, 1700000000000002, 1700000000000002, NULL, 1700000000000002, NULL, 1700000000000002, 1700000000000002, 1700000000000002, -1, NULL, 1);
INSERT INTO "alley_privacy_erasure_step" VALUES (X'0101010101010101010101010101010101010101010101010101010101010101', X'65656565656565656565656565656565', 'record 1 ''é''', X'0001FF', -2, -2, 'state 1 ''é''', 'outcome 1 ''é''', NULL, NULL, NULL, NULL, -2, 1);
INSERT INTO "alley_privacy_erasure_step" VALUES (X'0202020202020202020202020202020202020202020202020202020202020202', X'66666666666666666666666666666666', 'record 2 ''é''', X'0002FF', -1, -1, 'state 2 ''é''', 'outcome 2 ''é''', X'66666666666666666666666666666666', 1700000000000002, 'field 2 ''é''', X'0002FF', -1, 1);
INSERT INTO "alley_privacy_erasure_leg" VALUES (X'0101010101010101010101010101010101010101010101010101010101010101', X'65656565656565656565656565656565', 'subprocessor 1 ''é''', NULL, 'reason 1 ''é''', 1700000000000001, 1);
INSERT INTO "alley_privacy_erasure_leg" VALUES (X'0202020202020202020202020202020202020202020202020202020202020202', X'66666666666666666666666666666666', 'subprocessor 2 ''é''', 'state 2 ''é''', NULL, 1700000000000002, 1);
INSERT INTO "alley_privacy_tombstone" VALUES (X'0101010101010101010101010101010101010101010101010101010101010101', X'65656565656565656565656565656565', 'record 1 ''é''', NULL, 'action 1 ''é''', 1700000000000001, 1);
INSERT INTO "alley_privacy_tombstone" VALUES (X'0202020202020202020202020202020202020202020202020202020202020202', X'66666666666666666666666666666666', 'record 2 ''é''', X'0002FF', 'action 2 ''é''', 1700000000000002, 1);
INSERT INTO "alley_privacy_erasure_certificate" VALUES (X'65656565656565656565656565656565', X'65656565656565656565656565656565', 'body 1 ''é''', X'0001FF', X'0001FF', 1700000000000001, 1);
INSERT INTO "alley_privacy_erasure_certificate" VALUES (X'66666666666666666666666666666666', X'66666666666666666666666666666666', 'body 2 ''é''', X'0002FF', X'0002FF', 1700000000000002, 1);
INSERT INTO "alley_privacy_legal_hold" VALUES (X'65656565656565656565656565656565', NULL, 'root_record 1 ''é''', NULL, 1, 'reason 1 ''é''', 'authority 1 ''é''', 'placed_by 1 ''é''', 'state 1 ''é''', 1700000000000001, NULL, NULL, 1);
INSERT INTO "alley_privacy_legal_hold" VALUES (X'66666666666666666666666666666666', X'66666666666666666666666666666666', 'root_record 2 ''é''', X'0202020202020202020202020202020202020202020202020202020202020202', 0, 'reason 2 ''é''', 'authority 2 ''é''', 'placed_by 2 ''é''', 'state 2 ''é''', 1700000000000002, 1700000000000002, 1700000000000002, 1);
INSERT INTO "alley_privacy_legal_hold_item" VALUES (X'0101010101010101010101010101010101010101010101010101010101010101', X'65656565656565656565656565656565', 'record 1 ''é''', X'0001FF', 1, 'state 1 ''é''', 1);
INSERT INTO "alley_privacy_legal_hold_item" VALUES (X'0202020202020202020202020202020202020202020202020202020202020202', X'66666666666666666666666666666666', 'record 2 ''é''', X'0002FF', 0, 'state 2 ''é''', 1);
INSERT INTO "alley_privacy_privacy_request" VALUES (X'65656565656565656565656565656565', NULL, X'65656565656565656565656565656565', 'kind 1 ''é''', X'0001FF', NULL, X'0101010101010101010101010101010101010101010101010101010101010101', 'state 1 ''é''', '{"n":1}', X'0101010101010101010101010101010101010101010101010101010101010101', NULL, 'rule 1 ''é''', 1700000000000001, '2024-02-01', NULL, NULL, NULL, 1);
INSERT INTO "alley_privacy_privacy_request" VALUES (X'66666666666666666666666666666666', X'66666666666666666666666666666666', NULL, 'kind 2 ''é''', NULL, X'0002FF', NULL, 'state 2 ''é''', '{"n":2}', NULL, 1700000000000002, NULL, 1700000000000002, NULL, '2024-02-02', X'66666666666666666666666666666666', 1700000000000002, 1);
