//! By hand on PostgreSQL.

use alley_core::{RecordType, Row, Storage, Value, ValueKind};
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{
    PgArgumentBuffer, PgArguments, PgHasArrayType, PgPool, PgTypeInfo, PgValueRef,
};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Decode, Encode, Executor as _, Postgres, Row as _, Type};

use super::{columns, is_id, numbered};

/// A statement with arguments.
pub type Bound<'q> = Query<'q, Postgres, PgArguments>;

/// An id; what the driver's feature `uuid` would bring.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a wrapper and nothing more")]
pub struct Uid(pub [u8; 16]);

impl Type<Postgres> for Uid {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(Oid(2950))
    }
}

impl PgHasArrayType for Uid {
    fn array_type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(Oid(2951))
    }
}

impl Encode<'_, Postgres> for Uid {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        buffer.extend_from_slice(&self.0);
        Ok(IsNull::No)
    }
}

impl Decode<'_, Postgres> for Uid {
    fn decode(value: PgValueRef<'_>) -> Result<Self, BoxDynError> {
        Ok(Self(value.as_bytes()?.try_into()?))
    }
}

/// Inserts one row; takes its values.
pub fn insert(table: &str, record: &RecordType) -> String {
    let values = numbered('$', record.fields.len());
    format!("INSERT INTO {table} ({}) VALUES ({values}, 1)", columns(record))
}

/// Inserts many rows; takes an array for each column.
pub fn insert_many(table: &str, record: &RecordType) -> String {
    let arrays = (1..).zip(record.fields).map(|(n, field)| format!("${n}::{}[]", word(field.kind)));
    let arrays = arrays.collect::<Vec<_>>().join(", ");
    format!("INSERT INTO {table} ({}) SELECT *, 1 FROM unnest({arrays})", columns(record))
}

const fn word(kind: ValueKind) -> &'static str {
    match (kind, kind.storage()) {
        (ValueKind::Id(_), _) => "uuid",
        (_, Storage::Int) => "bigint",
        (_, Storage::Text) => "text",
        (_, Storage::Bytes) => "bytea",
    }
}

/// A statement that stays prepared.
pub fn query(text: &str) -> Bound<'_> {
    sqlx::query(AssertSqlSafe(text))
}

/// Binds the values of one row.
pub fn bind_row<'q>(mut query: Bound<'q>, record: &RecordType, row: &'q [Value]) -> Bound<'q> {
    for (field, value) in record.fields.iter().zip(row) {
        query = match field.kind.storage() {
            Storage::Int => query.bind(int(value)),
            Storage::Text => query.bind(text(value)),
            Storage::Bytes if is_id(field.kind) => query.bind(uid(value)),
            Storage::Bytes => query.bind(bytes(value)),
        };
    }
    query
}

/// Binds an array for each column of some rows.
pub fn bind_rows<'q>(mut query: Bound<'q>, record: &RecordType, rows: &'q [Row]) -> Bound<'q> {
    for (place, field) in record.fields.iter().enumerate() {
        let column = rows.iter().filter_map(|row| row.get(place));
        query = match field.kind.storage() {
            Storage::Int => query.bind(column.map(int).collect::<Vec<_>>()),
            Storage::Text => query.bind(column.map(text).collect::<Vec<_>>()),
            Storage::Bytes if is_id(field.kind) => query.bind(column.map(uid).collect::<Vec<_>>()),
            Storage::Bytes => query.bind(column.map(bytes).collect::<Vec<_>>()),
        };
    }
    query
}

const fn int(value: &Value) -> Option<i64> {
    match value {
        Value::Int(number) => Some(*number),
        _ => None,
    }
}

fn text(value: &Value) -> Option<&str> {
    match value {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

fn bytes(value: &Value) -> Option<&[u8]> {
    match value {
        Value::Bytes(bytes) => Some(bytes),
        _ => None,
    }
}

/// An id from its value.
pub fn uid(value: &Value) -> Option<Uid> {
    bytes(value).and_then(|bytes| bytes.try_into().ok()).map(Uid)
}

/// All rows of a table as text, to be compared.
///
/// # Errors
/// Those of the driver.
pub async fn dump(pool: &PgPool, table: &str) -> Result<Vec<String>, sqlx::Error> {
    let statement = format!("SELECT kept::text FROM {table} AS kept ORDER BY 1");
    let rows = pool.fetch_all(sqlx::raw_sql(AssertSqlSafe(statement))).await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}
