//! The walk over what an export holds.

use std::collections::{BTreeMap, HashSet};
use std::io::Write;

use alley_core::{
    EdgeDecl, EdgeKind, Field as _, FieldDecl, Key, RecordType, StoredRow, Value, ValueKind,
};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::render::{about, key_text, value};
use super::{Export, ExportOf};
use crate::data_map::{ElementEntry, OnExport};
use crate::directory::{Ask, Walk, field};
use crate::erasure::{certificate_instant as instant, is_about};
use crate::error::{Error, Result};

/// What an export held and what it left out.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct ExportSummary {
    /// When it was made, RFC 3339.
    pub generated_at: String,
    /// Rows by type, in the order of the declarations.
    pub counts: Vec<TypeCount>,
    /// Record type, field and reason of what was left out, with the number of rows.
    pub omitted: BTreeMap<(String, String, String), u64>,
    /// Elements that others decide on, and therefore answer for.
    pub answered_by_others: Vec<String>,
}

/// A number of rows.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct TypeCount {
    /// Name of the record type.
    pub record: &'static str,
    /// Rows.
    pub rows: u64,
}

const PAGE: u32 = 200;

/// A way from one type to another that hangs on it.
type Way = (&'static RecordType, &'static EdgeDecl);

struct Walker<'a, W> {
    export: &'a Export,
    of: &'a ExportOf,
    output: &'a mut W,
    subject: Option<Value>,
    counts: BTreeMap<&'static str, u64>,
    seen: HashSet<[u8; 16]>,
    first: bool,
    summary: ExportSummary,
}

pub(super) async fn write<W: Write + Send>(
    export: &Export,
    of: &ExportOf,
    output: &mut W,
) -> Result<ExportSummary> {
    let generated_at = instant(export.env.now());
    let subject = match of {
        ExportOf::Account(account) => Some(account.to_value()),
        ExportOf::Person { reference, .. } => Some(Value::Text(reference.clone())),
        ExportOf::Tenant(_) => None,
    };
    let mut walker = Walker {
        export,
        of,
        output,
        subject,
        counts: BTreeMap::new(),
        seen: HashSet::new(),
        first: true,
        summary: ExportSummary { generated_at, ..ExportSummary::default() },
    };
    walker.head()?;
    walker.roots().await?;
    walker.tail()?;
    let records = export.directory.records().iter();
    walker.summary.counts = records
        .filter_map(|record| {
            let rows = walker.counts.get(record.name).copied()?;
            Some(TypeCount { record: record.name, rows })
        })
        .collect();
    Ok(walker.summary)
}

