//! HTTP as the crates see it: one port, and a policy for trying again.

#[cfg(feature = "reqwest")]
mod reqwest;
mod retry;
#[cfg(feature = "reqwest")]
mod timer;

#[cfg(feature = "reqwest")]
pub use self::reqwest::ReqwestTransport;
pub use self::retry::{
    Idempotency, RetryDecision, RetryOutcome, RetryPolicy, Retrying, retry_after,
};
#[cfg(feature = "reqwest")]
pub use self::timer::TokioTimer;

use std::error::Error as StdError;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};

/// Sends one request and gives back the reply.
///
/// # Contract
/// - A reply of any status is a reply. No redirect is followed, nothing is tried again, no cookie
///   is kept, no header is added that would change a signature.
/// - Both limits hold: the whole exchange ends within the time, and no more of the body is read
///   than allowed.
/// - An error tells honestly whether the request can have reached the other side
///   ([`TransportError::is_safe_to_retry`]).
/// - Neither errors nor logs hold the query of the URL, headers or bodies: secrets travel there.
#[async_trait]
pub trait HttpTransport: std::fmt::Debug + Send + Sync + 'static {
    /// Sends `request`, whose URI is absolute.
    ///
    /// # Errors
    /// When there is no reply within the limits.
    ///
    /// # Cancel safety
    /// Dropping the future gives up the exchange; the request may have arrived.
    async fn send(
        &self,
        request: Request<Bytes>,
        limits: &RequestLimits,
    ) -> Result<Response<Bytes>, TransportError>;
}

/// What one exchange may take.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct RequestLimits {
    /// From the call to the last octet of the reply.
    pub timeout: Duration,
    /// Most octets of the reply's body.
    pub max_body_bytes: usize,
}

impl RequestLimits {
    /// Takes both limits.
    pub const fn new(timeout: Duration, max_body_bytes: usize) -> Self {
        Self { timeout, max_body_bytes }
    }
}

impl Default for RequestLimits {
    /// Ten seconds and 256 KiB.
    fn default() -> Self {
        Self::new(Duration::from_secs(10), 256 * 1024)
    }
}

/// There was no reply. Never holds the URL, headers or a body.
#[derive(Debug, thiserror::Error)]
#[error("HTTP request got no reply: {kind}")]
pub struct TransportError {
    kind: TransportErrorKind,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// Why there was no reply.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// No connection came about; the request was not sent.
    #[error("no connection")]
    Connect,
    /// The time was over; the request may have arrived.
    #[error("time is over")]
    Timeout,
    /// The connection broke after the request, or part of it, was sent.
    #[error("connection was lost")]
    Interrupted,
    /// The reply was larger than allowed; the request has been answered.
    #[error("reply is larger than allowed")]
    BodyTooLarge,
    /// The request may not be sent: not HTTPS, no absolute URL, or it cannot be encoded.
    #[error("request refused before sending: it needs an absolute https URL")]
    Refused,
}

impl TransportError {
    /// An error without a cause to show.
    pub const fn new(kind: TransportErrorKind) -> Self {
        Self { kind, source: None }
    }

    /// An error with its cause, which must not hold the URL's query, headers or bodies.
    pub fn with_source(
        kind: TransportErrorKind,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        Self { kind, source: Some(source.into()) }
    }

    /// Why there was no reply.
    pub const fn kind(&self) -> TransportErrorKind {
        self.kind
    }

    /// Whether the request certainly did not reach the other side for want of a connection, so
    /// that sending it again cannot do anything twice.
    pub const fn is_safe_to_retry(&self) -> bool {
        self.kind.is_safe_to_retry()
    }
}

impl TransportErrorKind {
    /// As [`TransportError::is_safe_to_retry`].
    pub const fn is_safe_to_retry(self) -> bool {
        matches!(self, Self::Connect)
    }
}
