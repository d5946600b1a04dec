//! A thin client of Stripe's API: the few calls that billing needs, read tolerantly.

use std::sync::Arc;
use std::time::Duration;

use alley_core::http::{RequestLimits, retry_after};
use alley_core::{Clock, Env, HttpTransport, SecureRandom, Timer};
use bytes::Bytes;
use chrono::TimeDelta;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method, Request, Response};
use secrecy::ExposeSecret as _;
use serde_json::Value;

use crate::config::Config;
use crate::error::{Error, RemoteError, Result};
use crate::form::Form;
use crate::idempotency::IdempotencyKey;
use crate::retry::{Attempt, RetryRule};
use crate::wire::{Malformed, Object};

mod calls;

pub(crate) use calls::Pages;

/// Speaks Stripe's API version 1 in the pinned version, under one key.
///
/// Every POST carries an idempotency key that belongs to the operation, so that all attempts of it
/// have one effect. Answers of any version from 2025-02-24.acacia on are read.
#[derive(Clone)]
pub struct StripeClient {
    transport: Arc<dyn HttpTransport>,
    clock: Arc<dyn Clock>,
    timer: Arc<dyn Timer>,
    random: Arc<dyn SecureRandom>,
    authorization: HeaderValue,
    base: String,
    retry: RetryRule,
}

impl std::fmt::Debug for StripeClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StripeClient").field("retry", &self.retry).finish_non_exhaustive()
    }
}

/// One call, before it is turned into requests.
struct Call<'a> {
    operation: &'static str,
    method: Method,
    path: String,
    form: Form,
    key: Option<&'a IdempotencyKey>,
}

impl Call<'_> {
    fn read(operation: &'static str, path: String, form: Form) -> Self {
        Self { operation, method: Method::GET, path, form, key: None }
    }

    fn remove(operation: &'static str, path: String) -> Self {
        Self { operation, method: Method::DELETE, path, form: Form::new(), key: None }
    }
}

impl<'a> Call<'a> {
    fn create(
        operation: &'static str,
        path: impl Into<String>,
        form: Form,
        key: &'a IdempotencyKey,
    ) -> Self {
        Self { operation, method: Method::POST, path: path.into(), form, key: Some(key) }
    }
}

/// A successful answer.
struct Answer {
    operation: &'static str,
    request_id: Option<String>,
    body: Value,
}

impl Answer {
    fn read<T>(&self, read: impl Fn(&Value) -> Result<T, Malformed>) -> Result<T> {
        read(&self.body).map_err(|source| self.malformed(source))
    }

    fn malformed(&self, source: Malformed) -> Error {
        Error::Answer { operation: self.operation, request_id: self.request_id.clone(), source }
    }
}

impl StripeClient {
    /// The version in which requests are made and answers wanted.
    pub const VERSION: &'static str = "2026-09-30.endive";

    const LIMITS: RequestLimits = RequestLimits::new(Duration::from_secs(30), 4 * 1024 * 1024);

    /// A client for the account of `config`.
    ///
    /// # Errors
    /// [`Error::Config`] when the key cannot be sent in a header.
    pub fn new(env: &Env, config: &Config) -> Result<Self> {
        let bearer = format!("Bearer {}", config.api_key().expose_secret());
        let mut authorization = HeaderValue::from_str(&bearer).map_err(|_illegal| {
            Error::Config("the API key holds characters that no header can carry")
        })?;
        authorization.set_sensitive(true);
        Ok(Self {
            transport: Arc::clone(&env.transport),
            clock: Arc::clone(&env.clock),
            timer: Arc::clone(&env.timer),
            random: Arc::clone(&env.random),
            authorization,
            base: config.base().to_owned(),
            retry: config.retry(),
        })
    }

    async fn send(&self, call: Call<'_>) -> Result<Answer> {
        let mut attempt = 1_u32;
        loop {
            let outcome = self.transport.send(self.request(&call)?, &Self::LIMITS).await;
            let seen = match &outcome {
                Ok(response) => Attempt::answer(
                    response.status(),
                    response.headers(),
                    retry_after(response.headers(), self.clock.now()),
                ),
                Err(_) => Attempt::NoAnswer,
            };
            let mut jitter = [0_u8; 1];
            self.random.fill(&mut jitter)?;
            let [jitter] = jitter;
            if let Some(wait) = self.retry.decide(attempt, seen, jitter) {
                self.timer.sleep(wait).await;
                attempt = attempt.saturating_add(1);
                continue;
            }
            return match outcome {
                Ok(response) => self.judge(call.operation, &response),
                Err(source) => Err(Error::NoAnswer { operation: call.operation, source }),
            };
        }
    }

    fn request(&self, call: &Call<'_>) -> Result<Request<Bytes>> {
        let form = call.form.encode();
        let in_query = call.method != Method::POST;
        let query = if in_query && !form.is_empty() { format!("?{form}") } else { String::new() };
        let mut request = Request::builder()
            .method(call.method.clone())
            .uri(format!("{}{}{query}", self.base, call.path))
            .header(AUTHORIZATION, self.authorization.clone())
            .header("stripe-version", Self::VERSION)
            .header(ACCEPT, "application/json")
            .header(USER_AGENT, concat!("alley-billing/", env!("CARGO_PKG_VERSION")));
        if let Some(key) = call.key {
            request = request.header("idempotency-key", key.as_str());
        }
        let body = if in_query {
            Bytes::new()
        } else {
            request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
            Bytes::from(form)
        };
        request
            .body(body)
            .map_err(|_illegal| Error::Invalid("an id or a key that no request can carry"))
    }

    fn judge(&self, operation: &'static str, response: &Response<Bytes>) -> Result<Answer> {
        let request_id = header(response.headers(), "request-id");
        if response.status().is_success() {
            let Ok(body) = serde_json::from_slice(response.body()) else {
                let source = Malformed::new("answer", "it is no JSON");
                return Err(Error::Answer { operation, request_id, source });
            };
            return Ok(Answer { operation, request_id, body });
        }
        let wait = retry_after(response.headers(), self.clock.now());
        Err(Error::Remote(remote_error(operation, response, request_id, wait)))
    }
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    let text = headers.get(name)?.to_str().ok()?;
    (text.len() <= 100).then(|| text.to_owned())
}

/// Reads an error body; anything that is not the documented shape leaves type and code absent.
fn remote_error(
    operation: &'static str,
    response: &Response<Bytes>,
    request_id: Option<String>,
    wait: Option<Duration>,
) -> RemoteError {
    let body: Value = serde_json::from_slice(response.body()).unwrap_or_default();
    let error = Object::new("error", &body).at("error");
    let word = |name| error.word(name).filter(|word| is_code(word));
    RemoteError {
        operation,
        status: response.status(),
        kind: word("type"),
        code: word("code"),
        request_id,
        retry_after: wait.and_then(|wait| TimeDelta::from_std(wait).ok()),
    }
}

/// Types and codes are words of a set; anything else could be text about a person.
fn is_code(word: &str) -> bool {
    word.len() <= 64
        && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_.".contains(&b))
}
