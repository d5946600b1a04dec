//! The cluster of `.ci/services`, which a test may stop and start again.

use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::server::setting;

/// A PostgreSQL that belongs to the tests alone. Whoever stops it stops it for every test of the
/// binary, so such a test stands in a binary of its own.
#[derive(Debug)]
pub(crate) struct Cluster {
    data: PathBuf,
    programs: PathBuf,
}

impl Cluster {
    /// The one that the environment names; `None` after it was said that the test is skipped.
    ///
    /// # Panics
    /// Without one when `ALLEY_REQUIRE_SERVICES` is 1.
    pub(crate) fn of_tests() -> Option<Self> {
        let path = |name| setting(name, "a PostgreSQL server of its own").map(PathBuf::from);
        let data = path("ALLEY_TEST_POSTGRES_DATA")?;
        Some(Self { data, programs: path("ALLEY_TEST_POSTGRES_BIN")? })
    }

    /// Ends all its processes at once, as a crash does; it recovers when it is started again.
    pub(crate) fn crash(&self) {
        self.control(&["-m", "immediate", "-w", "stop"]);
    }

    /// Starts it again on its old port, and waits until it answers.
    pub(crate) fn start(&self) {
        let log = self.data.with_file_name("postgres.log");
        self.control(&["-l", log.to_str().unwrap(), "-w", "start"]);
    }

    fn control(&self, arguments: &[&str]) {
        let program = self.programs.join("pg_ctl");
        let owner = std::fs::metadata(&self.data).unwrap().uid();
        // The server runs under the user to whom its data belongs, never as root.
        let own = std::fs::metadata("/proc/self").unwrap().uid();
        let mut command = if owner == own {
            Command::new(program)
        } else {
            let mut command = Command::new("setpriv");
            let id = |option: &str, id: u32| format!("--{option}={id}");
            let group = std::fs::metadata(&self.data).unwrap().gid();
            command.args([&id("reuid", owner), &id("regid", group), "--clear-groups"]).arg(program);
            command
        };
        command.arg("-D").arg(&self.data).args(arguments).current_dir("/");
        // What it starts must not hold on to the pipes of the test runner.
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let status = command.status().unwrap();
        assert!(status.success(), "pg_ctl {arguments:?}: {status}");
    }
}
