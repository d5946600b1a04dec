//! What a web host tells the outside about an error: one shape for every crate.

use chrono::TimeDelta;
use http::StatusCode;

use crate::error::{Error, StoreError, StoreErrorKind};

/// An error in public form. Holds no personal data, no secret and no input.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Problem {
    /// HTTP status to answer with.
    pub status: StatusCode,
    /// A stable code for programs: `rate_limited`.
    pub code: &'static str,
    /// A sentence for people.
    pub public_text: String,
    /// When it makes sense to try again.
    pub retry_after: Option<TimeDelta>,
}

impl Problem {
    /// A problem without a retry time.
    pub fn new(status: StatusCode, code: &'static str, public_text: impl Into<String>) -> Self {
        Self { status, code, public_text: public_text.into(), retry_after: None }
    }

    /// Says when to try again.
    #[must_use]
    pub const fn retry_after(mut self, span: TimeDelta) -> Self {
        self.retry_after = Some(span);
        self
    }
}

impl From<&StoreError> for Problem {
    fn from(error: &StoreError) -> Self {
        match error.kind() {
            StoreErrorKind::Conflict(_) | StoreErrorKind::Duplicate { .. } => {
                Self::new(StatusCode::CONFLICT, "conflict", "It was changed by somebody else.")
            }
            StoreErrorKind::Unavailable | StoreErrorKind::Retry | StoreErrorKind::CommitUnknown => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Try again in a moment.")
                    .retry_after(TimeDelta::seconds(1))
            }
            _ => Self::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "internal",
                "Something went wrong on our side.",
            ),
        }
    }
}

impl From<&Error> for Problem {
    fn from(error: &Error) -> Self {
        match error {
            Error::Store(error) => error.into(),
            Error::Overloaded | Error::BreachCheck | Error::Contended => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "Try again in a moment.")
                    .retry_after(TimeDelta::seconds(1))
            }
            Error::Random(_) | Error::Seal(_) | Error::Open { .. } | Error::Invalid { .. } => {
                Self::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "internal",
                    "Something went wrong on our side.",
                )
            }
        }
    }
}
