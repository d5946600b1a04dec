//! The one error of this crate.

use alley_core::http::{TransportError, TransportErrorKind};
use alley_core::{OpenError, Problem, RandomError, SealError, StoreError};
use chrono::TimeDelta;
use http::StatusCode;

use crate::envelope::{Refusal, RefusalClass};
use crate::ids::IntegrationId;
use crate::integration::ReconnectReason;

/// Result with the crate's error.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can go wrong. No variant holds a token, personal data or the text of an answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// TikTok Shop answered that it will not.
    #[error("TikTok Shop refused {operation}: {refusal}")]
    Refused {
        /// The operation's name.
        operation: &'static str,
        /// Code, class and request id.
        refusal: Refusal,
    },
    /// No answer came.
    #[error("no answer from TikTok Shop to {operation}")]
    Transport {
        /// The operation's name.
        operation: &'static str,
        /// What happened on the way.
        source: TransportError,
    },
    /// An answer came that is no envelope, or whose data is no JSON of the expected outline.
    #[error("answer to {operation} cannot be read (HTTP {status}, request id {request_id:?})")]
    Unreadable {
        /// The operation's name.
        operation: &'static str,
        /// HTTP status of the answer.
        status: StatusCode,
        /// The request id, if that much could be read.
        request_id: Option<String>,
    },
    /// The seller has to authorize again.
    #[error("integration {integration} must be connected again: {reason}")]
    ReconnectNeeded {
        /// Which integration.
        integration: IntegrationId,
        /// Why.
        reason: ReconnectReason,
    },
    /// There is no such shop or integration in this tenant, or it was disconnected.
    #[error("no connected shop or integration of that id in this tenant")]
    NotConnected,
    /// Only an owner or administrator of the tenant may do this.
    #[error("only an owner or administrator may connect or disconnect")]
    NotAllowed,
    /// The call would write to a creator or a buyer, which people do and this crate does not.
    #[error("refused: {method} {path} would write to a creator or buyer")]
    SendsToPerson {
        /// The method.
        method: http::Method,
        /// The path.
        path: String,
    },
    /// A door inside a unit of work was asked for something that calls TikTok Shop.
    #[error("refused in a transaction of the host: a rollback would lose what TikTok Shop answers")]
    InTransaction,
    /// A request that cannot be built.
    #[error("invalid request: {0}")]
    InvalidRequest(&'static str),
    /// The operations of that cargo feature are not compiled in.
    #[error("cargo feature {feature} of alley-tiktok is off")]
    FeatureOff {
        /// The feature.
        feature: &'static str,
    },
    /// A listing answered a page token that it had answered before.
    #[error("paging of {operation} does not end: a page token came a second time")]
    PageTokenRepeated {
        /// The operation's name.
        operation: &'static str,
    },
    /// Others kept changing the same records.
    #[error("too many simultaneous changes of the same records")]
    Contended,
    /// A secret could not be sealed.
    #[error("a value could not be sealed")]
    Seal(#[from] SealError),
    /// A stored secret could not be opened.
    #[error("a stored value could not be opened")]
    Open(#[from] OpenError),
    /// The random source failed.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Error {
    /// The class of TikTok Shop's refusal, if it is one.
    pub const fn class(&self) -> Option<RefusalClass> {
        match self {
            Self::Refused { refusal, .. } => Some(refusal.class),
            _ => None,
        }
    }

    /// The request id by which TikTok's support finds the call.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Refused { refusal, .. } => refusal.request_id.as_deref(),
            Self::Unreadable { request_id, .. } => request_id.as_deref(),
            _ => None,
        }
    }

    /// Whether the same call may succeed later without anybody doing anything.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Refused { refusal, .. } => refusal.class.is_passing(),
            Self::Transport { source, .. } => !matches!(
                source.kind(),
                TransportErrorKind::BodyTooLarge | TransportErrorKind::Refused
            ),
            Self::Unreadable { status, .. } => status.is_server_error(),
            Self::Contended | Self::Random(_) => true,
            Self::Store(error) => error.is_retryable() || error.is_conflict(),
            _ => false,
        }
    }
}

impl From<&Error> for Problem {
    fn from(error: &Error) -> Self {
        let busy = || {
            Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "tiktok_unavailable",
                "TikTok Shop does not answer at the moment. Try again in a minute.",
            )
            .retry_after(TimeDelta::minutes(1))
        };
        let internal = || {
            Self::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "internal",
                "Something went wrong on our side.",
            )
        };
        let reconnect = || {
            Self::new(
                StatusCode::CONFLICT,
                "tiktok_reconnect_needed",
                "The connection to TikTok Shop has ended. Connect the shop again.",
            )
        };
        match error {
            Error::Store(error) => error.into(),
            Error::ReconnectNeeded { .. } => reconnect(),
            Error::NotConnected => Self::new(
                StatusCode::NOT_FOUND,
                "tiktok_not_connected",
                "This shop is not connected.",
            ),
            Error::NotAllowed => Self::new(
                StatusCode::FORBIDDEN,
                "not_allowed",
                "Only an owner or administrator may do this.",
            ),
            Error::SendsToPerson { .. } => Self::new(
                StatusCode::FORBIDDEN,
                "sending_refused",
                "Messages to creators and buyers are sent by people, not by this application.",
            ),
            Error::Contended => {
                Self::new(StatusCode::CONFLICT, "conflict", "It was changed by somebody else.")
                    .retry_after(TimeDelta::seconds(1))
            }
            Error::Refused { refusal, .. } if refusal.class.needs_reconnect() => reconnect(),
            other if other.is_retryable() => busy(),
            _ => internal(),
        }
    }
}
