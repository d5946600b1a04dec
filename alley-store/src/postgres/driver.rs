//! Values to and from the driver.
//!
//! Values travel in PostgreSQL's binary form. Types of single arguments are left to the server, which
//! knows the column they are compared with: sixteen bytes are an id for one column and bytes for
//! another. An array says the type of its values, so that one is given.

use alley_core::{StoreError, Value};
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgArgumentBuffer, PgArguments, PgConnection, PgRow, PgTypeInfo, PgValueRef};
use sqlx::{Arguments as _, AssertSqlSafe, Encode, Postgres, Row as _, Type, ValueRef as _};

use crate::sql::Element;

/// An argument of a statement.
pub(super) enum Argument<'a> {
    One(&'a Value),
    /// A value for a column of this type.
    Of(Element, &'a Value),
    Many(Element, Vec<&'a Value>),
}

impl<'a> From<&'a Value> for Argument<'a> {
    fn from(value: &'a Value) -> Self {
        Self::One(value)
    }
}

/// Runs a statement; its rows.
pub(super) async fn rows(
    connection: &mut PgConnection,
    text: &str,
    arguments: &[Argument<'_>],
    persistent: bool,
) -> Result<Vec<PgRow>, sqlx::Error> {
    let bound = bind(arguments)?;
    // The text is rendered from declarations whose names were checked; values are bound.
    sqlx::query_with(AssertSqlSafe(text), bound).persistent(persistent).fetch_all(connection).await
}

/// Runs a statement; how many rows it changed.
pub(super) async fn execute(
    connection: &mut PgConnection,
    text: &str,
    arguments: &[Argument<'_>],
    persistent: bool,
) -> Result<u64, sqlx::Error> {
    let bound = bind(arguments)?;
    let query = sqlx::query_with(AssertSqlSafe(text), bound).persistent(persistent);
    Ok(query.execute(connection).await?.rows_affected())
}

/// The values of a row.
pub(super) fn values(row: &PgRow) -> Result<Vec<Value>, StoreError> {
    let mut values = Vec::with_capacity(row.len());
    for column in 0..row.len() {
        values.push(value(row, column)?);
    }
    Ok(values)
}

fn value(row: &PgRow, column: usize) -> Result<Value, StoreError> {
    const TABLE: &str = "database";
    let wrong = |_none| StoreError::corrupt(TABLE, "a column is not there");
    let raw: PgValueRef<'_> = row.try_get_raw(column).map_err(wrong)?;
    if raw.is_null() {
        return Ok(Value::Null);
    }
    let oid = raw.type_info().oid();
    let bytes = raw.as_bytes().map_err(|_null| StoreError::corrupt(TABLE, "a value is absent"))?;
    let number = |bytes: Option<i64>| match bytes {
        Some(number) => Ok(Value::Int(number)),
        None => Err(StoreError::corrupt(TABLE, "a number has another length")),
    };
    match oid {
        Some(INT8) => number(bytes.try_into().ok().map(i64::from_be_bytes)),
        Some(INT4) => number(bytes.try_into().ok().map(|four| i32::from_be_bytes(four).into())),
        Some(TEXT) => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Value::Text(text.to_owned())),
            Err(_) => Err(StoreError::corrupt(TABLE, "a text is not UTF-8")),
        },
        Some(BYTEA | UUID) => Ok(Value::bytes(bytes)),
        _ => Err(StoreError::corrupt(TABLE, "a column has a type that no record declares")),
    }
}

fn bind(arguments: &[Argument<'_>]) -> Result<PgArguments, sqlx::Error> {
    let mut bound = PgArguments::default();
    bound.reserve(arguments.len(), 64_usize.saturating_mul(arguments.len()));
    for argument in arguments {
        bound.add(argument).map_err(sqlx::Error::Encode)?;
    }
    Ok(bound)
}

impl Type<Postgres> for Argument<'_> {
    fn type_info() -> PgTypeInfo {
        UNSAID
    }
}

impl Encode<'_, Postgres> for Argument<'_> {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        match self {
            Self::One(value) => write(value, None, buffer),
            Self::Of(element, value) => write(value, Some(*element), buffer),
            Self::Many(element, values) => {
                array(*element, values, buffer)?;
                Ok(IsNull::No)
            }
        }
    }
}

/// One dimension, whether absent values are among them, type, length, first index (1), values
/// (PostgreSQL's `array_recv`).
fn array(
    element: Element,
    values: &[&Value],
    buffer: &mut PgArgumentBuffer,
) -> Result<(), BoxDynError> {
    let absent = values.iter().any(|value| **value == Value::Null);
    buffer.extend_from_slice(&1_i32.to_be_bytes());
    buffer.extend_from_slice(&i32::from(absent).to_be_bytes());
    buffer.extend_from_slice(&oid(element).0.to_be_bytes());
    buffer.extend_from_slice(&i32::try_from(values.len())?.to_be_bytes());
    buffer.extend_from_slice(&1_i32.to_be_bytes());
    for value in values {
        let length: i32 = match value {
            Value::Null => -1,
            Value::Int(_) => 8,
            Value::Text(text) => i32::try_from(text.len())?,
            Value::Bytes(bytes) => i32::try_from(bytes.len())?,
        };
        buffer.extend_from_slice(&length.to_be_bytes());
        let _written = write(value, Some(element), buffer)?;
    }
    Ok(())
}

fn write(
    value: &Value,
    element: Option<Element>,
    buffer: &mut PgArgumentBuffer,
) -> Result<IsNull, BoxDynError> {
    let fits = |kinds: &[Element]| match element {
        Some(element) if !kinds.contains(&element) => Err("a value is not of its column's kind"),
        _ => Ok(()),
    };
    match value {
        Value::Null => return Ok(IsNull::Yes),
        Value::Int(number) => {
            fits(&[Element::Int])?;
            buffer.extend_from_slice(&number.to_be_bytes());
        }
        Value::Text(text) => {
            fits(&[Element::Text])?;
            if text.contains('\0') {
                return Err(
                    "a text holds the character U+0000, which PostgreSQL cannot store".into()
                );
            }
            buffer.extend_from_slice(text.as_bytes());
        }
        Value::Bytes(bytes) => {
            fits(&[Element::Bytes, Element::Uuid])?;
            buffer.extend_from_slice(bytes);
        }
    }
    Ok(IsNull::No)
}

const fn oid(element: Element) -> Oid {
    match element {
        Element::Uuid => UUID,
        Element::Int => INT8,
        Element::Text => TEXT,
        Element::Bytes => BYTEA,
    }
}

// From PostgreSQL's catalogue pg_type; they never change.
const BYTEA: Oid = Oid(17);
const INT8: Oid = Oid(20);
const INT4: Oid = Oid(23);
const TEXT: Oid = Oid(25);
const UUID: Oid = Oid(2950);
/// The server finds the type out (documentation of the message Parse).
const UNSAID: PgTypeInfo = PgTypeInfo::with_oid(Oid(0));
