//! What an event says, read only after its signature was verified.

use alley_core::Keyring;
use alley_core::inbox::Payload;
use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::ids::{CustomerRef, EventRef};
use crate::invoice::InvoiceReply;
use crate::subscription::SubscriptionReply;
use crate::wire::{Malformed, Object};

/// Types of events that billing acts on, without the `v1.` that thin events put in front. All
/// types of a listed family are taken, so that a later member is a hint as well.
const FAMILIES: &[&str] = &["checkout.session.", "customer.subscription.", "invoice."];

const SINGLE: &[&str] = &["customer.deleted"];

/// Whether billing acts on events of this type.
pub(crate) fn is_listened_to(kind: &str) -> bool {
    SINGLE.contains(&kind) || FAMILIES.iter().any(|family| kind.starts_with(family))
}

/// The kind of object that an event is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Target {
    Customer,
    Subscription,
    Invoice,
    Checkout,
}

impl Target {
    /// The target of a type that [`is_listened_to`].
    pub(crate) fn of(kind: &str) -> Option<Self> {
        if kind.starts_with("customer.subscription.") {
            Some(Self::Subscription)
        } else if kind.starts_with("invoice.") {
            Some(Self::Invoice)
        } else if kind.starts_with("checkout.session.") {
            Some(Self::Checkout)
        } else if kind.starts_with("customer.") {
            Some(Self::Customer)
        } else {
            None
        }
    }
}

/// A snapshot event or a thin one, reduced to what is needed.
#[derive(Debug)]
pub(crate) struct Envelope<'a> {
    pub(crate) id: EventRef,
    /// Without the `v1.` of thin events.
    pub(crate) kind: String,
    pub(crate) livemode: bool,
    /// Another account than ours is concerned (connected accounts, contexts).
    pub(crate) foreign: bool,
    pub(crate) created_at: Option<DateTime<Utc>>,
    pub(crate) api_version: Option<String>,
    /// It carries no state.
    pub(crate) thin: bool,
    /// The snapshot event that tells the same, if this is a thin one.
    pub(crate) twin: Option<EventRef>,
    pub(crate) object_id: Option<String>,
    pub(crate) customer: Option<CustomerRef>,
    object: Option<&'a Value>,
}

impl<'a> Envelope<'a> {
    /// Branches on `object` before anything else: the two kinds share few members.
    pub(crate) fn read(value: &'a Value) -> Result<Self, Malformed> {
        let event = Object::new("event", value);
        match event.text("object") {
            Some("event") => Self::snapshot(value, event),
            Some("v2.core.event") => Self::thin(event),
            _ => Err(Malformed::new("event", "object")),
        }
    }

    fn snapshot(value: &'a Value, event: Object<'a>) -> Result<Self, Malformed> {
        let object = event.at("data").at("object");
        let kind = event.word("type").ok_or(Malformed::new("event", "type"))?;
        let own = if Target::of(&kind) == Some(Target::Customer) { "id" } else { "customer" };
        Ok(Self {
            id: event.required("id", EventRef::new)?,
            kind,
            livemode: event.flag("livemode"),
            foreign: event.id("account").is_some(),
            created_at: event.time("created"),
            api_version: event.word("api_version"),
            thin: false,
            twin: None,
            object_id: object.word("id"),
            customer: object.reference(own, CustomerRef::new),
            object: value.get("data").and_then(|data| data.get("object")),
        })
    }

    fn thin(event: Object<'a>) -> Result<Self, Malformed> {
        let kind = event.word("type").ok_or(Malformed::new("event", "type"))?;
        let kind = kind.strip_prefix("v1.").map(str::to_owned).unwrap_or(kind);
        let object_id = event.at("related_object").word("id");
        let customer = match Target::of(&kind) {
            Some(Target::Customer) => object_id.clone().and_then(|id| CustomerRef::new(id).ok()),
            _ => None,
        };
        Ok(Self {
            id: event.required("id", EventRef::new)?,
            kind,
            livemode: event.flag("livemode"),
            foreign: event.word("context").is_some(),
            created_at: event.time("created"),
            api_version: None,
            thin: true,
            twin: event.reference("snapshot_event", EventRef::new),
            object_id,
            customer,
            object: None,
        })
    }

    /// What makes its content, and is the same in every delivery. The rest of a body is not: it counts
    /// the endpoints that have not answered yet.
    pub(crate) fn payload(&self, keyring: &Keyring) -> Payload {
        let object = self.object.map(ToString::to_string).unwrap_or_default();
        let id = self.object_id.as_deref().unwrap_or_default();
        Payload::new(keyring, &[self.kind.as_bytes(), id.as_bytes(), object.as_bytes()])
    }

    /// The state that a snapshot carries, if it is of a kind that is kept.
    pub(crate) fn state(&self) -> Result<State, Malformed> {
        match (Target::of(&self.kind), self.object) {
            (Some(Target::Subscription), Some(object)) => {
                SubscriptionReply::read(object).map(|reply| State::Subscription(Box::new(reply)))
            }
            // An upcoming invoice has no id yet and is no invoice.
            (Some(Target::Invoice), Some(object)) if self.object_id.is_some() => {
                InvoiceReply::read(object).map(|reply| State::Invoice(Box::new(reply)))
            }
            _ => Ok(State::None),
        }
    }
}

/// The state of one object.
#[derive(Debug)]
pub(crate) enum State {
    Subscription(Box<SubscriptionReply>),
    Invoice(Box<InvoiceReply>),
    None,
}
