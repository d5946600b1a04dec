//! Handing out: one atomic step from the queue into the seller's hands.

use alley_core::{Access, Commit, Expect, Record as _, ShopRef, Write};
use chrono::{DateTime, Utc};

use super::board::Board;
use super::settings::contact_row;
use super::{ATTEMPTS, Applied, Outreach, person, request_name};
use crate::campaign::Campaign;
use crate::contact::Contact;
use crate::draft::{Draft, Event};
use crate::error::{Error, Result};
use crate::hand_out::{HandOut, HandOutOutcome, HandOutToken, Ticket};
use crate::ids::{CampaignId, HandOutId};
use crate::pacing::{PacingState, PauseReason, Spend, SpendKind, TZDB};
use crate::store::Change;

mod search;

use search::{Found, Search};

/// Who asks for the next text, and for which shop.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct HandOutRequest {
    /// The caller's name for this request: 1 to 128 bytes, unique within the tenant. Asking again
    /// under it gives the same hand-out, with its token, while it is open or unconfirmed.
    pub request_key: String,
    /// Only texts of this shop.
    pub shop: Option<ShopRef>,
}

impl HandOutRequest {
    /// The next text of any shop.
    pub fn new(request_key: impl Into<String>) -> Self {
        Self { request_key: request_key.into(), shop: None }
    }

    /// Only texts of this shop.
    #[must_use]
    pub fn for_shop(mut self, shop: ShopRef) -> Self {
        self.shop = Some(shop);
        self
    }
}

/// The answer to a request for the next text.
#[must_use]
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "the caller must branch on each")]
pub enum HandOutAnswer {
    /// A text to copy.
    Handed(Box<Ticket>),
    /// No text now.
    Refused(Refusal),
}

impl HandOutAnswer {
    /// The ticket, if there is one.
    #[must_use]
    pub fn ticket(self) -> Option<Ticket> {
        match self {
            Self::Handed(ticket) => Some(*ticket),
            Self::Refused(_) => None,
        }
    }
}

/// Why there is no text now.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the caller must branch on each")]
pub enum Refusal {
    /// Nothing is handed out for the tenant.
    Paused {
        /// The gravest reason.
        reason: PauseReason,
    },
    /// Drafts wait, and a rule holds each of them back.
    Paced {
        /// Ids of the rules and words of [`Verdict`](crate::pacing::Verdict), sorted.
        reasons: Vec<String>,
        /// The first instant at which one of the drafts may be eligible; `None` when time alone
        /// does not help.
        next_eligible: Option<DateTime<Utc>>,
    },
    /// No draft waits.
    Empty {
        /// When the first one that is not due yet will be, if one is known.
        next_due: Option<DateTime<Utc>>,
    },
    /// The request was answered before and its hand-out is over.
    RequestOver {
        /// What came of it.
        outcome: HandOutOutcome,
    },
    /// The request was answered before, and the text was erased since, with everything about its
    /// creator. The hand-out stands, and what came of it can still be said with its token; where the
    /// token is lost, `resolve` settles it once the lease is over.
    TextErased,
}

impl Outreach {
    /// Hands the next text to the seller, for a while.
    ///
    /// Picks by class and fair share, checks suppression, approval and findings once more, decides with
    /// the policy in force, and writes spend, lease, draft and audit in one commit. Callers of one
    /// tenant take turns in this process; between processes the guard refuses all but one. Queued drafts
    /// whose text was erased are passed over and end as `Cancelled`, for the reason
    /// [`Draft::ERASED`].
    ///
    /// Whether the tenant may use outreach is not asked here: ask billing first.
    ///
    /// # Errors
    /// `PolicyMissing` before the first policy, `ClockBehind`, `Contended`, or the store's.
    ///
    /// # Cancel safety
    /// When the future is dropped the text may have been handed out. Ask again under the same
    /// request key.
    pub async fn hand_out(
        &self,
        access: &Access,
        request: &HandOutRequest,
    ) -> Result<HandOutAnswer> {
        request_name(&request.request_key)?;
        let _turn = self.inner.lanes.enter(access.tenant()).await;
        for _ in 0..ATTEMPTS {
            if let Some(answer) = Box::pin(self.try_hand_out(access, request)).await? {
                return Ok(answer);
            }
        }
        Err(Error::Contended)
    }

