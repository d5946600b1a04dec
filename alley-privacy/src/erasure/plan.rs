//! An erasure plan, its steps, and what it leaves behind.

use alley_core::{
    AccountId, CreatorRef, Digest32, HoldId, Key, LegState, PlanId, Record, Sealed, TenantId,
    elements, own_id, text_enum,
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::model::Outcome;

own_id! {
    /// Identifies a certificate of erasure.
    CertificateId, CertificateKind, "crt"
}

text_enum! {
    /// How far a plan has come. From `purging` on only backups lead back.
    pub enum PlanState {
        /// Drawn up; nothing happens before it is confirmed, and after a week it lapses.
        Draft => "draft",
        /// Confirmed; begins when it is due.
        Confirmed => "confirmed",
        /// Begun; access to its roots is refused from here on.
        Hidden => "hidden",
        /// Rows are being erased.
        Purging => "purging",
        /// It is checked whether anything was overlooked.
        Verifying => "verifying",
        /// Certified in full.
        Certified => "certified",
        /// Certified in part; the rest waits for a hold, a date or another system.
        Deferred => "deferred",
        /// Something could not be erased or kept coming back.
        Stuck => "stuck",
        /// A row that stays forbids it; nothing was changed.
        Refused => "refused",
        /// Taken back before it began, or never confirmed.
        Withdrawn => "withdrawn",
    }
}

text_enum! {
    /// Why a plan was made.
    pub enum Trigger {
        /// A person or a tenant asked for it.
        Requested => "erasure.requested",
        /// A person closed their account.
        AccountClosed => "account.closed",
        /// A tenant was closed.
        TenantClosed => "tenant.closed",
        /// A connection to a platform ended.
        IntegrationDisconnected => "integration.disconnected",
        /// Retention periods ended.
        Retention => "retention.ended",
    }
}

impl Trigger {
    /// The trigger of the data map's retention rules that this is; the map knows one word for the
    /// end of a customer relation.
    pub const fn of_rules(self) -> Option<&'static str> {
        match self {
            Self::AccountClosed | Self::TenantClosed => Some("account.closed"),
            Self::IntegrationDisconnected => Some("integration.disconnected"),
            Self::Requested | Self::Retention => None,
        }
    }
}

/// Where an erasure starts.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "root", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Root {
    /// A person with a sign-in.
    Account {
        /// Who.
        account: AccountId,
    },
    /// A seller's organization and all that it owns.
    Tenant {
        /// Which.
        tenant: TenantId,
    },
    /// A connection to a platform and what came over it.
    Integration {
        /// Whose.
        tenant: TenantId,
        /// The id of the integration as text.
        integration: String,
    },
    /// A person without a sign-in, in the data of one tenant.
    Person {
        /// Whose data.
        tenant: TenantId,
        /// The kind of person in the data map: `creator`, `buyer`.
        kind: String,
        /// How the subject fields of that tenant's rows name the person.
        reference: String,
    },
    /// Single rows; the keys are in the plan's steps.
    Rows {
        /// Name of their record type.
        record: String,
    },
}

impl Root {
    /// A creator in the data of one tenant.
    pub fn creator(tenant: TenantId, creator: &CreatorRef) -> Self {
        Self::person(tenant, "creator", creator.as_str())
    }

    /// A person without a sign-in in the data of one tenant: a kind of the data map (`creator`,
    /// `buyer`), and how the subject fields of that tenant's rows name the person.
    pub fn person(tenant: TenantId, kind: &str, reference: impl Into<String>) -> Self {
        Self::Person { tenant, kind: kind.to_owned(), reference: reference.into() }
    }

    /// The tenant whose data it is, if it is one tenant's.
    pub const fn tenant(&self) -> Option<TenantId> {
        match self {
            Self::Tenant { tenant }
            | Self::Integration { tenant, .. }
            | Self::Person { tenant, .. } => Some(*tenant),
            Self::Account { .. } | Self::Rows { .. } => None,
        }
    }
}

/// How long a draft waits for its confirmation. Its steps name whom it is about, so one that nobody
/// confirms may not stay.
pub(crate) const DRAFT_LIFE: TimeDelta = TimeDelta::days(7);

impl ErasurePlan {
    /// When a plan that was not confirmed, or was refused, forgets whom it is about.
    pub(crate) fn lapses_at(&self) -> DateTime<Utc> {
        self.created_at + DRAFT_LIFE
    }

