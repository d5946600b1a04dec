use serde_json::Value;

use super::books::Books;
use super::form::Form;
use super::price;
use super::problem::Problem;

/// Refuses paths that are too deep, before anything runs.
pub(crate) fn check(form: &Form) -> Result<(), Problem> {
    let deep = form
        .scalars("expand")
        .iter()
        .any(|path| path.split('.').filter(|step| *step != "data").count() > 4);
    if deep { Err(Problem::invalid("expand", "at most 4 levels deep")) } else { Ok(()) }
}

/// Replaces ids by their objects along the `expand` paths.
pub(crate) fn apply(books: &Books<'_>, object: &mut Value, form: &Form) {
    for path in form.scalars("expand") {
        let steps: Vec<&str> = path.split('.').collect();
        walk(books, object, &steps);
    }
}

fn walk(books: &Books<'_>, object: &mut Value, steps: &[&str]) {
    let Some((first, rest)) = steps.split_first() else {
        return;
    };
    let Some(member) = object.get_mut(*first) else {
        return;
    };
    if let Value::Array(elements) = member {
        for element in elements {
            walk(books, element, rest);
        }
        return;
    }
    if let Some(id) = member.as_str()
        && let Some(found) = books.state.find(id).cloned().or_else(|| price::find(books, id))
    {
        *member = found;
    }
    walk(books, member, rest);
}
