//! An integration: one seller's authorization of the app for one tenant.

use alley_core::{Json, Record, TenantId, elements, text_enum};
use chrono::{DateTime, Utc};

use crate::ids::IntegrationId;

text_enum! {
    /// How an integration stands.
    pub enum IntegrationState {
        /// Calls can be made.
        Connected => "connected",
        /// The seller has to authorize again; what was synced stays.
        ReconnectNeeded => "reconnect_needed",
        /// Ended by either side; tokens are gone and erasure has begun.
        Disconnected => "disconnected",
    }
}

text_enum! {
    /// Why a seller has to authorize again.
    pub enum ReconnectReason {
        /// The refresh token ran out.
        RefreshExpired => "refresh_expired",
        /// The platform does not know the refresh token (any more).
        RefreshRefused => "refresh_refused",
        /// A refresh was under way when the process died, the future was dropped, the line broke or
        /// the store stayed away, and the platform does not take the old refresh token any more:
        /// the new pair was handed out and lost.
        RefreshOutcomeLost => "refresh_outcome_lost",
        /// The platform refuses an access token that should be good.
        TokenRefused => "token_refused",
    }
}

text_enum! {
    /// Who ended an integration.
    pub enum DisconnectReason {
        /// A member of the tenant asked for it.
        Requested => "requested",
        /// The seller took the authorization back at TikTok.
        Deauthorized => "deauthorized",
        /// The tenant was closed.
        TenantClosed => "tenant_closed",
    }
}

/// One authorization.
#[derive(Clone, Eq, PartialEq, Record)]
#[record(name = "integration", domain = "tiktok", id = integration_id, tenant = tenant_id)]
#[record(anchor = disconnected_at, owned_by(tenant = tenant_id))]
#[record(unique(live_seller(tenant_id, open_id)))]
#[non_exhaustive]
pub struct Integration {
    /// Its id.
    #[record(technical)]
    pub integration_id: IntegrationId,
    /// Whose.
    #[record(technical)]
    pub tenant_id: TenantId,
    /// How it stands.
    #[record(technical)]
    pub state: IntegrationState,
    /// Why it must be renewed.
    #[record(technical)]
    pub reconnect_reason: Option<ReconnectReason>,
    /// Why it ended.
    #[record(technical)]
    pub disconnect_reason: Option<DisconnectReason>,
    /// The seller at TikTok Shop; absent once disconnected, so that a later authorization of the
    /// same seller is a new integration.
    #[record(element = elements::CONNECTED_SHOP)]
    pub open_id: Option<String>,
    /// The seller's name at TikTok Shop.
    #[record(element = elements::CONNECTED_SHOP)]
    pub seller_name: Option<String>,
    /// The seller's home region, ISO 3166.
    #[record(element = elements::CONNECTED_SHOP)]
    pub region: Option<String>,
    /// What the seller allowed.
    #[record(element = elements::CONNECTED_SCOPES)]
    pub scopes: Json<Vec<String>>,
    /// Of the latest authorization.
    #[record(technical)]
    pub connected_at: DateTime<Utc>,
    /// When the authorization ends unless it is renewed.
    #[record(technical)]
    pub authorization_ends_at: Option<DateTime<Utc>>,
    /// When the platform last warned of that end (webhook type 7, daily for 30 days).
    #[record(technical)]
    pub warned_at: Option<DateTime<Utc>>,
    /// When it ended.
    #[record(technical)]
    pub disconnected_at: Option<DateTime<Utc>>,
}

impl Integration {
    /// Whether it has not ended.
    pub fn is_live(&self) -> bool {
        self.state != IntegrationState::Disconnected
    }

    /// Whether the seller allowed a scope.
    pub fn allows(&self, scope: &str) -> bool {
        self.scopes.0.iter().any(|granted| granted == scope)
    }

    /// The same integration, ended.
    pub(crate) fn disconnected(mut self, reason: DisconnectReason, now: DateTime<Utc>) -> Self {
        self.state = IntegrationState::Disconnected;
        self.disconnect_reason = Some(reason);
        self.reconnect_reason = None;
        self.open_id = None;
        self.disconnected_at = Some(now);
        self
    }
}

impl std::fmt::Debug for Integration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Integration")
            .field("integration_id", &self.integration_id)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

/// The integration that a new authorization of this seller renews, if there is one.
#[cfg(feature = "authorization")]
pub(crate) fn renewed_by<'a>(
    integrations: &'a [alley_core::Versioned<Integration>],
    open_id: &str,
) -> Option<&'a alley_core::Versioned<Integration>> {
    integrations
        .iter()
        .find(|found| found.record.is_live() && found.record.open_id.as_deref() == Some(open_id))
}

/// Whether a notice that an authorization was taken back concerns the present one. A notice may
/// arrive 15 hours late, when the seller has long connected again; it must not end that.
pub(crate) fn ends(integration: &Integration, noticed_at: DateTime<Utc>) -> bool {
    integration.is_live() && noticed_at.timestamp() >= integration.connected_at.timestamp()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn sample(open_id: &str) -> Integration {
        Integration {
            integration_id: IntegrationId::generate(
                DateTime::UNIX_EPOCH,
                &alley_core::SeededRandom::new(1),
            )
            .unwrap(),
            tenant_id: TenantId::generate(DateTime::UNIX_EPOCH, &alley_core::SeededRandom::new(1))
                .unwrap(),
            state: IntegrationState::Connected,
            reconnect_reason: None,
            disconnect_reason: None,
            open_id: Some(open_id.to_owned()),
            seller_name: None,
            region: None,
            scopes: Json(vec!["seller.order.info".to_owned()]),
            connected_at: DateTime::from_timestamp(1_000, 500_000_000).unwrap(),
            authorization_ends_at: None,
            warned_at: None,
            disconnected_at: None,
        }
    }

    #[cfg(feature = "authorization")]
    #[test]
    fn only_a_live_integration_of_the_same_seller_is_renewed() {
        let now = DateTime::from_timestamp(2_000, 0).unwrap();
        let stored = |record| alley_core::Versioned::new(record, alley_core::Version::FIRST);
        let ended = sample("a").disconnected(DisconnectReason::Requested, now);
        assert_eq!(ended.open_id, None);
        let all = [stored(ended), stored(sample("b"))];
        assert!(renewed_by(&all, "a").is_none());
        assert!(renewed_by(&all, "b").is_some());
    }

    #[test]
    fn a_late_notice_does_not_end_a_newer_authorization() {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        let integration = sample("a");
        assert!(!ends(&integration, at(999)));
        assert!(ends(&integration, at(1_000)));
        let ended = integration.disconnected(DisconnectReason::Requested, at(1_001));
        assert!(!ends(&ended, at(2_000)));
    }
}
