//! What a decision looks at: past hand-outs, and the one who would get the next message.

use chrono::{DateTime, Utc};

use super::rule::Scope;

/// One hand-out of the past.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "input of a pure function, written by its callers")]
pub struct Entry {
    /// Identifies the spend; seeds its jitter.
    pub id: String,
    /// When the text was handed out.
    pub at: DateTime<Utc>,
    /// Whom it counts for and whom it was for.
    pub recipient: Recipient,
    /// End of its lease while the hand-out is open.
    pub open_until: Option<DateTime<Utc>>,
    /// The seller said that it was not sent and the policy gives the spend back. It still counts
    /// as a message without an answer.
    pub refunded: bool,
}

/// The four scopes of a hand-out, and what is known of the creator.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "input of a pure function, written by its callers")]
pub struct Recipient {
    /// The seller: in the services of this crate, the tenant.
    pub seller: String,
    /// The shop.
    pub shop: String,
    /// The campaign.
    pub campaign: String,
    /// The creator.
    pub creator: String,
    /// Whether the creator wrote first, answered, accepted or showed the product.
    pub connected: bool,
}

impl Recipient {
    /// The key that spends of one scope share.
    pub fn key(&self, scope: Scope) -> String {
        match scope {
            Scope::Seller => self.seller.clone(),
            Scope::Shop => self.shop.clone(),
            Scope::Campaign => self.campaign.clone(),
            Scope::Creator => format!("{}/{}", self.shop, self.creator),
        }
    }

    /// Whether both have the same key in a scope.
    pub fn shares(&self, other: &Self, scope: Scope) -> bool {
        match scope {
            Scope::Seller => self.seller == other.seller,
            Scope::Shop => self.shop == other.shop,
            Scope::Campaign => self.campaign == other.campaign,
            Scope::Creator => self.shop == other.shop && self.creator == other.creator,
        }
    }
}

/// A stretch of time, half open; without an end it lasts for ever.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "input of a pure function, written by its callers")]
pub struct Interval {
    /// First instant inside.
    pub from: DateTime<Utc>,
    /// First instant outside.
    pub until: Option<DateTime<Utc>>,
}

impl Interval {
    /// Whether an instant lies inside.
    pub fn contains(&self, at: DateTime<Utc>) -> bool {
        self.from <= at && self.until.is_none_or(|until| at < until)
    }
}
