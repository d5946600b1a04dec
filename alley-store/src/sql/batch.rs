//! Statements of PostgreSQL over many rows of a record type at once: a round trip costs there what a
//! hundred rows do. Each argument is an array with one value a row.

use alley_core::{FieldDecl, Value, ValueKind};

use super::{Binding, RecordSql, VERSION, equal, list, on_conflict, quoted};

/// The type of the values of an array.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Element {
    Uuid,
    Int,
    Text,
    Bytes,
}

impl Element {
    /// The type of a column that holds values of this kind.
    pub(crate) const fn of(kind: ValueKind) -> Self {
        use alley_core::Storage;
        match (kind, kind.storage()) {
            (ValueKind::Id(_), _) => Self::Uuid,
            (_, Storage::Int) => Self::Int,
            (_, Storage::Text) => Self::Text,
            (_, Storage::Bytes) => Self::Bytes,
        }
    }

    /// Whether a column of this type can hold a value.
    pub(crate) fn holds(self, value: &Value) -> bool {
        match (self, value) {
            (_, Value::Null)
            | (Self::Int, Value::Int(_))
            | (Self::Text, Value::Text(_))
            | (Self::Bytes, Value::Bytes(_)) => true,
            (Self::Uuid, Value::Bytes(bytes)) => bytes.len() == 16,
            _ => false,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Uuid => "uuid",
            Self::Int => "bigint",
            Self::Text => "text",
            Self::Bytes => "bytea",
        }
    }
}

/// The statements of one record type.
#[derive(Debug)]
pub(crate) struct BatchSql {
    /// Types of the columns of the key.
    pub(crate) key: Vec<Element>,
    /// Types of the fields in the order of declaration.
    pub(crate) row: Vec<Element>,
    /// All columns in the order of the given keys; takes keys.
    pub(crate) get: String,
    /// Key and version, in the order of the keys; takes keys.
    pub(crate) versions: String,
    /// Key and version, locked for writing, in the order of the keys; takes keys.
    pub(crate) lock: String,
    /// The same without an answer but how many there are.
    pub(crate) lock_only: String,
    /// Key and version, locked against writers only, in the order of the keys; takes keys.
    pub(crate) share: String,
    /// Takes rows.
    pub(crate) insert: String,
    /// Passes over a row that breaks a rule; takes its values, not arrays.
    pub(crate) insert_one: String,
    /// Takes rows and the versions that were read.
    pub(crate) update: String,
    /// The same for one row; takes its values, not arrays.
    pub(crate) update_one: String,
    /// Takes keys and the versions that were read.
    pub(crate) delete: String,
    /// Inserts, or replaces rows of an older source time; takes rows.
    pub(crate) sync: String,
    /// Deletes unheld rows, answers their keys; takes keys, their byte forms, and the record's name (one
    /// text).
    pub(crate) erase: String,
    pub(crate) edges: Vec<EdgeBatch>,
}

/// Rows that hang on many targets over one edge.
#[derive(Debug)]
pub(crate) struct EdgeBatch {
    pub(crate) field: &'static str,
    /// For targets without a tenant.
    pub(crate) of_any: ReachSql,
    /// For targets of a tenant.
    pub(crate) of_tenant: Option<ReachSql>,
}

/// So many keys of each target, in the order of the targets; takes the targets' columns as arrays, and
/// the limit.
#[derive(Debug)]
pub(crate) struct ReachSql {
    pub(crate) text: String,
    pub(crate) elements: Vec<Element>,
}

