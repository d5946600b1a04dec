//! Sessions: check, rotate, list, end.

use chrono::{DateTime, TimeDelta, Utc};

use super::Accounts;
use super::work::{delete, update};
use crate::account::Account;
use crate::attempt::{ATTEMPTS, Applied};
use crate::audit::{Actor, AuditOutcome};
use crate::commit::{Commit, Versioned, Write};
use crate::error::Error;
use crate::identity::Change;
use crate::session::{
    ActiveSession, DeviceSession, Presented, Session, SessionCookie, SessionId, SessionState,
};

/// What a cookie is worth.
#[must_use]
#[derive(Debug)]
#[non_exhaustive]
pub enum SessionCheck {
    /// Somebody is signed in.
    Active(ActiveSession),
    /// Somebody was, until it took too long; the session is gone for good.
    Expired,
    /// Nobody is: not our cookie, a session that was ended, or a token that was replaced.
    Invalid,
}

impl SessionCheck {
    /// The session, if somebody is signed in.
    #[must_use]
    pub fn session(self) -> Option<ActiveSession> {
        match self {
            Self::Active(session) => Some(session),
            Self::Expired | Self::Invalid => None,
        }
    }
}

/// What came of replacing a session's token.
#[must_use]
#[derive(Debug)]
#[non_exhaustive]
pub enum Rotation {
    /// The session goes on under this cookie; the old one is worth nothing.
    Rotated(SessionCookie),
    /// Another call was first, moments ago. The session goes on under the cookie that it got.
    AlreadyRotated,
    /// There is no such session.
    Invalid,
}

impl Rotation {
    /// The cookie to set in the browser, if this call replaced the token.
    #[must_use]
    pub fn cookie(self) -> Option<SessionCookie> {
        match self {
            Self::Rotated(cookie) => Some(cookie),
            Self::AlreadyRotated | Self::Invalid => None,
        }
    }
}

/// Why a session may not do something.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum SessionRefused {
    /// It has ended, or its account may not be used.
    SignedOut,
    /// The sign-in was too long ago: sign in again.
    NotFresh,
    /// The sign-in was with one factor, and the account has two: sign in with both.
    OneFactorOnly,
}

/// A live session's account and row, or why there is none.
type Found = Result<(Versioned<Account>, Versioned<Session>), SessionRefused>;

impl Accounts {
    /// Judges the cookie of a request. A cookie without our signature costs no read; the use of
    /// a session is written down at most once a minute.
    ///
    /// # Errors
    /// When storage fails: treat the request as not signed in.
    ///
    /// # Cancel safety
    /// Safe to drop at any point.
    pub async fn check(&self, cookie: &str) -> Result<SessionCheck, Error> {
        let Some(presented) = Presented::read(cookie, &self.env.keyring) else {
            return Ok(SessionCheck::Invalid);
        };
        let limits = &self.config.sessions;
        for _ in 0..ATTEMPTS {
            let Some(found) = self.stores.identity.session_by_token(presented.hash).await? else {
                return Ok(SessionCheck::Invalid);
            };
            let now = self.env.now();
            let commit: Commit<Change> = self.env.commit()?;
            match found.record.state(limits, now) {
                SessionState::Live { touch: false } => {
                    let active = ActiveSession::new(&found.record, presented.reissue);
                    return Ok(SessionCheck::Active(active));
                }
                SessionState::Live { touch: true } => {
                    let mut seen = found.record;
                    seen.seen_at = now;
                    let active = ActiveSession::new(&seen, None);
                    let commit = commit.change(update(seen, found.version));
                    if self.apply(commit).await? == Applied::Done {
                        let active = active.with_reissue(presented.reissue);
                        return Ok(SessionCheck::Active(active));
                    }
                }
                SessionState::Expired => {
                    // Gone for good, also should the clock be set back.
                    if self.apply(commit.change(delete(&found))).await? == Applied::Done {
                        return Ok(SessionCheck::Expired);
                    }
                }
                SessionState::Rotated { since } => {
                    if since > limits.reuse_grace {
                        self.end_stolen(&found.record).await?;
                    }
                    return Ok(SessionCheck::Invalid);
                }
            }
        }
        Err(Error::Contended)
    }

    /// Replaces the token of a session. Of many calls with one cookie exactly one gets the new
    /// one.
    ///
    /// # Errors
    /// When storage or randomness fails.
    ///
    /// # Cancel safety
    /// Dropping the future may leave the session under a token that nobody has.
    pub async fn rotate(&self, cookie: &str) -> Result<Rotation, Error> {
        let Some(presented) = Presented::read(cookie, &self.env.keyring) else {
            return Ok(Rotation::Invalid);
        };
        for _ in 0..ATTEMPTS {
            let Some(found) = self.stores.identity.session_by_token(presented.hash).await? else {
                return Ok(Rotation::Invalid);
            };
            let now = self.env.now();
            match found.record.state(&self.config.sessions, now) {
                SessionState::Live { .. } => {}
                SessionState::Expired => return Ok(Rotation::Invalid),
                SessionState::Rotated { since } if since <= ROTATION_RACE => {
                    return Ok(Rotation::AlreadyRotated);
                }
                SessionState::Rotated { .. } => {
                    self.end_stolen(&found.record).await?;
                    return Ok(Rotation::Invalid);
                }
            }
            let mut commit: Commit<Change> = self.env.commit()?;
            let cookie = self.rotate_in(&mut commit, found)?;
            if self.apply(commit).await? == Applied::Done {
                return Ok(Rotation::Rotated(cookie));
            }
        }
        Err(Error::Contended)
    }

