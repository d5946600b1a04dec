//! The job that carries out what webhooks ask for, and the one that removes what is done with.

use std::sync::Arc;

use alley_core::{Actor, Job, JobError, JobReport, Key, Purpose, ShopRef, Versioned, Write};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

use super::Inner;
use crate::connect::PendingAuthorization;
use crate::error::{Error, Result};
use crate::ids::OrderId;
use crate::inbox::{Effect, InboxEvent, KEPT, effect};
use crate::integration::DisconnectReason;
use crate::shop::Shop;
use crate::store::{DECISIONS, commit_shop_data, commit_tokens};

/// Carries out what webhooks ask for.
#[derive(Debug)]
pub(crate) struct Inbox {
    pub(crate) inner: Arc<Inner>,
}

#[async_trait]
impl Job for Inbox {
    fn name(&self) -> &'static str {
        "tiktok-inbox"
    }

    fn every(&self) -> TimeDelta {
        TimeDelta::seconds(1)
    }

    async fn run_once(&self, limit: u32) -> Result<JobReport, JobError> {
        let now = self.inner.exchange.env.now();
        let due = self.inner.stores.shop_data.inbox_due(now, limit).await?;
        let full = u32::try_from(due.len()).is_ok_and(|count| count >= limit);
        let mut report = JobReport::new(0, full);
        for event in due {
            match self.carry_out(&event.record).await {
                Ok(()) => {
                    self.inner.settle(event, InboxEvent::handled).await?;
                    report.done = report.done.saturating_add(1);
                }
                Err(error) => {
                    self.inner.settle(event, InboxEvent::failed).await?;
                    report.failures.push(error.into());
                }
            }
        }
        Ok(report)
    }
}

impl Inbox {
    /// Every effect may be carried out twice: the row is settled after it, not with it.
    async fn carry_out(&self, event: &InboxEvent) -> Result<()> {
        let Some(event) = event.open(&self.inner.exchange.env.keyring)? else {
            return Ok(());
        };
        match effect(&event) {
            Effect::OrderStatus { shop, order, status, at } => {
                self.order_status(&shop, &order, &status, at).await
            }
            Effect::SellerLeft { shop, at } => {
                for shop in self.inner.stores.shop_data.shops_by_ref(&shop).await? {
                    self.end(&shop.record, at).await?;
                }
                Ok(())
            }
            Effect::CreatorLeft { open_id, at } => {
                let tokens = self.inner.stores.tokens.as_ref();
                for found in tokens.integrations_of_seller(&open_id).await? {
                    let (tenant, id) = (found.record.tenant_id, found.record.integration_id);
                    let reason = DisconnectReason::Deauthorized;
                    let _ended = self
                        .inner
                        .end(tenant, id, PLATFORM, Purpose::ConnectedServices, reason, Some(at))
                        .await?;
                }
                Ok(())
            }
            Effect::EndsSoon { shop, at, ends_at } => {
                for shop in self.inner.stores.shop_data.shops_by_ref(&shop).await? {
                    self.warn(&shop.record, at, ends_at).await?;
                }
                Ok(())
            }
            Effect::Nothing => Ok(()),
        }
    }

    async fn end(&self, shop: &Shop, at: DateTime<Utc>) -> Result<()> {
        let (tenant, id) = (shop.tenant_id, shop.integration_id);
        let reason = DisconnectReason::Deauthorized;
        let _ended = self
            .inner
            .end(tenant, id, PLATFORM, Purpose::ConnectedServices, reason, Some(at))
            .await?;
        Ok(())
    }

    /// Sets the status if it is newer than what is known. An order that was not synced yet comes
    /// with the next sync.
    async fn order_status(
        &self,
        shop: &ShopRef,
        order: &OrderId,
        status: &str,
        at: DateTime<Utc>,
    ) -> Result<()> {
        let store = self.inner.stores.shop_data.as_ref();
        for shop in store.shops_by_ref(shop).await? {
            let mut settled = false;
            for _ in 0..DECISIONS {
                let found = store.order(shop.record.tenant_id, order).await?;
                let found = found.filter(|found| found.record.shop_id == shop.record.shop_id);
                let Some(Versioned { record, version: read, .. }) = found else {
                    settled = true;
                    break;
                };
                let Some(record) = record.with_status(status, at) else {
                    settled = true;
                    break;
                };
                let env = &self.inner.exchange.env;
                let commit = env.commit()?.change(Write::Update { record, read });
                match commit_shop_data(store, commit).await {
                    Ok(_) => {
                        settled = true;
                        break;
                    }
                    Err(error) if error.is_conflict() => {}
                    Err(error) => return Err(error.into()),
                }
            }
            if !settled {
                return Err(Error::Contended);
            }
        }
        Ok(())
    }

