//! What came of a hand-out, as the seller says.

use alley_core::{Access, Digest32, PageRequest, ShopRef, Versioned, Write};
use chrono::{DateTime, Utc};

use super::board::zones;
use super::{ATTEMPTS, Applied, Outreach, code, person, request_name};
use crate::delivery::{
    ChainBroken, ChainReport, Circumstances, Confirmation, Confirmed, DeliveryOutcome,
    DeliveryRecord, join, verify_chain,
};
use crate::draft::{Draft, DraftRevision, DraftState, Event};
use crate::error::{Error, Result};
use crate::hand_out::{HandOut, HandOutOutcome, HandOutToken};
use crate::ids::DraftId;
use crate::pacing::{PacingState, Policy, is_quiet};
use crate::suppression;

mod sent;

use sent::{Sent, payload};

/// What is decided of an unconfirmed hand-out without its token.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "there is no third answer")]
pub enum Resolution {
    /// It was sent.
    Sent {
        /// When, as far as is known.
        sent_at: DateTime<Utc>,
    },
    /// It was not sent.
    NotSent,
}

/// A hand-out, its draft and its guard; the guard read first.
pub(super) struct Case {
    pub(super) guard: Versioned<PacingState>,
    pub(super) policy: Policy,
    pub(super) hand_out: Versioned<HandOut>,
    pub(super) draft: Versioned<Draft>,
}

impl Outreach {
    /// Records that the seller sent the text. Never refused for reasons of pacing, since it states a
    /// fact: what is remarkable becomes a flag of the record. Where the draft's text was erased, the
    /// text that was sent is hashed under a salt that nobody keeps, and not kept either.
    ///
    /// # Errors
    /// `StaleAttempt` for an unknown token and one of an earlier attempt, `IdempotencyConflict` when
    /// the key was used for another confirmation of the hand-out.
    pub async fn confirm(
        &self,
        access: &Access,
        token: &HandOutToken,
        confirmation: &Confirmation,
    ) -> Result<Confirmed> {
        request_name(&confirmation.idempotency_key)?;
        let _turn = self.inner.lanes.enter(access.tenant()).await;
        for _ in 0..ATTEMPTS {
            let case = self.case_of_token(access, token).await?;
            let event = Event::ConfirmSent;
            if let Some(answer) =
                Box::pin(self.deliver(access, case, confirmation, event, None)).await?
            {
                return Ok(answer);
            }
        }
        Err(Error::Contended)
    }

    /// Settles an unconfirmed draft without its token. `reason` is a code, and is kept.
    ///
    /// # Errors
    /// `InvalidTransition` unless the draft is unconfirmed.
    pub async fn resolve(
        &self,
        access: &Access,
        draft: DraftId,
        resolution: Resolution,
        reason: &str,
    ) -> Result<Draft> {
        let reason = code(reason)?;
        let _turn = self.inner.lanes.enter(access.tenant()).await;
        for _ in 0..ATTEMPTS {
            let case = self.case_of_draft(access, draft).await?;
            let unconfirmed = case.draft.record.state == DraftState::Unconfirmed;
            match resolution {
                Resolution::NotSent => {
                    let event = Event::ResolveNotSent(case.policy.after_not_sent);
                    if let Some(draft) = self.undo(access, case, event, Some(&reason)).await? {
                        return Ok(draft);
                    }
                }
                Resolution::Sent { sent_at } => {
                    let event = Event::ResolveSent;
                    if !unconfirmed {
                        case.draft.record.after(event, sent_at)?;
                        continue;
                    }
                    let key = format!("resolve:{}", case.hand_out.record.hand_out_id);
                    let confirmation = Confirmation::sent(key, sent_at);
                    let done =
                        Box::pin(self.deliver(access, case, &confirmation, event, Some(&reason)));
                    if done.await?.is_some() {
                        return Ok(self.draft_of(access.tenant(), draft).await?.record);
                    }
                }
            }
        }
        Err(Error::Contended)
    }

