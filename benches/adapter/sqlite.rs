//! The contestants on SQLite.

use alley_benches::hand::sqlite::{self as hand, Bound, Thread};
use alley_benches::scratch::File;
use alley_benches::{Failure, Role, ensure};
use alley_core::conformance::Sample;
use alley_core::{
    Field as _, Key, PageRequest, Record as _, RecordStore as _, RecordStoreExt as _, TenantId,
    Value,
};
use alley_store::{Domain, SqliteStore};
use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row, params_from_iter};
use uuid::Uuid;

use crate::feed::{Batch, Feed};
use crate::keeper::{Contestant, Keeper, run as run_all};

pub(crate) fn run() -> Result<(), Failure> {
    let feed = Feed::new;
    let bare = Threads { remembers: false, ..Threads::open()? };
    let known = Threads { updates: Updates::Known, ..Threads::open()? };
    let all_set = Threads { updates: Updates::All, ..Threads::open()? };
    let all = [
        Contestant::new("alley", Role::Ours, true, feed()?, Ours::open()?),
        Contestant::new(
            "rusqlite on threads of its own",
            Role::Peer,
            true,
            feed()?,
            Threads::open()?,
        ),
        Contestant::new("the peer, told what changes", Role::Aside, true, feed()?, known),
        Contestant::new("the same without commit ids", Role::Aside, false, feed()?, bare),
        Contestant::new("the peer, updates set all columns", Role::Aside, true, feed()?, all_set),
        Contestant::new(
            "rusqlite on the caller's thread",
            Role::Aside,
            true,
            feed()?,
            Direct::open()?,
        ),
    ];
    run_all("SQLite", &all, 200)
}

fn domain() -> Domain {
    Domain::from_declarations("conformance", &[Sample::TYPE], Sample::QUERIES)
}

/// The adapter.
struct Ours {
    store: SqliteStore,
    tenant: TenantId,
    file: File,
}

impl Ours {
    fn open() -> Result<Self, Failure> {
        let (file, store) = File::fresh(Some(domain()))?;
        Ok(Self { store, tenant: Feed::new()?.tenant, file })
    }

    fn write(&self, batch: Batch) -> Result<(), Failure> {
        pollster::block_on(self.store.commit(batch.into_commit()))?;
        Ok(())
    }
}

impl Keeper for Ours {
    fn insert(&self, batch: Batch) -> Result<(), Failure> {
        self.write(batch)
    }

    fn update(&self, batch: Batch) -> Result<(), Failure> {
        self.write(batch)
    }

    fn get(&self, id: &str) -> Result<Option<Sample>, Failure> {
        let key = Key::of(self.tenant, &id.to_owned());
        Ok(pollster::block_on(self.store.record::<Sample>(&key))?.map(|row| row.record))
    }

    fn page(&self) -> Result<Vec<Sample>, Failure> {
        let arguments = [self.tenant.to_value()];
        let page = self.store.records(Sample::BY_RANK, &arguments, PageRequest::first(100));
        Ok(pollster::block_on(page)?.items.into_iter().map(|row| row.record).collect())
    }

    fn content(&self) -> Result<(Vec<String>, usize), Failure> {
        Ok(content(&hand::open(&self.file.path())?)?)
    }
}

/// How an update by hand sets its columns.
#[derive(Clone, Copy)]
enum Updates {
    /// Those that its author knows to change.
    Known,
    /// Those that no index holds, and of the others those that differ from what it reads first: the
    /// statements of the store.
    FoundOut,
    /// Every one.
    All,
}

/// By hand, on the caller's thread.
struct Direct {
    connection: Connection,
    tenant: TenantId,
    _file: File,
}

impl Direct {
    fn open() -> Result<Self, Failure> {
        let (file, _) = File::fresh(Some(domain()))?;
        let connection = hand::open(&file.path())?;
        Ok(Self { connection, tenant: Feed::new()?.tenant, _file: file })
    }
}

impl Keeper for Direct {
    fn insert(&self, batch: Batch) -> Result<(), Failure> {
        Ok(insert(&self.connection, &batch, true)?)
    }

    fn update(&self, batch: Batch) -> Result<(), Failure> {
        let count = batch.rows.len();
        let updated = update(&self.connection, &batch, true, Updates::Known)?;
        ensure(updated == count, "another version")
    }

    fn get(&self, id: &str) -> Result<Option<Sample>, Failure> {
        Ok(get(&self.connection, self.tenant, id)?)
    }

