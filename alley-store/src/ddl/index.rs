//! Which indexes a record type needs, and none besides.

use alley_core::{Query, RecordType, Unique};

use crate::layout::Layout;
use crate::sql::{Part, order_columns, quoted};

/// An index of a table.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Index {
    /// Name without the prefix.
    pub name: String,
    /// Domain and name of the record type.
    pub record: &'static RecordType,
    /// Its columns in order.
    pub columns: Vec<&'static str>,
    /// Whether no two rows may have the same values.
    pub unique: bool,
    /// Only rows in which these columns are absent.
    pub absent: Vec<&'static str>,
    /// Only rows in which this column is there.
    pub present: Option<&'static str>,
}

impl Index {
    fn new(name: String, record: &'static RecordType, columns: Vec<&'static str>) -> Self {
        Self { name, record, columns, unique: false, absent: Vec::new(), present: None }
    }

    pub(super) fn statement(&self, layout: &Layout) -> String {
        let unique = if self.unique { "UNIQUE " } else { "" };
        let name = layout.name(&self.name);
        let table = layout.table(self.record.domain, self.record.name);
        let filter = self.filter().map_or(String::new(), |filter| format!("\n  WHERE {filter}"));
        let optional = |name: &str| self.record.field(name).is_some_and(|field| field.optional);
        let column = |name: &&str| {
            let order = if optional(name) { " {absent_first}" } else { "" };
            format!("{}{order}", quoted(name))
        };
        let columns: Vec<_> = self.columns.iter().map(column).collect();
        let columns = columns.join(", ");
        format!(
            "CREATE {unique}INDEX {} ON {} ({columns}){filter};\n\n",
            quoted(&name),
            quoted(&table)
        )
    }

    /// The condition of a partial index.
    pub fn filter(&self) -> Option<String> {
        let absent = self.absent.iter().map(|name| format!("{} IS NULL", quoted(name)));
        let present = self.present.map(|name| format!("{} IS NOT NULL", quoted(name)));
        let terms: Vec<_> = absent.chain(present).collect();
        (!terms.is_empty()).then(|| terms.join(" AND "))
    }

    /// Whether whatever `other` finds, this one finds as well.
    fn covers(&self, other: &Self) -> bool {
        let wider = self.filter().is_none() || self.filter() == other.filter();
        wider && !other.unique && self.columns.starts_with(&other.columns)
    }
}

pub(super) fn of(
    record: &'static RecordType,
    siblings: &[&'static RecordType],
    queries: &[&'static Query],
) -> Vec<Index> {
    let key: Vec<_> = record.tenant.into_iter().chain([record.id]).collect();
    let rules: Vec<Index> = unique(record, &key);
    let mut wanted = personal(record, siblings);
    wanted.extend(queries.iter().filter_map(|query| for_query(query, &key, &rules)));
    wanted.retain(|index| !key.starts_with(&index.columns));
    let mut kept = rules;
    for (place, index) in wanted.iter().enumerate() {
        let others = wanted.iter().enumerate();
        let covered = others.filter(|(other, _)| *other != place).any(|(other, candidate)| {
            // Of two that cover each other the first stays.
            candidate.covers(index) && (!index.covers(candidate) || other < place)
        });
        if !covered && !kept.iter().any(|rule| rule.covers(index)) {
            kept.push(index.clone());
        }
    }
    kept
}

/// The name of the index that keeps a uniqueness rule, without the prefix.
pub(crate) fn unique_index(record: &RecordType, rule: &Unique) -> String {
    format!("u_{}_{}", record.name, rule.name)
}

fn unique(record: &'static RecordType, key: &[&'static str]) -> Vec<Index> {
    // A rule that holds the whole key can never be broken.
    let rules =
        record.unique.iter().filter(|rule| !key.iter().all(|name| rule.fields.contains(name)));
    rules
        .map(|rule| Index {
            unique: true,
            ..Index::new(unique_index(record, rule), record, rule.fields.to_vec())
        })
        .collect()
}

/// What is found by subject, by anchor and over edges. A target of the same domain that has a tenant
/// is looked for within its tenant, any other one over all.
fn personal(record: &'static RecordType, siblings: &[&'static RecordType]) -> Vec<Index> {
    let index = |kind: &str, name: &'static str, tenant: Option<&'static str>| {
        let mut columns: Vec<_> = tenant.into_iter().chain([name]).collect();
        columns.extend(order_columns(record, &columns, None).into_iter().map(|(name, _)| name));
        let title = format!("{kind}_{}_{name}", record.name);
        let optional = record.field(name).is_some_and(|field| field.optional);
        Index { present: optional.then_some(name), ..Index::new(title, record, columns) }
    };
    let within = |target: &str| {
        let of_tenant = |other: &&RecordType| other.name == target && other.tenant.is_some();
        record.tenant.filter(|_| siblings.iter().any(of_tenant))
    };
    let edges = record.edges.iter().map(|edge| index("e", edge.field, within(edge.target)));
    let subject = record.subject.map(|name| index("s", name, None));
    let anchor = record.anchor.map(|name| index("a", name, None));
    edges.chain(subject).chain(anchor).collect()
}

fn for_query(query: &Query, key: &[&'static str], rules: &[Index]) -> Option<Index> {
    let fixed: Vec<_> = query.equals.iter().chain(query.absent).copied().collect();
    let found_by = |columns: &[&str]| columns.iter().all(|name| query.equals.contains(name));
    // At most one row has these values; an index that exists anyway finds it.
    if found_by(key) || rules.iter().any(|rule| found_by(&rule.columns)) {
        return None;
    }
    let order = order_columns(query.record, &fixed, query.order);
    let by_order = order.iter().any(|(_, part)| *part == Part::Order);
    let order = order.into_iter().map(|(name, _)| name);
    let mut columns = query.equals.to_vec();
    let range = query.range.map(|range| range.field);
    match range.filter(|range| query.order != Some(*range) && !fixed.contains(range)) {
        None => columns.extend(order),
        // Pages come from the index in their order; the bound is looked up in it as well.
        Some(range) if by_order && !query.equals.is_empty() => {
            columns.extend(order.filter(|name| *name != range));
            columns.push(range);
        }
        Some(range) => {
            columns.push(range);
            columns.extend(order.filter(|name| *name != range));
        }
    }
    let mut distinct: Vec<&'static str> = Vec::new();
    for column in columns {
        if !distinct.contains(&column) {
            distinct.push(column);
        }
    }
    Some(Index {
        absent: query.absent.to_vec(),
        ..Index::new(format!("q_{}", query.name), query.record, distinct)
    })
}
