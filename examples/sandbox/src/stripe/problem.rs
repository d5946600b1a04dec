use http::StatusCode;
use serde_json::{Value, json};

use crate::json::set;

/// A refusal in Stripe's error object.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    pub(crate) status: StatusCode,
    kind: &'static str,
    code: Option<&'static str>,
    message: String,
    param: Option<String>,
    /// Whether the operation had begun: then the answer is kept for the idempotency key.
    pub(crate) ran: bool,
}

impl Problem {
    pub(crate) fn request(message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            kind: "invalid_request_error",
            code: None,
            message: message.into(),
            param: None,
            ran: false,
        }
    }

    pub(crate) fn unknown_parameter(param: &str) -> Self {
        Self::request(format!("Received unknown parameter: {param}"))
            .coded("parameter_unknown")
            .of(param)
    }

    pub(crate) fn missing(param: &str) -> Self {
        Self::request(format!("Missing required param: {param}."))
            .coded("parameter_missing")
            .of(param)
    }

    pub(crate) fn invalid(param: &str, expected: &str) -> Self {
        Self::request(format!("Invalid {param}: must be {expected}"))
            .coded("parameter_invalid")
            .of(param)
    }

    /// An object that another parameter names does not exist.
    pub(crate) fn no_such(what: &str, id: &str, param: &str) -> Self {
        Self::request(format!("No such {what}: '{id}'")).coded("resource_missing").of(param)
    }

    /// The object in the path does not exist.
    pub(crate) fn not_found(what: &str, id: &str) -> Self {
        Self { status: StatusCode::NOT_FOUND, ..Self::no_such(what, id, "id") }
    }

    pub(crate) fn no_route(method: &str, path: &str) -> Self {
        let message = format!("Unrecognized request URL ({method}: {path})");
        Self { status: StatusCode::NOT_FOUND, ..Self::request(message) }
    }

    pub(crate) fn unauthorized() -> Self {
        Self {
            status: StatusCode::UNAUTHORIZED,
            ..Self::request("Invalid API Key provided: sk_test_****")
        }
    }

    pub(crate) fn other_parameters() -> Self {
        Self {
            kind: "idempotency_error",
            ..Self::request(
                "Keys for idempotent requests can only be used with the same parameters they were \
                 first used with.",
            )
        }
    }

    /// The operation ran and was refused by the state of its object.
    pub(crate) fn wrong_state(message: impl Into<String>) -> Self {
        Self { ran: true, ..Self::request(message) }
    }

    pub(crate) fn rate_limit() -> Self {
        Self {
            status: StatusCode::TOO_MANY_REQUESTS,
            ..Self::request("Request rate limit exceeded.").coded("rate_limit")
        }
    }

    pub(crate) fn internal() -> Self {
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            kind: "api_error",
            ..Self::request("An unknown error occurred.")
        }
    }

    pub(crate) fn body(&self) -> Value {
        let mut error = json!({ "type": self.kind, "message": self.message });
        if let Some(code) = self.code {
            set(&mut error, "code", code);
            let page = code.replace('_', "-");
            set(&mut error, "doc_url", format!("https://docs.example.test/error-codes/{page}"));
        }
        if let Some(param) = &self.param {
            set(&mut error, "param", param.as_str());
        }
        json!({ "error": error })
    }

    fn coded(self, code: &'static str) -> Self {
        Self { code: Some(code), ..self }
    }

    fn of(self, param: &str) -> Self {
        Self { param: Some(param.to_owned()), ..self }
    }
}
