//! Looking for the first eligible draft of every campaign.

use std::collections::BTreeSet;

use alley_core::{Access, Expect, PageRequest, Record as _, ShopRef, Versioned, Write};
use chrono::{DateTime, Utc};

use super::super::Outreach;
use super::super::authoring::still;
use super::super::board::Board;
use super::Refusal;
use crate::campaign::{Campaign, CampaignStatus};
use crate::contact::Contact;
use crate::draft::{Draft, DraftRevision};
use crate::error::{Error, Result};
use crate::pacing::{Interval, Verdict, decide, decide_shared};
use crate::queue::Contender;
use crate::suppression::{self, Suppression};
use crate::template::{Severity, findings};
use crate::text::MessageText;

/// Drafts of a campaign that one request looks at, deferrals that it writes, and drafts without a
/// text that it ends.
const LOOK_AT: u32 = 1_000;
const PAGE: u32 = 50;
const DEFER: usize = 200;
const END: usize = 200;

/// A draft that may be handed out now, with everything that this rests on.
pub(super) struct Found {
    pub(super) campaign: Versioned<Campaign>,
    pub(super) draft: Versioned<Draft>,
    pub(super) contact: Option<Versioned<Contact>>,
    /// What must still be so when the hand-out is written.
    pub(super) grounds: Vec<Expect>,
    pub(super) text: MessageText,
    pub(super) lease_until: DateTime<Utc>,
}

/// What a search found.
pub(super) struct Search {
    pub(super) found: Vec<Found>,
    pub(super) deferred: Vec<Write<Draft>>,
    /// Queued drafts whose text was erased; they end.
    pub(super) erased: Vec<Versioned<Draft>>,
    pub(super) refusal: Refusal,
}

#[derive(Default)]
struct Denials {
    reasons: BTreeSet<String>,
    next: Option<DateTime<Utc>>,
}

impl Denials {
    fn add(&mut self, reasons: impl IntoIterator<Item = String>, next: Option<DateTime<Utc>>) {
        self.reasons.extend(reasons);
        self.next = match (self.next, next) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }
}

enum Look {
    Eligible(Box<Found>),
    Erased,
    Denied { reasons: Vec<String>, next: Option<DateTime<Utc>>, remember: bool },
}

impl Search {
    pub(super) fn contenders(&self) -> Vec<Contender> {
        let contender = |found: &Found| Contender {
            campaign: found.campaign.record.campaign_id,
            class: found.campaign.record.priority,
            weight: found.campaign.record.weight,
        };
        self.found.iter().map(contender).collect()
    }
}

impl Outreach {
    /// The first eligible draft of every campaign. A draft, creator, shop or campaign that is held
    /// back does not delay any other.
    pub(super) async fn search(
        &self,
        access: &Access,
        board: &Board,
        shop: Option<&ShopRef>,
    ) -> Result<Search> {
        let tenant = access.tenant();
        let store = &self.inner.store;
        let mut campaigns = store.campaigns(tenant, CampaignStatus::Active).await?;
        campaigns.extend(store.campaigns(tenant, CampaignStatus::Paused).await?);
        campaigns.retain(|campaign| shop.is_none_or(|shop| campaign.record.shop_ref == *shop));
        let mut denials = Denials::default();
        let mut search = Search {
            found: Vec::new(),
            deferred: Vec::new(),
            erased: Vec::new(),
            refusal: Refusal::Empty { next_due: None },
        };
        for campaign in campaigns {
            let shared = decide_shared(&board.of_campaign(&campaign.record));
            if let Verdict::Deny { reasons, next_eligible } = shared.verdict {
                let page = PageRequest::first(1);
                let id = campaign.record.campaign_id;
                let waiting = store.drafts_queued(tenant, id, board.at, page).await?;
                if !waiting.items.is_empty() {
                    denials.add(reasons, next_eligible);
                }
                continue;
            }
            let found =
                Box::pin(self.first_of(access, board, campaign, &mut denials, &mut search)).await?;
            search.found.extend(found);
        }
        if !denials.reasons.is_empty() {
            search.refusal = Refusal::Paced {
                reasons: denials.reasons.into_iter().collect(),
                next_eligible: denials.next,
            };
        }
        Ok(search)
    }

