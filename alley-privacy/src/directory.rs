//! Which record types there are, how they hang together, and which stores keep them.

use std::collections::BTreeMap;
use std::sync::Arc;

use alley_core::{
    Applied, EdgeDecl, EdgeKind, ErasureStep, HoldMark, Key, OnErased, Page, PageRequest, Permit,
    PersonalRecords, RecordType, StoreError, StoredRow, Value, ValueKind,
};

use crate::error::{Error, Result};

/// An edge, with the record type that declares it.
pub(crate) type Incoming = (&'static RecordType, &'static EdgeDecl);

#[derive(Debug)]
pub(crate) struct Directory {
    declarations: Vec<&'static RecordType>,
    stores: Vec<Arc<dyn PersonalRecords>>,
    /// Asked for types that none of `stores` keeps.
    elsewhere: Vec<Arc<dyn PersonalRecords>>,
    positions: BTreeMap<&'static str, i64>,
}

impl Directory {
    pub(crate) fn new(
        declarations: Vec<&'static RecordType>,
        stores: Vec<Arc<dyn PersonalRecords>>,
    ) -> Self {
        let positions = positions(&declarations);
        Self { declarations, stores, elsewhere: Vec::new(), positions }
    }

    /// The same types, those that `stores` keep in `stores` alone, the others where they were.
    pub(crate) fn on(&self, stores: Vec<Arc<dyn PersonalRecords>>) -> Self {
        Self {
            declarations: self.declarations.clone(),
            stores,
            elsewhere: self.stores.clone(),
            positions: self.positions.clone(),
        }
    }

    pub(crate) fn records(&self) -> &[&'static RecordType] {
        &self.declarations
    }

    pub(crate) fn find(&self, name: &str) -> Option<&'static RecordType> {
        self.declarations.iter().find(|record| record.name == name).copied()
    }

    pub(crate) fn record(&self, name: &str) -> Result<&'static RecordType> {
        self.find(name).ok_or_else(|| Error::UndeclaredRecord { record: name.to_owned() })
    }

    /// The place of a type in the order of erasure; owned types come before their owners.
    pub(crate) fn position(&self, record: &RecordType) -> i64 {
        self.positions.get(record.name).copied().unwrap_or(0)
    }

    /// The edges that end at a type.
    pub(crate) fn incoming(&self, target: &str) -> Vec<Incoming> {
        let edges = self
            .declarations
            .iter()
            .flat_map(|record| record.edges.iter().map(move |edge| (*record, edge)));
        edges.filter(|(_, edge)| edge.target == target).collect()
    }

    /// The stores that keep a type. One that names no types keeps whatever it is given.
    pub(crate) fn stores_of<'a>(
        &'a self,
        record: &'a RecordType,
    ) -> impl Iterator<Item = &'a Arc<dyn PersonalRecords>> {
        let keeps = |store: &&Arc<dyn PersonalRecords>| {
            let types = store.record_types();
            types.is_empty() || types.iter().any(|known| known.name == record.name)
        };
        let here = self.stores.iter().any(|store| keeps(&store));
        let stores = if here { &self.stores } else { &self.elsewhere };
        stores.iter().filter(keeps)
    }

    /// Rows with these keys, each from the first store that has it.
    pub(crate) async fn rows(
        &self,
        record: &'static RecordType,
        keys: &[Key],
    ) -> Result<BTreeMap<Key, StoredRow>> {
        let mut rows = BTreeMap::new();
        for store in self.stores_of(record) {
            for (key, row) in store.export(record, keys).await? {
                rows.entry(key).or_insert(row);
            }
        }
        Ok(rows)
    }

    pub(crate) async fn exists(&self, record: &'static RecordType, key: &Key) -> Result<bool> {
        Ok(!self.rows(record, std::slice::from_ref(key)).await?.is_empty())
    }

    /// Applies steps of one record type in every store that keeps it; a row counts as held if it
    /// is held anywhere, and as done if anything happened anywhere.
    pub(crate) async fn apply(
        &self,
        permit: &Permit,
        record: &'static RecordType,
        steps: &[ErasureStep],
    ) -> Result<Vec<Applied>, StoreError> {
        let mut all = vec![Applied::Absent; steps.len()];
        for store in self.stores_of(record) {
            let applied = store.apply(permit, steps).await?;
            for (all, one) in all.iter_mut().zip(applied) {
                *all = match (*all, one) {
                    (Applied::Held, _) | (_, Applied::Held) => Applied::Held,
                    (Applied::Done, _) | (_, Applied::Done) => Applied::Done,
                    (Applied::Absent, Applied::Absent) => Applied::Absent,
                };
            }
        }
        Ok(all)
    }

    pub(crate) async fn set_hold(&self, mark: &HoldMark) -> Result<(), StoreError> {
        for store in self.stores_of(mark.record) {
            store.set_hold(mark).await?;
        }
        Ok(())
    }
}

/// A listing over all stores that keep a type, one page after the other.
#[derive(Debug)]
pub(crate) struct Walk<'a> {
    stores: Vec<&'a Arc<dyn PersonalRecords>>,
    after: Option<alley_core::Cursor>,
}

