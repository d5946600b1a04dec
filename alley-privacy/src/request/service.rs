//! Intake, proof and progress of requests.

use std::sync::Arc;

use alley_core::{
    AccountId, Actor, Digest32, Env, Json, Key, Purpose, Record as _, SealContext, TenantId,
    Versioned, Write,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use chrono_tz::Tz;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

use super::deadline::{Facts, deadline, rule_of};
use super::machine::{Event, Level, RequestState, RequestStatus, TransitionRefused};
use super::store::RequestStore;
use super::{PrivacyRequest, RequestId, RequestKind};
use crate::error::{Error, Result};

/// Takes requests in and moves them on.
#[derive(Clone, Debug)]
pub struct Requests {
    pub(crate) env: Env,
    pub(crate) store: Arc<dyn RequestStore>,
}

/// What the form asks for, and where it is acted.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Intake {
    /// Name of the organization; `None` for a private person.
    pub organization: Option<String>,
    /// E-mail address of the account or of who asks; empty if it was left out.
    pub email: String,
    /// What is asked for.
    pub kind: RequestKind,
    /// The tenant through which it came.
    pub tenant: Option<TenantId>,
    /// Id of the deadline rule (`eu_gdpr.dsr`, `us_ca_ccpa.dsr`); ignored for organizations.
    pub rule: String,
    /// The zone of the place where it is acted.
    pub zone: Tz,
    /// Holidays of that place.
    pub holidays: Vec<chrono::NaiveDate>,
}

impl Intake {
    /// A request of a private person under the GDPR, acted on in a place without holidays.
    pub fn new(email: impl Into<String>, kind: RequestKind) -> Self {
        Self {
            organization: None,
            email: email.into(),
            kind,
            tenant: None,
            rule: "eu_gdpr.dsr".to_owned(),
            zone: Tz::UTC,
            holidays: Vec::new(),
        }
    }
}

/// The answer to [`Requests::submit`]; the same whether the address is known or not.
#[derive(Debug)]
#[non_exhaustive]
pub struct Submitted {
    /// The request.
    pub id: RequestId,
    /// What was left out and should be asked for, once. The clock runs regardless.
    pub missing: Vec<&'static str>,
    /// The code to send to the address, where the kind asks for a proof. It exists nowhere else.
    pub code: Option<SecretString>,
}

/// The answer to [`Requests::prove`].
#[must_use]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Proof {
    /// The proof holds, at this level.
    Reached(Level),
    /// The code is wrong, used or too old, or there is no such request.
    Failed,
}

impl Requests {
    /// How long a code is good for.
    pub const CODE_LIFE: TimeDelta = TimeDelta::days(7);

    /// Takes a request in. The clock starts now, complete or not (a form cannot stop it).
    ///
    /// # Errors
    /// When the store, the keyring or the random source fails.
    ///
    /// # Cancel safety
    /// A dropped call leaves a request or none.
    pub async fn submit(&self, actor: Actor, intake: Intake) -> Result<Submitted> {
        let (env, kind) = (&self.env, intake.kind);
        let id: RequestId = env.id()?;
        let now = env.now();
        let key = Key::global(&id).to_bytes();
        let seal = |field, text: &str| {
            let context = SealContext::field(PrivacyRequest::TYPE.name, field, None, &key);
            env.keyring.seal(&context, text.as_bytes(), env.random.as_ref())
        };
        let email = intake.email.trim();
        let organization = intake.organization.as_deref().map(str::trim);
        let mut missing = Vec::new();
        if email.is_empty() {
            missing.push("account_email");
        }
        if organization == Some("") || (kind.is_of_organization() && organization.is_none()) {
            missing.push("organization_name");
        }
        let rule = rule_of(&intake.rule).filter(|_| !kind.is_of_organization());
        let dates =
            rule.map(|rule| deadline(rule, &Facts::new(now, intake.zone, intake.holidays.clone())));
        let code = (kind.level() > Level::None).then(|| self.code()).transpose()?;
        let mut state = RequestState::received();
        if code.is_some() {
            state.status = RequestStatus::Verifying;
        }
        let request = PrivacyRequest {
            id,
            tenant_id: intake.tenant,
            requester_id: None,
            kind,
            organization: organization.map(|name| seal("organization", name)).transpose()?,
            email: Some(seal("email", email)?),
            email_hash: Some(
                env.keyring.blind_index("privacy_request.email", email.to_lowercase().as_bytes()),
            ),
            state: state.status,
            progress: Json(state),
            challenge_hash: code.as_ref().map(|code| digest(code.expose_secret())),
            challenge_until: code.as_ref().map(|_| now + Self::CODE_LIFE),
            rule: rule.map(|rule| rule.id.to_owned()),
            received_at: now,
            due_date: dates.as_ref().map(|dates| dates.due_date),
            safe_date: dates.as_ref().map(|dates| dates.safe_date),
            plan_id: None,
            closed_at: None,
        };
        let audit = env.audit(actor, "request.submit", Purpose::SecurityLegal)?;
        let commit = env.commit()?.change(Write::Insert(request));
        self.store.commit(commit.audit(audit.target("privacy_request", id))).await?;
        Ok(Submitted { id, missing, code })
    }

