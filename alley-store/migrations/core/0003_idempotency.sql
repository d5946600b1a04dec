-- Requests that may come twice: keyed hashes, and results that are sealed.

CREATE TABLE "{prefix}core_idempotency" (
  "key" {bytes} NOT NULL,
  "fingerprint" {bytes} NOT NULL,
  "fencing" {int} NOT NULL,
  "until_at" {int},
  "result" {bytes},
  "expires_at" {int} NOT NULL,
  PRIMARY KEY ("key")
) {large};

CREATE INDEX "{prefix}core_idempotency_expires" ON "{prefix}core_idempotency" ("expires_at", "key");
