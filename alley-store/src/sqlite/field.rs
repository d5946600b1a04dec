//! Values of records in statements of a host.

use alley_core::{Field, FieldError, Value};
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};

/// A field of a record in a host's own statement: bound and read as the store itself does it.
///
/// # Examples
/// ```
/// use alley_core::TenantId;
/// use alley_store::{SqlField, rusqlite};
///
/// # fn example(connection: &rusqlite::Connection, tenant: TenantId) -> rusqlite::Result<TenantId> {
/// let text = "SELECT id FROM organizations WHERE id = ?1";
/// connection.query_row(text, [SqlField(tenant)], |row| Ok(row.get::<_, SqlField<_>>("id")?.0))
/// # }
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a wrapper to put on and to take off")]
pub struct SqlField<T>(pub T);

impl<T: Field> ToSql for SqlField<T> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Owned(match self.0.to_value() {
            Value::Null => rusqlite::types::Value::Null,
            Value::Int(number) => rusqlite::types::Value::Integer(number),
            Value::Text(text) => rusqlite::types::Value::Text(text),
            Value::Bytes(bytes) => rusqlite::types::Value::Blob(bytes.into_vec()),
        }))
    }
}

impl<T: Field> FromSql for SqlField<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let SqlValue(value) = SqlValue::column_result(value)?;
        let wrong = |error: FieldError| FromSqlError::Other(Box::new(error));
        T::from_value(value).map(Self).map_err(wrong)
    }
}

/// A value of a row or of a key in a host's own statement, whatever field it is of.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a wrapper to put on and to take off")]
pub struct SqlValue(pub Value);

impl ToSql for SqlValue {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match &self.0 {
            Value::Null => ValueRef::Null,
            Value::Int(number) => ValueRef::Integer(*number),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl FromSql for SqlValue {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Ok(Self(match value {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(number) => Value::Int(number),
            ValueRef::Real(_) => return Err(FromSqlError::InvalidType),
            ValueRef::Text(_) => Value::Text(value.as_str()?.to_owned()),
            ValueRef::Blob(bytes) => Value::bytes(bytes),
        }))
    }
}