    /// When a plan that nothing is done with wants to be looked at again, to forget its root.
    pub(crate) fn idles_until(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.root.as_ref()?;
        match self.state {
            PlanState::Draft | PlanState::Refused => Some(self.lapses_at()),
            PlanState::Withdrawn => Some(now),
            _ => None,
        }
    }
}

/// An erasure plan. Its row names nobody: the root is sealed and goes with the last open step.
#[derive(Clone, Debug, Eq, PartialEq, Record)]
#[record(name = "erasure_plan", domain = "privacy", id = id, subject = subject_hash)]
#[record(unique(by_trigger(trigger_ref)))]
#[non_exhaustive]
pub struct ErasurePlan {
    /// Time-ordered.
    #[record(technical)]
    pub id: PlanId,
    /// The tenant whose data it erases, if it is one tenant's.
    #[record(technical)]
    pub tenant_id: Option<TenantId>,
    /// The [`Root`] as JSON.
    #[record(element = elements::GOVERNANCE_PRIVACY_REQUEST)]
    pub root: Option<Sealed>,
    /// Keyed hash of the root: the subject's pseudonym in certificates.
    #[record(element = elements::GOVERNANCE_PRIVACY_REQUEST)]
    pub subject_hash: Option<Digest32>,
    /// Why it was made.
    #[record(technical)]
    pub trigger: Trigger,
    /// The fact or request that it was made for; at most one plan for each.
    #[record(technical)]
    pub trigger_ref: Option<String>,
    /// When that happened; periods run from here.
    #[record(technical)]
    pub trigger_at: DateTime<Utc>,
    /// How far it has come.
    #[record(technical)]
    pub state: PlanState,
    /// Version of the data map.
    #[record(technical)]
    pub map_version: String,
    /// SHA-256 over everything that was decided, once discovery is through.
    #[record(technical)]
    pub plan_hash: Option<Digest32>,
    /// How often the graph was walked in full.
    #[record(technical)]
    pub pass: i64,
    /// Rounds of erasing and checking.
    #[record(technical)]
    pub rounds: u32,
    /// Failures in a row.
    #[record(technical)]
    pub attempts: u32,
    /// Nothing is erased before.
    #[record(technical)]
    pub due_at: DateTime<Utc>,
    /// When the plan wants to be looked at again; absent when it rests.
    #[record(technical)]
    pub next_at: Option<DateTime<Utc>>,
    /// Made.
    #[record(technical)]
    pub created_at: DateTime<Utc>,
    /// Confirmed.
    #[record(technical)]
    pub confirmed_at: Option<DateTime<Utc>>,
    /// Begun.
    #[record(technical)]
    pub hidden_at: Option<DateTime<Utc>>,
    /// First row erased.
    #[record(technical)]
    pub first_purge_at: Option<DateTime<Utc>>,
    /// Last row erased.
    #[record(technical)]
    pub last_purge_at: Option<DateTime<Utc>>,
    /// Last check that found nothing.
    #[record(technical)]
    pub verified_at: Option<DateTime<Utc>>,
    /// A worker holds it until then.
    #[record(technical)]
    pub lease_until: Option<DateTime<Utc>>,
    /// Rises with each lease; stores refuse effects under an older number.
    #[record(technical)]
    pub fencing: i64,
    /// Why it was refused or is stuck.
    #[record(technical)]
    pub reason: Option<String>,
}

text_enum! {
    /// How far a step has come.
    pub enum StepState {
        /// A shared row; whether it is doomed depends on its holders.
        Candidate => "candidate",
        /// To be done.
        Pending => "pending",
        /// Done, or nothing to do.
        Done => "done",
        /// Waits for a hold, a date or another system.
        Deferred => "deferred",
        /// Failed again and again.
        Blocked => "blocked",
    }
}

