//! When a request is sent again, and how long to wait before.

use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::header::RETRY_AFTER;
use http::{HeaderMap, Request, Response, StatusCode};

use super::{HttpTransport, RequestLimits, TransportError, TransportErrorKind};
use crate::clock::{Clock, Timer};
use crate::random::SecureRandom;

/// How often and at what distance a request is sent again.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// Times that a request is sent in all; 0 counts as 1.
    pub max_attempts: u32,
    /// The wait after the first attempt; it doubles with each further one.
    pub initial: Duration,
    /// The longest wait. A server that asks for more is not asked again.
    pub max: Duration,
}

/// Whether doing it twice is the same as doing it once.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "there is nothing between")]
pub enum Idempotency {
    /// A read, or a write under an idempotency key: may be sent again whatever happened.
    Idempotent,
    /// Sent again only if the other side certainly did not act on it.
    Once,
}

/// What came of an attempt.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "there is a reply or there is none")]
pub enum RetryOutcome {
    /// A reply.
    Status(StatusCode),
    /// No reply.
    Failed(TransportErrorKind),
}

/// What to do after an attempt.
#[must_use]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a request is sent again or it is not")]
pub enum RetryDecision {
    /// Send it again after this wait.
    Retry(Duration),
    /// The outcome stands.
    Stop,
}

impl RetryPolicy {
    /// Takes all three.
    pub const fn new(max_attempts: u32, initial: Duration, max: Duration) -> Self {
        Self { max_attempts, initial, max }
    }

    /// Decides after attempt number `attempt`, counted from 1.
    ///
    /// 429 and failed connections are tried again for every request, because the other side did
    /// not act; 500, 502, 503, 504, lost connections and time-outs only for idempotent ones. The
    /// wait lies between half and the whole of the doubled span, by `jitter` (0 to 255), and is
    /// never shorter than `retry_after`.
    pub fn decide(
        &self,
        attempt: u32,
        outcome: RetryOutcome,
        idempotency: Idempotency,
        retry_after: Option<Duration>,
        jitter: u8,
    ) -> RetryDecision {
        let repeatable = idempotency == Idempotency::Idempotent;
        let worth = match outcome {
            RetryOutcome::Status(StatusCode::TOO_MANY_REQUESTS) => true,
            RetryOutcome::Status(status) => {
                repeatable && matches!(status.as_u16(), 500 | 502 | 503 | 504)
            }
            RetryOutcome::Failed(kind) => {
                let unclear =
                    matches!(kind, TransportErrorKind::Timeout | TransportErrorKind::Interrupted);
                kind.is_safe_to_retry() || (repeatable && unclear)
            }
        };
        let asked = retry_after.unwrap_or_default();
        if !worth || attempt >= self.max_attempts || asked > self.max {
            return RetryDecision::Stop;
        }
        let doublings = attempt.saturating_sub(1).min(31);
        let whole = self.initial.saturating_mul(1 << doublings).min(self.max);
        let half = whole / 2;
        let wait = half + whole.saturating_sub(half) * u32::from(jitter) / 255;
        RetryDecision::Retry(wait.max(asked))
    }
}

impl Default for RetryPolicy {
    /// Three attempts, half a second, at most 30 seconds.
    fn default() -> Self {
        Self::new(3, Duration::from_millis(500), Duration::from_secs(30))
    }
}

/// How long the `Retry-After` of a reply asks to wait (RFC 9110, section 10.2.3), in seconds or as
/// a date. None if there is none that can be read; zero for a date that has passed.
pub fn retry_after(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than fit are longer than anybody waits.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let date = DateTime::parse_from_rfc2822(text).ok()?;
    Some(date.signed_duration_since(now).to_std().unwrap_or_default())
}

/// Sends requests with retries: the ports and the policy that it takes.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "borrowed parts, put together where it is used")]
pub struct Retrying<'a> {
    /// Sends.
    pub transport: &'a dyn HttpTransport,
    /// Tells the time that dates in `Retry-After` are compared with.
    pub clock: &'a dyn Clock,
    /// Waits.
    pub timer: &'a dyn Timer,
    /// Spreads the waits of many clients.
    pub random: &'a dyn SecureRandom,
    /// Decides.
    pub policy: RetryPolicy,
}

impl Retrying<'_> {
    /// Sends the request that `make` makes, again and again as the policy says. `make` gets the
    /// number of the attempt, from 1, and is called for each, so that each can be signed anew.
    /// The last reply is given back whatever its status.
    ///
    /// # Errors
    /// When the last attempt got no reply, or `make` fails.
    ///
    /// # Cancel safety
    /// Dropping the future gives up; the last request may have arrived.
    pub async fn send<E, F>(
        &self,
        limits: &RequestLimits,
        idempotency: Idempotency,
        mut make: F,
    ) -> Result<Response<Bytes>, E>
    where
        E: From<TransportError>,
        F: FnMut(u32) -> Result<Request<Bytes>, E> + Send,
    {
        let mut attempt = 1_u32;
        loop {
            let request = make(attempt)?;
            let result = self.transport.send(request, limits).await;
            let (outcome, asked) = match &result {
                Ok(reply) => (
                    RetryOutcome::Status(reply.status()),
                    retry_after(reply.headers(), self.clock.now()),
                ),
                Err(error) => (RetryOutcome::Failed(error.kind()), None),
            };
            match self.policy.decide(attempt, outcome, idempotency, asked, self.jitter()) {
                RetryDecision::Stop => return result.map_err(E::from),
                RetryDecision::Retry(wait) => self.timer.sleep(wait).await,
            }
            attempt = attempt.saturating_add(1);
        }
    }

    fn jitter(&self) -> u8 {
        let mut byte = [0];
        // Without randomness the longest wait is the polite one.
        self.random.fill(&mut byte).map_or(u8::MAX, |()| byte[0])
    }
}

#[cfg(test)]
mod tests;
