//! A map held against itself.

use std::collections::HashSet;

use super::fault::{Fault, FaultCode, nearest};
use super::model::{
    EdgeWord, ElementEntry, OnExport, PartyRole, StoreKind, Strategy, TransferEntry,
    TransferMechanism, ValueSource,
};
use super::{DataMap, Profile};

/// Instants that start a retention period.
const TRIGGERS: [&str; 12] = [
    "account.closed",
    "integration.disconnected",
    "session.expired",
    "session.revoked",
    "subscription.ended",
    "record.last_needed",
    "ticket.closed",
    "report.closed",
    "script.deleted",
    "event.recorded",
    "request.closed",
    "plan.certified",
];

pub(super) fn check(map: &DataMap, profile: Profile, faults: &mut Vec<Fault>) {
    duplicates(map, faults);
    elements(map, faults);
    subprocessors(map, faults);
    rules(map, faults);
    records(map, faults);
    edges(map, faults);
    transfers(map, profile, faults);
    proposals(map, faults);
}

fn duplicates(map: &DataMap, faults: &mut Vec<Fault>) {
    let lists: [(&str, Vec<&str>); 8] = [
        ("data_subjects", map.subjects.iter().map(|entry| entry.id.as_str()).collect()),
        ("purposes", map.purposes.iter().map(|entry| entry.id.as_str()).collect()),
        ("elements", map.elements.iter().map(|entry| entry.id.as_str()).collect()),
        ("stores", map.stores.iter().map(|entry| entry.id.as_str()).collect()),
        ("subprocessors", map.subprocessors.iter().map(|entry| entry.id.as_str()).collect()),
        ("transfers", map.transfers.iter().map(|entry| entry.id.as_str()).collect()),
        ("retention_rules", map.rules.iter().map(|entry| entry.id.as_str()).collect()),
        ("record_types", map.records.iter().map(|entry| entry.id.as_str()).collect()),
    ];
    for (list, ids) in lists {
        let mut seen = HashSet::new();
        for (place, id) in ids.into_iter().enumerate() {
            if !seen.insert(id) {
                let message = format!("\"{id}\" is declared twice; rename or remove one");
                faults.push(Fault::new(
                    FaultCode::DuplicateId,
                    format!("/{list}/{place}/id"),
                    message,
                ));
            }
        }
    }
}

fn known<'a>(
    names: &[String],
    known: &(impl Iterator<Item = &'a str> + Clone),
    pointer: &str,
    what: &str,
    faults: &mut Vec<Fault>,
) {
    for (place, name) in names.iter().enumerate() {
        if !known.clone().any(|known| known == name) {
            let hint = nearest(name, known.clone());
            let message = format!("there is no {what} \"{name}\"{hint}");
            faults.push(Fault::new(FaultCode::UnknownRef, format!("{pointer}/{place}"), message));
        }
    }
}

fn elements(map: &DataMap, faults: &mut Vec<Fault>) {
    let subjects = map.subjects.iter().map(|entry| entry.id.as_str());
    let purposes = map.purposes.iter().map(|entry| entry.id.as_str());
    let stores = map.stores.iter().map(|entry| entry.id.as_str());
    let records = map.records.iter().map(|entry| entry.id.as_str());
    let processors = map.subprocessors.iter().map(|entry| entry.id.as_str());
    let rules = map.rules.iter().map(|entry| entry.id.as_str());
    for (place, element) in map.elements.iter().enumerate() {
        let at = |field: &str| format!("/elements/{place}/{field}");
        known(&element.data_subjects, &subjects, &at("data_subjects"), "data subject", faults);
        known(&element.purposes, &purposes, &at("purposes"), "purpose", faults);
        known(&element.stores, &stores, &at("stores"), "store", faults);
        known(&element.record_types, &records, &at("record_types"), "record type", faults);
        known(&element.subprocessors, &processors, &at("subprocessors"), "subprocessor", faults);
        let rule = std::slice::from_ref(&element.retention);
        known(rule, &rules, &at("retention"), "retention rule", faults);
        if element.purposes.is_empty() {
            let message = format!("{} is processed for nothing: name a purpose", element.id);
            faults.push(Fault::new(FaultCode::NoPurpose, at("purposes"), message));
        }
        secrets(element, &at, faults);
        if element.on_export == OnExport::IncludeRequesterPart {
            let message = format!("{} holds data of third parties", element.id);
            faults.push(Fault::new(FaultCode::ThirdPartyData, at("on_export"), message));
        }
    }
}

