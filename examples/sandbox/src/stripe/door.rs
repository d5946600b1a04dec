use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Method, Request, Response, StatusCode};
use serde_json::Value;

use super::books::Books;
use super::form::Form;
use super::idempotency::Attempt;
use super::params::Params;
use super::problem::Problem;
use super::route::{self, Operation, Route};
use super::{
    answer, checkout, customer, endpoint, event, expand, invoice, portal, price, shape,
    subscription,
};
use crate::digest::same;

/// Takes a request through key, version, parameters and idempotency to its operation.
pub(crate) fn answer(
    books: &mut Books<'_>,
    params: &Params,
    request: &Request<Bytes>,
) -> Response<Bytes> {
    let request_id = books.state.request_id(books.options.seed);
    match admitted(books, params, request, &request_id) {
        Ok(response) => response,
        Err(problem) => {
            let body = Bytes::from(problem.body().to_string());
            answer::json(problem.status, body, &request_id)
        }
    }
}

fn admitted(
    books: &mut Books<'_>,
    params: &Params,
    request: &Request<Bytes>,
    request_id: &str,
) -> Result<Response<Bytes>, Problem> {
    check_key(books, request)?;
    let version = version(books, request)?;
    let path = request.uri().path();
    let route = route::find(request.method(), path)?;
    let form = form(request)?;
    let attempt = match *request.method() {
        Method::POST => Attempt::read(request.headers(), path, &form)?,
        _ => None,
    };
    if let Some(attempt) = &attempt
        && let Some(response) = attempt.replay(books.state, books.now, request_id)?
    {
        return Ok(response);
    }
    params.check(route.name, &form)?;
    expand::check(&form)?;
    let (status, body) = match run(books, &route, &form) {
        Ok(mut object) => {
            expand::apply(books, &mut object, &form);
            shape::render(&mut object, &version);
            (StatusCode::OK, object.to_string())
        }
        Err(problem) if problem.ran => (problem.status, problem.body().to_string()),
        Err(problem) => return Err(problem),
    };
    if let Some(attempt) = &attempt {
        attempt.store(books.state, books.now, status, &body, request_id);
    }
    let mut response = answer::json(status, Bytes::from(body), request_id);
    answer::header(&mut response, "stripe-version", &version);
    if let Some(attempt) = &attempt {
        answer::header(&mut response, "idempotency-key", attempt.key());
    }
    Ok(response)
}

fn run(books: &mut Books<'_>, route: &Route<'_>, form: &Form) -> Result<Value, Problem> {
    match route.operation {
        Operation::CustomerCreate => customer::create(books, form),
        Operation::CustomerList => customer::list(books, form),
        Operation::CustomerGet => customer::get(books, route.id),
        Operation::CustomerUpdate => customer::update(books, route.id, form),
        Operation::CustomerDelete => customer::delete(books, route.id),
        Operation::CheckoutCreate => checkout::create(books, form),
        Operation::CheckoutGet => checkout::get(books, route.id),
        Operation::CheckoutExpire => checkout::expire(books, route.id),
        Operation::PortalCreate => portal::create(books, form),
        Operation::SubscriptionList => subscription::list(books, form),
        Operation::SubscriptionGet => subscription::get(books, route.id),
        Operation::SubscriptionUpdate => subscription::update(books, route.id, form),
        Operation::SubscriptionCancel => subscription::cancel(books, route.id, form),
        Operation::InvoiceList => invoice::list(books, form),
        Operation::InvoiceGet => invoice::get(books, route.id),
        Operation::PriceList => price::list(books, form),
        Operation::PriceGet => price::get(books, route.id),
        Operation::EventList => event::list(books, form),
        Operation::EventGet => event::get(books, route.id),
        Operation::ThinEventGet => event::get_thin(books, route.id),
        Operation::EndpointCreate => endpoint::create(books, form),
    }
}

fn check_key(books: &Books<'_>, request: &Request<Bytes>) -> Result<(), Problem> {
    let sent = request
        .headers()
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
        .ok_or_else(Problem::unauthorized)?;
    if same(sent.as_bytes(), books.options.secret_key.as_bytes()) {
        Ok(())
    } else {
        Err(Problem::unauthorized())
    }
}

fn version(books: &Books<'_>, request: &Request<Bytes>) -> Result<String, Problem> {
    match request.headers().get("stripe-version") {
        None => Ok(books.options.api_version.clone()),
        Some(value) => value
            .to_str()
            .ok()
            .filter(|version| shape::is_version(version))
            .map(str::to_owned)
            .ok_or_else(|| Problem::request("Invalid Stripe API version")),
    }
}

fn form(request: &Request<Bytes>) -> Result<Form, Problem> {
    let is_form = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("application/x-www-form-urlencoded"));
    if !request.body().is_empty() && !is_form {
        return Err(Problem::request("Invalid content type: send a form"));
    }
    Form::read(request.uri().query().unwrap_or_default(), request.body())
}
