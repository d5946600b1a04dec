-- Record types of billing, as they are declared.

CREATE TABLE "{prefix}billing_billing_customer" (
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

CREATE UNIQUE INDEX "{prefix}u_billing_customer_billing_customer_by_ref" ON "{prefix}billing_billing_customer" ("stripe_customer_id");

CREATE INDEX "{prefix}a_billing_customer_ended_at" ON "{prefix}billing_billing_customer" ("ended_at", "tenant_id")
  WHERE "ended_at" IS NOT NULL;

CREATE INDEX "{prefix}q_billing_customers_due" ON "{prefix}billing_billing_customer" ("review_at", "tenant_id");

CREATE TABLE "{prefix}billing_subscription" (
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

CREATE INDEX "{prefix}a_subscription_ended_at" ON "{prefix}billing_subscription" ("ended_at", "tenant_id", "subscription_id")
  WHERE "ended_at" IS NOT NULL;

CREATE TABLE "{prefix}billing_invoice_meta" (
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

CREATE TABLE "{prefix}billing_billing_checkout" (
  "tenant_id" BLOB NOT NULL,
  "creation_key" TEXT NOT NULL,
  "request" BLOB NOT NULL,
  "session_id" TEXT,
  "created_at" INTEGER NOT NULL,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("tenant_id")
) STRICT, WITHOUT ROWID;

CREATE INDEX "{prefix}a_billing_checkout_created_at" ON "{prefix}billing_billing_checkout" ("created_at", "tenant_id");

CREATE TABLE "{prefix}billing_billing_inbox_event" (
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

CREATE INDEX "{prefix}e_billing_inbox_event_tenant_id" ON "{prefix}billing_billing_inbox_event" ("tenant_id", "event_id")
  WHERE "tenant_id" IS NOT NULL;

CREATE INDEX "{prefix}a_billing_inbox_event_received_at" ON "{prefix}billing_billing_inbox_event" ("received_at", "event_id");

CREATE INDEX "{prefix}q_billing_inbox_due" ON "{prefix}billing_billing_inbox_event" ("due_at", "event_id");

CREATE INDEX "{prefix}q_billing_inbox_waiting" ON "{prefix}billing_billing_inbox_event" ("stripe_customer_id", "state", "event_id");

