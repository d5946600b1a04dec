//! Act 5, first half: a template, 40 drafts, review, queue.

use std::collections::BTreeMap;

use alley_core::{Access, PageRequest, Purpose, ShopRef};
use alley_outreach::pacing::Policy;
use alley_outreach::{
    CampaignId, Channel, ContactDetails, Draft, DraftState, Fill, NewCampaign, NewDraft,
    TemplateBody, TemplateId, Variable,
};
use alley_tiktok::Creator;

use crate::failure::Failure;
use crate::seller::Seller;
use crate::stage::Stage;

/// How many creators are written to.
pub(super) const DRAFTS: u32 = 40;

/// The pacing of the fortnight. The weekly number is what the seller reads on TikTok's own page.
const POLICY: &str = r#"{
  "rules": [
    {"id": "weekly-quota", "scope": "seller", "kind": "calendar", "unit": "week", "week_start": "sun",
     "reset": "00:00", "zone": "shop", "limit": 18, "count": "distinct_creators", "only": "unconnected"},
    {"id": "daily-cap", "scope": "seller", "kind": "calendar", "unit": "day", "reset": "00:00",
     "zone": "shop", "limit": 4},
    {"id": "quiet", "scope": "seller", "kind": "quiet_hours", "start": "21:00", "end": "09:00", "zone": "shop"},
    {"id": "gap", "scope": "seller", "kind": "min_gap", "gap_s": 2700, "jitter_max_ms": 1800000, "seed": "journey"},
    {"id": "open", "scope": "seller", "kind": "max_open", "limit": 1}
  ],
  "zones": {"seller": "America/New_York", "shop": "America/New_York"},
  "lease_ttl_s": 900
}"#;

const TEXT: &str = "Hi {{ name }}, we are Harbor Candles, two sisters who pour soy candles by hand. \
We would love to send you {{ gift }} to try. Would you be up for it?";

pub(super) async fn play(stage: &Stage) -> Result<(), Failure> {
    let seller = Seller::of(stage);
    let session = seller.session().await?;
    let access = seller.access(&session, Purpose::UserWorkflows).await?;
    let outreach = stage.alley.outreach();
    if stage.journal.note("policy").is_none() {
        let version = outreach.set_policy(&access, policy()?).await?;
        stage.journal.keep("policy", &version.to_string())?;
    }
    let campaign = campaign(stage, &access).await?;
    write(stage, &access, campaign).await?;
    review(stage, &access).await?;
    let queued = drafts(stage, &access, Some(DraftState::Queued)).await?.len();
    stage.screen.line(&format!(
        "{DRAFTS} drafts: 1 rejected, 1 edited and approved again, {queued} queued"
    ));
    stage.journal.figure("drafts queued", i64::try_from(queued)?)
}

pub(super) fn policy() -> Result<Policy, Failure> {
    Ok(serde_json::from_str(POLICY)?)
}

/// All drafts, oldest first.
pub(super) async fn drafts(
    stage: &Stage,
    access: &Access,
    only: Option<DraftState>,
) -> Result<Vec<Draft>, Failure> {
    let store = stage.alley.outreach().store();
    let page = store.drafts(access.tenant(), only, PageRequest::first(1_000)).await?;
    Ok(page.items.into_iter().map(|draft| draft.record).collect())
}

async fn campaign(stage: &Stage, access: &Access) -> Result<CampaignId, Failure> {
    if let Some(campaign) = stage.journal.note("campaign") {
        return Ok(campaign.parse()?);
    }
    let outreach = stage.alley.outreach();
    let variables = vec![Variable::required("name"), Variable::optional("gift", "a candle")];
    // A start that was stopped here leaves a template behind; the next one takes another name.
    let name = format!("First contact {}", stage.journal.read().starts);
    let body = TemplateBody::new("en", TEXT, variables);
    let template = outreach.create_template(access, &name, Channel::ImMessage, body).await?;
    let shop = stage.journal.note("shop").ok_or_else(|| Failure::new("no shop is connected"))?;
    let mut new = NewCampaign::new(ShopRef::new(shop)?, "Spring launch");
    new.template = Some(template.template_id);
    let campaign = outreach.create_campaign(access, new).await?;
    stage.journal.keep("template", &template.template_id.to_string())?;
    stage.journal.keep("campaign", &campaign.campaign_id.to_string())?;
    Ok(campaign.campaign_id)
}

/// Writes the drafts that are not there yet.
async fn write(stage: &Stage, access: &Access, campaign: CampaignId) -> Result<(), Failure> {
    let outreach = stage.alley.outreach();
    let template = stage.journal.note("template").unwrap_or_default();
    let template: TemplateId = template.parse()?;
    let shop = ShopRef::new(stage.journal.note("shop").unwrap_or_default())?;
    let written: Vec<_> =
        drafts(stage, access, None).await?.into_iter().map(|draft| draft.creator_ref).collect();
    let page = stage.alley.tiktok()?.creators(access, PageRequest::first(DRAFTS)).await?;
    let creators: Vec<Creator> = page.items;
    let contacts = creators.iter().map(|creator| {
        let mut contact = ContactDetails::new(shop.clone(), creator.creator_id.clone());
        contact.handle.clone_from(&creator.username);
        contact
    });
    outreach.put_contacts(access, contacts.collect()).await?;
    for creator in creators.iter().filter(|creator| !written.contains(&creator.creator_id)) {
        let name = creator.nickname.clone().or_else(|| creator.username.clone());
        let name = Fill::Text(name.unwrap_or_else(|| "there".to_owned()));
        let fills = BTreeMap::from([("name".to_owned(), name)]);
        let new = NewDraft::from_template(campaign, creator.creator_id.clone(), template, fills);
        outreach.create_draft(access, new).await?;
    }
    Ok(())
}

/// Brings every draft as far as it should be: the third is rejected, the fifth edited after its
/// approval and approved again, all others approved and queued.
async fn review(stage: &Stage, access: &Access) -> Result<(), Failure> {
    let outreach = stage.alley.outreach();
    for (index, draft) in drafts(stage, access, None).await?.into_iter().enumerate() {
        let mut draft = draft;
        let mut edited = draft.current_revision > 1;
        loop {
            let id = draft.draft_id;
            draft = match draft.state {
                DraftState::Editing => outreach.submit_draft(access, id).await?,
                DraftState::InReview if index == 2 => {
                    let revision = draft.current_revision;
                    outreach.reject_draft(access, id, revision, "off_brand", None).await?
                }
                DraftState::InReview => {
                    outreach.approve_draft(access, id, draft.current_revision).await?
                }
                DraftState::Approved if index == 4 && !edited => {
                    edited = true;
                    let text = "Hi! We saw your review of beeswax candles and would love your view \
                                on our soy ones. May we send you a box?";
                    outreach.edit_draft(access, id, draft.current_revision, text).await?
                }
                DraftState::Approved => outreach.enqueue_draft(access, id, None).await?,
                _ => break,
            };
        }
    }
    Ok(())
}