    /// The person's sessions, the last used first.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn devices(&self, session: &ActiveSession) -> Result<Vec<DeviceSession>, Error> {
        let now = self.env.now();
        let sessions = self.stores.identity.sessions(session.account()).await?;
        let mut devices: Vec<_> = sessions
            .into_iter()
            .filter(|row| {
                matches!(row.record.state(&self.config.sessions, now), SessionState::Live { .. })
            })
            .map(|row| DeviceSession::of(row.record, session.id()))
            .collect();
        devices.sort_by_key(|device| (std::cmp::Reverse(device.seen_at), device.id));
        Ok(devices)
    }

    /// Signs out: ends this session.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn sign_out(&self, session: &ActiveSession) -> Result<(), Error> {
        self.end_session(session, session.id()).await.map(|_| ())
    }

    /// Ends one of the person's sessions, at once and for every process. Answers whether there
    /// was such a session.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn end_session(
        &self,
        session: &ActiveSession,
        ended: SessionId,
    ) -> Result<bool, Error> {
        self.end_sessions(session, |rows| {
            let family = rows.iter().find(|row| row.record.session_id == ended);
            family.map(|row| row.record.family).into_iter().collect()
        })
        .await
        .map(|count| count > 0)
    }

    /// Ends all of the person's sessions, this one too. Answers how many there were.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn end_all_sessions(&self, session: &ActiveSession) -> Result<usize, Error> {
        self.end_sessions(session, |rows| rows.iter().map(|row| row.record.family).collect()).await
    }

    /// Ends all of the person's sessions but this one. Answers how many there were.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn end_other_sessions(&self, session: &ActiveSession) -> Result<usize, Error> {
        self.end_sessions(session, |rows| {
            let kept = rows.iter().find(|row| row.record.session_id == session.id());
            let kept = kept.map(|row| row.record.family);
            let families = rows.iter().map(|row| row.record.family);
            families.filter(|family| Some(*family) != kept).collect()
        })
        .await
    }

    /// A live session whose person has signed in a short time ago.
    pub(super) async fn fresh(
        &self,
        session: &ActiveSession,
        now: DateTime<Utc>,
    ) -> Result<Found, Error> {
        Ok(match self.signed_in(session, now).await? {
            None => Err(SessionRefused::SignedOut),
            Some((_, row)) if !row.record.is_fresh(&self.config.sessions, now) => {
                Err(SessionRefused::NotFresh)
            }
            Some(found) => Ok(found),
        })
    }

    /// Adds to a commit: this session goes on under a new token, all others of its account end.
    pub(super) async fn replace_sessions(
        &self,
        commit: &mut Commit<Change>,
        kept: Versioned<Session>,
    ) -> Result<SessionCookie, Error> {
        let others = self.stores.identity.sessions(kept.record.account_id).await?;
        let others = others.iter().filter(|row| row.record.family != kept.record.family);
        commit.changes.extend(others.map(delete));
        self.rotate_in(commit, kept)
    }

    fn rotate_in(
        &self,
        commit: &mut Commit<Change>,
        found: Versioned<Session>,
    ) -> Result<SessionCookie, Error> {
        let now = self.env.now();
        let sources = (self.env.keyring.as_ref(), self.env.random.as_ref());
        let (old, new, cookie) = found.record.rotate(self.env.id()?, now, sources)?;
        let account = new.account_id;
        commit.changes.push(update(old, found.version));
        commit.changes.push(Write::Insert(new).into());
        commit.audit.push(self.audit(Actor::Account(account), "session.rotate", Some(account))?);
        Ok(cookie)
    }

    /// Ends the sessions of these families, and answers how many of them were live.
    async fn end_sessions(
        &self,
        session: &ActiveSession,
        families: impl Fn(&[Versioned<Session>]) -> Vec<SessionId>,
    ) -> Result<usize, Error> {
        let id = session.account();
        for _ in 0..ATTEMPTS {
            let Some(account) = self.stores.identity.account(id).await? else {
                return Ok(0);
            };
            let now = self.env.now();
            let rows = self.stores.identity.sessions(id).await?;
            let families = families(&rows);
            let ended: Vec<_> =
                rows.iter().filter(|row| families.contains(&row.record.family)).collect();
            if ended.is_empty() {
                return Ok(0);
            }
            let is_live = |row: &&&Versioned<Session>| {
                matches!(row.record.state(&self.config.sessions, now), SessionState::Live { .. })
            };
            let count = ended.iter().filter(is_live).count();
            let mut commit: Commit<Change> = self.env.commit()?;
            commit.changes.extend(ended.into_iter().map(delete));
            let commit = commit
                .change(update(account.record.touched(now), account.version))
                .audit(self.audit(Actor::Account(id), "session.end", Some(id))?);
            if self.apply(commit).await? == Applied::Done {
                return Ok(count);
            }
        }
        Err(Error::Contended)
    }

    /// A token was used after it had been replaced: somebody has a copy, so the whole family ends.
    async fn end_stolen(&self, reused: &Session) -> Result<(), Error> {
        for _ in 0..ATTEMPTS {
            let rows = self.stores.identity.sessions(reused.account_id).await?;
            let family = rows.iter().filter(|row| row.record.family == reused.family);
            let mut commit: Commit<Change> = self.env.commit()?;
            commit.changes.extend(family.map(delete));
            if commit.changes.is_empty() {
                return Ok(());
            }
            let entry = self.audit(Actor::Anonymous, "session.reuse", Some(reused.account_id))?;
            let commit = commit.audit(entry.outcome(AuditOutcome::Denied, "token_was_rotated"));
            if self.apply(commit).await? == Applied::Done {
                return Ok(());
            }
        }
        Err(Error::Contended)
    }
}

/// Within this span after a rotation, another rotation of the old token is taken for a race of
/// two requests of one browser, not for theft.
const ROTATION_RACE: TimeDelta = TimeDelta::seconds(10);
