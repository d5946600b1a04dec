//! A row: one draft and its latest attempt.

use chrono::{DateTime, Utc};

use super::time;
use crate::text::MessageText;

/// The columns, in their order. A change of them is a new `export_schema`.
pub const COLUMNS: [&str; 27] = [
    "export_schema",
    "draft_id",
    "attempt",
    "state",
    "shop_id",
    "campaign_id",
    "campaign_name",
    "creator_key",
    "creator_handle",
    "channel",
    "locale",
    "revision_no",
    "revision_hash",
    "subject",
    "body",
    "approved_by",
    "approved_at",
    "not_before",
    "handed_out_at",
    "lease_until",
    "outcome",
    "sent_at",
    "recorded_at",
    "flags",
    "policy_version",
    "deny_reasons",
    "next_eligible",
];

/// Version of the columns.
pub(super) const SCHEMA: u32 = 1;

/// One draft and its latest attempt. Fields are the columns of the same names.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a row has exactly these columns")]
#[expect(
    missing_docs,
    reason = "the columns are described in COLUMNS and the records they come from"
)]
pub struct ExportRow {
    pub draft_id: String,
    pub attempt: u32,
    pub state: String,
    pub shop_id: String,
    pub campaign_id: String,
    pub campaign_name: String,
    pub creator_key: String,
    pub creator_handle: Option<String>,
    pub channel: String,
    pub locale: String,
    pub revision_no: u32,
    pub revision_hash: String,
    pub subject: Option<String>,
    pub body: MessageText,
    pub approved_by: Option<String>,
    pub approved_at: Option<DateTime<Utc>>,
    pub not_before: Option<DateTime<Utc>>,
    pub handed_out_at: Option<DateTime<Utc>>,
    pub lease_until: Option<DateTime<Utc>>,
    pub outcome: Option<String>,
    pub sent_at: Option<DateTime<Utc>>,
    pub recorded_at: Option<DateTime<Utc>>,
    pub flags: Option<String>,
    pub policy_version: Option<u32>,
    pub deny_reasons: Option<String>,
    pub next_eligible: Option<DateTime<Utc>>,
}

/// A cell. Numbers and times come from this crate and need no care; texts may hold anything.
pub(super) enum Cell {
    Number(u32),
    Time(DateTime<Utc>),
    Text(String),
    Absent,
}

impl ExportRow {
    /// The cells in the order of the columns.
    pub(super) fn cells(&self) -> [Cell; 27] {
        let text = |text: &str| Cell::Text(text.to_owned());
        let maybe = |text: &Option<String>| text.clone().map_or(Cell::Absent, Cell::Text);
        let at = |at: Option<DateTime<Utc>>| at.map_or(Cell::Absent, Cell::Time);
        [
            Cell::Number(SCHEMA),
            text(&self.draft_id),
            Cell::Number(self.attempt),
            text(&self.state),
            text(&self.shop_id),
            text(&self.campaign_id),
            text(&self.campaign_name),
            text(&self.creator_key),
            maybe(&self.creator_handle),
            text(&self.channel),
            text(&self.locale),
            Cell::Number(self.revision_no),
            text(&self.revision_hash),
            maybe(&self.subject),
            text(self.body.as_str()),
            maybe(&self.approved_by),
            at(self.approved_at),
            at(self.not_before),
            at(self.handed_out_at),
            at(self.lease_until),
            maybe(&self.outcome),
            at(self.sent_at),
            at(self.recorded_at),
            maybe(&self.flags),
            self.policy_version.map_or(Cell::Absent, Cell::Number),
            maybe(&self.deny_reasons),
            at(self.next_eligible),
        ]
    }
}

impl Cell {
    /// The plain text form; empty where nothing is.
    pub(super) fn plain(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Time(at) => time(*at),
            Self::Text(text) => text.clone(),
            Self::Absent => String::new(),
        }
    }
}
