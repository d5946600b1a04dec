//! Rows of every record type, whose values follow from the declarations.

use alley_core::{FieldDecl, Key, RecordType, TenantId, Value, ValueKind};
use alley_store::Domain;

pub(crate) fn records() -> Vec<&'static RecordType> {
    Domain::enabled().into_iter().flat_map(|domain| domain.records).collect()
}

pub(crate) fn tenant() -> TenantId {
    TenantId::from_uuid(uuid::Uuid::from_bytes([200; 16]))
}

/// The record type of this name.
pub(crate) fn record(name: &str) -> &'static RecordType {
    records().into_iter().find(|record| record.name == name).unwrap()
}

pub(crate) fn key(record: &RecordType, n: u8) -> Key {
    let id = value(record, record.field(record.id).unwrap(), n);
    Key::from_parts(record.tenant.map(|_| tenant()), id)
}

pub(crate) fn row(record: &RecordType, n: u8) -> Vec<Value> {
    record.fields.iter().map(|field| value(record, field, n)).collect()
}

/// Half of what may be absent is.
pub(crate) fn value(record: &RecordType, field: &FieldDecl, n: u8) -> Value {
    let number = i64::from(n);
    if Some(field.name) == record.tenant {
        return Value::bytes(tenant().as_uuid().as_bytes());
    }
    if field.optional && (field.name.len() + usize::from(n)).is_multiple_of(2) {
        return Value::Null;
    }
    match field.kind {
        // The suites have ids of their own.
        ValueKind::Id(_) => Value::bytes(vec![100_u8.wrapping_add(n); 16]),
        ValueKind::Int => Value::Int(number - 3),
        ValueKind::Bool => Value::Int(number % 2),
        ValueKind::Time => Value::Int(1_700_000_000_000_000 + number),
        ValueKind::Date => Value::Text(format!("2024-02-{n:02}")),
        ValueKind::Json => Value::Text(format!("{{\"n\":{n}}}")),
        ValueKind::Hash => Value::bytes(vec![n; 32]),
        ValueKind::Bytes | ValueKind::Sealed => Value::bytes(vec![0, n, 255]),
        _ => Value::Text(format!("{} {n} 'é'", field.name)),
    }
}
