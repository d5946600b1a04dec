//! Sign-in with address and password.

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret as _, SecretString};

use super::work::{Guess, delete, update};
use super::{Accounts, Mailing};
use crate::account::{Account, Standing};
use crate::attempt::{ATTEMPTS, Applied};
use crate::audit::Actor;
use crate::commit::{Commit, Versioned, Write};
use crate::credential::{PasswordCredential, TotpCredential};
use crate::email::Email;
use crate::error::Error;
use crate::identity::Change;
use crate::ids::AccountId;
use crate::password::Password;
use crate::record::{Key, Record as _};
use crate::session::{
    ActiveSession, Client, Session, SessionCookie, SessionState, SignInProof, give_way,
};
use crate::token::{OneTimeToken, TokenPurpose};

/// What came of a sign-in.
#[must_use]
#[derive(Debug)]
#[non_exhaustive]
pub enum SignIn {
    /// A session has begun.
    SignedIn(SignedIn),
    /// The password is right, and the account asks for a second factor.
    SecondFactor(PendingLogin),
    /// No. Unknown address, wrong password, unverified, disabled or closed account and account
    /// without a password look alike; the audit trail knows which.
    Rejected,
    /// Too many attempts from this network address or for this e-mail address, whether an
    /// account exists or not.
    Throttled {
        /// When it makes sense to try again.
        retry_after: TimeDelta,
    },
}

impl SignIn {
    /// The session, if one has begun; `None` also when a second factor is asked for.
    pub fn signed_in(self) -> Option<SignedIn> {
        match self {
            Self::SignedIn(signed_in) => Some(signed_in),
            Self::SecondFactor(_) | Self::Rejected | Self::Throttled { .. } => None,
        }
    }
}

/// A session that has just begun.
#[must_use = "the person is signed in only if the host sets the cookie"]
#[derive(Debug)]
#[non_exhaustive]
pub struct SignedIn {
    /// To be set in the browser; shown once.
    pub cookie: SessionCookie,
    /// The session.
    pub session: ActiveSession,
    /// What the person must hear of, such as a used recovery code.
    pub mailing: Mailing,
}

/// Half of a sign-in: the password was right. Not a session, and of no use but to
/// [`Accounts::complete_sign_in`], within 10 minutes and for 5 codes.
#[must_use]
pub struct PendingLogin(SecretString);

impl PendingLogin {
    /// The text to keep in the browser between the two forms, as a cookie of its own.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Takes the text back; it is judged when a code is presented.
    pub fn from_text(text: impl Into<String>) -> Self {
        Self(SecretString::from(text.into()))
    }
}

impl std::fmt::Debug for PendingLogin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PendingLogin([REDACTED])")
    }
}

/// What the decision of a sign-in is made from.
struct Seen {
    account: Option<Versioned<Account>>,
    password: Option<Versioned<PasswordCredential>>,
    totp: Vec<Versioned<TotpCredential>>,
}

