//! Where the journey is played: the folder, virtual time, the doubles on their ports, the doors.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use alley_core::http::ReqwestTransport;
use alley_core::offload::ThreadOffload;
use alley_core::{
    AccountsConfig, Clock as _, Env, JobOutcome, JobRun, KeyId, Keyring, ManualClock, RecordType,
    SealKey, SeededRandom,
};
use alley_sandbox::stripe::{self, Stripe};
use alley_sandbox::tiktok::{self, TikTokShop};
use alley_sandbox::{Now, Server, serve};
use alley_store::{Alley, Config};
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;
use serde_json::Value;

use crate::args::Args;
use crate::database::Database;
use crate::failure::Failure;
use crate::journal::{Journal, replace};
use crate::progress::Screen;

/// Where virtual time begins: a Monday, nine in the morning in New York, six days before its
/// clocks go forward.
const START: &str = "2026-03-02T14:00:00Z";
/// The seed of everything that the journey draws.
const SEED: u64 = 20_260_302;
/// The journey's own key; published, so of use for nothing else.
const KEY: &str = "am91cm5leSBrZXksIG5vdCBmb3IgcmVhbCBkYXRhISE=";

/// Credentials that the doubles and the doors share; none of them is real.
const APP_KEY: &str = "6a7b8c9d0e1f";
const APP_SECRET: &str = "journey0app0secret0not0real0000000000000";
const SERVICE_ID: &str = "7300000000000000001";
const STRIPE_KEY: &str = "sk_test_journey_not_real";
const STRIPE_SECRET: &str = "whsec_journey_not_real";

/// Everything that the acts play with.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) folder: PathBuf,
    pub(crate) journal: Journal,
    pub(crate) screen: Screen,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) shop: Arc<TikTokShop>,
    pub(crate) stripe: Arc<Stripe>,
    pub(crate) database: Database,
    pub(crate) env: Env,
    pub(crate) alley: Arc<Alley>,
    declarations: Vec<&'static RecordType>,
    _servers: [Server; 2],
    _lock: File,
}

impl Stage {
    /// Opens the folder, or starts a new one.
    pub(crate) async fn open(args: &Args) -> Result<Self, Failure> {
        let folder = args.folder.clone();
        let key = sealing_key(args)?;
        fs::create_dir_all(&folder).map_err(|error| Failure::io("create", &folder, &error))?;
        let lock = lock(&folder)?;
        if args.fresh {
            clear(&folder)?;
        }
        let journal = Journal::open(&folder)?;
        let screen = Screen::open(&folder.join("journey.log"))?;
        journal.change(|memory| memory.starts += 1)?;
        let memory = journal.read();
        let start = memory.now.map_or_else(|| START.parse(), Ok)?;
        let clock = Arc::new(ManualClock::new(start));

        let shop = shop(args, &folder, &clock)?;
        let stripe = stripe(&folder, &clock)?;
        let port = |offset: u16| if args.port == 0 { 0 } else { args.port.saturating_add(offset) };
        let servers = [
            serve(Arc::clone(&shop) as _, &format!("127.0.0.1:{}", port(0)))?,
            serve(Arc::clone(&stripe) as _, &format!("127.0.0.1:{}", port(1)))?,
        ];

        let transport = Arc::new(ReqwestTransport::new()?);
        let env = Env::new(Arc::new(Keyring::of(key)), transport, Arc::clone(&clock) as _)
            .with_clock(Arc::clone(&clock) as _)
            .with_random(Arc::new(SeededRandom::new(SEED.wrapping_mul(31) + memory.starts)));
        let url = args.database.as_deref();
        let database = Database::open(url, &folder, args.fresh, Arc::clone(&clock) as _).await?;
        let storage = database.storage(Arc::clone(&clock) as _);
        let alley = Alley::new(&env, storage, config(&servers)?)?;
        Ok(Self {
            folder,
            journal,
            screen,
            clock,
            shop,
            stripe,
            database,
            env,
            alley: Arc::new(alley),
            declarations: alley_store::declarations(),
            _servers: servers,
            _lock: lock,
        })
    }

    /// The record types of all crates.
    pub(crate) fn declarations(&self) -> &[&'static RecordType] {
        &self.declarations
    }

    /// Virtual time.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Lets virtual time pass, and writes down how far it is.
    pub(crate) fn wait(&self, span: TimeDelta) -> Result<(), Failure> {
        self.clock.advance(span.max(TimeDelta::zero()));
        let now = self.now();
        self.journal.change(|memory| memory.now = Some(now))
    }

