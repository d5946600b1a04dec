//! Tables and indexes as declarations ask for them.
//!
//! A release freezes this text in a schema step; afterwards a changed declaration needs a step of
//! its own, and a test that compares the two says so.

use std::borrow::Cow;
use std::collections::HashMap;

use alley_core::{Query, RecordType, ValueKind};

use crate::domain::Domain;
use crate::engine::{self, Engine};
use crate::layout::{Layout, VERSION};
use crate::migration::Migration;
use crate::sql::{Binding, list, quoted};

mod index;

pub use index::Index;
#[cfg(feature = "postgres")]
pub(crate) use index::unique_index;

/// The statements that make the tables and indexes of a domain, in the form of a schema step: with
/// `{prefix}` before each name and tokens where engines differ ([`Migration::sql_for`]).
pub fn domain(domain: &Domain) -> String {
    let layout = Layout::placeholder();
    let mut text = String::new();
    for record in &domain.records {
        text.push_str(&table(&Binding::new(record, &layout)));
        for index in indexes(domain, record) {
            text.push_str(&index.statement(&layout));
        }
    }
    text
}

impl Domain {
    /// A domain whose one schema step is made from its declarations. For tests: a released schema
    /// is a frozen text (print it with [`domain`]), since declarations change.
    pub fn from_declarations(
        name: &'static str,
        records: &[&'static RecordType],
        queries: &[&'static Query],
    ) -> Self {
        let mut domain = Self::new(name, records, queries, Vec::new());
        let sql = Cow::Owned(self::domain(&domain));
        let name = Cow::Borrowed("declarations");
        let step = Migration { domain: domain.name, version: 1, name, sql, breaking: false };
        domain.migrations.push(step);
        domain
    }
}

/// The indexes of one record type: its uniqueness rules, what privacy looks for, and its queries.
pub fn indexes(domain: &Domain, record: &'static RecordType) -> Vec<Index> {
    let queries = domain.queries.iter().copied().filter(|query| query.record.name == record.name);
    index::of(record, &domain.records, &queries.collect::<Vec<_>>())
}

/// What a column of the live schema must be.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Column {
    /// Its type as the engine's catalogue names it: `INTEGER`, `TEXT`, `BLOB`; `bigint`, `text`,
    /// `bytea`, `uuid`.
    pub storage: &'static str,
    /// Whether it may be absent.
    pub optional: bool,
    /// Its place in the primary key, from 1; 0 if it is not in it.
    pub key: usize,
}

/// The columns of a record type's table, by name.
pub fn columns(record: &RecordType, engine: Engine) -> HashMap<&'static str, Column> {
    let key: Vec<_> = record.tenant.into_iter().chain([record.id]).collect();
    let place = |name: &str| key.iter().position(|key| *key == name);
    let fields = record.fields.iter().map(|field| {
        let key = place(field.name).map_or(0, |place| place.saturating_add(1));
        (field.name, Column { storage: engine.column(field.kind), optional: field.optional, key })
    });
    let version =
        (VERSION, Column { storage: engine.column(ValueKind::Int), optional: false, key: 0 });
    fields.chain([version]).collect()
}

fn table(binding: &Binding) -> String {
    let fields = binding.record.fields.iter().map(|field| {
        let absent = if field.optional { "" } else { " NOT NULL" };
        format!("  {} {}{absent},\n", quoted(field.name), engine::token(field.kind))
    });
    let options = if is_small(binding.record) { "{small}" } else { "{large}" };
    format!(
        "CREATE TABLE {} (\n{}  {} {} NOT NULL,\n  PRIMARY KEY ({})\n) {options};\n\n",
        binding.path,
        fields.collect::<String>(),
        quoted(VERSION),
        engine::token(ValueKind::Int),
        list(binding.key()),
    )
}

/// Whether rows are small enough to live in the tree of the primary key. SQLite advises that for
/// rows up to a twentieth of a page, about 200 bytes ("Clustered Indexes and the WITHOUT ROWID
/// Optimization", section 4).
fn is_small(record: &RecordType) -> bool {
    let large = |kind| matches!(kind, ValueKind::Json | ValueKind::Bytes | ValueKind::Sealed);
    record.fields.len() <= 16 && !record.fields.iter().any(|field| large(field.kind))
}

#[cfg(all(test, feature = "tiktok", feature = "outreach"))]
mod tests;