    /// Checks the code that was sent to the address. It is good once. `level` is what the host adds
    /// to it: `Low` for the code alone, `Medium` with a session, `High` with a fresh sign-in and
    /// second factor; `account` is the session's account.
    ///
    /// # Errors
    /// When the store fails or others change the request again and again.
    ///
    /// # Cancel safety
    /// A dropped call counted the try or did not.
    pub async fn prove(
        &self,
        id: RequestId,
        code: &SecretString,
        level: Level,
        account: Option<AccountId>,
    ) -> Result<Proof> {
        for _ in 0..8 {
            let Some(found) = self.store.request(id).await? else {
                return Ok(Proof::Failed);
            };
            let Versioned { record: mut request, version, .. } = found;
            let now = self.env.now();
            let fresh = request.challenge_until.is_some_and(|until| until >= now);
            // Both sides are hashes of 256 random bits: comparing them tells nothing about either.
            let right = request.challenge_hash == Some(digest(code.expose_secret()));
            let good = fresh && right;
            let event = if good { Event::ProofOk(level) } else { Event::ProofFailed };
            let state = request.progress.0.after(&event, request.kind, false, false, now);
            let Ok(state) = state else {
                return Ok(Proof::Failed);
            };
            if good {
                request.requester_id = account;
                (request.challenge_hash, request.challenge_until) = (None, None);
            }
            self.set(&mut request, state);
            let commit = self.env.commit()?;
            let commit = commit.change(Write::Update { record: request, read: version });
            match self.store.commit(commit).await {
                Ok(_) if good => return Ok(Proof::Reached(level)),
                Ok(_) => return Ok(Proof::Failed),
                Err(error) if error.is_conflict() => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Contended { what: "privacy request" })
    }

    /// Lets an event happen to a request. Answers its new state, or why the event cannot happen.
    ///
    /// # Errors
    /// When there is no such request, the store fails, or others change it again and again.
    ///
    /// # Cancel safety
    /// A dropped call applied the event or did not.
    pub async fn transition(
        &self,
        actor: Actor,
        id: RequestId,
        event: &Event,
    ) -> Result<Result<RequestState, TransitionRefused>> {
        for _ in 0..8 {
            let Versioned { record: mut request, version, .. } = self.load(id).await?;
            let now = self.env.now();
            let rule = request.rule.as_deref().and_then(rule_of);
            let early = request.due_date.is_some_and(|due| now.date_naive() <= due);
            let may_extend = early && rule.is_some_and(|rule| rule.extended.is_some());
            let purging = request.plan_id.is_some();
            let state = request.progress.0.after(event, request.kind, may_extend, purging, now);
            let state = match state {
                Ok(state) => state,
                Err(refused) => return Ok(Err(refused)),
            };
            if let (Event::Extend, Some(rule)) = (event, rule) {
                let mut facts = Facts::new(request.received_at, Tz::UTC, Vec::new());
                facts.extended = true;
                let dates = deadline(rule, &facts);
                request.due_date = request.due_date.max(Some(dates.due_date));
                request.safe_date = request.safe_date.max(Some(dates.safe_date));
            }
            self.set(&mut request, state.clone());
            let audit = self.env.audit(actor, "request.move", Purpose::SecurityLegal)?;
            let commit = self.env.commit()?;
            let commit = commit.change(Write::Update { record: request, read: version });
            let commit = commit.audit(audit.target("privacy_request", id));
            match self.store.commit(commit).await {
                Ok(_) => return Ok(Ok(state)),
                Err(error) if error.is_conflict() => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Contended { what: "privacy request" })
    }

    /// A request.
    ///
    /// # Errors
    /// When there is no such request or the store fails.
    pub async fn load(&self, id: RequestId) -> Result<Versioned<PrivacyRequest>> {
        self.store.request(id).await?.ok_or(Error::Unknown { what: "privacy request" })
    }

    fn set(&self, request: &mut PrivacyRequest, state: RequestState) {
        request.state = state.status;
        if state.status.is_final() {
            request.closed_at = request.closed_at.or(Some(self.env.now()));
        }
        request.progress = Json(state);
    }

    fn code(&self) -> Result<SecretString> {
        let mut bytes = [0_u8; 32];
        self.env.random.fill(&mut bytes)?;
        Ok(SecretString::from(URL_SAFE_NO_PAD.encode(bytes)))
    }
}

fn digest(code: &str) -> Digest32 {
    Digest32::new(Sha256::digest(code.as_bytes()).into())
}
