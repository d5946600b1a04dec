//! From what is stored to the report's plain data.

use std::collections::BTreeMap;

use alley_core::{EdgeKind, ProcessingRole, RecordType};
use alley_outreach::ExportRow;
use alley_privacy::ropa::ProcessingRecord;
use chrono::{Datelike as _, Timelike as _};
use chrono_tz::America::New_York;

use super::closing::week;
use crate::checks::Check;
use crate::failure::Failure;
use crate::report::{
    Activity, Day, Fate, MapElement, Mark, Outcome, Plan, PlanNode, Report, Role, Timeline,
};
use crate::stage::Stage;

pub(super) fn of(stage: &Stage, rows: &[ExportRow], checks: &[Check]) -> Result<Report, Failure> {
    let processing = stage.alley.privacy().records_of_processing();
    Ok(Report {
        at: stage.now(),
        checks: checks.to_vec(),
        controller: activities(&processing.controller),
        processor: activities(&processing.processor),
        elements: elements(stage),
        plan: plan(stage)?,
        timeline: timeline(rows),
    })
}

fn activities(record: &ProcessingRecord) -> Vec<Activity> {
    let transfers: Vec<String> = record
        .transfers
        .iter()
        .map(|line| {
            format!("{} to {} ({})", line.parties, line.destinations.join(", "), line.mechanism)
        })
        .collect();
    record
        .activities
        .iter()
        .map(|activity| {
            let cells = [
                ("Data", &activity.elements),
                ("Persons", &activity.subjects),
                ("Purposes", &activity.purposes),
                ("Basis", &activity.bases),
                ("Recipients", &activity.recipients),
                ("Transfers", &transfers),
                ("Kept", &activity.retention),
                ("Protected by", &activity.security),
                ("Records", &activity.record_types),
            ];
            let cells = cells.into_iter().map(|(term, list)| (term.to_owned(), list.join("; ")));
            Activity { name: activity.category.clone(), cells: cells.collect() }
        })
        .collect()
}

fn elements(stage: &Stage) -> Vec<MapElement> {
    let map = stage.alley.privacy().map();
    map.elements
        .iter()
        .map(|element| {
            let category = map.categories.iter().find(|category| category.id == element.category);
            let rule = map.rule(&element.retention);
            let retention = rule.map_or_else(String::new, |rule| {
                let span = span(&rule.period.to_string());
                format!("{span} after {}", rule.triggers.join(" or ").replace(['.', '_'], " "))
            });
            MapElement {
                role: match element.role {
                    ProcessingRole::Controller | ProcessingRole::JointController => {
                        Role::Controller
                    }
                    _ => Role::Processor,
                },
                category: category.map_or_else(String::new, |category| category.name.clone()),
                name: element.name.clone(),
                retention,
            }
        })
        .collect()
}

