//! The world around Alley: its outside services, its time, and Olivia, who sells candles.

use std::error::Error;
use std::fmt::Display;
use std::sync::Arc;

use alley_billing::{CheckoutPage, CheckoutRequest, PriceRef};
use alley_core::http::ReqwestTransport;
use alley_core::offload::ThreadOffload;
use alley_core::webhook::Reply;
use alley_core::{
    AccountsConfig, Client, Clock as _, CreatorRef, Email, Env, JobsReport, KeyId, Keyring, Mail,
    ManualClock, OsRandom, SealKey, ShopRef, TenantId,
};
use alley_outreach::pacing::{Policy, WeekDay, ZoneDefaults};
use alley_outreach::{Campaign, Channel, HandOutToken, NewDraft, Ticket};
use alley_privacy::Root;
use alley_privacy::erasure::StoredCertificate;
use alley_sandbox::stripe::{self, Stripe};
use alley_sandbox::tiktok::{self, TikTokShop};
use alley_sandbox::{Delivery, Now, Server, serve};
use alley_store::{Alley, Config, SqliteOptions, SqliteStore};
use alley_tiktok::{AuthorizationRequest, Callback, Connection, Progress};
use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use chrono_tz::America::New_York;
use secrecy::{ExposeSecret as _, SecretString};

/// What ends an example.
pub type Failure = Box<dyn Error + Send + Sync>;
/// A sign-up form as it arrives: address, password, and the browser that sent it.
pub type Form = (Email, SecretString, Client);

/// A Monday, nine in the morning in New York.
const START: &str = "2026-03-02T14:00:00Z";
/// Credentials that doubles and doors share; none of them is real.
const APP_KEY: &str = "6a7b8c9d0e1f";
const APP_SECRET: &str = "example0app0secret0not0real0000000000000";
const SERVICE_ID: &str = "7300000000000000001";
const STRIPE_KEY: &str = "sk_test_example_not_real";
const STRIPE_SECRET: &str = "whsec_example_not_real";
/// The monthly price of the double.
const PRICE: &str = "price_1AlleyFxPro0m";

/// Everything outside of Alley. Its methods do what people and platforms do, say so in a line on
/// the standard output, and take as much virtual time as people would.
#[derive(Debug)]
pub struct World {
    /// What Olivia wants to subscribe to.
    pub plan: CheckoutRequest,
    clock: Arc<ManualClock>,
    shop: Arc<TikTokShop>,
    stripe: Arc<Stripe>,
    _servers: [Server; 2],
}

impl World {
    /// Starts the doubles and puts an [`Alley`] together that talks to them over HTTP. The third
    /// of the answer is what Olivia typed into the sign-up form, and the browser that she uses.
    ///
    /// # Errors
    /// When no loopback port is free, or the parts of the assembly do not fit.
    pub fn start() -> Result<(Alley, Self, Form), Failure> {
        let clock = Arc::new(ManualClock::new(START.parse()?));
        let shop = Arc::new(shop(&clock));
        let stripe = Arc::new(stripe(&clock));
        let shop_server = serve(Arc::clone(&shop) as _, "127.0.0.1:0")?;
        let stripe_server = serve(Arc::clone(&stripe) as _, "127.0.0.1:0")?;

        // A host reads its key from where it keeps secrets, and waits with `TokioTimer`.
        let keyring = Keyring::of(SealKey::generate(KeyId::new(1), &OsRandom::new())?);
        let transport = Arc::new(ReqwestTransport::new()?);
        let env = Env::new(Arc::new(keyring), transport, Arc::clone(&clock) as _)
            .with_clock(Arc::clone(&clock) as _);

        // A host opens a file instead: `SqliteStore::migrate`, then `SqliteStore::open`.
        let options = SqliteOptions::default().with_clock(Arc::clone(&clock) as _);
        let store = Arc::new(SqliteStore::open_in_memory_with(options)?);

        let app =
            alley_tiktok::AppCredentials::new(APP_KEY, SecretString::from(APP_SECRET), SERVICE_ID);
        let endpoints = alley_tiktok::Endpoints::local(&shop_server.base_url())?;
        let billing = alley_billing::Config::new(
            alley_billing::Mode::Test,
            SecretString::from(STRIPE_KEY),
            &[SecretString::from(STRIPE_SECRET)],
        )?;
        let accounts = AccountsConfig::new("Harbor", Arc::new(ThreadOffload::for_hashing()?));
        let config = Config::new(accounts)
            .with_tiktok(alley_tiktok::Config::new(app, endpoints))
            .with_billing(billing.with_base(&stripe_server.base_url())?);
        let alley = Alley::new(&env, store, config)?;

        let plan = CheckoutRequest::new(
            PriceRef::new(PRICE)?,
            "https://app.example.com/billing/done?session={CHECKOUT_SESSION_ID}",
            "https://app.example.com/billing",
        )?;
        let password = SecretString::from("tallow wick lantern seventeen");
        let browser = Client::new().with_device("Browser at home");
        let form = (Email::parse("olivia@harbor-candles.example")?, password, browser);
        let servers = [shop_server, stripe_server];
        Ok((alley, Self { plan, clock, shop, stripe, _servers: servers }, form))
    }

