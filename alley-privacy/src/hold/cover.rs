//! Which hold covers a row.

use alley_core::{HoldId, Key, PageRequest, RecordType, Value, Versioned, Write};

use super::service::{covers, unchanged};
use super::{HoldItem, HoldItemState, HoldState, Holds};
use crate::directory::target_key;
use crate::error::Result;

impl Holds {
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

    /// The hold that covers a row: its own, or one on an owner or holder that covers what hangs on
    /// it. A row that inherits one is marked in the stores before this returns.
    pub(crate) async fn over(
        &self,
        record: &'static RecordType,
        key: &Key,
        row: Option<&[Value]>,
    ) -> Result<Option<HoldId>> {
        if !self.map.is_holdable(record) {
            return Ok(None);
        }
        for own in self.store.items_of_row(record.name, key).await? {
            if self.is_held_by(record, key, &own.record).await? {
                return Ok(Some(own.record.hold_id));
            }
        }
        let Some(row) = row else { return Ok(None) };
        let mut open = vec![(record, key.clone(), row.to_vec(), 0_u8)];
        while let Some((at, key_at, row, height)) = open.pop() {
            for edge in at.edges.iter().filter(|edge| covers(edge.kind)) {
                let Some((owner, owner_key)) = target_key(&self.directory, at, edge, &key_at, &row)
                else {
                    continue;
                };
                for item in self.store.items_of_row(owner.name, &owner_key).await? {
                    let (hold, subtree) = (item.record.hold_id, item.record.subtree);
                    if subtree && self.inherit(hold, record, key).await? {
                        return Ok(Some(hold));
                    }
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

    /// Whether a row's own item counts. It does while the hold is being released, because the marks
    /// still stand and the release wakes what waits for it; and where the hold is missing, because
    /// nobody released it.
    async fn is_held_by(
        &self,
        record: &'static RecordType,
        key: &Key,
        item: &HoldItem,
    ) -> Result<bool> {
        let hold = self.store.hold(item.hold_id).await?;
        match hold.map(|hold| hold.record.state) {
            Some(HoldState::Released) => Ok(false),
            Some(HoldState::Placing | HoldState::Active)
                if item.state == HoldItemState::Pending =>
            {
                self.mark(item.hold_id, record, std::slice::from_ref(key)).await
            }
            _ => Ok(true),
        }
    }

    /// Covers one more row. Answers `false` if the hold is released: then it covers nothing new.
    async fn inherit(&self, hold: HoldId, record: &'static RecordType, key: &Key) -> Result<bool> {
        let keys = std::slice::from_ref(key);
        // The item comes before the mark, so that a release finds every mark by its item.
        if !self.add(hold, record, keys).await? || !self.mark(hold, record, keys).await? {
            return Ok(false);
        }
        let Some(read) = self.standing(hold).await? else {
            return Ok(false);
        };
        let item = self.store.item(HoldItem::id_of(hold, record.name, key)).await?;
        if let Some(Versioned { record: mut item, version, .. }) = item
            && read.record.state == HoldState::Active
            && item.state == HoldItemState::Pending
        {
            item.state = HoldItemState::Placed;
            let write = Write::Update { record: item, read: version };
            // A conflict is harmless: the mark stands, and a release lifts pending items as well.
            self.commit(self.env.commit()?.expect(unchanged(&read)).change(write)).await?;
        }
        Ok(true)
    }
}
