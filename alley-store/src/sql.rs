//! The statements of the store, made from declarations.
//!
//! The text is one that SQLite and PostgreSQL both take, with `$n` placeholders; a store renders it
//! for its engine when it opens. Identifiers are quoted everywhere, values are always bound.

use std::collections::HashMap;

use alley_core::{Query, RecordType, StoreError, Value};

use crate::domain::{self, DeclarationError, Domain};
use crate::engine::Engine;
use crate::failure;
use crate::layout::Layout;
pub(crate) use crate::layout::VERSION;

#[cfg(feature = "postgres")]
mod batch;
mod binding;
#[cfg(feature = "sqlite")]
mod erase;
mod kernel;
mod keyset;
mod personal;
#[cfg(test)]
pub(crate) mod plans;
mod query;
mod record;
mod single;

#[cfg(feature = "postgres")]
pub(crate) use batch::{BatchSql, EdgeBatch, Element, ReachSql, rewrite as rewrite_batch};
pub use binding::{Binding, Technical};
#[cfg(feature = "sqlite")]
pub(crate) use erase::{erase, rewrite};
pub(crate) use kernel::{Kernel, TECHNICAL, statements};
pub(crate) use keyset::{Keyset, Part, order_columns};
pub(crate) use personal::{EdgeSql, PersonalSql};
pub(crate) use query::QuerySql;
pub(crate) use record::{RecordSql, on_conflict};
pub(crate) use single::SingleSql;

/// Every statement of a store, rendered for its engine.
#[derive(Debug)]
pub(crate) struct Catalogue {
    pub(crate) kernel: Kernel,
    records: HashMap<&'static str, RecordSql>,
    queries: HashMap<&'static str, QuerySql>,
}

impl Catalogue {
    /// Renders the statements of `domains` for an engine.
    pub(crate) fn new(
        domains: &[Domain],
        layout: &Layout,
        engine: Engine,
    ) -> Result<Self, DeclarationError> {
        domain::check(domains)?;
        let records = domains.iter().flat_map(|domain| &domain.records).map(|record| {
            let binding = Binding::new(record, layout);
            (record.name, RecordSql::new(binding, engine))
        });
        let queries = domains.iter().flat_map(|domain| &domain.queries).map(|query| {
            let binding = Binding::new(query.record, layout);
            (query.name, QuerySql::new(query, &binding, engine))
        });
        Ok(Self {
            kernel: Kernel::new(layout, engine),
            records: records.collect(),
            queries: queries.collect(),
        })
    }

    /// Changes the text of every statement of a record type and of its queries in `domains`.
    #[cfg(feature = "sqlite")]
    pub(crate) fn each_text(
        &mut self,
        record: &RecordType,
        domains: &[Domain],
        change: &mut dyn FnMut(&mut String),
    ) {
        if let Some(sql) = self.records.get_mut(record.name) {
            sql.each_text(change);
        }
        for query in domains.iter().flat_map(|domain| &domain.queries) {
            if query.record.name == record.name
                && let Some(sql) = self.queries.get_mut(query.name)
            {
                sql.each_text(change);
            }
        }
    }

    /// The statements of a record type.
    pub(crate) fn record(&self, record: &RecordType) -> Result<&RecordSql, StoreError> {
        self.records.get(record.name).ok_or_else(|| failure::no_table(record))
    }

    /// The statements of a query that is asked with these arguments.
    pub(crate) fn query(
        &self,
        query: &Query,
        arguments: &[Value],
    ) -> Result<&QuerySql, StoreError> {
        let (name, wanted, given) = (query.name, query.arguments(), arguments.len());
        if given != wanted {
            return Err(failure::other(format!(
                "query {name} takes {wanted} arguments, {given} given"
            )));
        }
        self.queries.get(name).ok_or_else(|| {
            failure::other(format!(
                "query {name} has no index: add it to the queries of its domain"
            ))
        })
    }

    /// The statements of every record type.
    #[cfg(feature = "postgres")]
    pub(crate) fn records(&self) -> impl Iterator<Item = &RecordSql> {
        self.records.values()
    }

    /// The tables of the record types, by name of the type.
    pub(crate) fn bindings(&self) -> Vec<&Binding> {
        let mut bindings: Vec<_> = self.records.values().map(|sql| &sql.binding).collect();
        bindings.sort_by_key(|binding| binding.record.name);
        bindings
    }

    /// Every statement with a name for messages.
    #[cfg(test)]
    pub(crate) fn statements(&self) -> Vec<(String, &str)> {
        let mut all = self.kernel.statements();
        for (name, record) in &self.records {
            let named = |(what, text)| (format!("{name}: {what}"), text);
            all.extend(record.statements().into_iter().map(named));
        }
        for (name, query) in &self.queries {
            let named = |(what, text)| (format!("{name}: {what}"), text);
            all.extend(query.statements().into_iter().map(named));
        }
        all
    }
}

/// A column or table name in a statement.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}

/// Column names in a list.
pub(crate) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().map(quoted).collect::<Vec<_>>().join(", ")
}

/// `"a" = $1 AND "b" = $2`, counted from `first`.
pub(crate) fn equal<'a>(names: impl IntoIterator<Item = &'a str>, first: usize) -> String {
    let terms = names.into_iter().zip(first..).map(|(name, n)| format!("\"{name}\" = ${n}"));
    terms.collect::<Vec<_>>().join(" AND ")
}
