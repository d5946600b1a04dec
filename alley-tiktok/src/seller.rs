//! Seller: active shops, and where a shop's webhooks go.

mod active_shops;
mod webhook_settings;

pub use active_shops::{ActiveShop, ActiveShops, ListActiveShops};
pub use webhook_settings::{
    Done, ListWebhooks, RemoveWebhook, SetWebhook, WebhookSetting, WebhookSettings,
};
