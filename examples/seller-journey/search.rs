//! Looks for bytes that must not be anywhere.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::failure::Failure;

/// What is looked for, with a name for it.
pub(crate) type Wanted = (String, Vec<u8>);

/// Names of what was found in a file.
pub(crate) fn in_file(path: &Path, wanted: &[Wanted]) -> Result<Vec<String>, Failure> {
    let bytes = fs::read(path).map_err(|error| Failure::io("read", path, &error))?;
    let file = path.file_name().unwrap_or_default().to_string_lossy();
    let is_in = |needle: &[u8]| {
        !needle.is_empty() && bytes.windows(needle.len()).any(|window| window == needle)
    };
    Ok(wanted
        .iter()
        .filter(|(_, needle)| is_in(needle))
        .map(|(name, _)| format!("{name} in {file}"))
        .collect())
}

/// Names of what was found in the text form of a row of `table`, where bytes are in hexadecimal.
pub(crate) fn in_text(text: &str, table: &str, wanted: &[Wanted]) -> Vec<String> {
    let is_in = |needle: &[u8]| {
        let plain = std::str::from_utf8(needle).is_ok_and(|needle| text.contains(needle));
        plain || text.contains(&hex(needle))
    };
    let found = wanted.iter().filter(|(_, needle)| !needle.is_empty() && is_in(needle));
    found.map(|(name, _)| format!("{name} in {table}")).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// A line for the closing table.
pub(crate) fn words(found: &[String]) -> String {
    if found.is_empty() { "none".to_owned() } else { found.join("; ") }
}

/// The access and refresh tokens that the platform has ever given out.
pub(crate) fn platform_tokens(snapshot: &Value) -> Vec<Wanted> {
    let mut tokens = Vec::new();
    collect(snapshot, &mut tokens);
    tokens.sort();
    tokens.dedup();
    tokens
}

fn collect(value: &Value, tokens: &mut Vec<Wanted>) {
    match value {
        Value::String(text) if text.starts_with("TTP_") => {
            // The double makes access tokens 64 characters long and refresh tokens 48.
            let kind = if text.len() > 56 { "access token" } else { "refresh token" };
            tokens.push((kind.to_owned(), text.clone().into_bytes()));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, tokens)),
        Value::Object(members) => {
            for (name, member) in members {
                collect(&Value::String(name.clone()), tokens);
                collect(member, tokens);
            }
        }
        _ => {}
    }
}
