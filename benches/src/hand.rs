//! What somebody writes who talks to the driver: statements over the tables of the store, and values
//! bound to them.

pub mod postgres;
pub mod sqlite;

use alley_core::{RecordType, ValueKind};

/// The columns of a record type in a statement, quoted, the version last.
pub fn columns(record: &RecordType) -> String {
    let names = record.fields.iter().map(|field| format!("\"{}\"", field.name));
    names.chain(["\"row_version\"".to_owned()]).collect::<Vec<_>>().join(", ")
}

/// `mark1, mark2, …`.
fn numbered(mark: char, count: usize) -> String {
    (1..=count).map(|n| format!("{mark}{n}")).collect::<Vec<_>>().join(", ")
}

const fn is_id(kind: ValueKind) -> bool {
    matches!(kind, ValueKind::Id(_))
}