/// The decision. Pure.
enum Verdict<'a> {
    Reject(&'static str),
    SecondFactor(&'a Versioned<Account>),
    SignIn(&'a Versioned<Account>),
}

impl Seen {
    fn judge(&self, guess: &Guess) -> Verdict<'_> {
        let Some(account) = &self.account else {
            return Verdict::Reject("unknown_address");
        };
        match (guess, account.record.standing()) {
            (Guess::Wrong(reason), _) => Verdict::Reject(reason),
            (Guess::Right { .. }, Standing::Good) if self.has_second_factor() => {
                Verdict::SecondFactor(account)
            }
            (Guess::Right { .. }, Standing::Good) => Verdict::SignIn(account),
            (Guess::Right { .. }, standing) => Verdict::Reject(standing.code()),
        }
    }

    fn has_second_factor(&self) -> bool {
        self.totp.iter().any(|totp| totp.record.confirmed_at.is_some())
    }

    /// Whether both saw the same password; hashing it anew does not make it another.
    fn same_password(&self, other: &Self) -> bool {
        let chosen = |seen: &Self| seen.password.as_ref().map(|found| found.record.chosen_at);
        chosen(self) == chosen(other)
    }
}

impl Accounts {
    /// Signs in with address and password. Every call that is not throttled costs one password
    /// hash and the same reads, whatever it finds; and one of the
    /// [`LegacyVerifier`](crate::password::LegacyVerifier), if there is one.
    ///
    /// # Errors
    /// When storage, the limiter, randomness or hashing fails: nobody is signed in then.
    ///
    /// # Cancel safety
    /// Dropping the future leaves a session that nobody has the token of, or none.
    pub async fn sign_in(
        &self,
        email: &Email,
        password: &SecretString,
        client: &Client,
    ) -> Result<SignIn, Error> {
        // What is too long or holds NUL cannot be anybody's password; that says nothing of accounts.
        let Ok(guess) = self.config.password_policy.read(password.expose_secret()) else {
            return Ok(SignIn::Rejected);
        };
        let canonical = email.canonical();
        if let Some(retry_after) = self.throttle_password(&canonical, client).await? {
            return Ok(SignIn::Throttled { retry_after });
        }
        let first = self.look(email).await?;
        let judged = self.judge_password(guess, &first).await?;
        let mut seen = first;
        for _ in 0..ATTEMPTS {
            let account = seen.account.as_ref().map(|account| account.record.account_id);
            match seen.judge(&judged) {
                Verdict::Reject(reason) => {
                    self.deny("session.sign_in", account, reason).await?;
                    return Ok(SignIn::Rejected);
                }
                Verdict::SecondFactor(account) => {
                    if let Some(pending) = self.ask_second_factor(account).await? {
                        self.rehash(&judged, password, &seen).await;
                        return Ok(SignIn::SecondFactor(pending));
                    }
                }
                Verdict::SignIn(account) => {
                    let now = self.env.now();
                    let proof = SignInProof {
                        account_id: account.record.account_id,
                        password_at: now,
                        second_factor: None,
                    };
                    let (commit, signed_in) = self.begin_session(account, &proof, client).await?;
                    if self.apply(commit).await? == Applied::Done {
                        self.rehash(&judged, password, &seen).await;
                        return Ok(SignIn::SignedIn(signed_in));
                    }
                }
            }
            let again = self.look(email).await?;
            if !again.same_password(&seen) {
                // The password that was judged is not the account's any more.
                return Ok(SignIn::Rejected);
            }
            seen = again;
        }
        Err(Error::Contended)
    }

    /// A commit that begins a session, with the account as its guard; others end for it if there
    /// are too many.
    pub(super) async fn begin_session(
        &self,
        account: &Versioned<Account>,
        proof: &SignInProof,
        client: &Client,
    ) -> Result<(Commit<Change>, SignedIn), Error> {
        let now = self.env.now();
        let id = account.record.account_id;
        let limits = &self.config.sessions;
        let sources = (self.env.keyring.as_ref(), self.env.random.as_ref());
        let (session, cookie) =
            Session::start(self.env.id()?, proof, client, limits, now, sources)?;
        let others = self.stores.identity.sessions(id).await?;
        let mut commit: Commit<Change> = self.env.commit()?;
        let over = give_way(&others, limits, now);
        let surplus = |row: &&Versioned<Session>| {
            matches!(row.record.state(limits, now), SessionState::Live { .. })
        };
        if over.iter().any(surplus) {
            commit.audit.push(self.audit(Actor::Account(id), "session.surplus", Some(id))?);
        }
        commit.changes.extend(over.into_iter().map(delete));
        let entry = self.audit(Actor::Account(id), "session.sign_in", Some(id))?;
        let active = ActiveSession::new(&session, None);
        let commit = commit
            .change(Write::Insert(session))
            .change(update(account.record.clone().touched(now), account.version))
            .audit(entry);
        Ok((commit, SignedIn { cookie, session: active, mailing: Mailing::NONE }))
    }

    /// What is known of an address. An unknown one costs the same reads, of rows that do not exist.
    async fn look(&self, email: &Email) -> Result<Seen, Error> {
        let account = self.find(email).await?;
        let nobody: AccountId = self.env.id()?;
        let id = account.as_ref().map_or(nobody, |account| account.record.account_id);
        let password = self.stores.identity.password(id).await?;
        let totp = self.stores.identity.totp(id).await?;
        Ok(Seen { account, password, totp })
    }

    async fn judge_password(&self, guess: Password, seen: &Seen) -> Result<Guess, Error> {
        let stored = seen.password.as_ref().and_then(|stored| {
            // A hash that does not open is refused like a corrupt one.
            self.phc::<PasswordCredential>("hash", &stored.record.key(), &stored.record.hash).ok()
        });
        self.guess(guess, stored).await
    }

    async fn ask_second_factor(
        &self,
        account: &Versioned<Account>,
    ) -> Result<Option<PendingLogin>, Error> {
        let now: DateTime<Utc> = self.env.now();
        let id = account.record.account_id;
        let (token, text) = OneTimeToken::issue(
            TokenPurpose::SecondFactor,
            self.env.id()?,
            id,
            account.record.email_index,
            now,
            self.env.random.as_ref(),
        )?;
        let entry = self.audit(Actor::Account(id), "session.password_accepted", Some(id))?;
        let commit: Commit<Change> = self.env.commit()?;
        let commit = commit
            .change(Write::Insert(token))
            .change(update(account.record.clone().touched(now), account.version))
            .audit(entry);
        let applied = self.apply(commit).await?;
        Ok((applied == Applied::Done).then_some(PendingLogin(text)))
    }

    /// Hashes a right password anew if its hash is not up to date. A lost race or a failure
    /// leaves the older hash, which is good enough until the next sign-in.
    async fn rehash(&self, judged: &Guess, password: &SecretString, seen: &Seen) {
        if let Ok(Some(commit)) = self.renewed(judged, password, seen).await {
            let _lost_race = self.apply(commit).await;
        }
    }

    /// The commit of a hash that is made anew, if the stored one is not up to date.
    async fn renewed(
        &self,
        judged: &Guess,
        password: &SecretString,
        seen: &Seen,
    ) -> Result<Option<Commit<Change>>, Error> {
        let Some(stored) = &seen.password else {
            return Ok(None);
        };
        let sealed_with_older_key = self.env.keyring.needs_reseal(&stored.record.hash);
        let outdated = matches!(judged, Guess::Right { rehash: true }) || sealed_with_older_key;
        let read = self.config.password_policy.read(password.expose_secret());
        let (true, Ok(password)) = (outdated, read) else {
            return Ok(None);
        };
        let hash = self.hash(password).await?;
        let key: Key = stored.record.key();
        let mut record = stored.record.clone();
        record.hash =
            self.seal::<PasswordCredential>("hash", &key, hash.expose_phc().as_bytes())?;
        let commit: Commit<Change> = self.env.commit()?;
        Ok(Some(commit.change(update(record, stored.version))))
    }
}
