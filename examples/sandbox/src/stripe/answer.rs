use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, Response, StatusCode};

use super::problem::Problem;
use crate::faults::Fault;
use crate::front::unavailable;

/// A JSON answer with the headers that every answer has.
pub(crate) fn json(status: StatusCode, body: Bytes, request_id: &str) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    header(&mut response, "request-id", request_id);
    response
}

pub(crate) fn header(response: &mut Response<Bytes>, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(HeaderName::from_static(name), value);
    }
}

/// A rate limit says that it may be retried, a server error leaves it to the client.
pub(crate) fn fault_answer(fault: Fault) -> Response<Bytes> {
    if fault == Fault::Unavailable {
        return unavailable();
    }
    let problem = match fault {
        Fault::RateLimit => Problem::rate_limit(),
        Fault::ExpiredToken => Problem::unauthorized(),
        _ => Problem::internal(),
    };
    let body = Bytes::from(problem.body().to_string());
    let mut response = json(problem.status, body, "req_sandboxFault00");
    if fault == Fault::RateLimit {
        header(&mut response, "stripe-should-retry", "true");
        header(&mut response, "stripe-rate-limited-reason", "global-rate");
    }
    response
}
