//! Statements of a declared query.

use alley_core::{Bound, Query};

use super::keyset::{Keyset, Listing};
use super::{Binding, equal, list, quoted};
use crate::engine::Engine;

/// The statements of one query.
#[derive(Debug)]
pub(crate) struct QuerySql {
    pub(crate) pages: Keyset,
    pub(crate) count: String,
}

impl QuerySql {
    pub(crate) fn new(query: &Query, binding: &Binding, engine: Engine) -> Self {
        let predicates = predicates(query);
        let fixed: Vec<_> = query.equals.iter().chain(query.absent).copied().collect();
        let ranged = query.range.map(|range| range.field);
        let optional = query.order.and_then(|name| query.record.field(name));
        let listing = Listing {
            record: binding.record,
            select: format!(
                "SELECT {} FROM {}",
                list(binding.columns.iter().copied()),
                binding.path
            ),
            predicates,
            arguments: query.arguments(),
            fixed: &fixed,
            order: query.order,
            order_absent: optional.is_some_and(|field| field.optional) && query.order != ranged,
            descending: query.descending,
        };
        let mut count = format!("SELECT count(*) FROM {}", binding.path);
        if !listing.predicates.is_empty() {
            count.push_str(" WHERE ");
            count.push_str(&listing.predicates.join(" AND "));
        }
        Self { pages: listing.keyset(engine), count: engine.placeholders(&count) }
    }

    /// Changes the text of every statement.
    #[cfg(feature = "sqlite")]
    pub(crate) fn each_text(&mut self, change: &mut dyn FnMut(&mut String)) {
        let Self { pages, count } = self;
        pages.each_text(change);
        change(count);
    }

    #[cfg(test)]
    pub(crate) fn statements(&self) -> Vec<(&'static str, &str)> {
        let mut all = self.pages.statements();
        all.push(("count", self.count.as_str()));
        all
    }
}

impl Keyset {
    /// Changes the text of every statement.
    #[cfg(feature = "sqlite")]
    pub(crate) fn each_text(&mut self, change: &mut dyn FnMut(&mut String)) {
        let Self { first, next, next_absent, parts: _ } = self;
        [first, next].into_iter().chain(next_absent).for_each(change);
    }

    #[cfg(any(test, feature = "sqlite"))]
    pub(crate) fn statements(&self) -> Vec<(&'static str, &str)> {
        let mut all = vec![("first", self.first.as_str()), ("next", self.next.as_str())];
        all.extend(self.next_absent.as_deref().map(|text| ("next_absent", text)));
        all
    }
}

fn predicates(query: &Query) -> Vec<String> {
    let mut terms = Vec::new();
    if !query.equals.is_empty() {
        terms.push(equal(query.equals.iter().copied(), 1));
    }
    terms.extend(query.absent.iter().map(|name| format!("{} IS NULL", quoted(name))));
    terms.extend(query.range.map(|range| {
        let compare = match range.bound {
            Bound::AtMost => "<=",
            Bound::AtLeast => ">=",
            Bound::MoreThan => ">",
        };
        format!("{} {compare} ${}", quoted(range.field), query.arguments())
    }));
    terms
}
