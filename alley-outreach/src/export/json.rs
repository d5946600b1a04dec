//! JSON lines: every line ends with LF, every key is always there.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::row::{COLUMNS, Cell, ExportRow, SCHEMA};
use super::time;

pub(super) fn manifest(now: DateTime<Utc>) -> String {
    let columns = COLUMNS.iter().map(|name| Value::from(*name)).collect::<Vec<_>>();
    object([
        ("manifest", Value::from("alley-outreach/drafts")),
        ("export_schema", Value::from(SCHEMA)),
        ("created_at", Value::from(time(now))),
        ("columns", Value::from(columns)),
    ])
}

pub(super) fn line(row: &ExportRow) -> String {
    object(COLUMNS.into_iter().zip(row.cells()).map(|(name, cell)| {
        let value = match cell {
            Cell::Number(number) => Value::from(number),
            Cell::Time(at) => Value::from(time(at)),
            Cell::Text(text) => Value::from(text),
            Cell::Absent => Value::Null,
        };
        (name, value)
    }))
}

pub(super) fn trailer(rows: u64, sha256: &str) -> String {
    object([("rows", Value::from(rows)), ("sha256", Value::from(sha256))])
}

/// Keys in the order given. U+2028 and U+2029 end lines for some readers, so they are escaped; they
/// occur in strings only.
fn object(entries: impl IntoIterator<Item = (&'static str, Value)>) -> String {
    let entries: Vec<String> =
        entries.into_iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    let text = entries.join(",").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029");
    format!("{{{text}}}\n")
}
