//! Receiving webhooks: verify, store sealed, answer. Effects run later, as a job (`tiktok-inbox`).
//!
//! Partner Center, "TikTok Shop webhooks": answer within three seconds, 200 with an empty body, or
//! 401 when the signature is wrong. Anything else is sent again four times, the last about 15.5
//! hours after the first.

use alley_core::webhook::Reply;
use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderMap, StatusCode};

use super::Tiktok;
use crate::inbox::InboxEvent;
use crate::store::commit_shop_data;

impl Tiktok {
    /// Takes a webhook: 200 when it is stored, now or before; 401 when the signature is wrong;
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
        let event = InboxEvent::sealed(body, env.now(), &env.keyring, env.random.as_ref())?;
        let commit = env.commit()?.change(alley_core::Write::Insert(event));
        match commit_shop_data(self.shop_data(), commit).await {
            // The same event came before.
            Err(error) if error.is_conflict() => Ok(()),
            other => other.map(drop).map_err(Into::into),
        }
    }
}