fn secrets(element: &ElementEntry, at: &dyn Fn(&str) -> String, faults: &mut Vec<Fault>) {
    if !element.is_secret() {
        return;
    }
    if !element.protection.iter().any(|protection| protection.hides_secret()) {
        let message = format!(
            "{} is a secret: protect it by hash_password, hash_recovery_codes, sealed or \
             token_hash_at_rest",
            element.id
        );
        faults.push(Fault::new(FaultCode::SecretUnprotected, at("protection"), message));
    }
    let hidden = matches!(
        element.on_export,
        OnExport::DescribeOnly | OnExport::OmitSecret | OnExport::OmitTransient
    );
    if !hidden {
        let message = format!("{} is a secret: write omit_secret or describe_only", element.id);
        faults.push(Fault::new(FaultCode::SecretExported, at("on_export"), message));
    }
}

fn subprocessors(map: &DataMap, faults: &mut Vec<Fault>) {
    for (place, processor) in map.subprocessors.iter().enumerate() {
        let pointer = format!("/subprocessors/{place}/touches");
        let all = processor.touches.iter().any(|path| path == "*");
        let named: Vec<String> =
            processor.touches.iter().filter(|path| *path != "*").cloned().collect();
        let paths = map.elements.iter().map(|element| element.id.as_str());
        known(&named, &paths, &pointer, "element", faults);
        for element in &map.elements {
            let says = element.subprocessors.contains(&processor.id);
            let touches = all || named.contains(&element.id);
            if says != touches {
                let (who, other) = if says {
                    (format!("element {} names {}", element.id, processor.id), "does not touch it")
                } else {
                    (format!("{} touches {}", processor.id, element.id), "does not name it")
                };
                let message = format!("{who}, which {other}: change one of the two lists");
                faults.push(Fault::new(FaultCode::SubprocessorAsymmetry, &pointer, message));
            }
        }
        if processor.legal_role == PartyRole::Unspecified {
            let message = format!("the legal role of {} is open", processor.id);
            let pointer = format!("/subprocessors/{place}/legal_role");
            faults.push(Fault::new(FaultCode::RoleUnspecified, pointer, message));
        }
    }
}

fn rules(map: &DataMap, faults: &mut Vec<Fault>) {
    for (place, rule) in map.rules.iter().enumerate() {
        let pointer = format!("/retention_rules/{place}/trigger/any_of");
        if rule.triggers.is_empty() {
            let message = format!("nothing starts {}: name a trigger", rule.id);
            faults.push(Fault::new(FaultCode::RetentionTrigger, &pointer, message));
        }
        for trigger in &rule.triggers {
            if !TRIGGERS.contains(&trigger.as_str()) {
                let hint = nearest(trigger, TRIGGERS);
                let message = format!("nobody raises \"{trigger}\"{hint}");
                faults.push(Fault::new(FaultCode::RetentionTrigger, &pointer, message));
            }
        }
    }
    let ledger = map.rule("ledger_life").map(|rule| rule.period);
    let backups = map.stores.iter().filter(|store| store.kind == StoreKind::Backup);
    for backup in backups {
        if let (Some(ledger), Some(kept)) = (ledger, backup.retention)
            && ledger.longest_days() <= kept.longest_days()
        {
            let message = format!(
                "the ledger forgets after {ledger}, store {} keeps copies for {kept}: a restored \
                 copy could not be cleaned",
                backup.id
            );
            faults.push(Fault::new(FaultCode::TombstoneExpiry, "/retention_rules", message));
        }
    }
}

