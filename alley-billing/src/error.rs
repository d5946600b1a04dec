//! What can go wrong, in a form that a caller can act on.

use alley_core::http::TransportError;
use alley_core::{OpenError, Problem, RandomError, SealError, StoreError};
use chrono::TimeDelta;
use http::StatusCode;

use crate::wire::Malformed;

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why billing could not do what it was asked. Holds no body, no URL and no personal data.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The configuration cannot work; nothing was built.
    #[error("billing configuration: {0}")]
    Config(&'static str),
    /// An argument is not what the call needs.
    #[error("billing argument: {0}")]
    Invalid(&'static str),
    /// Only an owner or an administrator of the tenant may do this.
    #[error("only an owner or an administrator manages billing")]
    Forbidden,
    /// The tenant is closed or closing.
    #[error("the tenant is closing: billing takes no new orders")]
    Closing,
    /// A door inside a unit of work was asked for something that calls Stripe.
    #[error("refused in a transaction of the host: a rollback would not undo what Stripe does")]
    InTransaction,
    /// Stripe refused or failed.
    #[error(transparent)]
    Remote(#[from] RemoteError),
    /// Stripe gave no answer after all attempts; the outcome is unknown.
    #[error("stripe gave no answer to {operation}")]
    NoAnswer {
        /// Which call.
        operation: &'static str,
        /// What happened on the wire.
        #[source]
        source: TransportError,
    },
    /// Stripe answered something that cannot be read.
    #[error("stripe's answer to {operation} cannot be read")]
    Answer {
        /// Which call.
        operation: &'static str,
        /// Stripe's name of the call.
        request_id: Option<String>,
        /// What is wrong with it.
        #[source]
        source: Malformed,
    },
    /// The store failed.
    #[error("billing store")]
    Store(#[from] StoreError),
    /// A stored payload could not be sealed or opened.
    #[error("sealing a billing event")]
    Seal(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The random source failed.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// Others changed the same tenant's billing each time; nothing was written.
    #[error("billing of this tenant is changed by many at once")]
    Contended,
}

impl From<SealError> for Error {
    fn from(error: SealError) -> Self {
        Self::Seal(Box::new(error))
    }
}

impl From<OpenError> for Error {
    fn from(error: OpenError) -> Self {
        Self::Seal(Box::new(error))
    }
}

impl Error {
    /// Whether the same call may succeed later.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Remote(error) => error.is_retryable(),
            Self::NoAnswer { .. } | Self::Contended | Self::Random(_) => true,
            Self::Store(error) => error.is_retryable() || error.is_conflict(),
            _ => false,
        }
    }

    /// Whether Stripe refused and did nothing: repeating the same call brings the same refusal.
    pub(crate) fn is_final(&self) -> bool {
        matches!(self, Self::Remote(error)
            if error.status.is_client_error() && !error.is_retryable())
    }

    /// Whether Stripe said that there is no such object.
    pub(crate) fn is_missing(&self) -> bool {
        matches!(self, Self::Remote(error) if error.is_missing())
    }

    /// How long to wait before the same call makes sense.
    pub fn retry_after(&self) -> Option<TimeDelta> {
        match self {
            Self::Remote(error) => error.retry_after,
            _ => None,
        }
    }
}

impl From<&Error> for Problem {
    fn from(error: &Error) -> Self {
        let problem = |status, code, text: &str| Self::new(status, code, text);
        match error {
            Error::Store(error) => error.into(),
            Error::Forbidden => {
                problem(StatusCode::FORBIDDEN, "forbidden", "Ask an owner or administrator.")
            }
            Error::Closing => problem(StatusCode::CONFLICT, "closing", "This account is closing."),
            Error::Invalid(_) => {
                problem(StatusCode::BAD_REQUEST, "invalid", "The request cannot be used.")
            }
            Error::Contended => {
                problem(StatusCode::SERVICE_UNAVAILABLE, "contended", "Try again in a moment.")
                    .retry_after(TimeDelta::seconds(1))
            }
            Error::Remote(_) | Error::NoAnswer { .. } | Error::Answer { .. } => {
                let text = "The payment service cannot be reached properly. Try again later.";
                let wait = error.retry_after().unwrap_or(TimeDelta::seconds(30));
                problem(StatusCode::BAD_GATEWAY, "payment_service", text).retry_after(wait)
            }
            Error::Config(_) | Error::InTransaction | Error::Seal(_) | Error::Random(_) => problem(
                StatusCode::INTERNAL_SERVER_ERROR,
                "internal",
                "Something went wrong on our side.",
            ),
        }
    }
}

/// Stripe answered with an error. Type and code are kept, message and objects never: they hold
/// personal data.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "stripe answered {operation} with {status}, type {}, code {}, request {}",
    .kind.as_deref().unwrap_or("none"),
    .code.as_deref().unwrap_or("none"),
    .request_id.as_deref().unwrap_or("none")
)]
#[non_exhaustive]
pub struct RemoteError {
    /// Which call.
    pub operation: &'static str,
    /// The status.
    pub status: StatusCode,
    /// `type` of the error object: `invalid_request_error`, `card_error`, …; an open set.
    pub kind: Option<String>,
    /// `code` of the error object: `resource_missing`, `lock_timeout`, …; an open set.
    pub code: Option<String>,
    /// Stripe's name of the call, for their support.
    pub request_id: Option<String>,
    /// What `Retry-After` asked for.
    pub retry_after: Option<TimeDelta>,
}

impl RemoteError {
    /// Whether the same call may succeed later: server side, conflict, rate limit.
    pub fn is_retryable(&self) -> bool {
        self.status.is_server_error()
            || matches!(self.status.as_u16(), 409 | 424 | 429)
            || self.code.as_deref() == Some("rate_limit")
    }

    /// Whether there is no such object.
    pub fn is_missing(&self) -> bool {
        self.status == StatusCode::NOT_FOUND || self.code.as_deref() == Some("resource_missing")
    }
}