/// What a [`Walk`] asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ask<'a> {
    Subject(&'a Value),
    Reach(&'static EdgeDecl, &'a [Key]),
    Due(chrono::DateTime<chrono::Utc>),
}

impl<'a> Walk<'a> {
    pub(crate) fn new(directory: &'a Directory, record: &'a RecordType) -> Self {
        let mut stores: Vec<_> = directory.stores_of(record).collect();
        stores.reverse();
        Self { stores, after: None }
    }

    /// The next keys; `None` at the end. A page may be empty.
    pub(crate) async fn next(
        &mut self,
        record: &'static RecordType,
        ask: Ask<'_>,
        limit: u32,
    ) -> Result<Option<Vec<Key>>> {
        let Some(store) = self.stores.last() else {
            return Ok(None);
        };
        let page = match self.after.take() {
            Some(cursor) => PageRequest::after(cursor, limit),
            None => PageRequest::first(limit),
        };
        let Page { items, next, .. } = match ask {
            Ask::Subject(subject) => store.by_subject(record, subject, page).await?,
            Ask::Reach(edge, targets) => store.reach(record, edge, targets, page).await?,
            Ask::Due(until) => store.due(record, until, page).await?,
        };
        self.after = next;
        if self.after.is_none() {
            self.stores.pop();
        }
        Ok(Some(items))
    }
}

/// The value of a field in a row.
pub(crate) fn field<'a>(record: &RecordType, row: &'a [Value], name: &str) -> &'a Value {
    record.position(name).and_then(|position| row.get(position)).unwrap_or(&Value::Null)
}

/// The key that an edge's field names, if it names one.
pub(crate) fn target_key(
    directory: &Directory,
    record: &RecordType,
    edge: &EdgeDecl,
    key: &Key,
    row: &[Value],
) -> Option<(&'static RecordType, Key)> {
    let target = directory.find(edge.target)?;
    let id = field(record, row, edge.field);
    if *id == Value::Null {
        return None;
    }
    let tenant = target.tenant.and(key.tenant());
    Some((target, Key::from_parts(tenant, id.clone())))
}

/// Reads the text form of an id of a record type, as ids are shown.
pub(crate) fn id_from_text(record: &'static RecordType, text: &str) -> Result<Value> {
    let wrong = || Error::NotAnId { record: record.name };
    match record.field(record.id).map(|field| field.kind) {
        Some(ValueKind::Id(prefix)) => {
            let hex = text.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('_'));
            let hex = hex.filter(|hex| hex.len() == 32).ok_or_else(wrong)?;
            let uuid = uuid::Uuid::try_parse(hex).map_err(|_cause| wrong())?;
            Ok(Value::bytes(uuid.as_bytes()))
        }
        Some(ValueKind::Text) => Ok(Value::Text(text.to_owned())),
        Some(ValueKind::Int) => text.parse().map(Value::Int).map_err(|_cause| wrong()),
        _ => Err(wrong()),
    }
}

/// Types in the order of erasure: a type comes after all that hang on it. Owners and holders first;
/// references that delete join where they do not close a circle.
fn positions(declarations: &[&'static RecordType]) -> BTreeMap<&'static str, i64> {
    let mut below: Vec<(&str, &str)> = Vec::new();
    let ways = |record: &'static RecordType, deletes: bool| {
        record.edges.iter().filter(move |edge| {
            (edge.kind == EdgeKind::References(OnErased::DeleteSource)) == deletes
                && !matches!(edge.kind, EdgeKind::References(on) if on != OnErased::DeleteSource)
                && edge.target != record.name
        })
    };
    for deletes in [false, true] {
        for record in declarations {
            for edge in ways(record, deletes) {
                if !leads(&below, record.name, edge.target) {
                    below.push((edge.target, record.name));
                }
            }
        }
    }
    let mut depths: BTreeMap<&'static str, i64> =
        declarations.iter().map(|record| (record.name, 0)).collect();
    for _ in 0..declarations.len() {
        for record in declarations {
            let parents = below.iter().filter(|(_, child)| *child == record.name);
            let deepest = parents.filter_map(|(parent, _)| depths.get(parent)).max().copied();
            if let Some(deepest) = deepest {
                depths.insert(record.name, deepest + 1);
            }
        }
    }
    // Ties between types are broken by name, so that an order is the same on every run.
    let count = i64::try_from(declarations.len()).unwrap_or(i64::MAX);
    let mut names: Vec<&'static str> = depths.keys().copied().collect();
    names.sort_unstable();
    let ordered = names.iter().zip(0_i64..).filter_map(|(name, place)| {
        let depth = depths.get(name)?;
        Some((*name, (count - depth) * count + place))
    });
    ordered.collect()
}

fn leads(below: &[(&str, &str)], from: &str, to: &str) -> bool {
    let mut open = vec![from];
    let mut seen = std::collections::BTreeSet::new();
    while let Some(at) = open.pop() {
        if at == to {
            return true;
        }
        if seen.insert(at) {
            open.extend(below.iter().filter(|(parent, _)| *parent == at).map(|(_, child)| *child));
        }
    }
    false
}
