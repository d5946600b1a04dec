-- Record types of outreach, as they are declared.

CREATE TABLE "{prefix}outreach_template" (
  "tenant_id" {id} NOT NULL,
  "template_id" {id} NOT NULL,
  "name" {text} NOT NULL,
  "channel" {text} NOT NULL,
  "status" {text} NOT NULL,
  "current_version" {int} NOT NULL,
  "created_by" {id},
  "created_at" {int} NOT NULL,
  "archived_at" {int},
  "row_version" {int} NOT NULL,
  PRIMARY KEY ("tenant_id", "template_id")
) {small};

CREATE UNIQUE INDEX "{prefix}u_template_name" ON "{prefix}outreach_template" ("tenant_id", "name");

CREATE INDEX "{prefix}a_template_archived_at" ON "{prefix}outreach_template" ("archived_at" {absent_first}, "tenant_id", "template_id")
  WHERE "archived_at" IS NOT NULL;

CREATE INDEX "{prefix}q_templates_of_tenant" ON "{prefix}outreach_template" ("tenant_id", "name", "template_id");

CREATE TABLE "{prefix}outreach_template_version" (
  "tenant_id" {id} NOT NULL,
  "version_id" {id} NOT NULL,
  "template_id" {id} NOT NULL,
  "number" {int} NOT NULL,
  "body" {text} NOT NULL,
  "engine" {text} NOT NULL,
  "hash" {bytes} NOT NULL,
  "created_at" {int} NOT NULL,
  "row_version" {int} NOT NULL,
  PRIMARY KEY ("tenant_id", "version_id")
) {large};

CREATE UNIQUE INDEX "{prefix}u_template_version_number" ON "{prefix}outreach_template_version" ("tenant_id", "template_id", "number");

CREATE INDEX "{prefix}e_template_version_template_id" ON "{prefix}outreach_template_version" ("tenant_id", "template_id", "version_id");

CREATE TABLE "{prefix}outreach_campaign" (
  "tenant_id" {id} NOT NULL,
  "campaign_id" {id} NOT NULL,
  "shop_ref" {text} NOT NULL,
  "name" {text} NOT NULL,
  "template_id" {id},
  "weight" {int} NOT NULL,
  "priority" {int} NOT NULL,
  "status" {text} NOT NULL,
  "starts_at" {int},
  "ends_at" {int},
  "created_at" {int} NOT NULL,
  "row_version" {int} NOT NULL,
  PRIMARY KEY ("tenant_id", "campaign_id")
) {small};

CREATE INDEX "{prefix}e_campaign_template_id" ON "{prefix}outreach_campaign" ("tenant_id", "template_id" {absent_first}, "campaign_id")
  WHERE "template_id" IS NOT NULL;

CREATE INDEX "{prefix}q_campaigns_by_status" ON "{prefix}outreach_campaign" ("tenant_id", "status", "campaign_id");

CREATE TABLE "{prefix}outreach_contact" (
  "tenant_id" {id} NOT NULL,
  "contact_key" {bytes} NOT NULL,
  "shop_ref" {text} NOT NULL,
  "creator_ref" {text} NOT NULL,
  "handle" {text},
  "locale" {text},
  "zone" {text},
  "connected" {int} NOT NULL,
  "last_reply_at" {int},
  "updated_at" {int} NOT NULL,
  "row_version" {int} NOT NULL,
  PRIMARY KEY ("tenant_id", "contact_key")
) {small};

CREATE INDEX "{prefix}e_contact_creator_ref" ON "{prefix}outreach_contact" ("creator_ref", "tenant_id", "contact_key");

CREATE TABLE "{prefix}outreach_draft" (
  "tenant_id" {id} NOT NULL,
  "draft_id" {id} NOT NULL,
  "shop_ref" {text} NOT NULL,
  "creator_ref" {text} NOT NULL,
  "campaign_id" {id} NOT NULL,
  "template_id" {id},
  "channel" {text} NOT NULL,
  "state" {text} NOT NULL,
  "held_from" {text},
  "current_revision" {int} NOT NULL,
  "current_hash" {bytes} NOT NULL,
  "approved_hash" {bytes},
  "approved_at" {int},
  "approved_until" {int},
  "approved_by" {id},
  "submitted_by" {id},
  "attempt" {int} NOT NULL,
  "not_before" {int} NOT NULL,
  "deferred_until" {int},
  "deferred_epoch" {int} NOT NULL,
  "deferred_reasons" {text},
  "expires_at" {int},
  "after_opt_out" {int} NOT NULL,
  "open_key" {bytes},
  "created_by" {id},
  "created_at" {int} NOT NULL,
  "ended_at" {int},
  "end_reason" {text},
  "row_version" {int} NOT NULL,
  PRIMARY KEY ("tenant_id", "draft_id")
) {large};

