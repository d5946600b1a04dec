//! Exporting: rows of a tenant's drafts.

use std::collections::BTreeMap;
use std::io::Write as Target;

use alley_core::{Access, Cursor, Page, PageRequest};

use super::Outreach;
use crate::draft::Draft;
use crate::error::{Error, Result};
use crate::export::{ExportFilter, ExportFormat, ExportReport, ExportRow, Exporter};
use crate::hex::hex;
use crate::ids::CampaignId;

impl Outreach {
    /// One page of the rows that an export holds, oldest draft first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn export_rows(
        &self,
        access: &Access,
        filter: ExportFilter,
        page: PageRequest,
    ) -> Result<Page<ExportRow>> {
        let store = &self.inner.store;
        let page = store.drafts(access.tenant(), filter.state, page).await?;
        let mut names: BTreeMap<CampaignId, String> = BTreeMap::new();
        let mut rows = Vec::with_capacity(page.items.len());
        for draft in page.items {
            let draft = draft.record;
            let name = if let Some(name) = names.get(&draft.campaign_id) {
                name.clone()
            } else {
                let campaign = store.campaign(access.tenant(), draft.campaign_id).await?;
                let name = campaign.map(|found| found.record.name).unwrap_or_default();
                names.insert(draft.campaign_id, name.clone());
                name
            };
            rows.push(self.export_row(&draft, name).await?);
        }
        Ok(Page::new(rows, page.next))
    }

    /// Writes an export, and an audit entry with the number of rows and the hash. The entry comes after the
    /// last byte: without it the export did not happen, and the file must be thrown away.
    ///
    /// # Errors
    /// When the store fails or the target does not take the rows.
    pub async fn export(
        &self,
        access: &Access,
        filter: ExportFilter,
        format: ExportFormat,
        to: &mut (dyn Target + Send),
    ) -> Result<ExportReport> {
        let mut exporter = Exporter::begin(to, format, self.env().now()).map_err(Error::Write)?;
        let mut after: Option<Cursor> = None;
        loop {
            let request = match after.take() {
                None => PageRequest::first(200),
                Some(cursor) => PageRequest::after(cursor, 200),
            };
            let page = self.export_rows(access, filter, request).await?;
            for row in &page.items {
                exporter.row(row).map_err(Error::Write)?;
            }
            match page.next {
                Some(cursor) => after = Some(cursor),
                None => break,
            }
        }
        let report = exporter.finish().map_err(Error::Write)?;
        let state = filter.state.map_or("all", crate::draft::DraftState::as_str);
        let said = format!(
            "{},{state},rows={},sha256={}",
            format.as_str(),
            report.rows,
            hex(report.sha256.as_bytes())
        );
        let entry = self.audit(access, "draft.export", "export", said)?;
        self.apply(self.commit()?.audit(entry)).await?;
        Ok(report)
    }

    async fn export_row(&self, draft: &Draft, campaign_name: String) -> Result<ExportRow> {
        let tenant = draft.tenant_id;
        let store = &self.inner.store;
        let revision = store.revision(tenant, draft.draft_id, draft.current_revision).await?;
        let revision = revision.map(|found| found.record);
        let contact = store.contact(tenant, &draft.shop_ref, &draft.creator_ref).await?;
        let hand_outs = store.hand_outs_of_draft(tenant, draft.draft_id).await?;
        let hand_out = hand_outs.into_iter().next_back().map(|found| found.record);
        let delivery = match &hand_out {
            None => None,
            Some(hand_out) => store.delivery_of(tenant, hand_out.hand_out_id).await?,
        };
        let delivery = delivery.map(|found| found.record);
        Ok(ExportRow {
            draft_id: draft.draft_id.to_string(),
            attempt: draft.attempt,
            state: draft.state.as_str().to_owned(),
            shop_id: draft.shop_ref.as_str().to_owned(),
            campaign_id: draft.campaign_id.to_string(),
            campaign_name,
            creator_key: draft.creator_ref.as_str().to_owned(),
            creator_handle: contact.and_then(|contact| contact.record.handle),
            channel: draft.channel.as_str().to_owned(),
            locale: revision.as_ref().map(|found| found.locale.clone()).unwrap_or_default(),
            revision_no: draft.current_revision,
            revision_hash: hex(draft.current_hash.as_bytes()),
            subject: None,
            body: revision.map(|found| found.text).unwrap_or_default(),
            approved_by: draft.approved_by.map(|account| account.to_string()),
            approved_at: draft.approved_at,
            not_before: Some(draft.not_before),
            handed_out_at: hand_out.as_ref().map(|found| found.at),
            lease_until: hand_out.as_ref().map(|found| found.lease_until),
            outcome: hand_out.as_ref().map(|found| match &delivery {
                Some(delivery) => delivery.outcome.as_str().to_owned(),
                None => found.outcome.as_str().to_owned(),
            }),
            sent_at: delivery.as_ref().map(|found| found.sent_at),
            recorded_at: delivery.as_ref().map(|found| found.recorded_at),
            flags: delivery.map(|found| found.flags),
            policy_version: hand_out.map(|found| found.policy_version),
            deny_reasons: draft.deferred_reasons.clone(),
            next_eligible: draft.deferred_until,
        })
    }
}
