//! A commit, inside a transaction.

use std::collections::HashMap;

use alley_core::{
    Commit, Committed, FactEntry, Field as _, Key, RecordType, RecordWrite, Row, StoreError,
    StoreErrorKind, Stream, Value, Version, Write,
};

use super::connection::{Session, Work};
use super::driver::Argument;
use super::failure::{self, Failure};
use super::plan::{Found, Grouping, Item, Kind, Lock, Plan, Run};
use super::transaction::{Ended, unknown};
use super::{PostgresStore, columns};
use crate::failure::{conflict, other};
use crate::row;
use crate::sql::{BatchSql, Element};

/// A commit as a piece of work.
pub(super) struct Apply<'a> {
    pub(super) commit: &'a Commit<RecordWrite>,
    /// Its audit entries as inserts.
    pub(super) audit: &'a [RecordWrite],
    pub(super) grouping: Grouping,
}

impl PostgresStore {
    /// Commits. When the connection is lost on COMMIT, the same commit is tried again: its id says
    /// whether the first try was applied, and waits for a first try that is still on its way.
    pub(super) async fn apply(
        &self,
        commit: &Commit<RecordWrite>,
    ) -> Result<Committed, StoreError> {
        let audit = commit.audit.iter().map(|entry| Write::Insert(entry.clone()).into());
        let audit: Vec<RecordWrite> = audit.collect();
        let mut tries = self.tries();
        let mut grouping = Grouping::ByKind;
        let mut lost: Option<Failure> = None;
        loop {
            match self.transact(&Apply { commit, audit: &audit, grouping }, &tries).await {
                Ended::Committed(committed) => {
                    // Applied by this very call, whichever try it was.
                    return Ok(if lost.is_some() { Committed::new(false) } else { committed });
                }
                Ended::Undone(Failure::Batch) => grouping = Grouping::Single,
                Ended::Undone(failure) => {
                    if let Err(error) = self.again(&mut tries, failure).await {
                        match &lost {
                            // Found after the id was found to be new: the lost try left nothing.
                            Some(_) if is_decided(&error) => return Err(error),
                            Some(lost) => {
                                if !error.is_retryable() || !tries.wait_for_return().await {
                                    return Err(unknown(lost));
                                }
                            }
                            None => return Err(error),
                        }
                    }
                }
                // It was applied before, and nothing was on its way.
                Ended::Unknown(_, committed) if committed.replayed => {
                    return Ok(if lost.is_some() { Committed::new(false) } else { committed });
                }
                Ended::Unknown(failure, _) => {
                    let answer = unknown(&failure);
                    lost = Some(failure);
                    if !tries.wait_for_return().await {
                        return Err(answer);
                    }
                }
            }
        }
    }
}

/// Whether the answer is one about the records.
const fn is_decided(error: &StoreError) -> bool {
    matches!(error.kind(), StoreErrorKind::Conflict(_) | StoreErrorKind::Duplicate { .. })
}

impl Work for Apply<'_> {
    type Output = Committed;

    async fn run(&self, session: &mut Session<'_>) -> Result<Committed, Failure> {
        let commit = self.commit;
        let id = commit.id.to_value();
        // Waits for a transaction that has the same id and has not ended.
        if session.execute(&session.shared.own.commit_insert, &[(&id).into()]).await? == 0 {
            return Ok(Committed::new(true));
        }
        let plan = Plan::new(commit, self.audit, self.grouping);
        check(session, &plan).await?;
        for run in &plan.runs {
            change(session, run).await?;
        }
        enqueue(session, &commit.facts).await?;
        Ok(Committed::new(false))
    }
}

