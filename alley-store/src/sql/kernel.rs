//! Statements over the tables of the store itself.

use super::Technical;

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

/// Declares statements over the tables of the store itself, each with its text.
macro_rules! statements {
    ($($(#[doc = $doc:literal])* $name:ident = $text:expr;)+) => {
        /// Statements over the tables of the store itself, rendered for an engine.
        #[derive(Debug)]
        pub(crate) struct Kernel { $($(#[doc = $doc])* pub(crate) $name: String),+ }

        impl Kernel {
            pub(crate) fn new(layout: &$crate::layout::Layout, engine: $crate::engine::Engine) -> Self {
                Self { $($name: engine.placeholders(&layout.render($text))),+ }
            }

            #[cfg(test)]
            pub(crate) fn statements(&self) -> Vec<(String, &str)> {
                vec![$((stringify!($name).to_owned(), self.$name.as_str())),+]
            }
        }
    };
}

pub(crate) use statements;

// What both engines run.
statements! {
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
    lease_release = r#"UPDATE "{prefix}core_lease" SET "until_at" = NULL, "due_at" = $3
        WHERE "name" = $1 AND "fencing" = $2"#;
    fence_raise = r#"INSERT INTO "{prefix}core_erasure_fence" ("plan", "fencing") VALUES ($1, $2)
        ON CONFLICT ("plan") DO UPDATE SET "fencing" = excluded."fencing"
        WHERE excluded."fencing" >= "{prefix}core_erasure_fence"."fencing""#;
    request_abandon = r#"UPDATE "{prefix}core_idempotency" SET "until_at" = NULL
        WHERE "key" = $1 AND "fencing" = $2 AND "result" IS NULL"#;
}
