//! The second half of a sign-in, and how a second factor is judged wherever one is asked for.

use chrono::{DateTime, TimeDelta, Utc};

use super::work::{delete, update};
use super::{Accounts, MailKind, Mailing, PendingLogin, SignedIn};
use crate::account::Standing;
use crate::attempt::{ATTEMPTS, Applied};
use crate::audit::{Actor, AuditOutcome};
use crate::commit::{Commit, Versioned};
use crate::credential::{SecondFactor, SecondFactorProof, TotpCredential, TotpId, TotpState};
use crate::error::Error;
use crate::identity::Change;
use crate::ids::AccountId;
use crate::record::Record as _;
use crate::session::{Client, SignInProof};
use crate::token::{OneTimeToken, TokenPurpose};
use crate::totp::{CodeCheck, RecoveryCode, TotpSecret};
use crate::value::Digest32;

/// What came of a code.
#[must_use]
#[derive(Debug)]
#[non_exhaustive]
pub enum CompleteSignIn {
    /// A session has begun.
    SignedIn(SignedIn),
    /// Wrong, or used before.
    WrongCode {
        /// Codes that may still be tried; at 0 the person starts over with the password.
        left: u32,
    },
    /// The first half is unknown, used, too old or had too many codes: start over.
    Expired,
    /// Too many codes for this account.
    Throttled {
        /// When it makes sense to try again.
        retry_after: TimeDelta,
    },
}

impl CompleteSignIn {
    /// The session, if one has begun.
    pub fn signed_in(self) -> Option<SignedIn> {
        match self {
            Self::SignedIn(signed_in) => Some(signed_in),
            Self::WrongCode { .. } | Self::Expired | Self::Throttled { .. } => None,
        }
    }
}

/// Fewer unused recovery codes than this are low.
const FEW_CODES: usize = 3;

/// How a second factor was judged, and what has to be written with the decision.
pub(super) struct Judged {
    /// Which factor was right.
    pub(super) accepted: Option<SecondFactor>,
    /// The used step or code, or the counted failure.
    pub(super) changes: Vec<Change>,
    /// The authenticator whose code was right, if it was one.
    pub(super) totp: Option<TotpId>,
    /// Recovery codes left, if one was used.
    pub(super) codes_left: Option<usize>,
}

impl Accounts {
    /// Completes a sign-in with a TOTP code or a recovery code. Each step of an authenticator
    /// and each recovery code is used once, whoever calls how often at the same time.
    ///
    /// An attempt is counted before it is judged: many calls at once try no more codes than one
    /// after the other.
    ///
    /// # Errors
    /// When storage, the limiter or randomness fails: nobody is signed in then.
    ///
    /// # Cancel safety
    /// Dropping the future leaves a session that nobody has the token of, or none.
    pub async fn complete_sign_in(
        &self,
        pending: &PendingLogin,
        proof: SecondFactorProof<'_>,
        client: &Client,
    ) -> Result<CompleteSignIn, Error> {
        let purpose = TokenPurpose::SecondFactor;
        let Some(hash) = OneTimeToken::look_up(purpose, pending.expose()) else {
            return Ok(CompleteSignIn::Expired);
        };
        let Some(token) = self.stores.identity.token(hash).await? else {
            return Ok(CompleteSignIn::Expired);
        };
        if let Some(retry_after) = self.throttle_code(token.record.account_id).await? {
            return Ok(CompleteSignIn::Throttled { retry_after });
        }
        let Some(attempts) = self.spend_attempt(purpose, hash).await? else {
            return Ok(CompleteSignIn::Expired);
        };
        for _ in 0..ATTEMPTS {
            let Some(token) = self.stores.identity.token(hash).await? else {
                return Ok(CompleteSignIn::Expired);
            };
            let id = token.record.account_id;
            let account = self.stores.identity.account(id).await?;
            let now = self.env.now();
            let Some(account) = account.filter(|account| {
                token.record.proves(purpose, account.record.email_index, now)
                    && account.record.standing() == Standing::Good
            }) else {
                return Ok(CompleteSignIn::Expired);
            };
            let judged = self.judge_factor(id, proof, now).await?;
            let Some(factor) = judged.accepted else {
                self.count_failure("session.second_factor", Actor::Anonymous, id, judged).await?;
                let left = OneTimeToken::MOST_ATTEMPTS.saturating_sub(attempts);
                return Ok(CompleteSignIn::WrongCode { left });
            };
            let proof = SignInProof {
                account_id: id,
                password_at: token.record.issued_at,
                second_factor: Some(factor),
            };
            let (mut commit, mut signed_in) = self.begin_session(&account, &proof, client).await?;
            commit.changes.push(delete(&token));
            commit.changes.extend(judged.changes);
            self.note_code_use(&mut commit, id, judged.codes_left)?;
            if let Some(left) = judged.codes_left {
                let mail = self.mail(
                    &account.record,
                    MailKind::RecoveryCodeUsed { left, is_low: left < FEW_CODES },
                )?;
                signed_in.mailing = Mailing::of(mail);
            }
            if self.apply(commit).await? == Applied::Done {
                return Ok(CompleteSignIn::SignedIn(signed_in));
            }
        }
        Err(Error::Contended)
    }

