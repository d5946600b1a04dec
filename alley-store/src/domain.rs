//! What each crate brings into the database: record types, queries and schema steps.

use alley_core::{Query, RecordType};

use crate::layout::is_name;
use crate::migration::Migration;

/// The records, queries and schema steps of one crate, or of a host.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Domain {
    /// First part of the names of its tables.
    pub name: &'static str,
    /// Its record types; each becomes a table.
    pub records: Vec<&'static RecordType>,
    /// Its queries; each has an index, and no other query is answered.
    pub queries: Vec<&'static Query>,
    /// Its schema steps, oldest first.
    pub migrations: Vec<Migration>,
}

impl Domain {
    /// A domain with schema steps of its own; for hosts that keep records beside ours.
    pub fn new(
        name: &'static str,
        records: &[&'static RecordType],
        queries: &[&'static Query],
        migrations: Vec<Migration>,
    ) -> Self {
        Self { name, records: records.to_vec(), queries: queries.to_vec(), migrations }
    }

    /// All domains that this build has, in the order in which their schemas are applied.
    pub fn enabled() -> Vec<Self> {
        vec![
            Self::core(),
            #[cfg(feature = "tiktok")]
            Self::tiktok(),
            #[cfg(feature = "billing")]
            Self::billing(),
            #[cfg(feature = "outreach")]
            Self::outreach(),
            #[cfg(feature = "privacy")]
            Self::privacy(),
        ]
    }

    /// Accounts, tenants, audit, and the tables of the store itself.
    pub fn core() -> Self {
        let migrations = vec![
            Migration::new("core", 1, "kernel", include_str!("../migrations/core/0001_kernel.sql")),
            Migration::new(
                "core",
                2,
                "records",
                include_str!("../migrations/core/0002_records.sql"),
            ),
            Migration::new(
                "core",
                3,
                "idempotency",
                include_str!("../migrations/core/0003_idempotency.sql"),
            ),
        ];
        Self::new("core", alley_core::RECORDS, alley_core::QUERIES, migrations)
    }

    /// Connections to shops and what is read from them.
    #[cfg(feature = "tiktok")]
    pub fn tiktok() -> Self {
        let sql = include_str!("../migrations/tiktok/0001_records.sql");
        let hash = include_str!("../migrations/tiktok/0002_payload_hash.sql");
        let migrations = vec![
            Migration::new("tiktok", 1, "records", sql),
            Migration::new("tiktok", 2, "payload_hash", hash),
        ];
        Self::new("tiktok", alley_tiktok::RECORDS, alley_tiktok::QUERIES, migrations)
    }

    /// Customers, subscriptions and invoices.
    #[cfg(feature = "billing")]
    pub fn billing() -> Self {
        let sql = include_str!("../migrations/billing/0001_records.sql");
        let hash = include_str!("../migrations/billing/0002_payload_hash.sql");
        let migrations = vec![
            Migration::new("billing", 1, "records", sql),
            Migration::new("billing", 2, "payload_hash", hash),
        ];
        Self::new("billing", alley_billing::RECORDS, alley_billing::QUERIES, migrations)
    }

    /// Templates, drafts, queue, pacing and deliveries.
    #[cfg(feature = "outreach")]
    pub fn outreach() -> Self {
        let sql = include_str!("../migrations/outreach/0001_records.sql");
        let migrations = vec![Migration::new("outreach", 1, "records", sql)];
        Self::new("outreach", alley_outreach::RECORDS, alley_outreach::QUERIES, migrations)
    }

    /// Requests, plans of erasure, holds and evidence.
    #[cfg(feature = "privacy")]
    pub fn privacy() -> Self {
        let sql = include_str!("../migrations/privacy/0001_records.sql");
        let migrations = vec![Migration::new("privacy", 1, "records", sql)];
        Self::new("privacy", alley_privacy::RECORDS, alley_privacy::QUERIES, migrations)
    }
}

/// Declarations contradict each other or cannot become tables.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("declaration of {what} in domain {domain} refused: {wrong}")]
#[non_exhaustive]
pub struct DeclarationError {
    /// The domain.
    pub domain: &'static str,
    /// The record type or query.
    pub what: &'static str,
    /// What is wrong, and what would be right.
    pub wrong: &'static str,
}

/// Checks that declarations can become tables and statements, each name once.
pub(crate) fn check(domains: &[Domain]) -> Result<(), DeclarationError> {
    let mut records: Vec<&'static str> = Vec::new();
    let mut queries: Vec<&'static str> = Vec::new();
    for domain in domains {
        for record in &domain.records {
            let error = |wrong| DeclarationError { domain: domain.name, what: record.name, wrong };
            if record.domain != domain.name {
                return Err(error("the record declares another domain than the list it is in"));
            }
            if records.contains(&record.name) {
                return Err(error("another record type has this name"));
            }
            records.push(record.name);
            check_record(record).map_err(error)?;
        }
    }
    for domain in domains {
        for query in &domain.queries {
            let error = |wrong| DeclarationError { domain: domain.name, what: query.name, wrong };
            if queries.contains(&query.name) {
                return Err(error("another query has this name"));
            }
            queries.push(query.name);
            if !records.contains(&query.record.name) {
                return Err(error("its record type is in no list of record types"));
            }
            check_query(query).map_err(error)?;
        }
    }
    Ok(())
}

fn check_record(record: &RecordType) -> Result<(), &'static str> {
    let names = record.fields.iter().map(|field| field.name);
    if !is_name(record.name) || !names.clone().all(is_name) {
        return Err("names need lower-case letters, digits and underscores");
    }
    if names.clone().any(|name| name == crate::layout::VERSION) {
        return Err("a field is named row_version, which is the store's own column");
    }
    let mut key = std::iter::once(record.id).chain(record.tenant);
    if key.any(|name| record.field(name).is_none_or(|field| field.optional)) {
        return Err("id and tenant must be fields that are always present");
    }
    let mentioned = [record.subject, record.anchor, record.source_time].into_iter().flatten();
    let unique = record.unique.iter().flat_map(|rule| rule.fields.iter().copied());
    let edges = record.edges.iter().map(|edge| edge.field);
    if mentioned.chain(unique).chain(edges).any(|name| record.field(name).is_none()) {
        return Err("subject, anchor, source time, unique rules and edges must name fields");
    }
    Ok(())
}

fn check_query(query: &Query) -> Result<(), &'static str> {
    let fields = query.equals.iter().chain(query.absent).copied();
    let fields = fields.chain(query.range.map(|range| range.field)).chain(query.order);
    if fields.clone().any(|name| query.record.field(name).is_none()) {
        return Err("it names a field that its record type does not have");
    }
    if !is_name(query.name) {
        return Err("names need lower-case letters, digits and underscores");
    }
    Ok(())
}
