//! A seller's world before its end: a subscription, a connected shop, synced data, queued texts.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use alley_billing::{CheckoutOutcome, CheckoutRequest, PriceRef};
use alley_core::{
    Access, Client, CreateTenant, Email, PageRequest, Registration, ShopRef, SignIn, TenantId,
    VerifyEmail,
};
use alley_outreach::pacing::Policy;
use alley_outreach::{
    Channel, ContactDetails, Fill, HandOutAnswer, HandOutRequest, NewCampaign, NewDraft,
    TemplateBody, Variable,
};
use alley_store::{SqliteOptions, SqliteStore};
use alley_tiktok::{Callback, ConnectOutcome, IntegrationId, SyncKind};
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret as _, SecretString};
use tempfile::TempDir;

use crate::app::App;
use crate::ledger::Ledger;
use crate::remote::{Memory, Remote};

/// A working day, ten in the morning in New York.
const START: &str = "2026-03-03T15:00:00Z";
/// A price of the double.
const PRICE: &str = "price_1AlleyFxPro0m";
const DRAFTS: u32 = 5;

const POLICY: &str = r#"{
  "rules": [{"id": "daily-cap", "scope": "seller", "kind": "calendar", "unit": "day",
             "reset": "00:00", "zone": "shop", "limit": 40}],
  "zones": {"seller": "America/New_York", "shop": "America/New_York"},
  "lease_ttl_s": 900
}"#;

/// The world as it was left, in a file and in what the doubles remember.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) remote: Remote,
    pub(crate) now: DateTime<Utc>,
    pub(crate) tenant: TenantId,
    pub(crate) integration: IntegrationId,
    pub(crate) cookie: String,
    /// The subscription at Stripe.
    pub(crate) subscription: String,
    /// Pieces of the sealed tokens as they are in the file.
    pub(crate) token_bytes: Vec<[u8; 8]>,
    memory: Memory,
    folder: TempDir,
}

impl World {
    pub(crate) async fn prepare() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("prepared.sqlite");
        let remote = Remote::serve(START.parse().unwrap());
        let clock = Arc::clone(&remote.clock);
        SqliteStore::migrate(&file, &SqliteOptions::default()).unwrap();
        let app = App::open(&file, &remote.bases(), &clock, 1);
        let (cookie, tenant) = register(&app).await;
        let access = app.access(&cookie, tenant).await;
        subscribe(&app, &remote, &access).await;
        let integration = connect(&app, &remote, &access).await;
        write(&app, &access).await;
        app.work().await;
        let now = app.now();
        drop(app);

        let ledger = Ledger::open(&file);
        let subscription = ledger.text("SELECT subscription_id FROM alley_billing_subscription");
        let token_bytes = ledger.token_bytes();
        drop(ledger);
        let memory = remote.memory();
        let world = Self {
            remote,
            now,
            tenant,
            integration,
            cookie,
            subscription,
            token_bytes,
            memory,
            folder,
        };
        world.check().await;
        world
    }

    /// That there is something to end; else the tests would hold whatever happens.
    async fn check(&self) {
        let file = self.copy("control");
        let ledger = Ledger::open(&file);
        assert_eq!(ledger.count("SELECT count(*) FROM alley_tiktok_token"), 1);
        assert!(ledger.count("SELECT count(*) FROM alley_tiktok_order") >= 20);
        assert_eq!(ledger.count("SELECT count(*) FROM alley_privacy_erasure_plan"), 0);
        assert_eq!(ledger.count("SELECT count(*) FROM alley_core_outbox"), 0);
        assert_eq!(ledger.found(&self.token_bytes), self.token_bytes.len());
        assert_eq!(self.stripe_status(), "active");
        let app = self.open(&file, self.now, 2);
        let access = app.access(&self.cookie, self.tenant).await;
        assert!(app.alley.billing().unwrap().access(&access).await.unwrap().granted);
        let request = HandOutRequest::new("control");
        let answer = app.alley.outreach().hand_out(&access, &request).await.unwrap();
        assert!(matches!(answer, HandOutAnswer::Handed(_)), "{answer:?}");
    }

    /// The prepared file under another name, never used before, and the doubles as they were then.
    pub(crate) fn copy(&self, name: &str) -> PathBuf {
        let file = self.folder.path().join(format!("{name}.sqlite"));
        assert!(!file.exists(), "a log of the file before might be left");
        std::fs::copy(self.folder.path().join("prepared.sqlite"), &file).unwrap();
        self.remote.restore(&self.memory, self.now);
        file
    }

    /// A process on a file of this world. The doubles' time goes with it.
    pub(crate) fn open(&self, file: &std::path::Path, now: DateTime<Utc>, seed: u64) -> App {
        self.remote.clock.set(now);
        App::open(file, &self.remote.bases(), &self.remote.clock, seed)
    }

    /// What Stripe says of the subscription.
    pub(crate) fn stripe_status(&self) -> String {
        let found = self.remote.stripe.object(&self.subscription).unwrap();
        found.get("status").unwrap().as_str().unwrap().to_owned()
    }

    /// Brings the webhooks to the application that Stripe has meanwhile.
    pub(crate) async fn deliver(&self, app: &App) {
        for event in self.remote.stripe.take_deliveries() {
            let billing = app.alley.billing().unwrap();
            let reply = billing.receive(event.headers(), event.body().clone()).await;
            assert!(reply.status.is_success(), "a webhook was answered with {}", reply.status);
        }
    }
}