    async fn warn(
        &self,
        shop: &Shop,
        at: DateTime<Utc>,
        ends_at: Option<DateTime<Utc>>,
    ) -> Result<()> {
        let store = self.inner.stores.tokens.as_ref();
        for _ in 0..DECISIONS {
            let found = store.integration(shop.tenant_id, shop.integration_id).await?;
            let Some(Versioned { mut record, version: read, .. }) = found else {
                return Ok(());
            };
            if !record.is_live() || record.warned_at.is_some_and(|warned| warned >= at) {
                return Ok(());
            }
            record.warned_at = Some(at);
            record.authorization_ends_at = ends_at.or(record.authorization_ends_at);
            let commit = self.inner.exchange.env.commit()?.change(Write::Update { record, read });
            match commit_tokens(store, commit).await {
                Ok(_) => return Ok(()),
                Err(error) if error.is_conflict() => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Contended)
    }
}

impl Inner {
    async fn settle(
        &self,
        event: Versioned<InboxEvent>,
        turn: fn(InboxEvent, DateTime<Utc>) -> InboxEvent,
    ) -> Result<()> {
        let Versioned { record, version: read, .. } = event;
        let record = turn(record, self.exchange.env.now());
        let commit = self.exchange.env.commit()?.change(Write::Update { record, read });
        match commit_shop_data(self.stores.shop_data.as_ref(), commit).await {
            // Another process settled it.
            Err(error) if error.is_conflict() => Ok(()),
            other => other.map(drop).map_err(Error::from),
        }
    }
}

/// Removes webhooks that were handled, or given up, two days ago and authorizations that nobody
/// finished.
#[derive(Debug)]
pub(crate) struct Prune {
    pub(crate) inner: Arc<Inner>,
}

#[async_trait]
impl Job for Prune {
    fn name(&self) -> &'static str {
        "tiktok-prune"
    }

    fn every(&self) -> TimeDelta {
        TimeDelta::hours(1)
    }

    async fn run_once(&self, limit: u32) -> Result<JobReport, JobError> {
        let env = &self.inner.exchange.env;
        let (tokens, shop_data) =
            (self.inner.stores.tokens.as_ref(), self.inner.stores.shop_data.as_ref());
        let now = env.now();
        let events = shop_data.inbox_handled(now - KEPT, limit).await?;
        let pending = tokens.pending_expired(now, limit).await?;
        let count = events.len().max(pending.len());
        let full = u32::try_from(count).is_ok_and(|count| count >= limit);
        let mut report = JobReport::new(0, full);
        for event in events {
            let key = Key::global(&event.record.event_id);
            let write = Write::<InboxEvent>::Delete { key, read: event.version };
            let done = commit_shop_data(shop_data, env.commit()?.change(write)).await;
            report.done = report.done.saturating_add(u64::from(gone(done)?));
        }
        for pending in pending {
            let key = Key::of(pending.record.tenant_id, &pending.record.state_hash);
            let write = Write::<PendingAuthorization>::Delete { key, read: pending.version };
            let done = commit_tokens(tokens, env.commit()?.change(write)).await;
            report.done = report.done.saturating_add(u64::from(gone(done)?));
        }
        Ok(report)
    }
}

/// Whether this call removed it; somebody else may have been first.
fn gone(
    done: Result<alley_core::Committed, alley_core::StoreError>,
) -> Result<bool, alley_core::StoreError> {
    match done {
        Ok(_) => Ok(true),
        Err(error) if error.is_conflict() => Ok(false),
        Err(error) => Err(error),
    }
}

const PLATFORM: Actor = Actor::Platform("tiktok");
