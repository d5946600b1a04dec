//! Records of processing activities (GDPR article 30): one for what we do as controller, one for
//! what we do as processor, never merged. Derived from the data map alone; the same map gives the
//! same bytes, so that they can be kept under version control.

use std::fmt::Write as _;

use alley_core::{DataCategory, RecordType};
use serde::Serialize;

use crate::data_map::{DataMap, ElementEntry, PartyRole, TransferEntry};

/// The two records.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RecordsOfProcessing {
    /// Version of the data map.
    pub map_version: String,
    /// Article 30(1).
    pub controller: ProcessingRecord,
    /// Article 30(2).
    pub processor: ProcessingRecord,
}

/// What is done in one role.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ProcessingRecord {
    /// `controller` or `processor`.
    pub role: &'static str,
    /// Who answers for it.
    pub organization: String,
    /// Where to reach it.
    pub contact: String,
    /// One entry for each category of data.
    pub activities: Vec<Activity>,
    /// Transfers to other countries that concern these categories.
    pub transfers: Vec<TransferLine>,
}

/// The processing of one category of data.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Activity {
    /// The category, in words.
    pub category: String,
    /// Names of the elements.
    pub elements: Vec<String>,
    /// Purposes, in words.
    pub purposes: Vec<String>,
    /// Legal bases; for a processor what is recorded instead of one. Not asked for by article 30.
    pub bases: Vec<String>,
    /// Kinds of persons, in words.
    pub subjects: Vec<String>,
    /// Who receives it.
    pub recipients: Vec<String>,
    /// Rule and period by which it goes.
    pub retention: Vec<String>,
    /// What protects it.
    pub security: Vec<String>,
    /// Names of the record types that really hold it.
    pub record_types: Vec<String>,
}

/// A transfer.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TransferLine {
    /// From whom to whom.
    pub parties: String,
    /// Whereto.
    pub destinations: Vec<String>,
    /// On what it rests.
    pub mechanism: String,
}

impl RecordsOfProcessing {
    /// Derives both records from a map and the record types that exist.
    pub fn of(map: &DataMap, declarations: &[&RecordType]) -> Self {
        Self {
            map_version: map.version.clone(),
            controller: record(map, declarations, true),
            processor: record(map, declarations, false),
        }
    }

    /// Both as Markdown, each under a heading of its own.
    pub fn to_markdown(&self) -> String {
        let mut text = format!("# Records of processing\n\nData map {}.\n", self.map_version);
        for record in [&self.controller, &self.processor] {
            record.markdown(&mut text);
        }
        text
    }

