//! Sessions: what is stored of them, when they end, and the signed cookie that carries them.

mod cookie;
mod view;

pub use self::cookie::SessionCookie;
pub use self::view::{ActiveSession, DeviceSession};

pub(crate) use self::cookie::Presented;

use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::ExposeSecret as _;

use crate::commit::Versioned;
use crate::credential::SecondFactor;
use crate::ids::AccountId;
use crate::random::{RandomError, SecureRandom};
use crate::seal::Keyring;
use crate::value::Digest32;
use crate::{Record, elements, own_id, text_enum, token};

own_id! {
    /// Identifies a session; says nothing about its token.
    SessionId, SessionKind, "ses"
}

text_enum! {
    /// How sure it is who is behind a session (NIST SP 800-63B-4, section 2).
    pub enum AssuranceLevel {
        /// One factor.
        Aal1 => "aal1",
        /// Two factors.
        Aal2 => "aal2",
    }
}

/// A signed-in browser or program. Ending a session deletes its row; a row whose token was
/// rotated stays until it would have expired, so that use of the old token is noticed.
#[derive(Clone, Debug, Eq, PartialEq, Record)]
#[record(name = "session", domain = "core", id = session_id, subject = account_id)]
#[record(anchor = expires_at)]
#[record(owned_by(account = account_id))]
#[record(unique(by_token(token_hash)))]
#[non_exhaustive]
pub struct Session {
    /// Names the session.
    #[record(technical)]
    pub session_id: SessionId,
    /// Whose.
    #[record(technical)]
    pub account_id: AccountId,
    /// The first session of the chain of rotations that this one belongs to.
    #[record(technical)]
    pub family: SessionId,
    /// SHA-256 of the token's text.
    #[record(element = elements::ACCOUNT_SESSION)]
    pub token_hash: Digest32,
    /// When the person signed in.
    #[record(element = elements::ACCOUNT_SESSION)]
    pub created_at: DateTime<Utc>,
    /// When it was last used, give or take [`SessionLimits::touch_every`].
    #[record(element = elements::ACCOUNT_SESSION)]
    pub seen_at: DateTime<Utc>,
    /// From this instant on it is over, however busy it was.
    #[record(element = elements::ACCOUNT_SESSION)]
    pub expires_at: DateTime<Utc>,
    /// When the password was given.
    #[record(element = elements::ACCOUNT_SESSION)]
    pub password_at: DateTime<Utc>,
    /// Which second factor was given.
    #[record(element = elements::ACCOUNT_SESSION)]
    pub second_factor: Option<SecondFactor>,
    /// When the second factor was given.
    #[record(element = elements::ACCOUNT_SESSION)]
    pub second_factor_at: Option<DateTime<Utc>>,
    /// When its token was replaced; the token is worth nothing since.
    #[record(element = elements::ACCOUNT_SESSION)]
    pub rotated_at: Option<DateTime<Utc>>,
    /// What the host calls the program: `Firefox on Linux`.
    #[record(element = elements::ACCOUNT_SESSION)]
    pub device: Option<String>,
    /// The network it was started from, without the part that names a machine.
    #[record(element = elements::ACCOUNT_SESSION)]
    pub network: Option<String>,
}

impl Session {
    /// A session of a person who signed in at `now`, and what the browser keeps.
    pub(crate) fn start(
        session_id: SessionId,
        proof: &SignInProof,
        client: &Client,
        limits: &SessionLimits,
        now: DateTime<Utc>,
        (keyring, random): (&Keyring, &dyn SecureRandom),
    ) -> Result<(Self, SessionCookie), RandomError> {
        let token = token::draw(cookie::PREFIX, random)?;
        let session = Self {
            session_id,
            account_id: proof.account_id,
            family: session_id,
            token_hash: token::digest(token.expose_secret()),
            created_at: now,
            seen_at: now,
            expires_at: now.checked_add_signed(limits.absolute).unwrap_or(now),
            password_at: proof.password_at,
            second_factor: proof.second_factor,
            second_factor_at: proof.second_factor.map(|_| now),
            rotated_at: None,
            device: client.kept_device(),
            network: client.kept_network(),
        };
        Ok((session, SessionCookie::sign(&token, keyring)))
    }

    /// The session that goes on under a new token: this one, marked as rotated, its successor,
    /// and what the browser keeps. The end of the session stays where it was.
    pub(crate) fn rotate(
        self,
        session_id: SessionId,
        now: DateTime<Utc>,
        (keyring, random): (&Keyring, &dyn SecureRandom),
    ) -> Result<(Self, Self, SessionCookie), RandomError> {
        let token = token::draw(cookie::PREFIX, random)?;
        let mut old = self;
        let mut new = old.clone();
        old.rotated_at = Some(now);
        new.session_id = session_id;
        new.token_hash = token::digest(token.expose_secret());
        new.seen_at = now;
        Ok((old, new, SessionCookie::sign(&token, keyring)))
    }

    /// The level that its sign-in reached.
    pub const fn level(&self) -> AssuranceLevel {
        if self.second_factor_at.is_some() { AssuranceLevel::Aal2 } else { AssuranceLevel::Aal1 }
    }

    /// What a presented token of this session is worth at `now`.
    pub fn state(&self, limits: &SessionLimits, now: DateTime<Utc>) -> SessionState {
        if let Some(at) = self.rotated_at {
            return SessionState::Rotated { since: now.signed_duration_since(at) };
        }
        // A clock that was set back makes the span negative, which ends nothing and extends nothing.
        let unused = now.signed_duration_since(self.seen_at);
        if now >= self.expires_at || unused >= limits.idle {
            return SessionState::Expired;
        }
        SessionState::Live { touch: unused >= limits.touch_every }
    }