impl BatchSql {
    pub(crate) fn new(sql: &RecordSql) -> Self {
        let binding = &sql.binding;
        let path = &binding.path;
        let record = binding.record;
        let columns: Vec<Column> = record.fields.iter().map(Column::of).collect();
        let key = key_columns(binding);
        let keys = given(&key, 1);
        let version = Column { name: VERSION, element: Element::Int };
        let rows = given(&columns, 1);
        let names = list(binding.columns.iter().copied());
        let key_names = prefixed("kept", binding.key());
        let same = same_key(binding);
        let with = |columns: &[Column]| given(&[columns, &[version]].concat(), 1);
        let insert = format!("INSERT INTO {path} ({names}) SELECT \"given\".*, 1 FROM {rows}");
        let versions = format!(
            "SELECT {key_names}, \"kept\".{} FROM {path} AS \"kept\" JOIN {keys} ON {same} \
             ORDER BY {key_names}",
            quoted(VERSION)
        );
        let locked = |strength: &str| format!("{versions} FOR {strength} OF \"kept\"");
        let lock = locked("NO KEY UPDATE");
        let key_list = binding.key();
        let set = columns.iter().filter(|column| !key_list.contains(&column.name));
        let set: Vec<_> = set
            .map(|column| format!("{0} = \"given\".{0}", quoted(column.name)))
            .chain([format!("{0} = \"kept\".{0} + 1", quoted(VERSION))])
            .collect();
        let unchanged = format!("{same} AND \"kept\".{0} = \"given\".{0}", quoted(VERSION));
        let arrays = keys_and_marks(binding);
        Self {
            get: format!(
                "SELECT {} FROM {} WITH ORDINALITY AS \"given\" ({}, \"place\") \
                 JOIN {path} AS \"kept\" ON {same} ORDER BY \"given\".\"place\"",
                prefixed("kept", binding.columns.clone()),
                unnest(&key, 1),
                list(key.iter().map(|column| column.name)),
            ),
            lock_only: format!("SELECT count(*) FROM ({lock}) AS \"locked\""),
            lock,
            share: locked("SHARE"),
            versions,
            update: format!(
                "UPDATE {path} AS \"kept\" SET {} FROM {} WHERE {unchanged}",
                set.join(", "),
                with(&columns),
            ),
            update_one: update_one(binding),
            delete: format!(
                "DELETE FROM {path} AS \"kept\" USING {} WHERE {unchanged}",
                with(&key),
            ),
            sync: format!("{insert} {}", on_conflict(binding)),
            insert_one: format!("{} ON CONFLICT DO NOTHING", sql.single.insert),
            insert,
            erase: format!(
                "DELETE FROM {path} AS \"kept\" USING {} WHERE {same} AND {} RETURNING {key_names}",
                given(&arrays, 1),
                unheld(binding, arrays.len()),
            ),
            edges: EdgeBatch::all(binding),
            key: key.iter().map(|column| column.element).collect(),
            row: columns.iter().map(|column| column.element).collect(),
        }
    }

    #[cfg(test)]
    pub(crate) fn statements(&self) -> Vec<(String, &str)> {
        let mut all: Vec<(String, &str)> = Vec::new();
        for edge in &self.edges {
            all.push((format!("{} many", edge.field), &edge.of_any.text));
            let of_tenant = edge.of_tenant.as_ref();
            all.extend(
                of_tenant.map(|sql| (format!("{} of tenant many", edge.field), sql.text.as_str())),
            );
        }
        let row: [(&str, &String); 12] = [
            ("get", &self.get),
            ("versions", &self.versions),
            ("lock", &self.lock),
            ("lock only", &self.lock_only),
            ("share", &self.share),
            ("insert", &self.insert),
            ("insert one", &self.insert_one),
            ("update", &self.update),
            ("update one", &self.update_one),
            ("delete", &self.delete),
            ("sync", &self.sync),
            ("erase", &self.erase),
        ];
        all.extend(row.map(|(name, text)| (name.to_owned(), text.as_str())));
        all
    }
}

/// Gives fields of unheld rows other values; takes keys, their byte forms, the values of each field,
/// and the record's name (one text). Rows that have the values already are passed over.
pub(crate) fn rewrite(binding: &Binding, fields: &[&FieldDecl]) -> String {
    let changed: Vec<Column> = fields.iter().map(|field| Column::of(field)).collect();
    let key = binding.key();
    // A field may have the name of a key column's argument; its argument gets a name of its own.
    let renamed: Vec<String> =
        changed.iter().map(|column| format!("new_{}", column.name)).collect();
    let arrays = keys_and_marks(binding);
    let all: Vec<Column> = arrays.iter().chain(&changed).copied().collect();
    let names = arrays.iter().map(|column| column.name).chain(renamed.iter().map(String::as_str));
    let assign: Vec<_> = changed
        .iter()
        .zip(&renamed)
        .map(|(column, new)| format!("{} = \"given\".{}", quoted(column.name), quoted(new)))
        .chain([format!("{0} = \"kept\".{0} + 1", quoted(VERSION))])
        .collect();
    let differs: Vec<_> = changed
        .iter()
        .zip(&renamed)
        .map(|(column, new)| {
            let (kept, new) = (quoted(column.name), quoted(new));
            format!("\"kept\".{kept} IS DISTINCT FROM \"given\".{new}")
        })
        .collect();
    format!(
        "UPDATE {} AS \"kept\" SET {} FROM {} AS \"given\" ({}) WHERE {} AND ({}) AND {} \
         RETURNING {}",
        binding.path,
        assign.join(", "),
        unnest(&all, 1),
        list(names),
        same_key(binding),
        differs.join(" OR "),
        unheld(binding, all.len()),
        prefixed("kept", key),
    )
}

impl EdgeBatch {
    fn all(binding: &Binding) -> Vec<Self> {
        let record = binding.record;
        let mut edges: Vec<Self> = Vec::new();
        for edge in record.edges.iter().filter_map(|edge| record.field(edge.field)) {
            if edges.iter().all(|other| other.field != edge.name) {
                let tenant = record.tenant.and_then(|name| record.field(name));
                edges.push(Self {
                    field: edge.name,
                    of_any: ReachSql::new(binding, &[edge]),
                    of_tenant: tenant.map(|tenant| ReachSql::new(binding, &[tenant, edge])),
                });
            }
        }
        edges
    }
}

