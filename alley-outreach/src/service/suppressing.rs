//! Suppressing: an opt-out is honored at once, for every draft of the creator.

use alley_core::{Access, CreatorRef, Digest32, ShopRef, Versioned, Write};
use chrono::{DateTime, Utc};

use super::settings::guard_write;
use super::{ATTEMPTS, Applied, Outreach};
use crate::draft::{Draft, DraftState, Event};
use crate::error::{Error, Result};
use crate::pacing::PacingState;
use crate::suppression::{self, Suppression, SuppressionReason, SuppressionScope};

/// Who must not be contacted any more.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Suppress {
    /// The creator.
    pub creator: CreatorRef,
    /// By this shop; `None` by all of the seller.
    pub shop: Option<ShopRef>,
    /// Why.
    pub reason: SuppressionReason,
    /// Until when; `None` for good.
    pub until: Option<DateTime<Utc>>,
    /// Where it is known from: 1 to 64 bytes, no personal data.
    pub source: String,
}

impl Suppress {
    /// An opt-out of a creator from all of a seller, for good.
    pub fn opt_out(creator: CreatorRef) -> Self {
        Self {
            creator,
            shop: None,
            reason: SuppressionReason::OptOut,
            until: None,
            source: "seller".to_owned(),
        }
    }
}

impl Outreach {
    /// Suppresses a creator and ends every draft that nobody outside has; what is in a seller's hands
    /// is marked. Answers how many drafts ended. After it returned, no hand-out to the creator
    /// commits. Saying the same again changes nothing; a longer suppression replaces a shorter one.
    ///
    /// # Errors
    /// When the source is out of bounds, or the store fails.
    pub async fn suppress(&self, access: &Access, suppress: &Suppress) -> Result<u64> {
        if suppress.source.is_empty() || suppress.source.len() > 64 {
            return Err(Error::Invalid { what: "the source of a suppression has 1 to 64 bytes" });
        }
        let _turn = self.inner.lanes.enter(access.tenant()).await;
        for _ in 0..ATTEMPTS {
            if let Some(ended) = self.try_suppress(access, suppress).await? {
                return Ok(ended);
            }
        }
        Err(Error::Contended)
    }

    async fn try_suppress(&self, access: &Access, suppress: &Suppress) -> Result<Option<u64>> {
        let tenant = access.tenant();
        let now = self.env().now();
        let store = &self.inner.store;
        let guard = store.pacing_state(tenant).await?;
        let shop = suppress.shop.as_ref();
        let (new, standing) =
            suppression::keys(&self.env().keyring, tenant, shop, &suppress.creator);
        let before = store.suppressions(&standing).await?.into_iter().flatten().next();
        let write = written(access, suppress, before, new, now);
        let mut ended = 0_u64;
        let mut commit = self.commit()?;
        for draft in store.drafts_of_creator(tenant, &suppress.creator).await? {
            let concerned = shop.is_none_or(|shop| draft.record.shop_ref == *shop);
            let Ok(next) = draft.record.clone().after(Event::Suppress, now) else {
                continue;
            };
            let marked = Draft { after_opt_out: true, ..next };
            if !concerned || marked == draft.record {
                continue;
            }
            ended = ended.saturating_add(u64::from(marked.state == DraftState::Suppressed));
            let entry = self.audit(access, "draft.suppress", "draft", marked.draft_id)?;
            let change = Write::Update { record: marked, read: draft.version };
            commit = commit.change(change).audit(entry);
        }
        match write {
            None if commit.changes.is_empty() => return Ok(Some(0)),
            None => {}
            Some(write) => {
                let entry =
                    self.audit(access, "creator.suppress", "suppression", suppress.reason)?;
                commit = commit.change(write).audit(entry);
            }
        }
        let (state, read) = match guard {
            Some(guard) => (guard.record, Some(guard.version)),
            None => (PacingState::new(tenant, now), None),
        };
        let state = PacingState { updated_at: now, ..state };
        match self.apply(commit.change(guard_write(state, read))).await? {
            Applied::Done => Ok(Some(ended)),
            Applied::Again | Applied::Taken => Ok(None),
        }
    }
}

/// The change of the suppression itself; none if what stands holds at least as long.
fn written(
    access: &Access,
    suppress: &Suppress,
    before: Option<Versioned<Suppression>>,
    new: Digest32,
    now: DateTime<Utc>,
) -> Option<Write<Suppression>> {
    let standing = before.as_ref().map(|before| before.record.creator_key);
    let scope = match suppress.shop {
        None => SuppressionScope::Tenant,
        Some(_) => SuppressionScope::Shop,
    };
    let row = Suppression {
        tenant_id: access.tenant(),
        creator_key: standing.unwrap_or(new),
        scope,
        reason: suppress.reason,
        from_at: now,
        until_at: suppress.until,
        source: suppress.source.clone(),
        created_at: now,
    };
    let Some(Versioned { record, version, .. }) = before else {
        return Some(Write::Insert(row));
    };
    if covers(&record, &row) {
        return None;
    }
    let from_at = record.from_at.min(now);
    let row = Suppression { from_at, created_at: record.created_at, ..row };
    Some(Write::Update { record: row, read: version })
}

/// Whether the first holds at least as long as the second.
fn covers(first: &Suppression, second: &Suppression) -> bool {
    first.from_at <= second.from_at
        && match (first.until_at, second.until_at) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(first), Some(second)) => first >= second,
        }
}
