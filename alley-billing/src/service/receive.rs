//! The webhook door: verified, claimed, stored, answered. Effects follow in the job.

use std::sync::atomic::Ordering;

use alley_core::inbox;
use alley_core::webhook::Reply;
use alley_core::{Key, Record as _, SealContext, Sealed, Write};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use secrecy::ExposeSecret as _;
use serde_json::Value;

use super::{Billing, Inner};
use crate::client::StripeClient;
use crate::config::SyncMode;
use crate::error::{Error, Result};
use crate::ids::EventRef;
use crate::inbox::{InboxEvent, InboxState, StoredState};
use crate::store::{Change, kept_payload};
use crate::sync::Received;
use crate::webhook::{
    Envelope, MAX_BODY_BYTES, Rejection, SIGNATURE_HEADER, State, is_listened_to,
};

impl Billing {
    /// Takes a call to the webhook endpoint: headers and body as they came, before anything
    /// touched them. Give the answer back as it is.
    ///
    /// 200 for what is stored, and for what billing does not act on: repetitions, other types,
    /// the other mode, other accounts. An event that comes again with another content is one of
    /// these: the first one stays, and the audit trail says `webhook.receive`, denied.
    /// 400 for what Stripe did not sign now. 413 for more than
    /// [`MAX_BODY_BYTES`](crate::webhook::MAX_BODY_BYTES). 503 when it could not be stored, so
    /// that Stripe sends it again.
    ///
    /// # Cancel safety
    /// May be dropped; Stripe gets no answer then and sends it again.
    pub async fn receive(&self, headers: &HeaderMap, body: Bytes) -> Reply {
        Reply::empty(match self.inner().take(headers, &body).await {
            Ok(status) => status,
            Err(error) => {
                tracing::warn!(%error, "a stripe event could not be stored");
                StatusCode::SERVICE_UNAVAILABLE
            }
        })
    }
}

impl Inner {
    async fn take(&self, headers: &HeaderMap, body: &Bytes) -> Result<StatusCode> {
        if body.len() > MAX_BODY_BYTES {
            return Ok(StatusCode::PAYLOAD_TOO_LARGE);
        }
        if let Err(reason) = self.verify(headers, body) {
            tracing::info!(%reason, "a call to the stripe endpoint was refused");
            return Ok(StatusCode::BAD_REQUEST);
        }
        // A byte order mark is part of what was signed and no part of JSON.
        let text = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
        let parsed = serde_json::from_slice::<Value>(text);
        let envelope = match parsed.as_ref().map(Envelope::read) {
            Ok(Ok(envelope)) => envelope,
            Ok(Err(reason)) => {
                tracing::warn!(%reason, "a signed stripe event cannot be read");
                return Ok(StatusCode::BAD_REQUEST);
            }
            Err(_) => {
                tracing::warn!("a signed stripe event is no JSON");
                return Ok(StatusCode::BAD_REQUEST);
            }
        };
        if let Some(reason) = self.reason_to_ignore(&envelope) {
            tracing::info!(kind = %envelope.kind, reason, "a stripe event is ignored");
            return Ok(StatusCode::OK);
        }
        self.warn_of_version(&envelope);
        let payload = envelope.payload(&self.env.keyring);
        let event = InboxEvent { payload_hash: payload.hash(), ..self.claimed(&envelope)? };
        let insert = self.env.commit::<Change>()?.change(Write::Insert(event.clone()));
        let kept = kept_payload(self.store.as_ref(), &event);
        if inbox::receive(&payload, self.commit(insert), kept).await? == inbox::Received::Altered {
            self.report_altered(&event.event_id).await?;
        }
        Ok(StatusCode::OK)
    }

    /// Stripe signed two contents under one id. The first one stays; a person should look.
    async fn report_altered(&self, event: &EventRef) -> Result<()> {
        tracing::warn!(event = event.as_str(), "a stripe event came again with another content");
        let entry = inbox::altered(&self.env, "stripe", InboxEvent::TYPE.name, event.as_str())?;
        self.commit(self.env.commit()?.audit(entry)).await?;
        Ok(())
    }

