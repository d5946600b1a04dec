use serde_json::Value;

use super::books::Books;
use super::customer;
use super::form::Form;
use super::problem::Problem;
use super::shape::{PORTAL_SESSION, blank};
use crate::json::set;

/// The address in the answer is a short-lived bearer link. Nothing is kept of it.
pub(crate) fn create(books: &mut Books<'_>, form: &Form) -> Result<Value, Problem> {
    let customer_id = form.need("customer")?;
    if customer::living(books, customer_id).is_none() {
        return Err(Problem::no_such("customer", customer_id, "customer"));
    }
    let mut session = blank(PORTAL_SESSION);
    let id = books.fresh_id("bps_1");
    set(&mut session, "id", id.as_str());
    set(&mut session, "created", books.now);
    set(&mut session, "customer", customer_id);
    set(&mut session, "return_url", form.get("return_url"));
    let secret = books.fresh_id("test_");
    set(&mut session, "url", format!("https://billing.example.test/p/session/{secret}"));
    if let Some(flow) = form.get("flow_data[type]") {
        set(&mut session, "flow", serde_json::json!({ "type": flow }));
    }
    Ok(session)
}
