use bytes::Bytes;
use chrono::DateTime;
use http::header::{CONTENT_TYPE, LOCATION};
use http::{HeaderValue, Response, StatusCode};
use serde_json::{Value, json};

use crate::faults::Fault;
use crate::front::unavailable;
use crate::seed::Seed;

/// A documented reason not to answer with data.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Refusal {
    status: StatusCode,
    code: u64,
    message: &'static str,
}

impl Refusal {
    pub(crate) const BAD_SIGNATURE: Self = Self::new(401, 106_001, "Invalid credentials");
    pub(crate) const CIPHER_MISSING: Self = Self::new(400, 106_013, "Missing identifier");
    pub(crate) const CIPHER_UNKNOWN: Self = Self::new(400, 101_000, "Invalid query or header");
    pub(crate) const CIPHER_UNEXPECTED: Self = Self::new(400, COLLECTIVE, "Unexpected identifier");
    pub(crate) const APP_KEY: Self = Self::new(400, COLLECTIVE, "Invalid app key");
    pub(crate) const SIGN_MISSING: Self = Self::new(400, COLLECTIVE, "Missing sign");
    pub(crate) const TIMESTAMP: Self = Self::new(400, COLLECTIVE, "Invalid timestamp");
    pub(crate) const TOKEN_HEADER: Self = Self::new(400, COLLECTIVE, "Invalid access token header");
    pub(crate) const TOKEN_INVALID: Self = Self::new(401, 105_001, "access token is invalid");
    pub(crate) const TOKEN_EXPIRED: Self = Self::new(401, 105_002, "Expired credentials");
    pub(crate) const SCOPE: Self = Self::new(403, 105_005, "Access denied");
    /// Sending to a person is not offered; the same code as a scope that was never granted.
    pub(crate) const SENDING: Self =
        Self::new(403, 105_005, "Access denied: this app does not send to creators or buyers");
    pub(crate) const RATE_LIMIT: Self = Self::new(429, 36_009_002, "Too many requests");
    pub(crate) const INTERNAL: Self = Self::new(500, 36_009_003, "Internal error");
    pub(crate) const PATH: Self = Self::new(404, 36_009_009, "Invalid path");
    pub(crate) const METHOD: Self = Self::new(405, 36_009_010, "Invalid method");
    pub(crate) const BODY: Self = Self::new(400, 36_009_022, "Invalid request body");
    pub(crate) const REFRESH_EXPIRED: Self = Self::new(200, 36_004_001, "rt has expired");
    pub(crate) const NO_AUTH_RECORD: Self =
        Self::new(200, 36_004_005, "can not find related auth record");

    const fn new(status: u16, code: u64, message: &'static str) -> Self {
        let status = match StatusCode::from_u16(status) {
            Ok(status) => status,
            Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self { status, code, message }
    }

    /// A parameter that the operation does not take. The collective code is the one that the common
    /// errors page gives; operations have codes of their own that this double does not play.
    pub(crate) const fn parameter(message: &'static str) -> Self {
        Self::new(400, COLLECTIVE, message)
    }

    pub(crate) fn response(self, seed: u64, now: i64, serial: u64) -> Response<Bytes> {
        json_response(
            self.status,
            &json!({
                "code": self.code,
                "message": self.message,
                "request_id": request_id(seed, now, serial),
                "data": null,
            }),
        )
    }
}

/// The answer of a success: `code` 0 around the data.
pub(crate) fn envelope(seed: u64, now: i64, serial: u64, data: &Value) -> Response<Bytes> {
    json_response(
        StatusCode::OK,
        &json!({
            "code": 0,
            "message": "Success",
            "request_id": request_id(seed, now, serial),
            "data": data,
        }),
    )
}

pub(crate) fn redirect(location: &str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::FOUND;
    if let Ok(value) = HeaderValue::from_str(location) {
        response.headers_mut().insert(LOCATION, value);
    }
    response
}

pub(crate) fn fault_answer(fault: Fault, seed: u64, now: i64) -> Response<Bytes> {
    if fault == Fault::Unavailable {
        return unavailable();
    }
    let refusal = match fault {
        Fault::RateLimit => Refusal::RATE_LIMIT,
        Fault::ExpiredToken => Refusal::TOKEN_EXPIRED,
        _ => Refusal::INTERNAL,
    };
    refusal.response(seed, now, 0)
}

fn json_response(status: StatusCode, body: &Value) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// Time as digits and a hexadecimal rest, as the real ids look.
fn request_id(seed: u64, now: i64, serial: u64) -> String {
    let time = DateTime::from_timestamp(now, 0).unwrap_or_default().format("%Y%m%d%H%M%S");
    format!("{time}{:016X}{serial:04X}", Seed::of(seed, 0x7265_7173, serial).draw())
}

const COLLECTIVE: u64 = 36_009_004;
