//! What webhooks cause, after they were answered.

use alley_core::inbox::Payload;
use alley_core::{
    Digest32, Key, Keyring, OpenError, Record, SealContext, SealError, Sealed, SecureRandom,
    ShopRef, elements, text_enum,
};
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::ExposeSecret as _;
use sha2::{Digest as _, Sha256};

use crate::ids::OrderId;
use crate::text;
use crate::webhook::WebhookEvent;

text_enum! {
    /// How far a webhook is.
    pub enum InboxState {
        /// Its effects wait.
        Pending => "pending",
        /// Nothing is left to do; also kinds that have no effect here.
        Handled => "handled",
        /// Its effects failed so often that a person should look, within the two days that are
        /// left to the row.
        Failed => "failed",
    }
}

/// A webhook as it was received. Belongs to no tenant yet, since webhooks name none.
#[derive(Clone, Debug, Eq, PartialEq, Record)]
#[record(name = "tiktok_inbox_event", domain = "tiktok", id = event_id, anchor = handled_at)]
#[non_exhaustive]
pub struct InboxEvent {
    /// `tts_notification_id`, or `sha256:` and the hash of the body where there is none.
    #[record(technical)]
    pub event_id: String,
    /// The raw body, sealed. Some kinds hold order or message data.
    #[record(element = elements::CONNECTED_ORDER)]
    pub body: Sealed,
    /// A keyed hash of the body; absent in webhooks that were received before it was kept.
    #[record(technical)]
    pub payload_hash: Option<Digest32>,
    /// How far it is.
    #[record(technical)]
    pub state: InboxState,
    /// How often its effects failed.
    #[record(technical)]
    pub attempts: u32,
    /// When it came.
    #[record(technical)]
    pub received_at: DateTime<Utc>,
    /// When its effects may be tried.
    #[record(technical)]
    pub due_at: DateTime<Utc>,
    /// When nothing was left to do, or was tried for the last time; two days later the row goes.
    #[record(technical)]
    pub handled_at: Option<DateTime<Utc>>,
}

impl InboxEvent {
    pub(crate) fn sealed(
        body: &[u8],
        payload: &Payload,
        now: DateTime<Utc>,
        keyring: &Keyring,
        random: &dyn SecureRandom,
    ) -> Result<Self, SealError> {
        let event_id = event_id(body);
        let key = Key::global(&event_id).to_bytes();
        let context = SealContext::field(Self::TYPE.name, "body", None, &key);
        let body = keyring.seal(&context, body, random)?;
        Ok(Self {
            event_id,
            body,
            payload_hash: payload.hash(),
            state: InboxState::Pending,
            attempts: 0,
            received_at: now,
            due_at: now,
            handled_at: None,
        })
    }

    /// The event; `None` if the body is no JSON object.
    pub(crate) fn open(&self, keyring: &Keyring) -> Result<Option<WebhookEvent>, OpenError> {
        let key = Key::global(&self.event_id).to_bytes();
        let context = SealContext::field(Self::TYPE.name, "body", None, &key);
        let body = keyring.open(&context, &self.body)?;
        Ok(serde_json::from_slice(body.expose_secret()).ok())
    }

    /// The same row, done with.
    pub(crate) fn handled(mut self, now: DateTime<Utc>) -> Self {
        self.state = InboxState::Handled;
        self.handled_at = Some(now);
        self
    }

    /// The same row after its effects failed: tried again after a minute, doubled each time up to
    /// an hour, twenty times in all. The last failure ends it, so that its body does not stay for
    /// ever.
    pub(crate) fn failed(mut self, now: DateTime<Utc>) -> Self {
        self.attempts = self.attempts.saturating_add(1);
        if self.attempts >= MAX_ATTEMPTS {
            self.state = InboxState::Failed;
            self.handled_at = Some(now);
        }
        let minutes = 1_i64 << self.attempts.saturating_sub(1).min(6);
        self.due_at = now + TimeDelta::minutes(minutes.min(60));
        self
    }
}

fn event_id(body: &[u8]) -> String {
    let event: Option<WebhookEvent> = serde_json::from_slice(body).ok();
    let named = event.and_then(|event| event.tts_notification_id).filter(|id| {
        let length = id.as_str().len();
        (1..=128).contains(&length) && !id.as_str().chars().any(char::is_control)
    });
    match named {
        Some(id) => id.to_string(),
        None => format!("sha256:{}", text::hex(&Sha256::digest(body))),
    }
}

