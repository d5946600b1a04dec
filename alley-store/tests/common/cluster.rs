//! The cluster of `.ci/services`, which a test may stop and start again.

use std::fs::Metadata;
use std::net::SocketAddr;
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use alley_core::{OsRandom, SecureRandom as _};

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

    /// A standby of it, which listens on `primary`. It follows, and answers only reads.
    pub(crate) fn standby(&self, primary: SocketAddr) -> Standby {
        let mut chance = [0; 8];
        OsRandom::new().fill(&mut chance).unwrap();
        let name = format!("standby-{:016x}", u64::from_be_bytes(chance));
        let (data, programs) = (self.data.with_file_name(name), self.programs.clone());
        let (host, port) = (primary.ip().to_string(), primary.port().to_string());
        let from = ["-h", &host, "-p", &port, "-U", "postgres", "-c", "fast", "-R"];
        self.run("pg_basebackup", &[&["-D", data.to_str().unwrap()], &from[..]].concat());
        let port = free_port();
        std::fs::write(data.join("port.conf"), format!("port = {port}\n")).unwrap();
        let standby = Standby { cluster: Self { data, programs }, port };
        standby.cluster.start();
        standby
    }

    fn control(&self, arguments: &[&str]) {
        let data = self.data.to_str().unwrap();
        self.run("pg_ctl", &[&["-D", data], arguments].concat());
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let path = self.programs.join(program);
        // It runs under the user to whom the data belongs, as a server refuses to run as root.
        let owner = self.metadata().uid();
        let own = std::fs::metadata("/proc/self").unwrap().uid();
        let mut command = if owner == own {
            Command::new(path)
        } else {
            let mut command = Command::new("setpriv");
            let id = |option: &str, id: u32| format!("--{option}={id}");
            let group = self.metadata().gid();
            command.args([&id("reuid", owner), &id("regid", group), "--clear-groups"]).arg(path);
            command
        };
        command.args(arguments).current_dir("/");
        // What it starts must not hold on to the pipes of the test runner.
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let status = command.status().unwrap();
        assert!(status.success(), "{program} {arguments:?}: {status}");
    }

    fn metadata(&self) -> Metadata {
        std::fs::metadata(&self.data).unwrap()
    }
}

/// A server that only reads; it is stopped and removed when this is dropped.
#[derive(Debug)]
pub(crate) struct Standby {
    cluster: Cluster,
    port: u16,
}

impl Standby {
    /// Where it listens on loopback.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for Standby {
    fn drop(&mut self) {
        self.cluster.crash();
        drop(std::fs::remove_dir_all(&self.cluster.data));
    }
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
