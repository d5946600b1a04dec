//! What the tests run on: a counted memory store, a clock that stands still, seeded randomness.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use alley_core::conformance::{Hook, Hooked};
use alley_core::http::{RequestLimits, TransportError, TransportErrorKind};
use alley_core::offload::{InlineOffload, Offload, Overloaded};
use alley_core::rate_limit::{Limit, MemoryLimiter};
use alley_core::totp::{RecoveryCode, TotpSecret, TotpSettings};
use alley_core::{
    AccountLimits, Accounts, AccountsConfig, AuditEntry, BeginTotp, Client, Clock as _, Commit,
    ConfirmTotp, Email, Env, HttpTransport, KeyId, Keyring, Mail, ManualClock, MemoryStore,
    PendingLogin, Query, Record as _, RecordWrite, Registration, SealKey, SeededRandom,
    SessionCheck, SignIn, SignedIn, StoreError, Stores, Tenancy, VerifyEmail,
};
use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta};
use secrecy::{ExposeSecret as _, SecretString};

pub(crate) const PASSWORD: &str = "a goose in galoshes";
pub(crate) const OTHER_PASSWORD: &str = "an otter in overalls";

#[derive(Debug)]
pub(crate) struct Offline;

#[async_trait]
impl HttpTransport for Offline {
    async fn send(
        &self,
        _: http::Request<Bytes>,
        _: &RequestLimits,
    ) -> Result<http::Response<Bytes>, TransportError> {
        Err(TransportError::new(TransportErrorKind::Connect))
    }
}

/// A memory store that counts what is asked of it, and lets other tasks run before.
pub(crate) type Counted = Hooked<MemoryStore, Calls>;

#[derive(Debug, Default)]
pub(crate) struct Calls {
    reads: AtomicUsize,
    commits: AtomicUsize,
}

impl Calls {
    pub(crate) fn reads(&self) -> usize {
        self.reads.load(Ordering::SeqCst)
    }

