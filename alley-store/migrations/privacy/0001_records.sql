-- Record types of privacy, as they are declared.

CREATE TABLE "{prefix}privacy_erasure_plan" (
  "id" {id} NOT NULL,
  "tenant_id" {id},
  "root" {bytes},
  "subject_hash" {bytes},
  "trigger" {text} NOT NULL,
  "trigger_ref" {text},
  "trigger_at" {int} NOT NULL,
  "state" {text} NOT NULL,
  "map_version" {text} NOT NULL,
  "plan_hash" {bytes},
  "pass" {int} NOT NULL,
  "rounds" {int} NOT NULL,
  "attempts" {int} NOT NULL,
  "due_at" {int} NOT NULL,
  "next_at" {int},
  "created_at" {int} NOT NULL,
  "confirmed_at" {int},
  "hidden_at" {int},
  "first_purge_at" {int},
  "last_purge_at" {int},
  "verified_at" {int},
  "lease_until" {int},
  "fencing" {int} NOT NULL,
  "reason" {text},
  "row_version" {int} NOT NULL,
  PRIMARY KEY ("id")
) {large};

CREATE UNIQUE INDEX "{prefix}u_erasure_plan_by_trigger" ON "{prefix}privacy_erasure_plan" ("trigger_ref" {absent_first});

CREATE INDEX "{prefix}s_erasure_plan_subject_hash" ON "{prefix}privacy_erasure_plan" ("subject_hash" {absent_first}, "id")
  WHERE "subject_hash" IS NOT NULL;

CREATE INDEX "{prefix}q_erasure_plans_due" ON "{prefix}privacy_erasure_plan" ("next_at" {absent_first}, "id");

CREATE TABLE "{prefix}privacy_erasure_step" (
  "id" {bytes} NOT NULL,
  "plan_id" {id} NOT NULL,
  "record" {text} NOT NULL,
  "key" {bytes} NOT NULL,
  "position" {int} NOT NULL,
  "pass" {int} NOT NULL,
  "state" {text} NOT NULL,
  "outcome" {text} NOT NULL,
  "hold_id" {id},
  "until" {int},
  "field" {text},
  "value" {bytes},
  "attempts" {int} NOT NULL,
  "row_version" {int} NOT NULL,
  PRIMARY KEY ("id")
) {large};

CREATE INDEX "{prefix}e_erasure_step_plan_id" ON "{prefix}privacy_erasure_step" ("plan_id", "id");

CREATE INDEX "{prefix}q_erasure_steps_in_pass" ON "{prefix}privacy_erasure_step" ("plan_id", "record", "pass", "id");

CREATE INDEX "{prefix}q_erasure_steps_in_state" ON "{prefix}privacy_erasure_step" ("plan_id", "state", "position", "id");

CREATE INDEX "{prefix}q_erasure_steps_with_outcome" ON "{prefix}privacy_erasure_step" ("plan_id", "record", "state", "outcome", "id");

CREATE INDEX "{prefix}q_erasure_steps_until" ON "{prefix}privacy_erasure_step" ("plan_id", "until" {absent_first}, "id");

CREATE INDEX "{prefix}q_erasure_steps_of_row" ON "{prefix}privacy_erasure_step" ("record", "key", "id");

CREATE INDEX "{prefix}q_erasure_steps_of_hold" ON "{prefix}privacy_erasure_step" ("hold_id" {absent_first}, "id");

CREATE TABLE "{prefix}privacy_erasure_leg" (
  "id" {bytes} NOT NULL,
  "plan_id" {id} NOT NULL,
  "subprocessor" {text} NOT NULL,
  "state" {text},
  "reason" {text},
  "at" {int} NOT NULL,
  "row_version" {int} NOT NULL,
  PRIMARY KEY ("id")
) {small};

CREATE INDEX "{prefix}e_erasure_leg_plan_id" ON "{prefix}privacy_erasure_leg" ("plan_id", "id");

CREATE TABLE "{prefix}privacy_tombstone" (
  "id" {bytes} NOT NULL,
  "plan_id" {id} NOT NULL,
  "record" {text} NOT NULL,
  "key" {bytes},
  "action" {text} NOT NULL,
  "at" {int} NOT NULL,
  "row_version" {int} NOT NULL,
  PRIMARY KEY ("id")
) {large};

