use std::sync::Arc;

use alley_billing::webhook::SIGNATURE_HEADER;
use alley_billing::{
    Billing, CheckoutOutcome, CheckoutPage, CheckoutRequest, Config, Customer, InvoiceMeta, Mode,
    PriceRef, Stores, Subscription, SyncMode,
};
use alley_core::http::{RequestLimits, TransportError, TransportErrorKind};
use alley_core::webhook::HmacSha256Key;
use alley_core::{
    Access, AccountId, Actor, Env, Fact, HttpTransport, KeyId, Keyring, ManualClock, MemoryStore,
    Outbox as _, Purpose, RecordStore, SealKey, SeededRandom, TenantId, TenantRole,
};
use alley_sandbox::stripe::{Options, Stripe};
use alley_sandbox::{Delivery, Double as _, Now, Outcome};
use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::{HeaderMap, Request, Response, StatusCode};
use pollster::block_on;

pub(crate) const KEY: &str = "sk_test_sandbox_not_real";
pub(crate) const SECRET: &str = "whsec_sandbox_not_real";
pub(crate) const MONTHLY: &str = "price_1AlleyFxPro0m";
pub(crate) const START: i64 = 1_767_225_600;

/// Carries requests to the double, and its faults back.
#[derive(Debug)]
pub(crate) struct InProcess(pub(crate) Arc<Stripe>);

#[async_trait]
impl HttpTransport for InProcess {
    async fn send(
        &self,
        request: Request<Bytes>,
        _limits: &RequestLimits,
    ) -> Result<Response<Bytes>, TransportError> {
        match self.0.handle(&request) {
            Outcome::Answer(answer) | Outcome::Delay(_, answer) => Ok(answer),
            _ => Err(TransportError::new(TransportErrorKind::Interrupted)),
        }
    }
}

pub(crate) struct World {
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) stripe: Arc<Stripe>,
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) env: Env,
    pub(crate) billing: Billing,
}

pub(crate) fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

pub(crate) fn env(clock: &Arc<ManualClock>, transport: Arc<dyn HttpTransport>) -> Env {
    let key = SealKey::from_bytes(KeyId::new(1), &[7; 32]).unwrap();
    Env::new(Arc::new(Keyring::of(key)), transport, clock.clone())
        .with_clock(clock.clone())
        .with_random(Arc::new(SeededRandom::new(11)))
}

