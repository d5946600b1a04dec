//! The port of legal holds.

use alley_core::{
    Commit, Committed, Digest32, Field as _, HoldId, Key, Page, PageRequest, Query, Record,
    RecordStore, RecordStoreExt as _, StoreError, Versioned, changes, store,
};
use async_trait::async_trait;

use super::{HoldItem, HoldItemState, HoldState, LegalHold};

changes! {
    /// What can be written through [`HoldStore`].
    pub enum HoldChange {
        /// A hold.
        Hold(LegalHold),
        /// A row that a hold covers.
        Item(HoldItem),
    }
}

pub(crate) static HOLDS_IN_STATE: Query =
    Query::new("legal_holds_in_state", LegalHold::TYPE).equals(&["state"]);
pub(crate) static ITEMS_IN_STATE: Query =
    Query::new("legal_hold_items_in_state", HoldItem::TYPE).equals(&["hold_id", "state"]);
pub(crate) static ITEMS_OF_ROW: Query =
    Query::new("legal_hold_items_of_row", HoldItem::TYPE).equals(&["record", "key"]);

/// Keeps legal holds and the rows that they cover.
///
/// # Contract
/// `commit` keeps the contract of [`Commit`]; a read sees every commit that returned before it.
#[async_trait]
pub trait HoldStore: std::fmt::Debug + Send + Sync + 'static {
    /// A hold.
    async fn hold(&self, id: HoldId) -> Result<Option<Versioned<LegalHold>>, StoreError>;

    /// Holds in a state.
    async fn holds_in_state(
        &self,
        state: HoldState,
        page: PageRequest,
    ) -> Result<Page<Versioned<LegalHold>>, StoreError>;

    /// A row that a hold covers.
    async fn item(&self, id: Digest32) -> Result<Option<Versioned<HoldItem>>, StoreError>;

    /// Rows that a hold covers, by whether stores know.
    async fn items_in_state(
        &self,
        hold: HoldId,
        state: HoldItemState,
        page: PageRequest,
    ) -> Result<Page<Versioned<HoldItem>>, StoreError>;

    /// What holds one row.
    async fn items_of_row(
        &self,
        record: &str,
        key: &Key,
    ) -> Result<Vec<Versioned<HoldItem>>, StoreError>;

    /// Applies all of a commit, or nothing of it.
    async fn commit(&self, commit: Commit<HoldChange>) -> Result<Committed, StoreError>;
}

#[async_trait]
impl<S: RecordStore + ?Sized> HoldStore for S {
    async fn hold(&self, id: HoldId) -> Result<Option<Versioned<LegalHold>>, StoreError> {
        self.record(&Key::global(&id)).await
    }

    async fn holds_in_state(
        &self,
        state: HoldState,
        page: PageRequest,
    ) -> Result<Page<Versioned<LegalHold>>, StoreError> {
        self.records(&HOLDS_IN_STATE, &[state.to_value()], page).await
    }

    async fn item(&self, id: Digest32) -> Result<Option<Versioned<HoldItem>>, StoreError> {
        self.record(&Key::global(&id)).await
    }

    async fn items_in_state(
        &self,
        hold: HoldId,
        state: HoldItemState,
        page: PageRequest,
    ) -> Result<Page<Versioned<HoldItem>>, StoreError> {
        self.records(&ITEMS_IN_STATE, &[hold.to_value(), state.to_value()], page).await
    }

    async fn items_of_row(
        &self,
        record: &str,
        key: &Key,
    ) -> Result<Vec<Versioned<HoldItem>>, StoreError> {
        let arguments = [record.to_owned().to_value(), key.to_bytes().to_value()];
        store::all(self, &ITEMS_OF_ROW, &arguments).await
    }

    async fn commit(&self, commit: Commit<HoldChange>) -> Result<Committed, StoreError> {
        RecordStore::commit(self, commit.lower()).await
    }
}
