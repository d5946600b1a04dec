//! Receiving webhooks: verify, store sealed, answer. Effects run later, as a job (`tiktok-inbox`).
//!
//! Partner Center, "TikTok Shop webhooks": answer within three seconds, 200 with an empty body, or
//! 401 when the signature is wrong. Anything else is sent again four times, the last about 15.5
//! hours after the first.

use alley_core::Record as _;
use alley_core::inbox::{self, Payload, Received};
use alley_core::webhook::Reply;
use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderMap, StatusCode};

use super::Tiktok;
use crate::inbox::InboxEvent;
use crate::store::{commit_shop_data, kept_payload};

impl Tiktok {
    /// Takes a webhook: 200 when it is stored, now or before, also with another body (the first one
    /// stays, and the audit trail says `webhook.receive`, denied); 401 when the signature is wrong;
    /// 413 when it is larger than 64 KiB; 503 when it could not be stored, so that it comes again.
    /// The body of the answer is always empty.
    ///
    /// # Cancel safety
    /// A dropped call has stored the event or not; the platform sends it again.
    pub async fn receive(&self, headers: &HeaderMap, body: Bytes) -> Reply {
        if body.len() > alley_core::Sealed::MAX_PLAINTEXT_BYTES {
            return Reply::empty(StatusCode::PAYLOAD_TOO_LARGE);
        }
        let mut presented = headers.get_all(AUTHORIZATION).iter();
        let signature = match (presented.next(), presented.next()) {
            (Some(value), None) => value.to_str().unwrap_or_default(),
            _ => "",
        };
        if !self.inner.verifier.verify(&body, signature) {
            return Reply::empty(StatusCode::UNAUTHORIZED);
        }
        match self.keep(&body).await {
            Ok(()) => Reply::empty(StatusCode::OK),
            Err(_) => Reply::empty(StatusCode::SERVICE_UNAVAILABLE),
        }
    }

    async fn keep(&self, body: &[u8]) -> crate::error::Result<()> {
        let env = &self.inner.exchange.env;
        let payload = Payload::new(&env.keyring, &[body]);
        let random = env.random.as_ref();
        let event = InboxEvent::sealed(body, &payload, env.now(), &env.keyring, random)?;
        let id = event.event_id.clone();
        let insert = env.commit()?.change(alley_core::Write::Insert(event));
        let insert = commit_shop_data(self.shop_data(), insert);
        let kept = kept_payload(self.shop_data(), &id);
        if inbox::receive(&payload, insert, kept).await? == Received::Altered {
            // TikTok signed two bodies under one id. The first one stays; a person should look.
            let entry = inbox::altered(env, "tiktok", InboxEvent::TYPE.name, &id)?;
            commit_shop_data(self.shop_data(), env.commit()?.audit(entry)).await?;
        }
        Ok(())
    }
}
