use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Request, Response, StatusCode};

use crate::clock::Now;
use crate::double::Outcome;
use crate::faults::{Fault, Faults};
use crate::journal::Journal;

/// What every double has in front of its rules: clock, faults, journal.
#[derive(Clone, Debug)]
pub(crate) struct Front {
    pub(crate) now: Now,
    pub(crate) faults: Faults,
    pub(crate) journal: Journal,
}

impl Front {
    pub(crate) fn new(now: Now) -> Self {
        Self { now, faults: Faults::default(), journal: Journal::default() }
    }

    /// Plays an armed fault or lets the request through, and writes down what came of it.
    pub(crate) fn pass(
        &self,
        request: &Request<Bytes>,
        refuse: impl FnOnce(Fault) -> Response<Bytes>,
        answer: impl FnOnce() -> Response<Bytes>,
    ) -> Outcome {
        let path = request.uri().path();
        let outcome = match self.faults.take_call(request.method(), path) {
            Some(
                fault @ (Fault::RateLimit
                | Fault::ServerError
                | Fault::Unavailable
                | Fault::ExpiredToken),
            ) => Outcome::Answer(refuse(fault)),
            Some(Fault::Slow(time)) => Outcome::Delay(time, answer()),
            Some(Fault::DropBefore) => Outcome::Drop,
            Some(Fault::DropAfter) => {
                drop(answer());
                Outcome::Drop
            }
            Some(Fault::CutAnswer) => Outcome::Cut(answer()),
            Some(Fault::DuplicateWebhook | Fault::ReorderedWebhooks) | None => {
                Outcome::Answer(answer())
            }
        };
        self.journal.record(request.method(), path, outcome.status());
        outcome
    }
}

/// What a proxy says for a service that is overloaded.
pub(crate) fn unavailable() -> Response<Bytes> {
    let mut response = Response::new(Bytes::from_static(b"<html>503 Service Unavailable</html>"));
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html"));
    response
}