async fn register(app: &App) -> (String, TenantId) {
    let accounts = app.alley.accounts();
    let email = Email::parse("olivia@harbor-candles.example").unwrap();
    let password = SecretString::from("tallow wick lantern seventeen");
    let client = Client::new().with_device("Browser");
    let registered = accounts.register(&email, &password, &client).await.unwrap();
    let Registration::Accepted(mailing) = registered else { unreachable!("{registered:?}") };
    let token = mailing.into_mail().unwrap().token.unwrap();
    let verified = accounts.verify_email(token.expose_secret()).await.unwrap();
    assert!(matches!(verified, VerifyEmail::Verified(_)), "{verified:?}");
    let signed = accounts.sign_in(&email, &password, &client).await.unwrap();
    let SignIn::SignedIn(signed) = signed else { unreachable!("{signed:?}") };
    let created = app.alley.tenancy().create(&signed.session, "Harbor Candles").await.unwrap();
    let CreateTenant::Created(tenant) = created else { unreachable!("{created:?}") };
    (signed.cookie.expose().to_owned(), tenant)
}

async fn subscribe(app: &App, remote: &Remote, access: &Access) {
    let billing = app.alley.billing().unwrap();
    let (done, back) =
        ("https://app.example.com/done?s={CHECKOUT_SESSION_ID}", "https://app.example.com/");
    let request = CheckoutRequest::new(PriceRef::new(PRICE).unwrap(), done, back).unwrap();
    let begun = billing.start_checkout(access, &request).await.unwrap();
    let CheckoutOutcome::Redirect(page) = begun else { unreachable!("{begun:?}") };
    for event in remote.stripe.complete_checkout(page.session.as_str()).unwrap() {
        let reply = billing.receive(event.headers(), event.body().clone()).await;
        assert!(reply.status.is_success());
    }
    app.work().await;
    // Told by those calls that the doubles' own side made; they have been heard.
    drop(remote.stripe.take_deliveries());
}

async fn connect(app: &App, remote: &Remote, access: &Access) -> IntegrationId {
    let tiktok = app.alley.tiktok().unwrap();
    let request = tiktok.begin_authorization(access).await.unwrap();
    let back = remote.shop.authorize(Some(request.state.expose()));
    let (_, query) = back.redirect.split_once('?').unwrap();
    let connected = tiktok.complete_authorization(access, Callback::parse(query)).await.unwrap();
    let ConnectOutcome::Connected(connection) = connected else { unreachable!("{connected:?}") };
    let shop = first_shop(app, access).await;
    let mut orders = tiktok.sync(access, &shop, SyncKind::Orders).await.unwrap();
    while !orders.next_page().await.unwrap().finished {}
    // Some of the creators are enough to write to.
    let mut creators = tiktok.sync(access, &shop, SyncKind::Creators).await.unwrap();
    assert!(creators.next_page().await.unwrap().done >= u64::from(DRAFTS));
    connection.integration.integration_id
}

async fn first_shop(app: &App, access: &Access) -> ShopRef {
    let shops = app.alley.tiktok().unwrap().shops(access).await.unwrap();
    shops.into_iter().next().unwrap().shop_id
}

/// Texts that wait in the queue.
async fn write(app: &App, access: &Access) {
    let outreach = app.alley.outreach();
    let policy: Policy = serde_json::from_str(POLICY).unwrap();
    outreach.set_policy(access, policy).await.unwrap();
    let body = TemplateBody::new("en", "Hi {{ name }}!", vec![Variable::required("name")]);
    let template =
        outreach.create_template(access, "Hello", Channel::ImMessage, body).await.unwrap();
    let shop = first_shop(app, access).await;
    let mut new = NewCampaign::new(shop.clone(), "Spring");
    new.template = Some(template.template_id);
    let campaign = outreach.create_campaign(access, new).await.unwrap().campaign_id;
    let page = PageRequest::first(DRAFTS);
    let creators = app.alley.tiktok().unwrap().creators(access, page).await.unwrap().items;
    let contacts = creators
        .iter()
        .map(|creator| ContactDetails::new(shop.clone(), creator.creator_id.clone()))
        .collect();
    outreach.put_contacts(access, contacts).await.unwrap();
    for creator in creators {
        let fills = BTreeMap::from([("name".to_owned(), Fill::Text("there".to_owned()))]);
        let new =
            NewDraft::from_template(campaign, creator.creator_id, template.template_id, fills);
        let draft = outreach.create_draft(access, new).await.unwrap();
        let id = draft.draft_id;
        let draft = outreach.submit_draft(access, id).await.unwrap();
        outreach.approve_draft(access, id, draft.current_revision).await.unwrap();
        let _queued = outreach.enqueue_draft(access, id, None).await.unwrap();
    }
}
