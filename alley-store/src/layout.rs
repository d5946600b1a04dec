//! Where tables live in a database that the host may share with its own.

/// The column that counts how often a row was written; the store's own in each table.
pub(crate) const VERSION: &str = "row_version";

/// The beginning of the name of every table and index of this crate.
///
/// # Examples
/// ```
/// use alley_store::Layout;
///
/// assert_eq!(Layout::default().prefix(), "alley_");
/// assert!(Layout::with_prefix("crm_").is_ok());
/// assert!(Layout::with_prefix("Crm\"").is_err());
/// ```
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Layout {
    prefix: String,
}

impl Layout {
    /// Tables whose names begin with `prefix`: 1 to 31 of `a-z`, `0-9` and `_`, no digit first.
    ///
    /// # Errors
    /// When it is something else.
    pub fn with_prefix(prefix: &str) -> Result<Self, LayoutError> {
        if prefix.len() > 31 || !is_name(prefix) {
            return Err(LayoutError);
        }
        Ok(Self { prefix: prefix.to_owned() })
    }

    /// For texts that are rendered later.
    pub(crate) fn placeholder() -> Self {
        Self { prefix: "{prefix}".to_owned() }
    }

    /// The prefix.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Puts the prefix into a text that names tables as `{prefix}core_outbox`.
    pub(crate) fn render(&self, text: &str) -> String {
        text.replace("{prefix}", &self.prefix)
    }

    /// The name of a table of `domain`.
    pub(crate) fn table(&self, domain: &str, name: &str) -> String {
        format!("{}{domain}_{name}", self.prefix)
    }
}

impl Default for Layout {
    /// The prefix `alley_`.
    fn default() -> Self {
        Self { prefix: "alley_".to_owned() }
    }
}

/// A prefix cannot be used.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("table prefix refused: it needs 1 to 31 characters of a-z, 0-9 and _, and no digit first")]
#[non_exhaustive]
pub struct LayoutError;

/// Whether a text can be a part of a table or column name without being quoted for safety.
pub(crate) fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_that_need_quoting_are_refused() {
        for bad in ["", "A", "a b", "a\"", "1a", "a-b", "ä", &"a".repeat(32)] {
            assert!(Layout::with_prefix(bad).is_err(), "{bad}");
        }
        for good in ["a", "_", "alley_2_", &"a".repeat(31)] {
            assert!(Layout::with_prefix(good).is_ok(), "{good}");
        }
    }
}