fn records(map: &DataMap, faults: &mut Vec<Fault>) {
    for (place, record) in map.records.iter().enumerate() {
        let at = |field: &str| format!("/record_types/{place}/{field}");
        if let Some(rule) = &record.retention {
            let rules = map.rules.iter().map(|rule| rule.id.as_str());
            known(std::slice::from_ref(rule), &rules, &at("retention"), "retention rule", faults);
        }
        let stores = map.stores.iter().map(|store| store.id.as_str());
        known(std::slice::from_ref(&record.store), &stores, &at("store"), "store", faults);
        let held: Vec<&ElementEntry> = map
            .elements
            .iter()
            .filter(|element| element.record_types.contains(&record.id))
            .collect();
        if held.is_empty() && !record.holdable {
            // It is listed to say just that: a hold must not stop what is deleted in passing.
            continue;
        }
        if held.is_empty() {
            let message = format!("no element says that it is in {}", record.id);
            faults.push(Fault::new(FaultCode::UnusedEntry, at("id"), message));
            continue;
        }
        let root = record.id == "tenant" || record.strategy == Strategy::Expire;
        if !root && !reachable(map, &record.id, &mut HashSet::new()) {
            let message = format!(
                "{} holds personal data that no subject, owner or deleting reference reaches",
                record.id
            );
            faults.push(Fault::new(FaultCode::UnreachableType, at("subject_key"), message));
        }
        let kept = record.strategy == Strategy::AppendOnly;
        let exported = held.iter().any(|element| {
            matches!(element.on_export, OnExport::Include | OnExport::IncludeRequesterPart)
        });
        if kept && exported {
            let message = format!("{} is exported and never erased", record.id);
            faults.push(Fault::new(FaultCode::EraseExportAsymmetry, at("strategy"), message));
        }
    }
    let used = |rule: &str| {
        rule == "ledger_life"
            || map.elements.iter().any(|element| element.retention == rule)
            || map.records.iter().any(|record| record.retention.as_deref() == Some(rule))
    };
    for (place, rule) in map.rules.iter().enumerate().filter(|(_, rule)| !used(&rule.id)) {
        let message = format!("nothing is kept by {}", rule.id);
        faults.push(Fault::new(
            FaultCode::UnusedEntry,
            format!("/retention_rules/{place}"),
            message,
        ));
    }
}

fn reachable<'a>(map: &'a DataMap, name: &'a str, seen: &mut HashSet<&'a str>) -> bool {
    if !seen.insert(name) {
        return false;
    }
    if name == "tenant" || map.record(name).is_some_and(|record| record.subject_key.is_some()) {
        return true;
    }
    map.edges.iter().any(|edge| match edge.kind {
        EdgeWord::Owns | EdgeWord::Shared => edge.to == name && reachable(map, &edge.from, seen),
        EdgeWord::References => {
            edge.from == name
                && edge.on_erased == Some(alley_core::OnErased::DeleteSource)
                && reachable(map, &edge.to, seen)
        }
    })
}

fn edges(map: &DataMap, faults: &mut Vec<Fault>) {
    let records = map.records.iter().map(|record| record.id.as_str());
    for (place, edge) in map.edges.iter().enumerate() {
        for (end, name) in [("from", &edge.from), ("to", &edge.to)] {
            if !records.clone().any(|known| known == name) {
                let hint = nearest(name, records.clone());
                let message = format!("there is no record type \"{name}\"{hint}");
                faults.push(Fault::new(
                    FaultCode::UnknownRef,
                    format!("/edges/{place}/{end}"),
                    message,
                ));
            }
        }
    }
    let owns: Vec<(&str, &str)> = map
        .edges
        .iter()
        .filter(|edge| edge.kind == EdgeWord::Owns)
        .map(|edge| (edge.from.as_str(), edge.to.as_str()))
        .collect();
    ownership(&owns, "/edges", faults);
}

