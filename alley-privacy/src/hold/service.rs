//! Placing and releasing holds, in steps that a crash may interrupt anywhere.

use std::sync::Arc;

use alley_core::{
    Actor, EdgeKind, Env, Fact, HoldAction, HoldId, HoldMark, Key, PageRequest, Purpose,
    RecordType, Value, Versioned, Write,
};
use chrono::{DateTime, Utc};

use super::store::{HoldChange, HoldStore};
use super::{HoldItem, HoldItemState, HoldReason, HoldState, LegalHold};
use crate::data_map::DataMap;
use crate::directory::{Ask, Directory, Walk, target_key};
use crate::error::{Error, Result};

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
    /// Places a hold on a row, and with `subtree` on all that it owns. It counts when the answer is
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

    /// Ends a hold. What waited for it goes on by itself. A second call changes nothing.
    ///
    /// # Errors
    /// When there is no such hold or a store fails; the job goes on with a half-released hold.
    ///
    /// # Cancel safety
    /// A dropped call leaves the hold active or `releasing`.
    pub async fn release(&self, actor: Actor, id: HoldId) -> Result<HoldState> {
        for _ in 0..8 {
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

    /// Goes on with a hold that is being placed or released; answers how far it is.
    ///
    /// # Errors
    /// When there is no such hold or a store fails.
    ///
    /// # Cancel safety
    /// May be dropped at any time and called again.
    pub async fn settle(&self, id: HoldId) -> Result<HoldState> {
        for _ in 0..8 {
            let found = self.load(id).await?;
            let (state, fact) = match found.record.state {
                HoldState::Placing => {
                    self.tell(&found.record).await?;
                    let (hold, tenant) = (id.to_string(), found.record.tenant_id);
                    (HoldState::Active, Fact::HoldPlaced { hold, tenant })
                }
                HoldState::Releasing => {
                    self.lift(&found.record).await?;
                    let (hold, tenant) = (id.to_string(), found.record.tenant_id);
                    (HoldState::Released, Fact::HoldReleased { hold, tenant })
                }
                HoldState::Active | HoldState::Released => return Ok(found.record.state),
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

    /// Tells stores of every pending row and adds what the rows own, until none is pending.
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
            let mark =
                HoldMark { hold: hold.id, record, keys: keys.clone(), action: HoldAction::Place };
            self.directory.set_hold(&mark).await?;
            if hold.subtree {
                self.add_owned(hold.id, record, &keys).await?;
            }
            let mut commit = self.env.commit()?;
            for Versioned { record: mut item, version, .. } in same {
                item.state = HoldItemState::Placed;
                commit = commit.change(Write::Update { record: item, read: version });
            }
            self.commit(commit).await?;
        }
    }

    async fn add_owned(
        &self,
        hold: HoldId,
        owner: &'static RecordType,
        keys: &[Key],
    ) -> Result<()> {
        for (record, edge) in self.directory.incoming(owner.name) {
            if edge.kind != EdgeKind::OwnedBy || !self.map.is_holdable(record) {
                continue;
            }
            let mut walk = Walk::new(&self.directory, record);
            while let Some(found) = walk.next(record, Ask::Reach(edge, keys), 200).await? {
                self.add(hold, record, &found).await?;
            }
        }
        Ok(())
    }

    async fn add(&self, hold: HoldId, record: &RecordType, keys: &[Key]) -> Result<()> {
        let mut commit = self.env.commit()?;
        for key in keys {
            let item = HoldItem::new(hold, record.name, key, true);
            if self.store.item(item.id).await?.is_none() {
                commit = commit.change(Write::Insert(item));
            }
        }
        self.commit(commit).await
    }

    async fn lift(&self, hold: &LegalHold) -> Result<()> {
        for state in [HoldItemState::Pending, HoldItemState::Placed] {
            loop {
                let page = self.store.items_in_state(hold.id, state, few()).await?;
                let Some(first) = page.items.first() else {
                    break;
                };
                let name = first.record.record.clone();
                let record = self.directory.record(&name)?;
                let same: Vec<_> =
                    page.items.into_iter().filter(|item| item.record.record == name).collect();
                let keys =
                    same.iter().map(|item| key_of(&item.record)).collect::<Result<Vec<_>>>()?;
                let mark = HoldMark { hold: hold.id, record, keys, action: HoldAction::Lift };
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

    /// Another worker may settle the same hold: what it did first is read again.
    async fn commit(&self, commit: alley_core::Commit<HoldChange>) -> Result<()> {
        if commit.changes.is_empty() {
            return Ok(());
        }
        match self.store.commit(commit).await {
            Err(error) if !error.is_conflict() => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// Whether any hold is in force or on its way, so that rows must be looked at one by one.
    pub(crate) async fn any(&self) -> Result<bool> {
        for state in [HoldState::Active, HoldState::Placing, HoldState::Releasing] {
            let page = self.store.holds_in_state(state, PageRequest::first(1)).await?;
            if !page.items.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The hold that covers a row: its own, or one on an owner that covers what the owner owns.
    /// A row that inherits one is marked in the stores before this returns.
    pub(crate) async fn over(
        &self,
        record: &'static RecordType,
        key: &Key,
        row: Option<&[Value]>,
    ) -> Result<Option<HoldId>> {
        if !self.map.is_holdable(record) {
            return Ok(None);
        }
        let own = self.store.items_of_row(record.name, key).await?;
        if let Some(item) = own.first() {
            return Ok(Some(item.record.hold_id));
        }
        let Some(row) = row else { return Ok(None) };
        let mut open = vec![(record, key.clone(), row.to_vec(), 0_u8)];
        while let Some((at, key_at, row, height)) = open.pop() {
            for edge in at.edges.iter().filter(|edge| edge.kind == EdgeKind::OwnedBy) {
                let Some((owner, owner_key)) = target_key(&self.directory, at, edge, &key_at, &row)
                else {
                    continue;
                };
                let items = self.store.items_of_row(owner.name, &owner_key).await?;
                if let Some(item) = items.iter().find(|item| item.record.subtree) {
                    self.inherit(item.record.hold_id, record, key).await?;
                    return Ok(Some(item.record.hold_id));
                }
                // Ownership is a forest of types, so eight owners above each other are plenty.
                if height < 8 {
                    let rows = self.directory.rows(owner, std::slice::from_ref(&owner_key)).await?;
                    if let Some(row) = rows.into_values().next() {
                        open.push((owner, owner_key, row.record, height + 1));
                    }
                }
            }
        }
        Ok(None)
    }

    async fn inherit(&self, hold: HoldId, record: &'static RecordType, key: &Key) -> Result<()> {
        let mark = HoldMark { hold, record, keys: vec![key.clone()], action: HoldAction::Place };
        self.directory.set_hold(&mark).await?;
        let mut item = HoldItem::new(hold, record.name, key, true);
        item.state = HoldItemState::Placed;
        let commit = self.env.commit()?.change(Write::Insert(item));
        self.commit(commit).await
    }
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
