//! Record types in tables of the host: names in statements, and whether the tables are as they must be.

use std::collections::HashMap;
use std::path::Path;

use alley_core::RecordType;
use rusqlite::Connection;

use super::{Shared, SqliteOptions, UpdateSql, connection};
use crate::coverage::{CoverageError, LiveSchema};
use crate::domain::DeclarationError;
use crate::error::OpenError;
use crate::layout::Layout;
use crate::sql::{Binding, Catalogue};
use crate::sql_records::SqlRecords;

/// Puts the host's names into the statements.
pub(super) fn rename(
    catalogue: &mut Catalogue,
    options: &SqliteOptions,
) -> Result<(), DeclarationError> {
    let mut known: Vec<&str> = Vec::new();
    for hosted in &options.hosted {
        hosted.check()?;
        let record = hosted.record();
        let error = |wrong| {
            let (domain, what) = (record.domain, record.name);
            Err(DeclarationError { domain, what, wrong })
        };
        if catalogue.record(record).is_err() {
            return error("it has a table of the host and is in no domain of the store");
        }
        if known.contains(&record.name) {
            return error("it has two tables of the host");
        }
        known.push(record.name);
        let names = hosted.names(&options.layout);
        let mut rename = |text: &mut String| *text = names.rendered(text);
        catalogue.each_text(record, &options.domains, &mut rename);
    }
    Ok(())
}

/// Prepares what reads and writes the host's tables.
pub(super) fn check(
    connection: &Connection,
    path: &Path,
    catalogue: &Catalogue,
    updates: &HashMap<&'static str, UpdateSql>,
    hosted: &[SqlRecords],
) -> Result<(), OpenError> {
    for hosted in hosted {
        let Ok(sql) = catalogue.record(hosted.record()) else {
            continue;
        };
        let texts = sql.statements().into_iter();
        let prepared = texts.map(|(_, text)| connection.prepare(text).map(drop));
        let update = updates.get(hosted.record().name);
        let prepared = prepared.chain(update.map(|update| update.prepare(connection)));
        prepared.collect::<Result<(), _>>().map_err(|error| OpenError::HostTable {
            database: connection::name(path),
            table: hosted.table().to_owned(),
            record: hosted.record().name,
            source: Box::new(error),
        })?;
    }
    Ok(())
}

impl Shared {
    /// A statement that is made when it is needed, with the host's names.
    pub(super) fn renamed(&self, record: &RecordType, text: String) -> String {
        match self.hosted.iter().find(|hosted| hosted.record().name == record.name) {
            Some(hosted) => hosted.names(&self.layout).rendered(&text),
            None => text,
        }
    }
}

/// Shows the host's tables under the names that declarations know, in place of the tables of ours
/// that they stand for. Columns of the host's own are left out.
pub(super) fn translate(live: &mut LiveSchema, hosted: &[SqlRecords], layout: &Layout) {
    let mut tables: Vec<_> = Vec::new();
    for hosted in hosted {
        let own = Binding::new(hosted.record(), layout).table;
        live.remove(&own);
        let Some(columns) = live.get(hosted.table()) else {
            continue;
        };
        let fields = columns.iter().filter_map(|column| {
            let name = hosted.field_of(&column.name)?.to_owned();
            Some(crate::coverage::LiveColumn { name, ..column.clone() })
        });
        tables.push((own, fields.collect()));
    }
    for hosted in hosted {
        live.remove(hosted.table());
    }
    live.extend(tables);
}

/// Names the host's tables and columns in what was found wrong.
pub(super) fn named(
    mut error: CoverageError,
    hosted: &[SqlRecords],
    layout: &Layout,
) -> CoverageError {
    for gap in &mut error.gaps {
        let own = |hosted: &&SqlRecords| Binding::new(hosted.record(), layout).table == gap.table;
        if let Some(hosted) = hosted.iter().find(own) {
            gap.table = hosted.table().to_owned();
            gap.column = gap.column.take().map(|field| hosted.column_of(&field).to_owned());
        }
    }
    error
}
