//! What a host sees of a session.

use chrono::{DateTime, Utc};

use super::{AssuranceLevel, Session, SessionCookie, SessionId};
use crate::ids::AccountId;

/// Proof that a request comes from a signed-in person. Only a checked cookie or a completed
/// sign-in makes one; it holds for the request that it was made for and is never stored.
#[derive(Debug)]
#[non_exhaustive]
pub struct ActiveSession {
    account: AccountId,
    session: SessionId,
    level: AssuranceLevel,
    signed_in_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    reissue: Option<SessionCookie>,
}

impl ActiveSession {
    pub(crate) fn new(session: &Session, reissue: Option<SessionCookie>) -> Self {
        Self {
            account: session.account_id,
            session: session.session_id,
            level: session.level(),
            signed_in_at: session.created_at,
            expires_at: session.expires_at,
            reissue,
        }
    }

    pub(crate) fn with_reissue(mut self, reissue: Option<SessionCookie>) -> Self {
        self.reissue = reissue;
        self
    }

    /// Who.
    pub const fn account(&self) -> AccountId {
        self.account
    }

    /// Which of the person's sessions.
    pub const fn id(&self) -> SessionId {
        self.session
    }

    /// How sure it is.
    pub const fn level(&self) -> AssuranceLevel {
        self.level
    }

    /// When the person signed in.
    pub const fn signed_in_at(&self) -> DateTime<Utc> {
        self.signed_in_at
    }

    /// When the session ends at the latest.
    pub const fn expires_at(&self) -> DateTime<Utc> {
        self.expires_at
    }

    /// The same session's cookie under the present signing key, if the presented one was signed
    /// with an older key: set it in the answer.
    pub const fn reissue(&self) -> Option<&SessionCookie> {
        self.reissue.as_ref()
    }
}

/// One line of a person's list of devices.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct DeviceSession {
    /// Names the session, to end it.
    pub id: SessionId,
    /// Whether it is the session that asked for the list.
    pub is_current: bool,
    /// How sure it is who is behind it.
    pub level: AssuranceLevel,
    /// When the person signed in.
    pub signed_in_at: DateTime<Utc>,
    /// When it was last used, give or take a minute.
    pub seen_at: DateTime<Utc>,
    /// What the host called the program.
    pub device: Option<String>,
    /// The network it was started from.
    pub network: Option<String>,
}

impl DeviceSession {
    pub(crate) fn of(session: Session, current: SessionId) -> Self {
        Self {
            is_current: session.session_id == current,
            level: session.level(),
            id: session.session_id,
            signed_in_at: session.created_at,
            seen_at: session.seen_at,
            device: session.device,
            network: session.network,
        }
    }
}
