-- Record types of privacy, as they are declared.

CREATE TABLE "{prefix}privacy_erasure_plan" (
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

CREATE UNIQUE INDEX "{prefix}u_erasure_plan_by_trigger" ON "{prefix}privacy_erasure_plan" ("trigger_ref");

CREATE INDEX "{prefix}s_erasure_plan_subject_hash" ON "{prefix}privacy_erasure_plan" ("subject_hash", "id")
  WHERE "subject_hash" IS NOT NULL;

CREATE INDEX "{prefix}q_erasure_plans_due" ON "{prefix}privacy_erasure_plan" ("next_at", "id");

CREATE TABLE "{prefix}privacy_erasure_step" (
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

CREATE INDEX "{prefix}e_erasure_step_plan_id" ON "{prefix}privacy_erasure_step" ("plan_id", "id");

CREATE INDEX "{prefix}q_erasure_steps_in_pass" ON "{prefix}privacy_erasure_step" ("plan_id", "record", "pass", "id");

CREATE INDEX "{prefix}q_erasure_steps_in_state" ON "{prefix}privacy_erasure_step" ("plan_id", "state", "position", "id");

CREATE INDEX "{prefix}q_erasure_steps_with_outcome" ON "{prefix}privacy_erasure_step" ("plan_id", "record", "state", "outcome", "id");

CREATE INDEX "{prefix}q_erasure_steps_until" ON "{prefix}privacy_erasure_step" ("plan_id", "until", "id");

CREATE INDEX "{prefix}q_erasure_steps_of_row" ON "{prefix}privacy_erasure_step" ("record", "key", "id");

CREATE INDEX "{prefix}q_erasure_steps_of_hold" ON "{prefix}privacy_erasure_step" ("hold_id", "id");

CREATE TABLE "{prefix}privacy_erasure_leg" (
  "id" BLOB NOT NULL,
  "plan_id" BLOB NOT NULL,
  "subprocessor" TEXT NOT NULL,
  "state" TEXT,
  "reason" TEXT,
  "at" INTEGER NOT NULL,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("id")
) STRICT, WITHOUT ROWID;

CREATE INDEX "{prefix}e_erasure_leg_plan_id" ON "{prefix}privacy_erasure_leg" ("plan_id", "id");

CREATE TABLE "{prefix}privacy_tombstone" (
  "id" BLOB NOT NULL,
  "plan_id" BLOB NOT NULL,
  "record" TEXT NOT NULL,
  "key" BLOB,
  "action" TEXT NOT NULL,
  "at" INTEGER NOT NULL,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("id")
) STRICT;

CREATE INDEX "{prefix}e_tombstone_plan_id" ON "{prefix}privacy_tombstone" ("plan_id", "id");

CREATE INDEX "{prefix}a_tombstone_at" ON "{prefix}privacy_tombstone" ("at", "id");

CREATE TABLE "{prefix}privacy_erasure_certificate" (
  "id" BLOB NOT NULL,
  "plan_id" BLOB NOT NULL,
  "body" TEXT NOT NULL,
  "signature" BLOB NOT NULL,
  "public_key" BLOB NOT NULL,
  "issued_at" INTEGER NOT NULL,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("id")
) STRICT;

CREATE INDEX "{prefix}e_erasure_certificate_plan_id" ON "{prefix}privacy_erasure_certificate" ("plan_id", "id");

CREATE INDEX "{prefix}q_certificates_of_plan" ON "{prefix}privacy_erasure_certificate" ("plan_id", "issued_at", "id");

CREATE TABLE "{prefix}privacy_legal_hold" (
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

CREATE INDEX "{prefix}s_legal_hold_root_hash" ON "{prefix}privacy_legal_hold" ("root_hash", "id")
  WHERE "root_hash" IS NOT NULL;

CREATE INDEX "{prefix}q_legal_holds_in_state" ON "{prefix}privacy_legal_hold" ("state", "id");

CREATE TABLE "{prefix}privacy_legal_hold_item" (
  "id" BLOB NOT NULL,
  "hold_id" BLOB NOT NULL,
  "record" TEXT NOT NULL,
  "key" BLOB NOT NULL,
  "subtree" INTEGER NOT NULL,
  "state" TEXT NOT NULL,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("id")
) STRICT;

CREATE INDEX "{prefix}e_legal_hold_item_hold_id" ON "{prefix}privacy_legal_hold_item" ("hold_id", "id");

CREATE INDEX "{prefix}q_legal_hold_items_in_state" ON "{prefix}privacy_legal_hold_item" ("hold_id", "state", "id");

CREATE INDEX "{prefix}q_legal_hold_items_of_row" ON "{prefix}privacy_legal_hold_item" ("record", "key", "id");

CREATE TABLE "{prefix}privacy_privacy_request" (
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

CREATE INDEX "{prefix}e_privacy_request_requester_id" ON "{prefix}privacy_privacy_request" ("requester_id", "id")
  WHERE "requester_id" IS NOT NULL;

CREATE INDEX "{prefix}a_privacy_request_closed_at" ON "{prefix}privacy_privacy_request" ("closed_at", "id")
  WHERE "closed_at" IS NOT NULL;

CREATE INDEX "{prefix}q_privacy_requests_in_state" ON "{prefix}privacy_privacy_request" ("state", "received_at", "id");