    /// `None` when somebody else was faster.
    async fn try_hand_out(
        &self,
        access: &Access,
        request: &HandOutRequest,
    ) -> Result<Option<HandOutAnswer>> {
        let tenant = access.tenant();
        let store = &self.inner.store;
        let guard = store.pacing_state(tenant).await?;
        if let Some(before) = store.hand_out_by_request(tenant, &request.request_key).await? {
            return self.answered(before.record).await.map(Some);
        }
        let guard = guard.ok_or(Error::PolicyMissing)?;
        if let Some(reason) = guard.record.paused_reason() {
            return Ok(Some(HandOutAnswer::Refused(Refusal::Paused { reason })));
        }
        let board = Board::read(self, access, guard).await?;
        let mut search = self.search(access, &board, request.shop.as_ref()).await?;
        let mut fairness = board.guard.record.fairness.0.clone();
        let contenders = search.contenders();
        let Some(picked) = fairness.pick(&contenders, board.policy.starvation_guard) else {
            let commit = self.noted(access, &board, &mut search, self.commit()?)?;
            if !commit.changes.is_empty() {
                // Only saves later work: if somebody else was faster, nothing is lost.
                self.apply(commit).await?;
            }
            return Ok(Some(HandOutAnswer::Refused(search.refusal)));
        };
        let Some(found) = search.take(picked) else {
            return Ok(None);
        };
        let (hand_out, spend) = self.lease(access, &board, &found, request)?;
        let token = HandOutToken::of(&self.env().keyring, tenant, hand_out.hand_out_id);
        let draft = found.draft.record.clone().after(Event::HandOut, board.at)?;
        let state = PacingState {
            last_spend_at: Some(board.at),
            fairness: alley_core::Json(fairness),
            updated_at: board.at,
            ..board.guard.record.clone()
        };
        let contact = contact_row(tenant, &found.campaign.record.shop_ref, &draft.creator_ref);
        let campaign = found.campaign.record.key();
        let mut commit = self
            .commit()?
            .expect(Expect::unchanged::<Campaign>(campaign, found.campaign.version))
            .expect(super::authoring::still::<Contact>(contact, found.contact.as_ref()))
            .change(Write::Update { record: state, read: board.guard.version })
            .change(Write::Update { record: draft.clone(), read: found.draft.version })
            .change(Write::Insert(spend))
            .change(Write::Insert(hand_out.clone()))
            .audit(self.audit(access, "draft.hand_out", "draft", draft.draft_id)?);
        commit.expects.extend(found.grounds);
        let commit = self.noted(access, &board, &mut search, commit)?;
        match self.apply(commit).await? {
            Applied::Done => {
                let ticket = ticket(&hand_out, &draft, found.text, token);
                Ok(Some(HandOutAnswer::Handed(Box::new(ticket))))
            }
            Applied::Again | Applied::Taken => Ok(None),
        }
    }

    fn lease(
        &self,
        access: &Access,
        board: &Board,
        found: &Found,
        request: &HandOutRequest,
    ) -> Result<(HandOut, Spend)> {
        let draft = &found.draft.record;
        let hand_out_id: HandOutId = self.env().id()?;
        let token = HandOutToken::of(&self.env().keyring, access.tenant(), hand_out_id);
        let spend = Spend {
            tenant_id: access.tenant(),
            spend_id: self.env().id()?,
            kind: SpendKind::Spend,
            refunds: None,
            at: board.at,
            shop_ref: draft.shop_ref.clone(),
            campaign_id: draft.campaign_id,
            creator_ref: draft.creator_ref.clone(),
            connected: found.contact.as_ref().is_some_and(|contact| contact.record.connected),
            draft_id: draft.draft_id,
            hand_out_id,
        };
        let hand_out = HandOut {
            tenant_id: access.tenant(),
            hand_out_id,
            draft_id: draft.draft_id,
            attempt: draft.attempt,
            shop_ref: draft.shop_ref.clone(),
            campaign_id: draft.campaign_id,
            creator_ref: draft.creator_ref.clone(),
            seller_id: person(access),
            spend_id: spend.spend_id,
            at: board.at,
            lease_until: found.lease_until,
            revision: draft.current_revision,
            revision_hash: draft.current_hash,
            token_hash: token.hash(),
            request_key: request.request_key.clone(),
            outcome: HandOutOutcome::Open,
            closed_at: None,
            close_reason: None,
            policy_version: board.guard.record.policy_version,
            tzdb: TZDB.to_owned(),
        };
        Ok((hand_out, spend))
    }

    /// The answer to a request that was answered before.
    async fn answered(&self, hand_out: HandOut) -> Result<HandOutAnswer> {
        let over = Refusal::RequestOver { outcome: hand_out.outcome };
        if !matches!(hand_out.outcome, HandOutOutcome::Open | HandOutOutcome::Unconfirmed) {
            return Ok(HandOutAnswer::Refused(over));
        }
        let tenant = hand_out.tenant_id;
        let draft = self.draft_of(tenant, hand_out.draft_id).await?.record;
        let Some(revision) = self.kept_revision(&draft, hand_out.revision).await? else {
            return Ok(HandOutAnswer::Refused(Refusal::TextErased));
        };
        let Some(token) = HandOutToken::recover(&self.env().keyring, &hand_out) else {
            return Ok(HandOutAnswer::Refused(over));
        };
        let ticket = ticket(&hand_out, &draft, revision.record.text, token);
        Ok(HandOutAnswer::Handed(Box::new(ticket)))
    }

    /// Adds what a search found out on its way: what pacing said of drafts, and drafts that end
    /// because their text was erased.
    fn noted(
        &self,
        access: &Access,
        board: &Board,
        search: &mut Search,
        mut commit: Commit<Change>,
    ) -> Result<Commit<Change>> {
        for deferred in search.deferred.drain(..) {
            commit = commit.change(deferred);
        }
        for draft in search.erased.drain(..) {
            commit = self.end_erased(access, commit, draft, board.at)?;
        }
        Ok(commit)
    }
}

fn ticket(
    hand_out: &HandOut,
    draft: &Draft,
    text: crate::text::MessageText,
    token: HandOutToken,
) -> Ticket {
    Ticket {
        hand_out: hand_out.hand_out_id,
        draft: draft.draft_id,
        attempt: hand_out.attempt,
        shop: hand_out.shop_ref.clone(),
        creator: hand_out.creator_ref.clone(),
        campaign: hand_out.campaign_id,
        channel: draft.channel,
        text,
        lease_until: hand_out.lease_until,
        token,
        after_opt_out: draft.after_opt_out,
    }
}

impl Search {
    fn take(&mut self, picked: CampaignId) -> Option<Found> {
        let place =
            self.found.iter().position(|found| found.campaign.record.campaign_id == picked)?;
        Some(self.found.swap_remove(place))
    }
}
