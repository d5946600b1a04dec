//! Where tables live in a database that the host may share with its own.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::engine::Engine;

/// The column that counts how often a row was written; the store's own in each table.
pub(crate) const VERSION: &str = "row_version";

/// PostgreSQL cuts longer names off (its documentation, "Identifiers and Key Words").
const LONGEST_NAME: usize = 63;

/// The beginning of the name of every table and index of this crate, and the schema that they are
/// in. Names are written with their schema in every statement; no search path is relied on.
///
/// # Examples
/// ```
/// use alley_store::Layout;
///
/// assert_eq!(Layout::default().prefix(), "alley_");
/// assert!(Layout::with_prefix("crm_").is_ok());
/// assert!(Layout::with_prefix("Crm\"").is_err());
/// assert_eq!(Layout::default().in_schema("outreach")?.schema(), Some("outreach"));
/// # Ok::<(), alley_store::LayoutError>(())
/// ```
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Layout {
    schema: Option<String>,
    prefix: String,
}

impl Layout {
    /// Tables whose names begin with `prefix`: 1 to 31 of `a-z`, `0-9` and `_`, no digit first, not
    /// `pg_…` or `sqlite_…`.
    ///
    /// # Errors
    /// When it is something else.
    pub fn with_prefix(prefix: &str) -> Result<Self, LayoutError> {
        check(prefix, "table prefix")?;
        Ok(Self { schema: None, prefix: prefix.to_owned() })
    }

    /// The same tables in a schema of PostgreSQL; the rules of a prefix hold for its name, and it may
    /// not be a reserved word. Without it they are in `public`. SQLite knows no schemas: it refuses
    /// to open with one.
    ///
    /// # Errors
    /// When the name is something else.
    pub fn in_schema(mut self, schema: &str) -> Result<Self, LayoutError> {
        check(schema, "schema")?;
        if RESERVED.contains(&schema) {
            return Err(LayoutError { what: "schema" });
        }
        self.schema = Some(schema.to_owned());
        Ok(self)
    }

    /// For texts that are rendered later.
    pub(crate) fn placeholder() -> Self {
        Self { schema: None, prefix: PREFIX.to_owned() }
    }

    /// The prefix.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The schema, if one was named.
    pub fn schema(&self) -> Option<&str> {
        self.schema.as_deref()
    }

    /// The name with the prefix. One that is too long for an engine keeps its beginning and ends in a
    /// digest of the whole.
    pub(crate) fn name(&self, bare: &str) -> String {
        let name = format!("{}{bare}", self.prefix);
        if name.len() <= LONGEST_NAME || self.prefix == PREFIX {
            return name;
        }
        let mut short: String = name.chars().take(LONGEST_NAME - 9).collect();
        short.push('_');
        for byte in Sha256::digest(name.as_bytes()).into_iter().take(4) {
            // Writing into a text does not fail.
            let _ = write!(short, "{byte:02x}");
        }
        short
    }

    /// The name of a table of `domain`.
    pub(crate) fn table(&self, domain: &str, name: &str) -> String {
        self.name(&format!("{domain}_{name}"))
    }

    /// A table in a statement: quoted, with the schema.
    pub(crate) fn path(&self, table: &str) -> String {
        match &self.schema {
            Some(schema) => format!("\"{schema}\".\"{table}\""),
            None => format!("\"{table}\""),
        }
    }

    /// Puts prefix and schema into a text that names tables as `"{prefix}core_outbox"`. The schema
    /// is left out where SQL wants none: before a column, and in the name of a new index.
    pub(crate) fn render(&self, text: &str) -> String {
        let mut rendered = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("\"{prefix}") {
            let (bare, after) = after.split_once('"').unwrap_or((after, ""));
            let name = self.name(bare);
            rendered.push_str(before);
            if before.ends_with("INDEX ") || after.starts_with('.') {
                rendered.extend(["\"", &name, "\""]);
            } else {
                rendered.push_str(&self.path(&name));
            }
            rest = after;
        }
        rendered.push_str(rest);
        rendered
    }

    /// A schema step as `engine` takes it.
    pub(crate) fn step(&self, text: &str, engine: Engine) -> String {
        self.render(&engine.words(text))
    }
}

