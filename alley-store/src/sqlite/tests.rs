use std::collections::BTreeSet;

use alley_core::conformance::Sample;
use alley_core::{Record as _, RecordType};
use chrono::DateTime;
use rusqlite::Connection;
use uuid::Uuid;

use super::*;
use crate::SweepStore;
use crate::ddl;
use crate::sql::{self, Binding, plans};

fn options() -> SqliteOptions {
    let sample = Domain::from_declarations("conformance", &[Sample::TYPE], Sample::QUERIES);
    SqliteOptions::default().with_domain(sample)
}

fn migrated(options: &SqliteOptions) -> Connection {
    let mut connection = connection::open_in_memory().unwrap();
    let path = Path::new(":memory:");
    migrate::apply(&mut connection, path, options, DateTime::UNIX_EPOCH).unwrap();
    connection
}

fn plan(connection: &Connection, text: &str) -> Vec<String> {
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {text}")).unwrap();
    for place in 1..=statement.parameter_count() {
        statement.raw_bind_parameter(place, 1).unwrap();
    }
    let mut rows = statement.raw_query();
    let mut lines = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        lines.push(row.get::<_, String>(3).unwrap());
    }
    lines
}

/// The statements that erase rows of a type, and all that can be changed in them.
fn erasing(binding: &Binding) -> [(String, String); 2] {
    let key = binding.key();
    let fields = binding.record.fields.iter().filter(|field| !key.contains(&field.name));
    let texts = [sql::erase(binding), sql::rewrite(binding, &fields.collect::<Vec<_>>())];
    texts.map(|text| {
        (format!("{}: erasing", binding.record.name), Engine::Sqlite.placeholders(&text))
    })
}

