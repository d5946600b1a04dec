//! Making and changing drafts.

use alley_core::{Access, CreatorRef, Expect, Record as _, Versioned, Write};
use chrono::{DateTime, Utc};

mod new;

pub use new::{DraftText, NewDraft};

use super::{ATTEMPTS, Applied, Outreach, code, person};
use crate::campaign::{Campaign, CampaignStatus};
use crate::draft::{Draft, DraftRevision, DraftState, Event, Origin, content_hash};
use crate::error::{Error, Result};
use crate::ids::{DraftId, TemplateId};
use crate::suppression::{self, Suppression};
use crate::template::{Channel, TemplateError, TemplateStatus, render};
use crate::text::MessageText;

struct Written {
    channel: Channel,
    locale: String,
    text: MessageText,
    origin: Origin,
    template: Option<TemplateId>,
}

impl Outreach {
    /// Makes a draft in the state `Editing`. A text that is too long for the policy in force is
    /// refused for templates and found at submission for texts by hand.
    ///
    /// # Errors
    /// `Suppressed` when the creator must not be contacted; `Duplicate` when a draft for the same
    /// shop, creator, campaign and step is open; when campaign or template are not there or over, or
    /// the template cannot be filled.
    pub async fn create_draft(&self, access: &Access, new: NewDraft) -> Result<Draft> {
        for _ in 0..ATTEMPTS {
            let now = self.env().now();
            let tenant = access.tenant();
            let campaign = self.inner.store.campaign(tenant, new.campaign).await?;
            let campaign = campaign.ok_or(Error::NotFound { record: "campaign" })?;
            let over = campaign.record.ends_at.is_some_and(|end| end <= now);
            if campaign.record.status == CampaignStatus::Ended || over {
                return Err(Error::Invalid { what: "the campaign must not have ended" });
            }
            let expects = self.unsuppressed(&campaign, &new.creator, now).await?;
            let written = self.written(access, &new.text).await?;
            let (draft, revision) = self.drafted(access, &new, &campaign.record, written, now)?;
            let mut commit = self
                .commit()?
                .expect(Expect::unchanged::<Campaign>(campaign.record.key(), campaign.version))
                .change(Write::Insert(draft.clone()))
                .change(Write::Insert(revision))
                .audit(self.audit(access, "draft.create", "draft", draft.draft_id)?);
            commit.expects.extend(expects);
            match self.apply(commit).await? {
                Applied::Done => return Ok(draft),
                Applied::Again => {}
                Applied::Taken => {
                    return Err(Error::Duplicate {
                        what: "an open draft for this shop, creator, campaign and step",
                    });
                }
            }
        }
        Err(Error::Contended)
    }

    /// Makes drafts one by one and answers for each, in their order.
    pub async fn create_drafts(&self, access: &Access, new: Vec<NewDraft>) -> Vec<Result<Draft>> {
        let mut made = Vec::with_capacity(new.len());
        for new in new {
            made.push(self.create_draft(access, new).await);
        }
        made
    }

    /// Puts a new text on a draft. `base` is the number of the revision that the caller saw. What was
    /// approved or queued is neither any more.
    ///
    /// # Errors
    /// `StaleRevision` when somebody else was faster; `InvalidTransition` in states without edits;
    /// `Erased` when its texts were erased.
    pub async fn edit_draft(
        &self,
        access: &Access,
        draft: DraftId,
        base: u32,
        text: &str,
    ) -> Result<Draft> {
        for _ in 0..ATTEMPTS {
            let now = self.env().now();
            let found = self.draft_of(access.tenant(), draft).await?;
            if found.record.current_revision != base {
                return Err(Error::StaleRevision { current: found.record.current_revision });
            }
            let before = self.revision_of(&found.record).await?;
            let mut next = found.record.clone().after(Event::Edit, now)?;
            let text = MessageText::new(text);
            let unerased = Expect::unchanged::<DraftRevision>(before.record.key(), before.version);
            let revision = DraftRevision {
                revision_id: self.env().id()?,
                number: base.saturating_add(1),
                hash: before.record.hash_of(&self.env().keyring, text.as_str()),
                text,
                origin: Origin::Hand,
                author_id: person(access),
                created_at: now,
                ..before.record
            };
            next.current_revision = revision.number;
            next.current_hash = revision.hash;
            let commit = self
                .commit()?
                .expect(unerased)
                .change(Write::Update { record: next.clone(), read: found.version })
                .change(Write::Insert(revision))
                .audit(self.audit(access, "draft.edit", "draft", draft)?);
            if let Applied::Done = self.apply(commit).await? {
                return Ok(next);
            }
        }
        Err(Error::Contended)
    }

    /// Gives a draft up. `reason` is a code, and is kept.
    ///
    /// # Errors
    /// `InvalidTransition` while the seller has the text, and after an end.
    pub async fn cancel_draft(
        &self,
        access: &Access,
        draft: DraftId,
        reason: &str,
    ) -> Result<Draft> {
        let reason = code(reason)?;
        self.step(access, draft, Event::Cancel, "draft.cancel", |draft| Draft {
            end_reason: Some(reason.clone()),
            ..draft
        })
        .await
    }

