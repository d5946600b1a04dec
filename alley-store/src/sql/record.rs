//! Statements that read and write single rows of a record type.

use super::{Binding, PersonalSql, VERSION, equal, list, quoted};
use crate::engine::Engine;

/// The statements of one record type.
#[derive(Debug)]
pub(crate) struct RecordSql {
    pub(crate) binding: Binding,
    /// All columns; takes the key.
    pub(crate) get: String,
    /// The version; takes the key.
    pub(crate) version: String,
    /// Takes the row.
    pub(crate) insert: String,
    /// Takes the row and the version that was read.
    pub(crate) update: String,
    /// Takes the key and the version that was read.
    pub(crate) delete: String,
    /// Inserts, or replaces a row of an older source time; takes the row.
    pub(crate) sync: String,
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
            get: engine.placeholders(&format!("SELECT {columns} FROM {table} WHERE {by_key}")),
            version: engine.placeholders(&format!("SELECT {version} FROM {table} WHERE {by_key}")),
            update: engine.placeholders(&format!("{replace} AND {version} = ${after_row}")),
            delete: engine.placeholders(&format!(
                "DELETE FROM {table} WHERE {by_key} AND {version} = ${after_key}"
            )),
            sync: engine.placeholders(&format!("{insert} {}", on_conflict(&binding))),
            insert: engine.placeholders(&insert),
            unique: unique(&binding, engine),
            personal: PersonalSql::new(&binding, engine),
            binding,
        }
    }

    /// Changes the text of every statement.
    #[cfg(feature = "sqlite")]
    pub(crate) fn each_text(&mut self, change: &mut dyn FnMut(&mut String)) {
        let Self { binding: _, get, version, insert, update, delete, sync, unique, personal } =
            self;
        [get, version, insert, update, delete, sync].into_iter().for_each(&mut *change);
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
            ("insert".to_owned(), self.insert.as_str()),
            ("update".to_owned(), self.update.as_str()),
            ("delete".to_owned(), self.delete.as_str()),
            ("sync".to_owned(), self.sync.as_str()),
        ];
        all.extend(self.unique.iter().map(|rule| (rule.rule.to_owned(), rule.taken.as_str())));
        all.extend(self.personal.statements());
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
