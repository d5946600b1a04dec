//! Statements of SQLite that erase one row, or parts of it.

use alley_core::FieldDecl;

use super::{Binding, VERSION, equal, quoted};

/// Deletes an unheld row; takes the key, the record's name and the byte form of the key.
pub(crate) fn erase(binding: &Binding) -> String {
    let key = binding.key();
    format!(
        "DELETE FROM {} WHERE {} AND {}",
        binding.path,
        equal(key.iter().copied(), 1),
        unheld(binding, key.len())
    )
}

/// The row is under no hold; takes the record's name and the byte form of the key behind `before`
/// other arguments.
fn unheld(binding: &Binding, before: usize) -> String {
    let (name, key) = (before.saturating_add(1), before.saturating_add(2));
    format!(
        "NOT EXISTS (SELECT 1 FROM {} WHERE \"record\" = ${name} AND \"key\" = ${key})",
        binding.holds
    )
}

/// Gives fields of an unheld row other values, unless it has them; takes the key, the record's name, the
/// byte form of the key, and the values.
pub(crate) fn rewrite(binding: &Binding, fields: &[&FieldDecl]) -> String {
    let key = binding.key();
    let first = key.len().saturating_add(3);
    let fields = fields.iter().zip(first..);
    let fields: Vec<_> = fields.map(|(field, n)| (quoted(field.name), n)).collect();
    let assign: Vec<_> = fields
        .iter()
        .map(|(name, n)| format!("{name} = ${n}"))
        .chain([format!("{0} = {0} + 1", quoted(VERSION))])
        .collect();
    let differs: Vec<_> =
        fields.iter().map(|(name, n)| format!("{name} IS DISTINCT FROM ${n}")).collect();
    format!(
        "UPDATE {} SET {} WHERE {} AND ({}) AND {}",
        binding.path,
        assign.join(", "),
        equal(key.iter().copied(), 1),
        differs.join(" OR "),
        unheld(binding, key.len()),
    )
}
