//! Requests of data subjects and organizations: intake, proof, routing, states, deadlines.
//!
//! Nothing here is legal advice: a host checks the rules and dates with its counsel.

pub mod deadline;
mod machine;
mod service;
pub(crate) mod store;

pub use machine::{
    DenialReason, Event, Leg, LegOutcome, Level, RequestState, RequestStatus, TransitionRefused,
    route,
};
pub use service::{Intake, Proof, Requests, Submitted};
pub use store::{RequestChange, RequestStore};

use alley_core::{
    AccountId, Digest32, Json, PlanId, Record, Sealed, TenantId, elements, own_id, text_enum,
};
use chrono::{DateTime, NaiveDate, Utc};

own_id! {
    /// Identifies a request of a data subject or an organization.
    RequestId, RequestKindMarker, "prq"
}

text_enum! {
    /// What is asked for.
    pub enum RequestKind {
        /// A copy and what must be said with it (GDPR article 15, CCPA right to know).
        Access => "access",
        /// The same in a form to take along (GDPR article 20).
        Portability => "portability",
        /// Something is wrong (GDPR article 16).
        Rectification => "rectification",
        /// Erasure (GDPR article 17, CCPA right to delete).
        Erasure => "erasure",
        /// Keep and do not use (GDPR article 18).
        Restriction => "restriction",
        /// Objection (GDPR article 21).
        Objection => "objection",
        /// Do not sell or share (CCPA 1798.120).
        OptOutSaleShare => "opt_out_sale_share",
        /// Consent is withdrawn (GDPR article 7(3)).
        WithdrawConsent => "withdraw_consent",
        /// Against a refusal (laws of several US states).
        Appeal => "appeal",
        /// An organization wants a data processing agreement (GDPR article 28).
        DpaCopy => "dpa_copy",
        /// An organization asks about subprocessors.
        SubprocessorInfo => "subprocessor_info",
        /// An organization asks about transfers.
        TransferTerms => "transfer_terms",
    }
}

impl RequestKind {
    /// Whether an organization asks: no data subject, no clock of law.
    pub const fn is_of_organization(self) -> bool {
        matches!(self, Self::DpaCopy | Self::SubprocessorInfo | Self::TransferTerms)
    }

    /// How sure one must be of who asks.
    pub const fn level(self) -> Level {
        match self {
            Self::Access | Self::Portability | Self::Erasure => Level::High,
            Self::Rectification | Self::Restriction => Level::Medium,
            Self::Objection | Self::WithdrawConsent | Self::Appeal => Level::Low,
            // An opt-out must not be verified (11 CCR 7060).
            Self::OptOutSaleShare
            | Self::DpaCopy
            | Self::SubprocessorInfo
            | Self::TransferTerms => Level::None,
        }
    }
}

/// A request. The three fields of the intake are sealed; they become blank when the person is erased,
/// and the row stays as evidence that the request was answered.
#[derive(Clone, Debug, Eq, PartialEq, Record)]
#[record(name = "privacy_request", domain = "privacy", id = id, subject = requester_id)]
#[record(anchor = closed_at)]
#[record(references(account = requester_id, on_erased = pseudonymize))]
#[non_exhaustive]
pub struct PrivacyRequest {
    /// Time-ordered.
    #[record(technical)]
    pub id: RequestId,
    /// The tenant that was asked through, if one.
    #[record(technical)]
    pub tenant_id: Option<TenantId>,
    /// The account of who asks, once that is proven.
    #[record(element = elements::GOVERNANCE_PRIVACY_REQUEST)]
    pub requester_id: Option<AccountId>,
    /// What is asked for.
    #[record(technical)]
    pub kind: RequestKind,
    /// Organization, as it was written; absent for a private person.
    #[record(element = elements::GOVERNANCE_PRIVACY_REQUEST)]
    pub organization: Option<Sealed>,
    /// E-mail address, as it was written.
    #[record(element = elements::GOVERNANCE_PRIVACY_REQUEST)]
    pub email: Option<Sealed>,
    /// Keyed hash of the lower-cased address.
    #[record(element = elements::GOVERNANCE_PRIVACY_REQUEST)]
    pub email_hash: Option<Digest32>,
    /// How far it has come.
    #[record(technical)]
    pub state: RequestStatus,
    /// The rest of the state: proof, pauses, legs.
    #[record(technical)]
    pub progress: Json<RequestState>,
    /// Hash of the code that was sent to the address.
    #[record(element = elements::GOVERNANCE_PRIVACY_REQUEST)]
    pub challenge_hash: Option<Digest32>,
    /// The code is good until then.
    #[record(technical)]
    pub challenge_until: Option<DateTime<Utc>>,
    /// Id of the deadline rule; absent where no law sets a clock.
    #[record(technical)]
    pub rule: Option<String>,
    /// First receipt; the clock runs from here.
    #[record(technical)]
    pub received_at: DateTime<Utc>,
    /// Last day to answer.
    #[record(technical)]
    pub due_date: Option<NaiveDate>,
    /// Last day under the strictest reading; aim at this one.
    #[record(technical)]
    pub safe_date: Option<NaiveDate>,
    /// The erasure plan that carries it out.
    #[record(technical)]
    pub plan_id: Option<PlanId>,
    /// When it was answered; its retention starts.
    #[record(technical)]
    pub closed_at: Option<DateTime<Utc>>,
}