    /// Counts one attempt on a token; how many there are with it, or none when there are no more
    /// to be had.
    pub(super) async fn spend_attempt(
        &self,
        purpose: TokenPurpose,
        hash: Digest32,
    ) -> Result<Option<u32>, Error> {
        for _ in 0..ATTEMPTS {
            let Some(token) = self.stores.identity.token(hash).await? else {
                return Ok(None);
            };
            let alive = token.record.purpose == purpose
                && self.env.now() < token.record.expires_at
                && token.record.attempts < OneTimeToken::MOST_ATTEMPTS;
            if !alive {
                return Ok(None);
            }
            let mut record = token.record;
            record.attempts = record.attempts.saturating_add(1);
            let attempts = record.attempts;
            let commit: Commit<Change> = self.env.commit()?;
            if self.apply(commit.change(update(record, token.version))).await? == Applied::Done {
                return Ok(Some(attempts));
            }
        }
        Err(Error::Contended)
    }

    /// Judges a second factor. The changes must be part of the commit that acts on it.
    pub(super) async fn judge_factor(
        &self,
        account: AccountId,
        proof: SecondFactorProof<'_>,
        now: DateTime<Utc>,
    ) -> Result<Judged, Error> {
        match proof {
            SecondFactorProof::Totp(typed) => {
                let totp = self.stores.identity.totp(account).await?;
                self.judge_totp(totp, typed, now)
            }
            SecondFactorProof::RecoveryCode(typed) => self.judge_recovery(account, typed).await,
        }
    }

    /// Writes down with a decision that a recovery code was used for it, if one was.
    pub(super) fn note_code_use(
        &self,
        commit: &mut Commit<Change>,
        account: AccountId,
        codes_left: Option<usize>,
    ) -> Result<(), Error> {
        if codes_left.is_some() {
            let entry = self.audit(Actor::Account(account), "recovery_code.use", Some(account))?;
            commit.audit.push(entry);
        }
        Ok(())
    }

    /// Writes down a wrong code. That others write at the same time may lose a count of the
    /// hundred; attempts on the token and the limiter are counted exactly.
    pub(super) async fn count_failure(
        &self,
        action: &'static str,
        actor: Actor,
        account: AccountId,
        judged: Judged,
    ) -> Result<(), Error> {
        let entry = self.audit(actor, action, Some(account))?;
        let entry = entry.outcome(AuditOutcome::Denied, "wrong_code");
        let mut commit: Commit<Change> = self.env.commit()?.audit(entry);
        commit.changes = judged.changes;
        if self.apply(commit).await? == Applied::Done {
            return Ok(());
        }
        self.deny(action, Some(account), "wrong_code").await
    }

    fn judge_totp(
        &self,
        totp: Vec<Versioned<TotpCredential>>,
        typed: &str,
        now: DateTime<Utc>,
    ) -> Result<Judged, Error> {
        let active = totp.into_iter().filter(|totp| totp.record.state(now) == TotpState::Active);
        let mut failures = Vec::new();
        let mut accepted = None;
        for totp in active {
            match self.check_code(&totp.record, typed, now)? {
                CodeCheck::Accepted { step } if accepted.is_none() => {
                    let id = totp.record.totp_id;
                    accepted = Some((id, update(totp.record.accepted(step, now), totp.version)));
                }
                CodeCheck::Accepted { .. } | CodeCheck::Rejected => {
                    failures.push(update(totp.record.failed(), totp.version));
                }
            }
        }
        Ok(match accepted {
            Some((id, change)) => Judged {
                accepted: Some(SecondFactor::Totp),
                changes: vec![change],
                totp: Some(id),
                codes_left: None,
            },
            None => Judged { accepted: None, changes: failures, totp: None, codes_left: None },
        })
    }

    /// Compares a code with a sealed secret.
    pub(super) fn check_code(
        &self,
        totp: &TotpCredential,
        typed: &str,
        now: DateTime<Utc>,
    ) -> Result<CodeCheck, Error> {
        let bytes = self.open::<TotpCredential>("secret", &totp.key(), &totp.secret)?;
        let secret = TotpSecret::from_bytes(&bytes).map_err(|_length| {
            crate::error::StoreError::corrupt(TotpCredential::TYPE.name, "a secret is too short")
        })?;
        Ok(self.config.totp.check(&secret, typed, totp.last_accepted(), now))
    }

    async fn judge_recovery(&self, account: AccountId, typed: &str) -> Result<Judged, Error> {
        let rejected = Judged { accepted: None, changes: Vec::new(), totp: None, codes_left: None };
        let Ok(code) = RecoveryCode::parse(typed) else {
            return Ok(rejected);
        };
        let mut found = None;
        for digest in code.digest_candidates(account, &self.env.keyring) {
            found = found.or(self.stores.identity.recovery_code(account, digest).await?);
        }
        let Some(found) = found else {
            return Ok(rejected);
        };
        let codes = self.stores.identity.recovery_codes(account).await?;
        Ok(Judged {
            accepted: Some(SecondFactor::RecoveryCode),
            changes: vec![delete(&found)],
            totp: None,
            codes_left: Some(codes.len().saturating_sub(1)),
        })
    }
}
