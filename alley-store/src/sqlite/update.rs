//! An update that leaves indexes alone whose columns keep their values.
//!
//! The engine writes an index anew whenever a statement sets one of its columns, be it to the value
//! that is there; a record with nine indexes would pay for nine. So the columns that indexes hold are
//! read first, and only those that differ are set. The row is then found by its rowid, where its table
//! has one, instead of a second search for its key.

use std::collections::HashMap;

use alley_core::{FieldDecl, Value};
use rusqlite::Connection;

use super::SqliteOptions;
use crate::ddl::{self, Index};
use crate::engine::Engine;
use crate::sql::{Binding, Catalogue, VERSION, equal, list, quoted};

/// The statements of every record type, by name, with the host's names where a type lives in a table of
/// the host.
pub(super) fn all(
    options: &SqliteOptions,
    catalogue: &Catalogue,
    connection: &Connection,
) -> HashMap<&'static str, UpdateSql> {
    let of = |binding: &Binding| {
        let record = binding.record;
        let domain = options.domains.iter().find(|domain| domain.name == record.domain);
        let indexes = domain.map(|domain| ddl::indexes(domain, record)).unwrap_or_default();
        let hosted = options.hosted.iter().find(|hosted| hosted.record().name == record.name);
        // A table of the host may have a column of that name.
        let find = match hosted {
            None if has_rowid(connection, binding) => Find::Rowid,
            _ => Find::Key,
        };
        let mut update = UpdateSql::new(binding, &indexes, find);
        if let Some(hosted) = hosted {
            let names = hosted.names(&options.layout);
            update.each_text(&mut |text| *text = names.rendered(text));
        }
        (record.name, update)
    };
    catalogue.bindings().into_iter().map(of).collect()
}

/// Whether the table of a record type has rowids. Small rows live in the tree of their key instead, as
/// the schema step said that made the table.
fn has_rowid(connection: &Connection, binding: &Binding) -> bool {
    let hides = |field: &FieldDecl| field.name.eq_ignore_ascii_case(ROWID);
    !binding.record.fields.iter().any(hides)
        && connection.prepare(&format!("SELECT {ROWID} FROM {}", binding.path)).is_ok()
}

const ROWID: &str = "_rowid_";

/// By what an update finds the row that was looked at.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Find {
    /// The key and the version that was read.
    Key,
    /// The rowid that was looked up with the version.
    Rowid,
}

/// The statements of one record type.
#[derive(Debug)]
pub(super) struct UpdateSql {
    /// The version, the columns that indexes hold, and the last argument of the update; takes the key.
    pub(super) look: String,
    find: Find,
    /// The places of the key's columns in a row, in the order of the key.
    pub(super) key: Vec<usize>,
    /// The places of the indexed columns in a row. None: there is nothing to look at.
    pub(super) indexed: Vec<usize>,
    /// Sets the version and every column that no index holds.
    set: String,
    /// Sets a column that indexes hold, in the order of `indexed`.
    set_indexed: Vec<String>,
    condition: String,
}

impl UpdateSql {
    fn new(binding: &Binding, indexes: &[Index], find: Find) -> Self {
        let engine = Engine::Sqlite;
        let fields = binding.record.fields;
        let key = binding.key();
        let is_held = |name: &str| {
            indexes.iter().any(|index| {
                let filter = index.absent.iter().chain(&index.present);
                index.columns.iter().chain(filter).any(|column| *column == name)
            })
        };
        let places = (0..).zip(fields).filter(|(_, field)| !key.contains(&field.name));
        let (held, others): (Vec<_>, Vec<_>) = places.partition(|(_, field)| is_held(field.name));
        let number = |place: usize| place.saturating_add(1);
        let assign = |place: usize, name: &str| format!("{} = ${}", quoted(name), number(place));
        let version = quoted(VERSION);
        let set: Vec<_> = [format!("{version} = {version} + 1")]
            .into_iter()
            .chain(others.iter().map(|(place, field)| assign(*place, field.name)))
            .collect();
        let same: Vec<_> = (0..)
            .zip(fields)
            .filter(|(_, field)| key.contains(&field.name))
            .map(|(place, field)| assign(place, field.name))
            .collect();
        // Nothing is looked at where nothing is held.
        let find = if held.is_empty() { Find::Key } else { find };
        let by = if find == Find::Rowid { ROWID } else { version.as_str() };
        let look = format!(
            "SELECT {}, {by} FROM {} WHERE {}",
            list([VERSION].into_iter().chain(held.iter().map(|(_, field)| field.name))),
            binding.path,
            equal(key.iter().copied(), 1)
        );
        let last = number(fields.len());
        let condition = match find {
            Find::Key => format!(" WHERE {} AND {version} = ${last}", same.join(" AND ")),
            Find::Rowid => format!(" WHERE {by} = ${last}"),
        };
        let set = format!("UPDATE {} SET {}", binding.path, set.join(", "));
        let set_indexed = held.iter().map(|(place, field)| {
            engine.placeholders(&format!(", {}", assign(*place, field.name)))
        });
        Self {
            look: engine.placeholders(&look),
            find,
            set: engine.placeholders(&set),
            set_indexed: set_indexed.collect(),
            condition: engine.placeholders(&condition),
            key: key.iter().filter_map(|name| binding.record.position(name)).collect(),
            indexed: held.into_iter().map(|(place, _)| place).collect(),
        }
    }

    fn each_text(&mut self, change: &mut dyn FnMut(&mut String)) {
        let Self { look, find: _, key: _, indexed: _, set, set_indexed, condition } = self;
        [look, set, condition].into_iter().chain(set_indexed).for_each(change);
    }

    /// Prepares both statements, to find out whether a table of the host has all columns.
    pub(super) fn prepare(&self, connection: &Connection) -> rusqlite::Result<()> {
        connection.prepare(&self.look)?;
        connection.prepare(&self.text(&vec![true; self.indexed.len()]))?;
        Ok(())
    }

    /// Whether the statement for `changed` takes an argument, asked in the order of the numbers: what it
    /// does not set need not be copied into it.
    pub(super) fn taken<'a>(
        &'a self,
        changed: &'a [bool],
    ) -> impl FnMut(&(usize, &Value)) -> bool + 'a {
        let mut held = self.indexed.iter().zip(changed).peekable();
        move |(number, _)| {
            let is_this = |place: &usize| place.saturating_add(1) == *number;
            if self.find == Find::Rowid && self.key.iter().any(is_this) {
                return false;
            }
            let this = held.next_if(|(place, _)| is_this(place));
            this.is_none_or(|(_, changed)| *changed)
        }
    }

    /// What all statements of this record type begin with.
    pub(super) fn stem(&self) -> &str {
        &self.set
    }

    /// The statement that sets those of the `indexed` columns for which `changed`, in their order, says
    /// so; takes the row, and the version that was read or the rowid.
    pub(super) fn text(&self, changed: &[bool]) -> String {
        let mut text = self.set.clone();
        for (set, changed) in self.set_indexed.iter().zip(changed) {
            if *changed {
                text.push_str(set);
            }
        }
        text.push_str(&self.condition);
        text
    }
}