impl<W: Write + Send> Walker<'_, W> {
    fn head(&mut self) -> Result<()> {
        let map = std::sync::Arc::clone(&self.export.map);
        let of = match self.of {
            ExportOf::Account(account) => json!({"account": account.to_string()}),
            ExportOf::Tenant(tenant) => json!({"tenant": tenant.to_string()}),
            ExportOf::Person { tenant, kind, reference } => {
                json!({"tenant": tenant.to_string(), "kind": kind, "reference": reference})
            }
        };
        let elements: Vec<serde_json::Value> = map
            .elements
            .iter()
            .filter(|element| self.answers(element))
            .map(|e| about(&map, e))
            .collect();
        let others = map.elements.iter().filter(|element| !self.answers(element));
        self.summary.answered_by_others = others.map(|element| element.id.clone()).collect();
        let generated_at = &self.summary.generated_at;
        write!(
            self.output,
            "{{\"schema\":\"alley.subject-export/1\",\"generated_at\":{},\"map_version\":{},\
             \"of\":{of},\"elements\":{},\"records\":[",
            json!(generated_at),
            json!(map.version),
            json!(elements),
        )?;
        Ok(())
    }

    fn tail(&mut self) -> Result<()> {
        let omitted: Vec<serde_json::Value> = self
            .summary
            .omitted
            .iter()
            .map(|((record, field, reason), rows)| {
                json!({"type": record, "field": field, "reason": reason, "rows": rows})
            })
            .collect();
        writeln!(
            self.output,
            "\n],\"counts\":{},\"omitted\":{},\"answered_by_others\":{}}}",
            json!(self.counts),
            json!(omitted),
            json!(self.summary.answered_by_others),
        )?;
        self.output.flush()?;
        Ok(())
    }

    /// Whether the export may speak for an element: a person in their own right hears from us what
    /// we decide on; a tenant, also for its own data subjects, hears all.
    fn answers(&self, element: &ElementEntry) -> bool {
        !matches!(self.of, ExportOf::Account(_)) || element.is_controlled()
    }

    async fn roots(&mut self) -> Result<()> {
        let directory = std::sync::Arc::clone(&self.export.directory);
        match self.of {
            ExportOf::Tenant(tenant) => {
                let record = directory.record("tenant")?;
                self.visit(record, vec![Key::global(tenant)], 0).await
            }
            ExportOf::Account(account) => {
                let record = directory.record("account")?;
                self.visit(record, vec![Key::global(account)], 0).await?;
                let subject = account.to_value();
                for record in directory.records() {
                    if ["account_holder", "org_member", "requester"]
                        .iter()
                        .any(|kind| is_about(&self.export.map, record, kind))
                        && stores_ids(record)
                    {
                        self.about(record, &subject, None).await?;
                    }
                }
                Ok(())
            }
            ExportOf::Person { tenant, kind, reference } => {
                let subject = Value::Text(reference.clone());
                for record in directory.records() {
                    if record.tenant.is_some() && is_about(&self.export.map, record, kind) {
                        self.about(record, &subject, Some(*tenant)).await?;
                    }
                }
                Ok(())
            }
        }
    }

    async fn about(
        &mut self,
        record: &'static RecordType,
        subject: &Value,
        tenant: Option<alley_core::TenantId>,
    ) -> Result<()> {
        let directory = std::sync::Arc::clone(&self.export.directory);
        let mut walk = Walk::new(&directory, record);
        while let Some(mut keys) = walk.next(record, Ask::Subject(subject), PAGE).await? {
            keys.retain(|key| tenant.is_none() || key.tenant() == tenant);
            self.visit(record, keys, 0).await?;
        }
        Ok(())
    }

    /// Writes rows and what hangs on them.
    fn visit<'s>(
        &'s mut self,
        record: &'static RecordType,
        keys: Vec<Key>,
        depth: u8,
    ) -> std::pin::Pin<Box<dyn Future<Output = Result<()>> + Send + 's>> {
        Box::pin(async move {
            let directory = std::sync::Arc::clone(&self.export.directory);
            let keys: Vec<Key> = keys.into_iter().filter(|key| self.is_new(record, key)).collect();
            // Ownership is a forest of types; more levels than this are a circle of references.
            if keys.is_empty() || depth > 16 {
                return Ok(());
            }
            let rows = directory.rows(record, &keys).await?;
            for (key, row) in &rows {
                self.row(record, key, row)?;
            }
            for (source, edge) in self.ways(record, depth) {
                let mut walk = Walk::new(&directory, source);
                while let Some(found) = walk.next(source, Ask::Reach(edge, &keys), PAGE).await? {
                    self.visit(source, found, depth + 1).await?;
                }
            }
            Ok(())
        })
    }

    /// What hangs on a type: owned and shared rows, and for persons rows that mention them.
    fn ways(&self, record: &RecordType, depth: u8) -> Vec<Way> {
        let person = !matches!(self.of, ExportOf::Tenant(_)) && depth == 0;
        let ways = self.export.directory.incoming(record.name).into_iter();
        ways.filter(|(_, edge)| match edge.kind {
            EdgeKind::OwnedBy | EdgeKind::SharedBy => true,
            EdgeKind::References(_) => person,
        })
        .collect()
    }

    fn is_new(&mut self, record: &RecordType, key: &Key) -> bool {
        let named = ["account", "tenant"].contains(&record.name);
        let subject = record.subject.is_some();
        let ways = record.edges.len() + usize::from(subject) + usize::from(named);
        if ways < 2 {
            return true;
        }
        let mut hash = Sha256::new();
        hash.update(record.name.as_bytes());
        hash.update([0]);
        hash.update(key.to_bytes());
        let digest: [u8; 32] = hash.finalize().into();
        let (short, _) = digest.split_at(16);
        self.seen.insert(short.try_into().unwrap_or_default())
    }

    fn row(&mut self, record: &'static RecordType, key: &Key, row: &StoredRow) -> Result<()> {
        let map = std::sync::Arc::clone(&self.export.map);
        let own = match (record.subject, &self.subject) {
            (Some(name), Some(subject)) => field(record, &row.record, name) == subject,
            _ => false,
        };
        let mut data = serde_json::Map::new();
        let mut summary_only = false;
        for (decl, stored) in record.fields.iter().zip(&row.record) {
            let element = decl.element.and_then(|path| map.element(path.path()));
            let Some(element) = element.filter(|element| self.answers(element)) else {
                continue;
            };
            let reason = match element.on_export {
                OnExport::Include if is_hash(decl) => Some("hash"),
                OnExport::Include => None,
                OnExport::IncludeRequesterPart if own && !is_hash(decl) => None,
                OnExport::IncludeRequesterPart => Some("third_party"),
                OnExport::IncludeSummary => {
                    summary_only = true;
                    Some("summary")
                }
                OnExport::DescribeOnly => Some("described"),
                OnExport::OmitSecret => Some("secret"),
                OnExport::OmitTransient => Some("transient"),
            };
            if let Some(reason) = reason {
                let entry = (record.name.to_owned(), decl.name.to_owned(), reason.to_owned());
                *self.summary.omitted.entry(entry).or_default() += 1;
                continue;
            }
            let keyring = &self.export.env.keyring;
            data.insert(decl.name.to_owned(), value(keyring, record, decl, key, stored)?);
        }
        if data.is_empty() && !summary_only {
            return Ok(());
        }
        *self.counts.entry(record.name).or_default() += 1;
        if data.is_empty() {
            return Ok(());
        }
        let line = json!({"type": record.name, "key": key_text(record, key), "data": data});
        let what = "a row of an export";
        let line = serde_json::to_string(&line).map_err(|source| Error::Json { what, source })?;
        let comma = if std::mem::replace(&mut self.first, false) { "" } else { "," };
        write!(self.output, "{comma}\n{line}")?;
        Ok(())
    }
}

/// Hashes mean nothing to a reader and could be tried against guesses.
fn is_hash(field: &FieldDecl) -> bool {
    field.kind == ValueKind::Hash
}

/// Whether the subject of a type is named by an id of ours, as accounts are.
fn stores_ids(record: &RecordType) -> bool {
    let subject = record.subject.and_then(|name| record.field(name));
    subject.is_some_and(|field| matches!(field.kind, ValueKind::Id(_)))
}
