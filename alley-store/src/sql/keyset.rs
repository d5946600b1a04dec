//! Pages: rows behind a place, in the order (order value, tenant, id).

use alley_core::{PageRequest, RecordType};

use super::quoted;
use crate::engine::Engine;

/// What a cursor says about one column of the order.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Part {
    /// Its order value.
    Order,
    /// Its tenant.
    Tenant,
    /// Its id.
    Id,
}

/// The statements of one listing. Arguments: those of the predicates, the parts of the cursor
/// (not for the first page), and the limit.
#[derive(Debug)]
pub(crate) struct Keyset {
    pub(crate) first: String,
    pub(crate) next: String,
    /// Behind a row whose order value is absent; the cursor's order value is not an argument then.
    pub(crate) next_absent: Option<String>,
    pub(crate) parts: Vec<Part>,
}

/// What a listing selects.
pub(crate) struct Listing<'a> {
    pub(crate) record: &'static RecordType,
    /// `SELECT … FROM …`, with the columns of the order among the selected.
    pub(crate) select: String,
    /// Terms joined by AND; their arguments are `$1` to `$arguments`.
    pub(crate) predicates: Vec<String>,
    pub(crate) arguments: usize,
    /// Columns that the predicates fix to one value; they say nothing about the order.
    pub(crate) fixed: &'a [&'static str],
    pub(crate) order: Option<&'static str>,
    /// Whether rows without an order value can be among the selected.
    pub(crate) order_absent: bool,
    pub(crate) descending: bool,
}

/// The columns that order a listing, without those that are fixed.
pub(crate) fn order_columns(
    record: &RecordType,
    fixed: &[&'static str],
    order: Option<&'static str>,
) -> Vec<(&'static str, Part)> {
    let order = order.map(|name| (name, Part::Order));
    let tenant = record.tenant.map(|name| (name, Part::Tenant));
    let mut columns: Vec<(&'static str, Part)> = Vec::new();
    for (name, part) in order.into_iter().chain(tenant).chain([(record.id, Part::Id)]) {
        if !fixed.contains(&name) && columns.iter().all(|(other, _)| *other != name) {
            columns.push((name, part));
        }
    }
    columns
}

impl Listing<'_> {
    pub(crate) fn keyset(&self, engine: Engine) -> Keyset {
        let columns = order_columns(self.record, self.fixed, self.order);
        let by_order = columns.first().is_some_and(|(_, part)| *part == Part::Order);
        let place = self.arguments.saturating_add(1);
        let behind = self.behind(&columns, place);
        let next = match columns.first() {
            Some((order, _)) if by_order && self.order_absent && self.descending => {
                format!("({} IS NULL OR {behind})", quoted(order))
            }
            _ => behind,
        };
        let next_absent = columns.split_first().filter(|_| by_order && self.order_absent);
        let next_absent = next_absent.map(|((order, _), rest)| {
            let (order, behind) = (quoted(order), self.behind(rest, place));
            if self.descending {
                format!("{order} IS NULL AND {behind}")
            } else {
                format!("({order} IS NOT NULL OR {behind})")
            }
        });
        let count = columns.len();
        Keyset {
            first: self.statement(&columns, None, 0, engine),
            next: self.statement(&columns, Some(&next), count, engine),
            next_absent: next_absent
                .map(|term| self.statement(&columns, Some(&term), count.saturating_sub(1), engine)),
            parts: columns.into_iter().map(|(_, part)| part).collect(),
        }
    }

    /// The rows behind a place, whose parts are the arguments from `first` on.
    fn behind(&self, columns: &[(&'static str, Part)], first: usize) -> String {
        let compare = if self.descending { "<" } else { ">" };
        let names: Vec<_> = columns.iter().map(|(name, _)| quoted(name)).collect();
        let places: Vec<_> = (first..).take(columns.len()).map(|n| format!("${n}")).collect();
        match names.as_slice() {
            // A listing that the predicates fix to one row has no second page.
            [] => "1 = 0".to_owned(),
            [name] => format!("{name} {compare} {}", places.concat()),
            _ => format!("({}) {compare} ({})", names.join(", "), places.join(", ")),
        }
    }

    /// A column in ORDER BY. Engines differ in where they put absent values, so it is said.
    fn ordered(&self, name: &str) -> String {
        let optional = self.record.field(name).is_some_and(|field| field.optional);
        let direction = match (self.descending, optional) {
            (false, false) => "",
            (false, true) => " NULLS FIRST",
            (true, false) => " DESC",
            (true, true) => " DESC NULLS LAST",
        };
        format!("{}{direction}", quoted(name))
    }

    fn statement(
        &self,
        columns: &[(&'static str, Part)],
        behind: Option<&str>,
        places: usize,
        engine: Engine,
    ) -> String {
        let mut text = self.select.clone();
        let terms: Vec<_> = self.predicates.iter().map(String::as_str).chain(behind).collect();
        if !terms.is_empty() {
            text.push_str(" WHERE ");
            text.push_str(&terms.join(" AND "));
        }
        let mut order = String::new();
        if !columns.is_empty() {
            let columns: Vec<_> = columns.iter().map(|(name, _)| self.ordered(name)).collect();
            order = format!(" ORDER BY {}", columns.join(", "));
        }
        text.push_str(&order);
        // Of a limit that it does not know PostgreSQL expects a tenth of the table, finds its kept plan
        // too dear for that, and makes a new one at every call. A bound that it knows helps it out.
        if engine == Engine::Postgres {
            let most = PageRequest::MAX.saturating_add(1);
            text = format!("SELECT * FROM ({text} LIMIT {most}) AS \"page\"{order}");
        }
        let limit = self.arguments.saturating_add(places).saturating_add(1);
        engine.placeholders(&format!("{text} LIMIT ${limit}"))
    }
}
