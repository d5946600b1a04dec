-- Tables of the store itself. None of them holds a field of a record.

CREATE TABLE "{prefix}core_commit" (
  "id" BLOB NOT NULL,
  "applied_at" INTEGER NOT NULL,
  PRIMARY KEY ("id")
) STRICT, WITHOUT ROWID;

CREATE INDEX "{prefix}core_commit_applied" ON "{prefix}core_commit" ("applied_at", "id");

CREATE TABLE "{prefix}core_outbox" (
  "stream" BLOB NOT NULL,
  "position" INTEGER NOT NULL,
  "fact_id" BLOB NOT NULL,
  "at" INTEGER NOT NULL,
  "fact" TEXT NOT NULL,
  "attempts" INTEGER NOT NULL,
  "available_at" INTEGER,
  PRIMARY KEY ("stream", "position")
) STRICT, WITHOUT ROWID;

CREATE INDEX "{prefix}core_outbox_waiting" ON "{prefix}core_outbox" ("stream", "position")
  WHERE "available_at" IS NOT NULL;

CREATE TABLE "{prefix}core_outbox_head" (
  "stream" BLOB NOT NULL,
  "position" INTEGER NOT NULL,
  PRIMARY KEY ("stream")
) STRICT, WITHOUT ROWID;

CREATE TABLE "{prefix}core_lease" (
  "name" TEXT NOT NULL,
  "fencing" INTEGER NOT NULL,
  "until_at" INTEGER,
  "due_at" INTEGER NOT NULL,
  PRIMARY KEY ("name")
) STRICT, WITHOUT ROWID;

CREATE TABLE "{prefix}core_hold_mark" (
  "record" TEXT NOT NULL,
  "key" BLOB NOT NULL,
  "hold" BLOB NOT NULL,
  PRIMARY KEY ("record", "key", "hold")
) STRICT, WITHOUT ROWID;

CREATE TABLE "{prefix}core_erasure_fence" (
  "plan" BLOB NOT NULL,
  "fencing" INTEGER NOT NULL,
  PRIMARY KEY ("plan")
) STRICT, WITHOUT ROWID;

CREATE TABLE "{prefix}core_rate_limit" (
  "key" BLOB NOT NULL,
  "full_at" INTEGER NOT NULL,
  PRIMARY KEY ("key")
) STRICT, WITHOUT ROWID;

CREATE INDEX "{prefix}core_rate_limit_full" ON "{prefix}core_rate_limit" ("full_at", "key");
