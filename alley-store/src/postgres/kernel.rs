//! Statements over the tables of the store itself that only PostgreSQL runs: many rows at once, or
//! with the server's clock.

/// Microseconds since 1970 by the server's clock, the same throughout a statement.
macro_rules! now {
    () => {
        "(extract(epoch FROM statement_timestamp()) * 1000000)::bigint"
    };
}

crate::sql::statements! {
    now = concat!("SELECT ", now!());
    /// By the server's clock, as ids are forgotten by it.
    commit_insert = concat!(
        "INSERT INTO \"{prefix}core_commit\" (\"id\", \"applied_at\") VALUES ($1, ", now!(), ") \
        ON CONFLICT (\"id\") DO NOTHING");
    /// Waits for every name in the order of the numbers; they are let go with the transaction. Answers
    /// whether what is read afterwards is as it is then.
    lock_names = "SELECT (current_setting('transaction_isolation') = 'read committed')::int, \
        count(pg_advisory_xact_lock(\"name\")) \
        FROM (SELECT \"name\" FROM unnest($1::bigint[]) AS \"given\" (\"name\") ORDER BY \"name\") \
        AS \"ordered\"";
    /// Takes streams, how many more facts of the stream follow, ids, instants and facts. The places of
    /// a stream are taken at its head, whose row stays locked until the end of the transaction.
    outbox_append = "WITH \"head\" AS (\
        INSERT INTO \"{prefix}core_outbox_head\" AS \"kept\" (\"stream\", \"position\") \
        SELECT \"stream\", count(*) FROM unnest($1::bytea[]) AS \"given\" (\"stream\") \
        GROUP BY \"stream\" ORDER BY \"stream\" \
        ON CONFLICT (\"stream\") DO UPDATE \
        SET \"position\" = \"kept\".\"position\" + excluded.\"position\" \
        RETURNING \"stream\", \"position\") \
        INSERT INTO \"{prefix}core_outbox\" \
        (\"stream\", \"position\", \"fact_id\", \"at\", \"fact\", \"attempts\", \"available_at\") \
        SELECT \"given\".\"stream\", \"head\".\"position\" - \"given\".\"later\", \
        \"given\".\"fact_id\", \"given\".\"at\", \"given\".\"fact\", 0, NULL \
        FROM unnest($1::bytea[], $2::bigint[], $3::uuid[], $4::bigint[], $5::text[]) \
        AS \"given\" (\"stream\", \"later\", \"fact_id\", \"at\", \"fact\") \
        JOIN \"head\" ON \"head\".\"stream\" = \"given\".\"stream\"";
    /// Takes streams and positions.
    outbox_delete = "DELETE FROM \"{prefix}core_outbox\" AS \"kept\" \
        USING unnest($1::bytea[], $2::bigint[]) AS \"given\" (\"stream\", \"position\") \
        WHERE \"kept\".\"stream\" = \"given\".\"stream\" \
        AND \"kept\".\"position\" = \"given\".\"position\"";
    /// Takes streams, positions and instants.
    outbox_postpone = "UPDATE \"{prefix}core_outbox\" AS \"kept\" \
        SET \"attempts\" = \"kept\".\"attempts\" + 1, \"available_at\" = \"given\".\"at\" \
        FROM unnest($1::bytea[], $2::bigint[], $3::bigint[]) \
        AS \"given\" (\"stream\", \"position\", \"at\") \
        WHERE \"kept\".\"stream\" = \"given\".\"stream\" \
        AND \"kept\".\"position\" = \"given\".\"position\"";
    /// Takes name, length in microseconds, and the caller's time. No row if it is not granted.
    lease_take = concat!(
        "INSERT INTO \"{prefix}core_lease\" AS \"kept\" \
        (\"name\", \"fencing\", \"until_at\", \"due_at\") VALUES ($1, 1, ", now!(), " + $2::bigint, $3) \
        ON CONFLICT (\"name\") DO UPDATE SET \"fencing\" = \"kept\".\"fencing\" + 1, \
        \"until_at\" = ", now!(), " + $2 \
        WHERE (\"kept\".\"until_at\" IS NULL AND \"kept\".\"due_at\" <= $3) \
        OR \"kept\".\"until_at\" <= ", now!(), " RETURNING \"fencing\"");
    /// The rest of the lease in microseconds, if it is held, and when it is due.
    lease_get = concat!(
        "SELECT \"until_at\" - ", now!(), ", \"due_at\" FROM \"{prefix}core_lease\" \
        WHERE \"name\" = $1");
    /// Takes record, keys and hold.
    holds_place = "INSERT INTO \"{prefix}core_hold_mark\" (\"record\", \"key\", \"hold\") \
        SELECT $1::text, \"key\", $3::uuid FROM unnest($2::bytea[]) AS \"given\" (\"key\") ORDER BY \"key\" \
        ON CONFLICT (\"record\", \"key\", \"hold\") DO NOTHING";
    /// Takes record, keys and hold.
    holds_lift = "DELETE FROM \"{prefix}core_hold_mark\" AS \"kept\" \
        USING unnest($2::bytea[]) AS \"given\" (\"key\") WHERE \"kept\".\"record\" = $1 \
        AND \"kept\".\"key\" = \"given\".\"key\" AND \"kept\".\"hold\" = $3";
    /// Which of the keys a hold covers; takes record and keys.
    holds_cover = "SELECT DISTINCT \"kept\".\"key\" FROM \"{prefix}core_hold_mark\" AS \"kept\" \
        JOIN unnest($2::bytea[]) AS \"given\" (\"key\") ON \"kept\".\"key\" = \"given\".\"key\" \
        WHERE \"kept\".\"record\" = $1";
    /// Takes key, what it costs and the whole period, in microseconds. No row if it is denied.
    limit_take = concat!(
        "INSERT INTO \"{prefix}core_rate_limit\" AS \"kept\" (\"key\", \"full_at\") \
        SELECT $1::bytea, ", now!(), " + $2::bigint WHERE $2::bigint <= $3::bigint \
        ON CONFLICT (\"key\") DO UPDATE \
        SET \"full_at\" = greatest(\"kept\".\"full_at\", ", now!(), ") + $2::bigint \
        WHERE greatest(\"kept\".\"full_at\", ", now!(), ") + $2::bigint - ", now!(), " <= $3::bigint \
        RETURNING \"full_at\", ", now!());
    limit_get = concat!(
        "SELECT ", now!(), ", (SELECT \"full_at\" FROM \"{prefix}core_rate_limit\" \
        WHERE \"key\" = $1)");
    /// Takes the latest instant and how many. An array, so that rows are found by their key whatever
    /// the planner thinks of the limit.
    commit_sweep = "DELETE FROM \"{prefix}core_commit\" WHERE \"id\" = ANY (ARRAY( \
        SELECT \"id\" FROM \"{prefix}core_commit\" WHERE \"applied_at\" <= $1 \
        ORDER BY \"applied_at\" LIMIT $2))";
    /// Takes the present instant and how many. What was written meanwhile is judged again.
    limit_sweep = "DELETE FROM \"{prefix}core_rate_limit\" WHERE \"key\" = ANY (ARRAY( \
        SELECT \"key\" FROM \"{prefix}core_rate_limit\" WHERE \"full_at\" <= $1 \
        ORDER BY \"full_at\" LIMIT $2)) AND \"full_at\" <= $1";
    /// Takes name, number and length in microseconds.
    lease_renew = concat!(
        "UPDATE \"{prefix}core_lease\" SET \"until_at\" = ", now!(), " + $3 \
        WHERE \"name\" = $1 AND \"fencing\" = $2 AND \"until_at\" IS NOT NULL");
    /// Takes key, fingerprint, and the lengths of the lease and of the time to keep in microseconds.
    /// Answers a number if the caller may do the request.
    request_begin = concat!(
        "INSERT INTO \"{prefix}core_idempotency\" AS \"kept\" \
        (\"key\", \"fingerprint\", \"fencing\", \"until_at\", \"result\", \"expires_at\") \
        VALUES ($1, $2, 1, ", now!(), " + $3::bigint, NULL, ", now!(), " + $3::bigint + $4::bigint) \
        ON CONFLICT (\"key\") DO UPDATE SET \"fingerprint\" = excluded.\"fingerprint\", \
        \"fencing\" = \"kept\".\"fencing\" + 1, \"until_at\" = excluded.\"until_at\", \
        \"result\" = NULL, \"expires_at\" = excluded.\"expires_at\" \
        WHERE \"kept\".\"expires_at\" <= ", now!(), " OR (\"kept\".\"result\" IS NULL \
        AND (\"kept\".\"until_at\" IS NULL OR (\"kept\".\"until_at\" <= ", now!(), " \
        AND \"kept\".\"fingerprint\" = excluded.\"fingerprint\"))) RETURNING \"fencing\"");
    /// The entry of a key, and the present instant.
    request_get = concat!(
        "SELECT \"fingerprint\", \"fencing\", \"until_at\", \"result\", \"expires_at\", ", now!(), " \
        FROM \"{prefix}core_idempotency\" WHERE \"key\" = $1");
    /// Takes key, number, result and the time to keep in microseconds. A second finish keeps what is
    /// there.
    request_finish = concat!(
        "UPDATE \"{prefix}core_idempotency\" SET \"expires_at\" = \
        CASE WHEN \"result\" IS NULL THEN ", now!(), " + $4 ELSE \"expires_at\" END, \
        \"result\" = coalesce(\"result\", $3), \"until_at\" = NULL \
        WHERE \"key\" = $1 AND \"fencing\" = $2 \
        AND (\"until_at\" IS NOT NULL OR \"result\" IS NOT NULL)");
    /// Takes the present instant and how many.
    request_sweep = "DELETE FROM \"{prefix}core_idempotency\" WHERE \"key\" = ANY (ARRAY( \
        SELECT \"key\" FROM \"{prefix}core_idempotency\" WHERE \"expires_at\" <= $1 \
        ORDER BY \"expires_at\" LIMIT $2)) AND \"expires_at\" <= $1";
}