    /// One event without other records.
    pub(super) async fn step(
        &self,
        access: &Access,
        draft: DraftId,
        event: Event,
        action: &'static str,
        finish: impl Fn(Draft) -> Draft + Send + Sync,
    ) -> Result<Draft> {
        for _ in 0..ATTEMPTS {
            let now = self.env().now();
            let Versioned { record, version, .. } = self.draft_of(access.tenant(), draft).await?;
            let next = finish(record.after(event, now)?);
            let commit = self
                .commit()?
                .change(Write::Update { record: next.clone(), read: version })
                .audit(self.audit(access, action, "draft", draft)?);
            if let Applied::Done = self.apply(commit).await? {
                return Ok(next);
            }
        }
        Err(Error::Contended)
    }

    /// Expectations that keep the creator unsuppressed until the commit.
    async fn unsuppressed(
        &self,
        campaign: &Versioned<Campaign>,
        creator: &CreatorRef,
        now: DateTime<Utc>,
    ) -> Result<Vec<Expect>> {
        let Campaign { tenant_id, shop_ref, .. } = &campaign.record;
        let keys = suppression::candidates(&self.env().keyring, *tenant_id, shop_ref, creator);
        let found = self.inner.store.suppressions(&keys).await?;
        let holds = |row: &Versioned<Suppression>| row.record.interval().contains(now);
        if found.iter().flatten().any(holds) {
            return Err(Error::Suppressed);
        }
        let rows = keys.into_iter().zip(found);
        Ok(rows.map(|(key, row)| still::<Suppression>(key, row.as_ref())).collect())
    }

    async fn written(&self, access: &Access, text: &DraftText) -> Result<Written> {
        match text {
            DraftText::Hand { channel, locale, text } => {
                if locale.is_empty() || locale.len() > 35 {
                    return Err(Error::Invalid { what: "a language tag has 1 to 35 characters" });
                }
                Ok(Written {
                    channel: *channel,
                    locale: locale.clone(),
                    text: MessageText::new(text),
                    origin: Origin::Hand,
                    template: None,
                })
            }
            DraftText::Template { template, locale, fills } => {
                let tenant = access.tenant();
                let missing = Error::NotFound { record: "template" };
                let found = self.inner.store.template(tenant, *template).await?.ok_or(missing)?;
                if found.record.status != TemplateStatus::Active {
                    return Err(Error::Invalid { what: "the template must not be archived" });
                }
                let number = found.record.current_version;
                let version = self.inner.store.template_version(tenant, *template, number).await?;
                let version = version.ok_or(Error::NotFound { record: "template_version" })?;
                let max_chars = match self.inner.store.pacing_state(tenant).await? {
                    Some(guard) if guard.record.policy_version > 0 => {
                        self.policy(&guard.record).await?.policy.0.max_chars
                    }
                    _ => u32::from(u16::MAX),
                };
                let body = &version.record.body.0;
                let (locale, text) = render(body, locale.as_deref(), fills, max_chars)?;
                if text.is_empty() {
                    let which = "the filled text must not be empty";
                    return Err(TemplateError::Limit { which }.into());
                }
                Ok(Written {
                    channel: found.record.channel,
                    locale,
                    text,
                    origin: Origin::Template,
                    template: Some(*template),
                })
            }
        }
    }

    /// The salt of a draft's hashes.
    pub(super) fn salt(&self) -> Result<Vec<u8>> {
        let mut salt = vec![0_u8; 16];
        self.env().random.fill(&mut salt)?;
        Ok(salt)
    }

    fn drafted(
        &self,
        access: &Access,
        new: &NewDraft,
        campaign: &Campaign,
        written: Written,
        now: DateTime<Utc>,
    ) -> Result<(Draft, DraftRevision)> {
        let Written { channel, locale, text, origin, template } = written;
        let tenant_id = access.tenant();
        let draft_id: DraftId = self.env().id()?;
        let salt = self.salt()?;
        let hash = content_hash(&self.env().keyring, draft_id, &salt, text.as_str());
        let open = format!(
            "{tenant_id}\0{}\0{}\0{}\0{}",
            campaign.shop_ref, new.creator, campaign.campaign_id, new.step
        );
        let ends = [new.expires_at, campaign.ends_at].into_iter().flatten();
        let draft = Draft {
            tenant_id,
            draft_id,
            shop_ref: campaign.shop_ref.clone(),
            creator_ref: new.creator.clone(),
            campaign_id: campaign.campaign_id,
            template_id: template,
            channel,
            state: DraftState::Editing,
            held_from: None,
            current_revision: 1,
            current_hash: hash,
            approved_hash: None,
            approved_at: None,
            approved_until: None,
            approved_by: None,
            submitted_by: None,
            attempt: 1,
            not_before: new.not_before.unwrap_or(now),
            deferred_until: None,
            deferred_epoch: 0,
            deferred_reasons: None,
            expires_at: ends.min(),
            after_opt_out: false,
            open_key: Some(self.env().keyring.blind_index("draft.open_key", open.as_bytes())),
            created_by: person(access),
            created_at: now,
            ended_at: None,
            end_reason: None,
        };
        let revision = DraftRevision {
            tenant_id,
            revision_id: self.env().id()?,
            draft_id,
            creator_ref: new.creator.clone(),
            number: 1,
            text,
            locale,
            origin,
            salt,
            hash,
            author_id: person(access),
            created_at: now,
        };
        Ok((draft, revision))
    }
}

/// The row must still be as it was read.
pub(super) fn still<R: alley_core::Record>(
    key: alley_core::Key,
    read: Option<&Versioned<R>>,
) -> Expect {
    match read {
        None => Expect::absent::<R>(key),
        Some(read) => Expect::unchanged::<R>(key, read.version),
    }
}