    /// Delivers a mail to Olivia, who follows its link: the token in it.
    ///
    /// # Errors
    /// When there is no mail, or no link in it.
    pub fn token_in(&self, mail: Option<Mail>) -> Result<String, Failure> {
        let mail = mail.ok_or("there is no mail: the registration was refused")?;
        self.pass(TimeDelta::minutes(2));
        self.say("Olivia reads a mail", format_args!("{:?}", mail.kind));
        let token = mail.token.ok_or("the mail has no link: the address was taken")?;
        Ok(token.expose_secret().to_owned())
    }

    /// Olivia pays on the checkout page: the event that Stripe sends then.
    ///
    /// # Errors
    /// When there is no page to pay on.
    pub fn pay(&self, page: Option<CheckoutPage>) -> Result<Delivery, Failure> {
        let page = page.ok_or("there is no page: a subscription runs, or the price is inactive")?;
        self.pass(TimeDelta::minutes(3));
        let events = self.stripe.complete_checkout(page.session.as_str())?;
        let event = events.into_iter().find(|event| event.kind().starts_with("customer."));
        let event = event.ok_or("the double told of no subscription")?;
        self.say("Olivia pays, Stripe tells", event.kind());
        Ok(event)
    }

    /// Olivia agrees on TikTok Shop's authorize page: what her browser comes back with.
    ///
    /// # Errors
    /// When the page sends her nowhere.
    pub fn agree(&self, request: &AuthorizationRequest) -> Result<Callback, Failure> {
        self.pass(TimeDelta::minutes(1));
        let back = self.shop.authorize(Some(request.state.expose())).redirect;
        let (_, query) = back.split_once('?').ok_or("the redirect has no query")?;
        self.say("Olivia agrees", "TikTok Shop sends her back");
        Ok(Callback::parse(query))
    }

    /// Olivia picks the shop that she works for: the first of those that she connected.
    ///
    /// # Errors
    /// When the shop was not connected, or its list could not be read.
    pub fn pick(&self, connection: Option<Connection>) -> Result<ShopRef, Failure> {
        let connection = connection.ok_or("TikTok Shop was not connected")?;
        let shop = connection.shops?.into_iter().next().ok_or("the seller has no shop")?;
        self.say("Shop connected", shop.name.as_deref().unwrap_or("without a name"));
        Ok(shop.shop_id)
    }

    /// Shows how far a sync is.
    pub fn sees(&self, progress: Progress) -> Progress {
        self.say("Orders so far", progress.done);
        progress
    }

    /// A platform hears what Alley answers to its webhook.
    ///
    /// # Errors
    /// When the webhook was not taken.
    pub fn hears(&self, reply: &Reply) -> Result<(), Failure> {
        self.say("Alley takes the webhook", reply.status);
        if reply.status.is_success() { Ok(()) } else { Err("the webhook was refused".into()) }
    }

    /// A parcel is picked up: the webhook that TikTok Shop sends then.
    ///
    /// # Errors
    /// When the shop has no orders.
    pub fn ship(&self) -> Result<Delivery, Failure> {
        let orders = self.shop.order_ids();
        let order = orders.last().ok_or("the shop has no orders")?;
        let webhook = self.shop.order_status_webhook(order, "IN_TRANSIT").pop();
        self.say("A parcel is picked up", format_args!("order {order}"));
        webhook.ok_or_else(|| "the double sent no webhook".into())
    }

