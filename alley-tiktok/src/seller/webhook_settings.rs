//! `GET`, `PUT`, `DELETE /event/202309/webhooks` (Partner Center, "Get Shop Webhooks", "Update Shop
//! Webhook", "Delete Webhook for an Event"). Setting and removing twice is like once.

use alley_core::http::Idempotency;
use bytes::Bytes;
use http::Method;
use serde::Serialize;

use crate::error::Result;
use crate::operation::{Cipher, Operation, json_body};
use crate::wire::{Text, wire};

/// The webhooks that are set for the shop.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct ListWebhooks;

impl ListWebhooks {
    /// The request, which has no parameters.
    pub const fn new() -> Self {
        Self
    }
}

/// Sends events of one type to an address.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct SetWebhook {
    /// HTTPS, a domain without a port, at most 255 characters.
    pub address: String,
    /// `ORDER_STATUS_CHANGE`, `SELLER_DEAUTHORIZATION`, …
    pub event_type: String,
}

impl SetWebhook {
    /// Sends events of `event_type` to `address`.
    pub fn new(event_type: impl Into<String>, address: impl Into<String>) -> Self {
        Self { address: address.into(), event_type: event_type.into() }
    }
}

/// Stops events of one type; succeeds also if there is nothing to stop.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct RemoveWebhook {
    /// `ORDER_STATUS_CHANGE`, `SELLER_DEAUTHORIZATION`, …
    pub event_type: String,
}

impl RemoveWebhook {
    /// Stops events of `event_type`.
    pub fn new(event_type: impl Into<String>) -> Self {
        Self { event_type: event_type.into() }
    }
}

wire! {
    /// Answer to [`ListWebhooks`].
    pub struct WebhookSettings {
        /// One entry a type of event.
        webhooks: Vec<WebhookSetting>,
        /// How many.
        total_count: Option<i64>,
    }
    /// Where events of one type go.
    pub struct WebhookSetting {
        /// Type of event.
        event_type: Option<Text>,
        /// The address.
        address: Option<Text>,
        /// Unix seconds.
        create_time: Option<i64>,
        /// Unix seconds.
        update_time: Option<i64>,
    }
    /// An answer without data.
    pub struct Done {}
}

impl Operation for ListWebhooks {
    const NAME: &'static str = "event.get_shop_webhooks";
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/event/{version}/webhooks";
    const VERSION: &'static str = "202309";
    const CIPHER: Cipher = Cipher::Shop;
    const IDEMPOTENCY: Idempotency = Idempotency::Idempotent;
    const SCOPE: Option<&'static str> = Some("seller.authorization.info");
    type Response = WebhookSettings;
}

impl Operation for SetWebhook {
    const NAME: &'static str = "event.update_shop_webhook";
    const METHOD: Method = Method::PUT;
    const PATH: &'static str = "/event/{version}/webhooks";
    const VERSION: &'static str = "202309";
    const CIPHER: Cipher = Cipher::Shop;
    const IDEMPOTENCY: Idempotency = Idempotency::Idempotent;
    const SCOPE: Option<&'static str> = Some("seller.authorization.info");
    type Response = Done;

    fn body(&self) -> Result<Option<Bytes>> {
        json_body(self)
    }
}

impl Operation for RemoveWebhook {
    const NAME: &'static str = "event.delete_webhook_for_an_event";
    const METHOD: Method = Method::DELETE;
    const PATH: &'static str = "/event/{version}/webhooks";
    const VERSION: &'static str = "202309";
    const CIPHER: Cipher = Cipher::Shop;
    const IDEMPOTENCY: Idempotency = Idempotency::Idempotent;
    const SCOPE: Option<&'static str> = Some("seller.authorization.info");
    type Response = Done;

    fn body(&self) -> Result<Option<Bytes>> {
        json_body(self)
    }
}
