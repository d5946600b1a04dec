use bytes::Bytes;
use serde_json::{Value, json};

use super::TikTokShop;
use super::authorize;
use super::sign::webhook_signature;
use crate::delivery::Delivery;

impl TikTokShop {
    /// Moves an order on and tells of it (type 1). A list, because a fault may duplicate it.
    pub fn order_status_webhook(&self, order_id: &str, status: &str) -> Vec<Delivery> {
        self.set_order_status(order_id, status);
        let data = json!({
            "order_id": order_id,
            "order_status": status,
            "is_on_hold_order": false,
            "update_time": self.now(),
        });
        self.webhook(1, data)
    }

    /// The seller takes the authorization back: every token is dead, and the shop is told (type 6).
    pub fn deauthorize(&self) -> Vec<Delivery> {
        self.state.with(|state| {
            for grant in &mut state.grants {
                grant.revoked = true;
            }
            state.codes.clear();
            state.touch();
        });
        self.webhook(6, json!({ "message": "The seller has canceled the authorization" }))
    }

    /// The daily notice that the authorization ends soon (type 7).
    pub fn authorization_expiry_webhook(&self, expires_at: i64) -> Vec<Delivery> {
        let data = json!({
            "message": "The authorization is about to end",
            "expiration_time": expires_at.to_string(),
        });
        self.webhook(7, data)
    }

    /// A webhook of any type about the first shop, signed with the app's secret.
    pub fn webhook(&self, kind: u32, data: Value) -> Vec<Delivery> {
        let digits = self.state.with(|state| state.fresh(self.options.seed).digits(16));
        let id = format!("732{digits}");
        let mut body = json!({
            "type": kind,
            "tts_notification_id": id,
            "shop_id": authorize::shop(&self.options, 0).id,
            "timestamp": self.now(),
            "data": null,
        });
        crate::json::set(&mut body, "data", data);
        let body = Bytes::from(body.to_string());
        let (key, secret) = (&self.options.app_key, &self.options.app_secret);
        let signature = webhook_signature(key, secret, &body);
        self.front.faults.distort(vec![Delivery::new(
            id,
            kind.to_string(),
            "authorization",
            &signature,
            body,
        )])
    }
}
