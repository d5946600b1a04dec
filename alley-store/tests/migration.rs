//! Opening and migrating: what is refused, and that two may do it at once.
#![cfg(feature = "sqlite")]
#![expect(clippy::unwrap_used, reason = "test code")]

use std::path::Path;
use std::sync::{Arc, Barrier};
use std::time::Duration;

use alley_store::{
    Domain, Layout, Migration, NewerSchema, OpenError, SchemaState, SqliteOptions, SqliteStore,
    rusqlite,
};

fn migrate(path: &Path, options: &SqliteOptions) -> Result<Vec<Migration>, OpenError> {
    SqliteStore::migrate(path, options)
}

fn sql(path: &Path, text: &str) {
    rusqlite::Connection::open(path).unwrap().execute_batch(text).unwrap();
}

fn refused(path: &Path) -> OpenError {
    let error = SqliteStore::open(path, SqliteOptions::default()).unwrap_err();
    let text = error.to_string();
    assert!(text.contains(&path.display().to_string()) && !text.contains('\n'), "{text}");
    error
}

#[test]
fn opening_never_creates_or_migrates() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("alley.db");
    assert!(matches!(refused(&path), OpenError::Missing { .. }));
    assert!(!path.exists());
    std::fs::write(&path, "").unwrap();
    let error = refused(&path);
    assert!(matches!(error, OpenError::Behind { .. }) && error.to_string().contains("migrate"));
    let options = SqliteOptions::default();
    let planned = SqliteStore::plan(&path, &options).unwrap();
    assert_eq!(planned, SqliteStore::migrations(&options));
    assert_eq!(migrate(&path, &options).unwrap(), planned);
    assert_eq!(SqliteStore::check(&path, &options).unwrap(), SchemaState::UpToDate);
    assert_eq!(migrate(&path, &options).unwrap(), []);
    drop(SqliteStore::open(&path, options).unwrap());
}

#[test]
fn each_unusable_path_has_its_own_answer() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(refused(folder.path()), OpenError::Inaccessible { .. }));
    let nowhere = folder.path().join("missing/alley.db");
    let error = migrate(&nowhere, &SqliteOptions::default()).unwrap_err();
    assert!(matches!(error, OpenError::Inaccessible { .. }), "{error}");
    let text = folder.path().join("text.db");
    std::fs::write(&text, "this is no database, and it is longer than a header of one".repeat(40))
        .unwrap();
    assert!(matches!(refused(&text), OpenError::NotADatabase { .. }));
    let error = migrate(&text, &SqliteOptions::default()).unwrap_err();
    assert!(matches!(error, OpenError::NotADatabase { .. }), "{error}");
}

#[test]
fn a_database_that_somebody_else_writes_is_reported_as_locked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("alley.db");
    let options = SqliteOptions::default().with_patience(Duration::from_millis(50));
    migrate(&path, &options).unwrap();
    sql(&path, "DELETE FROM alley_migrations WHERE domain = 'core' AND version = 2");
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = migrate(&path, &options).unwrap_err();
    assert!(matches!(error, OpenError::Locked { .. }), "{error}");
}

#[test]
fn a_newer_schema_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("alley.db");
    let options = SqliteOptions::default();
    migrate(&path, &options).unwrap();
    sql(&path, "INSERT INTO alley_migrations VALUES ('core', 99, 'later', 'x', 0, 0)");
    assert!(matches!(refused(&path), OpenError::Newer { .. }));
    assert!(matches!(migrate(&path, &options), Err(OpenError::Newer { .. })));
    let state = SqliteStore::check(&path, &options).unwrap();
    assert_eq!(state, SchemaState::Ahead { newest: "core 99".to_owned() });
    let patient = || SqliteOptions::default().with_newer_schema(NewerSchema::AllowCompatible);
    drop(SqliteStore::open(&path, patient()).unwrap());
    sql(&path, "UPDATE alley_migrations SET breaking = 1 WHERE version = 99");
    let error = SqliteStore::open(&path, patient()).unwrap_err();
    assert!(matches!(error, OpenError::Newer { .. }), "{error}");
}

#[test]
fn a_step_with_another_content_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("alley.db");
    migrate(&path, &SqliteOptions::default()).unwrap();
    sql(
        &path,
        "UPDATE alley_migrations SET checksum = 'other' WHERE domain = 'core' AND version = 1",
    );
    assert!(matches!(refused(&path), OpenError::Foreign { .. }));
}

#[test]
fn a_failing_step_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("alley.db");
    let steps = vec![
        Migration::new("host", 1, "notes", "CREATE TABLE {prefix}host_note (id INTEGER)"),
        Migration::new("host", 2, "broken", "CREATE TABLE {prefix}host_note (id INTEGER)"),
    ];
    let broken = SqliteOptions::default().with_domain(Domain::new("host", &[], &[], steps));
    assert!(migrate(&path, &broken).is_err());
    let all = SqliteStore::migrations(&broken).len();
    let state = SqliteStore::check(&path, &broken).unwrap();
    assert_eq!(state, SchemaState::Behind { pending: all });
}

#[test]
fn two_layouts_share_a_file_and_do_not_see_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("alley.db");
    let one = SqliteOptions::default();
    let long = "a".repeat(31);
    let other = SqliteOptions::default().with_layout(Layout::with_prefix(&long).unwrap());
    sql(&path, "CREATE TABLE _sqlx_migrations (x); CREATE TABLE migrations (x)");
    migrate(&path, &one).unwrap();
    let pending = SqliteStore::migrations(&other).len();
    let state = SqliteStore::check(&path, &other).unwrap();
    assert_eq!(state, SchemaState::Behind { pending });
    migrate(&path, &other).unwrap();
    drop(SqliteStore::open(&path, one).unwrap());
    drop(SqliteStore::open(&path, other).unwrap());
}

#[test]
fn many_threads_may_migrate_one_file_at_once() {
    for _ in 0..10 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("alley.db");
        let barrier = Arc::new(Barrier::new(4));
        let applied: Vec<usize> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|_| {
                    scope.spawn(|| {
                        barrier.wait();
                        migrate(&path, &SqliteOptions::default()).unwrap().len()
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let all = SqliteStore::migrations(&SqliteOptions::default()).len();
        assert_eq!(applied.iter().sum::<usize>(), all, "{applied:?}");
    }
}

/// In the parent this does nothing; see below.
#[test]
fn child_that_migrates() {
    if let Some(path) = std::env::var_os("ALLEY_STORE_TEST_MIGRATE") {
        migrate(Path::new(&path), &SqliteOptions::default()).unwrap();
    }
}

#[test]
fn two_processes_may_migrate_one_file_at_once() {
    for round in 0..5 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("alley.db");
        let start = || {
            std::process::Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "child_that_migrates", "--nocapture"])
                .env("ALLEY_STORE_TEST_MIGRATE", &path)
                .stdout(std::process::Stdio::null())
                .spawn()
                .unwrap()
        };
        let mut children = [start(), start()];
        for child in &mut children {
            assert!(child.wait().unwrap().success(), "round {round}");
        }
        let state = SqliteStore::check(&path, &SqliteOptions::default()).unwrap();
        assert_eq!(state, SchemaState::UpToDate);
    }
}

#[cfg(unix)]
#[test]
fn the_file_is_readable_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("alley.db");
    migrate(&path, &SqliteOptions::default()).unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}