/// One row of a plan, and what is to become of it. Steps go when the plan is certified in full.
#[derive(Clone, Debug, Eq, PartialEq, Record)]
#[record(name = "erasure_step", domain = "privacy", id = id)]
#[record(owned_by(erasure_plan = plan_id))]
#[non_exhaustive]
pub struct ErasureStepRow {
    /// Hash of plan, record type, key and field.
    #[record(technical)]
    pub id: Digest32,
    /// The plan.
    #[record(technical)]
    pub plan_id: PlanId,
    /// Name of the record type.
    #[record(technical)]
    pub record: String,
    /// The row's key in its byte form.
    #[record(element = elements::GOVERNANCE_PRIVACY_REQUEST)]
    pub key: Vec<u8>,
    /// Smaller goes first; follows from the record type.
    #[record(technical)]
    pub position: i64,
    /// The walk that last followed the row's edges; -1 for rows whose edges are not followed.
    #[record(technical)]
    pub pass: i64,
    /// How far it has come.
    #[record(technical)]
    pub state: StepState,
    /// What happens to the row, or why it stays.
    #[record(technical)]
    pub outcome: Outcome,
    /// The hold that covers the row.
    #[record(technical)]
    pub hold_id: Option<HoldId>,
    /// When its period ends.
    #[record(technical)]
    pub until: Option<DateTime<Utc>>,
    /// For repairs: the field to rewrite.
    #[record(technical)]
    pub field: Option<String>,
    /// For repairs: the new value in its byte form.
    #[record(technical)]
    pub value: Option<Vec<u8>>,
    /// Failures.
    #[record(technical)]
    pub attempts: u32,
}

impl ErasureStepRow {
    /// The id of the step of a plan for a row.
    pub fn id_of(plan: PlanId, record: &str, key: &Key, field: Option<&str>) -> Digest32 {
        let mut hash = Sha256::new();
        hash.update(b"alley erasure step 1");
        hash.update(plan.as_uuid().as_bytes());
        for part in [record.as_bytes(), &key.to_bytes(), field.unwrap_or_default().as_bytes()] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        Digest32::new(hash.finalize().into())
    }
}

/// How far the erasure at one other system has come.
#[derive(Clone, Debug, Eq, PartialEq, Record)]
#[record(name = "erasure_leg", domain = "privacy", id = id)]
#[record(owned_by(erasure_plan = plan_id))]
#[non_exhaustive]
pub struct ErasureLeg {
    /// Hash of plan and subprocessor.
    #[record(technical)]
    pub id: Digest32,
    /// The plan.
    #[record(technical)]
    pub plan_id: PlanId,
    /// The subprocessor's id in the data map.
    #[record(technical)]
    pub subprocessor: String,
    /// How far it has come; absent until the other side answered once.
    #[record(technical)]
    pub state: Option<LegState>,
    /// A code for why it is blocked or refused.
    #[record(technical)]
    pub reason: Option<String>,
    /// When it was last asked.
    #[record(technical)]
    pub at: DateTime<Utc>,
}

impl ErasureLeg {
    /// Whether the other side will do nothing more.
    pub const fn is_terminal(&self) -> bool {
        matches!(self.state, Some(LegState::Done | LegState::Refused))
    }
}

/// What remains of an erased row, so that a restored backup can be cleaned again. The key is sealed.
#[derive(Clone, Debug, Eq, PartialEq, Record)]
#[record(name = "tombstone", domain = "privacy", id = id, anchor = at)]
#[record(owned_by(erasure_plan = plan_id))]
#[non_exhaustive]
pub struct Tombstone {
    /// That of the step.
    #[record(technical)]
    pub id: Digest32,
    /// The plan.
    #[record(technical)]
    pub plan_id: PlanId,
    /// Name of the record type.
    #[record(technical)]
    pub record: String,
    /// The row's key in its byte form.
    #[record(element = elements::GOVERNANCE_PRIVACY_REQUEST)]
    pub key: Option<Sealed>,
    /// What happened to the row.
    #[record(technical)]
    pub action: Outcome,
    /// When.
    #[record(technical)]
    pub at: DateTime<Utc>,
}

/// A signed certificate, as it was issued. Never changed; a later one of the plan supersedes it.
#[derive(Clone, Debug, Eq, PartialEq, Record)]
#[record(name = "erasure_certificate", domain = "privacy", id = id)]
#[record(owned_by(erasure_plan = plan_id))]
#[non_exhaustive]
pub struct StoredCertificate {
    /// Time-ordered.
    #[record(technical)]
    pub id: CertificateId,
    /// The plan.
    #[record(technical)]
    pub plan_id: PlanId,
    /// The JSON text that was signed.
    #[record(technical)]
    pub body: String,
    /// Ed25519 over the text's bytes.
    #[record(technical)]
    pub signature: Vec<u8>,
    /// The public key.
    #[record(technical)]
    pub public_key: Vec<u8>,
    /// When it was issued.
    #[record(technical)]
    pub issued_at: DateTime<Utc>,
}
