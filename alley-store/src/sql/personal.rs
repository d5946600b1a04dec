//! Statements that find rows by what their record type declares.

use super::keyset::{Keyset, Listing};
use super::{Binding, equal, list, quoted};
use crate::engine::Engine;

/// The statements of one record type.
#[derive(Debug)]
pub(crate) struct PersonalSql {
    /// Keys by subject; takes the subject.
    pub(crate) subject: Option<Keyset>,
    /// Keys by anchor, behind the anchor itself; takes the latest instant.
    pub(crate) due: Option<Keyset>,
    pub(crate) edges: Vec<EdgeSql>,
}

/// Keys of the rows that hang on one target over one edge.
#[derive(Debug)]
pub(crate) struct EdgeSql {
    pub(crate) field: &'static str,
    /// For targets without a tenant; takes the target's id.
    pub(crate) of_any: Keyset,
    /// For targets of a tenant; takes tenant and id.
    pub(crate) of_tenant: Option<Keyset>,
}

impl PersonalSql {
    pub(crate) fn new(binding: &Binding, engine: Engine) -> Self {
        let record = binding.record;
        let mut edges: Vec<EdgeSql> = Vec::new();
        for edge in record.edges {
            if edges.iter().all(|other| other.field != edge.field) {
                edges.push(EdgeSql {
                    field: edge.field,
                    of_any: keys(binding, &[edge.field], engine),
                    of_tenant: record
                        .tenant
                        .map(|tenant| keys(binding, &[tenant, edge.field], engine)),
                });
            }
        }
        Self {
            subject: record.subject.map(|subject| keys(binding, &[subject], engine)),
            due: record.anchor.map(|anchor| due(binding, anchor, engine)),
            edges,
        }
    }

    /// Changes the text of every statement.
    #[cfg(feature = "sqlite")]
    pub(crate) fn each_text(&mut self, change: &mut dyn FnMut(&mut String)) {
        let Self { subject, due, edges } = self;
        let edges = edges.iter_mut().flat_map(|edge| {
            let EdgeSql { field: _, of_any, of_tenant } = edge;
            std::iter::once(of_any).chain(of_tenant)
        });
        subject.iter_mut().chain(due).chain(edges).for_each(|keys| keys.each_text(change));
    }

    #[cfg(any(test, feature = "sqlite"))]
    pub(crate) fn statements(&self) -> Vec<(String, &str)> {
        let mut all = Vec::new();
        let edges = self.edges.iter().flat_map(|edge| {
            let tenant =
                edge.of_tenant.as_ref().map(|keys| (format!("{} of tenant", edge.field), keys));
            [(edge.field.to_owned(), &edge.of_any)].into_iter().chain(tenant)
        });
        let subject = self.subject.as_ref().map(|keys| ("subject".to_owned(), keys));
        let due = self.due.as_ref().map(|keys| ("due".to_owned(), keys));
        for (name, keys) in subject.into_iter().chain(due).chain(edges) {
            let named = |(what, text)| (format!("{name} {what}"), text);
            all.extend(keys.statements().into_iter().map(named));
        }
        all
    }
}

/// Keys of the rows in which these columns equal the arguments.
fn keys(binding: &Binding, columns: &[&'static str], engine: Engine) -> Keyset {
    let listing = Listing {
        record: binding.record,
        select: format!("SELECT {} FROM {}", list(binding.key()), binding.path),
        predicates: vec![equal(columns.iter().copied(), 1)],
        arguments: columns.len(),
        fixed: columns,
        order: None,
        order_absent: false,
        descending: false,
    };
    listing.keyset(engine)
}

fn due(binding: &Binding, anchor: &'static str, engine: Engine) -> Keyset {
    let columns = std::iter::once(anchor).chain(binding.key());
    let listing = Listing {
        record: binding.record,
        select: format!("SELECT {} FROM {}", list(columns), binding.path),
        predicates: vec![format!("{} <= $1", quoted(anchor))],
        arguments: 1,
        fixed: &[],
        order: Some(anchor),
        order_absent: false,
        descending: false,
    };
    listing.keyset(engine)
}
