//! The application: the assembly over a database file, plain or with steps.

use std::path::Path;
use std::sync::Arc;

use alley_core::http::{HttpTransport, ReqwestTransport};
use alley_core::offload::InlineOffload;
use alley_core::{
    Access, AccessDecision, AccountsConfig, ActiveSession, Clock as _, Env, JobOutcome, KeyId,
    Keyring, ManualClock, Purpose, SealKey, SeededRandom, SessionCheck, TenantId,
};
use alley_store::{Alley, Config, SqliteOptions, SqliteStore, Storage, SweepStore};
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;

use crate::remote::{APP_KEY, APP_SECRET, SERVICE_ID, STRIPE_KEY, STRIPE_SECRET};
use crate::stepping::{Stepping, SteppingTransport};
use crate::steps::Steps;

const KEY: &str = "Y3Jhc2gga2V5LCBub3QgZm9yIHJlYWwgZGF0YSEhISE=";

/// One process's view of a database file.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) store: Arc<SqliteStore>,
    pub(crate) alley: Alley,
}

impl App {
    /// The application as a host would run it. `seed` must differ between processes that work on
    /// one file, or both would draw the same ids.
    pub(crate) fn open(
        file: &Path,
        bases: &[String; 2],
        clock: &Arc<ManualClock>,
        seed: u64,
    ) -> Self {
        let store = open(file, clock);
        let env = env(clock, seed, Arc::new(ReqwestTransport::new().unwrap()));
        let alley = Alley::new(&env, Arc::clone(&store), config(bases)).unwrap();
        Self { clock: Arc::clone(clock), store, alley }
    }

    /// The same with steps before and after all that writes.
    pub(crate) fn stepping(
        file: &Path,
        bases: &[String; 2],
        clock: &Arc<ManualClock>,
        seed: u64,
        steps: &Arc<Steps>,
    ) -> Self {
        let store = open(file, clock);
        let transport = ReqwestTransport::new().unwrap();
        let transport = SteppingTransport::new(transport, Arc::clone(steps));
        let env = env(clock, seed, Arc::new(transport));
        let stepping = Arc::new(Stepping::new(Arc::clone(&store), Arc::clone(steps)));
        let mut storage = Storage::of(&stepping, Arc::clone(&stepping) as _);
        storage.jobs.push(Arc::new(SweepStore::from(Arc::clone(&store))));
        let alley = Alley::new(&env, storage, config(bases)).unwrap();
        Self { clock: Arc::clone(clock), store, alley }
    }

    /// The session behind a cookie.
    pub(crate) async fn session(&self, cookie: &str) -> ActiveSession {
        match self.alley.accounts().check(cookie).await.unwrap() {
            SessionCheck::Active(session) => session,
            other => unreachable!("the cookie proves no session: {other:?}"),
        }
    }

    /// Whether that session may work for the tenant.
    pub(crate) async fn decision(&self, cookie: &str, tenant: TenantId) -> AccessDecision {
        let session = self.session(cookie).await;
        self.alley.tenancy().access(&session, tenant, Purpose::UserWorkflows).await.unwrap()
    }

    /// Its permission.
    pub(crate) async fn access(&self, cookie: &str, tenant: TenantId) -> Access {
        match self.decision(cookie, tenant).await {
            AccessDecision::Granted(access) => access,
            other => unreachable!("access was refused: {other:?}"),
        }
    }

    /// Runs what is due, a minute after the other, until a whole round finds nothing to do. Jobs
    /// that a dead process had begun are waited for until their lease is over.
    pub(crate) async fn work(&self) {
        for _ in 0..60 {
            let report = self.alley.jobs().run_due(500).await.unwrap();
            let failures: Vec<_> = report.failures().collect();
            assert!(failures.is_empty(), "background work failed: {failures:?}");
            let idle = report.runs.iter().all(|run| match &run.outcome {
                JobOutcome::Ran(report) => report.done == 0 && !report.more,
                JobOutcome::NotDue(_) => true,
                _ => false,
            });
            self.clock.advance(TimeDelta::seconds(61));
            if idle {
                return;
            }
        }
        unreachable!("background work does not come to an end");
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }
}

fn open(file: &Path, clock: &Arc<ManualClock>) -> Arc<SqliteStore> {
    let options = SqliteOptions::default().with_clock(Arc::clone(clock) as _);
    Arc::new(SqliteStore::open(file, options).unwrap())
}

fn env(clock: &Arc<ManualClock>, seed: u64, transport: Arc<dyn HttpTransport>) -> Env {
    let key = SealKey::from_base64(KeyId::new(1), KEY).unwrap();
    Env::new(Arc::new(Keyring::of(key)), transport, Arc::clone(clock) as _)
        .with_clock(Arc::clone(clock) as _)
        .with_random(Arc::new(SeededRandom::new(seed)))
}

fn config([shop, stripe]: &[String; 2]) -> Config {
    let secret = SecretString::from(APP_SECRET);
    let app = alley_tiktok::AppCredentials::new(APP_KEY, secret, SERVICE_ID);
    let endpoints = alley_tiktok::Endpoints::local(shop).unwrap();
    let billing = alley_billing::Config::new(
        alley_billing::Mode::Test,
        SecretString::from(STRIPE_KEY),
        &[SecretString::from(STRIPE_SECRET)],
    );
    Config::new(AccountsConfig::new("Harbor", Arc::new(InlineOffload::new())))
        .with_tiktok(alley_tiktok::Config::new(app, endpoints))
        .with_billing(billing.unwrap().with_base(stripe).unwrap())
}
