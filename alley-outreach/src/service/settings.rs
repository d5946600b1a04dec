//! Templates, campaigns, contacts and policies.

use alley_core::{Access, Digest32, Key, Versioned, Write};
use sha2::{Digest as _, Sha256};

use super::{ATTEMPTS, Applied, Outreach, person};
use crate::campaign::{Campaign, CampaignStatus, NewCampaign};
use crate::contact::{Contact, ContactDetails};
use crate::error::{Error, Result};
use crate::ids::{CampaignId, TemplateId};
use crate::pacing::{PacingPolicy, PacingState, PauseReason, Policy};
use crate::template::{Channel, Template, TemplateBody, TemplateStatus, TemplateVersion, compile};

impl Outreach {
    /// Saves a template with its first version. The name has 1 to 200 characters.
    ///
    /// # Errors
    /// When the body does not compile, uses undeclared names or passes a bound, or when the name is
    /// taken.
    pub async fn create_template(
        &self,
        access: &Access,
        name: &str,
        channel: Channel,
        body: TemplateBody,
    ) -> Result<Template> {
        named(name)?;
        compile(&body)?;
        let now = self.env().now();
        let template = Template {
            tenant_id: access.tenant(),
            template_id: self.env().id()?,
            name: name.to_owned(),
            channel,
            status: TemplateStatus::Active,
            current_version: 1,
            created_by: person(access),
            created_at: now,
            archived_at: None,
        };
        let version = self.version(&template, 1, body)?;
        let commit = self
            .commit()?
            .change(Write::Insert(template.clone()))
            .change(Write::Insert(version))
            .audit(self.audit(access, "template.create", "template", template.template_id)?);
        match self.apply(commit).await? {
            Applied::Done => Ok(template),
            Applied::Taken => Err(Error::Duplicate { what: "a template of this name" }),
            Applied::Again => Err(Error::Contended),
        }
    }

    /// Saves a new version of a template. Drafts that were made from earlier ones stay as they are.
    ///
    /// # Errors
    /// As [`create_template`](Self::create_template); when there is no such template.
    pub async fn revise_template(
        &self,
        access: &Access,
        template: TemplateId,
        body: TemplateBody,
    ) -> Result<Template> {
        compile(&body)?;
        for _ in 0..ATTEMPTS {
            let found = self.inner.store.template(access.tenant(), template).await?;
            let Versioned { record, version, .. } =
                found.ok_or(Error::NotFound { record: "template" })?;
            let number = record.current_version.saturating_add(1);
            let next = Template { current_version: number, ..record };
            let text = self.version(&next, number, body.clone())?;
            let commit = self
                .commit()?
                .change(Write::Update { record: next.clone(), read: version })
                .change(Write::Insert(text))
                .audit(self.audit(access, "template.revise", "template", template)?);
            if let Applied::Done = self.apply(commit).await? {
                return Ok(next);
            }
        }
        Err(Error::Contended)
    }

    fn version(
        &self,
        template: &Template,
        number: u32,
        body: TemplateBody,
    ) -> Result<TemplateVersion> {
        let json = serde_json::to_vec(&body).unwrap_or_default();
        Ok(TemplateVersion {
            tenant_id: template.tenant_id,
            version_id: self.env().id()?,
            template_id: template.template_id,
            number,
            engine: crate::template::ENGINE.to_owned(),
            hash: Digest32::new(Sha256::digest(&json).into()),
            body: alley_core::Json(body),
            created_at: self.env().now(),
        })
    }

    /// Makes a campaign. It is active from its start on.
    ///
    /// # Errors
    /// When name, weight, class or dates are out of bounds.
    pub async fn create_campaign(&self, access: &Access, new: NewCampaign) -> Result<Campaign> {
        named(&new.name)?;
        if !(1..=1_000).contains(&new.weight) || new.priority > 3 {
            return Err(Error::Invalid {
                what: "the weight of a campaign is 1 to 1000 and its class 0 to 3",
            });
        }
        if let (Some(start), Some(end)) = (new.starts_at, new.ends_at)
            && start >= end
        {
            return Err(Error::Invalid { what: "a campaign ends after its start" });
        }
        let campaign = Campaign {
            tenant_id: access.tenant(),
            campaign_id: self.env().id()?,
            shop_ref: new.shop,
            name: new.name,
            template_id: new.template,
            weight: new.weight,
            priority: new.priority,
            status: CampaignStatus::Active,
            starts_at: new.starts_at,
            ends_at: new.ends_at,
            created_at: self.env().now(),
        };
        let entry = self.audit(access, "campaign.create", "campaign", campaign.campaign_id)?;
        let commit = self.commit()?.change(Write::Insert(campaign.clone())).audit(entry);
        match self.apply(commit).await? {
            Applied::Done => Ok(campaign),
            Applied::Again | Applied::Taken => Err(Error::Contended),
        }
    }

    /// Pauses, resumes or ends a campaign. One that ended stays ended; saying the same again changes
    /// nothing. Its queued drafts stay queued until they expire or are cancelled.
    ///
    /// # Errors
    /// When there is no such campaign or it has ended.
    pub async fn set_campaign_status(
        &self,
        access: &Access,
        campaign: CampaignId,
        status: CampaignStatus,
    ) -> Result<Campaign> {
        for _ in 0..ATTEMPTS {
            let found = self.inner.store.campaign(access.tenant(), campaign).await?;
            let found = found.ok_or(Error::NotFound { record: "campaign" })?;
            if found.record.status == status {
                return Ok(found.record);
            }
            if found.record.status == CampaignStatus::Ended {
                return Err(Error::Invalid { what: "a campaign that ended stays ended" });
            }
            let next = Campaign { status, ..found.record };
            let commit = self
                .commit()?
                .change(Write::Update { record: next.clone(), read: found.version })
                .audit(self.audit(access, "campaign.set_status", "campaign", campaign)?);
            if let Applied::Done = self.apply(commit).await? {
                return Ok(next);
            }
        }
        Err(Error::Contended)
    }

