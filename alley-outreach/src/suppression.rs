//! Who must not be contacted. Kept under a keyed hash, so that it outlives the erasure of the
//! creator and cannot be turned back into a list of people.

use alley_core::{
    CreatorRef, Digest32, Key, Keyring, Record, ShopRef, TenantId, elements, text_enum,
};
use chrono::{DateTime, Utc};

use crate::pacing::Interval;

text_enum! {
    /// How far a suppression reaches.
    pub enum SuppressionScope {
        /// One shop.
        Shop => "shop",
        /// All shops of the seller.
        Tenant => "tenant",
    }
}

text_enum! {
    /// Why a creator must not be contacted.
    pub enum SuppressionReason {
        /// The creator said so.
        OptOut => "opt_out",
        /// The platform says so.
        Blocked => "blocked",
        /// The creator complained.
        Complaint => "complaint",
        /// A legal duty.
        Legal => "legal",
        /// A member decided so.
        Manual => "manual",
    }
}

/// One creator who must not be contacted by one shop, or by all of a seller.
#[derive(Clone, Debug, Eq, PartialEq, Record)]
#[record(name = "suppression", domain = "outreach", id = creator_key, tenant = tenant_id)]
#[record(owned_by(tenant = tenant_id))]
#[non_exhaustive]
pub struct Suppression {
    /// The seller.
    #[record(technical)]
    pub tenant_id: TenantId,
    /// Keyed hash of tenant, scope and creator.
    #[record(technical)]
    pub creator_key: Digest32,
    /// How far it reaches.
    #[record(element = elements::OPERATIONAL_PACING)]
    pub scope: SuppressionScope,
    /// Why.
    #[record(element = elements::OPERATIONAL_PACING)]
    pub reason: SuppressionReason,
    /// From when on.
    #[record(element = elements::OPERATIONAL_PACING)]
    pub from_at: DateTime<Utc>,
    /// Until when; `None` for good.
    #[record(element = elements::OPERATIONAL_PACING)]
    pub until_at: Option<DateTime<Utc>>,
    /// Where it is known from: `seller`, `import:…`.
    #[record(element = elements::OPERATIONAL_PACING)]
    pub source: String,
    /// When it was written.
    #[record(technical)]
    pub created_at: DateTime<Utc>,
}

impl Suppression {
    /// When it holds.
    pub const fn interval(&self) -> Interval {
        Interval { from: self.from_at, until: self.until_at }
    }
}

/// The keys under which a suppression of this creator may stand: for the shop and for the tenant,
/// each under every enabled key of the keyring, those of the primary first.
pub(crate) fn candidates(
    keyring: &Keyring,
    tenant: TenantId,
    shop: &ShopRef,
    creator: &CreatorRef,
) -> Vec<Key> {
    let of =
        |shop: Option<&ShopRef>| keyring.blind_indexes(FIELD, &canonical(tenant, shop, creator));
    of(Some(shop)).into_iter().chain(of(None)).map(|digest| Key::of(tenant, &digest)).collect()
}

/// The key of a new suppression, and those under which it may stand already.
pub(crate) fn keys(
    keyring: &Keyring,
    tenant: TenantId,
    shop: Option<&ShopRef>,
    creator: &CreatorRef,
) -> (Digest32, Vec<Key>) {
    let canonical = canonical(tenant, shop, creator);
    let standing = keyring.blind_indexes(FIELD, &canonical);
    let new = keyring.blind_index(FIELD, &canonical);
    (new, standing.into_iter().map(|digest| Key::of(tenant, &digest)).collect())
}

const FIELD: &str = "suppression.creator_key";

fn canonical(tenant: TenantId, shop: Option<&ShopRef>, creator: &CreatorRef) -> Vec<u8> {
    let mut bytes = tenant.as_uuid().as_bytes().to_vec();
    for part in ["tiktok", shop.map_or("", ShopRef::as_str), creator.as_str()] {
        bytes.extend_from_slice(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        bytes.extend_from_slice(part.as_bytes());
    }
    bytes
}