    /// How often Olivia may write: what she read in her seller center.
    ///
    /// # Errors
    /// When the numbers make no policy.
    pub fn pacing(&self) -> Result<Policy, Failure> {
        let (zones, reset) = (ZoneDefaults::all(New_York), NaiveTime::MIN);
        let checked = "2026-03-01, seller center";
        Ok(Policy::tiktok_us(500, WeekDay::Sunday, reset, New_York, zones, checked)?)
    }

    /// Olivia's words to the first creator.
    ///
    /// # Errors
    /// When the double has no creators.
    pub fn letter(&self, campaign: &Campaign) -> Result<NewDraft, Failure> {
        let text = "Hi! We pour soy candles by hand. May we send you one to try?";
        let (campaign, creator) = (campaign.campaign_id, self.creator()?);
        Ok(NewDraft::by_hand(campaign, creator, Channel::ImMessage, "en", text))
    }

    /// Olivia copies the text and sends it herself: the token of the hand-out, and when she sent it.
    ///
    /// # Errors
    /// When there is no text.
    pub fn copy_and_send(
        &self,
        ticket: Option<Ticket>,
    ) -> Result<(HandOutToken, DateTime<Utc>), Failure> {
        let ticket = ticket.ok_or("no text may go out now")?;
        self.pass(TimeDelta::minutes(3));
        self.say("Olivia copies and sends", ticket.text.as_str());
        Ok((ticket.token, self.clock.now()))
    }

    /// Late in the evening the creator asks Olivia to erase what she keeps.
    ///
    /// # Errors
    /// When the double has no creators.
    pub fn asked_to_erase(&self, tenant: TenantId) -> Result<Root, Failure> {
        self.pass(TimeDelta::hours(13));
        self.say("The creator writes", "please erase what you keep about me");
        Ok(Root::creator(tenant, &self.creator()?))
    }

    /// Tells how the day ended.
    ///
    /// # Errors
    /// When a job failed, or nothing was certified.
    pub fn end(
        &self,
        night: &JobsReport,
        certificates: &[StoredCertificate],
    ) -> Result<(), Failure> {
        if let Some((job, error)) = night.failures().next() {
            return Err(format!("job {job} failed: {error}").into());
        }
        self.say("Jobs of the night", night.runs.len());
        let last = certificates.last().ok_or("nothing was erased")?.read()?;
        let rows: u64 = last.erased.iter().map(|row| row.rows).sum();
        self.say("Certificate", format_args!("{rows} rows erased, complete: {}", last.complete));
        Ok(())
    }

    /// Says what happened, with the time in New York.
    #[expect(clippy::print_stdout, reason = "an example tells what it does")]
    pub fn say(&self, what: &str, how: impl Display) {
        let time = self.clock.now().with_timezone(&New_York);
        println!("{}  {what}: {how}", time.format("%a %H:%M"));
    }

    fn creator(&self) -> Result<CreatorRef, Failure> {
        let id = self.shop.creator_ids().into_iter().next().ok_or("there are no creators")?;
        Ok(CreatorRef::new(id)?)
    }

    fn pass(&self, span: TimeDelta) {
        self.clock.advance(span);
    }
}

fn now(clock: &Arc<ManualClock>) -> Now {
    let clock = Arc::clone(clock);
    Now::new(move || clock.now().timestamp())
}

fn shop(clock: &Arc<ManualClock>) -> TikTokShop {
    let options = tiktok::Options::default()
        .with_app_key(APP_KEY)
        .with_app_secret(APP_SECRET)
        .with_service_id(SERVICE_ID)
        .with_as_of(clock.now().timestamp())
        .with_orders(230_u32);
    TikTokShop::new(options, now(clock))
}

fn stripe(clock: &Arc<ManualClock>) -> Stripe {
    let options =
        stripe::Options::default().with_secret_key(STRIPE_KEY).with_webhook_secret(STRIPE_SECRET);
    Stripe::new(options, now(clock))
}
