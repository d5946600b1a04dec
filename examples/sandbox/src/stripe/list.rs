use serde_json::{Value, json};

use super::form::Form;
use super::problem::Problem;
use crate::json::{integer, text};

/// One page of a list, newest first.
pub(crate) fn page<'a>(
    found: impl Iterator<Item = &'a Value>,
    form: &Form,
    url: &str,
) -> Result<Value, Problem> {
    let found: Vec<&Value> = found.collect();
    let limit = form.integer("limit")?.unwrap_or(10);
    let limit = usize::try_from(limit)
        .ok()
        .filter(|limit| (1..=100).contains(limit))
        .ok_or_else(|| Problem::invalid("limit", "1 to 100"))?;
    let place = |key: &str, id: &str| {
        found
            .iter()
            .position(|value| text(value, "id") == id)
            .ok_or_else(|| Problem::no_such("object", id, key))
    };
    let (from, to) = match (form.get("starting_after"), form.get("ending_before")) {
        (Some(_), Some(_)) => {
            return Err(Problem::invalid("ending_before", "absent beside starting_after"));
        }
        (Some(id), None) => {
            let from = place("starting_after", id)? + 1;
            (from, (from + limit).min(found.len()))
        }
        (None, Some(id)) => {
            let to = place("ending_before", id)?;
            (to.saturating_sub(limit), to)
        }
        (None, None) => (0, limit.min(found.len())),
    };
    let has_more = match form.get("ending_before") {
        Some(_) => from > 0,
        None => to < found.len(),
    };
    let data = found.get(from..to).unwrap_or_default();
    Ok(json!({ "object": "list", "data": data, "has_more": has_more, "url": url }))
}

/// The filter `created[gte]=…` and its kin.
#[derive(Debug)]
pub(crate) struct Created {
    least: i64,
    most: i64,
}

impl Created {
    pub(crate) fn read(form: &Form) -> Result<Self, Problem> {
        let mut range = Self { least: i64::MIN, most: i64::MAX };
        if let Some(time) = form.integer("created[gte]")? {
            range.least = range.least.max(time);
        }
        if let Some(time) = form.integer("created[gt]")? {
            range.least = range.least.max(time.saturating_add(1));
        }
        if let Some(time) = form.integer("created[lte]")? {
            range.most = range.most.min(time);
        }
        if let Some(time) = form.integer("created[lt]")? {
            range.most = range.most.min(time.saturating_sub(1));
        }
        Ok(range)
    }

    pub(crate) fn takes(&self, object: &Value) -> bool {
        (self.least..=self.most).contains(&integer(object, "/created"))
    }
}

/// Whether a member has the wanted text, or none is wanted.
pub(crate) fn is(object: &Value, key: &str, wanted: Option<&str>) -> bool {
    wanted.is_none_or(|wanted| text(object, key) == wanted)
}
