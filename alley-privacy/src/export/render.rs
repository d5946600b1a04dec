//! Values and words of an export.

use std::fmt::Write as _;

use alley_core::{FieldDecl, Key, Keyring, RecordType, SealContext, Sealed, Value, ValueKind};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::DateTime;
use secrecy::ExposeSecret as _;
use serde_json::json;

use super::walk::ExportSummary;
use crate::data_map::{DataMap, ElementEntry};
use crate::erasure::{certificate_instant as instant, hex};
use crate::error::{Error, Result};

/// A stored value in a form that a person can read.
pub(super) fn value(
    keyring: &Keyring,
    record: &'static RecordType,
    field: &'static FieldDecl,
    key: &Key,
    value: &Value,
) -> Result<serde_json::Value> {
    Ok(match (field.kind, value) {
        (_, Value::Null) => serde_json::Value::Null,
        (ValueKind::Bool, Value::Int(number)) => json!(*number != 0),
        (ValueKind::Time, Value::Int(micros)) => {
            DateTime::from_timestamp_micros(*micros).map_or(json!(micros), |at| json!(instant(at)))
        }
        (_, Value::Int(number)) => json!(number),
        (ValueKind::Json, Value::Text(text)) => {
            serde_json::from_str(text).unwrap_or_else(|_| json!(text))
        }
        (_, Value::Text(text)) => json!(text),
        (ValueKind::Sealed, Value::Bytes(bytes)) if !bytes.is_empty() => {
            let row_key = key.to_bytes();
            let context = SealContext::field(record.name, field.name, key.tenant(), &row_key);
            let opened = keyring.open(&context, &Sealed::from_bytes(bytes.to_vec()));
            let opened = opened.map_err(|source| Error::Open {
                record: record.name,
                field: field.name,
                source,
            })?;
            let bytes = opened.expose_secret();
            match std::str::from_utf8(bytes) {
                Ok(text) => json!(text),
                Err(_) => json!(STANDARD.encode(bytes)),
            }
        }
        (ValueKind::Id(prefix), Value::Bytes(bytes)) => json!(id(prefix, bytes)),
        (_, Value::Bytes(bytes)) => json!(STANDARD.encode(bytes)),
    })
}

fn id(prefix: &str, bytes: &[u8]) -> String {
    format!("{prefix}_{}", hex(bytes))
}

/// The id of a row as text.
pub(super) fn key_text(record: &RecordType, key: &Key) -> String {
    match (record.field(record.id).map(|field| field.kind), key.id()) {
        (Some(ValueKind::Id(prefix)), Value::Bytes(bytes)) => id(prefix, bytes),
        (_, Value::Text(text)) => text.clone(),
        (_, Value::Int(number)) => number.to_string(),
        (_, Value::Bytes(bytes)) => STANDARD.encode(bytes),
        (_, Value::Null) => String::new(),
    }
}

/// What must be said about an element beside its values (GDPR article 15(1)).
pub(super) fn about(map: &DataMap, element: &ElementEntry) -> serde_json::Value {
    let names = |ids: &[String], of: &dyn Fn(&str) -> Option<String>| {
        ids.iter().filter_map(|id| of(id)).collect::<Vec<String>>()
    };
    let purpose =
        |id: &str| map.purposes.iter().find(|entry| entry.id == id).map(|e| e.name.clone());
    let receiver =
        |id: &str| map.subprocessors.iter().find(|entry| entry.id == id).map(|e| e.name.clone());
    let rule = map.rule(&element.retention);
    json!({
        "element": element.id,
        "name": element.name,
        "category": element.category.as_str(),
        "role": element.role.as_str(),
        "purposes": names(&element.purposes, &purpose),
        "recipients": names(&element.subprocessors, &receiver),
        "kept_for": rule.map(|rule| rule.period.to_string()),
        "kept_from": rule.map(|rule| rule.triggers.clone()),
    })
}

pub(super) fn readme(map: &DataMap, summary: &ExportSummary) -> String {
    let mut text = String::from("# What is in this export\n\n");
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "Made at {} with data map {}. Contact: {}.\n",
        summary.generated_at, map.version, map.organization.contact
    );
    for count in &summary.counts {
        let _ = writeln!(text, "- {}: {} rows", count.record, count.rows);
    }
    text.push_str("\n## What is not in it\n\n");
    for ((record, field, reason), rows) in &summary.omitted {
        let _ = writeln!(text, "- {record}.{field}: {reason} ({rows} rows)");
    }
    for element in &summary.answered_by_others {
        let _ = writeln!(text, "- {element}: the organization whose data it is answers for it");
    }
    text.push_str(
        "\n## Your rights\n\nYou may ask for correction, erasure, restriction and portability, \
         object to processing, and complain to a supervisory authority.\n",
    );
    text
}
