//! What the door answers when it cannot do what it was asked.

use alley_core::{Problem, RandomError, StoreError};
use http::StatusCode;

use crate::draft::InvalidTransition;
use crate::pacing::PolicyProblem;
use crate::template::{Finding, TemplateError};

/// The result of most methods here.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The error of this crate. Holds no text of a message, no token and no name of a person.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The draft's state does not allow it. Nothing was changed.
    #[error(transparent)]
    InvalidTransition(#[from] InvalidTransition),
    /// There is no such record in this tenant.
    #[error("there is no {record} with this id in the tenant")]
    NotFound {
        /// Name of the record type.
        record: &'static str,
    },
    /// The draft's text was erased, with everything about its creator. Nothing brings it back and no
    /// other text may take its place; a draft that is still open can be cancelled.
    #[error("the text of the draft was erased; it can only be cancelled")]
    Erased,
    /// The draft has another current revision than the caller saw.
    #[error("the draft is at revision {current}; read it and decide again")]
    StaleRevision {
        /// Number of the current revision.
        current: u32,
    },
    /// The token is of no hand-out of this tenant, or of an earlier attempt.
    #[error("the token belongs to no current hand-out")]
    StaleAttempt,
    /// Submitter, author and reviewer must not be the same person.
    #[error("the policy wants a second person to review this text")]
    FourEyes,
    /// The text must not be used as it is.
    #[error("the text has findings that block it")]
    Blocked {
        /// All findings.
        findings: Vec<Finding>,
    },
    /// The creator must not be contacted.
    #[error("the creator must not be contacted")]
    Suppressed,
    /// The approval is older than the policy allows.
    #[error("the approval is too old; submit the draft for review again")]
    ApprovalStale,
    /// The tenant has no pacing policy yet.
    #[error("the tenant has no pacing policy; set one first")]
    PolicyMissing,
    /// The pacing policy cannot be used.
    #[error(transparent)]
    PolicyInvalid(#[from] PolicyProblem),
    /// A template cannot be saved or filled.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// An argument is out of bounds.
    #[error("{what}")]
    Invalid {
        /// What would be right.
        what: &'static str,
    },
    /// The same name was used for another confirmation.
    #[error("this idempotency key was used for another confirmation")]
    IdempotencyConflict,
    /// Something of this kind is there already.
    #[error("there is already {what}")]
    Duplicate {
        /// What.
        what: &'static str,
    },
    /// Too many callers changed the same records; nothing was applied.
    #[error("too many callers work on the same records; try again")]
    Contended,
    /// The clock is far behind the newest hand-out; deciding would break limits.
    #[error("the clock is more than five minutes behind the newest hand-out")]
    ClockBehind,
    /// The random source failed.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The export could not be written.
    #[error("the export could not be written")]
    Write(#[source] std::io::Error),
}

impl Error {
    /// Whether the same call may succeed later without a new decision.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Contended | Self::ClockBehind => true,
            Self::Store(error) => error.is_retryable(),
            _ => false,
        }
    }
}

impl From<&Error> for Problem {
    fn from(error: &Error) -> Self {
        let problem = |status, code| Self::new(status, code, capitalized(error));
        match error {
            Error::NotFound { .. } => problem(StatusCode::NOT_FOUND, "not_found"),
            Error::InvalidTransition(_) => problem(StatusCode::CONFLICT, "invalid_transition"),
            Error::StaleRevision { .. } => problem(StatusCode::CONFLICT, "stale_revision"),
            Error::StaleAttempt => problem(StatusCode::CONFLICT, "stale_attempt"),
            Error::IdempotencyConflict => problem(StatusCode::CONFLICT, "idempotency_conflict"),
            Error::Erased => problem(StatusCode::GONE, "erased"),
            Error::Duplicate { .. } => problem(StatusCode::CONFLICT, "duplicate"),
            Error::ApprovalStale => problem(StatusCode::CONFLICT, "approval_stale"),
            Error::FourEyes => problem(StatusCode::FORBIDDEN, "four_eyes"),
            Error::Suppressed => problem(StatusCode::FORBIDDEN, "suppressed"),
            Error::Blocked { .. } => problem(StatusCode::UNPROCESSABLE_ENTITY, "blocked"),
            Error::PolicyMissing => problem(StatusCode::UNPROCESSABLE_ENTITY, "policy_missing"),
            Error::PolicyInvalid(_) => problem(StatusCode::UNPROCESSABLE_ENTITY, "policy_invalid"),
            Error::Template(_) => problem(StatusCode::UNPROCESSABLE_ENTITY, "template_invalid"),
            Error::Invalid { .. } => problem(StatusCode::UNPROCESSABLE_ENTITY, "invalid"),
            Error::Contended | Error::ClockBehind => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Try again in a moment.")
                    .retry_after(chrono::TimeDelta::seconds(1))
            }
            Error::Store(error) => Self::from(error),
            Error::Random(_) | Error::Write(_) => Self::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "internal",
                "Something went wrong on our side.",
            ),
        }
    }
}

fn capitalized(error: &Error) -> String {
    let text = error.to_string();
    let mut characters = text.chars();
    let first: String = characters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", characters.as_str())
}
