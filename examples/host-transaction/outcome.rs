//! How the example ends, on either database.

/// What is in the database after an attempt.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Counts {
    pub(crate) tenants: u64,
    pub(crate) notes: u64,
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of our tenants, {} of the host's notes", self.tenants, self.notes)
    }
}

/// How the two attempts ended.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// Both rows are written.
    pub(crate) kept: Counts,
    /// The host's statement failed, and our row went with it.
    pub(crate) refused: Counts,
}
