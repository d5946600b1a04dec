//! Records in a table that a host made, under the host's names.

use std::collections::BTreeMap;

use alley_core::{Record, RecordType};

use crate::ddl;
use crate::domain::{DeclarationError, Domain};
use crate::layout::{Layout, VERSION};
use crate::sql::{Binding, list, quoted};

/// Says in which table of the host a record type lives, and how its columns are called there.
///
/// The store then reads, writes, expects, exports, holds and erases rows of that type in this table;
/// nothing else changes. It works for record types of ours, whose own table stays empty, and for
/// those of a host. Columns that no field names are the host's: an insert leaves them at their
/// default, an update leaves them as they are, and they go when the row goes. Export does not show
/// them; what is personal in them the host declares as a record type of its own, which may live in the
/// same table.
///
/// What the table needs:
/// - for each field a column of its kind (`INTEGER`, `TEXT` or `BLOB`; see [`ddl::columns`]), and an
///   `INTEGER NOT NULL` that counts how often the row was written, which whatever else writes rows has
///   to raise as well;
/// - as its primary key the columns of tenant, if the type has one, and id;
/// - the indexes of [`indexes`](Self::indexes);
/// - a default for every other column that may not be absent.
///
/// Opening a store fails when the table or a column is missing; `coverage` finds the rest.
///
/// # Examples
/// ```
/// use alley_core::Membership;
/// use alley_store::{SqlRecords, SqliteOptions};
///
/// let staff = SqlRecords::of::<Membership>("staff")
///     .column("tenant_id", "organization")
///     .column("account_id", "person")
///     .version_column("revision");
/// let options = SqliteOptions::default().with_sql_records(staff);
/// ```
#[derive(Clone, Debug)]
pub struct SqlRecords {
    record: &'static RecordType,
    table: String,
    columns: BTreeMap<&'static str, String>,
}

impl SqlRecords {
    /// The type lives in `table`, in columns that are called like its fields, with the version in
    /// `row_version`.
    pub fn of<R: Record>(table: impl Into<String>) -> Self {
        Self { record: R::TYPE, table: table.into(), columns: BTreeMap::new() }
    }

    /// The column of a field has another name.
    #[must_use]
    pub fn column(mut self, field: &'static str, column: impl Into<String>) -> Self {
        self.columns.insert(field, column.into());
        self
    }

    /// The column of the version has another name.
    #[must_use]
    pub fn version_column(self, column: impl Into<String>) -> Self {
        self.column(VERSION, column)
    }

    /// The statements that make the indexes which the table needs: the uniqueness rules of the type,
    /// and what the queries of `domain` and privacy look for.
    pub fn indexes(&self, domain: &Domain) -> String {
        let names = self.names(&Layout::default());
        let statement = |index: ddl::Index| {
            let unique = if index.unique { "UNIQUE " } else { "" };
            let name = quoted(&format!("{}_{}", self.table, index.name));
            let columns = names.rendered(&list(index.columns.iter().copied()));
            let filter = index.filter().map(|filter| format!(" WHERE {}", names.rendered(&filter)));
            let filter = filter.unwrap_or_default();
            format!("CREATE {unique}INDEX {name} ON {} ({columns}){filter};\n", quoted(&self.table))
        };
        ddl::indexes(domain, self.record).into_iter().map(statement).collect()
    }

    pub(crate) const fn record(&self) -> &'static RecordType {
        self.record
    }

    pub(crate) fn table(&self) -> &str {
        &self.table
    }

    /// The field, or the version, that is kept in a column.
    pub(crate) fn field_of(&self, column: &str) -> Option<&'static str> {
        let fields = self.record.fields.iter().map(|field| field.name).chain([VERSION]);
        fields.into_iter().find(|field| self.column_of(field) == column)
    }

    /// What the names in the statements of this type stand for.
    pub(crate) fn names(&self, layout: &Layout) -> Names {
        let own = Binding::new(self.record, layout).table;
        let columns =
            self.columns.iter().map(|(field, column)| ((*field).to_owned(), column.clone()));
        Names(columns.chain([(own, self.table.clone())]).collect())
    }

    /// Checks that names can be put into statements, and stand for something.
    pub(crate) fn check(&self) -> Result<(), DeclarationError> {
        let error = |wrong| {
            let (domain, what) = (self.record.domain, self.record.name);
            Err(DeclarationError { domain, what, wrong })
        };
        if self.columns.keys().any(|name| *name != VERSION && self.record.field(name).is_none()) {
            return error("a column is named for a field that the record type does not have");
        }
        let plain = |name: &str| !name.is_empty() && !name.contains(['"', '\0']);
        if !plain(&self.table) || !self.columns.values().all(|name| plain(name)) {
            return error("names of tables and columns are not empty and have no quotation mark");
        }
        let fields = || self.record.fields.iter().map(|field| field.name).chain([VERSION]);
        if fields().any(|field| self.field_of(self.column_of(field)) != Some(field)) {
            return error("two fields are kept in the same column");
        }
        // The statements that look for holds have columns of these names.
        if ["record", "key"].iter().any(|name| self.columns.contains_key(name)) {
            return error("fields called \"record\" and \"key\" keep these names as columns");
        }
        Ok(())
    }

    pub(crate) fn column_of<'a>(&'a self, field: &'a str) -> &'a str {
        self.columns.get(field).map_or(field, String::as_str)
    }
}

/// What the host calls tables and columns.
#[derive(Debug)]
pub(crate) struct Names(BTreeMap<String, String>);

impl Names {
    /// A statement with the host's names. Statements quote every name and bind every value, so
    /// whatever stands between quotation marks is a name.
    pub(crate) fn rendered(&self, statement: &str) -> String {
        let parts = statement.split('"').enumerate().map(|(place, part)| {
            let named = if place % 2 == 1 { self.0.get(part) } else { None };
            named.map_or(part, String::as_str)
        });
        parts.collect::<Vec<_>>().join("\"")
    }
}

#[cfg(test)]
mod tests {
    use alley_core::Membership;

    use super::*;

    #[test]
    fn each_name_is_put_in_once_and_in_one_pass() {
        let swapped = SqlRecords::of::<Membership>("staff")
            .column("role", "joined_at")
            .column("joined_at", "role");
        let names = swapped.names(&Layout::default());
        let text = "UPDATE \"alley_core_membership\" SET \"role\" = ?1, \"joined_at\" = ?2";
        let wanted = "UPDATE \"staff\" SET \"joined_at\" = ?1, \"role\" = ?2";
        assert_eq!(names.rendered(text), wanted);
        assert!(swapped.check().is_ok());
    }

    #[test]
    fn names_that_cannot_work_are_refused() {
        let staff = || SqlRecords::of::<Membership>("staff");
        for (wrong, mapping) in [
            ("no such field", staff().column("shoe_size", "size")),
            ("a quotation mark", staff().column("role", "a\"b")),
            ("an empty table", SqlRecords::of::<Membership>("")),
            ("a column twice", staff().column("role", "same").column("joined_at", "same")),
            ("the column of another field", staff().column("role", "joined_at")),
        ] {
            assert!(mapping.check().is_err(), "{wrong}");
        }
    }
}
