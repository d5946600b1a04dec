//! More record types, a remote leg that fails at first, and a house with both.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use alley_core::{
    AccountId, Fact, Key, LegReport, LegState, Record, RecordType, RemoteLeg, SealContext, Sealed,
    TenantId, elements,
};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

use crate::rows::{Flaky, House, TYPES, start};

#[derive(Clone, Debug, Record)]
#[record(name = "account", domain = "test", id = account_id, subject = account_id)]
pub(crate) struct Account {
    #[record(element = elements::ACCOUNT_IDENTITY)]
    pub(crate) account_id: AccountId,
    #[record(element = elements::ACCOUNT_EMAIL)]
    pub(crate) email: Option<Sealed>,
}

#[derive(Clone, Debug, Record)]
#[record(name = "session", domain = "test", id = id, subject = account_id, anchor = expires_at)]
#[record(owned_by(account = account_id))]
pub(crate) struct Session {
    #[record(technical)]
    pub(crate) id: String,
    #[record(element = elements::ACCOUNT_SESSION)]
    pub(crate) account_id: AccountId,
    #[record(element = elements::ACCOUNT_SESSION)]
    pub(crate) expires_at: DateTime<Utc>,
}

#[derive(Clone, Debug, Record)]
#[record(name = "totp_credential", domain = "test", id = id, subject = account_id)]
#[record(owned_by(account = account_id))]
pub(crate) struct Totp {
    #[record(technical)]
    pub(crate) id: String,
    #[record(technical)]
    pub(crate) account_id: AccountId,
    #[record(element = elements::ACCOUNT_TWO_FACTOR)]
    pub(crate) secret: Sealed,
}

#[derive(Clone, Debug, Record)]
#[record(name = "billing_customer", domain = "test", id = tenant_id)]
#[record(owned_by(tenant = tenant_id))]
pub(crate) struct Customer {
    #[record(technical)]
    pub(crate) tenant_id: TenantId,
    #[record(element = elements::BILLING_STRIPE_CUSTOMER_ID)]
    pub(crate) stripe_customer_id: String,
}

#[derive(Clone, Debug, Record)]
#[record(name = "template", domain = "test", id = id, tenant = tenant_id)]
#[record(owned_by(tenant = tenant_id))]
pub(crate) struct Template {
    #[record(technical)]
    pub(crate) tenant_id: TenantId,
    #[record(technical)]
    pub(crate) id: String,
    #[record(element = elements::CONTENT_TEMPLATE)]
    pub(crate) text: String,
}

#[derive(Clone, Debug, Record)]
#[record(name = "visit", domain = "test", id = id, tenant = tenant_id, anchor = closed_at)]
#[record(shared_by(folder = folder))]
pub(crate) struct Visit {
    #[record(technical)]
    pub(crate) tenant_id: TenantId,
    #[record(technical)]
    pub(crate) id: String,
    #[record(technical)]
    pub(crate) folder: Option<String>,
    #[record(element = elements::CONTENT_SUPPORT_MESSAGE)]
    pub(crate) closed_at: Option<DateTime<Utc>>,
}

/// Answers what it is told to, one word a call.
#[derive(Debug)]
pub(crate) struct Stripe(pub(crate) AtomicU32);

#[async_trait]
impl RemoteLeg for Stripe {
    fn subprocessor(&self) -> &'static str {
        "stripe"
    }

    async fn advance(&self, _: TenantId) -> Result<LegReport, alley_core::JobError> {
        match self.0.fetch_add(1, Ordering::SeqCst) {
            0..=3 => Err("unreachable".into()),
            4 => Ok(LegReport::because(LegState::Blocked, "open_invoice")),
            _ => Ok(LegReport::new(LegState::Done)),
        }
    }
}

pub(crate) fn house() -> House {
    House::with(Flaky::never(), |mut config| {
        let more: [&RecordType; 6] =
            [Account::TYPE, Session::TYPE, Totp::TYPE, Customer::TYPE, Template::TYPE, Visit::TYPE];
        config.declarations = TYPES.into_iter().chain(more).chain(config.declarations).collect();
        let mut seen = std::collections::BTreeSet::new();
        config.declarations.retain(|record| seen.insert(record.name));
        config.with_legs(vec![Arc::new(Stripe(AtomicU32::new(0)))])
    })
}

pub(crate) async fn hear(house: &House, fact: Fact) -> alley_core::FactId {
    let entry = house.env.fact(fact).unwrap();
    let subscriber = house.privacy.subscriber();
    subscriber.receive(&entry).await.unwrap();
    subscriber.receive(&entry).await.unwrap();
    entry.id
}

pub(crate) async fn work(house: &House) {
    for job in house.privacy.jobs() {
        for _ in 0..200 {
            let report = job.run_once(50).await.unwrap();
            assert!(report.failures.is_empty(), "{:?}", report.failures);
            if !report.more {
                break;
            }
        }
    }
}

pub(crate) fn account() -> AccountId {
    AccountId::from_uuid(uuid::Uuid::from_u128(77))
}

pub(crate) async fn settle_in(house: &House) {
    let context = |record, field, key: &Key| {
        let bytes = key.to_bytes();
        let text = b"anna@example.com";
        let context = SealContext::field(record, field, None, &bytes);
        house.env.keyring.seal(&context, text, house.env.random.as_ref()).unwrap()
    };
    let email = context("account", "email", &Key::global(&account()));
    house.insert(Account { account_id: account(), email: Some(email) }).await;
    for (id, hours) in [("old", -1), ("new", 24 * 60)] {
        let expires_at = start() + TimeDelta::hours(hours);
        house.insert(Session { id: id.to_owned(), account_id: account(), expires_at }).await;
    }
    let secret = context("totp_credential", "secret", &Key::global(&"t".to_owned()));
    house.insert(Totp { id: "t".to_owned(), account_id: account(), secret }).await;
}
