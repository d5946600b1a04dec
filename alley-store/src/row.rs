//! Rows and keys from values.

use alley_core::{
    Field as _, Key, RecordType, Row, StoreError, StoredRow, TenantId, Value, Version,
};

use crate::sql::Part;

/// The values of a key in the order of the key's columns; `None` when the key is not of this
/// record type, so that there cannot be such a row.
pub(crate) fn key_values(record: &RecordType, key: &Key) -> Option<Vec<Value>> {
    let tenant = match (record.tenant, key.tenant()) {
        (Some(_), Some(tenant)) => Some(tenant.to_value()),
        (None, None) => None,
        _ => return None,
    };
    Some(tenant.into_iter().chain([key.id().clone()]).collect())
}

/// A key from the values of its columns.
pub(crate) fn key(record: &'static RecordType, mut values: Vec<Value>) -> Result<Key, StoreError> {
    let wrong = || StoreError::corrupt(record.name, "a key is not of the declared kind");
    let id = values.pop().ok_or_else(wrong)?;
    let tenant = match record.tenant {
        Some(_) => Some(tenant(values.pop().ok_or_else(wrong)?).ok_or_else(wrong)?),
        None => None,
    };
    Ok(Key::from_parts(tenant, id))
}

fn tenant(value: Value) -> Option<TenantId> {
    TenantId::from_value(value).ok()
}

/// The key of a row.
pub(crate) fn key_of_row(record: &'static RecordType, row: &Row) -> Result<Key, StoreError> {
    let columns = record.tenant.into_iter().chain([record.id]);
    let values = columns.filter_map(|name| row.get(record.position(name)?).cloned());
    key(record, values.collect())
}

/// The value of a field, or absent.
pub(crate) fn field(record: &RecordType, row: &Row, name: Option<&str>) -> Value {
    let place = name.and_then(|name| record.position(name));
    place.and_then(|place| row.get(place)).cloned().unwrap_or(Value::Null)
}

/// A row from the values of its columns, the version last.
pub(crate) fn stored(
    record: &'static RecordType,
    mut values: Vec<Value>,
) -> Result<StoredRow, StoreError> {
    let version = version(record, &mut values)?;
    Ok(StoredRow::new(values, version))
}

/// Takes the version from behind the values of a row.
pub(crate) fn version(
    record: &'static RecordType,
    values: &mut Vec<Value>,
) -> Result<Version, StoreError> {
    match values.pop() {
        Some(Value::Int(version)) => Ok(Version::new(version)),
        _ => Err(StoreError::corrupt(record.name, "a row has no version")),
    }
}

/// The arguments of a page behind a place.
pub(crate) fn place(parts: &[Part], order: &Value, key: &Key) -> Vec<Value> {
    let value = |part: &Part| match part {
        Part::Order => order.clone(),
        Part::Tenant => key.tenant().map_or(Value::Null, |tenant| tenant.to_value()),
        Part::Id => key.id().clone(),
    };
    parts.iter().map(value).collect()
}
