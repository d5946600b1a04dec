-- Record types of core, as they are declared.

CREATE TABLE "{prefix}core_audit_event" (
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

CREATE INDEX "{prefix}e_audit_event_actor" ON "{prefix}core_audit_event" ("actor", "id");

CREATE INDEX "{prefix}a_audit_event_at" ON "{prefix}core_audit_event" ("at", "id");

CREATE TABLE "{prefix}core_account" (
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

CREATE UNIQUE INDEX "{prefix}u_account_by_email" ON "{prefix}core_account" ("email_index");

CREATE UNIQUE INDEX "{prefix}u_account_by_customer_id" ON "{prefix}core_account" ("customer_id");

CREATE INDEX "{prefix}a_account_closed_at" ON "{prefix}core_account" ("closed_at", "account_id")
  WHERE "closed_at" IS NOT NULL;

CREATE TABLE "{prefix}core_password_credential" (
  "account_id" BLOB NOT NULL,
  "hash" BLOB NOT NULL,
  "chosen_at" INTEGER NOT NULL,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("account_id")
) STRICT;

CREATE TABLE "{prefix}core_totp_credential" (
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

CREATE INDEX "{prefix}e_totp_credential_account_id" ON "{prefix}core_totp_credential" ("account_id", "totp_id");

CREATE TABLE "{prefix}core_recovery_code" (
  "code_id" BLOB NOT NULL,
  "account_id" BLOB NOT NULL,
  "hash" BLOB NOT NULL,
  "issued_at" INTEGER NOT NULL,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("code_id")
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX "{prefix}u_recovery_code_by_code" ON "{prefix}core_recovery_code" ("account_id", "hash");

CREATE INDEX "{prefix}e_recovery_code_account_id" ON "{prefix}core_recovery_code" ("account_id", "code_id");

CREATE TABLE "{prefix}core_one_time_token" (
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

CREATE UNIQUE INDEX "{prefix}u_one_time_token_by_token" ON "{prefix}core_one_time_token" ("token_hash");

CREATE INDEX "{prefix}e_one_time_token_account_id" ON "{prefix}core_one_time_token" ("account_id", "token_id");

CREATE INDEX "{prefix}a_one_time_token_expires_at" ON "{prefix}core_one_time_token" ("expires_at", "token_id");

CREATE TABLE "{prefix}core_session" (
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

CREATE UNIQUE INDEX "{prefix}u_session_by_token" ON "{prefix}core_session" ("token_hash");

CREATE INDEX "{prefix}e_session_account_id" ON "{prefix}core_session" ("account_id", "session_id");

CREATE INDEX "{prefix}a_session_expires_at" ON "{prefix}core_session" ("expires_at", "session_id");

CREATE TABLE "{prefix}core_tenant" (
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

CREATE UNIQUE INDEX "{prefix}u_tenant_by_customer_id" ON "{prefix}core_tenant" ("customer_id");

CREATE TABLE "{prefix}core_membership" (
  "tenant_id" BLOB NOT NULL,
  "membership_id" BLOB NOT NULL,
  "account_id" BLOB NOT NULL,
  "role" TEXT NOT NULL,
  "joined_at" INTEGER NOT NULL,
  "row_version" INTEGER NOT NULL,
  PRIMARY KEY ("tenant_id", "membership_id")
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX "{prefix}u_membership_by_account" ON "{prefix}core_membership" ("tenant_id", "account_id");

CREATE INDEX "{prefix}e_membership_account_id" ON "{prefix}core_membership" ("account_id", "tenant_id", "membership_id");