    /// Checks the whole chain of a shop's deliveries.
    ///
    /// # Errors
    /// When the store fails. That the chain does not hold is the inner result.
    pub async fn check_deliveries(
        &self,
        access: &Access,
        shop: &ShopRef,
    ) -> Result<std::result::Result<ChainReport, ChainBroken>> {
        let mut records: Vec<DeliveryRecord> = Vec::new();
        let mut request = PageRequest::first(PageRequest::MAX);
        loop {
            let page = self.inner.store.deliveries(access.tenant(), shop, request).await?;
            records.extend(page.items.into_iter().map(|item| item.record));
            match page.next {
                Some(cursor) => request = PageRequest::after(cursor, PageRequest::MAX),
                None => return Ok(verify_chain(&records)),
            }
        }
    }

    pub(super) async fn case_of_token(
        &self,
        access: &Access,
        token: &HandOutToken,
    ) -> Result<Case> {
        let tenant = access.tenant();
        let guard = self.guard(tenant).await?;
        let hand_out = self.inner.store.hand_out_by_token(tenant, token.hash()).await?;
        let hand_out = hand_out.ok_or(Error::StaleAttempt)?;
        self.case(guard, hand_out).await
    }

    async fn case_of_draft(&self, access: &Access, draft: DraftId) -> Result<Case> {
        let tenant = access.tenant();
        let guard = self.guard(tenant).await?;
        let hand_outs = self.inner.store.hand_outs_of_draft(tenant, draft).await?;
        let last = hand_outs.into_iter().next_back();
        self.case(guard, last.ok_or(Error::NotFound { record: "hand_out" })?).await
    }

    async fn case(
        &self,
        guard: Versioned<PacingState>,
        hand_out: Versioned<HandOut>,
    ) -> Result<Case> {
        let policy = self.policy(&guard.record).await?.policy.0;
        let HandOut { tenant_id, draft_id, .. } = hand_out.record;
        let draft = self.draft_of(tenant_id, draft_id).await?;
        Ok(Case { guard, policy, hand_out, draft })
    }

    /// `None` when somebody else was faster.
    async fn deliver(
        &self,
        access: &Access,
        case: Case,
        confirmation: &Confirmation,
        event: Event,
        reason: Option<&str>,
    ) -> Result<Option<Confirmed>> {
        let hand_out = &case.hand_out.record;
        let tenant = access.tenant();
        let handed = self.kept_revision(&case.draft.record, hand_out.revision).await?;
        if let Some(first) = self.inner.store.delivery_of(tenant, hand_out.hand_out_id).await? {
            let handed = handed.as_ref().map(|handed| &handed.record);
            return self.again(handed, first.record, confirmation).map(Some);
        }
        if hand_out.attempt != case.draft.record.attempt {
            return Err(Error::StaleAttempt);
        }
        let now = self.env().now();
        let mut draft = case.draft.record.clone().after(event, now)?;
        let sent = self.sent(&draft, hand_out, handed, confirmation, person(access), now)?;
        if let Some(edit) = &sent.revision {
            draft.current_revision = edit.number;
            draft.current_hash = edit.hash;
        }
        let circumstances = self
            .circumstances(access, &case, confirmation, now, sent.is_edited, reason.is_some())
            .await?;
        let record =
            self.record(access, &draft, hand_out, confirmation, &circumstances, &sent).await?;
        let closed = closed(hand_out, HandOutOutcome::Sent, now, reason);
        let guard = case.guard.record.clone().relaxed(now);
        let mut commit = self
            .commit()?
            .change(Write::Update { record: guard, read: case.guard.version })
            .change(Write::Update { record: closed, read: case.hand_out.version })
            .change(Write::Update { record: draft, read: case.draft.version })
            .change(Write::Insert(record.clone()))
            .audit(self.audit(access, "delivery.confirm", "hand_out", record.hand_out_id)?);
        commit.expects.extend(sent.unerased);
        if let Some(edit) = sent.revision {
            commit = commit.change(Write::Insert(edit));
        }
        match self.apply(commit).await? {
            Applied::Done => Ok(Some(Confirmed::Recorded(Box::new(record)))),
            Applied::Again | Applied::Taken => Ok(None),
        }
    }

