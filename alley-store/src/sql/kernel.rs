//! Statements over the tables of the store itself.

use super::Technical;
use crate::engine::Engine;
use crate::layout::Layout;

/// The tables of the store itself. None of them holds a field of a record.
pub(crate) const TECHNICAL: &[Technical] = &[
    Technical::new(
        "migrations",
        &["domain", "version", "name", "checksum", "breaking", "applied_at"],
        "which schema steps were applied",
    ),
    Technical::new(
        "core_commit",
        &["id", "applied_at"],
        "ids of recent commits, so that a repeated one is applied once",
    ),
    Technical::new(
        "core_outbox",
        &["stream", "position", "fact_id", "at", "fact", "attempts", "available_at"],
        "facts that wait for delivery: ids of records, no content of records",
    ),
    Technical::new(
        "core_outbox_head",
        &["stream", "position"],
        "the last position given out in each stream of facts",
    ),
    Technical::new(
        "core_lease",
        &["name", "fencing", "until_at", "due_at"],
        "which job is run by whom, and when it is due",
    ),
    Technical::new(
        "core_hold_mark",
        &["record", "key", "hold"],
        "keys of rows that a legal hold covers",
    ),
    Technical::new(
        "core_erasure_fence",
        &["plan", "fencing"],
        "the newest lease number seen for each erasure plan",
    ),
    Technical::new(
        "core_rate_limit",
        &["key", "full_at"],
        "keyed hashes and the instant at which each is back to its full allowance",
    ),
    Technical::new(
        "core_idempotency",
        &["key", "fingerprint", "fencing", "until_at", "result", "expires_at"],
        "keyed hashes of requests that may come twice, and their results, sealed",
    ),
];