    fn page(&self) -> Result<Vec<Sample>, Failure> {
        Ok(page(&self.connection, self.tenant)?)
    }

    fn content(&self) -> Result<(Vec<String>, usize), Failure> {
        Ok(content(&self.connection)?)
    }
}

/// By hand, on a thread that writes and one that reads.
struct Threads {
    writer: Thread,
    reader: Thread,
    tenant: TenantId,
    remembers: bool,
    updates: Updates,
    _file: File,
}

impl Threads {
    fn open() -> Result<Self, Failure> {
        let (file, _) = File::fresh(Some(domain()))?;
        let open = || hand::open(&file.path()).map(Thread::of);
        let (writer, reader) = (open()?, open()?);
        let tenant = Feed::new()?.tenant;
        Ok(Self {
            writer,
            reader,
            tenant,
            remembers: true,
            updates: Updates::FoundOut,
            _file: file,
        })
    }
}

impl Keeper for Threads {
    fn insert(&self, batch: Batch) -> Result<(), Failure> {
        let remembers = self.remembers;
        pollster::block_on(self.writer.call(move |writer| insert(writer, &batch, remembers)))
    }

    fn update(&self, batch: Batch) -> Result<(), Failure> {
        let (remembers, updates, count) = (self.remembers, self.updates, batch.rows.len());
        let call = self.writer.call(move |writer| update(writer, &batch, remembers, updates));
        ensure(pollster::block_on(call)? == count, "another version")
    }

    fn get(&self, id: &str) -> Result<Option<Sample>, Failure> {
        let (tenant, id) = (self.tenant, id.to_owned());
        pollster::block_on(self.reader.call(move |reader| get(reader, tenant, &id)))
    }

    fn page(&self) -> Result<Vec<Sample>, Failure> {
        let tenant = self.tenant;
        pollster::block_on(self.reader.call(move |reader| page(reader, tenant)))
    }

    fn content(&self) -> Result<(Vec<String>, usize), Failure> {
        pollster::block_on(self.reader.call(content))
    }
}

const TABLE: &str = "alley_conformance_conformance_sample";
const REMEMBER: &str =
    "INSERT INTO alley_core_commit (id, applied_at) VALUES (?1, ?2) ON CONFLICT (id) DO NOTHING";
const UPDATE: &str = "UPDATE alley_conformance_conformance_sample \
    SET rank = ?4, changed_at = ?5, body = ?6, row_version = row_version + 1 \
    WHERE tenant_id = ?1 AND id = ?2 AND row_version = ?3";
const LOOK: &str = "SELECT row_version, rank, label, person, parent, seen_at, _rowid_ \
    FROM alley_conformance_conformance_sample WHERE tenant_id = ?1 AND id = ?2";
const UPDATE_FOUND: &str = "UPDATE alley_conformance_conformance_sample \
    SET rank = ?2, changed_at = ?3, body = ?4, row_version = row_version + 1 WHERE _rowid_ = ?1";
const UPDATE_ALL: &str = "UPDATE alley_conformance_conformance_sample \
    SET rank = ?3, label = ?4, person = ?5, parent = ?6, seen_at = ?7, changed_at = ?8, body = ?9, \
    row_version = row_version + 1 WHERE tenant_id = ?1 AND id = ?2 AND row_version = ?10";
const GET: &str = "SELECT tenant_id, id, rank, label, person, parent, seen_at, changed_at, body, row_version \
    FROM alley_conformance_conformance_sample WHERE tenant_id = ?1 AND id = ?2";
const PAGE: &str = "SELECT tenant_id, id, rank, label, person, parent, seen_at, changed_at, body, row_version \
    FROM alley_conformance_conformance_sample WHERE tenant_id = ?1 ORDER BY rank, id LIMIT 100";

fn in_transaction<T>(
    connection: &Connection,
    batch: &Batch,
    remembers: bool,
    work: impl FnOnce() -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    hand::execute(connection, "BEGIN IMMEDIATE", &[])?;
    if remembers {
        hand::execute(connection, REMEMBER, &batch.id_values())?;
    }
    let done = work()?;
    hand::execute(connection, "COMMIT", &[])?;
    Ok(done)
}

fn insert(connection: &Connection, batch: &Batch, remembers: bool) -> rusqlite::Result<()> {
    let text = hand::insert(TABLE, Sample::TYPE);
    in_transaction(connection, batch, remembers, || {
        let mut statement = connection.prepare_cached(&text)?;
        for row in &batch.rows {
            statement.execute(params_from_iter(row.iter().map(Bound)))?;
        }
        Ok(())
    })
}

