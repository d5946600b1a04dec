//! Facts: what one crate made true and others must act on, delivered through an outbox.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{AccountId, TenantId};
use crate::own_id;

mod outbox;
mod relay;

pub use outbox::{Outbox, OutboxEntry, Settled, Settlement};
pub use relay::{Relay, Subscriber, SubscriberError};

own_id! {
    /// Identifies a fact; a subscriber may keep it to know that it acted.
    FactId, FactKind, "fct"
}

/// What became true. Closed on purpose: a subscriber must consider each.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "a subscriber must consider each")]
pub enum Fact {
    /// A person closed their account; their credentials and sessions are gone already.
    AccountClosed {
        /// Whose.
        account: AccountId,
    },
    /// A seller's organization is closed: tokens, subscription and queue must end.
    TenantClosed {
        /// Which.
        tenant: TenantId,
    },
    /// A tenant may not act for now.
    TenantSuspended {
        /// Which.
        tenant: TenantId,
    },
    /// A connection to a platform ended, by whichever side.
    IntegrationDisconnected {
        /// Whose.
        tenant: TenantId,
        /// The integration's id, as text.
        integration: String,
    },
    /// No subscription grants access any more.
    SubscriptionEnded {
        /// Whose.
        tenant: TenantId,
    },
    /// A payment is disputed.
    DisputeOpened {
        /// Whose.
        tenant: TenantId,
        /// The dispute's id at the payment provider.
        dispute: String,
    },
    /// A dispute ended.
    DisputeClosed {
        /// Whose.
        tenant: TenantId,
        /// The dispute's id at the payment provider.
        dispute: String,
    },
    /// A support ticket was closed; its retention begins.
    TicketClosed {
        /// Whose.
        tenant: TenantId,
        /// The ticket's id, as text.
        ticket: String,
    },
    /// An abuse report was closed; its retention begins.
    ReportClosed {
        /// The report's id, as text.
        report: String,
        /// Whom it concerned, if a tenant.
        tenant: Option<TenantId>,
    },
    /// A legal hold was placed.
    HoldPlaced {
        /// The hold's id, as text.
        hold: String,
        /// Whose data, if a tenant's.
        tenant: Option<TenantId>,
    },
    /// A legal hold was released; what waited for it goes on.
    HoldReleased {
        /// The hold's id, as text.
        hold: String,
        /// Whose data, if a tenant's.
        tenant: Option<TenantId>,
    },
}

impl Fact {
    /// The sequence in which the fact is delivered: facts of one stream arrive in order.
    pub fn stream(&self) -> Stream {
        match self {
            Self::AccountClosed { account } => Stream::Account(*account),
            Self::TenantClosed { tenant }
            | Self::TenantSuspended { tenant }
            | Self::IntegrationDisconnected { tenant, .. }
            | Self::SubscriptionEnded { tenant }
            | Self::DisputeOpened { tenant, .. }
            | Self::DisputeClosed { tenant, .. }
            | Self::TicketClosed { tenant, .. } => Stream::Tenant(*tenant),
            Self::ReportClosed { tenant, .. }
            | Self::HoldPlaced { tenant, .. }
            | Self::HoldReleased { tenant, .. } => tenant.map_or(Stream::Global, Stream::Tenant),
        }
    }
}

/// A sequence of facts that keeps its order.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(clippy::exhaustive_enums, reason = "a store must handle each")]
pub enum Stream {
    /// Facts about no tenant and no account.
    Global,
    /// Facts about a person.
    Account(AccountId),
    /// Facts about a tenant.
    Tenant(TenantId),
}

impl Stream {
    /// The stored form: empty, or a tag and 16 bytes.
    pub fn to_bytes(self) -> Vec<u8> {
        let (tag, uuid) = match self {
            Self::Global => return Vec::new(),
            Self::Account(account) => (1, account.as_uuid()),
            Self::Tenant(tenant) => (2, tenant.as_uuid()),
        };
        let mut bytes = vec![tag];
        bytes.extend_from_slice(uuid.as_bytes());
        bytes
    }

    /// Reads the stored form; `None` for anything else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let Some((tag, uuid)) = bytes.split_first() else {
            return Some(Self::Global);
        };
        let uuid = uuid::Uuid::from_slice(uuid).ok()?;
        match tag {
            1 => Some(Self::Account(AccountId::from_uuid(uuid))),
            2 => Some(Self::Tenant(TenantId::from_uuid(uuid))),
            _ => None,
        }
    }
}

/// A fact on its way into the outbox.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct FactEntry {
    /// Identifies it over all deliveries.
    pub id: FactId,
    /// When it became true.
    pub at: DateTime<Utc>,
    /// What became true.
    pub fact: Fact,
}

impl FactEntry {
    /// A fact; [`Env::fact`](crate::Env::fact) fills in id and time.
    pub const fn new(id: FactId, at: DateTime<Utc>, fact: Fact) -> Self {
        Self { id, at, fact }
    }
}
