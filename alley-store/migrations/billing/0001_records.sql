-- Record types of billing, as they are declared.

CREATE TABLE "{prefix}billing_billing_customer" (
  "tenant_id" {id} NOT NULL,
  "stripe_customer_id" {text},
  "livemode" {int} NOT NULL,
  "created_at" {int} NOT NULL,
  "creation_key" {text} NOT NULL,
  "creation_key_at" {int} NOT NULL,
  "synced_at" {int},
  "review_at" {int},
  "entitled" {int} NOT NULL,
  "ended_at" {int},
  "closing_at" {int},
  "remote_deleted_at" {int},
  "row_version" {int} NOT NULL,
  PRIMARY KEY ("tenant_id")
) {small};

CREATE UNIQUE INDEX "{prefix}u_billing_customer_billing_customer_by_ref" ON "{prefix}billing_billing_customer" ("stripe_customer_id" {absent_first});

CREATE INDEX "{prefix}a_billing_customer_ended_at" ON "{prefix}billing_billing_customer" ("ended_at" {absent_first}, "tenant_id")
  WHERE "ended_at" IS NOT NULL;

CREATE INDEX "{prefix}q_billing_customers_due" ON "{prefix}billing_billing_customer" ("review_at" {absent_first}, "tenant_id");

CREATE TABLE "{prefix}billing_subscription" (
  "tenant_id" {id} NOT NULL,
  "subscription_id" {text} NOT NULL,
  "status" {text} NOT NULL,
  "items" {text},
  "period_start" {int},
  "renews_at" {int},
  "paid_until" {int},
  "trial_end" {int},
  "cancel_at" {int},
  "cancel_at_period_end" {int} NOT NULL,
  "canceled_at" {int},
  "ended_at" {int},
  "cancellation_reason" {text},
  "latest_invoice" {text},
  "collection_paused" {int} NOT NULL,
  "pause_reason" {text},
  "created_at" {int},
  "source_at" {int} NOT NULL,
  "api_version" {text},
  "needs_refetch" {int} NOT NULL,
  "row_version" {int} NOT NULL,
  PRIMARY KEY ("tenant_id", "subscription_id")
) {large};

CREATE INDEX "{prefix}a_subscription_ended_at" ON "{prefix}billing_subscription" ("ended_at" {absent_first}, "tenant_id", "subscription_id")
  WHERE "ended_at" IS NOT NULL;

CREATE TABLE "{prefix}billing_invoice_meta" (
  "tenant_id" {id} NOT NULL,
  "invoice_id" {text} NOT NULL,
  "number" {text},
  "subscription_id" {text},
  "status" {text} NOT NULL,
  "billing_reason" {text},
  "currency" {text},
  "amount_due_minor" {int} NOT NULL,
  "amount_paid_minor" {int} NOT NULL,
  "amount_remaining_minor" {int} NOT NULL,
  "total_minor" {int} NOT NULL,
  "tax_minor" {int},
  "created_at" {int},
  "period_start" {int},
  "period_end" {int},
  "due_at" {int},
  "finalized_at" {int},
  "paid_at" {int},
  "voided_at" {int},
  "attempt_count" {int} NOT NULL,
  "next_attempt_at" {int},
  "failed_at" {int},
  "source_at" {int} NOT NULL,
  "row_version" {int} NOT NULL,
  PRIMARY KEY ("tenant_id", "invoice_id")
) {large};

CREATE TABLE "{prefix}billing_billing_checkout" (
  "tenant_id" {id} NOT NULL,
  "creation_key" {text} NOT NULL,
  "request" {bytes} NOT NULL,
  "session_id" {text},
  "created_at" {int} NOT NULL,
  "row_version" {int} NOT NULL,
  PRIMARY KEY ("tenant_id")
) {small};

CREATE INDEX "{prefix}a_billing_checkout_created_at" ON "{prefix}billing_billing_checkout" ("created_at", "tenant_id");

CREATE TABLE "{prefix}billing_billing_inbox_event" (
  "event_id" {text} NOT NULL,
  "tenant_id" {id},
  "kind" {text} NOT NULL,
  "object_id" {text},
  "stripe_customer_id" {text},
  "created_at" {int} NOT NULL,
  "received_at" {int} NOT NULL,
  "api_version" {text},
  "payload" {bytes},
  "state" {text} NOT NULL,
  "attempts" {int} NOT NULL,
  "due_at" {int},
  "row_version" {int} NOT NULL,
  PRIMARY KEY ("event_id")
) {large};

CREATE INDEX "{prefix}e_billing_inbox_event_tenant_id" ON "{prefix}billing_billing_inbox_event" ("tenant_id" {absent_first}, "event_id")
  WHERE "tenant_id" IS NOT NULL;

CREATE INDEX "{prefix}a_billing_inbox_event_received_at" ON "{prefix}billing_billing_inbox_event" ("received_at", "event_id");

CREATE INDEX "{prefix}q_billing_inbox_due" ON "{prefix}billing_billing_inbox_event" ("due_at" {absent_first}, "event_id");

CREATE INDEX "{prefix}q_billing_inbox_waiting" ON "{prefix}billing_billing_inbox_event" ("stripe_customer_id" {absent_first}, "state", "event_id");

