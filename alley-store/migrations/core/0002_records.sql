-- Record types of core, as they are declared.

CREATE TABLE "{prefix}core_audit_event" (
  "id" {id} NOT NULL,
  "tenant_id" {id},
  "at" {int} NOT NULL,
  "actor" {text} NOT NULL,
  "action" {text} NOT NULL,
  "target" {text},
  "purpose" {text} NOT NULL,
  "outcome" {text} NOT NULL,
  "reason" {text},
  "row_version" {int} NOT NULL,
  PRIMARY KEY ("id")
) {small};

CREATE INDEX "{prefix}e_audit_event_actor" ON "{prefix}core_audit_event" ("actor", "id");

CREATE INDEX "{prefix}a_audit_event_at" ON "{prefix}core_audit_event" ("at", "id");

CREATE TABLE "{prefix}core_account" (
  "account_id" {id} NOT NULL,
  "customer_id" {text} NOT NULL,
  "status" {text} NOT NULL,
  "email" {bytes} NOT NULL,
  "email_index" {bytes} NOT NULL,
  "verified_at" {int},
  "display_name" {bytes},
  "created_at" {int} NOT NULL,
  "touched_at" {int} NOT NULL,
  "closed_at" {int},
  "row_version" {int} NOT NULL,
  PRIMARY KEY ("account_id")
) {large};

CREATE UNIQUE INDEX "{prefix}u_account_by_email" ON "{prefix}core_account" ("email_index");

CREATE UNIQUE INDEX "{prefix}u_account_by_customer_id" ON "{prefix}core_account" ("customer_id");

CREATE INDEX "{prefix}a_account_closed_at" ON "{prefix}core_account" ("closed_at" {absent_first}, "account_id")
  WHERE "closed_at" IS NOT NULL;

CREATE TABLE "{prefix}core_password_credential" (
  "account_id" {id} NOT NULL,
  "hash" {bytes} NOT NULL,
  "chosen_at" {int} NOT NULL,
  "row_version" {int} NOT NULL,
  PRIMARY KEY ("account_id")
) {large};

CREATE TABLE "{prefix}core_totp_credential" (
  "totp_id" {id} NOT NULL,
  "account_id" {id} NOT NULL,
  "secret" {bytes} NOT NULL,
  "begun_at" {int} NOT NULL,
  "confirmed_at" {int},
  "last_step" {int},
  "failures_in_row" {int} NOT NULL,
  "row_version" {int} NOT NULL,
  PRIMARY KEY ("totp_id")
) {large};

CREATE INDEX "{prefix}e_totp_credential_account_id" ON "{prefix}core_totp_credential" ("account_id", "totp_id");

CREATE TABLE "{prefix}core_recovery_code" (
  "code_id" {id} NOT NULL,
  "account_id" {id} NOT NULL,
  "hash" {bytes} NOT NULL,
  "issued_at" {int} NOT NULL,
  "row_version" {int} NOT NULL,
  PRIMARY KEY ("code_id")
) {small};

CREATE UNIQUE INDEX "{prefix}u_recovery_code_by_code" ON "{prefix}core_recovery_code" ("account_id", "hash");

CREATE INDEX "{prefix}e_recovery_code_account_id" ON "{prefix}core_recovery_code" ("account_id", "code_id");

CREATE TABLE "{prefix}core_one_time_token" (
  "token_id" {id} NOT NULL,
  "account_id" {id} NOT NULL,
  "purpose" {text} NOT NULL,
  "token_hash" {bytes} NOT NULL,
  "email_index" {bytes} NOT NULL,
  "issued_at" {int} NOT NULL,
  "expires_at" {int} NOT NULL,
  "attempts" {int} NOT NULL,
  "chosen_hash" {bytes},
  "row_version" {int} NOT NULL,
  PRIMARY KEY ("token_id")
) {large};

CREATE UNIQUE INDEX "{prefix}u_one_time_token_by_token" ON "{prefix}core_one_time_token" ("token_hash");

CREATE INDEX "{prefix}e_one_time_token_account_id" ON "{prefix}core_one_time_token" ("account_id", "token_id");

CREATE INDEX "{prefix}a_one_time_token_expires_at" ON "{prefix}core_one_time_token" ("expires_at", "token_id");

CREATE TABLE "{prefix}core_session" (
  "session_id" {id} NOT NULL,
  "account_id" {id} NOT NULL,
  "family" {id} NOT NULL,
  "token_hash" {bytes} NOT NULL,
  "created_at" {int} NOT NULL,
  "seen_at" {int} NOT NULL,
  "expires_at" {int} NOT NULL,
  "password_at" {int} NOT NULL,
  "second_factor" {text},
  "second_factor_at" {int},
  "rotated_at" {int},
  "device" {text},
  "network" {text},
  "row_version" {int} NOT NULL,
  PRIMARY KEY ("session_id")
) {small};

CREATE UNIQUE INDEX "{prefix}u_session_by_token" ON "{prefix}core_session" ("token_hash");

CREATE INDEX "{prefix}e_session_account_id" ON "{prefix}core_session" ("account_id", "session_id");

CREATE INDEX "{prefix}a_session_expires_at" ON "{prefix}core_session" ("expires_at", "session_id");

CREATE TABLE "{prefix}core_tenant" (
  "tenant_id" {id} NOT NULL,
  "customer_id" {text} NOT NULL,
  "name" {text} NOT NULL,
  "status" {text} NOT NULL,
  "created_at" {int} NOT NULL,
  "members_changed_at" {int} NOT NULL,
  "closed_at" {int},
  "row_version" {int} NOT NULL,
  PRIMARY KEY ("tenant_id")
) {small};

CREATE UNIQUE INDEX "{prefix}u_tenant_by_customer_id" ON "{prefix}core_tenant" ("customer_id");

CREATE TABLE "{prefix}core_membership" (
  "tenant_id" {id} NOT NULL,
  "membership_id" {id} NOT NULL,
  "account_id" {id} NOT NULL,
  "role" {text} NOT NULL,
  "joined_at" {int} NOT NULL,
  "row_version" {int} NOT NULL,
  PRIMARY KEY ("tenant_id", "membership_id")
) {small};

CREATE UNIQUE INDEX "{prefix}u_membership_by_account" ON "{prefix}core_membership" ("tenant_id", "account_id");

CREATE INDEX "{prefix}e_membership_account_id" ON "{prefix}core_membership" ("account_id", "tenant_id", "membership_id");

