//! The door.

use std::sync::Arc;

use alley_core::{
    Access, Env, Job, JobError, JobReport, Key, Page, PageRequest, Record as _, SealContext,
    ShopRef, TenantId, Versioned,
};
use async_trait::async_trait;
use chrono::TimeDelta;
use secrecy::ExposeSecret as _;

use super::{Inbox, Prune, ShopClient, Tokens};
use crate::app::Config;
use crate::error::{Error, Result};
use crate::exchange::Exchange;
use crate::ids::OrderId;
use crate::integration::Integration;
use crate::shop::Shop;
use crate::store::{ShopDataStore, Stores, TokenStore};
use crate::stored::{Buyer, Creator, Order};
use crate::webhook::WebhookVerifier;

/// Everything that this crate does; cheap to clone, shared by all tenants.
#[derive(Clone, Debug)]
pub struct Tiktok {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) exchange: Arc<Exchange>,
    pub(crate) tokens: Arc<Tokens>,
    pub(crate) stores: Stores,
    pub(crate) verifier: Arc<WebhookVerifier>,
}

impl Tiktok {
    /// Puts the parts together; calls nobody.
    ///
    /// # Errors
    /// When the app's key, secret or service id is empty.
    pub fn new(env: &Env, stores: Stores, config: Config) -> Result<Self> {
        let app = &config.app;
        if app.key.is_empty() || app.secret.expose_secret().is_empty() || app.service_id.is_empty()
        {
            return Err(Error::InvalidRequest("app key, secret and service id must not be empty"));
        }
        let verifier = Arc::new(WebhookVerifier::new(app.key.clone(), &app.secret));
        let exchange = Arc::new(Exchange::new(env.clone(), config));
        let tokens = Arc::new(Tokens::new(exchange.clone(), stores.tokens.clone()));
        Ok(Self { inner: Arc::new(Inner { exchange, tokens, stores, verifier }) })
    }

    /// The same door, for the same app, inside a unit of work: a transaction that the host began and
    /// will end. Everything is read and written there and stands or falls with it.
    ///
    /// - It calls nobody. A new pair of tokens, for one, exists nowhere else once TikTok Shop has
    ///   given it out: a rollback would disconnect the seller. Whatever needs a call answers
    ///   [`Error::InTransaction`] and has written nothing; ask this door for it, before the
    ///   transaction or after it.
    /// - A conflict is met by reading and deciding again, in the same transaction, as often as
    ///   usual. Where that transaction sees one picture of the data from beginning to end, this
    ///   cannot come out otherwise; [`Error::Contended`] then means that the unit of work is lost
    ///   and has to begin again.
    /// - [`jobs`](Self::jobs) is empty.
    #[must_use]
    pub fn on(&self, stores: impl Into<Stores>) -> Self {
        let stores = stores.into();
        let exchange = Arc::new(self.inner.exchange.joined());
        let tokens = Arc::new(Tokens::new(exchange.clone(), stores.tokens.clone()));
        let verifier = Arc::clone(&self.inner.verifier);
        Self { inner: Arc::new(Inner { exchange, tokens, stores, verifier }) }
    }

    /// A client for calls on behalf of one shop of the tenant.
    ///
    /// # Errors
    /// [`Error::NotConnected`] when the tenant has no such open shop; when the store fails.
    pub async fn shop_client(&self, access: &Access, shop: &ShopRef) -> Result<ShopClient> {
        self.client_for(access.tenant(), shop).await.map(|(client, _)| client)
    }

    /// A client for calls that name no shop.
    #[cfg(feature = "authorization")]
    pub(crate) fn seller_client(
        &self,
        tenant: TenantId,
        integration: crate::ids::IntegrationId,
    ) -> ShopClient {
        let (exchange, tokens) = (self.inner.exchange.clone(), self.inner.tokens.clone());
        ShopClient::new(exchange, tokens, tenant, integration, None)
    }

    pub(crate) async fn client_for(
        &self,
        tenant: TenantId,
        shop: &ShopRef,
    ) -> Result<(ShopClient, Versioned<Shop>)> {
        let found = self.shop_data().shop(tenant, shop).await?;
        let found = found.filter(|found| found.record.closed_at.is_none());
        let found = found.ok_or(Error::NotConnected)?;
        let (exchange, tokens) = (self.inner.exchange.clone(), self.inner.tokens.clone());
        let integration = found.record.integration_id;
        let cipher = Some(found.record.cipher.clone());
        Ok((ShopClient::new(exchange, tokens, tenant, integration, cipher), found))
    }

