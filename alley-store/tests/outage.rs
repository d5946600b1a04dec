//! SQLite when the system says no: locked, read-only, full. Each time a clear error, nothing half
//! done, and work that goes on when the cause is gone.
#![cfg(all(feature = "sqlite", target_os = "linux"))]
#![expect(clippy::unwrap_used, reason = "test code")]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use alley_core::conformance::Sample;
use alley_core::{
    Acquired, Commit, Env, Fact, Field as _, Key, Leases as _, Outbox as _, RecordStore,
    RecordStoreExt as _, RecordWrite, StoreErrorKind, TenantId, Write,
};
use alley_store::{OpenError, SchemaState, SqliteStore, rusqlite};
use chrono::{DateTime, Utc};
use pollster::block_on;

#[path = "common/env.rs"]
mod common;
#[path = "common/file.rs"]
mod file;

use common::env;

fn tenant() -> TenantId {
    TenantId::from_uuid(uuid::Uuid::from_u128(42))
}

/// Two rows of `bytes` each and a fact.
fn pair(env: &Env, name: &str, bytes: usize) -> Commit<RecordWrite> {
    let fact = env.fact(Fact::TenantSuspended { tenant: tenant() }).unwrap();
    let mut commit = env.commit().unwrap().fact(fact);
    commit.changes.extend(["a", "b"].map(|half| {
        let mut row = Sample::new(tenant(), &format!("{name}-{half}"), 1);
        row.body = vec![7; bytes];
        Write::Insert(row).into()
    }));
    commit
}

fn commit(store: &SqliteStore, commit: &Commit<RecordWrite>) -> Result<bool, StoreErrorKind> {
    let committed = block_on(RecordStore::commit(store, commit.clone()));
    committed.map(|committed| committed.replayed).map_err(|error| error.kind().clone())
}

/// How many rows of a pair are there.
fn halves(store: &SqliteStore, name: &str) -> usize {
    let found = ["a", "b"].map(|half| {
        let key = Key::of(tenant(), &format!("{name}-{half}"));
        block_on(store.record::<Sample>(&key)).unwrap()
    });
    found.iter().flatten().count()
}

/// Every pair is whole, and has one fact.
fn assert_whole(store: &SqliteStore, pairs: usize) {
    let arguments = [tenant().to_value()];
    let rows = block_on(store.count(Sample::BY_RANK, &arguments)).unwrap();
    assert_eq!(rows, 2 * u64::try_from(pairs).unwrap());
    let facts = block_on(store.due(DateTime::<Utc>::MAX_UTC, u32::MAX)).unwrap();
    let positions: Vec<_> = facts.iter().map(|entry| entry.position).collect();
    assert_eq!(positions, (1..).take(pairs).collect::<Vec<i64>>());
}

fn assert_sound(path: &Path) {
    let connection = rusqlite::Connection::open(path).unwrap();
    let check = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0));
    assert_eq!(check, Ok("ok".to_owned()));
}

#[test]
fn while_somebody_else_writes_calls_ask_for_a_retry() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("alley.db");
    drop(file::open(&path));
    let options = file::options().with_patience(Duration::from_millis(50));
    let (store, env) = (SqliteStore::open(&path, options).unwrap(), env(1));
    assert_eq!(commit(&store, &pair(&env, "first", 10)), Ok(false));
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let second = pair(&env, "second", 10);
    assert_eq!(commit(&store, &second), Err(StoreErrorKind::Retry));
    let lease = || block_on(store.acquire("job", Duration::from_secs(1), env.now()));
    assert_eq!(lease().unwrap_err().kind(), &StoreErrorKind::Retry);
    assert_eq!((halves(&store, "first"), halves(&store, "second")), (2, 0));
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(commit(&store, &second), Ok(false));
    assert!(matches!(lease().unwrap(), Acquired::Lease(_)));
    assert_whole(&store, 2);
}

