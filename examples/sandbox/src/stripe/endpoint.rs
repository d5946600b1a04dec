use serde_json::{Value, json};

use super::books::Books;
use super::form::Form;
use super::problem::Problem;
use super::shape;
use crate::json::set;

/// Creates a webhook endpoint. The secret is only in this answer; it is the configured one, so that
/// deliveries verify whichever way the application got it. Events follow the endpoint's version.
pub(crate) fn create(books: &mut Books<'_>, form: &Form) -> Result<Value, Problem> {
    let url = form.need("url")?;
    let events = form.scalars("enabled_events");
    if events.is_empty() {
        return Err(Problem::missing("enabled_events"));
    }
    let version = form.get("api_version");
    if let Some(version) = version.filter(|version| !shape::is_version(version)) {
        return Err(Problem::invalid("api_version", &format!("a version, not {version}")));
    }
    let id = books.fresh_id("we_1");
    let mut endpoint = json!({
        "id": id,
        "object": "webhook_endpoint",
        "api_version": version,
        "application": null,
        "created": books.now,
        "description": form.get("description"),
        "enabled_events": events,
        "livemode": false,
        "metadata": form.map("metadata")?,
        "status": "enabled",
        "url": url,
    });
    books.state.endpoints.place(&id, endpoint.clone());
    books.state.event_version = version.map(str::to_owned);
    set(&mut endpoint, "secret", books.options.webhook_secret.as_str());
    Ok(endpoint)
}