CREATE UNIQUE INDEX "{prefix}u_draft_open" ON "{prefix}outreach_draft" ("tenant_id", "open_key" {absent_first});

CREATE INDEX "{prefix}e_draft_template_id" ON "{prefix}outreach_draft" ("tenant_id", "template_id" {absent_first}, "draft_id")
  WHERE "template_id" IS NOT NULL;

CREATE INDEX "{prefix}e_draft_creator_ref" ON "{prefix}outreach_draft" ("creator_ref", "tenant_id", "draft_id");

CREATE INDEX "{prefix}a_draft_ended_at" ON "{prefix}outreach_draft" ("ended_at" {absent_first}, "tenant_id", "draft_id")
  WHERE "ended_at" IS NOT NULL;

CREATE INDEX "{prefix}q_drafts_of_tenant" ON "{prefix}outreach_draft" ("tenant_id", "created_at", "draft_id");

CREATE INDEX "{prefix}q_drafts_by_state" ON "{prefix}outreach_draft" ("tenant_id", "state", "created_at", "draft_id");

CREATE INDEX "{prefix}q_drafts_queued" ON "{prefix}outreach_draft" ("tenant_id", "campaign_id", "state", "not_before", "draft_id");

CREATE INDEX "{prefix}q_drafts_of_creator" ON "{prefix}outreach_draft" ("tenant_id", "creator_ref", "created_at", "draft_id");

CREATE INDEX "{prefix}q_drafts_expiring" ON "{prefix}outreach_draft" ("state", "expires_at" {absent_first}, "tenant_id", "draft_id");

CREATE INDEX "{prefix}q_draft_approvals_ending" ON "{prefix}outreach_draft" ("state", "approved_until" {absent_first}, "tenant_id", "draft_id");

CREATE TABLE "{prefix}outreach_draft_revision" (
  "tenant_id" {id} NOT NULL,
  "revision_id" {id} NOT NULL,
  "draft_id" {id} NOT NULL,
  "creator_ref" {text} NOT NULL,
  "number" {int} NOT NULL,
  "text" {text} NOT NULL,
  "locale" {text} NOT NULL,
  "origin" {text} NOT NULL,
  "salt" {bytes} NOT NULL,
  "hash" {bytes} NOT NULL,
  "author_id" {id},
  "created_at" {int} NOT NULL,
  "row_version" {int} NOT NULL,
  PRIMARY KEY ("tenant_id", "revision_id")
) {large};

CREATE UNIQUE INDEX "{prefix}u_draft_revision_number" ON "{prefix}outreach_draft_revision" ("tenant_id", "draft_id", "number");

CREATE INDEX "{prefix}e_draft_revision_draft_id" ON "{prefix}outreach_draft_revision" ("tenant_id", "draft_id", "revision_id");

CREATE INDEX "{prefix}e_draft_revision_creator_ref" ON "{prefix}outreach_draft_revision" ("creator_ref", "tenant_id", "revision_id");

CREATE INDEX "{prefix}e_draft_revision_author_id" ON "{prefix}outreach_draft_revision" ("author_id" {absent_first}, "tenant_id", "revision_id")
  WHERE "author_id" IS NOT NULL;

CREATE TABLE "{prefix}outreach_review_state" (
  "tenant_id" {id} NOT NULL,
  "review_id" {id} NOT NULL,
  "draft_id" {id} NOT NULL,
  "revision" {int} NOT NULL,
  "revision_hash" {bytes} NOT NULL,
  "reviewer_id" {id},
  "verdict" {text} NOT NULL,
  "reason" {text},
  "at" {int} NOT NULL,
  "row_version" {int} NOT NULL,
  PRIMARY KEY ("tenant_id", "review_id")
) {small};

CREATE INDEX "{prefix}e_review_state_draft_id" ON "{prefix}outreach_review_state" ("tenant_id", "draft_id", "review_id");