pub(crate) fn config(sync: SyncMode) -> Config {
    Config::new(Mode::Test, KEY.into(), &[SECRET.into()])
        .unwrap()
        .with_base("http://stripe.test")
        .unwrap()
        .with_sync(sync)
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(SyncMode::Refetch)
    }

    pub(crate) fn with(sync: SyncMode) -> Self {
        let clock = Arc::new(ManualClock::new(at(START)));
        let ticking = clock.clone();
        let now = Now::new(move || alley_core::Clock::now(&*ticking).timestamp());
        let stripe = Arc::new(Stripe::new(Options::default(), now));
        Self::over(clock, stripe, Arc::new(MemoryStore::new()), sync)
    }

    pub(crate) fn over(
        clock: Arc<ManualClock>,
        stripe: Arc<Stripe>,
        store: Arc<MemoryStore>,
        sync: SyncMode,
    ) -> Self {
        let env = env(&clock, Arc::new(InProcess(stripe.clone())));
        let billing = Billing::new(&env, Stores::from(store.clone()), config(sync)).unwrap();
        Self { clock, stripe, store, env, billing }
    }

    pub(crate) fn receive(&self, delivery: &Delivery) -> StatusCode {
        block_on(self.billing.receive(delivery.headers(), delivery.body().clone())).status
    }

    pub(crate) fn receive_all<'a>(&self, deliveries: impl IntoIterator<Item = &'a Delivery>) {
        for delivery in deliveries {
            assert_eq!(self.receive(delivery), StatusCode::OK, "{}", delivery.kind());
        }
    }

    pub(crate) fn work(&self, job: &str) -> alley_core::JobReport {
        let jobs = self.billing.jobs();
        let job = jobs.iter().find(|one| one.name() == job).unwrap();
        block_on(job.run_once(100)).unwrap()
    }

    pub(crate) fn work_inbox(&self) {
        let report = self.work("billing-inbox");
        assert!(report.failures.is_empty(), "{:?}", report.failures);
    }

    pub(crate) fn granted(&self) -> bool {
        block_on(self.billing.access(&owner())).unwrap().granted
    }

    pub(crate) fn open_checkout(&self) -> CheckoutPage {
        match block_on(self.billing.start_checkout(&owner(), &monthly())).unwrap() {
            CheckoutOutcome::Redirect(page) => page,
            other => panic!("{other:?}"),
        }
    }

    /// A paid subscription; its id, and the events that tell of it.
    pub(crate) fn subscribe(&self) -> (String, Vec<Delivery>) {
        let page = self.open_checkout();
        let deliveries = self.stripe.complete_checkout(page.session.as_str()).unwrap();
        let session = self.stripe.object(page.session.as_str()).unwrap();
        (session["subscription"].as_str().unwrap().to_owned(), deliveries)
    }

    pub(crate) fn endings(&self) -> usize {
        let due = block_on(self.store.due(at(i64::from(u32::MAX)), 1_000)).unwrap();
        let ended = |fact: &Fact| matches!(fact, Fact::SubscriptionEnded { .. });
        due.iter().filter(|entry| ended(&entry.entry.fact)).count()
    }

    pub(crate) fn customers_at_stripe(&self) -> usize {
        let request = Request::get("/v1/customers?limit=100")
            .header("authorization", format!("Bearer {KEY}"))
            .body(Bytes::new())
            .unwrap();
        let answer = self.stripe.handle(&request).into_response().unwrap();
        let list: serde_json::Value = serde_json::from_slice(answer.body()).unwrap();
        list["data"].as_array().unwrap().len()
    }

    /// Sessions at Stripe on which somebody could still pay.
    pub(crate) fn open_sessions(&self) -> usize {
        let snapshot = self.stripe.snapshot().to_string();
        let quoted = snapshot.split(['"', '\\']);
        let ids: std::collections::BTreeSet<&str> =
            quoted.filter(|text| text.starts_with("cs_test_")).collect();
        let is_open =
            |id: &&&str| self.stripe.object(id).is_some_and(|one| one["status"] == "open");
        ids.iter().filter(is_open).count()
    }

    /// Everything that is stored of the tenant, without versions.
    pub(crate) fn projection(&self) -> (Option<Customer>, Vec<Subscription>, Vec<InvoiceMeta>) {
        use alley_billing::BillingStore;
        let store = &*self.store;
        let customer = block_on(BillingStore::customer(store, tenant())).unwrap();
        let subscriptions = block_on(BillingStore::subscriptions(store, tenant())).unwrap();
        let invoices = block_on(BillingStore::invoices(store, tenant())).unwrap();
        (
            customer.map(|one| one.record),
            subscriptions.into_iter().map(|one| one.record).collect(),
            invoices.into_iter().map(|one| one.record).collect(),
        )
    }
}

pub(crate) fn tenant() -> TenantId {
    format!("ten_{:032}", 1).parse().unwrap()
}

pub(crate) fn access(tenant: TenantId, role: TenantRole) -> Access {
    let account: AccountId = format!("acc_{:032}", 1).parse().unwrap();
    Access::for_test(tenant, Actor::Account(account), Purpose::UserWorkflows, role)
}

pub(crate) fn owner() -> Access {
    access(tenant(), TenantRole::Owner)
}

pub(crate) fn monthly() -> CheckoutRequest {
    order(MONTHLY)
}

pub(crate) fn order(price: &str) -> CheckoutRequest {
    let back = "https://app.example.test/billing?session={CHECKOUT_SESSION_ID}";
    let price = PriceRef::new(price).unwrap();
    CheckoutRequest::new(price, back, "https://app.example.test/billing").unwrap()
}

/// Headers of a call that is signed at `time`.
pub(crate) fn signed(secret: &str, time: i64, body: &[u8]) -> HeaderMap {
    let text = time.to_string();
    let code = HmacSha256Key::new(secret.as_bytes()).parts(&[text.as_bytes(), b".", body]);
    let hex: String = code.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    let mut headers = HeaderMap::new();
    headers.insert(SIGNATURE_HEADER, format!("t={text},v1={hex}").parse().unwrap());
    headers
}

/// A second store object over the same kernel is not needed: any kernel serves.
pub(crate) fn billing_over<S: RecordStore>(world: &World, store: Arc<S>) -> Billing {
    Billing::new(&world.env, Stores::from(store), config(SyncMode::Refetch)).unwrap()
}
