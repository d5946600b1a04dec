//! One signed call: build, send, read, and decide whether to try again. No knowledge of operations.

use alley_core::Env;
use alley_core::http::{
    Idempotency, RetryDecision, RetryOutcome, RetryPolicy, TransportError, TransportErrorKind,
    retry_after,
};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use serde::de::DeserializeOwned;

use crate::app::Config;
use crate::envelope::{Answer, Opened, Refusal, RefusalClass, open};
use crate::error::{Error, Result};
use crate::operation::Parameters;
use crate::sign::RequestSigner;
use crate::text;

/// A call that is ready but for time, signature and token.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) name: &'static str,
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) parameters: Parameters,
    pub(crate) cipher: Option<String>,
    pub(crate) body: Option<Bytes>,
    pub(crate) idempotency: Idempotency,
}

/// Sends calls of one app.
#[derive(Debug)]
pub(crate) struct Exchange {
    pub(crate) env: Env,
    pub(crate) config: Config,
    signer: RequestSigner,
    /// Belongs to a door inside a unit of work.
    joined: bool,
}

impl Exchange {
    pub(crate) fn new(env: Env, config: Config) -> Self {
        let signer = RequestSigner::new(&config.app.secret);
        Self { env, config, signer, joined: false }
    }

    /// The same, for a door inside a unit of work: it calls nobody.
    pub(crate) fn joined(&self) -> Self {
        Self { joined: true, ..Self::new(self.env.clone(), self.config.clone()) }
    }

    pub(crate) const fn is_joined(&self) -> bool {
        self.joined
    }

    /// Refuses calls inside a unit of work. Asked before anything is written for a call, too.
    ///
    /// # Errors
    /// [`Error::InTransaction`].
    pub(crate) const fn may_call(&self) -> Result<()> {
        if self.joined { Err(Error::InTransaction) } else { Ok(()) }
    }

    /// Sends a signed call. Each attempt is signed anew, just before it goes out: the platform
    /// takes a timestamp of at most five minutes ago.
    pub(crate) async fn call<T: DeserializeOwned>(
        &self,
        call: &Call,
        token: &SecretString,
    ) -> Result<Answer<T>> {
        self.attempts(call.name, call.idempotency, || self.signed(call, token)).await
    }

    /// Sends an unsigned call to the authorization server. Secrets are in its query.
    pub(crate) async fn authorize<T: DeserializeOwned>(
        &self,
        name: &'static str,
        path: &str,
        query: &[(&str, &str)],
        idempotency: Idempotency,
    ) -> Result<Answer<T>> {
        let uri =
            format!("{}{path}?{}", self.config.endpoints.auth, text::query(query.iter().copied()));
        self.attempts(name, idempotency, || {
            Request::builder()
                .method(Method::GET)
                .uri(uri.as_str())
                .body(Bytes::new())
                .map_err(|_unbuildable| Error::InvalidRequest("the address cannot be built"))
        })
        .await
    }

    fn signed(&self, call: &Call, token: &SecretString) -> Result<Request<Bytes>> {
        let timestamp = self.env.now().timestamp().to_string();
        let mut query: Vec<(&str, &str)> = call.parameters.iter().collect();
        query.push(("app_key", &self.config.app.key));
        query.push(("timestamp", &timestamp));
        if let Some(cipher) = &call.cipher {
            query.push(("shop_cipher", cipher));
        }
        let body = call.body.clone().unwrap_or_default();
        let sign = self
            .signer
            .sign(&call.path, query.iter().copied(), Some(JSON), &body)
            .map_err(|_repeated| Error::InvalidRequest("a query parameter occurs twice"))?;
        query.push(("sign", &sign));
        let uri = format!("{}{}?{}", self.config.endpoints.api, call.path, text::query(query));
        let mut header = HeaderValue::from_str(token.expose_secret())
            .map_err(|_control| Error::InvalidRequest("the token is no header value"))?;
        header.set_sensitive(true);
        Request::builder()
            .method(call.method.clone())
            .uri(uri)
            .header(CONTENT_TYPE, JSON)
            .header("x-tts-access-token", header)
            .body(body)
            .map_err(|_unbuildable| Error::InvalidRequest("the address cannot be built"))
    }

    async fn attempts<T: DeserializeOwned>(
        &self,
        name: &'static str,
        idempotency: Idempotency,
        make: impl Fn() -> Result<Request<Bytes>> + Send + Sync,
    ) -> Result<Answer<T>> {
        self.may_call()?;
        let mut attempt = 1_u32;
        loop {
            let sent = self.env.transport.send(make()?, &self.config.limits).await;
            let (outcome, asked) = match judge(name, sent, self.env.now()) {
                Judged::Done(answer) => return Ok(answer),
                Judged::Failed(failed) => (failed.error, (failed.outcome, failed.retry_after)),
            };
            let next =
                decide(&self.config.retry, attempt, idempotency, asked, self.jitter(), &outcome);
            match next {
                RetryDecision::Stop => return Err(outcome),
                RetryDecision::Retry(wait) => self.env.timer.sleep(wait).await,
            }
            attempt = attempt.saturating_add(1);
        }
    }

