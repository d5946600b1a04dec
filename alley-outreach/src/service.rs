//! The door: reads, lets the pure parts decide, commits once.

use std::sync::Arc;

use alley_core::{
    Access, AccountId, Actor, AuditEntry, AuditOutcome, Commit, Env, Job, StoreErrorKind,
    Subscriber, TenantId, Versioned, Write,
};
use chrono::{DateTime, Utc};

use crate::draft::{Draft, DraftRevision};
use crate::error::{Error, Result};
use crate::ids::DraftId;
use crate::pacing::{PacingPolicy, PacingState};
use crate::store::{Change, OutreachStore, Stores};
use crate::template::{ContentCheck, standard_checks};

mod authoring;
mod board;
mod confirming;
mod exporting;
mod facts;
mod handing;
mod jobs;
mod lanes;
mod queueing;
mod returning;
mod reviewing;
mod settings;
mod suppressing;

pub use authoring::{DraftText, NewDraft};
pub use confirming::Resolution;
pub use handing::{HandOutAnswer, HandOutRequest, Refusal};
pub use suppressing::Suppress;

/// How often a decision is made anew when somebody else was faster.
const ATTEMPTS: u32 = 8;

/// What a host can set.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// Checks of texts at submission and hand-out, in their order.
    pub checks: Vec<Arc<dyn ContentCheck>>,
}

impl Default for Config {
    fn default() -> Self {
        Self { checks: standard_checks() }
    }
}

impl Config {
    /// Adds a check of the host.
    #[must_use]
    pub fn with_check(mut self, check: Arc<dyn ContentCheck>) -> Self {
        self.checks.push(check);
        self
    }
}

/// Outreach: templates, drafts, review, pacing, hand-out and confirmation. It delivers nothing: what a
/// seller gets is a text to copy, and what it records is what the seller says was done.
///
/// Whether a tenant may use outreach at all (a subscription, a plan) is the host's question: ask
/// billing before [`hand_out`](Self::hand_out). What ends meanwhile arrives as a fact and pauses the
/// tenant's queue.
///
/// There is no method that sends:
/// ```compile_fail,E0599
/// fn deliver(outreach: &alley_outreach::Outreach) {
///     outreach.send();
/// }
/// ```
///
/// Clones share one in-process queue for each tenant. Every method that writes is safe to drop: the
/// change is applied in full or not at all.
#[derive(Clone, Debug)]
pub struct Outreach {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    env: Env,
    store: Arc<dyn OutreachStore>,
    checks: Vec<Arc<dyn ContentCheck>>,
    lanes: lanes::Lanes,
    /// Made by [`Outreach::on`].
    joined: bool,
}

/// What became of a commit.
enum Applied {
    Done,
    /// Somebody else was faster: read and decide again.
    Again,
    /// A uniqueness rule refused it.
    Taken,
}

impl Outreach {
    /// The door over these ports.
    pub fn new(env: &Env, stores: impl Into<Stores>, config: Config) -> Self {
        Self {
            inner: Arc::new(Inner {
                env: env.clone(),
                store: stores.into().outreach,
                checks: config.checks,
                lanes: lanes::Lanes::default(),
                joined: false,
            }),
        }
    }

    /// The same door, with the same checks, inside a unit of work: a transaction that the host began
    /// and will end. Everything is read and written there and stands or falls with it; so show
    /// nobody the text of a hand-out before the transaction is through.
    ///
    /// - The queue of a tenant is not shared with this door: whoever waited in it would hold the
    ///   transaction open, and whoever is ahead may be waiting for a row that the transaction has
    ///   locked. Inside, the guard alone decides between this unit of work and everybody else, and
    ///   is locked from the first hand-out until the transaction ends.
    /// - A conflict is met by reading and deciding again, in the same transaction, as often as
    ///   usual. Where that transaction sees one picture of the data from beginning to end, this
    ///   cannot come out otherwise; [`Error::Contended`] then means that the unit of work is lost
    ///   and has to begin again.
    /// - [`jobs`](Self::jobs) is empty.
    #[must_use]
    pub fn on(&self, stores: impl Into<Stores>) -> Self {
        Self {
            inner: Arc::new(Inner {
                env: self.inner.env.clone(),
                store: stores.into().outreach,
                checks: self.inner.checks.clone(),
                lanes: lanes::Lanes::default(),
                joined: true,
            }),
        }
    }

    /// Background work: leases that end, drafts that expire. A door inside a unit of work has none.
    pub fn jobs(&self) -> Vec<Arc<dyn Job>> {
        if self.inner.joined { Vec::new() } else { jobs::all(self) }
    }

    /// Acts on facts of other crates: pauses a tenant's queue.
    pub fn subscriber(&self) -> Arc<dyn Subscriber> {
        Arc::new(facts::Pauser::new(self.clone()))
    }

