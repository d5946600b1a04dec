//! Statements that read and write single rows of a record type.

use super::{Binding, PersonalSql, SingleSql, VERSION, equal, list, quoted};
use crate::engine::Engine;

/// The statements of one record type.
#[derive(Debug)]
pub(crate) struct RecordSql {
    pub(crate) binding: Binding,
    /// All columns; takes the key.
    pub(crate) get: String,
    /// The version; takes the key.
    pub(crate) version: String,
    /// What changes one row.
    pub(crate) single: SingleSql,
    pub(crate) unique: Vec<UniqueSql>,
    pub(crate) personal: PersonalSql,
}

/// Finds another row with the same values under a uniqueness rule.
#[derive(Debug)]
pub(crate) struct UniqueSql {
    pub(crate) rule: &'static str,
    /// Positions of its fields in a row.
    pub(crate) positions: Vec<usize>,
    /// Takes the values of the fields and the key of the row that may have them.
    pub(crate) taken: String,
}

impl RecordSql {
    pub(crate) fn new(binding: Binding, engine: Engine) -> Self {
        let table = &binding.path;
        let by_key = equal(binding.key(), 1);
        let columns = list(binding.columns.iter().copied());
        let version = quoted(VERSION);
        Self {
            get: engine.placeholders(&format!("SELECT {columns} FROM {table} WHERE {by_key}")),
            version: engine.placeholders(&format!("SELECT {version} FROM {table} WHERE {by_key}")),
            single: SingleSql::new(&binding, engine),
            unique: unique(&binding, engine),
            personal: PersonalSql::new(&binding, engine),
            binding,
        }
    }

    /// Changes the text of every statement.
    #[cfg(feature = "sqlite")]
    pub(crate) fn each_text(&mut self, change: &mut dyn FnMut(&mut String)) {
        let Self { binding: _, get, version, single, unique, personal } = self;
        [get, version].into_iter().for_each(&mut *change);
        single.each_text(change);
        for rule in unique {
            change(&mut rule.taken);
        }
        personal.each_text(change);
    }

    /// Every statement.
    #[cfg(any(test, feature = "sqlite"))]
    pub(crate) fn statements(&self) -> Vec<(String, &str)> {
        let mut all = vec![
            ("get".to_owned(), self.get.as_str()),
            ("version".to_owned(), self.version.as_str()),
        ];
        all.extend(self.unique.iter().map(|rule| (rule.rule.to_owned(), rule.taken.as_str())));
        all.extend(self.personal.statements());
        all.extend(self.single.statements());
        all
    }
}

/// What an insert does about a row that is there: it replaces one of an older source time.
pub(crate) fn on_conflict(binding: &Binding) -> String {
    let key = binding.key();
    let target = list(key.iter().copied());
    let record = binding.record;
    let Some(time) = record.source_time.and_then(|name| record.field(name)) else {
        return format!("ON CONFLICT ({target}) DO NOTHING");
    };
    let table = quoted(&binding.table);
    let set: Vec<_> = record
        .fields
        .iter()
        .filter(|field| !key.contains(&field.name))
        .map(|field| format!("{0} = excluded.{0}", quoted(field.name)))
        .chain([format!("{0} = {table}.{0} + 1", quoted(VERSION))])
        .collect();
    let name = quoted(time.name);
    let mut newer = format!("excluded.{name} > {table}.{name}");
    if time.optional {
        newer = format!("{newer} OR ({table}.{name} IS NULL AND excluded.{name} IS NOT NULL)");
    }
    format!("ON CONFLICT ({target}) DO UPDATE SET {} WHERE {newer}", set.join(", "))
}

fn unique(binding: &Binding, engine: Engine) -> Vec<UniqueSql> {
    let rules = binding.record.unique.iter().map(|rule| {
        let other_key = equal(binding.key(), rule.fields.len().saturating_add(1));
        let taken = format!(
            "SELECT 1 FROM {} WHERE {} AND NOT ({other_key}) LIMIT 1",
            binding.path,
            equal(rule.fields.iter().copied(), 1),
        );
        let fields = rule.fields.iter();
        UniqueSql {
            rule: rule.name,
            positions: fields.filter_map(|name| binding.record.position(name)).collect(),
            taken: engine.placeholders(&taken),
        }
    });
    rules.collect()
}
