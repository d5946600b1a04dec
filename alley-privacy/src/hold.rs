//! Legal holds: what may not be erased, by whose authority, until when.

mod cover;
mod service;
pub(crate) mod store;

pub use service::{HoldPlacement, Holds};
pub use store::{HoldChange, HoldStore};

use alley_core::{Digest32, HoldId, Key, Record, TenantId, elements, text_enum};
use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};

text_enum! {
    /// Why data is held.
    pub enum HoldReason {
        /// A lawsuit, pending or expected.
        Litigation => "litigation",
        /// An order of an authority.
        Regulator => "regulator",
        /// An internal investigation.
        Investigation => "investigation",
        /// A dispute over payment or delivery.
        Dispute => "dispute",
        /// A duty of tax law.
        Tax => "tax",
    }
}

text_enum! {
    /// How far a hold has come. It counts from `active` on until `releasing`.
    pub enum HoldState {
        /// Stores are being told.
        Placing => "placing",
        /// Every store acknowledged it for every row that it covered when it was placed.
        Active => "active",
        /// Stores are being told that it is over.
        Releasing => "releasing",
        /// Over.
        Released => "released",
    }
}

/// A legal hold on one row, and on all that the row owns or is a holder of if `subtree` says so.
#[derive(Clone, Debug, Eq, PartialEq, Record)]
#[record(name = "legal_hold", domain = "privacy", id = id, subject = root_hash)]
#[non_exhaustive]
pub struct LegalHold {
    /// Time-ordered.
    #[record(technical)]
    pub id: HoldId,
    /// The tenant whose row it is, if it is a tenant's.
    #[record(technical)]
    pub tenant_id: Option<TenantId>,
    /// Name of the record type of the row.
    #[record(technical)]
    pub root_record: String,
    /// SHA-256 of the row's key, which stays when the items go.
    #[record(element = elements::GOVERNANCE_PRIVACY_REQUEST)]
    pub root_hash: Option<Digest32>,
    /// Whether it covers all that the row owns.
    #[record(technical)]
    pub subtree: bool,
    /// Why.
    #[record(technical)]
    pub reason: HoldReason,
    /// By whose authority: a case number or an office, no name of a person.
    #[record(technical)]
    pub authority: String,
    /// Pseudonym of who placed it.
    #[record(element = elements::GOVERNANCE_AUDIT_EVENT)]
    pub placed_by: String,
    /// How far it has come.
    #[record(technical)]
    pub state: HoldState,
    /// When it was asked for.
    #[record(technical)]
    pub placed_at: DateTime<Utc>,
    /// When somebody must look whether it is still needed.
    #[record(technical)]
    pub review_by: Option<DateTime<Utc>>,
    /// When it ended.
    #[record(technical)]
    pub released_at: Option<DateTime<Utc>>,
}

text_enum! {
    /// Whether stores know that a row is held.
    pub enum HoldItemState {
        /// Not yet.
        Pending => "pending",
        /// Every store that keeps the type acknowledged it.
        Placed => "placed",
    }
}

/// A row that a hold covers. Goes when the hold is released.
#[derive(Clone, Debug, Eq, PartialEq, Record)]
#[record(name = "legal_hold_item", domain = "privacy", id = id)]
#[record(owned_by(legal_hold = hold_id))]
#[non_exhaustive]
pub struct HoldItem {
    /// Hash of hold, record type and key.
    #[record(technical)]
    pub id: Digest32,
    /// The hold.
    #[record(technical)]
    pub hold_id: HoldId,
    /// Name of the record type.
    #[record(technical)]
    pub record: String,
    /// The row's key in its byte form.
    #[record(element = elements::GOVERNANCE_PRIVACY_REQUEST)]
    pub key: Vec<u8>,
    /// Whether what the row owns is held as well.
    #[record(technical)]
    pub subtree: bool,
    /// Whether stores know.
    #[record(technical)]
    pub state: HoldItemState,
}

impl HoldItem {
    pub(crate) fn new(hold: HoldId, record: &str, key: &Key, subtree: bool) -> Self {
        Self {
            id: Self::id_of(hold, record, key),
            hold_id: hold,
            record: record.to_owned(),
            key: key.to_bytes(),
            subtree,
            state: HoldItemState::Pending,
        }
    }

    /// The id of a hold's item for a row.
    pub fn id_of(hold: HoldId, record: &str, key: &Key) -> Digest32 {
        let mut hash = Sha256::new();
        hash.update(b"alley hold item 1");
        hash.update(hold.as_uuid().as_bytes());
        hash.update((record.len() as u64).to_be_bytes());
        hash.update(record.as_bytes());
        hash.update(key.to_bytes());
        Digest32::new(hash.finalize().into())
    }
}