CREATE INDEX "{prefix}e_tombstone_plan_id" ON "{prefix}privacy_tombstone" ("plan_id", "id");

CREATE INDEX "{prefix}a_tombstone_at" ON "{prefix}privacy_tombstone" ("at", "id");

CREATE TABLE "{prefix}privacy_erasure_certificate" (
  "id" {id} NOT NULL,
  "plan_id" {id} NOT NULL,
  "body" {text} NOT NULL,
  "signature" {bytes} NOT NULL,
  "public_key" {bytes} NOT NULL,
  "issued_at" {int} NOT NULL,
  "row_version" {int} NOT NULL,
  PRIMARY KEY ("id")
) {large};

CREATE INDEX "{prefix}e_erasure_certificate_plan_id" ON "{prefix}privacy_erasure_certificate" ("plan_id", "id");

CREATE INDEX "{prefix}q_certificates_of_plan" ON "{prefix}privacy_erasure_certificate" ("plan_id", "issued_at", "id");

CREATE TABLE "{prefix}privacy_legal_hold" (
  "id" {id} NOT NULL,
  "tenant_id" {id},
  "root_record" {text} NOT NULL,
  "root_hash" {bytes},
  "subtree" {int} NOT NULL,
  "reason" {text} NOT NULL,
  "authority" {text} NOT NULL,
  "placed_by" {text} NOT NULL,
  "state" {text} NOT NULL,
  "placed_at" {int} NOT NULL,
  "review_by" {int},
  "released_at" {int},
  "row_version" {int} NOT NULL,
  PRIMARY KEY ("id")
) {small};

CREATE INDEX "{prefix}s_legal_hold_root_hash" ON "{prefix}privacy_legal_hold" ("root_hash" {absent_first}, "id")
  WHERE "root_hash" IS NOT NULL;

CREATE INDEX "{prefix}q_legal_holds_in_state" ON "{prefix}privacy_legal_hold" ("state", "id");

CREATE TABLE "{prefix}privacy_legal_hold_item" (
  "id" {bytes} NOT NULL,
  "hold_id" {id} NOT NULL,
  "record" {text} NOT NULL,
  "key" {bytes} NOT NULL,
  "subtree" {int} NOT NULL,
  "state" {text} NOT NULL,
  "row_version" {int} NOT NULL,
  PRIMARY KEY ("id")
) {large};

CREATE INDEX "{prefix}e_legal_hold_item_hold_id" ON "{prefix}privacy_legal_hold_item" ("hold_id", "id");

CREATE INDEX "{prefix}q_legal_hold_items_in_state" ON "{prefix}privacy_legal_hold_item" ("hold_id", "state", "id");

CREATE INDEX "{prefix}q_legal_hold_items_of_row" ON "{prefix}privacy_legal_hold_item" ("record", "key", "id");

CREATE TABLE "{prefix}privacy_privacy_request" (
  "id" {id} NOT NULL,
  "tenant_id" {id},
  "requester_id" {id},
  "kind" {text} NOT NULL,
  "organization" {bytes},
  "email" {bytes},
  "email_hash" {bytes},
  "state" {text} NOT NULL,
  "progress" {text} NOT NULL,
  "challenge_hash" {bytes},
  "challenge_until" {int},
  "rule" {text},
  "received_at" {int} NOT NULL,
  "due_date" {text},
  "safe_date" {text},
  "plan_id" {id},
  "closed_at" {int},
  "row_version" {int} NOT NULL,
  PRIMARY KEY ("id")
) {large};

CREATE INDEX "{prefix}e_privacy_request_requester_id" ON "{prefix}privacy_privacy_request" ("requester_id" {absent_first}, "id")
  WHERE "requester_id" IS NOT NULL;

CREATE INDEX "{prefix}a_privacy_request_closed_at" ON "{prefix}privacy_privacy_request" ("closed_at" {absent_first}, "id")
  WHERE "closed_at" IS NOT NULL;

CREATE INDEX "{prefix}q_privacy_requests_in_state" ON "{prefix}privacy_privacy_request" ("state", "received_at", "id");