    /// Runs background work until nothing is due, as a host's own loop would.
    pub(crate) async fn work(&self) -> Result<(), Failure> {
        // What was started by an act needs a few rounds: an event, a fact, its effects.
        for _ in 0..200 {
            let report = self.alley.jobs().run_due(500).await?;
            if let Some((job, error)) = report.failures().next() {
                return Err(Failure::new(format!("job {job} failed: {error}")));
            }
            let held = |run: &JobRun| matches!(run.outcome, JobOutcome::Held(_));
            if report.runs.iter().any(held) {
                // An earlier start was stopped in a job; its lease runs out.
                self.wait(TimeDelta::seconds(60))?;
                if self.database.has_own_clock() {
                    tokio::time::sleep(Duration::from_secs(5)).await;
                }
                continue;
            }
            if !report.more() {
                self.wait(TimeDelta::seconds(2))?;
                let report = self.alley.jobs().run_due(500).await?;
                let done = report
                    .runs
                    .iter()
                    .any(|run| matches!(&run.outcome, JobOutcome::Ran(report) if report.done > 0));
                if !report.more() && !done {
                    return Ok(());
                }
            }
        }
        Err(Failure::new("background work does not come to an end"))
    }
}

fn sealing_key(args: &Args) -> Result<SealKey, Failure> {
    Ok(SealKey::from_base64(KeyId::new(1), args.key.as_deref().unwrap_or(KEY))?)
}

fn config(servers: &[Server; 2]) -> Result<Config, Failure> {
    let [shop, stripe] = servers;
    let app =
        alley_tiktok::AppCredentials::new(APP_KEY, SecretString::from(APP_SECRET), SERVICE_ID);
    let endpoints = alley_tiktok::Endpoints::local(&shop.base_url())?;
    let billing = alley_billing::Config::new(
        alley_billing::Mode::Test,
        SecretString::from(STRIPE_KEY),
        &[SecretString::from(STRIPE_SECRET)],
    )?;
    let billing = billing.with_base(&stripe.base_url())?;
    let accounts = AccountsConfig::new("Harbor", Arc::new(ThreadOffload::for_hashing()?));
    Ok(Config::new(accounts)
        .with_tiktok(alley_tiktok::Config::new(app, endpoints))
        .with_billing(billing))
}

fn now(clock: &Arc<ManualClock>) -> Now {
    let clock = Arc::clone(clock);
    Now::new(move || clock.now().timestamp())
}

fn shop(args: &Args, folder: &Path, clock: &Arc<ManualClock>) -> Result<Arc<TikTokShop>, Failure> {
    let start: DateTime<Utc> = START.parse()?;
    let options = tiktok::Options::default()
        .with_app_key(APP_KEY)
        .with_app_secret(APP_SECRET)
        .with_service_id(SERVICE_ID)
        .with_seed(SEED)
        .with_as_of(start.timestamp())
        .with_orders(args.orders);
    let shop = Arc::new(TikTokShop::new(options, now(clock)));
    let path = folder.join("double-tiktok.json");
    if let Some(kept) = kept(&path)? {
        shop.restore(&kept)?;
    }
    shop.on_change(keep(path));
    Ok(shop)
}

fn stripe(folder: &Path, clock: &Arc<ManualClock>) -> Result<Arc<Stripe>, Failure> {
    let options = stripe::Options::default()
        .with_secret_key(STRIPE_KEY)
        .with_webhook_secret(STRIPE_SECRET)
        .with_seed(SEED);
    let stripe = Arc::new(Stripe::new(options, now(clock)));
    let path = folder.join("double-stripe.json");
    if let Some(kept) = kept(&path)? {
        stripe.restore(&kept)?;
    }
    stripe.on_change(keep(path));
    Ok(stripe)
}

/// What a double remembered when the program was stopped.
fn kept(path: &Path) -> Result<Option<Value>, Failure> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::io("read", path, &error)),
    }
}

/// Writes a double's memory down before it answers, as the real service would have it.
fn keep(path: PathBuf) -> Box<dyn Fn(&Value) + Send + Sync> {
    Box::new(move |memory| {
        // The listener cannot fail the call; a start that finds no file plays a fresh double, and
        // the checks at the end say so.
        let _ = replace(&path, memory.to_string().as_bytes());
    })
}

fn lock(folder: &Path) -> Result<File, Failure> {
    let path = folder.join("lock");
    let file = File::create(&path).map_err(|error| Failure::io("write", &path, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Failure::new(format!(
            "another journey runs in {}: end it, or give --folder another one",
            folder.display()
        ))),
        Err(TryLockError::Error(error)) => Err(Failure::io("lock", &path, &error)),
    }
}

/// Empties the folder of what journeys leave in it, and of nothing else.
fn clear(folder: &Path) -> Result<(), Failure> {
    const OURS: &[&str] = &[
        "alley.sqlite",
        "alley.sqlite-wal",
        "alley.sqlite-shm",
        "journal.json",
        "journey.log",
        "double-tiktok.json",
        "double-stripe.json",
        "outreach.csv",
        "outreach.jsonl",
        "subject-package.json",
        "certificate.json",
        "report.html",
    ];
    for name in OURS {
        let path = folder.join(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Failure::io("remove", &path, &error));
            }
            _ => {}
        }
    }
    Ok(())
}