#[test]
fn a_file_that_somebody_else_has_for_himself_is_reported_as_locked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("alley.db");
    drop(file::open(&path));
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT").unwrap();
    let options = file::options().with_patience(Duration::from_millis(50));
    let error = SqliteStore::open(&path, options.clone()).unwrap_err();
    assert!(matches!(error, OpenError::Locked { .. }), "{error}");
    let error = SqliteStore::check(&path, &options).unwrap_err();
    assert!(matches!(error, OpenError::Locked { .. }), "{error}");
    drop(other);
    drop(SqliteStore::open(&path, options).unwrap());
}

/// In the parent this does nothing.
#[test]
fn child_that_may_not_write() {
    let Some(path) = std::env::var_os("ALLEY_OUTAGE_READ_ONLY") else { return };
    let path = PathBuf::from(path);
    let opened = SqliteStore::open(&path, file::options()).map(drop);
    let migrated = SqliteStore::migrate(&path, &file::options()).map(drop);
    for error in [opened.unwrap_err(), migrated.unwrap_err()] {
        assert!(matches!(error, OpenError::Inaccessible { .. }), "{error:?}");
        assert!(error.to_string().contains(&path.display().to_string()), "{error}");
    }
}

#[test]
fn a_read_only_file_or_folder_is_refused_and_left_as_it_is() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

    for (what, file_mode, folder_mode) in [("file", 0o400, 0o700), ("folder", 0o600, 0o500)] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("alley.db");
        drop(file::open(&path));
        let before = std::fs::read(&path).unwrap();
        let set = |path: &Path, mode| {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
        };
        set(&path, file_mode);
        set(folder.path(), folder_mode);
        let child = ["--exact", "child_that_may_not_write"];
        let root = std::fs::metadata("/proc/self").unwrap().uid() == 0;
        // Rights of files do not bind root unless it gives up that privilege.
        let mut command = if root {
            let mut command = Command::new("setpriv");
            command.arg("--bounding-set=-dac_override,-dac_read_search");
            command.arg(std::env::current_exe().unwrap());
            command
        } else {
            Command::new(std::env::current_exe().unwrap())
        };
        let output = command.args(child).env("ALLEY_OUTAGE_READ_ONLY", &path).output().unwrap();
        set(folder.path(), 0o700);
        assert!(output.status.success(), "{what}: {}", String::from_utf8_lossy(&output.stdout));
        assert!(std::fs::read(&path).unwrap() == before, "the {what} was changed");
    }
}

#[test]
fn a_database_that_may_not_grow_refuses_whole_commits() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("alley.db");
    let (store, env) = (file::open(&path), env(2));
    let grow = |pages: i64| {
        let limit = move |connection: &rusqlite::Connection| {
            let count =
                connection.query_row("PRAGMA page_count", [], |row| row.get::<_, i64>(0))?;
            Ok(connection.pragma_update(None, "max_page_count", count + pages)?)
        };
        block_on(store.commit_with(env.commit::<RecordWrite>().unwrap(), limit)).unwrap();
    };
    grow(40);
    let (pairs, refused) = fill(&store, &env);
    assert_eq!(refused.1, StoreErrorKind::Unavailable);
    assert_eq!(halves(&store, "0"), 2);
    assert_whole(&store, pairs);
    grow(1_000);
    assert_eq!(commit(&store, &refused.0), Ok(false));
    assert_whole(&store, pairs + 1);
}

/// Commits pairs until one is refused: how many were not, and the one that was.
fn fill(store: &SqliteStore, env: &Env) -> (usize, (Commit<RecordWrite>, StoreErrorKind)) {
    let refused = (0..10_000).find_map(|nth: usize| {
        let next = pair(env, &nth.to_string(), 9_000);
        match commit(store, &next) {
            Ok(_) => None,
            Err(kind) => Some((nth, (next, kind))),
        }
    });
    refused.unwrap()
}