CREATE INDEX "{prefix}e_review_state_reviewer_id" ON "{prefix}outreach_review_state" ("reviewer_id" {absent_first}, "tenant_id", "review_id")
  WHERE "reviewer_id" IS NOT NULL;

CREATE INDEX "{prefix}q_reviews_of_draft" ON "{prefix}outreach_review_state" ("tenant_id", "draft_id", "at", "review_id");

CREATE TABLE "{prefix}outreach_review_note" (
  "tenant_id" {id} NOT NULL,
  "review_id" {id} NOT NULL,
  "draft_id" {id} NOT NULL,
  "creator_ref" {text} NOT NULL,
  "note" {text} NOT NULL,
  "row_version" {int} NOT NULL,
  PRIMARY KEY ("tenant_id", "review_id")
) {small};

CREATE INDEX "{prefix}e_review_note_creator_ref" ON "{prefix}outreach_review_note" ("creator_ref", "tenant_id", "review_id");

CREATE INDEX "{prefix}q_review_notes_of_draft" ON "{prefix}outreach_review_note" ("tenant_id", "draft_id", "review_id");

CREATE TABLE "{prefix}outreach_pacing_state" (
  "tenant_id" {id} NOT NULL,
  "scope" {text} NOT NULL,
  "policy_version" {int} NOT NULL,
  "paused" {text} NOT NULL,
  "last_spend_at" {int},
  "fairness" {text} NOT NULL,
  "epoch" {int} NOT NULL,
  "updated_at" {int} NOT NULL,
  "row_version" {int} NOT NULL,
  PRIMARY KEY ("tenant_id", "scope")
) {large};

CREATE TABLE "{prefix}outreach_pacing_policy" (
  "tenant_id" {id} NOT NULL,
  "version" {int} NOT NULL,
  "policy" {text} NOT NULL,
  "created_at" {int} NOT NULL,
  "row_version" {int} NOT NULL,
  PRIMARY KEY ("tenant_id", "version")
) {large};

CREATE TABLE "{prefix}outreach_spend" (
  "tenant_id" {id} NOT NULL,
  "spend_id" {id} NOT NULL,
  "kind" {text} NOT NULL,
  "refunds" {id},
  "at" {int} NOT NULL,
  "shop_ref" {text} NOT NULL,
  "campaign_id" {id} NOT NULL,
  "creator_ref" {text} NOT NULL,
  "connected" {int} NOT NULL,
  "draft_id" {id} NOT NULL,
  "hand_out_id" {id} NOT NULL,
  "row_version" {int} NOT NULL,
  PRIMARY KEY ("tenant_id", "spend_id")
) {small};

CREATE UNIQUE INDEX "{prefix}u_spend_refund" ON "{prefix}outreach_spend" ("tenant_id", "refunds" {absent_first});

CREATE INDEX "{prefix}e_spend_creator_ref" ON "{prefix}outreach_spend" ("creator_ref", "tenant_id", "spend_id");

CREATE INDEX "{prefix}a_spend_at" ON "{prefix}outreach_spend" ("at", "tenant_id", "spend_id");

CREATE INDEX "{prefix}q_spends_since" ON "{prefix}outreach_spend" ("tenant_id", "at", "spend_id");

CREATE INDEX "{prefix}q_spends_of_creator" ON "{prefix}outreach_spend" ("tenant_id", "creator_ref", "at", "spend_id");

CREATE TABLE "{prefix}outreach_hand_out" (
  "tenant_id" {id} NOT NULL,
  "hand_out_id" {id} NOT NULL,
  "draft_id" {id} NOT NULL,
  "attempt" {int} NOT NULL,
  "shop_ref" {text} NOT NULL,
  "campaign_id" {id} NOT NULL,
  "creator_ref" {text} NOT NULL,
  "seller_id" {id},
  "spend_id" {id} NOT NULL,
  "at" {int} NOT NULL,
  "lease_until" {int} NOT NULL,
  "revision" {int} NOT NULL,
  "revision_hash" {bytes} NOT NULL,
  "token_hash" {bytes} NOT NULL,
  "request_key" {text} NOT NULL,
  "outcome" {text} NOT NULL,
  "closed_at" {int},
  "close_reason" {text},
  "policy_version" {int} NOT NULL,
  "tzdb" {text} NOT NULL,
  "row_version" {int} NOT NULL,
  PRIMARY KEY ("tenant_id", "hand_out_id")
) {large};

