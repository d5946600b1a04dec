//! Where tests find a server, and that they leave nothing on it.

use std::fmt;
use std::io::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

use alley_core::{OsRandom, SecureRandom as _};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, Row as _};

/// A database that a test may work in.
#[derive(Clone)]
pub(crate) struct Server {
    url: String,
    /// The same database without a pooler.
    direct: PgConnectOptions,
    pooled: bool,
}

/// PostgreSQL itself. `None` after it was said that the calling test is skipped.
///
/// # Panics
/// Without a server when `ALLEY_REQUIRE_SERVICES` is 1.
pub(crate) fn postgres() -> Option<Server> {
    let url = setting("ALLEY_TEST_POSTGRES", "a PostgreSQL server")?;
    let direct = url.parse().unwrap();
    Some(Server { url, direct, pooled: false })
}

/// `PgBouncer` in transaction mode before that PostgreSQL.
///
/// # Panics
/// As [`postgres`].
pub(crate) fn pgbouncer() -> Option<Server> {
    let url = setting("ALLEY_TEST_PGBOUNCER", "a PgBouncer server")?;
    let Server { direct, .. } = postgres()?;
    Some(Server { url, direct, pooled: true })
}

impl Server {
    /// What connects to it.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Whether a pooler in transaction mode stands before it.
    pub(crate) fn is_pooled(&self) -> bool {
        self.pooled
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        let options: PgConnectOptions = self.url.parse().unwrap();
        SocketAddr::new(options.get_host().parse().unwrap(), options.get_port())
    }

    /// What connects to it by way of somebody who listens elsewhere.
    pub(crate) fn url_through(&self, relay: SocketAddr) -> String {
        self.url.replacen(&self.address().to_string(), &relay.to_string(), 1)
    }

    /// A name that no other test uses, for a schema that is not there yet. What is in it goes with
    /// the guard.
    pub(crate) fn fresh_schema(&self) -> Schema {
        let mut chance = [0; 8];
        OsRandom::new().fill(&mut chance).unwrap();
        Schema { name: format!("t_{:016x}", u64::from_be_bytes(chance)), server: self.clone() }
    }

    /// The first number that a statement answers, asked on a connection of its own. Blocks.
    pub(crate) fn number(&self, statement: &str) -> Result<Option<i64>, sqlx::Error> {
        let (direct, statement) = (self.direct.clone(), statement.to_owned());
        // The caller may be inside a runtime, where one must not block on another.
        let ask = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async {
                let mut connection = direct.connect().await?;
                // A lock that a test left behind must not hold up all others.
                connection.execute("SET lock_timeout = '10s'").await?;
                let row = sqlx::raw_sql(AssertSqlSafe(statement));
                let row = row.fetch_optional(&mut connection).await?;
                connection.close().await?;
                row.map(|row| row.try_get(0)).transpose()
            })
        });
        ask.join().unwrap()
    }

    /// Waits until the server has ended every connection of a client that called itself so. A
    /// client that was killed may still have a statement under way.
    pub(crate) fn wait_until_gone(&self, application: &str) {
        let statement = format!(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = '{application}'"
        );
        let gone = (0..2_000).any(|_| {
            std::thread::sleep(Duration::from_millis(5));
            self.number(&statement).unwrap() == Some(0)
        });
        assert!(gone, "the server still works for {application}");
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Server").field(&self.address()).finish()
    }
}

/// The name of a schema, which is dropped with all that is in it when this is dropped.
#[derive(Debug)]
pub(crate) struct Schema {
    name: String,
    server: Server,
}

impl Schema {
    /// `t_` and 16 hex digits.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        let dropped = self.server.number(&format!("DROP SCHEMA IF EXISTS {} CASCADE", self.name));
        if let Err(error) = dropped {
            say(&format!("left behind: schema {}: {error}", self.name));
        }
    }
}

/// What the environment says, or `None` after it was said that the calling test is skipped.
///
/// # Panics
/// As [`postgres`].
pub(crate) fn setting(variable: &str, what: &str) -> Option<String> {
    let found = std::env::var(variable).ok().filter(|value| !value.is_empty());
    if found.is_none() {
        let required = std::env::var("ALLEY_REQUIRE_SERVICES").is_ok_and(|value| value == "1");
        assert!(!required, "{variable} is not set, and ALLEY_REQUIRE_SERVICES is 1");
        let thread = std::thread::current();
        let test = thread.name().unwrap_or("a test");
        say(&format!("skipped: {test} needs {what} (set {variable}, or run .ci/services up)"));
    }
    found
}

/// Past the capture of the test runner, which shows nothing of a test that passes.
fn say(line: &str) {
    // Nobody may be listening.
    drop(writeln!(std::io::stderr(), "{line}"));
}
