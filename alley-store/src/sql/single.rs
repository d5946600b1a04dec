//! Statements over one row of a record type.

use super::{Binding, VERSION, equal, list, on_conflict, quoted};
use crate::engine::Engine;

/// The statements of one record type.
#[derive(Debug)]
pub(crate) struct SingleSql {
    /// Takes the row.
    pub(crate) insert: String,
    /// Takes the key and the version that was read.
    pub(crate) delete: String,
    /// Inserts, or replaces a row of an older source time; takes the row.
    pub(crate) sync: String,
}

impl SingleSql {
    pub(crate) fn new(binding: &Binding, engine: Engine) -> Self {
        let table = &binding.path;
        let key = binding.key();
        let by_key = equal(key.iter().copied(), 1);
        let values: Vec<_> = (1..=binding.record.fields.len()).map(|n| format!("${n}")).collect();
        let columns = list(binding.columns.iter().copied());
        let insert = format!("INSERT INTO {table} ({columns}) VALUES ({}, 1)", values.join(", "));
        let version = quoted(VERSION);
        let after_key = key.len().saturating_add(1);
        Self {
            delete: engine.placeholders(&format!(
                "DELETE FROM {table} WHERE {by_key} AND {version} = ${after_key}"
            )),
            sync: engine.placeholders(&format!("{insert} {}", on_conflict(binding))),
            insert: engine.placeholders(&insert),
        }
    }

    /// Changes the text of every statement.
    #[cfg(feature = "sqlite")]
    pub(crate) fn each_text(&mut self, change: &mut dyn FnMut(&mut String)) {
        let Self { insert, delete, sync } = self;
        [insert, delete, sync].into_iter().for_each(change);
    }

    /// Every statement.
    #[cfg(any(test, feature = "sqlite"))]
    pub(crate) fn statements(&self) -> Vec<(String, &str)> {
        let all = [("insert", &self.insert), ("delete", &self.delete), ("sync", &self.sync)];
        all.into_iter().map(|(name, text)| (name.to_owned(), text.as_str())).collect()
    }
}
