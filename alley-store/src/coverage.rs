//! Whether every column of a database is the declared field of a record.
//!
//! The schema must lie within the bindings of the store, and those within the declared fields, in
//! both directions; then nothing can be stored that export and erasure do not know. Whatever is not
//! recognized counts as a gap.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::ddl;
use crate::domain::Domain;
use crate::engine::Engine;
use crate::layout::Layout;
use crate::sql::{Binding, TECHNICAL};

/// The table of applied schema steps, without the prefix.
const LEDGER: &str = "migrations";

/// What is in a database: columns by name of table, with their storage class.
pub(crate) type LiveSchema = BTreeMap<String, Vec<LiveColumn>>;

/// A column of a database.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct LiveColumn {
    pub(crate) name: String,
    pub(crate) storage: String,
    pub(crate) optional: bool,
    pub(crate) key: usize,
}

/// Something in the database that no declaration covers, or the other way round.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Gap {
    /// The table or view, or the index that is not there.
    pub table: String,
    /// The column, if it is about one.
    pub column: Option<String>,
    /// What is wrong and what would be right.
    pub what: &'static str,
}

/// The schema of a database and the declarations of its records differ.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub struct CoverageError {
    /// Each difference.
    pub gaps: Vec<Gap>,
}

impl fmt::Display for CoverageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the schema and the declared records differ")?;
        for gap in &self.gaps {
            write!(f, "; table {}", gap.table)?;
            if let Some(column) = &gap.column {
                write!(f, ", column {column}")?;
            }
            write!(f, ": {}", gap.what)?;
        }
        Ok(())
    }
}

impl CoverageError {
    /// The schema could not be read; `catalogue` is where it stands.
    pub(crate) fn unread(catalogue: &str) -> Self {
        let (table, what) = (catalogue.to_owned(), "the schema could not be read");
        Self { gaps: vec![Gap { table, column: None, what }] }
    }
}

/// Compares what is declared with what is there, names of indexes too; tables that nobody declared
/// may be there.
pub(crate) fn of_declared(
    live: &LiveSchema,
    indexes: &BTreeSet<String>,
    domains: &[Domain],
    layout: &Layout,
    engine: Engine,
) -> Result<(), CoverageError> {
    let records = domains.iter().flat_map(|domain| &domain.records);
    let bindings: Vec<_> = records.map(|record| Binding::new(record, layout)).collect();
    let mut tables: Vec<_> = bindings.iter().map(|binding| binding.table.clone()).collect();
    tables.extend(TECHNICAL.iter().map(|technical| layout.name(technical.table)));
    let ours = live.iter().filter(|(table, _)| tables.contains(table));
    let mut ours: LiveSchema = ours.map(|(table, live)| (table.clone(), live.clone())).collect();
    // The ledger is made when steps are recorded.
    for ledger in TECHNICAL.iter().filter(|technical| technical.table == LEDGER) {
        let column = |name: &&str| LiveColumn {
            name: (*name).to_owned(),
            storage: String::new(),
            optional: false,
            key: 0,
        };
        let columns = || ledger.columns.iter().map(column).collect();
        ours.entry(layout.name(LEDGER)).or_insert_with(columns);
    }
    let bindings: Vec<_> = bindings.iter().collect();
    let compared = compare(&ours, &bindings, layout, engine, &[]);
    let mut gaps = compared.err().map_or(Vec::new(), |error| error.gaps);
    let declared = domains
        .iter()
        .flat_map(|domain| domain.records.iter().flat_map(|record| ddl::indexes(domain, record)));
    let names = declared.map(|index| layout.name(&index.name));
    gaps.extend(names.filter(|name| !indexes.contains(name)).map(|table| Gap {
        table,
        column: None,
        what: "the database has no such index; run the step that makes it",
    }));
    if gaps.is_empty() { Ok(()) } else { Err(CoverageError { gaps }) }
}

/// Compares. `host_tables` are tables of the host that it answers for itself.
pub(crate) fn compare(
    live: &LiveSchema,
    bindings: &[&Binding],
    layout: &Layout,
    engine: Engine,
    host_tables: &[&str],
) -> Result<(), CoverageError> {
    let mut gaps = Vec::new();
    for (table, columns) in live {
        if let Some(binding) = bindings.iter().find(|binding| binding.table == *table) {
            compare_record(binding, engine, columns, &mut gaps);
            continue;
        }
        let technical = TECHNICAL.iter().find(|technical| layout.name(technical.table) == *table);
        match technical {
            Some(technical) => compare_technical(table, technical.columns, columns, &mut gaps),
            None if host_tables.contains(&table.as_str()) => {}
            None => gaps.push(Gap {
                table: table.clone(),
                column: None,
                what: "it belongs to no record type; declare one, or name it as the host's own",
            }),
        }
    }
    let technical = TECHNICAL.iter().map(|t| layout.name(t.table));
    let bound = bindings.iter().map(|binding| binding.table.clone());
    for table in bound.chain(technical).filter(|table| !live.contains_key(table)) {
        gaps.push(Gap { table, column: None, what: "the database has no such table; migrate it" });
    }
    if gaps.is_empty() { Ok(()) } else { Err(CoverageError { gaps }) }
}

fn compare_record(binding: &Binding, engine: Engine, live: &[LiveColumn], gaps: &mut Vec<Gap>) {
    let declared = ddl::columns(binding.record, engine);
    let mut gap = |column: &str, what| {
        let (table, column) = (binding.table.clone(), Some(column.to_owned()));
        gaps.push(Gap { table, column, what });
    };
    for column in live {
        match declared.get(column.name.as_str()) {
            None => gap(&column.name, "the record type declares no such field"),
            Some(field) if field.storage != column.storage => {
                gap(&column.name, "the column has another type than the declared field");
            }
            Some(field) if field.optional != column.optional || field.key != column.key => {
                gap(&column.name, "presence or place in the key is not as declared");
            }
            Some(_) if !binding.columns.contains(&column.name.as_str()) => {
                gap(&column.name, "the store does not write this column");
            }
            Some(_) => {}
        }
    }
    for name in declared.keys().filter(|name| live.iter().all(|column| column.name != **name)) {
        gap(name, "the declared field has no column; migrate the database");
    }
}

fn compare_technical(table: &str, declared: &[&str], live: &[LiveColumn], gaps: &mut Vec<Gap>) {
    let mut gap = |column: &str, what| {
        gaps.push(Gap { table: table.to_owned(), column: Some(column.to_owned()), what });
    };
    for column in live.iter().filter(|column| !declared.contains(&column.name.as_str())) {
        gap(&column.name, "the technical table declares no such column");
    }
    for name in declared.iter().filter(|name| live.iter().all(|column| column.name != **name)) {
        gap(name, "the technical table lacks this column; migrate the database");
    }
}