macro_rules! kernel {
    ($($(#[doc = $doc:literal])* $name:ident = $text:literal;)+) => {
        /// Statements over the tables of the store itself.
        #[derive(Debug)]
        pub(crate) struct Kernel { $($(#[doc = $doc])* pub(crate) $name: String),+ }

        impl Kernel {
            pub(crate) fn new(layout: &Layout, engine: Engine) -> Self {
                Self { $($name: engine.placeholders(&layout.render($text))),+ }
            }

            #[cfg(test)]
            pub(crate) fn statements(&self) -> Vec<(String, &str)> {
                vec![$((stringify!($name).to_owned(), self.$name.as_str())),+]
            }
        }
    };
}

kernel! {
    commit_insert = r#"INSERT INTO "{prefix}core_commit" ("id", "applied_at") VALUES ($1, $2)
        ON CONFLICT ("id") DO NOTHING"#;
    /// Takes the latest instant and how many.
    commit_sweep = r#"DELETE FROM "{prefix}core_commit" WHERE "id" IN (
        SELECT "id" FROM "{prefix}core_commit" WHERE "applied_at" <= $1
        ORDER BY "applied_at" LIMIT $2)"#;
    head_next = r#"INSERT INTO "{prefix}core_outbox_head" ("stream", "position") VALUES ($1, 1)
        ON CONFLICT ("stream") DO UPDATE SET "position" = "{prefix}core_outbox_head"."position" + 1
        RETURNING "position""#;
    outbox_insert = r#"INSERT INTO "{prefix}core_outbox"
        ("stream", "position", "fact_id", "at", "fact", "attempts", "available_at")
        VALUES ($1, $2, $3, $4, $5, 0, NULL)"#;
    /// Takes the present instant, how many, and the stream and position after which to look. An
    /// entry waits behind every postponed one before it.
    outbox_due = r#"SELECT "stream", "position", "fact_id", "at", "fact", "attempts"
        FROM "{prefix}core_outbox" AS "entry"
        WHERE ("entry"."stream", "entry"."position") > ($3, $4) AND NOT EXISTS (
        SELECT 1 FROM "{prefix}core_outbox" AS "waiting"
        WHERE "waiting"."stream" = "entry"."stream"
        AND "waiting"."position" <= "entry"."position"
        AND "waiting"."available_at" IS NOT NULL AND "waiting"."available_at" > $1)
        ORDER BY "stream", "position" LIMIT $2"#;
    outbox_delete = r#"DELETE FROM "{prefix}core_outbox" WHERE "stream" = $1 AND "position" = $2"#;
    outbox_postpone = r#"UPDATE "{prefix}core_outbox"
        SET "attempts" = "attempts" + 1, "available_at" = $3
        WHERE "stream" = $1 AND "position" = $2"#;
    lease_get = r#"SELECT "fencing", "until_at", "due_at" FROM "{prefix}core_lease" WHERE "name" = $1"#;
    /// Takes name, end and the instant at which it is due (kept for a new name only).
    lease_take = r#"INSERT INTO "{prefix}core_lease" ("name", "fencing", "until_at", "due_at")
        VALUES ($1, 1, $2, $3) ON CONFLICT ("name") DO UPDATE SET
        "fencing" = "{prefix}core_lease"."fencing" + 1, "until_at" = excluded."until_at"
        RETURNING "fencing""#;
    /// Takes name, number and end.
    lease_renew = r#"UPDATE "{prefix}core_lease" SET "until_at" = $3
        WHERE "name" = $1 AND "fencing" = $2 AND "until_at" IS NOT NULL"#;
    lease_release = r#"UPDATE "{prefix}core_lease" SET "until_at" = NULL, "due_at" = $3
        WHERE "name" = $1 AND "fencing" = $2"#;
    hold_place = r#"INSERT INTO "{prefix}core_hold_mark" ("record", "key", "hold") VALUES ($1, $2, $3)
        ON CONFLICT ("record", "key", "hold") DO NOTHING"#;
    hold_lift = r#"DELETE FROM "{prefix}core_hold_mark"
        WHERE "record" = $1 AND "key" = $2 AND "hold" = $3"#;
    hold_covers = r#"SELECT 1 FROM "{prefix}core_hold_mark"
        WHERE "record" = $1 AND "key" = $2 LIMIT 1"#;
    fence_raise = r#"INSERT INTO "{prefix}core_erasure_fence" ("plan", "fencing") VALUES ($1, $2)
        ON CONFLICT ("plan") DO UPDATE SET "fencing" = excluded."fencing"
        WHERE excluded."fencing" >= "{prefix}core_erasure_fence"."fencing""#;
    limit_get = r#"SELECT "full_at" FROM "{prefix}core_rate_limit" WHERE "key" = $1"#;
    limit_put = r#"INSERT INTO "{prefix}core_rate_limit" ("key", "full_at") VALUES ($1, $2)
        ON CONFLICT ("key") DO UPDATE SET "full_at" = excluded."full_at""#;
    /// Takes the present instant and how many.
    limit_sweep = r#"DELETE FROM "{prefix}core_rate_limit" WHERE "key" IN (
        SELECT "key" FROM "{prefix}core_rate_limit" WHERE "full_at" <= $1
        ORDER BY "full_at" LIMIT $2)"#;
    /// Takes key, fingerprint, end of the lease, end of the entry, and the present instant. Answers a
    /// number if the caller may do the request.
    request_begin = r#"INSERT INTO "{prefix}core_idempotency"
        ("key", "fingerprint", "fencing", "until_at", "result", "expires_at")
        VALUES ($1, $2, 1, $3, NULL, $4) ON CONFLICT ("key") DO UPDATE SET
        "fingerprint" = excluded."fingerprint",
        "fencing" = "{prefix}core_idempotency"."fencing" + 1,
        "until_at" = excluded."until_at", "result" = NULL, "expires_at" = excluded."expires_at"
        WHERE "{prefix}core_idempotency"."expires_at" <= $5
        OR ("{prefix}core_idempotency"."result" IS NULL
        AND ("{prefix}core_idempotency"."until_at" IS NULL
        OR ("{prefix}core_idempotency"."until_at" <= $5
        AND "{prefix}core_idempotency"."fingerprint" = excluded."fingerprint")))
        RETURNING "fencing""#;
    request_get = r#"SELECT "fingerprint", "fencing", "until_at", "result", "expires_at"
        FROM "{prefix}core_idempotency" WHERE "key" = $1"#;
    /// Takes key, number, result and end of the entry. A second finish keeps what is there.
    request_finish = r#"UPDATE "{prefix}core_idempotency" SET
        "expires_at" = CASE WHEN "result" IS NULL THEN $4 ELSE "expires_at" END,
        "result" = COALESCE("result", $3), "until_at" = NULL
        WHERE "key" = $1 AND "fencing" = $2
        AND ("until_at" IS NOT NULL OR "result" IS NOT NULL)"#;
    request_abandon = r#"UPDATE "{prefix}core_idempotency" SET "until_at" = NULL
        WHERE "key" = $1 AND "fencing" = $2 AND "result" IS NULL"#;
    /// Takes the present instant and how many.
    request_sweep = r#"DELETE FROM "{prefix}core_idempotency" WHERE "key" IN (
        SELECT "key" FROM "{prefix}core_idempotency" WHERE "expires_at" <= $1
        ORDER BY "expires_at" LIMIT $2)"#;
}
