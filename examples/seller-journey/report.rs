//! The report of the journey: one HTML file without any outside reference, made from plain data.

mod data_map;
mod page;
mod plan;
mod svg;
mod timeline;

use chrono::{DateTime, NaiveDate, Utc};

use crate::checks::Check;

/// Everything that the report shows.
#[derive(Debug)]
pub(crate) struct Report {
    /// Virtual time at which it was made.
    pub(crate) at: DateTime<Utc>,
    /// The closing table.
    pub(crate) checks: Vec<Check>,
    /// Records of processing as controller.
    pub(crate) controller: Vec<Activity>,
    /// Records of processing as processor.
    pub(crate) processor: Vec<Activity>,
    /// The data map.
    pub(crate) elements: Vec<MapElement>,
    /// The deletion plan.
    pub(crate) plan: Plan,
    /// The fortnight.
    pub(crate) timeline: Timeline,
}

/// One row of the records of processing.
#[derive(Debug)]
pub(crate) struct Activity {
    pub(crate) name: String,
    pub(crate) cells: Vec<(String, String)>,
}

/// One data element on the map.
#[derive(Debug)]
pub(crate) struct MapElement {
    pub(crate) role: Role,
    pub(crate) category: String,
    pub(crate) name: String,
    pub(crate) retention: String,
}

/// The side of the map that an element stands on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Role {
    Controller,
    Processor,
}

/// The deletion plan as a graph of record types.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// What it is about, in words.
    pub(crate) title: String,
    /// Nodes; the first is the root.
    pub(crate) nodes: Vec<PlanNode>,
    /// From an owner (or the mentioned record) to what hangs on it, by position in `nodes`.
    pub(crate) edges: Vec<(usize, usize, &'static str)>,
}

/// Records of one type with one outcome.
#[derive(Debug)]
pub(crate) struct PlanNode {
    pub(crate) record: String,
    pub(crate) count: u64,
    pub(crate) outcome: Outcome,
    /// Steps from the root.
    pub(crate) depth: usize,
}

/// What the plan did with records.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Outcome {
    Deleted,
    Rewritten,
    Held,
}

/// The pacing of a fortnight.
#[derive(Debug)]
pub(crate) struct Timeline {
    /// One row a day.
    pub(crate) days: Vec<Day>,
    /// Start and end of the quiet hours, in minutes of the day; start may be the larger.
    pub(crate) quiet_minutes: (u32, u32),
    /// Name of the zone.
    pub(crate) zone: String,
    /// Distinct creators per week: label, used, limit.
    pub(crate) weeks: Vec<(String, u32, u32)>,
}

/// One day of the timeline.
#[derive(Debug)]
pub(crate) struct Day {
    pub(crate) date: NaiveDate,
    pub(crate) marks: Vec<Mark>,
}

/// One hand-out.
#[derive(Debug)]
pub(crate) struct Mark {
    /// Minute of the day in the zone of the shop.
    pub(crate) minute: u32,
    pub(crate) fate: Fate,
    pub(crate) label: String,
}

/// What became of a hand-out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Fate {
    Confirmed,
    Unconfirmed,
}

impl Report {
    /// The whole page.
    pub(crate) fn html(&self) -> String {
        page::render(self)
    }
}