    /// The port, for reads of a host.
    pub fn store(&self) -> &Arc<dyn OutreachStore> {
        &self.inner.store
    }

    fn env(&self) -> &Env {
        &self.inner.env
    }

    fn commit(&self) -> Result<Commit<Change>> {
        Ok(self.inner.env.commit()?)
    }

    fn audit(
        &self,
        access: &Access,
        action: &'static str,
        record: &str,
        id: impl std::fmt::Display,
    ) -> Result<AuditEntry> {
        let entry = self.inner.env.audit(access.actor(), action, access.purpose())?;
        Ok(entry.tenant(access.tenant()).target(record, id))
    }

    /// Commits. An unknown outcome and a store that asks for the same call again are asked again under
    /// the same id, so that nothing is applied twice.
    async fn apply(&self, commit: Commit<Change>) -> Result<Applied> {
        let mut tries = 0_u32;
        loop {
            tries = tries.saturating_add(1);
            let Err(error) = self.inner.store.commit(commit.clone()).await else {
                return Ok(Applied::Done);
            };
            match error.kind() {
                StoreErrorKind::Conflict(_) => return Ok(Applied::Again),
                StoreErrorKind::Duplicate { .. } => return Ok(Applied::Taken),
                StoreErrorKind::CommitUnknown | StoreErrorKind::Retry if tries < ATTEMPTS => {}
                _ => return Err(error.into()),
            }
        }
    }

    async fn draft_of(&self, tenant: TenantId, draft: DraftId) -> Result<Versioned<Draft>> {
        let found = self.inner.store.draft(tenant, draft).await?;
        found.ok_or(Error::NotFound { record: "draft" })
    }

    /// The text of a draft with one number; `None` when it was erased. Texts are written with their
    /// draft and never changed, so nothing else takes them away from it. A legal hold may keep a
    /// text while its draft has the creator's pseudonym already: it is as good as erased.
    async fn kept_revision(
        &self,
        draft: &Draft,
        number: u32,
    ) -> Result<Option<Versioned<DraftRevision>>> {
        let found = self.inner.store.revision(draft.tenant_id, draft.draft_id, number).await?;
        Ok(found.filter(|found| found.record.creator_ref == draft.creator_ref))
    }

    async fn revision_of(&self, draft: &Draft) -> Result<Versioned<DraftRevision>> {
        let found = self.kept_revision(draft, draft.current_revision).await?;
        found.ok_or(Error::Erased)
    }

    async fn is_erased(&self, draft: &Draft) -> Result<bool> {
        let kept = self.kept_revision(draft, draft.current_revision).await?;
        Ok(kept.is_none())
    }

    /// Adds the end of a draft whose text was erased.
    fn end_erased(
        &self,
        access: &Access,
        commit: Commit<Change>,
        draft: Versioned<Draft>,
        now: DateTime<Utc>,
    ) -> Result<Commit<Change>> {
        let record = draft.record.erased(now)?;
        let entry = self
            .audit(access, "draft.cancel", "draft", record.draft_id)?
            .outcome(AuditOutcome::Done, Draft::ERASED);
        let read = draft.version;
        Ok(commit.change(Write::Update { record, read }).audit(entry))
    }

    async fn guard(&self, tenant: TenantId) -> Result<Versioned<PacingState>> {
        self.inner.store.pacing_state(tenant).await?.ok_or(Error::PolicyMissing)
    }

    async fn policy(&self, guard: &PacingState) -> Result<PacingPolicy> {
        let found = self.inner.store.pacing_policy(guard.tenant_id, guard.policy_version).await?;
        found.map(|found| found.record).ok_or(Error::PolicyMissing)
    }
}

/// The person who acts, if it is one.
const fn person(access: &Access) -> Option<AccountId> {
    match access.actor() {
        Actor::Account(account) => Some(account),
        _ => None,
    }
}

/// A code for why: 1 to 64 of `a-z`, digits and underscores.
fn code(reason: &str) -> Result<String> {
    let plain = |character: char| {
        character.is_ascii_lowercase() || character.is_ascii_digit() || character == '_'
    };
    if reason.is_empty() || reason.len() > 64 || !reason.chars().all(plain) {
        return Err(Error::Invalid {
            what: "a reason is a code of 1 to 64 lower-case letters, digits and underscores",
        });
    }
    Ok(reason.to_owned())
}

/// A caller's name for a request: 1 to 128 bytes without control characters.
fn request_name(name: &str) -> Result<()> {
    if name.is_empty() || name.len() > 128 || name.chars().any(char::is_control) {
        return Err(Error::Invalid {
            what: "a request or idempotency key has 1 to 128 bytes without control characters",
        });
    }
    Ok(())
}