    async fn first_of(
        &self,
        access: &Access,
        board: &Board,
        campaign: Versioned<Campaign>,
        denials: &mut Denials,
        search: &mut Search,
    ) -> Result<Option<Found>> {
        let id = campaign.record.campaign_id;
        let mut request = PageRequest::first(PAGE);
        let mut looked = 0_u32;
        loop {
            let store = &self.inner.store;
            let page = store.drafts_queued(access.tenant(), id, board.at, request).await?;
            for draft in page.items {
                looked = looked.saturating_add(1);
                match self.look(access, board, &campaign, draft.clone()).await? {
                    Look::Eligible(found) => return Ok(Some(*found)),
                    Look::Erased if search.erased.len() < END => search.erased.push(draft),
                    Look::Erased => {}
                    Look::Denied { reasons, next, remember } => {
                        if remember && search.deferred.len() < DEFER {
                            search.deferred.push(defer(draft, board, &reasons, next));
                        }
                        denials.add(reasons, next);
                    }
                }
            }
            match page.next {
                Some(cursor) if looked < LOOK_AT => {
                    request = PageRequest::after(cursor, PAGE);
                }
                _ => return Ok(None),
            }
        }
    }

    async fn look(
        &self,
        access: &Access,
        board: &Board,
        campaign: &Versioned<Campaign>,
        draft: Versioned<Draft>,
    ) -> Result<Look> {
        let record = &draft.record;
        if let Some(denied) = remembered(record, board) {
            return Ok(denied);
        }
        let denied = |reason: &str| Look::Denied {
            reasons: vec![reason.to_owned()],
            next: None,
            remember: false,
        };
        // First of all: whatever else is asked of a draft whose creator was erased is asked of a
        // pseudonym, and no suppression would be found under it.
        let Some(revision) = self.kept_revision(record, record.current_revision).await? else {
            return Ok(Look::Erased);
        };
        let fresh = record.approved_until.is_some_and(|until| board.at < until);
        if !fresh || !record.is_approved_as_it_stands() {
            return Ok(denied("approval_stale"));
        }
        let tenant = access.tenant();
        let store = &self.inner.store;
        let contact = store.contact(tenant, &record.shop_ref, &record.creator_ref).await?;
        let keyring = &self.env().keyring;
        let keys = suppression::candidates(keyring, tenant, &record.shop_ref, &record.creator_ref);
        let rows = store.suppressions(&keys).await?;
        let suppressed: Vec<Interval> =
            rows.iter().flatten().map(|row| row.record.interval()).collect();
        let ledger = board.with_creator(&self.spends_of(tenant, &record.creator_ref).await?);
        let known = contact.as_ref().map(|contact| &contact.record);
        let situation = board.of_draft(&campaign.record, record, known, &ledger, &suppressed);
        let lease_until = match decide(&situation).verdict {
            Verdict::Allow { lease_until } => lease_until,
            Verdict::Deny { reasons, next_eligible } => {
                return Ok(Look::Denied { reasons, next: next_eligible, remember: true });
            }
        };
        let unerased = Expect::unchanged::<DraftRevision>(revision.record.key(), revision.version);
        let revision = revision.record;
        if !revision.has_hash(keyring, revision.text.as_str(), &record.current_hash) {
            // The stored text is not the approved one. Nothing may go out on such ground.
            return Err(Error::Store(alley_core::StoreError::corrupt(
                "draft_revision",
                "the text does not have the approved hash",
            )));
        }
        let text = revision.text;
        let found = findings(&self.inner.checks, text.as_str(), board.policy.max_chars);
        if found.iter().any(|finding| finding.severity == Severity::Block) {
            return Ok(denied("blocked_content"));
        }
        let expects = keys.into_iter().zip(&rows);
        let grounds = expects
            .map(|(key, row)| still::<Suppression>(key, row.as_ref()))
            .chain([unerased])
            .collect();
        Ok(Look::Eligible(Box::new(Found {
            campaign: campaign.clone(),
            contact,
            grounds,
            text,
            lease_until,
            draft,
        })))
    }
}

/// What pacing said of a draft earlier, if that still holds.
fn remembered(draft: &Draft, board: &Board) -> Option<Look> {
    let reasons = draft.deferred_reasons.as_deref()?;
    let until = draft.deferred_until;
    let holds = draft.deferred_epoch == board.guard.record.epoch
        && until.is_none_or(|until| board.at < until);
    holds.then(|| Look::Denied {
        reasons: reasons.split(',').map(ToOwned::to_owned).collect(),
        next: until,
        remember: false,
    })
}

fn defer(
    draft: Versioned<Draft>,
    board: &Board,
    reasons: &[String],
    next: Option<DateTime<Utc>>,
) -> Write<Draft> {
    let record = Draft {
        deferred_reasons: Some(reasons.join(",")),
        deferred_until: next,
        deferred_epoch: board.guard.record.epoch,
        ..draft.record
    };
    Write::Update { record, read: draft.version }
}
