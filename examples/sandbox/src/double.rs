use std::fmt::Debug;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};

/// A remote service that is played locally.
///
/// `handle` is synchronous and does not wait: what the wire would do (answer, answer late, go
/// silent) is a value, so the same double serves a socket and a test without one.
pub trait Double: Debug + Send + Sync + 'static {
    /// Takes one request and says what the caller gets to see.
    ///
    /// The state has changed when this returns, also for a late or lost answer.
    fn handle(&self, request: &Request<Bytes>) -> Outcome;
}

/// What the caller of a double sees of its request.
#[derive(Clone, Debug)]
#[must_use]
#[non_exhaustive]
pub enum Outcome {
    /// The answer arrives.
    Answer(Response<Bytes>),
    /// The answer arrives after that time.
    Delay(Duration, Response<Bytes>),
    /// The connection breaks within the body of this answer.
    Cut(Response<Bytes>),
    /// The connection breaks before the first byte of an answer.
    Drop,
}

impl Outcome {
    /// The answer, if a whole one arrives sooner or later; `None` for a broken connection.
    pub fn into_response(self) -> Option<Response<Bytes>> {
        match self {
            Self::Answer(response) | Self::Delay(_, response) => Some(response),
            Self::Cut(_) | Self::Drop => None,
        }
    }

    pub(crate) fn status(&self) -> Option<u16> {
        match self {
            Self::Answer(response) | Self::Delay(_, response) => Some(response.status().as_u16()),
            Self::Cut(_) | Self::Drop => None,
        }
    }
}
