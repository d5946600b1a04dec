//! Records in tables of the host keep every promise that they keep in tables of ours.
#![cfg(feature = "sqlite")]
#![expect(clippy::unwrap_used, reason = "test code")]

use std::path::Path;
use std::sync::Arc;

use alley_core::conformance::{Local, Sample};
use alley_core::{
    Commit, Effect, ErasureStep, Membership, Permit, PersonalRecords as _, Record as _,
    RecordStore as _, RecordStoreExt as _, RecordWrite, Tenant, TenantId, Version, Write,
};
use alley_store::{Domain, OpenError, SqlRecords, SqliteOptions, SqliteStore, rusqlite};

#[path = "common/env.rs"]
mod common;

const TABLES: &str = "
CREATE TABLE organizations (
  org BLOB NOT NULL PRIMARY KEY, customer_id TEXT NOT NULL, \"Firm\" TEXT NOT NULL,
  status TEXT NOT NULL, created_at INTEGER NOT NULL, members_changed_at INTEGER NOT NULL,
  closed_at INTEGER, revision INTEGER NOT NULL, plan TEXT NOT NULL DEFAULT 'free');
CREATE TABLE staff (
  org BLOB NOT NULL, membership_id BLOB NOT NULL, person BLOB NOT NULL, role TEXT NOT NULL,
  joined_at INTEGER NOT NULL, row_version INTEGER NOT NULL, desk TEXT,
  PRIMARY KEY (org, membership_id));
CREATE TABLE samples (
  org BLOB NOT NULL, id TEXT NOT NULL, place INTEGER NOT NULL, label TEXT, who TEXT, above TEXT,
  seen_at INTEGER, source INTEGER NOT NULL, body BLOB NOT NULL, revision INTEGER NOT NULL,
  color TEXT NOT NULL DEFAULT 'blue', PRIMARY KEY (org, id));
";

fn organizations() -> SqlRecords {
    SqlRecords::of::<Tenant>("organizations")
        .column("tenant_id", "org")
        .column("name", "Firm")
        .version_column("revision")
}

fn staff() -> SqlRecords {
    SqlRecords::of::<Membership>("staff").column("tenant_id", "org").column("account_id", "person")
}

fn samples() -> SqlRecords {
    SqlRecords::of::<Sample>("samples")
        .column("tenant_id", "org")
        .column("rank", "place")
        .column("person", "who")
        .column("parent", "above")
        .column("changed_at", "source")
        .version_column("revision")
}

fn conformance() -> Domain {
    Domain::from_declarations("conformance", &[Sample::TYPE], Sample::QUERIES)
}

fn options() -> SqliteOptions {
    [organizations(), staff(), samples()]
        .into_iter()
        .fold(SqliteOptions::default().with_domain(conformance()), SqliteOptions::with_sql_records)
}

/// The host has its tables, and we bring ours into the same file.
fn open(path: &Path) -> Result<Arc<SqliteStore>, OpenError> {
    SqliteStore::migrate(path, &options())?;
    let host = rusqlite::Connection::open(path).unwrap();
    host.execute_batch(TABLES).unwrap();
    for (records, domain) in
        [(organizations(), Domain::core()), (staff(), Domain::core()), (samples(), conformance())]
    {
        host.execute_batch(&records.indexes(&domain)).unwrap();
    }
    SqliteStore::open(path, options()).map(Arc::new)
}

async fn text(store: &SqliteStore, question: &'static str) -> Option<String> {
    let ask =
        move |connection: &rusqlite::Connection| match connection
            .query_row(question, [], |row| row.get(0))
        {
            Err(rusqlite::Error::QueryReturnedNoRows) => Ok(None),
            found => Ok(Some(found?)),
        };
    store.read_with(ask).await.unwrap()
}

/// A fresh file whose samples, tenants and memberships are in tables of the host.
fn hosted() -> Local<SqliteStore> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("alley.db");
    Local::new(open(&path).unwrap()).with_guard(folder)
}

mod of_kernel {
    alley_core::kernel_conformance!(crate::hosted());
}
mod of_personal_records {
    alley_core::personal_records_conformance!(crate::hosted());
}
mod of_tenancy {
    alley_core::tenancy_conformance!(crate::hosted());
}
mod of_identity {
    alley_core::identity_conformance!(crate::hosted());
}

