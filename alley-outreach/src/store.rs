//! The storage port of outreach: reads by noun, and one write.

use std::fmt::Debug;
use std::sync::Arc;

use alley_core::{
    Commit, Committed, CreatorRef, Digest32, Key, Page, PageRequest, RecordStore, ShopRef,
    StoreError, TenantId, Versioned, changes,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::campaign::{Campaign, CampaignStatus};
use crate::contact::Contact;
use crate::delivery::DeliveryRecord;
use crate::draft::{Draft, DraftRevision, DraftState};
use crate::hand_out::HandOut;
use crate::ids::{CampaignId, DraftId, HandOutId, TemplateId};
use crate::pacing::{PacingPolicy, PacingState, Spend};
use crate::review::{ReviewNote, ReviewState};
use crate::suppression::Suppression;
use crate::template::{Template, TemplateVersion};

mod kernel;

changes! {
    /// Everything that outreach writes.
    pub enum Change {
        /// A template.
        Template(Template),
        /// A version of a template.
        TemplateVersion(TemplateVersion),
        /// A campaign.
        Campaign(Campaign),
        /// A creator as a shop knows them.
        Contact(Contact),
        /// A draft.
        Draft(Draft),
        /// A text of a draft.
        DraftRevision(DraftRevision),
        /// A review.
        Review(ReviewState),
        /// What a reviewer said in words.
        ReviewNote(ReviewNote),
        /// The guard of a seller's pacing.
        PacingState(PacingState),
        /// A version of a policy.
        PacingPolicy(PacingPolicy),
        /// A row of the ledger.
        Spend(Spend),
        /// A hand-out.
        HandOut(HandOut),
        /// A confirmed delivery.
        Delivery(DeliveryRecord),
        /// A creator who must not be contacted.
        Suppression(Suppression),
    }
}

type Read<T> = Result<Option<Versioned<T>>, StoreError>;
type ReadMany<T> = Result<Vec<Versioned<T>>, StoreError>;
type ReadPage<T> = Result<Page<Versioned<T>>, StoreError>;

/// Reads of templates and campaigns. Every error is the store's; what is not there is `Ok(None)`.
#[async_trait]
pub trait TemplateReads: Debug + Send + Sync + 'static {
    /// A template.
    async fn template(&self, tenant: TenantId, template: TemplateId) -> Read<Template>;

    /// A version of a template.
    async fn template_version(
        &self,
        tenant: TenantId,
        template: TemplateId,
        number: u32,
    ) -> Read<TemplateVersion>;

    /// A tenant's templates by name.
    async fn templates(&self, tenant: TenantId, page: PageRequest) -> ReadPage<Template>;

    /// A campaign.
    async fn campaign(&self, tenant: TenantId, campaign: CampaignId) -> Read<Campaign>;

    /// All campaigns of a tenant in one status.
    async fn campaigns(&self, tenant: TenantId, status: CampaignStatus) -> ReadMany<Campaign>;

    /// A creator as a shop knows them.
    async fn contact(
        &self,
        tenant: TenantId,
        shop: &ShopRef,
        creator: &CreatorRef,
    ) -> Read<Contact>;
}

/// Reads of drafts and their reviews. Every error is the store's; what is not there is `Ok(None)`.
#[async_trait]
pub trait DraftReads: Debug + Send + Sync + 'static {
    /// A draft.
    async fn draft(&self, tenant: TenantId, draft: DraftId) -> Read<Draft>;

    /// A text of a draft.
    async fn revision(&self, tenant: TenantId, draft: DraftId, number: u32) -> Read<DraftRevision>;

    /// Reviews of a draft, oldest first.
    async fn reviews(&self, tenant: TenantId, draft: DraftId) -> ReadMany<ReviewState>;

    /// What was said in words in reviews of a draft, oldest first.
    async fn review_notes(&self, tenant: TenantId, draft: DraftId) -> ReadMany<ReviewNote>;

    /// A tenant's drafts by age, of all states or of one.
    async fn drafts(
        &self,
        tenant: TenantId,
        state: Option<DraftState>,
        page: PageRequest,
    ) -> ReadPage<Draft>;

    /// A campaign's queued drafts whose time has come at `now`, longest waiting first.
    async fn drafts_queued(
        &self,
        tenant: TenantId,
        campaign: CampaignId,
        now: DateTime<Utc>,
        page: PageRequest,
    ) -> ReadPage<Draft>;

    /// All drafts for one creator.
    async fn drafts_of_creator(&self, tenant: TenantId, creator: &CreatorRef) -> ReadMany<Draft>;

    /// Drafts of all tenants in one state that end at or before `until`; for jobs.
    async fn drafts_expiring(
        &self,
        state: DraftState,
        until: DateTime<Utc>,
        page: PageRequest,
    ) -> ReadPage<Draft>;

    /// Drafts of all tenants in one state whose approval ends at or before `until`; for jobs.
    async fn approvals_ending(
        &self,
        state: DraftState,
        until: DateTime<Utc>,
        page: PageRequest,
    ) -> ReadPage<Draft>;
}