    /// The record, at the end of the shop's chain.
    async fn record(
        &self,
        access: &Access,
        draft: &Draft,
        hand_out: &HandOut,
        confirmation: &Confirmation,
        circumstances: &Circumstances,
        sent: &Sent,
    ) -> Result<DeliveryRecord> {
        let store = &self.inner.store;
        let before = store.last_delivery(access.tenant(), &hand_out.shop_ref).await?;
        let place = before.as_ref().map_or(0, |before| before.record.seq);
        let none = Digest32::new([0; 32]);
        let mut record = DeliveryRecord {
            tenant_id: access.tenant(),
            delivery_id: self.env().id()?,
            seq: place.saturating_add(1),
            hand_out_id: hand_out.hand_out_id,
            draft_id: draft.draft_id,
            shop_ref: hand_out.shop_ref.clone(),
            creator_ref: hand_out.creator_ref.clone(),
            seller_id: person(access),
            outcome: if circumstances.edited {
                DeliveryOutcome::SentEdited
            } else {
                DeliveryOutcome::Sent
            },
            channel: draft.channel,
            sent_at: confirmation.sent_at,
            recorded_at: circumstances.recorded_at,
            revision_hash: hand_out.revision_hash,
            final_hash: sent.text_hash,
            flags: join(&circumstances.flags()),
            idempotency_key: confirmation.idempotency_key.clone(),
            payload_hash: sent.payload_hash,
            prev_hash: before.map_or(none, |before| before.record.hash),
            hash: none,
        };
        record.hash = record.expected_hash();
        Ok(record)
    }

    /// The answer to a confirmation of what was confirmed before. After an erasure nothing can tell
    /// whether the same is said again; the key alone decides then.
    fn again(
        &self,
        handed: Option<&DraftRevision>,
        first: DeliveryRecord,
        confirmation: &Confirmation,
    ) -> Result<Confirmed> {
        if first.idempotency_key != confirmation.idempotency_key {
            return Ok(Confirmed::AlreadyConfirmed(Box::new(first)));
        }
        let (keyring, payload) = (&self.env().keyring, payload(confirmation));
        if handed.is_none_or(|handed| handed.has_hash(keyring, &payload, &first.payload_hash)) {
            Ok(Confirmed::Repeated(Box::new(first)))
        } else {
            Err(Error::IdempotencyConflict)
        }
    }

    async fn circumstances(
        &self,
        access: &Access,
        case: &Case,
        confirmation: &Confirmation,
        now: DateTime<Utc>,
        edited: bool,
        resolved: bool,
    ) -> Result<Circumstances> {
        let HandOut { shop_ref, creator_ref, at, lease_until, .. } = &case.hand_out.record;
        let tenant = access.tenant();
        let store = &self.inner.store;
        let contact = store.contact(tenant, shop_ref, creator_ref).await?;
        let zones = zones(&case.policy, shop_ref.as_str(), contact.as_ref().map(|c| &c.record));
        let keys = suppression::candidates(&self.env().keyring, tenant, shop_ref, creator_ref);
        let rows = store.suppressions(&keys).await?;
        let sent_at = confirmation.sent_at;
        Ok(Circumstances {
            sent_at,
            recorded_at: now,
            handed_out_at: *at,
            lease_until: *lease_until,
            quiet: is_quiet(&case.policy, &zones, sent_at),
            opted_out: rows.iter().flatten().any(|row| row.record.interval().contains(sent_at)),
            edited,
            resolved,
        })
    }
}

/// The same hand-out, closed.
pub(super) fn closed(
    hand_out: &HandOut,
    outcome: HandOutOutcome,
    now: DateTime<Utc>,
    reason: Option<&str>,
) -> HandOut {
    HandOut {
        outcome,
        closed_at: Some(now),
        close_reason: reason.map(ToOwned::to_owned),
        ..hand_out.clone()
    }
}
