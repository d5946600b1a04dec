//! From text to a map, with every fault of shape named.

use alley_core::{DataCategory, OnErased, ProcessingRole};

use super::DataMap;
use super::fault::{Fault, FaultCode, nearest};
use super::json::{Object, Tree};
use super::model::{
    CategoryEntry, EdgeWord, ElementEntry, Exception, LegalBasis, MapEdge, OnErasure, OnExport,
    Organization, PartyRole, Protection, PurposeEntry, RecordPolicy, RemoteErasure, RetentionRule,
    StoreEntry, StoreKind, Strategy, SubjectKind, SubprocessorEntry, TransferEntry,
    TransferMechanism, ValueSource,
};
use super::period::Period;

macro_rules! words {
    ($set:ty) => {
        &<$set>::ALL.iter().map(|word| word.as_str()).collect::<Vec<&'static str>>()
    };
}

pub(super) fn read(text: &str) -> Result<DataMap, Vec<Fault>> {
    let tree = Tree::parse(text).map_err(|fault| vec![fault])?;
    let mut faults = Vec::new();
    tree.duplicate_keys("", &mut faults);
    let mut top = Object::new(&tree, String::new(), &mut faults);
    let schema = top.text("schema", &mut faults);
    if !schema.is_empty() && schema != DataMap::SCHEMA {
        let message = format!("\"{schema}\" cannot be read, write \"{}\"", DataMap::SCHEMA);
        faults.push(Fault::new(FaultCode::SchemaVersion, "/schema", message));
        return Err(faults);
    }
    top.ignore(&[
        "title",
        "source",
        "external_vocabularies",
        "value_sources",
        "protections",
        "access_roles",
        "confirm_before_production",
    ]);
    let map = DataMap {
        id: top.id("id", &mut faults),
        version: top.text("version", &mut faults),
        organization: top.child("organization", &mut faults, organization),
        subjects: top.list("data_subjects", &mut faults, subject),
        purposes: top.list("purposes", &mut faults, purpose),
        categories: top.list("categories", &mut faults, category),
        elements: top.list("elements", &mut faults, element),
        stores: top.list("stores", &mut faults, store),
        subprocessors: top.list("subprocessors", &mut faults, subprocessor),
        transfers: top.list("transfers", &mut faults, transfer),
        rules: top.list("retention_rules", &mut faults, rule),
        records: top.list("record_types", &mut faults, record),
        edges: top.list("edges", &mut faults, edge),
    };
    top.finish(&mut faults);
    if faults.is_empty() { Ok(map) } else { Err(faults) }
}

fn organization(object: &mut Object<'_>, faults: &mut Vec<Fault>) -> Organization {
    Organization {
        id: object.id("id", faults),
        contact: object.text("contact", faults),
        roles: object.list("roles", faults, |object, faults| {
            object.ignore(&["seed", "dpv", "fides", "ccpa"]);
            let role = object.word("role", words!(ProcessingRole), faults);
            (role.unwrap_or(ProcessingRole::Controller), object.texts("for", faults))
        }),
    }
}

fn subject(object: &mut Object<'_>, faults: &mut Vec<Fault>) -> SubjectKind {
    object.ignore(&["fides", "dpv"]);
    SubjectKind {
        id: object.id("id", faults),
        name: object.text("name", faults),
        account: object.flag("account", false, faults),
    }
}

fn purpose(object: &mut Object<'_>, faults: &mut Vec<Fault>) -> PurposeEntry {
    object.ignore(&["seed", "fides_use", "also_fides", "dpv", "also_dpv"]);
    let mut bases = [LegalBasis::Contract; 2];
    let read = object.child("legal_basis", faults, |object, faults| {
        object.ignore(&["legal_part"]);
        let known = words!(LegalBasis);
        vec![
            object.word::<LegalBasis>("as_controller", known, faults),
            object.word::<LegalBasis>("as_processor", known, faults),
        ]
    });
    for (basis, read) in bases.iter_mut().zip(read) {
        *basis = read.unwrap_or(*basis);
    }
    let [as_controller, as_processor] = bases;
    PurposeEntry {
        id: object.id("id", faults),
        name: object.text("name", faults),
        as_controller,
        as_processor,
        basis_source: object
            .word("basis_source", words!(ValueSource), faults)
            .unwrap_or(ValueSource::Proposed),
    }
}

fn category(object: &mut Object<'_>, faults: &mut Vec<Fault>) -> CategoryEntry {
    object.ignore(&["seed", "role_seed", "role_note", "implied"]);
    CategoryEntry {
        id: object.word("id", words!(DataCategory), faults).unwrap_or(DataCategory::Account),
        name: object.text("name", faults),
        default_role: object
            .word("default_role", words!(ProcessingRole), faults)
            .unwrap_or(ProcessingRole::Controller),
    }
}

fn element(object: &mut Object<'_>, faults: &mut Vec<Fault>) -> ElementEntry {
    object.ignore(&["seed", "implied", "note"]);
    ElementEntry {
        id: object.id("id", faults),
        category: object
            .word("category", words!(DataCategory), faults)
            .unwrap_or(DataCategory::Account),
        name: object.text("name", faults),
        role: object
            .word("role", words!(ProcessingRole), faults)
            .unwrap_or(ProcessingRole::Controller),
        data_subjects: object.texts("data_subjects", faults),
        fides: object.texts("fides", faults),
        dpv: object.texts("dpv", faults),
        purposes: object.texts("purposes", faults),
        retention: object.text("retention", faults),
        protection: object.words("protection", words!(Protection), faults),
        stores: object.texts("stores", faults),
        record_types: object.texts("record_types", faults),
        subprocessors: object.texts("subprocessors", faults),
        access: object.texts("access", faults),
        on_erasure: object
            .word("on_erasure", words!(OnErasure), faults)
            .unwrap_or(OnErasure::Delete),
        on_export: object
            .word("on_export", words!(OnExport), faults)
            .unwrap_or(OnExport::OmitSecret),
    }
}

