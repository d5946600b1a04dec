use serde_json::{Value, json};

use super::envelope::Refusal;
use super::gate::Call;
use super::state::{ShopState, Subscription};

/// `GET /event/202309/webhooks`.
pub(crate) fn list(state: &ShopState) -> Value {
    let webhooks: Vec<Value> = state
        .subscriptions
        .iter()
        .map(|(event_type, subscription)| {
            json!({
                "event_type": event_type,
                "address": subscription.address,
                "create_time": subscription.create_time,
                "update_time": subscription.update_time,
            })
        })
        .collect();
    json!({ "total_count": webhooks.len(), "webhooks": webhooks })
}

/// `PUT /event/202309/webhooks`: sets or replaces the address of one event.
pub(crate) fn set(state: &mut ShopState, call: &Call) -> Result<Value, Refusal> {
    let event_type = event_type(call)?;
    let address = call
        .body_text("address")
        .filter(|address| address.starts_with("https://") && address.len() <= 255)
        .ok_or(Refusal::parameter("Invalid address: https and at most 255 characters"))?;
    let entry = state.subscriptions.entry(event_type).or_insert_with(|| Subscription {
        address: String::new(),
        create_time: call.now,
        update_time: call.now,
    });
    address.clone_into(&mut entry.address);
    entry.update_time = call.now;
    state.touch();
    Ok(json!({}))
}

/// `DELETE /event/202309/webhooks`: removing what is not set succeeds too.
pub(crate) fn remove(state: &mut ShopState, call: &Call) -> Result<Value, Refusal> {
    if state.subscriptions.remove(&event_type(call)?).is_some() {
        state.touch();
    }
    Ok(json!({}))
}

fn event_type(call: &Call) -> Result<String, Refusal> {
    call.body_text("event_type")
        .filter(|name| EVENT_TYPES.contains(name))
        .map(str::to_owned)
        .ok_or(Refusal::parameter("Invalid event_type"))
}

const EVENT_TYPES: [&str; 17] = [
    "CANCELLATION_STATUS_CHANGE",
    "INVOICE_STATUS_CHANGE",
    "NEW_CONVERSATION",
    "NEW_MESSAGE",
    "NEW_MESSAGE_LISTENER",
    "ORDER_STATUS_CHANGE",
    "PACKAGE_UPDATE",
    "PRODUCT_AUDIT_STATUS_CHANGE",
    "PRODUCT_CATEGORY_CHANGE",
    "PRODUCT_CREATION",
    "PRODUCT_INFORMATION_CHANGE",
    "PRODUCT_STATUS_CHANGE",
    "RECIPIENT_ADDRESS_UPDATE",
    "RETURN_STATUS_CHANGE",
    "REVERSE_STATUS_UPDATE",
    "SELLER_DEAUTHORIZATION",
    "UPCOMING_AUTHORIZATION_EXPIRATION",
];