CREATE UNIQUE INDEX "{prefix}u_hand_out_attempt" ON "{prefix}outreach_hand_out" ("tenant_id", "draft_id", "attempt");

CREATE UNIQUE INDEX "{prefix}u_hand_out_request" ON "{prefix}outreach_hand_out" ("tenant_id", "request_key");

CREATE UNIQUE INDEX "{prefix}u_hand_out_token" ON "{prefix}outreach_hand_out" ("tenant_id", "token_hash");

CREATE INDEX "{prefix}e_hand_out_draft_id" ON "{prefix}outreach_hand_out" ("tenant_id", "draft_id", "hand_out_id");

CREATE INDEX "{prefix}e_hand_out_creator_ref" ON "{prefix}outreach_hand_out" ("creator_ref", "tenant_id", "hand_out_id");

CREATE INDEX "{prefix}e_hand_out_seller_id" ON "{prefix}outreach_hand_out" ("seller_id" {absent_first}, "tenant_id", "hand_out_id")
  WHERE "seller_id" IS NOT NULL;

CREATE INDEX "{prefix}q_hand_outs_by_outcome" ON "{prefix}outreach_hand_out" ("tenant_id", "outcome", "lease_until", "hand_out_id");

CREATE INDEX "{prefix}q_hand_out_leases_ending" ON "{prefix}outreach_hand_out" ("outcome", "lease_until", "tenant_id", "hand_out_id");

CREATE INDEX "{prefix}q_hand_outs_of_draft" ON "{prefix}outreach_hand_out" ("tenant_id", "draft_id", "attempt", "hand_out_id");

CREATE TABLE "{prefix}outreach_delivery_record" (
  "tenant_id" {id} NOT NULL,
  "delivery_id" {id} NOT NULL,
  "seq" {int} NOT NULL,
  "hand_out_id" {id} NOT NULL,
  "draft_id" {id} NOT NULL,
  "shop_ref" {text} NOT NULL,
  "creator_ref" {text} NOT NULL,
  "seller_id" {id},
  "outcome" {text} NOT NULL,
  "channel" {text} NOT NULL,
  "sent_at" {int} NOT NULL,
  "recorded_at" {int} NOT NULL,
  "revision_hash" {bytes} NOT NULL,
  "final_hash" {bytes} NOT NULL,
  "flags" {text} NOT NULL,
  "idempotency_key" {text} NOT NULL,
  "payload_hash" {bytes} NOT NULL,
  "prev_hash" {bytes} NOT NULL,
  "hash" {bytes} NOT NULL,
  "row_version" {int} NOT NULL,
  PRIMARY KEY ("tenant_id", "delivery_id")
) {large};

CREATE UNIQUE INDEX "{prefix}u_delivery_record_hand_out" ON "{prefix}outreach_delivery_record" ("tenant_id", "hand_out_id");

CREATE UNIQUE INDEX "{prefix}u_delivery_record_place" ON "{prefix}outreach_delivery_record" ("tenant_id", "shop_ref", "seq");

CREATE INDEX "{prefix}e_delivery_record_draft_id" ON "{prefix}outreach_delivery_record" ("tenant_id", "draft_id", "delivery_id");

CREATE INDEX "{prefix}e_delivery_record_creator_ref" ON "{prefix}outreach_delivery_record" ("creator_ref", "tenant_id", "delivery_id");

CREATE INDEX "{prefix}e_delivery_record_seller_id" ON "{prefix}outreach_delivery_record" ("seller_id" {absent_first}, "tenant_id", "delivery_id")
  WHERE "seller_id" IS NOT NULL;

CREATE INDEX "{prefix}q_deliveries_of_shop_newest" ON "{prefix}outreach_delivery_record" ("tenant_id", "shop_ref", "seq", "delivery_id");

CREATE TABLE "{prefix}outreach_suppression" (
  "tenant_id" {id} NOT NULL,
  "creator_key" {bytes} NOT NULL,
  "scope" {text} NOT NULL,
  "reason" {text} NOT NULL,
  "from_at" {int} NOT NULL,
  "until_at" {int},
  "source" {text} NOT NULL,
  "created_at" {int} NOT NULL,
  "row_version" {int} NOT NULL,
  PRIMARY KEY ("tenant_id", "creator_key")
) {small};