fn store(object: &mut Object<'_>, faults: &mut Vec<Fault>) -> StoreEntry {
    object.ignore(&["erasable", "seed", "note", "max_ttl", "retention_source", "subprocessor"]);
    let retention = object.optional_text("retention", faults);
    let pointer = object.pointer("retention");
    StoreEntry {
        id: object.id("id", faults),
        kind: object.word("kind", words!(StoreKind), faults).unwrap_or(StoreKind::Database),
        retention: retention.map(|text| period(&text, &pointer, faults)),
    }
}

fn period(text: &str, pointer: &str, faults: &mut Vec<Fault>) -> Period {
    text.parse().unwrap_or_else(|error| {
        let message = format!("\"{text}\" is {error}");
        faults.push(Fault::new(FaultCode::RetentionPeriod, pointer, message));
        Period::ZERO
    })
}

fn subprocessor(object: &mut Object<'_>, faults: &mut Vec<Fault>) -> SubprocessorEntry {
    object.ignore(&["seed", "legal_role_note", "named"]);
    let erasure = object.child("erasure", faults, |object, faults| {
        object.ignore(&["verbs", "async", "may_refuse", "note"]);
        object.word::<RemoteErasure>("mode", words!(RemoteErasure), faults)
    });
    SubprocessorEntry {
        id: object.id("id", faults),
        name: object.text("name", faults),
        services: object.texts("services", faults),
        legal_role: object
            .word("legal_role", words!(PartyRole), faults)
            .unwrap_or(PartyRole::Unspecified),
        touches: object.texts("touches", faults),
        optional: object.flag("optional", false, faults),
        erasure: erasure.unwrap_or(RemoteErasure::InheritsStore),
        locations: object.texts("locations", faults),
    }
}

fn transfer(object: &mut Object<'_>, faults: &mut Vec<Fault>) -> TransferEntry {
    object.ignore(&["seed", "note"]);
    let role = |object: &mut Object<'_>, field, faults: &mut Vec<Fault>| {
        object.word(field, words!(PartyRole), faults).unwrap_or(PartyRole::Unspecified)
    };
    TransferEntry {
        id: object.id("id", faults),
        exporter: object.text("exporter", faults),
        exporter_role: role(object, "exporter_role", faults),
        importer: object.text("importer", faults),
        importer_role: role(object, "importer_role", faults),
        destinations: object.texts("destinations", faults),
        categories: object.words("categories", words!(DataCategory), faults),
        mechanism: object
            .word("mechanism", words!(TransferMechanism), faults)
            .unwrap_or(TransferMechanism::Unspecified),
        scc_module: object.optional_text("scc_module", faults),
        measures: object.texts("supplementary_measures", faults),
    }
}

fn rule(object: &mut Object<'_>, faults: &mut Vec<Fault>) -> RetentionRule {
    object.ignore(&["seed", "note"]);
    let text = object.text("period", faults);
    let pointer = object.pointer("period");
    RetentionRule {
        id: object.id("id", faults),
        triggers: object.child("trigger", faults, |object, faults| object.texts("any_of", faults)),
        period: period(&text, &pointer, faults),
        period_source: object
            .word("period_source", words!(ValueSource), faults)
            .unwrap_or(ValueSource::Proposed),
        exceptions: object.words("exceptions", words!(Exception), faults),
    }
}

fn record(object: &mut Object<'_>, faults: &mut Vec<Fault>) -> RecordPolicy {
    RecordPolicy {
        id: object.id("id", faults),
        store: object.text("store", faults),
        subject_key: object.optional_text("subject_key", faults),
        key: object.text("key", faults),
        strategy: object.word("strategy", words!(Strategy), faults).unwrap_or(Strategy::Delete),
        holdable: object.flag("holdable", true, faults),
        retention: object.optional_text("retention", faults),
        tombstone: object.flag("tombstone", true, faults),
    }
}

fn edge(object: &mut Object<'_>, faults: &mut Vec<Fault>) -> MapEdge {
    const ON_ERASED: [(&str, OnErased); 5] = [
        ("nullify", OnErased::Nullify),
        ("pseudonymise", OnErased::Pseudonymize),
        ("delete_source", OnErased::DeleteSource),
        ("sever_key", OnErased::SeverKey),
        ("restrict", OnErased::Restrict),
    ];
    let kind = object.word("kind", words!(EdgeWord), faults).unwrap_or(EdgeWord::Owns);
    let said = object.optional_text("on_target_erased", faults);
    let pointer = object.pointer("on_target_erased");
    let on_erased = match (kind, said) {
        (EdgeWord::References, None) => {
            let message = "a reference says what happens: nullify, pseudonymise, delete_source, \
                           sever_key or restrict";
            faults.push(Fault::new(FaultCode::MissingField, pointer, message));
            None
        }
        (EdgeWord::References, Some(word)) => {
            let known = ON_ERASED.iter().find(|(name, _)| *name == word);
            if known.is_none() {
                let hint = nearest(&word, ON_ERASED.iter().map(|(name, _)| *name));
                let message = format!("\"{word}\" is not what a reference can do{hint}");
                faults.push(Fault::new(FaultCode::Enum, pointer, message));
            }
            known.map(|(_, on_erased)| *on_erased)
        }
        (_, Some(_)) => {
            let message = "only a reference has on_target_erased; remove it";
            faults.push(Fault::new(FaultCode::UnknownField, pointer, message));
            None
        }
        (_, None) => None,
    };
    MapEdge { from: object.text("from", faults), to: object.text("to", faults), kind, on_erased }
}