    /// Both as one JSON document.
    pub fn to_json(&self) -> String {
        // Plain structs of text: nothing in them can fail to be written.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

impl ProcessingRecord {
    /// One line for each activity, RFC 4180, with a header. Cells that a spreadsheet would take for
    /// a formula get a leading apostrophe.
    pub fn to_csv(&self) -> String {
        let mut text = String::from(
            "role,category,elements,purposes,bases,subjects,recipients,retention,security,record types\r\n",
        );
        for activity in &self.activities {
            let mut cells = vec![cell(self.role), cell(&activity.category)];
            cells.extend(activity.lists().map(|(_, list)| cell(&list.join("; "))));
            text.push_str(&cells.join(","));
            text.push_str("\r\n");
        }
        text
    }

    fn markdown(&self, text: &mut String) {
        // Writing to a string cannot fail.
        let _ = write!(text, "\n## As {}\n\n{} ({})\n", self.role, self.organization, self.contact);
        for activity in &self.activities {
            let _ = write!(text, "\n### {}\n\n", activity.category);
            for (name, list) in activity.lists() {
                let _ = writeln!(text, "- {name}: {}", list.join("; "));
            }
        }
        if self.transfers.is_empty() {
            return;
        }
        text.push_str("\n### Transfers\n\n");
        for transfer in &self.transfers {
            let destinations = transfer.destinations.join(", ");
            let _ =
                writeln!(text, "- {}: {destinations} ({})", transfer.parties, transfer.mechanism);
        }
    }
}

impl Activity {
    fn lists(&self) -> impl Iterator<Item = (&'static str, &Vec<String>)> {
        [
            ("Elements", &self.elements),
            ("Purposes", &self.purposes),
            ("Bases", &self.bases),
            ("Persons", &self.subjects),
            ("Recipients", &self.recipients),
            ("Kept", &self.retention),
            ("Security", &self.security),
            ("Record types", &self.record_types),
        ]
        .into_iter()
    }
}

fn cell(text: &str) -> String {
    let text = match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{text}"),
        _ => text.to_owned(),
    };
    if text.contains([',', '"', '\n', '\r']) {
        return format!("\"{}\"", text.replace('"', "\"\""));
    }
    text
}

fn record(map: &DataMap, declarations: &[&RecordType], controller: bool) -> ProcessingRecord {
    let activities: Vec<Activity> = map
        .categories
        .iter()
        .filter_map(|category| activity(map, declarations, category.id, &category.name, controller))
        .collect();
    let categories: Vec<DataCategory> = map
        .elements
        .iter()
        .filter(|element| element.is_controlled() == controller)
        .map(|element| element.category)
        .collect();
    let concerns = |transfer: &&TransferEntry| {
        let controls = |role| matches!(role, PartyRole::Controller | PartyRole::JointController);
        let ours = if transfer.exporter == map.organization.id {
            controls(transfer.exporter_role)
        } else {
            controls(transfer.importer_role)
        };
        ours == controller
            && transfer.categories.iter().any(|category| categories.contains(category))
    };
    let transfers = map.transfers.iter().filter(concerns).map(|transfer| TransferLine {
        parties: format!("{} to {}", transfer.exporter, transfer.importer),
        destinations: transfer.destinations.clone(),
        mechanism: match &transfer.scc_module {
            Some(module) => format!("{}, module {module}", transfer.mechanism),
            None => transfer.mechanism.to_string(),
        },
    });
    ProcessingRecord {
        role: if controller { "controller" } else { "processor" },
        organization: map.organization.id.clone(),
        contact: map.organization.contact.clone(),
        activities,
        transfers: transfers.collect(),
    }
}

fn activity(
    map: &DataMap,
    declarations: &[&RecordType],
    category: DataCategory,
    name: &str,
    controller: bool,
) -> Option<Activity> {
    let elements: Vec<&ElementEntry> = map
        .elements
        .iter()
        .filter(|element| element.category == category && element.is_controlled() == controller)
        .collect();
    if elements.is_empty() {
        return None;
    }
    let mut activity = Activity {
        category: name.to_owned(),
        elements: Vec::new(),
        purposes: Vec::new(),
        bases: Vec::new(),
        subjects: Vec::new(),
        recipients: Vec::new(),
        retention: Vec::new(),
        security: Vec::new(),
        record_types: Vec::new(),
    };
    for element in elements {
        add(&mut activity.elements, &element.name);
        for purpose in map.purposes.iter().filter(|entry| element.purposes.contains(&entry.id)) {
            add(&mut activity.purposes, &purpose.name);
            let basis = if controller { purpose.as_controller } else { purpose.as_processor };
            add(&mut activity.bases, basis.as_str());
        }
        for subject in map.subjects.iter().filter(|entry| element.data_subjects.contains(&entry.id))
        {
            add(&mut activity.subjects, &subject.name);
        }
        let touched =
            map.subprocessors.iter().filter(|entry| element.subprocessors.contains(&entry.id));
        for subprocessor in touched {
            add(&mut activity.recipients, &subprocessor.name);
        }
        if let Some(rule) = map.rule(&element.retention) {
            let line =
                format!("{} after {} ({})", rule.period, rule.triggers.join(" or "), rule.id);
            add(&mut activity.retention, &line);
        }
        for protection in &element.protection {
            add(&mut activity.security, protection.as_str());
        }
        for record in declarations {
            let holds = |field: &alley_core::FieldDecl| {
                field.element.is_some_and(|path| path.path() == element.id)
            };
            if record.fields.iter().any(holds) {
                add(&mut activity.record_types, record.name);
            }
        }
    }
    Some(activity)
}

fn add(list: &mut Vec<String>, text: &str) {
    if !list.iter().any(|known| known == text) {
        list.push(text.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preset() -> RecordsOfProcessing {
        RecordsOfProcessing::of(&DataMap::preset().unwrap(), crate::store::RECORDS)
    }

    #[test]
    fn controller_and_processor_are_never_in_one_record() {
        let records = preset();
        let names = |record: &ProcessingRecord| {
            record
                .activities
                .iter()
                .flat_map(|activity| activity.elements.clone())
                .collect::<Vec<_>>()
        };
        let (controller, processor) = (names(&records.controller), names(&records.processor));
        assert_eq!(controller.len() + processor.len(), 30);
        assert!(controller.contains(&"Email address".to_owned()));
        assert!(controller.contains(&"Abuse reports".to_owned()));
        assert!(processor.contains(&"Order data".to_owned()));
        assert!(!processor.iter().any(|name| controller.contains(name)));
        let basis = |record: &ProcessingRecord| {
            record
                .activities
                .iter()
                .any(|activity| activity.bases.contains(&"customer_instruction".to_owned()))
        };
        assert!(basis(&records.processor) && !basis(&records.controller));
        assert_eq!((records.controller.transfers.len(), records.processor.transfers.len()), (3, 3));
    }

    #[test]
    fn an_override_moves_an_element_to_the_other_record() {
        let map = DataMap::preset().unwrap();
        let map =
            map.with_role("content.abuse_report", alley_core::ProcessingRole::Processor).unwrap();
        let records = RecordsOfProcessing::of(&map, &[]);
        let has = |record: &ProcessingRecord| record.to_csv().contains("Abuse reports");
        assert!(has(&records.processor) && !has(&records.controller));
    }

    #[test]
    fn texts_are_the_same_each_time_and_cells_cannot_be_formulas() {
        assert_eq!(preset().to_markdown(), preset().to_markdown());
        assert_eq!(preset().to_json(), preset().to_json());
        assert!(preset().to_markdown().contains("## As processor"));
        assert!(preset().controller.to_csv().lines().all(|line| !line.starts_with('=')));
        assert_eq!(cell("=1+1"), "'=1+1");
        assert_eq!(cell("a,\"b\""), "\"a,\"\"b\"\"\"");
    }
}
