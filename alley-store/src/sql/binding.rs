//! Which table and columns hold a record type.

use alley_core::RecordType;

use super::VERSION;
use crate::layout::Layout;

/// The table of a record type.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Binding {
    /// The record type.
    pub record: &'static RecordType,
    /// The table.
    pub table: String,
    /// Its columns: the fields in the order of declaration, then the version.
    pub columns: Vec<&'static str>,
    /// The table in a statement, with its schema.
    pub(crate) path: String,
    /// The table of holds beside it, in a statement.
    pub(crate) holds: String,
}

impl Binding {
    pub(crate) fn new(record: &'static RecordType, layout: &Layout) -> Self {
        let mut columns: Vec<_> = record.fields.iter().map(|field| field.name).collect();
        columns.push(VERSION);
        let table = layout.table(record.domain, record.name);
        let path = layout.path(&table);
        let holds = layout.path(&layout.table("core", "hold_mark"));
        Self { record, table, columns, path, holds }
    }

    /// The columns of the key: tenant, if there is one, and id.
    pub(crate) fn key(&self) -> Vec<&'static str> {
        self.record.tenant.into_iter().chain([self.record.id]).collect()
    }
}

/// A table that holds no fields of records: what the store itself needs to keep its promises.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Technical {
    /// Name without the prefix.
    pub table: &'static str,
    /// Its columns.
    pub columns: &'static [&'static str],
    /// What it is for, and why it holds no personal data of its own.
    pub purpose: &'static str,
}

impl Technical {
    pub(crate) const fn new(
        table: &'static str,
        columns: &'static [&'static str],
        purpose: &'static str,
    ) -> Self {
        Self { table, columns, purpose }
    }
}
