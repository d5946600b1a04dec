//! The storage kernel in memory: maps under a lock. The reference model of the conformance suites,
//! and what examples and documentation run on. Nothing survives the process.

use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use crate::commit::{Commit, Committed, RecordWrite};
use crate::error::{StoreError, StoreErrorKind};
use crate::page::{Cursor, Page, PageRequest};
use crate::query::{Bound, Query};
use crate::record::{Key, RecordType, Row};
use crate::store::{RecordStore, StoredRow};
use crate::value::Value;

mod fault;
mod idempotency;
mod outbox;
mod personal;
mod state;

#[cfg(feature = "conformance")]
pub use fault::Fault;
#[cfg(not(feature = "conformance"))]
use fault::Fault;
use state::State;

/// Keeps records of every declared type in memory.
#[derive(Debug, Default)]
pub struct MemoryStore {
    state: Mutex<State>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty store that breaks one promise of the contract, to prove that a suite notices.
    #[cfg(feature = "conformance")]
    pub fn broken(fault: Fault) -> Self {
        let mut state = State::default();
        state.fault = Some(fault);
        Self { state: Mutex::new(state) }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl RecordStore for MemoryStore {
    async fn get(
        &self,
        record: &'static RecordType,
        key: &Key,
    ) -> Result<Option<StoredRow>, StoreError> {
        Ok(self.lock().row(record, key).cloned())
    }

    async fn query(
        &self,
        query: &'static Query,
        arguments: &[Value],
        page: PageRequest,
    ) -> Result<Page<StoredRow>, StoreError> {
        let state = self.lock();
        let found = select(&state, query, arguments)?;
        let sorted = sort(query, found);
        let limit = usize::try_from(page.limit.clamp(1, PageRequest::MAX)).unwrap_or(1);
        let after = match page.after {
            Some(_) if state.breaks(Fault::TakesAnyCursor) => None,
            Some(cursor) => Some(open(&cursor, query)?),
            None => None,
        };
        let skipped = usize::from(after.is_some() && state.breaks(Fault::SkipsAtPageBorder));
        let rest = sorted.into_iter().filter(|(place, _)| match &after {
            None => true,
            Some(after) if query.descending => place < after,
            Some(after) => place > after,
        });
        let mut rows: Vec<((Value, Key), StoredRow)> = rest
            .skip(skipped)
            .take(limit.saturating_add(1))
            .map(|(place, row)| (place, row.clone()))
            .collect();
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows
            .last()
            .filter(|_| more)
            .map(|((order, key), _)| Cursor::new(query.name, order, key));
        Ok(Page::new(rows.into_iter().map(|(_, row)| row).collect(), next))
    }

    async fn count(&self, query: &'static Query, arguments: &[Value]) -> Result<u64, StoreError> {
        let found = select(&self.lock(), query, arguments)?.len();
        Ok(u64::try_from(found).unwrap_or(u64::MAX))
    }

    async fn commit(&self, commit: Commit<RecordWrite>) -> Result<Committed, StoreError> {
        if self.lock().breaks(Fault::RacesItself) {
            self.lock().check_before(&commit)?;
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        self.lock().commit(commit)
    }
}

fn open(cursor: &Cursor, query: &Query) -> Result<(Value, Key), StoreError> {
    cursor.open(query.name).map_err(|error| StoreError::with_source(StoreErrorKind::Other, error))
}

type Found<'a> = Vec<(&'a Key, &'a StoredRow)>;

fn select<'a>(
    state: &'a State,
    query: &Query,
    arguments: &[Value],
) -> Result<Found<'a>, StoreError> {
    if arguments.len() != query.arguments() {
        let text = format!(
            "query {} takes {} arguments, {} given",
            query.name,
            query.arguments(),
            arguments.len()
        );
        return Err(StoreError::with_source(StoreErrorKind::Other, text));
    }
    let rows = state.rows(query.record);
    Ok(rows.filter(|(_, stored)| selects(query, arguments, &stored.record)).collect())
}

fn value<'a>(record: &RecordType, row: &'a Row, field: &str) -> &'a Value {
    record.position(field).and_then(|position| row.get(position)).unwrap_or(&Value::Null)
}

fn selects(query: &Query, arguments: &[Value], row: &Row) -> bool {
    let equal = query.equals.iter().zip(arguments).all(|(field, argument)| {
        let stored = value(query.record, row, field);
        *stored != Value::Null && stored == argument
    });
    let absent = query.absent.iter().all(|field| *value(query.record, row, field) == Value::Null);
    let bounded = match (query.range, arguments.last()) {
        (Some(range), Some(bound)) => {
            let stored = value(query.record, row, range.field);
            *stored != Value::Null
                && match range.bound {
                    Bound::AtMost => stored <= bound,
                    Bound::AtLeast => stored >= bound,
                    Bound::MoreThan => stored > bound,
                }
        }
        _ => true,
    };
    equal && absent && bounded
}

fn sort<'a>(query: &Query, found: Found<'a>) -> Vec<((Value, Key), &'a StoredRow)> {
    let mut sorted: Vec<((Value, Key), &StoredRow)> = found
        .into_iter()
        .map(|(key, stored)| {
            let order = query
                .order
                .map_or(Value::Null, |field| value(query.record, &stored.record, field).clone());
            ((order, key.clone()), stored)
        })
        .collect();
    sorted.sort_by(|a, b| a.0.cmp(&b.0));
    if query.descending {
        sorted.reverse();
    }
    sorted
}