/// Locks, reads what the commit was decided on, and compares. What is locked stays as it is until the
/// end, and what is absent is read after that.
async fn check(session: &mut Session<'_>, plan: &Plan<'_>) -> Result<(), Failure> {
    if !plan.names.is_empty() {
        let names: Vec<_> = plan.names.iter().map(|name| Value::Int(*name)).collect();
        let names = Argument::Many(Element::Int, names.iter().collect());
        let locked = session.rows(&session.shared.own.lock_names, &[names]).await?;
        if !matches!(locked.first().map(Vec::as_slice), Some([Value::Int(1), ..])) {
            return Err(other(
                "a commit that expects a record to be absent needs a transaction at the level READ \
                 COMMITTED: begin the host's with that level",
            )
            .into());
        }
    }
    let mut found = Found::new();
    for Lock { record, keys, write, expected } in &plan.locks {
        let batch = session.shared.batch(record)?;
        match (write, expected) {
            (true, false) => drop(keyed(session, record, &batch.lock_only, keys).await?),
            (true, true) => versions(session, record, &batch.lock, keys, &mut found).await?,
            (false, _) => versions(session, record, &batch.share, keys, &mut found).await?,
        }
    }
    for (record, keys) in &plan.absent {
        let batch = session.shared.batch(record)?;
        versions(session, record, &batch.versions, keys, &mut found).await?;
    }
    match plan.unmet(&found) {
        Some(expect) => Err(conflict(expect.record, &expect.key).into()),
        None => Ok(()),
    }
}

async fn versions(
    session: &mut Session<'_>,
    record: &'static RecordType,
    text: &str,
    keys: &[&Key],
    found: &mut Found,
) -> Result<(), Failure> {
    for mut row in keyed(session, record, text, keys).await? {
        let Some(Value::Int(version)) = row.pop() else {
            return Err(StoreError::corrupt(record.name, "a row has no version").into());
        };
        let of_type = found.entry(record.name).or_default();
        of_type.insert(row::key(record, row)?, Version::new(version));
    }
    Ok(())
}

/// Rows of a statement that takes keys.
async fn keyed(
    session: &mut Session<'_>,
    record: &'static RecordType,
    text: &str,
    keys: &[&Key],
) -> Result<Vec<Vec<Value>>, Failure> {
    let batch = session.shared.batch(record)?;
    let keys: Vec<_> = keys.iter().filter_map(|key| row::key_values(record, key)).collect();
    session.rows(text, &columns::of(&batch.key, &keys)).await
}

async fn change(session: &mut Session<'_>, run: &Run<'_>) -> Result<(), Failure> {
    let touched = match run.rows.as_slice() {
        [item] => one(session, run, item).await,
        _ => many(session, run).await,
    };
    let touched = match touched {
        Err(Failure::Engine(error)) => return Err(broken(session, run, error)),
        touched => touched?,
    };
    if run.kind == Kind::Sync || usize::try_from(touched) == Ok(run.rows.len()) {
        return Ok(());
    }
    match run.rows.as_slice() {
        [item] if run.kind == Kind::Insert => {
            Err(taken(session, run.record, item.key, item.row).await?.into())
        }
        [item] => Err(conflict(run.record, item.key).into()),
        // One by one they tell which.
        _ => Err(Failure::Batch),
    }
}

/// A run of one row, without arrays: the engine has less to do. How many rows it touched.
async fn one(session: &mut Session<'_>, run: &Run<'_>, item: &Item<'_>) -> Result<u64, Failure> {
    let batch = session.shared.batch(run.record)?;
    let sql = session.shared.catalogue.record(run.record)?;
    let text = match run.kind {
        Kind::Insert => &batch.insert_one,
        Kind::Sync => &sql.single.sync,
        Kind::Update => &batch.update_one,
        Kind::Delete => &sql.single.delete,
    };
    let key = key_if_deleted(run, item)?;
    let values = values(run, item, &key)?;
    let elements = elements(run, batch);
    let arguments: Vec<_> =
        elements.zip(values).map(|(element, value)| Argument::Of(element, value)).collect();
    session.execute(text, &arguments).await
}

/// A run of several rows, one array a column. How many rows it touched.
async fn many(session: &mut Session<'_>, run: &Run<'_>) -> Result<u64, Failure> {
    let batch = session.shared.batch(run.record)?;
    let text = match run.kind {
        Kind::Insert => &batch.insert,
        Kind::Sync => &batch.sync,
        Kind::Update => &batch.update,
        Kind::Delete => &batch.delete,
    };
    let keys = run.rows.iter().map(|item| key_if_deleted(run, item));
    let keys = keys.collect::<Result<Vec<_>, _>>()?;
    let mut columns: Vec<(Element, Vec<&Value>)> =
        elements(run, batch).map(|element| (element, Vec::with_capacity(run.rows.len()))).collect();
    for (item, key) in run.rows.iter().zip(&keys) {
        for ((_, column), value) in columns.iter_mut().zip(values(run, item, key)?) {
            column.push(value);
        }
    }
    let columns = columns.into_iter().map(|(element, column)| Argument::Many(element, column));
    session.execute(text, &columns.collect::<Vec<_>>()).await
}