impl Default for Layout {
    /// The prefix `alley_`, no schema.
    fn default() -> Self {
        Self { schema: None, prefix: "alley_".to_owned() }
    }
}

/// A prefix or a schema cannot be used.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "{what} refused: it needs 1 to 31 characters of a-z, 0-9 and _, no digit first, and must not \
     belong to the engine (pg_…, sqlite_…, reserved words)"
)]
#[non_exhaustive]
pub struct LayoutError {
    /// `table prefix` or `schema`.
    pub what: &'static str,
}

fn check(name: &str, what: &'static str) -> Result<(), LayoutError> {
    let taken = name.starts_with("pg_") || name.starts_with("sqlite_");
    if name.len() > 31 || !is_name(name) || taken { Err(LayoutError { what }) } else { Ok(()) }
}

/// Whether a text can be a part of a table or column name without being quoted for safety.
pub(crate) fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

const PREFIX: &str = "{prefix}";

/// Words that PostgreSQL reserves (its documentation, appendix C), and the standard's own schema. A
/// quoted name could be one, but then nobody could write it without quotes.
#[rustfmt::skip]
const RESERVED: &[&str] = &[
    "all", "analyse", "analyze", "and", "any", "array", "as", "asc", "asymmetric", "authorization",
    "binary", "both", "case", "cast", "check", "collate", "collation", "column", "concurrently",
    "constraint", "create", "cross", "current_catalog", "current_date", "current_role",
    "current_schema", "current_time", "current_timestamp", "current_user", "default", "deferrable",
    "desc", "distinct", "do", "else", "end", "except", "false", "fetch", "for", "foreign", "freeze",
    "from", "full", "grant", "group", "having", "ilike", "in", "information_schema", "initially",
    "inner", "intersect", "into", "is", "isnull", "join", "lateral", "leading", "left", "like",
    "limit", "localtime", "localtimestamp", "natural", "not", "notnull", "null", "offset", "on",
    "only", "or", "order", "outer", "overlaps", "placing", "primary", "references", "returning",
    "right", "select", "session_user", "similar", "some", "symmetric", "system_user", "table",
    "tablesample", "then", "to", "trailing", "true", "union", "unique", "user", "using", "variadic",
    "verbose", "when", "where", "window", "with",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_need_quoting_or_belong_to_an_engine_are_refused() {
        let long = "a".repeat(32);
        for bad in ["", "A", "a b", "a\"", "1a", "a-b", "ä", "pg_x", "sqlite_x", &long] {
            assert!(Layout::with_prefix(bad).is_err(), "{bad}");
            assert!(Layout::default().in_schema(bad).is_err(), "{bad}");
        }
        for good in ["a", "_", "alley_2_", &"a".repeat(31)] {
            assert!(Layout::with_prefix(good).is_ok(), "{good}");
            assert!(Layout::default().in_schema(good).is_ok(), "{good}");
        }
        for reserved in ["user", "select", "information_schema"] {
            assert!(Layout::default().in_schema(reserved).is_err(), "{reserved}");
        }
    }

    #[test]
    fn tables_get_their_schema_and_indexes_and_columns_none() {
        let layout = Layout::with_prefix("a_").unwrap().in_schema("s").unwrap();
        let text = r#"CREATE INDEX "{prefix}i" ON "{prefix}t" ("x"); SELECT "{prefix}t"."x" FROM "{prefix}t""#;
        let wanted = r#"CREATE INDEX "a_i" ON "s"."a_t" ("x"); SELECT "a_t"."x" FROM "s"."a_t""#;
        assert_eq!(layout.render(text), wanted);
    }

    #[test]
    fn names_that_an_engine_would_cut_off_stay_different() {
        let layout = Layout::with_prefix(&"p".repeat(31)).unwrap();
        let one = layout.name(&format!("{}_one", "n".repeat(40)));
        let two = layout.name(&format!("{}_two", "n".repeat(40)));
        assert_eq!((one.len(), two.len()), (63, 63));
        assert_ne!(one, two);
        assert_eq!(layout.name("short"), format!("{}short", "p".repeat(31)));
    }
}
