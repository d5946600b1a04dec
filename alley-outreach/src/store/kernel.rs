//! The port over any record store.

use alley_core::store::all;
use alley_core::{
    Commit, Committed, CreatorRef, Digest32, Field as _, Key, PageRequest, RecordStore,
    RecordStoreExt as _, ShopRef, StoreError, TenantId, Versioned,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{
    Change, DeliveryReads, DraftReads, OutreachStore, PacingReads, Read, ReadMany, ReadPage,
    TemplateReads,
};
use crate::campaign::{CAMPAIGNS_BY_STATUS, Campaign, CampaignStatus};
use crate::contact::{Contact, contact_key};
use crate::delivery::{DELIVERIES, DELIVERIES_NEWEST, DELIVERY_OF_HAND_OUT, DeliveryRecord};
use crate::draft::{
    APPROVALS_ENDING, DRAFTS, DRAFTS_BY_STATE, DRAFTS_EXPIRING, DRAFTS_OF_CREATOR, DRAFTS_QUEUED,
    Draft, DraftRevision, DraftState, REVISION,
};
use crate::hand_out::{
    HAND_OUT_BY_REQUEST, HAND_OUT_BY_TOKEN, HAND_OUTS_BY_OUTCOME, HAND_OUTS_OF_DRAFT, HandOut,
    HandOutOutcome, LEASES_ENDING,
};
use crate::ids::{CampaignId, DraftId, HandOutId, TemplateId};
use crate::pacing::{GUARD, PacingPolicy, PacingState, SPENDS_OF_CREATOR, SPENDS_SINCE, Spend};
use crate::review::{REVIEW_NOTES, REVIEWS, ReviewNote, ReviewState};
use crate::suppression::Suppression;
use crate::template::{TEMPLATE_VERSION, TEMPLATES, Template, TemplateVersion};

#[async_trait]
impl<S: RecordStore + ?Sized> TemplateReads for S {
    async fn template(&self, tenant: TenantId, template: TemplateId) -> Read<Template> {
        self.record(&Key::of(tenant, &template)).await
    }

    async fn template_version(
        &self,
        tenant: TenantId,
        template: TemplateId,
        number: u32,
    ) -> Read<TemplateVersion> {
        let arguments = [tenant.to_value(), template.to_value(), number.to_value()];
        self.first(&TEMPLATE_VERSION, &arguments).await
    }

    async fn templates(&self, tenant: TenantId, page: PageRequest) -> ReadPage<Template> {
        self.records(&TEMPLATES, &[tenant.to_value()], page).await
    }

    async fn campaign(&self, tenant: TenantId, campaign: CampaignId) -> Read<Campaign> {
        self.record(&Key::of(tenant, &campaign)).await
    }

    async fn campaigns(&self, tenant: TenantId, status: CampaignStatus) -> ReadMany<Campaign> {
        all(self, &CAMPAIGNS_BY_STATUS, &[tenant.to_value(), status.to_value()]).await
    }

    async fn contact(
        &self,
        tenant: TenantId,
        shop: &ShopRef,
        creator: &CreatorRef,
    ) -> Read<Contact> {
        self.record(&Key::of(tenant, &contact_key(shop, creator))).await
    }
}

#[async_trait]
impl<S: RecordStore + ?Sized> DraftReads for S {
    async fn draft(&self, tenant: TenantId, draft: DraftId) -> Read<Draft> {
        self.record(&Key::of(tenant, &draft)).await
    }

    async fn revision(&self, tenant: TenantId, draft: DraftId, number: u32) -> Read<DraftRevision> {
        let arguments = [tenant.to_value(), draft.to_value(), number.to_value()];
        self.first(&REVISION, &arguments).await
    }

    async fn reviews(&self, tenant: TenantId, draft: DraftId) -> ReadMany<ReviewState> {
        all(self, &REVIEWS, &[tenant.to_value(), draft.to_value()]).await
    }

    async fn review_notes(&self, tenant: TenantId, draft: DraftId) -> ReadMany<ReviewNote> {
        all(self, &REVIEW_NOTES, &[tenant.to_value(), draft.to_value()]).await
    }

    async fn drafts(
        &self,
        tenant: TenantId,
        state: Option<DraftState>,
        page: PageRequest,
    ) -> ReadPage<Draft> {
        match state {
            Some(state) => {
                let arguments = [tenant.to_value(), state.to_value()];
                self.records(&DRAFTS_BY_STATE, &arguments, page).await
            }
            None => self.records(&DRAFTS, &[tenant.to_value()], page).await,
        }
    }

    async fn drafts_queued(
        &self,
        tenant: TenantId,
        campaign: CampaignId,
        now: DateTime<Utc>,
        page: PageRequest,
    ) -> ReadPage<Draft> {
        let arguments =
            [tenant.to_value(), campaign.to_value(), DraftState::Queued.to_value(), now.to_value()];
        self.records(&DRAFTS_QUEUED, &arguments, page).await
    }

    async fn drafts_of_creator(&self, tenant: TenantId, creator: &CreatorRef) -> ReadMany<Draft> {
        all(self, &DRAFTS_OF_CREATOR, &[tenant.to_value(), creator.to_value()]).await
    }

    async fn drafts_expiring(
        &self,
        state: DraftState,
        until: DateTime<Utc>,
        page: PageRequest,
    ) -> ReadPage<Draft> {
        self.records(&DRAFTS_EXPIRING, &[state.to_value(), until.to_value()], page).await
    }

    async fn approvals_ending(
        &self,
        state: DraftState,
        until: DateTime<Utc>,
        page: PageRequest,
    ) -> ReadPage<Draft> {
        self.records(&APPROVALS_ENDING, &[state.to_value(), until.to_value()], page).await
    }
}

#[async_trait]
impl<S: RecordStore + ?Sized> PacingReads for S {
    async fn pacing_state(&self, tenant: TenantId) -> Read<PacingState> {
        self.record(&Key::of(tenant, &GUARD.to_owned())).await
    }

    async fn pacing_policy(&self, tenant: TenantId, version: u32) -> Read<PacingPolicy> {
        self.record(&Key::of(tenant, &version)).await
    }

    async fn spends_since(&self, tenant: TenantId, since: DateTime<Utc>) -> ReadMany<Spend> {
        all(self, &SPENDS_SINCE, &[tenant.to_value(), since.to_value()]).await
    }

    async fn spends_of_creator(&self, tenant: TenantId, creator: &CreatorRef) -> ReadMany<Spend> {
        all(self, &SPENDS_OF_CREATOR, &[tenant.to_value(), creator.to_value()]).await
    }

    async fn suppressions(
        &self,
        keys: &[Key],
    ) -> Result<Vec<Option<Versioned<Suppression>>>, StoreError> {
        let mut found = Vec::with_capacity(keys.len());
        for key in keys {
            found.push(self.record(key).await?);
        }
        Ok(found)
    }
}

#[async_trait]
impl<S: RecordStore + ?Sized> DeliveryReads for S {
    async fn hand_out(&self, tenant: TenantId, hand_out: HandOutId) -> Read<HandOut> {
        self.record(&Key::of(tenant, &hand_out)).await
    }

    async fn hand_out_by_request(&self, tenant: TenantId, request_key: &str) -> Read<HandOut> {
        let arguments = [tenant.to_value(), request_key.to_owned().to_value()];
        self.first(&HAND_OUT_BY_REQUEST, &arguments).await
    }

    async fn hand_out_by_token(&self, tenant: TenantId, token_hash: Digest32) -> Read<HandOut> {
        self.first(&HAND_OUT_BY_TOKEN, &[tenant.to_value(), token_hash.to_value()]).await
    }

    async fn open_hand_outs(&self, tenant: TenantId) -> ReadMany<HandOut> {
        let arguments = [tenant.to_value(), HandOutOutcome::Open.to_value()];
        all(self, &HAND_OUTS_BY_OUTCOME, &arguments).await
    }

    async fn hand_outs_of_draft(&self, tenant: TenantId, draft: DraftId) -> ReadMany<HandOut> {
        all(self, &HAND_OUTS_OF_DRAFT, &[tenant.to_value(), draft.to_value()]).await
    }

    async fn leases_ending(&self, until: DateTime<Utc>, page: PageRequest) -> ReadPage<HandOut> {
        let arguments = [HandOutOutcome::Open.to_value(), until.to_value()];
        self.records(&LEASES_ENDING, &arguments, page).await
    }

    async fn delivery_of(&self, tenant: TenantId, hand_out: HandOutId) -> Read<DeliveryRecord> {
        self.first(&DELIVERY_OF_HAND_OUT, &[tenant.to_value(), hand_out.to_value()]).await
    }

    async fn last_delivery(&self, tenant: TenantId, shop: &ShopRef) -> Read<DeliveryRecord> {
        self.first(&DELIVERIES_NEWEST, &[tenant.to_value(), shop.to_value()]).await
    }

    async fn deliveries(
        &self,
        tenant: TenantId,
        shop: &ShopRef,
        page: PageRequest,
    ) -> ReadPage<DeliveryRecord> {
        self.records(&DELIVERIES, &[tenant.to_value(), shop.to_value()], page).await
    }
}

#[async_trait]
impl<S: RecordStore + ?Sized> OutreachStore for S {
    async fn commit(&self, commit: Commit<Change>) -> Result<Committed, StoreError> {
        RecordStore::commit(self, commit.lower()).await
    }
}
