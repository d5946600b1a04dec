//! For the tests of both engines: tables filled with rows, and the statements that may look at all of
//! one.

use std::collections::BTreeSet;

use alley_core::{Query, RecordType, ValueKind};

use super::{Binding, list};
use crate::domain::Domain;
use crate::engine::Engine;
use crate::layout::Layout;

/// Rows in each table.
pub(crate) const ROWS: u32 = 5_000;

/// The statements that fill the table of every record type and the tables of the store that grow.
/// Values differ from row to row, tenants repeat, and what may be absent is so in each third row.
pub(crate) fn fill(domains: &[Domain], layout: &Layout, engine: Engine) -> Vec<String> {
    let records = domains.iter().flat_map(|domain| &domain.records);
    let records = records.map(|record| fill_record(&Binding::new(record, layout), engine));
    let (id, bytes) = (|n: &str| engine.id(n), |n: &str| engine.bytes(n));
    let kernel = [
        ("core_commit", vec![id("n"), "n".to_owned()]),
        (
            "core_outbox",
            vec![
                bytes("n % 50"),
                "n".to_owned(),
                id("n"),
                "n".to_owned(),
                "'{}'".to_owned(),
                "0".to_owned(),
                "CASE WHEN n % 3 = 0 THEN n END".to_owned(),
            ],
        ),
        ("core_outbox_head", vec![bytes("n"), "n".to_owned()]),
        ("core_hold_mark", vec![engine.text("n % 9"), bytes("n"), id("n")]),
        ("core_erasure_fence", vec![id("n"), "n".to_owned()]),
        ("core_rate_limit", vec![bytes("n"), "n".to_owned()]),
        (
            "core_idempotency",
            vec![
                bytes("n"),
                bytes("n"),
                "1".to_owned(),
                "n".to_owned(),
                "NULL".to_owned(),
                "n".to_owned(),
            ],
        ),
    ];
    let kernel = kernel.into_iter().map(|(table, values)| {
        let table = layout.path(&layout.name(table));
        insert(&table, engine, &values)
    });
    records.chain(kernel).collect()
}

fn fill_record(binding: &Binding, engine: Engine) -> String {
    let record = binding.record;
    let value = |field: &alley_core::FieldDecl| {
        let number = if Some(field.name) == record.tenant { "n % 50" } else { "n" };
        let value = match field.kind {
            ValueKind::Int | ValueKind::Bool | ValueKind::Time => "n".to_owned(),
            ValueKind::Id(_) => engine.id(number),
            ValueKind::Bytes | ValueKind::Sealed | ValueKind::Hash => engine.bytes(number),
            _ => engine.text(number),
        };
        if field.optional { format!("CASE WHEN n % 3 > 0 THEN {value} END") } else { value }
    };
    let mut values: Vec<_> = record.fields.iter().map(value).collect();
    values.push("1".to_owned());
    // A column that a later step added stands behind the others.
    let columns = list(binding.columns.iter().copied());
    insert(&format!("{} ({columns})", binding.path), engine, &values)
}

fn insert(table: &str, engine: Engine, values: &[String]) -> String {
    let numbers = match engine {
        Engine::Sqlite => format!(
            "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers \
             WHERE n < {ROWS}) SELECT {} FROM numbers",
            values.join(", ")
        ),
        Engine::Postgres => {
            format!("SELECT {} FROM generate_series(1, {ROWS}) AS n", values.join(", "))
        }
    };
    format!("INSERT INTO {table} {numbers}")
}

impl Engine {
    fn text(self, n: &str) -> String {
        match self {
            Self::Sqlite => format!("printf('%08d', {n})"),
            Self::Postgres => format!("lpad(({n})::text, 8, '0')"),
        }
    }

    fn bytes(self, n: &str) -> String {
        match self {
            Self::Sqlite => format!("CAST(printf('%016d', {n}) AS BLOB)"),
            Self::Postgres => format!("decode(md5(({n})::text), 'hex')"),
        }
    }

    fn id(self, n: &str) -> String {
        match self {
            Self::Sqlite => self.bytes(n),
            Self::Postgres => format!("md5(({n})::text)::uuid"),
        }
    }
}

/// Statements that look at all of a table on purpose: the first page of an unconditional listing
/// (the limit ends it), and the outbox, which is walked in order.
pub(crate) fn may_scan(domains: &[Domain], name: &str) -> bool {
    let unconditional = |query: &&'static Query| query.equals.is_empty() && query.range.is_none();
    name == "outbox_due" || queries(domains).filter(unconditional).any(|query| is_of(query, name))
}

/// A count of all rows up to a bound. PostgreSQL takes the bound for a third of the table as long as it
/// does not know it, and then reads the table rather than the index.
#[cfg(feature = "postgres")]
pub(crate) fn counts_without_equality(domains: &[Domain], name: &str) -> bool {
    let unbounded = |query: &&'static Query| query.equals.is_empty();
    let counts = |query: &'static Query| name == format!("{}: count", query.name);
    queries(domains).filter(unbounded).any(counts)
}

/// Where a bound and the order are on different fields, no index can give both.
pub(crate) fn may_sort(domains: &[Domain], name: &str) -> bool {
    let differs = |query: &&'static Query| {
        query.range.is_some_and(|range| query.order.is_none_or(|order| order != range.field))
    };
    queries(domains).filter(differs).any(|query| is_of(query, name))
}

/// An edge to a record that has a tenant is looked for within the tenant; without one there is no
/// index, since nobody asks.
pub(crate) fn unasked(domains: &[Domain]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for domain in domains {
        let of_tenant = |target: &str| {
            let records = domain.records.iter().copied();
            records.filter(|record| record.tenant.is_some()).any(|record| record.name == target)
        };
        for record in domain.records.iter().filter(|record| record.tenant.is_some()) {
            for edge in record.edges.iter().filter(|edge| of_tenant(edge.target)) {
                names.extend(edge_statements(record, edge.field));
            }
        }
    }
    names
}

fn edge_statements(record: &RecordType, field: &str) -> [String; 3] {
    ["first", "next", "many"].map(|what| format!("{}: {field} {what}", record.name))
}

fn queries(domains: &[Domain]) -> impl Iterator<Item = &'static Query> {
    domains.iter().flat_map(|domain| &domain.queries).copied()
}

fn is_of(query: &Query, statement: &str) -> bool {
    statement.starts_with(&format!("{}: ", query.name))
}
