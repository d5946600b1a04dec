-- Tables of the store itself. None of them holds a field of a record.

CREATE TABLE "{prefix}core_commit" (
  "id" {id} NOT NULL,
  "applied_at" {int} NOT NULL,
  PRIMARY KEY ("id")
) {small};

CREATE INDEX "{prefix}core_commit_applied" ON "{prefix}core_commit" ("applied_at", "id");

CREATE TABLE "{prefix}core_outbox" (
  "stream" {bytes} NOT NULL,
  "position" {int} NOT NULL,
  "fact_id" {id} NOT NULL,
  "at" {int} NOT NULL,
  "fact" {text} NOT NULL,
  "attempts" {int} NOT NULL,
  "available_at" {int},
  PRIMARY KEY ("stream", "position")
) {small};

CREATE INDEX "{prefix}core_outbox_waiting" ON "{prefix}core_outbox" ("stream", "position")
  WHERE "available_at" IS NOT NULL;

CREATE TABLE "{prefix}core_outbox_head" (
  "stream" {bytes} NOT NULL,
  "position" {int} NOT NULL,
  PRIMARY KEY ("stream")
) {small};

CREATE TABLE "{prefix}core_lease" (
  "name" {text} NOT NULL,
  "fencing" {int} NOT NULL,
  "until_at" {int},
  "due_at" {int} NOT NULL,
  PRIMARY KEY ("name")
) {small};

CREATE TABLE "{prefix}core_hold_mark" (
  "record" {text} NOT NULL,
  "key" {bytes} NOT NULL,
  "hold" {id} NOT NULL,
  PRIMARY KEY ("record", "key", "hold")
) {small};

CREATE TABLE "{prefix}core_erasure_fence" (
  "plan" {id} NOT NULL,
  "fencing" {int} NOT NULL,
  PRIMARY KEY ("plan")
) {small};

CREATE TABLE "{prefix}core_rate_limit" (
  "key" {bytes} NOT NULL,
  "full_at" {int} NOT NULL,
  PRIMARY KEY ("key")
) {small};

CREATE INDEX "{prefix}core_rate_limit_full" ON "{prefix}core_rate_limit" ("full_at", "key");
