//! Ending an integration, by whichever side.
//!
//! One commit marks the integration, deletes the tokens and tells the others
//! ([`Fact::IntegrationDisconnected`]); a process that dies at any point leaves either everything
//! or nothing of it. Closing the shops follows, and is repeated by the subscriber of that fact.
//!
//! TikTok Shop documents no call by which an app gives a seller's authorization back: the seller
//! takes it back in Seller Center, or it ends on its date. [`RevokeLeg`] says so instead of
//! claiming success.

use std::sync::Arc;

use alley_core::{
    Access, Actor, Fact, FactEntry, Key, LegReport, LegState, Purpose, RemoteLeg, Subscriber,
    SubscriberError, TenantId, Versioned, Write,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{Inner, Tiktok};
use crate::connect::may_manage;
use crate::error::{Error, Result};
use crate::ids::IntegrationId;
use crate::integration::{DisconnectReason, Integration, ends};
use crate::shop::Shop;
use crate::store::{DECISIONS, TokenChange, commit_shop_data, commit_tokens};
use crate::token::Token;

/// What came of a disconnection.
#[must_use]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Disconnected {
    /// It ended now.
    Now,
    /// It had ended before; nothing was changed.
    Before,
    /// There is no such integration in this tenant.
    Unknown,
}

impl Tiktok {
    /// Ends an integration: its tokens are gone when this returns, and erasure of what was synced
    /// begins with the fact that it commits. Asking again answers [`Disconnected::Before`].
    ///
    /// # Errors
    /// [`Error::NotAllowed`] unless an owner or administrator asks; when the store fails.
    ///
    /// # Cancel safety
    /// A dropped call may or may not have ended it; ask again.
    pub async fn disconnect(
        &self,
        access: &Access,
        integration: IntegrationId,
    ) -> Result<Disconnected> {
        if !may_manage(access) {
            return Err(Error::NotAllowed);
        }
        self.inner
            .end(
                access.tenant(),
                integration,
                access.actor(),
                access.purpose(),
                DisconnectReason::Requested,
                None,
            )
            .await
    }

    /// Acts on [`Fact::TenantClosed`] (ends every integration) and
    /// [`Fact::IntegrationDisconnected`] (closes the shops). Bears the same fact again.
    pub fn subscriber(&self) -> Arc<dyn Subscriber> {
        Arc::new(EndWithTenant { inner: self.inner.clone() })
    }

    /// What can be asked of TikTok Shop when a tenant goes.
    pub fn remote_leg(&self) -> Arc<dyn RemoteLeg> {
        Arc::new(RevokeLeg { inner: self.inner.clone() })
    }
}

