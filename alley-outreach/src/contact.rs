//! What a shop knows of a creator that it may write to.

use alley_core::{CreatorRef, Digest32, Record, ShopRef, TenantId, elements};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use sha2::{Digest as _, Sha256};

/// A creator as one shop knows them. Without one, a creator counts as unconnected, in an unknown
/// zone, who never answered.
#[derive(Clone, Debug, Eq, PartialEq, Record)]
#[record(name = "contact", domain = "outreach", id = contact_key, tenant = tenant_id)]
#[record(subject = creator_ref, owned_by(tenant = tenant_id))]
#[record(references(creator = creator_ref, on_erased = delete_source))]
#[non_exhaustive]
pub struct Contact {
    /// The seller.
    #[record(technical)]
    pub tenant_id: TenantId,
    /// Follows from shop and creator.
    #[record(technical)]
    pub contact_key: Digest32,
    /// The shop.
    #[record(element = elements::CONTENT_DRAFT)]
    pub shop_ref: ShopRef,
    /// The creator.
    #[record(element = elements::CONTENT_DRAFT)]
    pub creator_ref: CreatorRef,
    /// As the creator appears on the platform.
    #[record(element = elements::CONTENT_DRAFT)]
    pub handle: Option<String>,
    /// A language tag: `en-US`.
    #[record(element = elements::CONTENT_DRAFT)]
    pub locale: Option<String>,
    /// Name of the creator's time zone, if known.
    #[record(element = elements::CONTENT_DRAFT)]
    pub zone: Option<String>,
    /// Whether the creator wrote first, answered, accepted or showed the product.
    #[record(element = elements::CONTENT_DRAFT)]
    pub connected: bool,
    /// When the creator last answered.
    #[record(element = elements::CONTENT_DRAFT)]
    pub last_reply_at: Option<DateTime<Utc>>,
    /// When this was last written.
    #[record(technical)]
    pub updated_at: DateTime<Utc>,
}

/// What a host knows of a creator.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ContactDetails {
    /// The shop.
    pub shop: ShopRef,
    /// The creator.
    pub creator: CreatorRef,
    /// As the creator appears on the platform.
    pub handle: Option<String>,
    /// A language tag.
    pub locale: Option<String>,
    /// The creator's time zone.
    pub zone: Option<Tz>,
    /// Whether they are connected.
    pub connected: bool,
    /// When the creator last answered; an earlier instant than the stored one changes nothing.
    pub last_reply_at: Option<DateTime<Utc>>,
}

impl ContactDetails {
    /// A creator of whom nothing more is known.
    pub const fn new(shop: ShopRef, creator: CreatorRef) -> Self {
        Self {
            shop,
            creator,
            handle: None,
            locale: None,
            zone: None,
            connected: false,
            last_reply_at: None,
        }
    }
}

impl Contact {
    /// The creator's zone, if it is known and this build knows it.
    pub fn zone(&self) -> Option<Tz> {
        self.zone.as_deref().and_then(|name| name.parse().ok())
    }

    /// The stored form of what a host knows, on top of what was stored.
    pub(crate) fn from_details(
        tenant: TenantId,
        details: ContactDetails,
        before: Option<&Self>,
        now: DateTime<Utc>,
    ) -> Self {
        let replied = before.and_then(|before| before.last_reply_at);
        Self {
            tenant_id: tenant,
            contact_key: contact_key(&details.shop, &details.creator),
            handle: details.handle,
            locale: details.locale,
            zone: details.zone.map(|zone| zone.name().to_owned()),
            connected: details.connected,
            last_reply_at: details.last_reply_at.max(replied),
            updated_at: now,
            shop_ref: details.shop,
            creator_ref: details.creator,
        }
    }
}

/// The id of a contact.
pub(crate) fn contact_key(shop: &ShopRef, creator: &CreatorRef) -> Digest32 {
    let mut hash = Sha256::new();
    hash.update(shop.as_str());
    // Neither reference can hold a control character.
    hash.update([0]);
    hash.update(creator.as_str());
    Digest32::new(hash.finalize().into())
}
