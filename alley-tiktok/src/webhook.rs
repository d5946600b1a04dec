//! Webhooks: their signature and their envelope.

use alley_core::webhook::HmacSha256Key;
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret as _, SecretString};

use crate::wire::{Text, wire};

/// Checks the signatures of webhooks of one app: the header `Authorization` holds, without a
/// scheme, HMAC-SHA256 with the app secret over the app key directly followed by the raw body, in
/// lower-case hexadecimal.
pub struct WebhookVerifier {
    app_key: String,
    key: HmacSha256Key,
}

impl WebhookVerifier {
    /// A verifier with the app's key and secret.
    pub fn new(app_key: impl Into<String>, app_secret: &SecretString) -> Self {
        let key = HmacSha256Key::new(app_secret.expose_secret().as_bytes());
        Self { app_key: app_key.into(), key }
    }

    /// Whether `presented` signs exactly these bytes. In constant time; any length is borne, and
    /// upper-case digits are refused as TikTok's own tools refuse them.
    pub fn verify(&self, body: &[u8], presented: &str) -> bool {
        let lower = !presented.bytes().any(|byte| byte.is_ascii_uppercase());
        self.key.verify_hex(&[self.app_key.as_bytes(), body], presented) && lower
    }
}

impl std::fmt::Debug for WebhookVerifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebhookVerifier").field("app_key", &self.app_key).finish_non_exhaustive()
    }
}

wire! {
    /// The envelope of a webhook. Exactly one of the owners is there, by type.
    pub struct WebhookEvent {
        /// What kind of event; kinds that this version does not know are kept.
        r#type: Option<i64>,
        /// The same for every delivery of the event; not every kind has it.
        tts_notification_id: Option<Text>,
        /// Unix seconds.
        timestamp: Option<i64>,
        /// The shop concerned.
        shop_id: Option<Text>,
        /// The seller concerned.
        seller_open_id: Option<Text>,
        /// The creator concerned.
        creator_open_id: Option<Text>,
        /// What happened.
        data: Option<WebhookData>,
    }
    /// Those parts of all kinds of event that effects need.
    pub struct WebhookData {
        /// Of kinds 1, 3, 11, 12.
        order_id: Option<Text>,
        /// Of kind 1.
        order_status: Option<Text>,
        /// Unix seconds.
        update_time: Option<i64>,
        /// Of kind 7: Unix seconds when the authorization ends.
        expiration_time: Option<i64>,
        /// Of kind 20: Unix seconds.
        cancel_time: Option<i64>,
    }
}

impl WebhookEvent {
    /// When it happened, by the platform's clock.
    pub fn at(&self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp(self.timestamp?, 0)
    }
}