fn update(
    connection: &Connection,
    batch: &Batch,
    remembers: bool,
    updates: Updates,
) -> rusqlite::Result<usize> {
    in_transaction(connection, batch, remembers, || match updates {
        Updates::Known => update_known(connection, batch),
        Updates::FoundOut => update_found_out(connection, batch),
        Updates::All => update_all(connection, batch),
    })
}

fn update_known(connection: &Connection, batch: &Batch) -> rusqlite::Result<usize> {
    let mut statement = connection.prepare_cached(UPDATE)?;
    let mut updated = 0;
    for (row, read) in batch.rows.iter().zip(&batch.read) {
        let [tenant, id, rank, .., changed_at, body] = row.as_slice() else { continue };
        let read = Value::Int(*read);
        let values = [tenant, id, &read, rank, changed_at, body];
        updated += statement.execute(params_from_iter(values.map(Bound)))?;
    }
    Ok(updated)
}

fn update_found_out(connection: &Connection, batch: &Batch) -> rusqlite::Result<usize> {
    let mut look = connection.prepare_cached(LOOK)?;
    // Of the columns that indexes hold the feed changes the rank and no other: one statement serves.
    let mut statement = connection.prepare_cached(UPDATE_FOUND)?;
    let mut updated = 0;
    for (row, read) in batch.rows.iter().zip(&batch.read) {
        let [tenant, id, rank, held @ .., changed_at, body] = row.as_slice() else { continue };
        let mut found = look.query(params_from_iter([tenant, id].map(Bound)))?;
        let Some(found) = found.next()? else { continue };
        let mut is_as_fed = found.get::<_, i64>(0)? == *read;
        is_as_fed &= found.get_ref(1)? != Bound(rank).stored();
        for (column, value) in (2..).zip(held) {
            is_as_fed &= found.get_ref(column)? == Bound(value).stored();
        }
        if !is_as_fed {
            continue;
        }
        let rowid = Value::Int(found.get(6)?);
        let values = [&rowid, rank, changed_at, body];
        updated += statement.execute(params_from_iter(values.map(Bound)))?;
    }
    Ok(updated)
}

fn update_all(connection: &Connection, batch: &Batch) -> rusqlite::Result<usize> {
    let mut statement = connection.prepare_cached(UPDATE_ALL)?;
    let mut updated = 0;
    for (row, read) in batch.rows.iter().zip(&batch.read) {
        let read = Value::Int(*read);
        let values = row.iter().chain([&read]).map(Bound);
        updated += statement.execute(params_from_iter(values))?;
    }
    Ok(updated)
}

fn get(connection: &Connection, tenant: TenantId, id: &str) -> rusqlite::Result<Option<Sample>> {
    let mut statement = connection.prepare_cached(GET)?;
    let mut rows = statement.query((tenant.as_uuid().as_bytes(), id))?;
    rows.next()?.map(sample).transpose()
}

fn page(connection: &Connection, tenant: TenantId) -> rusqlite::Result<Vec<Sample>> {
    let mut statement = connection.prepare_cached(PAGE)?;
    let rows = statement.query_map([tenant.as_uuid().as_bytes()], sample)?;
    rows.collect()
}

fn sample(row: &Row<'_>) -> rusqlite::Result<Sample> {
    let time = |micros| DateTime::<Utc>::from_timestamp_micros(micros).unwrap_or_default();
    let _version: i64 = row.get(9)?;
    let tenant = Uuid::from_slice(row.get_ref(0)?.as_blob()?).unwrap_or_default();
    let tenant = TenantId::from_uuid(tenant);
    let mut sample = Sample::new(tenant, row.get_ref(1)?.as_str()?, row.get(2)?);
    sample.label = row.get(3)?;
    sample.person = row.get(4)?;
    sample.parent = row.get(5)?;
    sample.seen_at = row.get::<_, Option<i64>>(6)?.map(time);
    sample.changed_at = time(row.get(7)?);
    sample.body = row.get(8)?;
    Ok(sample)
}

fn content(connection: &Connection) -> rusqlite::Result<(Vec<String>, usize)> {
    let rows = hand::dump(connection, &format!("SELECT * FROM {TABLE} ORDER BY tenant_id, id"))?;
    let commits = hand::dump(connection, "SELECT id FROM alley_core_commit")?;
    Ok((rows, commits.len()))
}