    fn jitter(&self) -> u8 {
        let mut byte = [0];
        // Without randomness the longest wait is the polite one.
        self.env.random.fill(&mut byte).map_or(u8::MAX, |()| byte[0])
    }
}

enum Judged<T> {
    Done(Answer<T>),
    Failed(Failed),
}

struct Failed {
    error: Error,
    outcome: RetryOutcome,
    retry_after: Option<std::time::Duration>,
}

/// Reads what came back.
fn judge<T: DeserializeOwned>(
    operation: &'static str,
    sent: Result<Response<Bytes>, TransportError>,
    now: DateTime<Utc>,
) -> Judged<T> {
    let reply = match sent {
        Ok(reply) => reply,
        Err(source) => {
            let outcome = RetryOutcome::Failed(source.kind());
            let error = Error::Transport { operation, source };
            return Judged::Failed(Failed { error, outcome, retry_after: None });
        }
    };
    let status = reply.status();
    let retry_after = retry_after(reply.headers(), now);
    let (error, outcome) = match open(status, reply.body()) {
        Opened::Data(answer) => return Judged::Done(answer),
        Opened::Refused(refusal) => {
            let outcome = RetryOutcome::Status(effective(&refusal));
            (Error::Refused { operation, refusal }, outcome)
        }
        Opened::Unreadable { request_id } => {
            let error = Error::Unreadable { operation, status, request_id };
            (error, RetryOutcome::Status(StatusCode::BAD_REQUEST))
        }
    };
    Judged::Failed(Failed { error, outcome, retry_after })
}

/// The HTTP status that means the same as the code, for the retry policy.
const fn effective(refusal: &Refusal) -> StatusCode {
    match refusal.class {
        RefusalClass::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        RefusalClass::Internal => StatusCode::SERVICE_UNAVAILABLE,
        RefusalClass::PlatformTimeout => StatusCode::GATEWAY_TIMEOUT,
        _ => StatusCode::BAD_REQUEST,
    }
}

/// The policy, and one more case: a timestamp outside the window is refused before anything is
/// done, so that any call may be signed anew, once.
fn decide(
    policy: &RetryPolicy,
    attempt: u32,
    idempotency: Idempotency,
    (outcome, asked): (RetryOutcome, Option<std::time::Duration>),
    jitter: u8,
    error: &Error,
) -> RetryDecision {
    if error.class() == Some(RefusalClass::Clock) && attempt == 1 && policy.max_attempts > 1 {
        return RetryDecision::Retry(std::time::Duration::ZERO);
    }
    policy.decide(attempt, outcome, idempotency, asked, jitter)
}

/// Whether a failed call certainly had no effect at the other side.
pub(crate) fn had_no_effect(error: &Error) -> bool {
    match error {
        Error::Transport { source, .. } => {
            matches!(source.kind(), TransportErrorKind::Connect | TransportErrorKind::Refused)
        }
        Error::Refused { refusal, .. } => {
            !matches!(refusal.class, RefusalClass::Internal | RefusalClass::PlatformTimeout)
        }
        Error::InvalidRequest(_) | Error::InTransaction => true,
        _ => false,
    }
}

const JSON: &str = "application/json";

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(code: i64, message: &str) -> Error {
        let class = RefusalClass::of(code, message);
        Error::Refused { operation: "x", refusal: Refusal { code, class, request_id: None } }
    }

    fn again(error: &Error, attempt: u32, idempotency: Idempotency) -> bool {
        let outcome = match error {
            Error::Refused { refusal, .. } => RetryOutcome::Status(effective(refusal)),
            _ => RetryOutcome::Status(StatusCode::BAD_REQUEST),
        };
        let policy = RetryPolicy::default();
        let decision = decide(&policy, attempt, idempotency, (outcome, None), 0, error);
        decision != RetryDecision::Stop
    }

    #[test]
    fn writes_are_repeated_only_when_they_certainly_were_not_acted_on() {
        let limited = refused(36_009_002, "");
        let internal = refused(36_009_003, "");
        assert!(again(&limited, 1, Idempotency::Once));
        assert!(!again(&internal, 1, Idempotency::Once));
        assert!(again(&internal, 1, Idempotency::Idempotent));
        assert!(had_no_effect(&limited) && !had_no_effect(&internal));
    }

    #[test]
    fn a_clock_problem_is_signed_anew_once() {
        let clock = refused(36_009_004, "Invalid timestamp");
        assert!(again(&clock, 1, Idempotency::Once));
        assert!(!again(&clock, 2, Idempotency::Once));
        assert!(!again(&refused(36_009_004, "Invalid app key"), 1, Idempotency::Idempotent));
    }

    #[test]
    fn token_and_scope_problems_are_not_repeated_here() {
        for code in [105_001, 105_002, 105_005, 106_001, 101_000] {
            assert!(!again(&refused(code, ""), 1, Idempotency::Idempotent), "{code}");
        }
    }
}
