//! The tokens of an integration, and when they must be renewed.
//!
//! Whether TikTok Shop keeps an old refresh token alive is not documented, so a refresh is treated
//! as single-use. The intent to refresh is written before the call (`refreshing_since`), the new
//! pair in one commit after it. A process that dies between the two, or a caller that drops the
//! future there, leaves the intent behind, and a pair that was handed out is lost: the next one
//! tries the old refresh token once more, and if the platform does not take it, the integration
//! says [`ReconnectReason::RefreshOutcomeLost`] instead of failing without a reason. Across
//! processes one refresh at a time is seen to by a lease in the row, which only one commit can
//! take; within a process by a lock.

use alley_core::{
    Key, Keyring, Record, SealContext, SealError, Sealed, SecureRandom, TenantId, elements,
};
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use crate::ids::IntegrationId;
use crate::integration::ReconnectReason;
use crate::wire::{Wire, read};

/// The sealed tokens of an integration.
#[derive(Clone, Debug, Eq, PartialEq, Record)]
#[record(name = "token", domain = "tiktok", id = integration_id, tenant = tenant_id)]
#[record(owned_by(integration = integration_id))]
#[non_exhaustive]
pub struct Token {
    /// Whose tokens.
    #[record(technical)]
    pub integration_id: IntegrationId,
    /// Whose integration.
    #[record(technical)]
    pub tenant_id: TenantId,
    /// The access token.
    #[record(element = elements::CONNECTED_TOKEN)]
    pub access: Sealed,
    /// The refresh token that came with it.
    #[record(element = elements::CONNECTED_TOKEN)]
    pub refresh: Sealed,
    /// When the access token runs out, by the platform's own clock.
    #[record(technical)]
    pub access_expires_at: DateTime<Utc>,
    /// When the refresh token runs out.
    #[record(technical)]
    pub refresh_expires_at: DateTime<Utc>,
    /// Rises with each pair that is stored.
    #[record(technical)]
    pub generation: i64,
    /// A refresh was begun then, and what came of it is not stored.
    #[record(technical)]
    pub refreshing_since: Option<DateTime<Utc>>,
    /// Until then nobody else may refresh.
    #[record(technical)]
    pub lease_until: Option<DateTime<Utc>>,
    /// When a job should refresh; absent when there is no point.
    #[record(technical)]
    pub refresh_due_at: Option<DateTime<Utc>>,
    /// Why the seller has to authorize again.
    #[record(technical)]
    pub reconnect_reason: Option<ReconnectReason>,
}

/// A plain pair on its way between the wire and the seal. Nothing outside this crate sees it.
pub(crate) struct TokenSet {
    pub(crate) access: SecretString,
    pub(crate) refresh: SecretString,
    pub(crate) access_expires_at: DateTime<Utc>,
    pub(crate) refresh_expires_at: DateTime<Utc>,
}

impl Token {
    /// A row for a new pair, or for the next pair of a stored row.
    pub(crate) fn sealed(
        tenant: TenantId,
        id: IntegrationId,
        set: &TokenSet,
        generation: i64,
        keyring: &Keyring,
        random: &dyn SecureRandom,
    ) -> Result<Self, SealError> {
        let seal = |field, secret: &SecretString| {
            let key = Key::of(tenant, &id).to_bytes();
            let context = SealContext::field(Self::TYPE.name, field, Some(tenant), &key);
            keyring.seal(&context, secret.expose_secret().as_bytes(), random)
        };
        Ok(Self {
            integration_id: id,
            tenant_id: tenant,
            access: seal("access", &set.access)?,
            refresh: seal("refresh", &set.refresh)?,
            access_expires_at: set.access_expires_at,
            refresh_expires_at: set.refresh_expires_at,
            generation,
            refreshing_since: None,
            lease_until: None,
            refresh_due_at: Some(set.access_expires_at - REFRESH_AHEAD),
            reconnect_reason: None,
        })
    }

    pub(crate) fn open(
        &self,
        field: &'static str,
        keyring: &Keyring,
    ) -> Result<SecretString, alley_core::OpenError> {
        let key = Key::of(self.tenant_id, &self.integration_id).to_bytes();
        let context = SealContext::field(Self::TYPE.name, field, Some(self.tenant_id), &key);
        let sealed = if field == "access" { &self.access } else { &self.refresh };
        keyring.open_text(&context, sealed)
    }

    /// The same row with the lease taken and the intent written down. An older intent stays: it
    /// tells that an earlier outcome may be lost.
    pub(crate) fn claimed(mut self, now: DateTime<Utc>) -> Self {
        self.refreshing_since = self.refreshing_since.or(Some(now));
        self.lease_until = Some(now + LEASE);
        // Keeps the jobs of other processes away while this one is at it, and after a crash.
        self.refresh_due_at = Some(now + RETRY_AFTER);
        self
    }

