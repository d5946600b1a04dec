//! What people take away: rows of drafts as CSV for spreadsheets, CSV for machines, or JSON lines.
//!
//! The spreadsheet profile changes texts so that no cell is run as a formula. That is data loss, which
//! is why the machine profile exists and has to be asked for by name.

use std::io::Write;

use alley_core::Digest32;
use chrono::{DateTime, SecondsFormat, Utc};
use sha2::{Digest as _, Sha256};

use crate::draft::DraftState;
use crate::hex::hex;

mod csv;
mod json;
mod row;

pub use row::{COLUMNS, ExportRow};

/// How rows are written.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum ExportFormat {
    /// For spreadsheets: all fields quoted, byte order mark, formulas made harmless.
    #[default]
    Spreadsheet,
    /// For machines: RFC 4180, nothing altered. Name its file `….raw.csv`.
    MachineCsv,
    /// JSON lines with a manifest before and a count with a hash after.
    JsonLines,
}

impl ExportFormat {
    /// The name in audit entries and manifests.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Spreadsheet => "spreadsheet",
            Self::MachineCsv => "machine_csv",
            Self::JsonLines => "json_lines",
        }
    }

    /// How the name of its file ends.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Spreadsheet => "csv",
            Self::MachineCsv => "raw.csv",
            Self::JsonLines => "jsonl",
        }
    }
}

/// Which drafts.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct ExportFilter {
    /// In this state; all unless said otherwise.
    pub state: Option<DraftState>,
}

impl ExportFilter {
    /// Only drafts in one state.
    pub const fn in_state(state: DraftState) -> Self {
        Self { state: Some(state) }
    }
}

/// What was written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ExportReport {
    /// Rows.
    pub rows: u64,
    /// Bytes.
    pub bytes: u64,
    /// SHA-256 of all bytes.
    pub sha256: Digest32,
}

/// Writes rows. The caller sees to it that a failed export leaves no half file: write under another
/// name and rename after [`finish`](Self::finish).
pub struct Exporter<W: Write> {
    to: Counted<W>,
    format: ExportFormat,
    rows: u64,
}

impl<W: Write> std::fmt::Debug for Exporter<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Exporter")
            .field("format", &self.format)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

impl<W: Write> Exporter<W> {
    /// Begins an export: byte order mark and column names, or the manifest.
    ///
    /// # Errors
    /// When the target does not take it.
    pub fn begin(to: W, format: ExportFormat, now: DateTime<Utc>) -> std::io::Result<Self> {
        let mut to = Counted { to, bytes: 0, hash: Sha256::new() };
        match format {
            ExportFormat::Spreadsheet => {
                to.write_all("\u{FEFF}".as_bytes())?;
                to.write_all(csv::spreadsheet_names().as_bytes())?;
            }
            ExportFormat::MachineCsv => to.write_all(csv::machine_names().as_bytes())?,
            ExportFormat::JsonLines => to.write_all(json::manifest(now).as_bytes())?,
        }
        Ok(Self { to, format, rows: 0 })
    }

    /// Writes one row.
    ///
    /// # Errors
    /// When the target does not take it.
    pub fn row(&mut self, row: &ExportRow) -> std::io::Result<()> {
        let line = match self.format {
            ExportFormat::Spreadsheet => csv::spreadsheet(row),
            ExportFormat::MachineCsv => csv::machine(row),
            ExportFormat::JsonLines => json::line(row),
        };
        self.to.write_all(line.as_bytes())?;
        self.rows = self.rows.saturating_add(1);
        Ok(())
    }

    /// Ends the export. JSON lines get a last line with the number of rows and the hash of all bytes
    /// before it; the report's hash covers that line too.
    ///
    /// # Errors
    /// When the target does not take it.
    pub fn finish(mut self) -> std::io::Result<ExportReport> {
        if self.format == ExportFormat::JsonLines {
            let digest: [u8; 32] = self.to.hash.clone().finalize().into();
            self.to.write_all(json::trailer(self.rows, &hex(&digest)).as_bytes())?;
        }
        self.to.to.flush()?;
        Ok(ExportReport {
            rows: self.rows,
            bytes: self.to.bytes,
            sha256: Digest32::new(self.to.hash.finalize().into()),
        })
    }
}

struct Counted<W> {
    to: W,
    bytes: u64,
    hash: Sha256,
}

impl<W: Write> Counted<W> {
    fn write_all(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.to.write_all(bytes)?;
        self.hash.update(bytes);
        self.bytes = self.bytes.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        Ok(())
    }
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

#[cfg(test)]
mod tests;