    pub(crate) fn commits(&self) -> usize {
        self.commits.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Hook for Calls {
    async fn before_read(&self) {
        self.reads.fetch_add(1, Ordering::SeqCst);
        tokio::task::yield_now().await;
    }

    async fn before_commit(&self, _: &mut Commit<RecordWrite>) -> Result<(), StoreError> {
        self.commits.fetch_add(1, Ordering::SeqCst);
        tokio::task::yield_now().await;
        Ok(())
    }
}

/// Counts hashes: each is one piece of work.
#[derive(Debug, Default)]
pub(crate) struct CountedOffload(AtomicUsize);

impl CountedOffload {
    pub(crate) fn hashes(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Offload for CountedOffload {
    async fn run(&self, work: Box<dyn FnOnce() + Send>) -> Result<(), Overloaded> {
        self.0.fetch_add(1, Ordering::SeqCst);
        InlineOffload::new().run(work).await
    }
}

pub(crate) struct World {
    pub(crate) store: Arc<Counted>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) offload: Arc<CountedOffload>,
    pub(crate) env: Env,
    pub(crate) stores: Stores,
    pub(crate) accounts: Accounts,
    pub(crate) tenancy: Tenancy,
    address: IpAddr,
}

static AUDIT: Query = Query::new("test_audit", AuditEntry::TYPE);

pub(crate) fn key(number: u32) -> SealKey {
    SealKey::from_bytes(KeyId::new(number), &[u8::try_from(number).unwrap(); 32]).unwrap()
}

pub(crate) fn env(clock: &Arc<ManualClock>, keyring: Keyring) -> Env {
    let timer = Arc::clone(clock);
    Env::new(Arc::new(keyring), Arc::new(Offline), timer)
        .with_clock(Arc::<ManualClock>::clone(clock))
        .with_random(Arc::new(SeededRandom::new(5)))
}

/// Limits that no test meets by accident.
pub(crate) fn no_limits() -> AccountLimits {
    let wide = Limit::per(1_000_000, TimeDelta::days(1)).unwrap();
    let mut limits = AccountLimits::default();
    limits.passwords_per_address = wide;
    limits.passwords_per_account = wide;
    limits.codes_per_account = wide;
    limits.mails_per_account = wide;
    limits.mails_per_address = wide;
    limits
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with_limits(no_limits())
    }

    pub(crate) fn with_limits(limits: AccountLimits) -> Self {
        let start = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let clock = Arc::new(ManualClock::new(start));
        let env = env(&clock, Keyring::of(key(1)));
        let store = Arc::new(Counted::new(Arc::default(), Calls::default()));
        let limiter = Arc::new(MemoryLimiter::new(Arc::<ManualClock>::clone(&clock)));
        let stores = Stores::new(Arc::clone(&store), limiter);
        let offload = Arc::new(CountedOffload::default());
        let config = AccountsConfig::new("Alley", Arc::<CountedOffload>::clone(&offload))
            .with_limits(limits);
        let accounts = Accounts::new(&env, stores.clone(), config).unwrap();
        let tenancy = Tenancy::new(&env, stores.clone());
        let address = "192.0.2.7".parse().unwrap();
        Self { store, clock, offload, env, stores, accounts, tenancy, address }
    }

    pub(crate) fn client(&self) -> Client {
        Client::new().with_device("Firefox on Linux").with_address(self.address)
    }

    pub(crate) async fn register(&self, address: &str, password: &str) -> Option<Mail> {
        let registered =
            self.accounts.register(&email(address), &secret(password), &self.client()).await;
        match registered.unwrap() {
            Registration::Accepted(mailing) => mailing.into_mail(),
            other => panic!("{other:?}"),
        }
    }

    /// The audit trail.
    pub(crate) async fn audit(&self) -> Vec<AuditEntry> {
        let rows = alley_core::store::all::<AuditEntry, _>(self.store.as_ref(), &AUDIT, &[]);
        rows.await.unwrap().into_iter().map(|row| row.record).collect()
    }

    /// Registers and verifies.
    pub(crate) async fn person(&self, address: &str) {
        let token = token(self.register(address, PASSWORD).await.unwrap());
        let verified = self.accounts.verify_email(&token).await.unwrap();
        assert!(matches!(verified, VerifyEmail::Verified(_)));
    }

    pub(crate) async fn try_sign_in(&self, address: &str, password: &str) -> SignIn {
        self.accounts.sign_in(&email(address), &secret(password), &self.client()).await.unwrap()
    }

    pub(crate) async fn sign_in(&self, address: &str) -> SignedIn {
        match self.try_sign_in(address, PASSWORD).await {
            SignIn::SignedIn(signed_in) => signed_in,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn half_sign_in(&self, address: &str) -> PendingLogin {
        match self.try_sign_in(address, PASSWORD).await {
            SignIn::SecondFactor(pending) => pending,
            other => panic!("{other:?}"),
        }
    }

    /// A verified person who has just signed in.
    pub(crate) async fn signed_in(&self, address: &str) -> SignedIn {
        self.person(address).await;
        self.sign_in(address).await
    }

    pub(crate) async fn is_active(&self, cookie: &str) -> bool {
        matches!(self.accounts.check(cookie).await.unwrap(), SessionCheck::Active(_))
    }

    /// The session behind a cookie.
    pub(crate) async fn session(&self, cookie: &str) -> alley_core::ActiveSession {
        match self.accounts.check(cookie).await.unwrap() {
            SessionCheck::Active(session) => session,
            other => panic!("{other:?}"),
        }
    }

    /// Enrols an authenticator and moves on to the next step of it.
    pub(crate) async fn enrol(&self, signed_in: &SignedIn) -> Enrolled {
        let BeginTotp::Begun(begun) = self.accounts.begin_totp(&signed_in.session).await.unwrap()
        else {
            panic!("enrolment was refused");
        };
        let totp = TotpSecret::from_bytes(&base32(begun.secret.expose_secret())).unwrap();
        let code = self.code(&totp);
        let confirmed =
            self.accounts.confirm_totp(&signed_in.session, begun.id, &code).await.unwrap();
        let ConfirmTotp::Confirmed(confirmed) = confirmed else {
            panic!("{confirmed:?}");
        };
        let mail = confirmed.mailing.into_mail();
        assert!(mail.is_some());
        Enrolled {
            totp,
            first_code: code,
            recovery_codes: confirmed.recovery_codes,
            cookie: confirmed.cookie.expose().to_owned(),
        }
    }

    /// What the authenticator shows now.
    pub(crate) fn code(&self, totp: &TotpSecret) -> String {
        let step = TotpSettings::step(self.clock.now());
        TotpSettings::default().code(totp, step).expose_secret().to_owned()
    }

    pub(crate) fn next_step(&self) {
        self.clock.advance(TimeDelta::seconds(30));
    }
}

pub(crate) struct Enrolled {
    pub(crate) totp: TotpSecret,
    pub(crate) first_code: String,
    pub(crate) recovery_codes: Vec<RecoveryCode>,
    pub(crate) cookie: String,
}

pub(crate) fn email(text: &str) -> Email {
    Email::parse(text).unwrap()
}

pub(crate) fn secret(text: &str) -> SecretString {
    SecretString::from(text)
}

pub(crate) fn token(mail: Mail) -> String {
    mail.token.unwrap().expose_secret().to_owned()
}

/// RFC 4648, section 6, without padding.
pub(crate) fn base32(text: &str) -> Vec<u8> {
    let (mut bits, mut held, mut bytes) = (0_u32, 0, Vec::new());
    for letter in text.bytes() {
        let place = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".iter().position(|b| *b == letter).unwrap();
        bits = (bits << 5 | u32::try_from(place).unwrap()) & 0xffff;
        held += 5;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(bits >> held & 0xff).unwrap());
        }
    }
    bytes
}