/// The plan as it was confirmed: its root, and below it what it found, type by type.
fn plan(stage: &Stage) -> Result<Plan, Failure> {
    let preview = stage.journal.note("preview").unwrap_or_default();
    let lines: Vec<(String, String, u64)> = serde_json::from_str(&preview)?;
    let outcome = |word: &str| match word {
        "hold" => Outcome::Held,
        "delete" | "shred" | "minimise" => Outcome::Deleted,
        _ => Outcome::Rewritten,
    };
    let types: BTreeMap<&str, &RecordType> =
        stage.declarations().iter().map(|record| (record.name, *record)).collect();
    let mut nodes = vec![PlanNode {
        record: "creator".to_owned(),
        count: lines.iter().filter(|line| line.0 == "creator").map(|line| line.2).sum(),
        outcome: outcome(lines.iter().find(|line| line.0 == "creator").map_or("", |line| &line.1)),
        depth: 0,
    }];
    let mut edges = Vec::new();
    let mut rest: Vec<_> = lines.iter().filter(|line| line.0 != "creator").collect();
    // Hang each type on a type that is drawn already, round by round.
    for depth in 1..8 {
        let drawn = nodes.len();
        rest.retain(|(record, word, count)| {
            let declared = types.get(record.as_str()).map_or(&[][..], |record| record.edges);
            let parent = declared.iter().find_map(|edge| {
                let at = nodes.iter().take(drawn).position(|node| node.record == edge.target)?;
                let kind = match edge.kind {
                    EdgeKind::References(_) => "references",
                    EdgeKind::OwnedBy | EdgeKind::SharedBy => "owns",
                };
                Some((at, kind))
            });
            if let Some((at, kind)) = parent {
                edges.push((at, nodes.len(), kind));
                let (record, outcome) = (record.clone(), outcome(word));
                nodes.push(PlanNode { record, count: *count, outcome, depth });
            }
            parent.is_none()
        });
    }
    // Rows that stay and mention the person get a pseudonym in that place.
    let mentions = stage.journal.note("package").unwrap_or_default();
    let mentions: Vec<(String, u64)> = serde_json::from_str(&mentions)?;
    for (record, count) in mentions {
        let declared = types.get(record.as_str()).map_or(&[][..], |record| record.edges);
        let mentions = declared.iter().any(|edge| edge.target == "creator");
        if mentions && nodes.iter().all(|node| node.record != record) {
            edges.push((0, nodes.len(), "references"));
            nodes.push(PlanNode { record, count, outcome: Outcome::Rewritten, depth: 1 });
        }
    }
    // Rows that only their subject ties to the person.
    for (record, word, count) in rest {
        edges.push((0, nodes.len(), "references"));
        let (record, outcome) = (record.clone(), outcome(word));
        nodes.push(PlanNode { record, count: *count, outcome, depth: 1 });
    }
    let title = "One creator asked to be erased while a legal hold kept one record. The rest went \
                 at once; the held record followed when the hold was released.";
    Ok(Plan { title: title.to_owned(), nodes, edges })
}

fn timeline(rows: &[ExportRow]) -> Timeline {
    let mut days: BTreeMap<_, Vec<Mark>> = BTreeMap::new();
    let mut weeks: BTreeMap<_, u32> = BTreeMap::new();
    for row in rows {
        let Some(at) = row.handed_out_at else { continue };
        let local = at.with_timezone(&New_York);
        let fate = if row.state == "delivered" { Fate::Confirmed } else { Fate::Unconfirmed };
        let label = format!("{}, {}", local.format("%a %H:%M"), row.state);
        let minute = local.hour() * 60 + local.minute();
        days.entry(local.date_naive()).or_default().push(Mark { minute, fate, label });
        *weeks.entry(week(at)).or_default() += 1;
    }
    // Days without a hand-out are rows too.
    if let (Some(first), Some(last)) = (days.keys().next().copied(), days.keys().last().copied()) {
        for date in first.iter_days().take_while(|date| *date <= last) {
            days.entry(date).or_default();
        }
    }
    Timeline {
        days: days.into_iter().map(|(date, marks)| Day { date, marks }).collect(),
        quiet_minutes: (21 * 60, 9 * 60),
        zone: "America/New_York".to_owned(),
        weeks: weeks.into_iter().map(|(start, used)| (label(start), used, 18)).collect(),
    }
}

/// An ISO 8601 period in words: `P30D` is "30 days".
fn span(period: &str) -> String {
    if period == "P0D" {
        return "at once".to_owned();
    }
    let number = period.trim_start_matches('P').trim_end_matches(['Y', 'M', 'W', 'D']);
    let unit = match period.chars().last() {
        Some('Y') => "years",
        Some('M') => "months",
        Some('W') => "weeks",
        _ => "days",
    };
    format!("{number} {unit}")
}

fn label(start: chrono::NaiveDate) -> String {
    format!("from Sunday {} {}", start.day(), start.format("%B"))
}