    fn verify(&self, headers: &HeaderMap, body: &[u8]) -> Result<(), Rejection> {
        let mut all = headers.get_all(SIGNATURE_HEADER).iter();
        let header = match (all.next(), all.next()) {
            (Some(only), None) => only.to_str().map_err(|_illegal| Rejection::Header)?,
            _ => return Err(Rejection::Header),
        };
        self.config.secrets().verify(header, body, self.config.tolerance(), self.env.now())
    }

    fn reason_to_ignore(&self, envelope: &Envelope<'_>) -> Option<&'static str> {
        if envelope.livemode != self.config.mode().is_live() {
            return Some("it is of the other mode");
        }
        if envelope.foreign {
            return Some("it is of another account");
        }
        if !is_listened_to(&envelope.kind) {
            return Some("billing does not act on this type");
        }
        None
    }

    /// A newer version than ours is read as far as it is known; said once, not for each event.
    fn warn_of_version(&self, envelope: &Envelope<'_>) {
        let newer = envelope.api_version.as_deref().is_some_and(|v| v > StripeClient::VERSION);
        if newer && !self.warned.swap(true, Ordering::Relaxed) {
            tracing::warn!("the stripe endpoint renders a newer API version than is known");
        }
    }

    fn claimed(&self, envelope: &Envelope<'_>) -> Result<InboxEvent> {
        let now = self.env.now();
        let refetch = self.config.sync() == SyncMode::Refetch;
        // Where snapshots carry state, a thin twin must not claim their place.
        let twin = envelope.twin.clone().filter(|_| refetch);
        let event_id = twin.unwrap_or_else(|| envelope.id.clone());
        let payload = if refetch || envelope.thin { None } else { self.seal(&event_id, envelope)? };
        Ok(InboxEvent {
            event_id,
            tenant_id: None,
            kind: envelope.kind.clone(),
            object_id: envelope.object_id.clone(),
            stripe_customer_id: envelope.customer.clone(),
            created_at: envelope.created_at.unwrap_or(now),
            received_at: now,
            api_version: envelope.api_version.clone(),
            payload,
            payload_hash: None,
            state: InboxState::Pending,
            attempts: 0,
            due_at: Some(now),
        })
    }

    /// Seals the part of the state that is kept; none where it cannot be read, so that it is
    /// refetched.
    fn seal(&self, event_id: &EventRef, envelope: &Envelope<'_>) -> Result<Option<Sealed>> {
        let mut stored = StoredState { v: StoredState::VERSION, subscription: None, invoice: None };
        match envelope.state() {
            // Lines beyond the tenth are not in the event.
            Ok(State::Subscription(reply)) if !reply.items_cut => {
                stored.subscription = Some(*reply);
            }
            Ok(State::Invoice(reply)) => stored.invoice = Some(*reply),
            Ok(State::Subscription(_) | State::None) | Err(_) => return Ok(None),
        }
        let bytes = serde_json::to_vec(&stored).map_err(|error| Error::Seal(error.into()))?;
        let key = Key::global(event_id).to_bytes();
        let sealed =
            self.env.keyring.seal(&payload_context(&key), &bytes, self.env.random.as_ref())?;
        Ok(Some(sealed))
    }

    /// Opens the state that an event carries.
    pub(super) fn open(&self, event: alley_core::Versioned<InboxEvent>) -> Result<Received> {
        let Some(sealed) = &event.record.payload else {
            return Ok(Received { event, state: State::None });
        };
        let key = event.record.key().to_bytes();
        let bytes = self.env.keyring.open(&payload_context(&key), sealed)?;
        let stored: StoredState = serde_json::from_slice(bytes.expose_secret())
            .map_err(|error| Error::Seal(error.into()))?;
        if stored.v > StoredState::VERSION {
            return Err(Error::Seal("the event was stored by a newer version".into()));
        }
        let state = match (stored.subscription, stored.invoice) {
            (Some(reply), _) => State::Subscription(Box::new(reply)),
            (None, Some(reply)) => State::Invoice(Box::new(reply)),
            (None, None) => State::None,
        };
        Ok(Received { event, state })
    }
}

fn payload_context(key: &[u8]) -> SealContext<'_> {
    SealContext::field(InboxEvent::TYPE.name, "payload", None, key)
}