#[tokio::test]
async fn rows_are_in_the_tables_of_the_host_and_not_in_ours() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("alley.db")).unwrap();
    let env = common::env(21);
    let tenant = env.id().unwrap();
    let commit: Commit<RecordWrite> = env.commit().unwrap();
    let commit = commit.change(Write::Insert(Sample::new(tenant, "a", 1)));
    store.commit(commit).await.unwrap();
    let own = "SELECT 'ours' FROM alley_conformance_conformance_sample LIMIT 1";
    assert_eq!(text(&store, own).await, None, "a row is in the table of ours");
    assert!(text(&store, "SELECT color FROM samples").await.is_some());
    store.coverage(&[]).await.unwrap();
}

const PLAN: &str = "SELECT plan FROM organizations";

#[tokio::test]
async fn columns_of_the_host_survive_updates_and_go_with_the_row() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("alley.db")).unwrap();
    let env = common::env(22);
    let id: TenantId = env.id().unwrap();
    let tenant = Tenant::new(id, "1".to_owned(), "Harbor".to_owned(), env.now());
    let commit: Commit<RecordWrite> = env.commit().unwrap();
    store.commit(commit.change(Write::Insert(tenant.clone()))).await.unwrap();
    assert_eq!(text(&store, PLAN).await.as_deref(), Some("free"));
    let upgrade = |connection: &rusqlite::Connection| {
        Ok(connection.execute("UPDATE organizations SET plan = 'gold'", [])?)
    };
    let commit: Commit<RecordWrite> = env.commit().unwrap();
    let update = Write::Update { record: tenant.closing(env.now()), read: Version::FIRST };
    store.commit_with(commit.change(update), upgrade).await.unwrap();
    let found = store.record::<Tenant>(&alley_core::Key::global(&id)).await.unwrap().unwrap();
    assert!(found.version == Version::FIRST.next() && found.record.closed_at.is_some());
    assert_eq!(text(&store, PLAN).await.as_deref(), Some("gold"));

    let permit = Permit::issue_to_erasure_engine(env.id().unwrap(), 1);
    let step =
        |effect| ErasureStep { record: Tenant::TYPE, key: alley_core::Key::global(&id), effect };
    let blank = step(Effect::Minimize { fields: vec!["name"] });
    store.apply(&permit, &[blank]).await.unwrap();
    assert_eq!(text(&store, "SELECT \"Firm\" FROM organizations").await.as_deref(), Some(""));
    assert_eq!(text(&store, PLAN).await.as_deref(), Some("gold"));
    store.apply(&permit, &[step(Effect::Delete)]).await.unwrap();
    assert_eq!(text(&store, PLAN).await, None);
}

#[tokio::test]
async fn a_table_that_cannot_hold_the_records_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("alley.db");
    drop(open(&path).unwrap());
    let refused = |records: SqlRecords| {
        let error = SqliteStore::open(&path, SqliteOptions::default().with_sql_records(records));
        error.unwrap_err().to_string()
    };
    let missing = refused(SqlRecords::of::<Membership>("people"));
    assert!(missing.contains("table people"), "{missing}");
    let wrong = refused(staff().column("role", "rank"));
    assert!(wrong.contains("table staff") && wrong.contains("membership"), "{wrong}");
    let twice = SqliteOptions::default().with_sql_records(staff()).with_sql_records(staff());
    assert!(matches!(SqliteStore::open(&path, twice), Err(OpenError::Declaration(_))));
    assert!(refused(samples()).contains("in no domain"), "a type without a domain");
}

#[tokio::test]
async fn coverage_sees_through_the_names_of_the_host() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("alley.db");
    let store = open(&path).unwrap();
    store.coverage(&[]).await.unwrap();
    let change = |connection: &rusqlite::Connection| {
        Ok(connection.execute_batch(
            "CREATE TABLE s (org BLOB, membership_id BLOB, person TEXT, role TEXT NOT NULL,
               joined_at INTEGER NOT NULL, row_version INTEGER NOT NULL);
             DROP TABLE staff; ALTER TABLE s RENAME TO staff;",
        )?)
    };
    store
        .commit_with::<RecordWrite, _, _>(common::env(23).commit().unwrap(), change)
        .await
        .unwrap();
    let gaps = store.coverage(&[]).await.unwrap_err().gaps;
    assert!(gaps.iter().all(|gap| gap.table == "staff"), "{gaps:?}");
    assert!(gaps.iter().any(|gap| gap.column.as_deref() == Some("person")), "{gaps:?}");
}
