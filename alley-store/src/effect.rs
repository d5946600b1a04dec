//! What an effect of an erasure step does to the fields of a row.

use std::collections::BTreeSet;

use alley_core::{Effect, FieldDecl, RecordType, StoreError, Value};

use crate::failure::other;

/// The fields that an effect changes, in the order of declaration; none for a deletion.
pub(crate) fn fields(
    record: &'static RecordType,
    effect: &Effect,
) -> Result<Vec<&'static FieldDecl>, StoreError> {
    let wanted: BTreeSet<&str> = match effect {
        Effect::Delete => BTreeSet::new(),
        Effect::Minimize { fields } => fields.iter().copied().collect(),
        Effect::Rewrite { field, .. } => BTreeSet::from([*field]),
    };
    let mut key = record.tenant.into_iter().chain([record.id]);
    if key.any(|name| wanted.contains(name)) {
        return Err(other(format!("a key of record type {} cannot be changed", record.name)));
    }
    Ok(record.fields.iter().filter(|field| wanted.contains(field.name)).collect())
}

/// What a field that an effect changes holds afterwards.
pub(crate) fn value(effect: &Effect, field: &FieldDecl) -> Value {
    match effect {
        Effect::Rewrite { to, .. } => to.clone(),
        Effect::Minimize { .. } | Effect::Delete => field.blank(),
    }
}