impl ReachSql {
    fn new(binding: &Binding, fields: &[&FieldDecl]) -> Self {
        let columns: Vec<Column> = fields.iter().map(|field| Column::of(field)).collect();
        // An edge can be the tenant itself, so arguments have names of their own.
        let names: Vec<_> = (1..=columns.len()).map(|n| format!("target_{n}")).collect();
        let same = columns.iter().zip(&names).map(|(column, name)| {
            format!("\"kept\".{} = \"given\".{}", quoted(column.name), quoted(name))
        });
        let same: Vec<_> = same.collect();
        let is_fixed = |name: &&str| columns.iter().any(|column| column.name == *name);
        let order: Vec<_> = binding.key().into_iter().filter(|name| !is_fixed(name)).collect();
        // Columns that are fixed by the target say nothing about the order; there may be no others.
        let (mut within, mut then) = (String::new(), String::new());
        if !order.is_empty() {
            within = format!(" ORDER BY {}", prefixed("kept", order.iter().copied()));
            then = format!(", {}", prefixed("found", order));
        }
        let limit = columns.len().saturating_add(1);
        let text = format!(
            "SELECT \"given\".\"place\", {} FROM {} WITH ORDINALITY AS \"given\" ({}, \"place\") \
             CROSS JOIN LATERAL (SELECT {} FROM {} AS \"kept\" WHERE {}{within} LIMIT ${limit}) \
             AS \"found\" ORDER BY \"given\".\"place\"{then} LIMIT ${limit}",
            prefixed("found", binding.key()),
            unnest(&columns, 1),
            list(names.iter().map(String::as_str)),
            prefixed("kept", binding.key()),
            binding.path,
            same.join(" AND "),
        );
        Self { text, elements: columns.iter().map(|column| column.element).collect() }
    }
}

fn update_one(binding: &Binding) -> String {
    let key = binding.key();
    let fields = (1_usize..).zip(binding.record.fields);
    let (same, set): (Vec<_>, Vec<_>) = fields.partition(|(_, field)| key.contains(&field.name));
    let assign = |(n, field): &(usize, &FieldDecl)| format!("{} = ${n}", quoted(field.name));
    let version = quoted(VERSION);
    let set = set.iter().map(assign).chain([format!("{version} = {version} + 1")]);
    let read = binding.record.fields.len().saturating_add(1);
    let same = same.iter().map(assign).chain([format!("{version} = ${read}")]);
    format!(
        "UPDATE {} SET {} WHERE {}",
        binding.path,
        set.collect::<Vec<_>>().join(", "),
        same.collect::<Vec<_>>().join(" AND ")
    )
}

#[derive(Clone, Copy)]
struct Column {
    name: &'static str,
    element: Element,
}

impl Column {
    const fn of(field: &FieldDecl) -> Self {
        Self { name: field.name, element: Element::of(field.kind) }
    }
}

fn key_columns(binding: &Binding) -> Vec<Column> {
    let fields = binding.key().into_iter().filter_map(|name| binding.record.field(name));
    fields.map(Column::of).collect()
}

/// The columns of the key, and the byte form of the key as the table of holds has it.
fn keys_and_marks(binding: &Binding) -> Vec<Column> {
    let mark = Column { name: "hold_key", element: Element::Bytes };
    key_columns(binding).into_iter().chain([mark]).collect()
}

fn same_key(binding: &Binding) -> String {
    let same = |name: &str| format!("\"kept\".{0} = \"given\".{0}", quoted(name));
    binding.key().into_iter().map(same).collect::<Vec<_>>().join(" AND ")
}

/// The row is under no hold; the record's name is the argument behind `before` others.
fn unheld(binding: &Binding, before: usize) -> String {
    format!(
        "NOT EXISTS (SELECT 1 FROM {} AS \"mark\" WHERE {} AND \"mark\".\"key\" = \
         \"given\".\"hold_key\")",
        binding.holds,
        equal(["record"], before.saturating_add(1)),
    )
}

fn unnest(columns: &[Column], first: usize) -> String {
    let arrays = columns.iter().zip(first..);
    let arrays: Vec<_> =
        arrays.map(|(column, n)| format!("${n}::{}[]", column.element.name())).collect();
    format!("unnest({})", arrays.join(", "))
}

fn given(columns: &[Column], first: usize) -> String {
    let names = list(columns.iter().map(|column| column.name));
    format!("{} AS \"given\" ({names})", unnest(columns, first))
}

fn prefixed<'a>(alias: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    let names = names.into_iter().map(|name| format!("\"{alias}\".{}", quoted(name)));
    names.collect::<Vec<_>>().join(", ")
}
