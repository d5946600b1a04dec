//! A tenant, a store, a clock, and the double on the other side of the wire.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use alley_core::http::{HttpTransport, RequestLimits, TransportError, TransportErrorKind};
use alley_core::{
    Access, AccountId, Actor, Clock as _, Env, KeyId, Keyring, ManualClock, MemoryStore, Purpose,
    SealKey, SeededRandom, ShopRef, TenantId, TenantRole,
};
use alley_sandbox::tiktok::{Options, TikTokShop};
use alley_sandbox::{Double as _, Now, Outcome};
use alley_tiktok::{
    AppCredentials, Callback, Config, ConnectOutcome, Connection, Endpoints, Stores, Tiktok,
};
use async_trait::async_trait;
use bytes::Bytes;
use chrono::DateTime;
use http::{Request, Response};
use secrecy::SecretString;

pub(crate) struct World {
    pub(crate) double: Arc<TikTokShop>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) tiktok: Tiktok,
    pub(crate) access: Access,
    pub(crate) wire: Arc<Wire>,
    pub(crate) env: Env,
}

/// Carries requests to the double in process; a script may go first.
#[derive(Debug)]
pub(crate) struct Wire {
    double: Arc<TikTokShop>,
    pub(crate) calls: AtomicU32,
    /// Answers for calls whose path starts like this, instead of those of the double.
    pub(crate) script: Mutex<Vec<(String, Response<Bytes>)>>,
    pub(crate) seen: Mutex<Vec<String>>,
    /// For how many turns of the scheduler the next answer of the authorization server waits.
    pub(crate) slow_turns: AtomicU32,
}

#[async_trait]
impl HttpTransport for Wire {
    async fn send(
        &self,
        request: Request<Bytes>,
        limits: &RequestLimits,
    ) -> Result<Response<Bytes>, TransportError> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let path = request.uri().path().to_owned();
        self.seen.lock().unwrap().push(path.clone());
        // Lets other tasks run between the request and its answer.
        tokio::task::yield_now().await;
        let scripted = {
            let mut script = self.script.lock().unwrap();
            let found = script.iter().position(|(prefix, _)| path.starts_with(prefix));
            found.map(|at| script.remove(at).1)
        };
        let reply = match scripted {
            Some(reply) => reply,
            None => match self.double.handle(&request) {
                Outcome::Answer(reply) | Outcome::Delay(_, reply) => reply,
                _ => return Err(TransportError::new(TransportErrorKind::Interrupted)),
            },
        };
        tokio::task::yield_now().await;
        if path.starts_with("/api/v2/") {
            for _ in 0..self.slow_turns.swap(0, Ordering::SeqCst) {
                tokio::task::yield_now().await;
            }
        }
        if reply.body().len() > limits.max_body_bytes {
            return Err(TransportError::new(TransportErrorKind::BodyTooLarge));
        }
        Ok(reply)
    }
}

#[derive(Debug)]
struct Yielding;

#[async_trait]
impl alley_core::Timer for Yielding {
    async fn sleep(&self, _span: std::time::Duration) {
        tokio::task::yield_now().await;
    }
}

pub(crate) fn start() -> DateTime<chrono::Utc> {
    DateTime::from_timestamp(1_767_225_600, 0).unwrap()
}

pub(crate) fn keyring() -> Arc<Keyring> {
    Arc::new(Keyring::of(SealKey::from_bytes(KeyId::new(1), &[7; 32]).unwrap()))
}

impl World {
    pub(crate) fn new(options: Options) -> Self {
        let clock = Arc::new(ManualClock::new(start()));
        let of_double = clock.clone();
        let now = Now::new(move || of_double.now().timestamp());
        let options = options
            .with_app_key("key1")
            .with_app_secret("fake-app-secret")
            .with_service_id("7300000000000000001");
        let double = Arc::new(TikTokShop::new(options, now));
        let wire = Arc::new(Wire {
            double: double.clone(),
            calls: AtomicU32::new(0),
            script: Mutex::default(),
            seen: Mutex::default(),
            slow_turns: AtomicU32::new(0),
        });
        let env = Env::new(keyring(), wire.clone(), clock.clone())
            .with_clock(clock.clone())
            .with_random(Arc::new(SeededRandom::new(7)));
        let store = Arc::new(MemoryStore::new());
        let tiktok = Tiktok::new(&env, Stores::from(store.clone()), config()).unwrap();
        let tenant = env.id().unwrap();
        let access = access(tenant, &env, TenantRole::Owner);
        Self { double, clock, store, tiktok, access, wire, env }
    }

    /// Another process at the same time: its waits let others run and take no time.
    pub(crate) fn beside(&self) -> Tiktok {
        let mut env = self.env.clone();
        env.timer = Arc::new(Yielding);
        Tiktok::new(&env, Stores::from(self.store.clone()), config()).unwrap()
    }

    /// The same world after the process died: another door over the same store.
    pub(crate) fn restarted(&self) -> Tiktok {
        Tiktok::new(&self.env, Stores::from(self.store.clone()), config()).unwrap()
    }

    pub(crate) async fn connected(&self) -> Connection {
        let request = self.tiktok.begin_authorization(&self.access).await.unwrap();
        let redirect = self.double.authorize(Some(request.state.expose())).redirect;
        match self.tiktok.complete_authorization(&self.access, callback(&redirect)).await.unwrap() {
            ConnectOutcome::Connected(connection) => *connection,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn shop(&self) -> ShopRef {
        ShopRef::new(self.double.shops()[0].0.clone()).unwrap()
    }

    pub(crate) fn tenant(&self) -> TenantId {
        self.access.tenant()
    }

    pub(crate) fn answer_next(&self, prefix: &str, status: u16, body: &str) {
        let reply = Response::builder().status(status).body(Bytes::from(body.to_owned())).unwrap();
        self.wire.script.lock().unwrap().push((prefix.to_owned(), reply));
    }

    pub(crate) fn calls_to(&self, prefix: &str) -> usize {
        self.wire.seen.lock().unwrap().iter().filter(|path| path.starts_with(prefix)).count()
    }

    pub(crate) async fn run_jobs(&self) {
        for job in self.tiktok.jobs() {
            let report = job.run_once(100).await.unwrap();
            assert!(report.failures.is_empty(), "{:?}", report.failures);
        }
    }
}

pub(crate) fn access(tenant: TenantId, env: &Env, role: TenantRole) -> Access {
    let account: AccountId = env.id().unwrap();
    Access::for_test(tenant, Actor::Account(account), Purpose::ConnectedServices, role)
}

pub(crate) fn callback(redirect: &str) -> Callback {
    Callback::parse(redirect.split_once('?').unwrap().1)
}

pub(crate) fn config() -> Config {
    let app =
        AppCredentials::new("key1", SecretString::from("fake-app-secret"), "7300000000000000001");
    Config::new(app, Endpoints::local("http://127.0.0.1:1").unwrap())
}
