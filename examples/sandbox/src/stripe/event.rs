use bytes::Bytes;
use chrono::{DateTime, SecondsFormat};
use serde_json::{Value, json};

use super::books::Books;
use super::form::Form;
use super::list::{Created, is, page};
use super::options::Options;
use super::problem::Problem;
use super::shape::render;
use super::sign::signature_header;
use super::state::StripeState;
use crate::delivery::Delivery;
use crate::json::{integer, set, text};

/// Only the last 30 days can be read.
pub(crate) fn get(books: &Books<'_>, id: &str) -> Result<Value, Problem> {
    books
        .state
        .events
        .get(id)
        .filter(|event| is_kept(books, event))
        .cloned()
        .ok_or_else(|| Problem::not_found("event", id))
}

pub(crate) fn get_thin(books: &Books<'_>, id: &str) -> Result<Value, Problem> {
    let snapshot_id = id.replacen(THIN_PREFIX, "evt_", 1);
    get(books, &snapshot_id)
        .map(|event| thin(&event))
        .map_err(|_unknown| Problem::not_found("event", id))
}

pub(crate) fn list(books: &Books<'_>, form: &Form) -> Result<Value, Problem> {
    let created = Created::read(form)?;
    let kinds = form.scalars("types");
    let found = books.state.events.newest_first().filter(|event| {
        is_kept(books, event)
            && created.takes(event)
            && is(event, "type", form.get("type"))
            && (kinds.is_empty() || kinds.contains(&text(event, "type")))
    });
    page(found, form, "/v1/events")
}

/// Keeps an event about the object as it is now, in the endpoint's version, and names its id.
pub(crate) fn record(
    books: &mut Books<'_>,
    kind: &str,
    object: &Value,
    previous: Option<Value>,
) -> String {
    let id = books.fresh_id("evt_1");
    let version =
        books.state.event_version.clone().unwrap_or_else(|| books.options.api_version.clone());
    let mut object = object.clone();
    render(&mut object, &version);
    let mut data = json!({ "object": object });
    if let Some(previous) = previous {
        set(&mut data, "previous_attributes", previous);
    }
    let event = json!({
        "id": id,
        "object": "event",
        "api_version": version,
        "created": books.now,
        "data": data,
        "livemode": false,
        "pending_webhooks": 1,
        "request": { "id": null, "idempotency_key": null },
        "type": kind,
    });
    books.state.events.place(&id, event);
    id
}

/// The signed webhooks of kept events; unknown ids are left out.
pub(crate) fn deliveries(
    options: &Options,
    state: &StripeState,
    ids: &[String],
    now: i64,
) -> Vec<Delivery> {
    ids.iter()
        .filter_map(|id| state.events.get(id))
        .map(|event| deliver(options, event, now))
        .collect()
}

pub(crate) fn thin_delivery(
    options: &Options,
    state: &StripeState,
    id: &str,
    now: i64,
) -> Option<Delivery> {
    state.events.get(id).map(|event| deliver(options, &thin(event), now))
}

fn deliver(options: &Options, event: &Value, now: i64) -> Delivery {
    let body = Bytes::from(event.to_string());
    let mut secrets = vec![options.webhook_secret.as_str()];
    secrets.extend(options.rolled_secret.as_deref());
    let signature = signature_header(&secrets, now, &body);
    let (id, kind) = (text(event, "id").to_owned(), text(event, "type").to_owned());
    Delivery::new(id, kind, "stripe-signature", &signature, body)
}

/// The notification form: ids and a kind, no object.
fn thin(event: &Value) -> Value {
    let id = text(event, "id");
    let object = event.pointer("/data/object").cloned().unwrap_or_default();
    let kind = text(&object, "object");
    let created = DateTime::from_timestamp(integer(event, "/created"), 0).unwrap_or_default();
    json!({
        "id": id.replacen("evt_", THIN_PREFIX, 1),
        "object": "v2.core.event",
        "type": format!("v1.{}", text(event, "type")),
        "livemode": false,
        "created": created.to_rfc3339_opts(SecondsFormat::Millis, true),
        "context": null,
        "reason": null,
        "related_object": {
            "id": text(&object, "id"),
            "type": kind,
            "url": format!("/v1/{}s/{}", kind.replace('.', "/"), text(&object, "id")),
        },
        "snapshot_event": id,
    })
}

fn is_kept(books: &Books<'_>, event: &Value) -> bool {
    integer(event, "/created") + 30 * 86_400 > books.now
}

const THIN_PREFIX: &str = "evt_test_65";