/// Reads of what pacing decides on. Every error is the store's; what is not there is `Ok(None)`.
#[async_trait]
pub trait PacingReads: Debug + Send + Sync + 'static {
    /// The guard of a tenant. Read it before anything else of this trait.
    async fn pacing_state(&self, tenant: TenantId) -> Read<PacingState>;

    /// A version of a tenant's policy.
    async fn pacing_policy(&self, tenant: TenantId, version: u32) -> Read<PacingPolicy>;

    /// A tenant's ledger from an instant on.
    async fn spends_since(&self, tenant: TenantId, since: DateTime<Utc>) -> ReadMany<Spend>;

    /// A tenant's whole ledger for one creator.
    async fn spends_of_creator(&self, tenant: TenantId, creator: &CreatorRef) -> ReadMany<Spend>;

    /// Each of these suppressions, or that it is not there, in the order of the keys.
    async fn suppressions(
        &self,
        keys: &[Key],
    ) -> Result<Vec<Option<Versioned<Suppression>>>, StoreError>;
}

/// Reads of hand-outs and deliveries. Every error is the store's; what is not there is `Ok(None)`.
#[async_trait]
pub trait DeliveryReads: Debug + Send + Sync + 'static {
    /// A hand-out.
    async fn hand_out(&self, tenant: TenantId, hand_out: HandOutId) -> Read<HandOut>;

    /// The hand-out of a request.
    async fn hand_out_by_request(&self, tenant: TenantId, request_key: &str) -> Read<HandOut>;

    /// The hand-out of a token.
    async fn hand_out_by_token(&self, tenant: TenantId, token_hash: Digest32) -> Read<HandOut>;

    /// Hand-outs of a tenant whose outcome is open.
    async fn open_hand_outs(&self, tenant: TenantId) -> ReadMany<HandOut>;

    /// Hand-outs of a draft by attempt.
    async fn hand_outs_of_draft(&self, tenant: TenantId, draft: DraftId) -> ReadMany<HandOut>;

    /// Open hand-outs of all tenants whose lease ends at or before `until`; for jobs.
    async fn leases_ending(&self, until: DateTime<Utc>, page: PageRequest) -> ReadPage<HandOut>;

    /// The delivery of a hand-out.
    async fn delivery_of(&self, tenant: TenantId, hand_out: HandOutId) -> Read<DeliveryRecord>;

    /// The last delivery in a shop's chain.
    async fn last_delivery(&self, tenant: TenantId, shop: &ShopRef) -> Read<DeliveryRecord>;

    /// A shop's chain from its beginning.
    async fn deliveries(
        &self,
        tenant: TenantId,
        shop: &ShopRef,
        page: PageRequest,
    ) -> ReadPage<DeliveryRecord>;
}

/// Keeps everything of outreach.
///
/// # Contract
/// - A read sees every commit that returned before it began, and nothing of another tenant.
/// - `commit` keeps the contract of [`Commit`]. Of two commits that were decided on the same version of
///   a guard one is refused.
/// - The uniqueness rules of the records hold: one open draft for (shop, creator, campaign, step),
///   one hand-out for (draft, attempt), one delivery for a hand-out, one place in a shop's chain.
/// - Lists come in the order that their method names.
#[async_trait]
pub trait OutreachStore: TemplateReads + DraftReads + PacingReads + DeliveryReads {
    /// Applies all of a commit, or nothing of it.
    ///
    /// # Errors
    /// See [`StoreErrorKind`](alley_core::StoreErrorKind).
    async fn commit(&self, commit: Commit<Change>) -> Result<Committed, StoreError>;
}

/// The ports that the door is built from.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Stores {
    /// Everything of outreach.
    pub outreach: Arc<dyn OutreachStore>,
}

impl Stores {
    /// All ports over a host's own store.
    pub fn of(outreach: Arc<dyn OutreachStore>) -> Self {
        Self { outreach }
    }
}

impl<S: RecordStore> From<Arc<S>> for Stores {
    fn from(store: Arc<S>) -> Self {
        Self { outreach: store }
    }
}
