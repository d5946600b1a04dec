//! Reads, declared as data: which rows of a record type, in which order.

use crate::record::RecordType;

/// A named read of one record type. Stores render it once and keep the statement; a store without
/// SQL can walk it. Every query is listed by its crate, so that a test can prepare and explain it.
///
/// Arguments come in the order of [`equals`](Self::equals), then the bound of the range.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Query {
    /// Name, unique over all crates: `sessions_of_account`.
    pub name: &'static str,
    /// The record type.
    pub record: &'static RecordType,
    /// Fields that equal an argument.
    pub equals: &'static [&'static str],
    /// Fields that must be absent.
    pub absent: &'static [&'static str],
    /// A field with a bound.
    pub range: Option<Range>,
    /// The field that sorts the rows, before the id; the id alone if `None`.
    pub order: Option<&'static str>,
    /// Newest (largest) first.
    pub descending: bool,
}

/// A bound on one field.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a store must handle all of it")]
pub struct Range {
    /// The field.
    pub field: &'static str,
    /// How it is compared with the last argument.
    pub bound: Bound,
}

/// How a field is compared with its bound. Absent values never pass.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a store must handle each")]
pub enum Bound {
    /// At most the argument.
    AtMost,
    /// At least the argument.
    AtLeast,
    /// More than the argument.
    MoreThan,
}

impl Query {
    /// All rows of a record type, by id.
    pub const fn new(name: &'static str, record: &'static RecordType) -> Self {
        Self { name, record, equals: &[], absent: &[], range: None, order: None, descending: false }
    }

    /// Only rows whose fields equal the arguments. Name the tenant field first where there is one.
    #[must_use]
    pub const fn equals(mut self, fields: &'static [&'static str]) -> Self {
        self.equals = fields;
        self
    }

    /// Only rows in which these fields are absent.
    #[must_use]
    pub const fn absent(mut self, fields: &'static [&'static str]) -> Self {
        self.absent = fields;
        self
    }

    /// Only rows whose field is at most the last argument.
    #[must_use]
    pub const fn at_most(mut self, field: &'static str) -> Self {
        self.range = Some(Range { field, bound: Bound::AtMost });
        self
    }

    /// Only rows whose field is at least the last argument.
    #[must_use]
    pub const fn at_least(mut self, field: &'static str) -> Self {
        self.range = Some(Range { field, bound: Bound::AtLeast });
        self
    }

    /// Only rows whose field is more than the last argument.
    #[must_use]
    pub const fn more_than(mut self, field: &'static str) -> Self {
        self.range = Some(Range { field, bound: Bound::MoreThan });
        self
    }

    /// Smallest first by this field, then by id. Rows in which it is absent come first.
    #[must_use]
    pub const fn order_by(mut self, field: &'static str) -> Self {
        self.order = Some(field);
        self
    }

    /// Turns the order around.
    #[must_use]
    pub const fn descending(mut self) -> Self {
        self.descending = true;
        self
    }

    /// How many arguments the query takes.
    pub const fn arguments(&self) -> usize {
        self.equals.len() + if self.range.is_some() { 1 } else { 0 }
    }
}