    /// Whether every factor it was started with was given within `limits.fresh`.
    pub fn is_fresh(&self, limits: &SessionLimits, now: DateTime<Utc>) -> bool {
        let is_recent = |at: DateTime<Utc>| now.signed_duration_since(at) < limits.fresh;
        is_recent(self.password_at) && self.second_factor_at.is_none_or(is_recent)
    }
}

/// What a session is started on.
#[derive(Clone, Copy)]
pub(crate) struct SignInProof {
    pub(crate) account_id: AccountId,
    pub(crate) password_at: DateTime<Utc>,
    pub(crate) second_factor: Option<SecondFactor>,
}

/// What a token is worth.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum SessionState {
    /// It proves a session.
    Live {
        /// Whether its use should be written down.
        touch: bool,
    },
    /// It did.
    Expired,
    /// It was replaced.
    Rotated {
        /// How long ago.
        since: TimeDelta,
    },
}

/// When sessions end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct SessionLimits {
    /// From sign-in to the end, at most.
    pub absolute: TimeDelta,
    /// Unused until the end, at most.
    pub idle: TimeDelta,
    /// Uses within this span are written down once.
    pub touch_every: TimeDelta,
    /// Use of a rotated token later than this is taken for theft and ends the whole family;
    /// within it, the token is refused and nothing else happens.
    pub reuse_grace: TimeDelta,
    /// How long after sign-in credentials can be changed without signing in again.
    pub fresh: TimeDelta,
    /// Sessions of one account, at most; the longest unused one ends for a new one.
    pub most_per_account: usize,
}

impl SessionLimits {
    /// 14 days, or 24 hours unused.
    pub const BALANCED: Self = Self {
        absolute: TimeDelta::days(14),
        idle: TimeDelta::hours(24),
        touch_every: TimeDelta::seconds(60),
        reuse_grace: TimeDelta::zero(),
        fresh: TimeDelta::minutes(10),
        most_per_account: 20,
    };

    /// 30 days, for one factor (NIST SP 800-63B-4, section 2.1.3).
    pub const AAL1: Self =
        Self { absolute: TimeDelta::days(30), idle: TimeDelta::days(30), ..Self::BALANCED };

    /// 24 hours, or one hour unused (section 2.2.3).
    pub const AAL2: Self =
        Self { absolute: TimeDelta::hours(24), idle: TimeDelta::hours(1), ..Self::BALANCED };

    /// 12 hours, or 15 minutes unused (section 2.3.3).
    pub const AAL3: Self =
        Self { absolute: TimeDelta::hours(12), idle: TimeDelta::minutes(15), ..Self::BALANCED };
}

impl Default for SessionLimits {
    fn default() -> Self {
        Self::BALANCED
    }
}

/// Which of an account's sessions give way to a new one: those that are over, and the longest
/// unused ones beyond the limit, with the old tokens of their families.
pub(crate) fn give_way<'a>(
    sessions: &'a [Versioned<Session>],
    limits: &SessionLimits,
    now: DateTime<Utc>,
) -> Vec<&'a Versioned<Session>> {
    let is_live =
        |session: &Session| matches!(session.state(limits, now), SessionState::Live { .. });
    let mut live: Vec<_> = sessions.iter().filter(|session| is_live(&session.record)).collect();
    live.sort_by_key(|session| (session.record.seen_at, session.record.session_id));
    let most = limits.most_per_account.max(1);
    let surplus = (live.len() + 1).saturating_sub(most);
    live.drain(..surplus.min(live.len()));
    let families: Vec<_> = live.iter().map(|session| session.record.family).collect();
    sessions.iter().filter(|session| !families.contains(&session.record.family)).collect()
}

/// What the host knows of the program at the other end.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Client {
    /// A coarse name of the program, for the person's list of devices. At most 100 characters
    /// of it are kept.
    pub device: Option<String>,
    /// The address that the connection came from. The host takes it from its own proxy, never
    /// from a header that anybody can send.
    pub address: Option<IpAddr>,
}

impl Client {
    /// A program of which nothing is known.
    pub fn new() -> Self {
        Self::default()
    }

    /// Names the program: `Firefox on Linux`.
    #[must_use]
    pub fn with_device(mut self, device: impl Into<String>) -> Self {
        self.device = Some(device.into());
        self
    }

    /// Says where the connection came from.
    #[must_use]
    pub const fn with_address(mut self, address: IpAddr) -> Self {
        self.address = Some(address);
        self
    }

    /// The name as it is kept.
    pub(crate) fn kept_device(&self) -> Option<String> {
        let device = self.device.as_ref()?;
        Some(device.chars().filter(|letter| !letter.is_control()).take(100).collect())
    }

    /// The network as it is kept: three of four octets, or the first 48 bits.
    pub(crate) fn kept_network(&self) -> Option<String> {
        Some(match self.address?.to_canonical() {
            IpAddr::V4(address) => {
                let [a, b, c, _] = address.octets();
                format!("{a}.{b}.{c}.0/24")
            }
            IpAddr::V6(address) => {
                let [a, b, c, ..] = address.segments();
                format!("{a:x}:{b:x}:{c:x}::/48")
            }
        })
    }
}

#[cfg(test)]
mod tests;