    /// Writes what is known of creators, at most 500 at once. A later answer of a creator may make
    /// drafts eligible earlier, so pacing looks at everything afresh afterwards.
    ///
    /// # Errors
    /// When there are more than 500, or the store fails.
    pub async fn put_contacts(&self, access: &Access, contacts: Vec<ContactDetails>) -> Result<()> {
        if contacts.len() > 500 {
            return Err(Error::Invalid { what: "at most 500 contacts at once" });
        }
        let tenant = access.tenant();
        for _ in 0..ATTEMPTS {
            let now = self.env().now();
            let guard = self.inner.store.pacing_state(tenant).await?;
            let mut commit = self.commit()?;
            let mut seen = std::collections::BTreeSet::new();
            // The last word on a creator counts, and one commit writes each row once.
            for details in contacts.iter().rev() {
                if !seen.insert((details.shop.clone(), details.creator.clone())) {
                    continue;
                }
                let before =
                    self.inner.store.contact(tenant, &details.shop, &details.creator).await?;
                let known = before.as_ref().map(|before| &before.record);
                let contact = Contact::from_details(tenant, details.clone(), known, now);
                commit = commit.change(match before {
                    None => Write::Insert(contact),
                    Some(before) => Write::Update { record: contact, read: before.version },
                });
            }
            commit = match guard {
                None => commit,
                Some(guard) => commit.change(Write::Update {
                    record: guard.record.relaxed(now),
                    read: guard.version,
                }),
            };
            if let Applied::Done = self.apply(commit).await? {
                return Ok(());
            }
        }
        Err(Error::Contended)
    }

    /// Puts a policy in force as the next version. The whole ledger is judged by it at once.
    ///
    /// # Errors
    /// When the policy could never allow anything or a rule has no meaning.
    pub async fn set_policy(&self, access: &Access, policy: Policy) -> Result<u32> {
        policy.check()?;
        let tenant = access.tenant();
        for _ in 0..ATTEMPTS {
            let now = self.env().now();
            let guard = self.inner.store.pacing_state(tenant).await?;
            let (state, read) = match guard {
                Some(guard) => (guard.record, Some(guard.version)),
                None => (PacingState::new(tenant, now), None),
            };
            let version = state.policy_version.saturating_add(1);
            let state = PacingState { policy_version: version, ..state }.relaxed(now);
            let stored = PacingPolicy::new(tenant, version, policy.clone(), now);
            let commit = self
                .commit()?
                .change(guard_write(state, read))
                .change(Write::Insert(stored))
                .audit(self.audit(access, "pacing.set_policy", "pacing_policy", version)?);
            if let Applied::Done = self.apply(commit).await? {
                return Ok(version);
            }
        }
        Err(Error::Contended)
    }

    /// Stops hand-outs of the tenant for one more reason. Saying it again changes nothing.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn pause(&self, access: &Access, reason: PauseReason) -> Result<()> {
        self.set_pause(access, reason, true).await
    }

    /// Takes one reason away; hand-outs go on when none is left. `TenantClosed` is never lifted.
    ///
    /// # Errors
    /// When the reason is `TenantClosed`, or the store fails.
    pub async fn resume(&self, access: &Access, reason: PauseReason) -> Result<()> {
        if reason == PauseReason::TenantClosed {
            return Err(Error::Invalid { what: "a closed tenant is not opened again" });
        }
        self.set_pause(access, reason, false).await
    }

    async fn set_pause(&self, access: &Access, reason: PauseReason, paused: bool) -> Result<()> {
        let tenant = access.tenant();
        for _ in 0..ATTEMPTS {
            let now = self.env().now();
            let (mut state, read) = match self.inner.store.pacing_state(tenant).await? {
                Some(guard) => (guard.record, Some(guard.version)),
                None => (PacingState::new(tenant, now), None),
            };
            let changed =
                if paused { state.paused.0.insert(reason) } else { state.paused.0.remove(&reason) };
            if !changed {
                return Ok(());
            }
            state.updated_at = now;
            let action = if paused { "pacing.pause" } else { "pacing.resume" };
            let entry = self.audit(access, action, "pacing_state", reason)?;
            let commit = self.commit()?.change(guard_write(state, read)).audit(entry);
            if let Applied::Done = self.apply(commit).await? {
                return Ok(());
            }
        }
        Err(Error::Contended)
    }
}

/// Inserts or updates the guard.
pub(super) fn guard_write(
    state: PacingState,
    read: Option<alley_core::Version>,
) -> Write<PacingState> {
    match read {
        None => Write::Insert(state),
        Some(read) => Write::Update { record: state, read },
    }
}

fn named(name: &str) -> Result<()> {
    let length = name.chars().count();
    if length == 0 || length > 200 || name.chars().any(char::is_control) {
        return Err(Error::Invalid {
            what: "a name has 1 to 200 characters and no control characters",
        });
    }
    Ok(())
}

/// The key of a contact's row, for expectations.
pub(super) fn contact_row(
    tenant: alley_core::TenantId,
    shop: &alley_core::ShopRef,
    creator: &alley_core::CreatorRef,
) -> Key {
    Key::of(tenant, &crate::contact::contact_key(shop, creator))
}