    /// The tenant's integrations, ended ones too.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn integrations(&self, access: &Access) -> Result<Vec<Integration>> {
        let found = self.tokens().integrations(access.tenant()).await?;
        Ok(found.into_iter().map(|found| found.record).collect())
    }

    /// The tenant's open shops.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn shops(&self, access: &Access) -> Result<Vec<Shop>> {
        let found = self.shop_data().shops(access.tenant()).await?;
        let shops = found.into_iter().map(|found| found.record);
        Ok(shops.filter(|shop| shop.closed_at.is_none()).collect())
    }

    /// A synced order.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn order(&self, access: &Access, id: &OrderId) -> Result<Option<Order>> {
        Ok(self.shop_data().order(access.tenant(), id).await?.map(|found| found.record))
    }

    /// Synced orders of a shop, newest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn orders(
        &self,
        access: &Access,
        shop: &ShopRef,
        page: PageRequest,
    ) -> Result<Page<Order>> {
        let page = self.shop_data().orders(access.tenant(), shop, page).await?;
        page.try_map(|found| Ok(found.record))
    }

    /// Synced creators of the tenant.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn creators(&self, access: &Access, page: PageRequest) -> Result<Page<Creator>> {
        let page = self.shop_data().creators(access.tenant(), page).await?;
        page.try_map(|found| Ok(found.record))
    }

    /// Opens what is known of an order's buyer; `None` if nothing is.
    ///
    /// # Errors
    /// When the stored value does not open.
    pub fn buyer(&self, order: &Order) -> Result<Option<Buyer>> {
        let Some(sealed) = &order.buyer else {
            return Ok(None);
        };
        let key = Key::of(order.tenant_id, &order.order_id).to_bytes();
        let context = SealContext::field(Order::TYPE.name, "buyer", Some(order.tenant_id), &key);
        let opened = self.inner.exchange.env.keyring.open(&context, sealed)?;
        let buyer: Buyer = serde_json::from_slice(opened.expose_secret()).map_err(|_unread| {
            alley_core::StoreError::corrupt(Order::TYPE.name, "the buyer is not of the known shape")
        })?;
        if buyer.v > Buyer::VERSION {
            let what = "the buyer was written by a newer version";
            return Err(alley_core::StoreError::corrupt(Order::TYPE.name, what).into());
        }
        Ok(Some(buyer))
    }

    /// Background work: refresh tokens that are due, carry out webhooks, remove what is done with. A
    /// door inside a unit of work has none.
    pub fn jobs(&self) -> Vec<Arc<dyn Job>> {
        if self.inner.exchange.is_joined() {
            return Vec::new();
        }
        vec![
            Arc::new(RefreshTokens { inner: self.inner.clone() }),
            Arc::new(Inbox { inner: self.inner.clone() }),
            Arc::new(Prune { inner: self.inner.clone() }),
        ]
    }

    /// The ports, for hosts that read more than the door shows.
    pub fn stores(&self) -> &Stores {
        &self.inner.stores
    }

    pub(crate) fn tokens(&self) -> &dyn TokenStore {
        self.inner.stores.tokens.as_ref()
    }

    pub(crate) fn shop_data(&self) -> &dyn ShopDataStore {
        self.inner.stores.shop_data.as_ref()
    }
}

/// Refreshes access tokens a day before they run out.
#[derive(Debug)]
struct RefreshTokens {
    inner: Arc<Inner>,
}

#[async_trait]
impl Job for RefreshTokens {
    fn name(&self) -> &'static str {
        "refresh-tokens"
    }

    fn every(&self) -> TimeDelta {
        TimeDelta::minutes(10)
    }

    async fn run_once(&self, limit: u32) -> Result<JobReport, JobError> {
        let now = self.inner.exchange.env.now();
        let due = self.inner.stores.tokens.tokens_due(now, limit).await?;
        let full = u32::try_from(due.len()).is_ok_and(|count| count >= limit);
        let mut report = JobReport::new(0, full);
        for found in due {
            let (tenant, id) = (found.record.tenant_id, found.record.integration_id);
            match self.inner.tokens.refresh_ahead(tenant, id).await {
                Ok(()) => report.done = report.done.saturating_add(1),
                Err(error) => report.failures.push(error.into()),
            }
        }
        Ok(report)
    }
}