/// What an event asks for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Effect {
    /// An order has a new status.
    OrderStatus { shop: ShopRef, order: OrderId, status: String, at: DateTime<Utc> },
    /// A seller took the authorization back.
    SellerLeft { shop: ShopRef, at: DateTime<Utc> },
    /// A creator did.
    CreatorLeft { open_id: String, at: DateTime<Utc> },
    /// An authorization ends soon.
    EndsSoon { shop: ShopRef, at: DateTime<Utc>, ends_at: Option<DateTime<Utc>> },
    /// Nothing here; the row stays for the host until it is pruned.
    Nothing,
}

/// Decides what an event asks for. Events that lack what their effect needs ask for nothing.
pub(crate) fn effect(event: &WebhookEvent) -> Effect {
    let shop = || ShopRef::new(event.shop_id.as_ref()?.as_str()).ok();
    let data = event.data.clone().unwrap_or_default();
    let found = match event.r#type {
        Some(1) => shop().and_then(|shop| {
            Some(Effect::OrderStatus {
                shop,
                order: OrderId::new(data.order_id?.as_str()).ok()?,
                // The webhook's word differs from that of the API for one status.
                status: match data.order_status?.as_str() {
                    "CANCEL" => "CANCELLED".to_owned(),
                    other => other.to_owned(),
                },
                at: DateTime::from_timestamp(data.update_time?, 0)?,
            })
        }),
        Some(6) => shop().and_then(|shop| Some(Effect::SellerLeft { shop, at: event.at()? })),
        Some(7) => shop().and_then(|shop| {
            let ends_at = data.expiration_time.and_then(|at| DateTime::from_timestamp(at, 0));
            Some(Effect::EndsSoon { shop, at: event.at()?, ends_at })
        }),
        Some(20) => event.creator_open_id.as_ref().and_then(|open_id| {
            Some(Effect::CreatorLeft { open_id: open_id.to_string(), at: event.at()? })
        }),
        _ => None,
    };
    found.unwrap_or(Effect::Nothing)
}

const MAX_ATTEMPTS: u32 = 20;
/// Deliveries end 15.5 hours after the first; within this time a repeated one is recognized.
pub(crate) const KEPT: TimeDelta = TimeDelta::hours(48);

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> WebhookEvent {
        serde_json::from_str(body).unwrap()
    }

    #[test]
    fn fixtures_ask_for_their_effects() {
        let one = effect(&read(include_str!("../tests/data/type_01.json")));
        assert!(matches!(one, Effect::OrderStatus { .. }), "{one:?}");
        let six = effect(&read(include_str!("../tests/data/type_06.json")));
        assert!(matches!(six, Effect::SellerLeft { .. }), "{six:?}");
        let seven = effect(&read(include_str!("../tests/data/type_07.json")));
        assert!(matches!(seven, Effect::EndsSoon { ends_at: None, .. }), "{seven:?}");
        let twenty = effect(&read(include_str!("../tests/data/type_20.json")));
        assert!(matches!(twenty, Effect::CreatorLeft { .. }), "{twenty:?}");
    }

    #[test]
    fn unknown_and_incomplete_events_ask_for_nothing() {
        for body in [
            "{}",
            r#"{"type":9001,"shop_id":"1"}"#,
            r#"{"type":1,"shop_id":"1","timestamp":5,"data":null}"#,
            r#"{"type":6,"timestamp":5}"#,
            r#"{"type":"x","data":[1]}"#,
        ] {
            assert_eq!(effect(&read(body)), Effect::Nothing, "{body}");
        }
    }

    #[test]
    fn ids_may_arrive_as_numbers_and_cancel_is_the_word_of_the_api() {
        let body = r#"{"type":1,"shop_id":7494049642642441621,"data":
            {"order_id":576486316948490001,"order_status":"CANCEL","update_time":"1644412885"}}"#;
        match effect(&read(body)) {
            Effect::OrderStatus { order, status, .. } => {
                assert_eq!((order.as_str(), status.as_str()), ("576486316948490001", "CANCELLED"));
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_event_without_id_is_known_by_its_bytes() {
        assert_eq!(event_id(br#"{"tts_notification_id":77}"#), "77");
        assert_eq!(event_id(b"[]"), event_id(b"[]"));
        assert_ne!(event_id(b"[]"), event_id(b"[ ]"));
        assert!(event_id(br#"{"tts_notification_id":""}"#).starts_with("sha256:"));
    }
}
