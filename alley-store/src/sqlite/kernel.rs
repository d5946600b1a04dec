//! Statements over the tables of the store itself that only SQLite runs: one row at a time, with the
//! caller's clock.

crate::sql::statements! {
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
    hold_place = r#"INSERT INTO "{prefix}core_hold_mark" ("record", "key", "hold") VALUES ($1, $2, $3)
        ON CONFLICT ("record", "key", "hold") DO NOTHING"#;
    hold_lift = r#"DELETE FROM "{prefix}core_hold_mark"
        WHERE "record" = $1 AND "key" = $2 AND "hold" = $3"#;
    hold_covers = r#"SELECT 1 FROM "{prefix}core_hold_mark"
        WHERE "record" = $1 AND "key" = $2 LIMIT 1"#;
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
    /// Takes the present instant and how many.
    request_sweep = r#"DELETE FROM "{prefix}core_idempotency" WHERE "key" IN (
        SELECT "key" FROM "{prefix}core_idempotency" WHERE "expires_at" <= $1
        ORDER BY "expires_at" LIMIT $2)"#;
}
