//! Statements over one row of a record type.

#[cfg(feature = "sqlite")]
use alley_core::FieldDecl;

use super::{Binding, VERSION, equal, list, on_conflict, quoted};
use crate::engine::Engine;

/// The statements of one record type.
#[derive(Debug)]
pub(crate) struct SingleSql {
    /// Takes the row.
    pub(crate) insert: String,
    /// Takes the row and the version that was read.
    pub(crate) update: String,
    /// Takes the key and the version that was read.
    pub(crate) delete: String,
    /// Inserts, or replaces a row of an older source time; takes the row.
    pub(crate) sync: String,
    /// Deletes an unheld row; takes the key, the record's name and the byte form of the key.
    #[cfg(feature = "sqlite")]
    pub(crate) erase: String,
}

impl SingleSql {
    pub(crate) fn new(binding: &Binding, engine: Engine) -> Self {
        let table = &binding.path;
        let fields: Vec<_> = binding.record.fields.iter().map(|field| field.name).collect();
        let key = binding.key();
        let by_key = equal(key.iter().copied(), 1);
        let numbered = |name: &str| {
            fields.iter().position(|field| *field == name).unwrap_or_default().saturating_add(1)
        };
        let in_row: Vec<_> =
            key.iter().map(|name| format!("{} = ${}", quoted(name), numbered(name))).collect();
        let set: Vec<_> = fields
            .iter()
            .filter(|name| !key.contains(name))
            .map(|name| format!("{} = ${}", quoted(name), numbered(name)))
            .chain([format!("{0} = {0} + 1", quoted(VERSION))])
            .collect();
        let values: Vec<_> = (1..=fields.len()).map(|n| format!("${n}")).collect();
        let columns = list(binding.columns.iter().copied());
        let insert = format!("INSERT INTO {table} ({columns}) VALUES ({}, 1)", values.join(", "));
        let replace =
            format!("UPDATE {table} SET {} WHERE {}", set.join(", "), in_row.join(" AND "));
        let version = quoted(VERSION);
        let (after_row, after_key) = (fields.len().saturating_add(1), key.len().saturating_add(1));
        Self {
            update: engine.placeholders(&format!("{replace} AND {version} = ${after_row}")),
            delete: engine.placeholders(&format!(
                "DELETE FROM {table} WHERE {by_key} AND {version} = ${after_key}"
            )),
            sync: engine.placeholders(&format!("{insert} {}", on_conflict(binding))),
            #[cfg(feature = "sqlite")]
            erase: engine.placeholders(&format!(
                "DELETE FROM {table} WHERE {by_key} AND {}",
                unheld(binding, key.len())
            )),
            insert: engine.placeholders(&insert),
        }
    }

    /// Changes the text of every statement.
    #[cfg(feature = "sqlite")]
    pub(crate) fn each_text(&mut self, change: &mut dyn FnMut(&mut String)) {
        let Self { insert, update, delete, sync, erase } = self;
        [insert, update, delete, sync, erase].into_iter().for_each(change);
    }

    /// Every statement.
    #[cfg(any(test, feature = "sqlite"))]
    pub(crate) fn statements(&self) -> Vec<(String, &str)> {
        let all = vec![
            ("insert", &self.insert),
            ("update", &self.update),
            ("delete", &self.delete),
            ("sync", &self.sync),
            #[cfg(feature = "sqlite")]
            ("erase", &self.erase),
        ];
        all.into_iter().map(|(name, text)| (name.to_owned(), text.as_str())).collect()
    }
}

/// The row is under no hold; takes the record's name and the byte form of the key behind `before`
/// other arguments.
#[cfg(feature = "sqlite")]
fn unheld(binding: &Binding, before: usize) -> String {
    let (name, key) = (before.saturating_add(1), before.saturating_add(2));
    format!(
        "NOT EXISTS (SELECT 1 FROM {} WHERE \"record\" = ${name} AND \"key\" = ${key})",
        binding.holds
    )
}

/// Blanks fields of an unheld row that are not blank yet; takes the key, the record's name, the byte
/// form of the key, and the blanks.
#[cfg(feature = "sqlite")]
pub(crate) fn minimize(binding: &Binding, fields: &[&FieldDecl]) -> String {
    set(binding, fields.iter().map(|field| field.name))
}

/// Changes a field of an unheld row that has another value; arguments as for [`minimize`].
#[cfg(feature = "sqlite")]
pub(crate) fn rewrite(binding: &Binding, field: &str) -> String {
    set(binding, std::iter::once(field))
}

#[cfg(feature = "sqlite")]
fn set<'a>(binding: &Binding, fields: impl Iterator<Item = &'a str>) -> String {
    let key = binding.key();
    let first = key.len().saturating_add(3);
    let fields: Vec<_> = fields.zip(first..).map(|(name, n)| (quoted(name), n)).collect();
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