/// In the parent this does nothing. A child that has little space.
#[test]
fn child_that_fills_the_disk() {
    let Some(path) = std::env::var_os("ALLEY_OUTAGE_FULL") else { return };
    let path = PathBuf::from(path);
    let fresh = path.with_file_name("fresh.db");
    let (store, env) = (file::open(&path), env(3));
    let (pairs, (refused, kind)) = fill(&store, &env);
    let unknown = kind == StoreErrorKind::CommitUnknown;
    assert!(unknown || kind == StoreErrorKind::Unavailable, "{kind:?}");
    // Reads go on, and what was refused for sure is not there.
    assert_eq!(halves(&store, "0"), 2);
    let there = halves(&store, &pairs.to_string());
    assert!(there == 0 || unknown && there == 2, "{there} rows after {kind:?}");
    assert_whole(&store, pairs + there / 2);
    // A schema is made whole or not at all, too.
    let error = SqliteStore::migrate(&fresh, &file::options()).unwrap_err();
    assert!(matches!(error, OpenError::Inaccessible { .. }), "{error:?}");

    if let Some(filler) = std::env::var_os("ALLEY_OUTAGE_FILLER") {
        std::fs::remove_file(filler).unwrap();
    } else {
        let lift = ["--fsize=unlimited", "--pid", &std::process::id().to_string()];
        assert!(Command::new("prlimit").args(lift).status().unwrap().success());
    }
    assert_eq!(commit(&store, &refused), Ok(there == 2), "{kind:?}");
    assert_eq!(commit(&store, &pair(&env, "last", 9_000)), Ok(false));
    drop(store);
    assert_sound(&path);
    assert_whole(&file::open(&path), pairs + 2);
    let all = SqliteStore::migrations(&file::options()).len();
    let state = SqliteStore::check(&fresh, &file::options()).unwrap();
    assert_eq!(state, SchemaState::Behind { pending: all });
    assert_eq!(SqliteStore::migrate(&fresh, &file::options()).unwrap().len(), all);
    println!("filled and went on after {kind:?}");
}

/// Runs the child behind a command that leaves it little space.
fn fill_behind(prefix: &[&str], path: &Path, filler: Option<&Path>) {
    let mut command = Command::new("sh");
    // A file that may not grow is an error of the write, not the end of the process.
    command.args(["-c", "trap '' XFSZ; exec \"$@\"", "sh"]).args(prefix);
    command.arg(std::env::current_exe().unwrap());
    command.args(["--exact", "child_that_fills_the_disk", "--nocapture"]);
    command.env("ALLEY_OUTAGE_FULL", path);
    if let Some(filler) = filler {
        command.env("ALLEY_OUTAGE_FILLER", filler);
    }
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("filled and went on"), "{said}{told}");
}

/// A limit on the size of files, which needs no leave of anybody.
#[test]
fn writes_go_on_after_a_limit_of_files_is_lifted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("alley.db");
    drop(file::open(&path));
    // The log is the first to meet it.
    let limit = std::fs::metadata(&path).unwrap().len() / 2;
    fill_behind(&["prlimit", &format!("--fsize={limit}:unlimited")], &path, None);
}

/// A file system of four MiB, half of it taken, where one may mount one.
#[test]
fn writes_go_on_after_space_returns() {
    const SIZE: u64 = 4 << 20;
    let folder = tempfile::tempdir().unwrap();
    let (disk, path) = (folder.path().join("disk"), folder.path().join("disk/alley.db"));
    std::fs::create_dir(&disk).unwrap();
    let mount = format!("mount -t tmpfs -o size={SIZE} none {}", disk.display());
    let may = Command::new("unshare").args(["-rm", "sh", "-c", &mount]).output();
    if !may.is_ok_and(|output| output.status.success()) {
        // Past the capture of the test runner.
        drop(writeln!(
            std::io::stderr(),
            "skipped: writes_go_on_after_space_returns needs leave to mount (unshare -rm)"
        ));
        return;
    }
    let filler = disk.join("filler");
    let script =
        format!("{mount} && head -c {} /dev/zero > {} && exec \"$@\"", SIZE / 2, filler.display());
    fill_behind(&["unshare", "-rm", "sh", "-c", &script, "sh"], &path, Some(&filler));
}
