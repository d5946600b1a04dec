#![doc = include_str!("../README.md")]

mod campaign;
#[cfg(feature = "conformance")]
pub mod conformance;
mod contact;
mod delivery;
mod draft;
mod error;
mod export;
mod hand_out;
mod hex;
mod ids;
pub mod pacing;
mod queue;
mod review;
mod service;
mod store;
mod suppression;
mod template;
mod text;

use alley_core::{Query, Record as _, RecordType};

pub use campaign::{Campaign, CampaignStatus, NewCampaign};
pub use contact::{Contact, ContactDetails};
pub use delivery::{
    ChainBroken, ChainReport, Confirmation, Confirmed, DeliveryFlag, DeliveryOutcome,
    DeliveryRecord, verify_chain,
};
pub use draft::{
    Draft, DraftRevision, DraftState, Event, InvalidTransition, Origin, Position, transition,
};
pub use error::{Error, Result};
pub use export::{COLUMNS, ExportFilter, ExportFormat, ExportReport, ExportRow, Exporter};
pub use hand_out::{HandOut, HandOutOutcome, HandOutToken, Ticket};
pub use ids::{
    CampaignId, CampaignKind, DeliveryId, DeliveryKind, DraftId, DraftKind, HandOutId, HandOutKind,
    ReviewId, ReviewKind, RevisionId, RevisionKind, SpendId, SpendIdKind, TemplateId, TemplateKind,
    TemplateVersionId, TemplateVersionKind,
};
pub use queue::{Contender, Fairness};
pub use review::{ReviewNote, ReviewState, Verdict, is_second_pair_of_eyes};
pub use service::{
    Config, DraftText, HandOutAnswer, HandOutRequest, NewDraft, Outreach, Refusal, Resolution,
    Suppress,
};
pub use store::{
    Change, DeliveryReads, DraftReads, OutreachStore, PacingReads, Stores, TemplateReads,
};
pub use suppression::{Suppression, SuppressionReason, SuppressionScope};
pub use template::{
    Channel, ContentCheck, Fill, Finding, Severity, Template, TemplateBody, TemplateError,
    TemplateStatus, TemplateVersion, Variable, VariableKind, compile, findings, render,
    standard_checks,
};
pub use text::{MessageText, clean};

/// Every record type of this crate.
pub const RECORDS: &[&RecordType] = &[
    Template::TYPE,
    TemplateVersion::TYPE,
    Campaign::TYPE,
    Contact::TYPE,
    Draft::TYPE,
    DraftRevision::TYPE,
    ReviewState::TYPE,
    ReviewNote::TYPE,
    pacing::PacingState::TYPE,
    pacing::PacingPolicy::TYPE,
    pacing::Spend::TYPE,
    HandOut::TYPE,
    DeliveryRecord::TYPE,
    Suppression::TYPE,
];

/// Every query of this crate.
pub static QUERIES: &[&Query] = &[
    &template::TEMPLATE_VERSION,
    &template::TEMPLATES,
    &campaign::CAMPAIGNS_BY_STATUS,
    &draft::DRAFTS,
    &draft::DRAFTS_BY_STATE,
    &draft::DRAFTS_QUEUED,
    &draft::DRAFTS_OF_CREATOR,
    &draft::DRAFTS_EXPIRING,
    &draft::APPROVALS_ENDING,
    &draft::REVISION,
    &review::REVIEWS,
    &review::REVIEW_NOTES,
    &pacing::SPENDS_SINCE,
    &pacing::SPENDS_OF_CREATOR,
    &hand_out::HAND_OUTS_BY_OUTCOME,
    &hand_out::LEASES_ENDING,
    &hand_out::HAND_OUT_BY_REQUEST,
    &hand_out::HAND_OUT_BY_TOKEN,
    &hand_out::HAND_OUTS_OF_DRAFT,
    &delivery::DELIVERY_OF_HAND_OUT,
    &delivery::DELIVERIES_NEWEST,
    &delivery::DELIVERIES,
];
