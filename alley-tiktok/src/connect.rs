//! Connecting a shop: to the authorize page and back.
//!
//! Partner Center, "Authorization overview" and "Authorization guide". The state that ties the way
//! back to the way there is ours to add; authorizations that begin in the seller app store come
//! back without one and wait until a member of the tenant claims them.

use alley_core::oauth::State;
use alley_core::{Access, Digest32, Record, Sealed, TenantId, elements, text_enum};
use chrono::{DateTime, Utc};
use secrecy::SecretString;

use crate::error::Error;
use crate::integration::Integration;
use crate::shop::Shop;

text_enum! {
    /// What an open authorization waits for.
    pub enum PendingKind {
        /// For the seller to come back.
        Begun => "begun",
        /// For a member to claim what came back without having been begun here.
        Unclaimed => "unclaimed",
    }
}

/// An authorization under way: single use, kept by the hash of its state.
#[derive(Clone, Debug, Eq, PartialEq, Record)]
#[record(name = "pending_authorization", domain = "tiktok", id = state_hash, tenant = tenant_id)]
#[record(anchor = expires_at, owned_by(tenant = tenant_id))]
#[non_exhaustive]
pub struct PendingAuthorization {
    /// SHA-256 of the state.
    #[record(technical)]
    pub state_hash: Digest32,
    /// For whom it was begun or may be claimed.
    #[record(technical)]
    pub tenant_id: TenantId,
    /// What it waits for.
    #[record(technical)]
    pub kind: PendingKind,
    /// The sealed code of an unclaimed one.
    #[record(element = elements::CONNECTED_TOKEN)]
    pub code: Option<Sealed>,
    /// When it was begun.
    #[record(technical)]
    pub created_at: DateTime<Utc>,
    /// From then on it is refused.
    #[record(technical)]
    pub expires_at: DateTime<Utc>,
}

/// Where to send the seller.
#[derive(Debug)]
#[non_exhaustive]
pub struct AuthorizationRequest {
    /// The address for the seller's browser; the state is in it.
    pub url: String,
    /// The state, for hosts that also tie it to a cookie.
    pub state: State,
    /// From then on the way back is refused.
    pub expires_at: DateTime<Utc>,
}

/// What the seller's browser came back with.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Callback {
    /// The code; good for 30 minutes, once.
    pub code: Option<SecretString>,
    /// The state, if the authorization was begun here.
    pub state: Option<SecretString>,
    /// `auth_denied` when the seller refused.
    pub error: Option<String>,
}

impl Callback {
    /// Reads the query of the redirect, without the question mark. Further parameters are passed
    /// over; the text `null` in place of a code is no code.
    pub fn parse(query: &str) -> Self {
        let mut callback = Self::default();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "code" if !value.is_empty() && value != "null" => {
                    callback.code = Some(SecretString::from(value.into_owned()));
                }
                "state" if !value.is_empty() => {
                    callback.state = Some(SecretString::from(value.into_owned()));
                }
                "error" if !value.is_empty() => callback.error = Some(value.into_owned()),
                _ => {}
            }
        }
        callback
    }
}

/// What came of a callback.
#[must_use]
#[derive(Debug)]
#[non_exhaustive]
pub enum ConnectOutcome {
    /// The seller is connected.
    Connected(Box<Connection>),
    /// It was not begun here. Ask a member whether the shop is theirs, then hand this back to
    /// `claim_authorization`.
    Unsolicited {
        /// Proves the callback; single use.
        claim: SecretString,
        /// From then on the code is dead.
        expires_at: DateTime<Utc>,
    },
    /// The seller refused.
    Denied,
    /// The state or claim is unknown in this tenant, was used before, or has run out.
    StateRefused,
    /// Neither code nor refusal came back.
    NoCode,
    /// A creator or a partner authorized, not a seller.
    NotASeller,
}

impl ConnectOutcome {
    /// The connection, if the seller is connected now.
    #[must_use]
    pub fn connection(self) -> Option<Connection> {
        match self {
            Self::Connected(connection) => Some(*connection),
            Self::Unsolicited { .. }
            | Self::Denied
            | Self::StateRefused
            | Self::NoCode
            | Self::NotASeller => None,
        }
    }
}

/// A connected seller.
#[derive(Debug)]
#[non_exhaustive]
pub struct Connection {
    /// The integration.
    pub integration: Integration,
    /// Its shops, or why they could not be listed: the integration is stored already, and
    /// `Tiktok::reload_shops` gets them later.
    pub shops: Result<Vec<Shop>, Error>,
}

/// Whether an open authorization may be used now.
#[cfg(feature = "authorization")]
pub(crate) fn usable(
    pending: &PendingAuthorization,
    kind: PendingKind,
    now: DateTime<Utc>,
) -> bool {
    pending.kind == kind && now < pending.expires_at
}

#[cfg(feature = "authorization")]
pub(crate) fn hash(state: &str) -> Digest32 {
    Digest32::new(<sha2::Sha256 as sha2::Digest>::digest(state.as_bytes()).into())
}

/// Only owners and administrators connect and disconnect.
pub(crate) fn may_manage(access: &Access) -> bool {
    access.is_admin()
}

/// How long a seller may take at the authorize page.
#[cfg(feature = "authorization")]
pub(crate) const STATE_LIFE: chrono::TimeDelta = chrono::TimeDelta::minutes(10);
/// How long a code lives (Partner Center, "Authorization overview").
#[cfg(feature = "authorization")]
pub(crate) const CODE_LIFE: chrono::TimeDelta = chrono::TimeDelta::minutes(30);

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn the_text_null_is_no_code() {
        let denied = Callback::parse("code=null&error=auth_denied&state=s");
        assert!(denied.code.is_none());
        assert_eq!(denied.error.as_deref(), Some("auth_denied"));
        let agreed = Callback::parse("app_key=k&code=a%2Bb&locale=en&state=s%3D");
        assert_eq!(agreed.code.unwrap().expose_secret(), "a+b");
        assert_eq!(agreed.state.unwrap().expose_secret(), "s=");
        assert!(Callback::parse("code=x").state.is_none());
    }

    #[cfg(feature = "authorization")]
    #[test]
    fn an_open_authorization_ends_on_time_and_keeps_to_its_kind() {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        let pending = PendingAuthorization {
            state_hash: hash("s"),
            tenant_id: TenantId::generate(DateTime::UNIX_EPOCH, &alley_core::SeededRandom::new(1))
                .unwrap(),
            kind: PendingKind::Begun,
            code: None,
            created_at: at(0),
            expires_at: at(600),
        };
        assert!(usable(&pending, PendingKind::Begun, at(599)));
        assert!(!usable(&pending, PendingKind::Begun, at(600)));
        assert!(!usable(&pending, PendingKind::Unclaimed, at(1)));
    }
}
