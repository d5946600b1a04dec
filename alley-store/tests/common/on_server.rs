//! What a conformance suite runs against on a server: a store in a schema of its own.

use std::sync::Arc;
use std::time::Duration;

use alley_core::conformance::{Harness, Skipped, offline};
use alley_core::{Clock as _, Env, ManualClock, SystemClock};
use alley_store::PostgresStore;
use chrono::TimeDelta;
use tokio::runtime::{Builder, Runtime};

use super::postgres::{self, Fresh};
use super::server::Server;

pub(crate) struct OnServer {
    env: Env,
    clock: Arc<ManualClock>,
    fresh: Fresh,
    server: Server,
    runtime: Runtime,
}

/// A fresh store on the server, if there is one; the reason was said otherwise.
pub(crate) fn harness(server: Option<Server>) -> Result<OnServer, Skipped> {
    let server = server.ok_or_else(|| Skipped::new("there is no server"))?;
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let fresh = runtime.block_on(postgres::fresh(&server));
    // It stands still between waits, as suites expect, and is right to a second as the server's is.
    let clock = Arc::new(ManualClock::new(SystemClock::new().now()));
    let env = offline(1).0.with_clock(Arc::clone(&clock) as _);
    Ok(OnServer { env, clock, fresh, server, runtime })
}

impl Harness for OnServer {
    type Store = PostgresStore;

    fn store(&self) -> Arc<PostgresStore> {
        Arc::clone(&self.fresh.store)
    }

    fn env(&self) -> &Env {
        &self.env
    }

    fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.runtime.block_on(future)
    }

    fn pass(&self, span: Duration) {
        std::thread::sleep(span);
        self.clock.advance(TimeDelta::from_std(span).unwrap());
    }

    fn moment(&self) -> Duration {
        Duration::from_millis(300)
    }

    fn rounds(&self) -> u32 {
        3
    }

    fn reopen(&self) -> Option<Arc<PostgresStore>> {
        let options = postgres::options(&self.server, &self.fresh.schema);
        let open = async {
            let pool = PostgresStore::pool(self.server.url(), &options).unwrap();
            Arc::new(PostgresStore::open(pool, options).await.unwrap())
        };
        Some(self.runtime.block_on(open))
    }
}
