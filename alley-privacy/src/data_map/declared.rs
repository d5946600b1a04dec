//! A map held against the record types that a product keeps.

use alley_core::{EdgeDecl, EdgeKind, OnErased, RecordType, ValueKind};

use super::DataMap;
use super::check::ownership;
use super::fault::{Fault, FaultCode, nearest};
use super::model::{EdgeWord, MapEdge, OnErasure, Strategy};

/// What [`DataMap::compare_edges`] found.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct EdgeComparison {
    /// Edges of the map between declared types that no declaration has.
    pub missing: Vec<MapEdge>,
    /// Declared edges between types of the map that the map does not have.
    pub extra: Vec<MapEdge>,
    /// Record types of the map that nobody declares.
    pub undeclared: Vec<String>,
}

pub(super) fn compare_edges(map: &DataMap, declarations: &[&RecordType]) -> EdgeComparison {
    let declared: Vec<MapEdge> = declarations
        .iter()
        .flat_map(|record| record.edges.iter().map(|edge| map_edge(record, edge)))
        .collect();
    let exists = |name: &str| declarations.iter().any(|record| record.name == name);
    let in_map = |name: &str| map.record(name).is_some();
    EdgeComparison {
        missing: map
            .edges
            .iter()
            .filter(|edge| exists(&edge.from) && exists(&edge.to) && !declared.contains(edge))
            .cloned()
            .collect(),
        extra: declared
            .iter()
            .filter(|edge| in_map(&edge.from) && in_map(&edge.to) && !map.edges.contains(edge))
            .cloned()
            .collect(),
        undeclared: map
            .records
            .iter()
            .filter(|record| !exists(&record.id))
            .map(|record| record.id.clone())
            .collect(),
    }
}

fn map_edge(record: &RecordType, edge: &EdgeDecl) -> MapEdge {
    let (this, other) = (record.name.to_owned(), edge.target.to_owned());
    match edge.kind {
        EdgeKind::OwnedBy => {
            MapEdge { from: other, to: this, kind: EdgeWord::Owns, on_erased: None }
        }
        EdgeKind::SharedBy => {
            MapEdge { from: other, to: this, kind: EdgeWord::Shared, on_erased: None }
        }
        EdgeKind::References(on_erased) => {
            let on_erased = Some(on_erased);
            MapEdge { from: this, to: other, kind: EdgeWord::References, on_erased }
        }
    }
}

pub(super) fn check(map: &DataMap, declarations: &[&RecordType], faults: &mut Vec<Fault>) {
    for record in declarations {
        fields(map, record, faults);
        targets(record, declarations, faults);
        let hangs = record.edges.iter().any(|edge| {
            matches!(
                edge.kind,
                EdgeKind::OwnedBy
                    | EdgeKind::SharedBy
                    | EdgeKind::References(OnErased::DeleteSource)
            )
        });
        // A tenant's rows must go with the tenant, whomever they are about.
        // What goes by itself soon needs no way to it, if the map says so.
        let expires = map.strategy(record) == Strategy::Expire;
        let reachable = record.name == "tenant"
            || expires
            || if record.tenant.is_some() { hangs } else { hangs || record.subject.is_some() };
        if record.is_personal() && !reachable {
            let message = format!(
                "{} holds personal data and cannot be reached by an erasure: declare an owner \
                 (a tenant's rows at least `owned_by(tenant = …)`), a holder, a reference that \
                 deletes it, or, for rows without a tenant, a subject",
                record.name
            );
            let pointer = format!("declarations/{}", record.name);
            faults.push(Fault::new(FaultCode::UnreachableType, pointer, message));
        }
    }
    let owns: Vec<(&str, &str)> = declarations
        .iter()
        .flat_map(|record| {
            let owned = record.edges.iter().filter(|edge| edge.kind == EdgeKind::OwnedBy);
            owned.map(|edge| (edge.target, record.name))
        })
        .collect();
    ownership(&owns, "declarations", faults);
}

fn fields(map: &DataMap, record: &RecordType, faults: &mut Vec<Fault>) {
    let keeps = [Some(record.id), record.tenant, record.anchor, record.source_time];
    for field in record.fields {
        let Some(path) = field.element else { continue };
        let pointer = format!("declarations/{}/{}", record.name, field.name);
        let Some(element) = map.element(path.path()) else {
            let hint = nearest(path.path(), map.elements.iter().map(|element| element.id.as_str()));
            let message = format!("the map has no element \"{}\"{hint}", path.path());
            faults.push(Fault::new(FaultCode::UndeclaredElement, pointer, message));
            continue;
        };
        let readable = matches!(field.kind, ValueKind::Text | ValueKind::Json | ValueKind::Bytes);
        if element.is_secret() && readable {
            let message = format!(
                "holds the secret {} in the clear: its type must be Sealed or a hash",
                element.id
            );
            faults.push(Fault::new(FaultCode::SecretUnprotected, &pointer, message));
        }
        let blankable = field.optional
            || !matches!(
                field.kind,
                ValueKind::Id(_) | ValueKind::Date | ValueKind::Json | ValueKind::Hash
            );
        let stays = element.on_erasure == OnErasure::RetainMinimized;
        if stays && !blankable && !keeps.contains(&Some(field.name)) {
            let message = format!(
                "becomes blank while its row is retained ({} is retain_minimised), which its type \
                 cannot: make it optional",
                element.id
            );
            faults.push(Fault::new(FaultCode::NotBlankable, pointer, message));
        }
    }
}

fn targets(record: &RecordType, declarations: &[&RecordType], faults: &mut Vec<Fault>) {
    for edge in record.edges {
        if !declarations.iter().any(|other| other.name == edge.target) {
            let hint = nearest(edge.target, declarations.iter().map(|other| other.name));
            let message =
                format!("names the record type \"{}\", which nobody declares{hint}", edge.target);
            let pointer = format!("declarations/{}/{}", record.name, edge.field);
            faults.push(Fault::new(FaultCode::UnusedEntry, pointer, message));
        }
    }
}