#[test]
fn every_statement_prepares_and_finds_its_rows_by_an_index() {
    let options = options();
    let connection = migrated(&options);
    for text in plans::fill(&options.domains, &options.layout, Engine::Sqlite) {
        connection.execute_batch(&text).unwrap();
    }
    connection.execute_batch("ANALYZE").unwrap();
    let catalogue = catalogue(&options, Path::new(":memory:")).unwrap();
    let mut wrong = Vec::new();
    let own = Kernel::new(&options.layout, Engine::Sqlite);
    let erasing: Vec<_> = catalogue.bindings().into_iter().map(erasing).collect();
    let erasing = erasing.iter().flatten().map(|(name, text)| (name.clone(), text.as_str()));
    let statements = [catalogue.statements(), own.statements(), erasing.collect()].concat();
    assert!(statements.len() > 100, "{} statements", statements.len());
    let unasked = plans::unasked(&options.domains);
    for (name, text) in statements.into_iter().filter(|(name, _)| !unasked.contains(name)) {
        for line in plan(&connection, text) {
            let scan = line.starts_with("SCAN") && !line.contains("CONSTANT ROW");
            let sort = line.contains("TEMP B-TREE");
            if scan && !plans::may_scan(&options.domains, &name)
                || sort && !plans::may_sort(&options.domains, &name)
            {
                wrong.push(format!("{name}: {line}\n    {text}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_update_writes_the_indexes_whose_columns_change_and_no_other() {
    let options = options();
    let connection = migrated(&options);
    let catalogue = catalogue(&options, Path::new(":memory:")).unwrap();
    let all = update::all(&options, &catalogue, &connection);
    for (name, update) in &all {
        let finds_its_row = plan(&connection, &update.look).concat();
        assert!(finds_its_row.contains("SEARCH"), "{name}: {finds_its_row}");
        let indexes = |changed: bool| {
            let text = update.text(&vec![changed; update.indexed.len()]);
            assert!(plan(&connection, &text).concat().contains("SEARCH"), "{name}");
            let mut program = connection.prepare(&format!("EXPLAIN {text}")).unwrap();
            let (mut rows, mut count) = (program.raw_query(), 0);
            while let Some(row) = rows.next().unwrap() {
                count += usize::from(row.get::<_, String>("opcode").unwrap() == "IdxDelete");
            }
            count
        };
        // A table without row ids is an index itself, which every update writes.
        assert!(indexes(false) <= 1, "{name}");
        assert!(update.indexed.is_empty() || indexes(true) > indexes(false), "{name}");
    }
    let sample = &all[Sample::TYPE.name];
    assert_eq!(sample.indexed.len(), 5, "rank, label, person, parent, seen_at");
    let found = plan(&connection, &sample.text(&[false; 5])).concat();
    assert!(
        found.contains("USING INTEGER PRIMARY KEY"),
        "a large row is found by its rowid: {found}"
    );
}

/// Unique, columns, condition.
type IndexShape = (bool, Vec<String>, Option<String>);

fn live_indexes(connection: &Connection, table: &str) -> BTreeSet<IndexShape> {
    let mut found = BTreeSet::new();
    let mut list =
        connection.prepare("SELECT name, \"unique\", origin FROM pragma_index_list(?1)").unwrap();
    let mut rows = list.query([table]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        if row.get::<_, String>(2).unwrap() == "pk" {
            continue;
        }
        let name = row.get::<_, String>(0).unwrap();
        let mut columns = connection
            .prepare("SELECT name FROM pragma_index_xinfo(?1) WHERE key = 1 ORDER BY seqno")
            .unwrap();
        let columns = columns.query_map([&name], |row| row.get(0)).unwrap();
        let text: String = connection
            .query_row("SELECT sql FROM sqlite_master WHERE name = ?1", [&name], |row| row.get(0))
            .unwrap();
        let filter = text.split_once("WHERE ").map(|(_, filter)| filter.trim().to_owned());
        found.insert((row.get(1).unwrap(), columns.map(Result::unwrap).collect(), filter));
    }
    found
}

fn declared_indexes(domain: &Domain, record: &'static RecordType) -> BTreeSet<IndexShape> {
    let shape = |index: ddl::Index| {
        let columns = index.columns.iter().map(|&name| name.to_owned()).collect();
        (index.unique, columns, index.filter())
    };
    ddl::indexes(domain, record).into_iter().map(shape).collect()
}

#[test]
fn migrated_schema_is_the_declared_one() {
    let options = options();
    let connection = migrated(&options);
    for domain in &options.domains {
        for record in &domain.records {
            let table = options.layout.table(domain.name, record.name);
            assert_eq!(
                live_indexes(&connection, &table),
                declared_indexes(domain, record),
                "indexes of {table}; a released domain needs a new schema step"
            );
        }
    }
    let store = SqliteStore::open_in_memory_with(options).unwrap();
    pollster::block_on(store.coverage(&[])).unwrap();
}

#[test]
fn names_of_indexes_fit_other_engines() {
    for domain in &options().domains {
        for record in &domain.records {
            for index in ddl::indexes(domain, record) {
                let name = format!("{}{}", Layout::default().prefix(), index.name);
                assert!(name.len() <= 63, "{name}");
            }
        }
    }
}

#[test]
fn a_column_that_no_record_declares_is_a_gap() {
    let store = SqliteStore::open_in_memory_with(options()).unwrap();
    let change =
        |text: &'static str| {
            pollster::block_on(store.outside(move |connection, _| {
                connection.execute_batch(text).map_err(driver::failed)
            }))
            .unwrap();
            pollster::block_on(store.coverage(&["host_notes"])).map_err(|error| error.to_string())
        };
    let gap = |text, table: &str, column: Option<&str>| {
        let error = change(text).unwrap_err();
        assert!(error.contains(table), "{error}");
        assert!(column.is_none_or(|column| error.contains(&format!("column {column}"))), "{error}");
    };
    let sample = "alley_conformance_conformance_sample";
    assert_eq!(change("CREATE TABLE host_notes (note TEXT)"), Ok(()));
    gap(
        "ALTER TABLE alley_conformance_conformance_sample ADD nickname TEXT",
        sample,
        Some("nickname"),
    );
    change("ALTER TABLE alley_conformance_conformance_sample DROP nickname").unwrap();
    gap("ALTER TABLE alley_core_lease ADD holder TEXT", "alley_core_lease", Some("holder"));
    change("ALTER TABLE alley_core_lease DROP holder").unwrap();
    gap("CREATE TABLE other (x TEXT)", "other", None);
    change("DROP TABLE other").unwrap();
    gap("CREATE VIEW seen AS SELECT * FROM alley_core_lease", "seen", None);
    change("DROP VIEW seen").unwrap();
    gap("ALTER TABLE alley_conformance_conformance_sample DROP body", sample, Some("body"));
}

#[test]
fn dropping_the_store_finishes_what_was_asked_for() {
    let store = SqliteStore::open_in_memory().unwrap();
    let mut answers = Vec::new();
    for n in 0..300 {
        let (task, answer) = Task::boxed((), move |_, _, ()| Ok(n), Arc::clone(&store.shared));
        store.send(Message::Write(task)).unwrap();
        answers.push(answer);
    }
    drop(store);
    for (n, answer) in (0..).zip(answers) {
        assert_eq!(pollster::block_on(received(answer)).unwrap(), n);
    }
}

/// All work waits before the first piece begins, so the writer has no rest in between.
#[test]
fn the_log_is_emptied_under_load_after_64_rounds() {
    let store = SqliteStore::open_in_memory().unwrap();
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let mut answers = Vec::new();
    let mut send = |work: Box<dyn FnOnce(&Shared) -> bool + Send>| {
        let work = move |_: &Connection, shared: &Shared, (): &mut ()| Ok(work(shared));
        let (task, answer) = Task::boxed((), work, Arc::clone(&store.shared));
        store.send(Message::Alone(task)).unwrap();
        answers.push(answer);
    };
    send(Box::new(move |shared| {
        wait.recv().unwrap();
        shared.erased.store(true, Ordering::SeqCst);
        true
    }));
    for _ in 1..130 {
        send(Box::new(|shared| shared.erased.load(Ordering::SeqCst)));
    }
    go.send(()).unwrap();
    let erased: Vec<_> = answers.into_iter().map(received).map(pollster::block_on).collect();
    let rounds = erased.iter().take_while(|erased| *erased.as_ref().unwrap()).count();
    assert_eq!(rounds, 64);
    assert!(erased.iter().skip(64).all(|erased| !erased.as_ref().unwrap()));
}

#[test]
fn what_is_over_is_swept_and_the_rest_stays() {
    use alley_core::idempotency::{Begun, Idempotency as _, RequestKey, Terms};
    use alley_core::rate_limit::{Limit, Limiter as _};
    use alley_core::{Commit, CommitId, Digest32, Job as _, ManualClock, RecordStore, RecordWrite};
    use chrono::TimeDelta;

    let clock = Arc::new(ManualClock::new(DateTime::UNIX_EPOCH));
    let options = SqliteOptions::default().with_clock(Arc::clone(&clock) as _);
    let store = Arc::new(SqliteStore::open_in_memory_with(options).unwrap());
    let commit = |number: u128| {
        let id = CommitId::from_uuid(Uuid::from_u128(number));
        let commit = Commit::<RecordWrite>::new(id, clock.now());
        pollster::block_on(RecordStore::commit(store.as_ref(), commit)).unwrap().replayed
    };
    let limit = Limit::per(1, TimeDelta::hours(50)).unwrap();
    let take =
        |key: u8| pollster::block_on(store.take(&Digest32::new([key; 32]), &limit, 1)).unwrap();
    let begin = |number: u8| {
        let digest = Digest32::new([number; 32]);
        let key = RequestKey::from_digest(None, digest);
        let terms = Terms::default();
        let begun = pollster::block_on(store.begin(&key, &digest, &terms, clock.now()));
        match begun.unwrap() {
            Begun::Fresh(ticket) => Some(ticket.fencing),
            _ => None,
        }
    };
    begin(1);
    commit(1);
    let _ = take(1);
    clock.advance(TimeDelta::hours(47));
    commit(2);
    begin(2);
    let _ = take(2);
    let sweep = SweepStore::from(Arc::clone(&store));
    let run = || pollster::block_on(sweep.run_once(10)).unwrap().done;
    assert_eq!(run(), 1, "the request of two days ago");
    assert!(commit(1));
    clock.advance(TimeDelta::hours(4));
    assert_eq!(run(), 2);
    assert!(!commit(1) && commit(2));
    assert_eq!((begin(1), begin(2)), (Some(1), Some(2)));
    let denied = |key| matches!(take(key), alley_core::rate_limit::Decision::Denied { .. });
    assert!(!denied(1) && denied(2));
}