impl Inner {
    /// Ends an integration. `noticed_at` is the time of a platform's notice, which must not end a
    /// newer authorization.
    pub(crate) async fn end(
        &self,
        tenant: TenantId,
        id: IntegrationId,
        actor: Actor,
        purpose: Purpose,
        reason: DisconnectReason,
        noticed_at: Option<DateTime<Utc>>,
    ) -> Result<Disconnected> {
        let env = &self.exchange.env;
        let store = self.stores.tokens.as_ref();
        for _ in 0..DECISIONS {
            let Some(found) = store.integration(tenant, id).await? else {
                return Ok(Disconnected::Unknown);
            };
            let stale = noticed_at.is_some_and(|at| !ends(&found.record, at));
            if !found.record.is_live() || stale {
                return Ok(Disconnected::Before);
            }
            let mut commit =
                env.commit::<TokenChange>()?
                    .change(Write::Update {
                        record: found.record.disconnected(reason, env.now()),
                        read: found.version,
                    })
                    .audit(
                        env.audit(actor, "integration.disconnect", purpose)?
                            .tenant(tenant)
                            .target("integration", id),
                    )
                    .fact(env.fact(Fact::IntegrationDisconnected {
                        tenant,
                        integration: id.to_string(),
                    })?);
            if let Some(token) = store.token(tenant, id).await? {
                let key = Key::of(tenant, &id);
                commit = commit.change(Write::<Token>::Delete { key, read: token.version });
            }
            match commit_tokens(store, commit).await {
                Ok(_) => {
                    self.close_shops(tenant, id).await?;
                    return Ok(Disconnected::Now);
                }
                Err(error) if error.is_conflict() => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Contended)
    }

    /// Closes the shops of an integration, so that no page of a sync under way is stored any more.
    pub(crate) async fn close_shops(&self, tenant: TenantId, id: IntegrationId) -> Result<()> {
        let env = &self.exchange.env;
        let store = self.stores.shop_data.as_ref();
        for _ in 0..DECISIONS {
            let shops = store.shops(tenant).await?;
            let open: Vec<Versioned<Shop>> = shops
                .into_iter()
                .filter(|shop| shop.record.integration_id == id && shop.record.closed_at.is_none())
                .collect();
            if open.is_empty() {
                return Ok(());
            }
            let mut commit = env.commit()?;
            for Versioned { record, version: read, .. } in open {
                let record = Shop { closed_at: Some(env.now()), ..record };
                commit = commit.change(Write::Update { record, read });
            }
            match commit_shop_data(store, commit).await {
                Ok(_) => return Ok(()),
                Err(error) if error.is_conflict() => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Contended)
    }
}

#[derive(Debug)]
struct EndWithTenant {
    inner: Arc<Inner>,
}

#[async_trait]
impl Subscriber for EndWithTenant {
    fn name(&self) -> &'static str {
        "tiktok"
    }

    async fn receive(&self, entry: &FactEntry) -> Result<(), SubscriberError> {
        let done = match &entry.fact {
            Fact::TenantClosed { tenant } => self.end_all(*tenant).await,
            Fact::IntegrationDisconnected { tenant, integration } => match integration.parse() {
                Ok(id) => self.inner.close_shops(*tenant, id).await,
                // An integration of another crate or host.
                Err(_) => Ok(()),
            },
            _ => Ok(()),
        };
        done.map_err(|error| SubscriberError::new("tiktok", error))
    }
}

impl EndWithTenant {
    async fn end_all(&self, tenant: TenantId) -> Result<()> {
        for found in self.inner.stores.tokens.integrations(tenant).await? {
            let id = found.record.integration_id;
            let reason = DisconnectReason::TenantClosed;
            let purpose = Purpose::SecurityLegal;
            let actor = Actor::Job("deliver-facts");
            let _ended = self.inner.end(tenant, id, actor, purpose, reason, None).await?;
        }
        Ok(())
    }
}

/// What can be asked of TikTok Shop when a tenant goes: nothing, once our tokens are deleted. The
/// seller's grant stays on the platform's side until the seller removes it or it ends.
#[derive(Debug)]
struct RevokeLeg {
    inner: Arc<Inner>,
}

#[async_trait]
impl RemoteLeg for RevokeLeg {
    fn subprocessor(&self) -> &'static str {
        "tiktok"
    }

    async fn advance(&self, tenant: TenantId) -> Result<LegReport, alley_core::JobError> {
        let integrations = self.inner.stores.tokens.integrations(tenant).await?;
        Ok(leg(integrations.iter().map(|found| &found.record), self.inner.exchange.env.now()))
    }
}

/// How far a tenant's grants at TikTok are: `Running` while an integration lives here, `Refused`
/// (`no_revocation_call`) while a grant may stand on the platform's side, `Done` when each was
/// taken back by the seller or has reached its end.
fn leg<'a>(
    integrations: impl IntoIterator<Item = &'a Integration>,
    now: DateTime<Utc>,
) -> LegReport {
    let mut stands = false;
    for integration in integrations {
        if integration.is_live() {
            return LegReport::new(LegState::Running);
        }
        let taken_back = integration.disconnect_reason == Some(DisconnectReason::Deauthorized);
        let over = integration.authorization_ends_at.is_some_and(|end| end <= now);
        stands |= !taken_back && !over;
    }
    if stands {
        LegReport::because(LegState::Refused, "no_revocation_call")
    } else {
        LegReport::new(LegState::Done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::integration::tests::sample;

    #[test]
    fn the_leg_never_claims_a_revocation_that_nobody_made() {
        let now = DateTime::from_timestamp(5_000, 0).unwrap();
        let ended = |reason| sample("a").disconnected(reason, now);
        let state = |integrations: &[Integration]| leg(integrations, now).state;
        assert_eq!(state(&[]), LegState::Done);
        assert_eq!(state(&[sample("a")]), LegState::Running);
        assert_eq!(state(&[ended(DisconnectReason::Deauthorized)]), LegState::Done);
        let requested = ended(DisconnectReason::Requested);
        assert_eq!(state(std::slice::from_ref(&requested)), LegState::Refused);
        let over = Integration { authorization_ends_at: Some(now), ..requested };
        assert_eq!(state(std::slice::from_ref(&over)), LegState::Done);
        assert_eq!(state(&[over, sample("b")]), LegState::Running);
    }
}
