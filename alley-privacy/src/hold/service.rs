//! Placing and releasing holds, in steps that a crash may interrupt anywhere.

use std::sync::Arc;

use alley_core::{
    Actor, Commit, EdgeKind, Env, Expect, Fact, HoldAction, HoldId, HoldMark, Key, PageRequest,
    Purpose, RecordType, Value, Versioned, Write,
};
use chrono::{DateTime, Utc};

use super::store::{HoldChange, HoldStore};
use super::{HoldItem, HoldItemState, HoldReason, HoldState, LegalHold};
use crate::data_map::DataMap;
use crate::directory::{Ask, Directory, Walk};
use crate::error::{Error, Result};

/// Attempts against other workers before a call gives up.
pub(super) const ATTEMPTS: u32 = 8;

/// Places and releases legal holds.
#[derive(Clone, Debug)]
pub struct Holds {
    pub(crate) env: Env,
    pub(crate) store: Arc<dyn HoldStore>,
    pub(crate) directory: Arc<Directory>,
    pub(crate) map: Arc<DataMap>,
}

/// The answer to [`Holds::place`].
#[must_use]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum HoldPlacement {
    /// Every store acknowledged it.
    Active(HoldId),
    /// It was accepted; [`Holds::settle`] or the job `settle-holds` tells the remaining stores.
    Placing(HoldId),
    /// Rows of this type are not held (the data map says so): credentials and tokens.
    Unholdable,
    /// There is no such row.
    NoSuchRow,
}

impl HoldPlacement {
    /// The hold, active or about to be.
    #[must_use]
    pub const fn hold(self) -> Option<HoldId> {
        match self {
            Self::Active(hold) | Self::Placing(hold) => Some(hold),
            Self::Unholdable | Self::NoSuchRow => None,
        }
    }
}

impl Holds {
    /// Places a hold on a row, and with `subtree` on all that it owns or is a holder of. It counts when the answer is
    /// `Active`: an erasure that begins later spares the rows. Rows that are added below the row
    /// later are held when an erasure or a sweep meets them.
    ///
    /// `authority` is a case number or an office, never a person's name.
    ///
    /// # Errors
    /// When a store fails. The hold may then be `placing`; the job goes on with it.
    ///
    /// # Cancel safety
    /// A dropped call leaves no hold or one that is `placing`.
    #[expect(clippy::too_many_arguments, reason = "each is a fact that the hold's record keeps")]
    pub async fn place(
        &self,
        actor: Actor,
        record: &str,
        key: &Key,
        subtree: bool,
        reason: HoldReason,
        authority: &str,
        review_by: Option<DateTime<Utc>>,
    ) -> Result<HoldPlacement> {
        let record = self.directory.record(record)?;
        if !self.map.is_holdable(record) {
            return Ok(HoldPlacement::Unholdable);
        }
        if !self.directory.exists(record, key).await? {
            return Ok(HoldPlacement::NoSuchRow);
        }
        let id: HoldId = self.env.id()?;
        let purpose = Purpose::SecurityLegal;
        let mut audit = self.env.audit(actor, "hold.place", purpose)?.target("legal_hold", id);
        audit.tenant_id = tenant_of(record, key);
        let hold = LegalHold {
            id,
            tenant_id: tenant_of(record, key),
            root_record: record.name.to_owned(),
            root_hash: Some(HoldItem::id_of(id, record.name, key)),
            subtree,
            reason,
            authority: authority.to_owned(),
            placed_by: audit.actor.clone(),
            state: HoldState::Placing,
            placed_at: self.env.now(),
            review_by,
            released_at: None,
        };
        let item = HoldItem::new(id, record.name, key, subtree);
        let commit = self.env.commit()?.change(Write::Insert(hold)).change(Write::Insert(item));
        self.store.commit(commit.audit(audit)).await?;
        match self.settle(id).await? {
            HoldState::Active => Ok(HoldPlacement::Active(id)),
            _ => Ok(HoldPlacement::Placing(id)),
        }
    }