    /// The same row after a refresh that failed. The intent is taken back only if the call
    /// certainly had no effect and no earlier one is open.
    pub(crate) fn released(mut self, keep_intent: bool, now: DateTime<Utc>) -> Self {
        self.lease_until = None;
        self.refresh_due_at = Some(now + RETRY_AFTER);
        if !keep_intent {
            self.refreshing_since = None;
        }
        self
    }

    /// The same row, of no use until the seller authorizes again.
    pub(crate) fn given_up(mut self, reason: ReconnectReason, now: DateTime<Utc>) -> Self {
        self.lease_until = None;
        self.refresh_due_at = None;
        self.reconnect_reason = Some(reason);
        if reason == ReconnectReason::TokenRefused {
            self.access_expires_at = self.access_expires_at.min(now);
        }
        self
    }
}

/// What has to happen before a call.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Need {
    /// The access token is good.
    Nothing,
    /// It must be refreshed, and the lease is free.
    Refresh,
    /// Somebody refreshes; look again, at the latest at this instant.
    Wait(DateTime<Utc>),
    /// The seller has to authorize again.
    Reconnect(ReconnectReason),
}

/// Decides for one row. `refused` is the generation of an access token that the platform said has
/// run out; `ahead` is how long before the end a token counts as run out.
pub(crate) fn need(
    token: &Token,
    refused: Option<i64>,
    ahead: TimeDelta,
    now: DateTime<Utc>,
) -> Need {
    let good = token.access_expires_at - ahead > now;
    if good && refused.is_none_or(|refused| refused < token.generation) {
        return Need::Nothing;
    }
    if let Some(reason) = token.reconnect_reason {
        return Need::Reconnect(reason);
    }
    if let Some(until) = token.lease_until.filter(|until| *until > now) {
        return Need::Wait(until);
    }
    if token.refresh_expires_at <= now {
        return Need::Reconnect(ReconnectReason::RefreshExpired);
    }
    Need::Refresh
}

/// Answer of the two token calls (Partner Center, "Authorization overview").
#[derive(Deserialize)]
pub(crate) struct TokenData {
    #[serde(default, deserialize_with = "read")]
    access_token: Option<Secret>,
    #[serde(default, deserialize_with = "read")]
    access_token_expire_in: Option<i64>,
    #[serde(default, deserialize_with = "read")]
    refresh_token: Option<Secret>,
    #[serde(default, deserialize_with = "read")]
    refresh_token_expire_in: Option<i64>,
    #[cfg(feature = "authorization")]
    #[serde(default, deserialize_with = "read")]
    pub(crate) open_id: Option<crate::wire::Text>,
    #[cfg(feature = "authorization")]
    #[serde(default, deserialize_with = "read")]
    pub(crate) seller_name: Option<crate::wire::Text>,
    #[cfg(feature = "authorization")]
    #[serde(default, deserialize_with = "read")]
    pub(crate) seller_base_region: Option<crate::wire::Text>,
    #[cfg(feature = "authorization")]
    #[serde(default, deserialize_with = "read")]
    pub(crate) user_type: Option<i64>,
    #[cfg(feature = "authorization")]
    #[serde(default, deserialize_with = "read")]
    pub(crate) granted_scopes: Vec<crate::wire::Text>,
}

impl TokenData {
    /// The pair; `None` if a part of it is missing.
    pub(crate) fn pair(&self) -> Option<TokenSet> {
        Some(TokenSet {
            access: self.access_token.as_ref()?.0.clone(),
            refresh: self.refresh_token.as_ref()?.0.clone(),
            access_expires_at: expiry(self.access_token_expire_in?)?,
            refresh_expires_at: expiry(self.refresh_token_expire_in?)?,
        })
    }
}

struct Secret(SecretString);

impl Wire for Secret {
    fn from_text(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| Self(SecretString::from(text)))
    }
}

/// `…_expire_in` is an absolute Unix time in spite of its name; adding it to the clock would make
/// every token live for half a century.
fn expiry(seconds: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(seconds, 0)
}

/// How long before its end an access token is no longer used.
pub(crate) const MARGIN: TimeDelta = TimeDelta::seconds(60);
/// How long before its end the job renews an access token (default life: 7 days).
pub(crate) const REFRESH_AHEAD: TimeDelta = TimeDelta::hours(24);
/// How long one refresh may take before another process may try.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// When the job tries again after a failure.
const RETRY_AFTER: TimeDelta = TimeDelta::minutes(10);

#[cfg(test)]
mod tests;
