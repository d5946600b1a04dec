-- Record types of outreach, as they are declared.

CREATE TABLE "{prefix}outreach_template" (
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

CREATE UNIQUE INDEX "{prefix}u_template_name" ON "{prefix}outreach_template" ("tenant_id", "name");

CREATE INDEX "{prefix}a_template_archived_at" ON "{prefix}outreach_template" ("archived_at", "tenant_id", "template_id")
  WHERE "archived_at" IS NOT NULL;

CREATE INDEX "{prefix}q_templates_of_tenant" ON "{prefix}outreach_template" ("tenant_id", "name", "template_id");

CREATE TABLE "{prefix}outreach_template_version" (
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

CREATE UNIQUE INDEX "{prefix}u_template_version_number" ON "{prefix}outreach_template_version" ("tenant_id", "template_id", "number");

CREATE INDEX "{prefix}e_template_version_template_id" ON "{prefix}outreach_template_version" ("tenant_id", "template_id", "version_id");

CREATE TABLE "{prefix}outreach_campaign" (
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

CREATE INDEX "{prefix}e_campaign_template_id" ON "{prefix}outreach_campaign" ("tenant_id", "template_id", "campaign_id")
  WHERE "template_id" IS NOT NULL;

CREATE INDEX "{prefix}q_campaigns_by_status" ON "{prefix}outreach_campaign" ("tenant_id", "status", "campaign_id");

CREATE TABLE "{prefix}outreach_contact" (
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

CREATE INDEX "{prefix}e_contact_creator_ref" ON "{prefix}outreach_contact" ("creator_ref", "tenant_id", "contact_key");

CREATE TABLE "{prefix}outreach_draft" (
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

CREATE UNIQUE INDEX "{prefix}u_draft_open" ON "{prefix}outreach_draft" ("tenant_id", "open_key");

CREATE INDEX "{prefix}e_draft_template_id" ON "{prefix}outreach_draft" ("tenant_id", "template_id", "draft_id")
  WHERE "template_id" IS NOT NULL;

CREATE INDEX "{prefix}e_draft_creator_ref" ON "{prefix}outreach_draft" ("creator_ref", "tenant_id", "draft_id");

CREATE INDEX "{prefix}a_draft_ended_at" ON "{prefix}outreach_draft" ("ended_at", "tenant_id", "draft_id")
  WHERE "ended_at" IS NOT NULL;

CREATE INDEX "{prefix}q_drafts_of_tenant" ON "{prefix}outreach_draft" ("tenant_id", "created_at", "draft_id");

CREATE INDEX "{prefix}q_drafts_by_state" ON "{prefix}outreach_draft" ("tenant_id", "state", "created_at", "draft_id");

CREATE INDEX "{prefix}q_drafts_queued" ON "{prefix}outreach_draft" ("tenant_id", "campaign_id", "state", "not_before", "draft_id");

CREATE INDEX "{prefix}q_drafts_of_creator" ON "{prefix}outreach_draft" ("tenant_id", "creator_ref", "created_at", "draft_id");

CREATE INDEX "{prefix}q_drafts_expiring" ON "{prefix}outreach_draft" ("state", "expires_at", "tenant_id", "draft_id");

CREATE INDEX "{prefix}q_draft_approvals_ending" ON "{prefix}outreach_draft" ("state", "approved_until", "tenant_id", "draft_id");

CREATE TABLE "{prefix}outreach_draft_revision" (
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

CREATE UNIQUE INDEX "{prefix}u_draft_revision_number" ON "{prefix}outreach_draft_revision" ("tenant_id", "draft_id", "number");

CREATE INDEX "{prefix}e_draft_revision_draft_id" ON "{prefix}outreach_draft_revision" ("tenant_id", "draft_id", "revision_id");

CREATE INDEX "{prefix}e_draft_revision_creator_ref" ON "{prefix}outreach_draft_revision" ("creator_ref", "tenant_id", "revision_id");

CREATE INDEX "{prefix}e_draft_revision_author_id" ON "{prefix}outreach_draft_revision" ("author_id", "tenant_id", "revision_id")
  WHERE "author_id" IS NOT NULL;

CREATE TABLE "{prefix}outreach_review_state" (
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

CREATE INDEX "{prefix}e_review_state_draft_id" ON "{prefix}outreach_review_state" ("tenant_id", "draft_id", "review_id");

CREATE INDEX "{prefix}e_review_state_reviewer_id" ON "{prefix}outreach_review_state" ("reviewer_id", "tenant_id", "review_id")
  WHERE "reviewer_id" IS NOT NULL;

CREATE INDEX "{prefix}q_reviews_of_draft" ON "{prefix}outreach_review_state" ("tenant_id", "draft_id", "at", "review_id");

CREATE TABLE "{prefix}outreach_review_note" (
  "tenant_id" BLOB NOT NULL,
  "review_id" BLOB NOT NULL,
  "draft_id" BLOB NOT NULL,
  "creator_ref" TEXT NOT NULL,
  "note" TEXT NOT NULL,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("tenant_id", "review_id")
) STRICT, WITHOUT ROWID;

CREATE INDEX "{prefix}e_review_note_creator_ref" ON "{prefix}outreach_review_note" ("creator_ref", "tenant_id", "review_id");

CREATE INDEX "{prefix}q_review_notes_of_draft" ON "{prefix}outreach_review_note" ("tenant_id", "draft_id", "review_id");

CREATE TABLE "{prefix}outreach_pacing_state" (
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

CREATE TABLE "{prefix}outreach_pacing_policy" (
  "tenant_id" BLOB NOT NULL,
  "version" INTEGER NOT NULL,
  "policy" TEXT NOT NULL,
  "created_at" INTEGER NOT NULL,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("tenant_id", "version")
) STRICT;

CREATE TABLE "{prefix}outreach_spend" (
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

CREATE UNIQUE INDEX "{prefix}u_spend_refund" ON "{prefix}outreach_spend" ("tenant_id", "refunds");

CREATE INDEX "{prefix}e_spend_creator_ref" ON "{prefix}outreach_spend" ("creator_ref", "tenant_id", "spend_id");

CREATE INDEX "{prefix}a_spend_at" ON "{prefix}outreach_spend" ("at", "tenant_id", "spend_id");

CREATE INDEX "{prefix}q_spends_since" ON "{prefix}outreach_spend" ("tenant_id", "at", "spend_id");

CREATE INDEX "{prefix}q_spends_of_creator" ON "{prefix}outreach_spend" ("tenant_id", "creator_ref", "at", "spend_id");

CREATE TABLE "{prefix}outreach_hand_out" (
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

CREATE UNIQUE INDEX "{prefix}u_hand_out_attempt" ON "{prefix}outreach_hand_out" ("tenant_id", "draft_id", "attempt");

CREATE UNIQUE INDEX "{prefix}u_hand_out_request" ON "{prefix}outreach_hand_out" ("tenant_id", "request_key");

CREATE UNIQUE INDEX "{prefix}u_hand_out_token" ON "{prefix}outreach_hand_out" ("tenant_id", "token_hash");

CREATE INDEX "{prefix}e_hand_out_draft_id" ON "{prefix}outreach_hand_out" ("tenant_id", "draft_id", "hand_out_id");

CREATE INDEX "{prefix}e_hand_out_creator_ref" ON "{prefix}outreach_hand_out" ("creator_ref", "tenant_id", "hand_out_id");

CREATE INDEX "{prefix}e_hand_out_seller_id" ON "{prefix}outreach_hand_out" ("seller_id", "tenant_id", "hand_out_id")
  WHERE "seller_id" IS NOT NULL;

CREATE INDEX "{prefix}q_hand_outs_by_outcome" ON "{prefix}outreach_hand_out" ("tenant_id", "outcome", "lease_until", "hand_out_id");

CREATE INDEX "{prefix}q_hand_out_leases_ending" ON "{prefix}outreach_hand_out" ("outcome", "lease_until", "tenant_id", "hand_out_id");

CREATE INDEX "{prefix}q_hand_outs_of_draft" ON "{prefix}outreach_hand_out" ("tenant_id", "draft_id", "attempt", "hand_out_id");

CREATE TABLE "{prefix}outreach_delivery_record" (
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

CREATE UNIQUE INDEX "{prefix}u_delivery_record_hand_out" ON "{prefix}outreach_delivery_record" ("tenant_id", "hand_out_id");

CREATE UNIQUE INDEX "{prefix}u_delivery_record_place" ON "{prefix}outreach_delivery_record" ("tenant_id", "shop_ref", "seq");

CREATE INDEX "{prefix}e_delivery_record_draft_id" ON "{prefix}outreach_delivery_record" ("tenant_id", "draft_id", "delivery_id");

CREATE INDEX "{prefix}e_delivery_record_creator_ref" ON "{prefix}outreach_delivery_record" ("creator_ref", "tenant_id", "delivery_id");

CREATE INDEX "{prefix}e_delivery_record_seller_id" ON "{prefix}outreach_delivery_record" ("seller_id", "tenant_id", "delivery_id")
  WHERE "seller_id" IS NOT NULL;

CREATE INDEX "{prefix}q_deliveries_of_shop_newest" ON "{prefix}outreach_delivery_record" ("tenant_id", "shop_ref", "seq", "delivery_id");

CREATE TABLE "{prefix}outreach_suppression" (
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