/// The types of the values that a statement takes for each row of a run.
fn elements<'a>(run: &Run<'_>, batch: &'a BatchSql) -> impl Iterator<Item = Element> + 'a {
    let (columns, version) = match run.kind {
        Kind::Insert | Kind::Sync => (&batch.row, None),
        Kind::Update => (&batch.row, Some(Element::Int)),
        Kind::Delete => (&batch.key, Some(Element::Int)),
    };
    columns.iter().copied().chain(version)
}

/// The values of a row as the statements of its kind take them.
fn values<'a>(
    run: &Run<'_>,
    item: &'a Item<'_>,
    key: &'a [Value],
) -> Result<impl Iterator<Item = &'a Value>, StoreError> {
    if run.kind != Kind::Delete && item.row.len() != run.record.fields.len() {
        return Err(StoreError::corrupt(run.record.name, "a row has another number of fields"));
    }
    let row = if run.kind == Kind::Delete { key } else { item.row };
    let version = matches!(run.kind, Kind::Update | Kind::Delete).then_some(&item.read);
    Ok(row.iter().chain(version))
}

/// A delete takes the columns of the key; another change takes them from the row.
fn key_if_deleted(run: &Run<'_>, item: &Item<'_>) -> Result<Row, StoreError> {
    if run.kind != Kind::Delete {
        return Ok(Row::new());
    }
    row::key_values(run.record, item.key).ok_or_else(|| conflict(run.record, item.key))
}

/// What a refusal of the engine means for a run.
fn broken(session: &Session<'_>, run: &Run<'_>, error: sqlx::Error) -> Failure {
    let Some(index) = failure::broken_rule(&error) else {
        return error.into();
    };
    if run.rows.len() > 1 {
        return Failure::Batch;
    }
    match (session.shared.rules.get(index), run.rows.first()) {
        (Some((record, rule)), _) => {
            StoreError::from(StoreErrorKind::Duplicate { record, rule }).into()
        }
        (None, Some(item)) => conflict(run.record, item.key).into(),
        (None, None) => error.into(),
    }
}

/// Why a row was not inserted: it is there, or another row has the same values under a rule. The
/// first rule in the order of declaration is named.
async fn taken(
    session: &mut Session<'_>,
    record: &'static RecordType,
    key: &Key,
    row: &[Value],
) -> Result<StoreError, Failure> {
    let shared = session.shared;
    let sql = shared.catalogue.record(record)?;
    let key_values = row::key_values(record, key).unwrap_or_default();
    if session.first(&sql.version, &key_values).await?.is_some() {
        return Ok(conflict(record, key));
    }
    for unique in &sql.unique {
        let values = unique.positions.iter().filter_map(|place| row.get(*place));
        let values: Vec<_> = values.chain(&key_values).cloned().collect();
        if session.first(&unique.taken, &values).await?.is_some() {
            let (record, rule) = (record.name, unique.rule);
            return Ok(StoreErrorKind::Duplicate { record, rule }.into());
        }
    }
    Ok(conflict(record, key))
}

/// Gives facts the next places of their streams. The row of a stream stays locked until the end, so
/// places become visible in their order.
async fn enqueue(session: &mut Session<'_>, facts: &[FactEntry]) -> Result<(), Failure> {
    if facts.is_empty() {
        return Ok(());
    }
    let mut later: HashMap<Stream, i64> = HashMap::new();
    let mut rows: Vec<Row> = Vec::new();
    for entry in facts.iter().rev() {
        let stream = entry.fact.stream();
        let later = later.entry(stream).or_default();
        let fact = serde_json::to_string(&entry.fact)
            .map_err(|error| StoreError::with_source(StoreErrorKind::Other, error))?;
        rows.push(vec![
            Value::bytes(stream.to_bytes()),
            Value::Int(*later),
            entry.id.to_value(),
            entry.at.to_value(),
            Value::Text(fact),
        ]);
        *later = later.saturating_add(1);
    }
    let elements = [Element::Bytes, Element::Int, Element::Uuid, Element::Int, Element::Text];
    let arguments = columns::of(&elements, &rows);
    session.execute(&session.shared.own.outbox_append, &arguments).await?;
    Ok(())
}
