//! The closing table: what must be true at the end, and whether it is.

use std::fmt::Write as _;

use serde::Serialize;

/// One row of the table.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Check {
    /// What must be true.
    pub(crate) what: String,
    /// What was found.
    pub(crate) found: String,
    /// Whether that is right.
    pub(crate) passed: bool,
}

/// All rows.
#[derive(Debug, Default)]
pub(crate) struct Checks(Vec<Check>);

impl Checks {
    /// Adds a row that is right if `found` equals `wanted`.
    #[expect(clippy::needless_pass_by_value, reason = "callers pass numbers and words as they are")]
    pub(crate) fn equal<T: PartialEq + std::fmt::Display>(
        &mut self,
        what: &str,
        found: T,
        wanted: T,
    ) {
        let passed = found == wanted;
        let found = if passed { found.to_string() } else { format!("{found}, not {wanted}") };
        self.0.push(Check { what: what.to_owned(), found, passed });
    }

    /// Adds a row that is right if `passed`.
    pub(crate) fn holds(&mut self, what: &str, passed: bool, found: impl Into<String>) {
        self.0.push(Check { what: what.to_owned(), found: found.into(), passed });
    }

    /// The rows.
    pub(crate) fn rows(&self) -> &[Check] {
        &self.0
    }

    /// How many rows are not right.
    pub(crate) fn failed(&self) -> usize {
        self.0.iter().filter(|check| !check.passed).count()
    }

    /// The table as text.
    pub(crate) fn table(&self) -> String {
        let width = self.0.iter().map(|check| check.what.chars().count()).max().unwrap_or(0);
        let mut text = String::new();
        for check in &self.0 {
            let mark = if check.passed { "ok  " } else { "FAIL" };
            // Writing to a text cannot fail.
            let _ = writeln!(text, "   {mark} {:<width$}  {}", check.what, check.found);
        }
        text
    }
}