/// Ownership is a forest of types.
pub(super) fn ownership(owns: &[(&str, &str)], pointer: &str, faults: &mut Vec<Fault>) {
    let mut reported = HashSet::new();
    for (_, owned) in owns {
        let owners: HashSet<&str> =
            owns.iter().filter(|(_, to)| to == owned).map(|(from, _)| *from).collect();
        if owners.len() > 1 && reported.insert(*owned) {
            let mut owners: Vec<_> = owners.into_iter().collect();
            owners.sort_unstable();
            let message = format!("{owned} has several owners: {}; use shared", owners.join(", "));
            faults.push(Fault::new(FaultCode::OwnsMultiple, pointer, message));
        }
    }
    let mut cyclic = HashSet::new();
    for (start, _) in owns {
        let (mut seen, mut at) = (HashSet::new(), vec![*start]);
        while let Some(from) = at.pop() {
            for (_, to) in owns.iter().filter(|(owner, _)| *owner == from) {
                if to == start && cyclic.insert(*start) {
                    let message = format!("{start} owns itself, directly or through others");
                    faults.push(Fault::new(FaultCode::OwnsCycle, pointer, message));
                }
                if seen.insert(*to) {
                    at.push(to);
                }
            }
        }
    }
}

fn transfers(map: &DataMap, profile: Profile, faults: &mut Vec<Fault>) {
    for (place, transfer) in map.transfers.iter().enumerate() {
        let pointer = format!("/transfers/{place}/mechanism");
        if transfer.mechanism == TransferMechanism::Unspecified {
            let code = match profile {
                Profile::Draft => FaultCode::TransferUnspecified,
                Profile::Production => FaultCode::TransferNoMechanism,
            };
            let message = format!("on what does the transfer {} rest?", transfer.id);
            faults.push(Fault::new(code, pointer, message));
        } else if transfer.mechanism == TransferMechanism::Scc && !module_fits(transfer) {
            let message = format!(
                "module {} does not fit {} to {}: 1 is controller to controller, 2 controller to \
                 processor, 3 processor to processor, 4 processor to controller",
                transfer.scc_module.as_deref().unwrap_or("(none)"),
                transfer.exporter_role,
                transfer.importer_role
            );
            faults.push(Fault::new(FaultCode::TransferSccModule, pointer, message));
        }
    }
}

/// Decision (EU) 2021/914: the four modules by the roles of the two parties.
fn module_fits(transfer: &TransferEntry) -> bool {
    let controls = |role| matches!(role, PartyRole::Controller | PartyRole::JointController);
    let roles = (controls(transfer.exporter_role), controls(transfer.importer_role));
    let open = [transfer.exporter_role, transfer.importer_role].contains(&PartyRole::Unspecified);
    let wanted = match roles {
        (true, true) => "1",
        (true, false) => "2",
        (false, false) => "3",
        (false, true) => "4",
    };
    !open && transfer.scc_module.as_deref() == Some(wanted)
}

fn proposals(map: &DataMap, faults: &mut Vec<Fault>) {
    for (place, rule) in map.rules.iter().enumerate() {
        if rule.period_source == ValueSource::Proposed {
            let message = format!("the period {} of {} must be confirmed", rule.period, rule.id);
            let pointer = format!("/retention_rules/{place}/period");
            faults.push(Fault::new(FaultCode::ProposedValue, pointer, message));
        }
    }
    for (place, purpose) in map.purposes.iter().enumerate() {
        if purpose.basis_source == ValueSource::Proposed {
            let message = format!("the legal basis of {} must be confirmed", purpose.id);
            let pointer = format!("/purposes/{place}/legal_basis");
            faults.push(Fault::new(FaultCode::ProposedValue, pointer, message));
        }
    }
}
