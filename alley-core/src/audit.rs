//! The audit trail: who did what to which record, for what purpose, with what outcome.

use chrono::{DateTime, Utc};

use crate::ids::{AccountId, TenantId};
use crate::roles::Purpose;
use crate::{Record, elements, own_id, text_enum};

own_id! {
    /// Identifies an entry of the trail.
    AuditId, AuditKind, "aud"
}

text_enum! {
    /// How an audited action ended.
    pub enum AuditOutcome {
        /// It was done.
        Done => "done",
        /// It was refused by a rule.
        Denied => "denied",
        /// It was tried and failed.
        Failed => "failed",
    }
}

/// Who acts.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Actor {
    /// A person with an account.
    Account(AccountId),
    /// A background job, by name.
    Job(&'static str),
    /// A platform that calls back: `tiktok`, `stripe`.
    Platform(&'static str),
    /// Nobody is known yet: registration, sign-in.
    Anonymous,
}

/// One entry, committed with the change that it tells of.
///
/// People appear in it as pseudonyms only (see [`Env::pseudonym`](crate::Env::pseudonym)), so that
/// erasing a person needs no change to the trail.
#[derive(Clone, Debug, Eq, PartialEq, Record)]
#[record(name = "audit_event", domain = "core", id = id, subject = actor, anchor = at)]
#[record(references(account = actor, on_erased = sever_key), unique(id(id)))]
#[non_exhaustive]
pub struct AuditEntry {
    /// Time-ordered.
    #[record(technical)]
    pub id: AuditId,
    /// The tenant whose data was concerned.
    #[record(technical)]
    pub tenant_id: Option<TenantId>,
    /// When.
    #[record(element = elements::GOVERNANCE_AUDIT_EVENT)]
    pub at: DateTime<Utc>,
    /// Pseudonym of a person, or `job:<name>`, `platform:<name>`, `anonymous`.
    #[record(element = elements::GOVERNANCE_AUDIT_EVENT)]
    pub actor: String,
    /// What was done: `account.register`, `draft.approve`.
    #[record(element = elements::GOVERNANCE_AUDIT_EVENT)]
    pub action: String,
    /// Type and id of the record, `draft:drf_…`; never a name or an address.
    #[record(element = elements::GOVERNANCE_AUDIT_EVENT)]
    pub target: Option<String>,
    /// For what purpose.
    #[record(element = elements::GOVERNANCE_AUDIT_EVENT)]
    pub purpose: Purpose,
    /// How it ended.
    #[record(element = elements::GOVERNANCE_AUDIT_EVENT)]
    pub outcome: AuditOutcome,
    /// A code for why, if there is one: `wrong_code`, `tenant_closing`.
    #[record(element = elements::GOVERNANCE_AUDIT_EVENT)]
    pub reason: Option<String>,
}

impl AuditEntry {
    /// An entry about something done. [`Env::audit`](crate::Env::audit) fills in time, id and pseudonym.
    pub fn new(
        id: AuditId,
        at: DateTime<Utc>,
        actor: String,
        action: &'static str,
        purpose: Purpose,
    ) -> Self {
        Self {
            id,
            tenant_id: None,
            at,
            actor,
            action: action.to_owned(),
            target: None,
            purpose,
            outcome: AuditOutcome::Done,
            reason: None,
        }
    }

    /// Says whose data it was.
    #[must_use]
    pub fn tenant(mut self, tenant: TenantId) -> Self {
        self.tenant_id = Some(tenant);
        self
    }

    /// Says which record it was: its type, and its id in a form that names nobody.
    #[must_use]
    pub fn target(mut self, record: &str, id: impl std::fmt::Display) -> Self {
        self.target = Some(format!("{record}:{id}"));
        self
    }

    /// Says that it was refused or failed, and why.
    #[must_use]
    pub fn outcome(mut self, outcome: AuditOutcome, reason: &'static str) -> Self {
        self.outcome = outcome;
        self.reason = Some(reason.to_owned());
        self
    }
}
