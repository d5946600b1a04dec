//! CSV (RFC 4180) in two profiles.

use unicode_normalization::UnicodeNormalization as _;

use super::row::{COLUMNS, Cell, ExportRow};
use crate::text::is_invisible;

pub(super) fn spreadsheet_names() -> String {
    line(COLUMNS.iter().map(|name| quoted(name)))
}

pub(super) fn machine_names() -> String {
    line(COLUMNS.iter().map(|name| (*name).to_owned()))
}

pub(super) fn spreadsheet(row: &ExportRow) -> String {
    line(row.cells().iter().map(|cell| match cell {
        Cell::Text(text) => quoted(&harmless(text)),
        other => quoted(&other.plain()),
    }))
}

pub(super) fn machine(row: &ExportRow) -> String {
    line(row.cells().iter().map(|cell| {
        let plain = cell.plain();
        let needs = plain.contains(['"', ',', '\r', '\n']);
        if needs { quoted(&plain) } else { plain }
    }))
}

fn line(cells: impl Iterator<Item = String>) -> String {
    let mut line = cells.collect::<Vec<_>>().join(",");
    line.push_str("\r\n");
    line
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// A text that no spreadsheet runs as a formula or reads as a number that loses digits.
///
/// Quotes alone do not help, because the formula is looked for after they are taken away; and a tab in
/// front is itself a trigger. So line breaks and tabs become blanks, hidden characters go, and an
/// apostrophe goes in front of what begins, after blanks, with a trigger in any of its forms. (OWASP,
/// "CSV Injection"; ASVS 1.2.10; CVE-2021-41270.)
pub(super) fn harmless(text: &str) -> String {
    let one_line: String = text
        .replace("\r\n", " ")
        .chars()
        .map(|character| match character {
            '\r' | '\n' | '\t' | '\u{0B}' | '\u{0C}' | '\u{85}' | '\u{2028}' | '\u{2029}' => ' ',
            other => other,
        })
        .filter(|character| !character.is_control() && !is_invisible(*character))
        .collect();
    let first = one_line.chars().find(|character| !character.is_whitespace());
    let triggers = first.is_some_and(|first| {
        let folded = std::iter::once(first).nfkc().next().unwrap_or(first);
        matches!(folded, '=' | '+' | '-' | '@')
    });
    let digits = !one_line.is_empty() && one_line.chars().all(|digit| digit.is_ascii_digit());
    let loses = digits && (one_line.len() > 15 || one_line.starts_with('0'));
    if triggers || loses { format!("'{one_line}") } else { one_line }
}
