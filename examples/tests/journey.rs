//! The journey as a program: killed and started again, and refused input.
#![expect(clippy::unwrap_used, reason = "test code")]

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpListener;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use alley_core::{SecureRandom as _, SeededRandom};
use alley_store::rusqlite::Connection;
use alley_store::{SqliteOptions, SqliteStore};

#[path = "../../alley-store/tests/common/server.rs"]
#[expect(dead_code, reason = "each test uses a part of it")]
mod server;

/// The signal that nothing can catch.
const SIGKILL: i32 = 9;

fn journey(folder: &Path, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_seller-journey"));
    command.arg("--folder").arg(folder).args(["--orders", "400"]).args(more);
    command.stdin(Stdio::null());
    command
}

fn start(folder: &Path) -> Child {
    journey(folder, &[]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Lets it print `lines` lines and go on for `pause`, and kills it there.
fn kill_after(folder: &Path, lines: usize, pause: Duration) {
    let mut child = start(folder);
    let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
    let seen: Vec<_> = output.by_ref().map(Result::unwrap).take(lines).collect();
    std::thread::sleep(pause);
    child.kill().unwrap();
    let status = child.wait().unwrap();
    let mut errors = String::new();
    child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
    assert_eq!(status.signal(), Some(SIGKILL), "it ended before: {seen:?} {errors}");
}

fn shows_that_all_is_right(output: &Output) {
    let (shown, errors) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{}: {shown}\n{errors}", output.status);
    assert_eq!(errors, "");
    let line = shown.lines().find(|line| line.ends_with(" checks passed")).unwrap();
    let (passed, rest) = line.split_once(" of ").unwrap();
    let (all, _) = rest.split_once(' ').unwrap();
    assert_eq!(passed, all);
    assert!(passed.parse::<u32>().unwrap() >= 30, "{line}");
    assert!(!shown.contains("FAIL"), "{shown}");
}

#[test]
fn a_journey_that_is_killed_goes_on_and_ends_well() {
    let folder = tempfile::tempdir().unwrap();
    let random = SeededRandom::new(7);
    for _ in 0..3 {
        let mut drawn = [0; 2];
        random.fill(&mut drawn).unwrap();
        // Each start has fewer lines left to show: about 45 without a stop.
        let lines = 1 + usize::from(drawn[0] % 12);
        kill_after(folder.path(), lines, Duration::from_millis(u64::from(drawn[1] % 120)));
    }
    shows_that_all_is_right(&start(folder.path()).wait_with_output().unwrap());
    // Once complete, it shows the table again.
    shows_that_all_is_right(&start(folder.path()).wait_with_output().unwrap());
}

#[test]
fn the_same_journey_runs_on_postgres() {
    let Some(server) = server::postgres() else { return };
    let folder = tempfile::tempdir().unwrap();
    let on_server = ["--database", server.url()];
    let first = journey(folder.path(), &[&on_server[..], &["--fresh"]].concat());
    let again = journey(folder.path(), &on_server);
    for mut start in [first, again] {
        shows_that_all_is_right(&start.output().unwrap());
    }
}

#[test]
fn a_server_that_cannot_be_used_is_refused_without_its_password() {
    let folder = tempfile::tempdir().unwrap();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("postgres://someone:hush@{free}/nothing");
    is_refused(folder.path(), &["--database", &url], "cannot be reached");
    let shown = journey(folder.path(), &["--database", &url]).output().unwrap();
    assert!(!text(&shown.stderr).contains("hush"));
    is_refused(folder.path(), &["--database", "postgres//nonsense"], "postgres://user:password@");
}

#[test]
fn a_reader_that_goes_away_does_not_end_the_journey() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = start(folder.path());
    let mut output = BufReader::new(child.stdout.take().unwrap());
    output.read_line(&mut String::new()).unwrap();
    drop(output);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
}

/// Ends with one line that says what is wrong, and with a code of failure.
fn is_refused(folder: &Path, more: &[&str], why: &str) {
    let output = journey(folder, more).output().unwrap();
    let errors = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{errors}");
    assert_eq!(errors.lines().count(), 1, "{errors}");
    assert!(!errors.contains("panicked"), "{errors}");
    assert!(errors.contains(why), "{errors}");
}

#[test]
fn a_key_of_another_length_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    is_refused(folder.path(), &["--key", "abc"], "key");
    is_refused(folder.path(), &["--key", "c2hvcnQ="], "key");
}

#[test]
fn a_folder_that_cannot_be_written_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "not a folder").unwrap();
    // Permissions do not stop a superuser, who may run this; a file in the way does.
    is_refused(&file.join("journey"), &[], "cannot create");
}

#[test]
fn a_port_in_use_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    is_refused(folder.path(), &["--port", &port], &port);
}

#[test]
fn a_folder_in_which_a_journey_runs_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = start(folder.path());
    let mut line = String::new();
    BufReader::new(first.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    is_refused(folder.path(), &[], "another journey");
    first.kill().unwrap();
    first.wait().unwrap();
}

#[test]
fn a_database_of_a_newer_program_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("alley.sqlite");
    SqliteStore::migrate(&file, &SqliteOptions::default()).unwrap();
    let step = "INSERT INTO alley_migrations (domain, version, name, checksum, breaking, applied_at) \
                VALUES ('core', 999, 'later', 'of another text', 0, 0)";
    Connection::open(&file).unwrap().execute(step, []).unwrap();
    is_refused(folder.path(), &[], "newer");
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("alley.sqlite"), [b'x'; 5_000]).unwrap();
    is_refused(folder.path(), &[], "not an SQLite database");
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}