    /// Ends a hold. What waited for it goes on by itself. A second call only clears what a worker
    /// that died beside the first may have left marked.
    ///
    /// # Errors
    /// When there is no such hold or a store fails; the job goes on with a half-released hold.
    ///
    /// # Cancel safety
    /// A dropped call leaves the hold active or `releasing`.
    pub async fn release(&self, actor: Actor, id: HoldId) -> Result<HoldState> {
        for _ in 0..ATTEMPTS {
            let found = self.load(id).await?;
            if matches!(found.record.state, HoldState::Releasing | HoldState::Released) {
                return self.settle(id).await;
            }
            let mut hold = found.record;
            let mut audit = self.env.audit(actor, "hold.release", Purpose::SecurityLegal)?;
            audit.tenant_id = hold.tenant_id;
            hold.state = HoldState::Releasing;
            let write = Write::Update { record: hold, read: found.version };
            let commit = self.env.commit()?.change(write).audit(audit.target("legal_hold", id));
            match self.store.commit(commit).await {
                Ok(_) => return self.settle(id).await,
                Err(error) if error.is_conflict() => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Contended { what: "legal hold" })
    }

    /// Goes on with a hold that is being placed or released; answers how far it is. For a released
    /// hold it clears leftover items and marks.
    ///
    /// # Errors
    /// When there is no such hold or a store fails.
    ///
    /// # Cancel safety
    /// May be dropped at any time and called again.
    pub async fn settle(&self, id: HoldId) -> Result<HoldState> {
        for _ in 0..ATTEMPTS {
            let found = self.load(id).await?;
            let (state, fact) = match found.record.state {
                HoldState::Placing => {
                    self.tell(&found.record).await?;
                    let (hold, tenant) = (id.to_string(), found.record.tenant_id);
                    (HoldState::Active, Fact::HoldPlaced { hold, tenant })
                }
                HoldState::Releasing => {
                    self.lift(id).await?;
                    let (hold, tenant) = (id.to_string(), found.record.tenant_id);
                    (HoldState::Released, Fact::HoldReleased { hold, tenant })
                }
                HoldState::Active => return Ok(HoldState::Active),
                // A worker that died beside the release may have left something behind.
                HoldState::Released => {
                    self.lift(id).await?;
                    return Ok(HoldState::Released);
                }
            };
            let mut hold = found.record;
            hold.state = state;
            hold.released_at = (state == HoldState::Released).then(|| self.env.now());
            let write = Write::Update { record: hold, read: found.version };
            let commit = self.env.commit()?.change(write).fact(self.env.fact(fact)?);
            match self.store.commit(commit).await {
                Ok(_) => return Ok(state),
                Err(error) if error.is_conflict() => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Contended { what: "legal hold" })
    }

    /// A hold.
    ///
    /// # Errors
    /// When there is no such hold or the store fails.
    pub async fn load(&self, id: HoldId) -> Result<Versioned<LegalHold>> {
        self.store.hold(id).await?.ok_or(Error::Unknown { what: "legal hold" })
    }

    /// The hold if it is placing or active: only then may rows be added to it or marked for it.
    pub(super) async fn standing(&self, id: HoldId) -> Result<Option<Versioned<LegalHold>>> {
        let hold = self.store.hold(id).await?;
        Ok(hold.filter(|hold| matches!(hold.record.state, HoldState::Placing | HoldState::Active)))
    }

    /// Tells stores of every pending row and adds what the rows own or hold, until none is pending
    /// or somebody has released the hold.
    async fn tell(&self, hold: &LegalHold) -> Result<()> {
        loop {
            let page = self.store.items_in_state(hold.id, HoldItemState::Pending, few()).await?;
            let Some(first) = page.items.first() else {
                return Ok(());
            };
            let name = first.record.record.clone();
            let record = self.directory.record(&name)?;
            let same: Vec<_> =
                page.items.into_iter().filter(|item| item.record.record == name).collect();
            let keys = same.iter().map(|item| key_of(&item.record)).collect::<Result<Vec<_>>>()?;
            if !self.mark(hold.id, record, &keys).await? {
                return Ok(());
            }
            if hold.subtree && !self.add_owned(hold.id, record, &keys).await? {
                return Ok(());
            }
            let Some(read) = self.standing(hold.id).await? else {
                return Ok(());
            };
            let mut commit = self.env.commit()?.expect(unchanged(&read));
            for Versioned { record: mut item, version, .. } in same {
                item.state = HoldItemState::Placed;
                commit = commit.change(Write::Update { record: item, read: version });
            }
            self.commit(commit).await?;
        }
    }

    /// Marks rows that have an item. Answers `false`, and leaves no mark, if the hold is released.
    ///
    /// A release deletes items only after the hold has left `active`. So a hold that still stands
    /// after the mark was made has the item still, and a later release finds the mark by it.
    pub(super) async fn mark(
        &self,
        hold: HoldId,
        record: &'static RecordType,
        keys: &[Key],
    ) -> Result<bool> {
        if self.standing(hold).await?.is_none() {
            return Ok(false);
        }
        let mark = HoldMark { hold, record, keys: keys.to_vec(), action: HoldAction::Place };
        self.directory.set_hold(&mark).await?;
        if self.standing(hold).await?.is_some() {
            return Ok(true);
        }
        // The items may be gone, so that nothing would lead to these marks: they come back first,
        // and a crash from here on is repaired by the next call that settles the hold.
        self.restore(hold, record, keys).await?;
        self.lift(hold).await?;
        Ok(false)
    }

    async fn restore(&self, hold: HoldId, record: &RecordType, keys: &[Key]) -> Result<()> {
        for _ in 0..ATTEMPTS {
            let commit = self.insert_absent(hold, record, keys, self.env.commit()?).await?;
            if commit.changes.is_empty() || self.commit(commit).await? {
                return Ok(());
            }
        }
        Err(Error::Contended { what: "legal hold" })
    }

    /// Answers `false` if the hold is released.
    async fn add_owned(
        &self,
        hold: HoldId,
        owner: &'static RecordType,
        keys: &[Key],
    ) -> Result<bool> {
        for (record, edge) in self.directory.incoming(owner.name) {
            if !covers(edge.kind) || !self.map.is_holdable(record) {
                continue;
            }
            let mut walk = Walk::new(&self.directory, record);
            while let Some(found) = walk.next(record, Ask::Reach(edge, keys), 200).await? {
                if !self.add(hold, record, &found).await? {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// Adds pending items for rows that have none. Answers `false` if the hold is released.
    pub(super) async fn add(
        &self,
        hold: HoldId,
        record: &RecordType,
        keys: &[Key],
    ) -> Result<bool> {
        for _ in 0..ATTEMPTS {
            let Some(read) = self.standing(hold).await? else {
                return Ok(false);
            };
            let commit = self.env.commit()?.expect(unchanged(&read));
            let commit = self.insert_absent(hold, record, keys, commit).await?;
            if commit.changes.is_empty() || self.commit(commit).await? {
                return Ok(true);
            }
        }
        Err(Error::Contended { what: "legal hold" })
    }

    async fn insert_absent(
        &self,
        hold: HoldId,
        record: &RecordType,
        keys: &[Key],
        mut commit: Commit<HoldChange>,
    ) -> Result<Commit<HoldChange>> {
        for key in keys {
            let item = HoldItem::new(hold, record.name, key, true);
            if self.store.item(item.id).await?.is_none() {
                commit = commit.change(Write::Insert(item));
            }
        }
        Ok(commit)
    }

    async fn lift(&self, hold: HoldId) -> Result<()> {
        for state in [HoldItemState::Pending, HoldItemState::Placed] {
            loop {
                let page = self.store.items_in_state(hold, state, few()).await?;
                let Some(first) = page.items.first() else {
                    break;
                };
                let name = first.record.record.clone();
                let record = self.directory.record(&name)?;
                let same: Vec<_> =
                    page.items.into_iter().filter(|item| item.record.record == name).collect();
                let keys =
                    same.iter().map(|item| key_of(&item.record)).collect::<Result<Vec<_>>>()?;
                let mark = HoldMark { hold, record, keys, action: HoldAction::Lift };
                self.directory.set_hold(&mark).await?;
                let mut commit = self.env.commit()?;
                for item in same {
                    let key = Key::global(&item.record.id);
                    let write = Write::<HoldItem>::Delete { key, read: item.version };
                    commit = commit.change(write);
                }
                self.commit(commit).await?;
            }
        }
        Ok(())
    }

    /// Answers `false` on a conflict: another worker was first, and what it did must be read again.
    pub(super) async fn commit(&self, commit: Commit<HoldChange>) -> Result<bool> {
        match self.store.commit(commit).await {
            Ok(_) => Ok(true),
            Err(error) if error.is_conflict() => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

/// Whether a hold on the target of an edge covers the row that has the edge.
pub(super) const fn covers(edge: EdgeKind) -> bool {
    matches!(edge, EdgeKind::OwnedBy | EdgeKind::SharedBy)
}

pub(super) fn unchanged(hold: &Versioned<LegalHold>) -> Expect {
    Expect::unchanged::<LegalHold>(Key::global(&hold.record.id), hold.version)
}

/// The row's tenant: that of its key, or the tenant itself.
fn tenant_of(record: &RecordType, key: &Key) -> Option<alley_core::TenantId> {
    match (key.tenant(), record.name, key.id()) {
        (Some(tenant), _, _) => Some(tenant),
        (None, "tenant", Value::Bytes(bytes)) => {
            uuid::Uuid::from_slice(bytes).ok().map(alley_core::TenantId::from_uuid)
        }
        _ => None,
    }
}

fn key_of(item: &HoldItem) -> Result<Key> {
    Key::from_bytes(&item.key).map_err(|_cause| {
        alley_core::StoreError::corrupt("legal_hold_item", "a key is not in its byte form").into()
    })
}

fn few() -> PageRequest {
    PageRequest::first(500)
}
