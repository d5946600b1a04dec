//! The envelope around every answer: `{"code", "message", "request_id", "data"}`.
//!
//! The code decides, also when HTTP says 200, and it decides as a whole number: clients that look at
//! its first digits take a rate limit (36009002) for a token problem.

use http::StatusCode;
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::wire::{Text, read};

/// TikTok Shop's answer that it will not do something.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Refusal {
    /// The code; -1 where an answer without envelope says it by its HTTP status alone.
    pub code: i64,
    /// What the code means.
    pub class: RefusalClass,
    /// By which TikTok's support finds the call.
    pub request_id: Option<String>,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let id = self.request_id.as_deref().unwrap_or("none");
        write!(f, "{} (code {}, request id {id})", self.class.meaning(), self.code)
    }
}

/// What a code means for the caller (Partner Center, "Common errors").
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum RefusalClass {
    /// 36009002, HTTP 429: more than 50 requests a second for one operation and shop.
    RateLimited,
    /// 36009003, HTTP 503: an error inside the platform.
    Internal,
    /// 36009007: the platform ran out of time; it may have acted.
    PlatformTimeout,
    /// 36009009, 36009010: no such path or method.
    NoSuchOperation,
    /// 36009014: the version was retired.
    VersionRetired,
    /// 36009021, 36009022, 36009023, 106013: the request is not well formed.
    Malformed,
    /// 36009033: the caller's address is not in the app's allow list.
    AddressNotAllowed,
    /// 36009004 about the timestamp: a clock is slow by over 5 minutes, or fast by over 30 seconds.
    Clock,
    /// 36009004 about anything else: app key, token header, an identifier that is not wanted.
    Parameters,
    /// 101000: token, user type and shop do not belong together.
    Mismatch,
    /// 105001: the token is invalid or was deauthorized.
    TokenInvalid,
    /// 105002: the access token has run out.
    TokenExpired,
    /// 105005: app or token lack a scope.
    ScopeMissing,
    /// 106001: the signature is wrong.
    BadSignature,
    /// 36004001: the refresh token has run out.
    RefreshExpired,
    /// 36004005: no such authorization; also a code or refresh token that was used before.
    NoAuthorization,
    /// Any other code; the operation's documentation tells.
    Other,
}

impl RefusalClass {
    /// The class of a code. `message` only tells the meanings of the collective code apart.
    pub fn of(code: i64, message: &str) -> Self {
        match code {
            36_009_002 => Self::RateLimited,
            36_009_003 => Self::Internal,
            36_009_007 => Self::PlatformTimeout,
            36_009_009 | 36_009_010 => Self::NoSuchOperation,
            36_009_014 => Self::VersionRetired,
            36_009_021 | 36_009_022 | 36_009_023 | 106_013 => Self::Malformed,
            36_009_033 => Self::AddressNotAllowed,
            36_009_004 if message.to_ascii_lowercase().contains("timestamp") => Self::Clock,
            36_009_004 => Self::Parameters,
            101_000 => Self::Mismatch,
            105_001 => Self::TokenInvalid,
            105_002 => Self::TokenExpired,
            105_005 => Self::ScopeMissing,
            106_001 => Self::BadSignature,
            36_004_001 => Self::RefreshExpired,
            36_004_005 => Self::NoAuthorization,
            _ => Self::Other,
        }
    }

    /// Whether waiting alone may help.
    pub const fn is_passing(self) -> bool {
        matches!(self, Self::RateLimited | Self::Internal | Self::PlatformTimeout)
    }

    /// Whether only the seller can help, by authorizing again.
    pub const fn needs_reconnect(self) -> bool {
        matches!(
            self,
            Self::TokenInvalid | Self::ScopeMissing | Self::RefreshExpired | Self::NoAuthorization
        )
    }

    const fn meaning(self) -> &'static str {
        match self {
            Self::RateLimited => "too many requests",
            Self::Internal => "internal error of the platform",
            Self::PlatformTimeout => "time-out inside the platform",
            Self::NoSuchOperation => "no such operation",
            Self::VersionRetired => "version of the operation was retired",
            Self::Malformed => "malformed request",
            Self::AddressNotAllowed => "caller address is not in the app's allow list",
            Self::Clock => "timestamp outside the accepted window",
            Self::Parameters => "invalid common parameter",
            Self::Mismatch => "token, user type and shop do not belong together",
            Self::TokenInvalid => "access token is invalid or was deauthorized",
            Self::TokenExpired => "access token has expired",
            Self::ScopeMissing => "scope is missing",
            Self::BadSignature => "signature is wrong",
            Self::RefreshExpired => "refresh token has expired",
            Self::NoAuthorization => "no such authorization",
            Self::Other => "refused by the operation",
        }
    }
}

/// Data of a success, and the request id.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Answer<T> {
    /// The data.
    pub data: T,
    /// By which TikTok's support finds the call.
    pub request_id: Option<String>,
}

/// What an answer turned out to be.
#[derive(Debug)]
pub(crate) enum Opened<T> {
    Data(Answer<T>),
    Refused(Refusal),
    Unreadable { request_id: Option<String> },
}

#[derive(serde::Deserialize)]
#[serde(bound = "T: DeserializeOwned")]
struct Envelope<T> {
    #[serde(default, deserialize_with = "read")]
    code: Option<i64>,
    #[serde(default, deserialize_with = "read")]
    message: Option<Text>,
    #[serde(default, deserialize_with = "read")]
    request_id: Option<Text>,
    #[serde(default = "Option::default")]
    data: Option<T>,
}

/// Opens an answer. A success is read in one pass; a second pass over the bare envelope is needed
/// only where the data did not have the expected outline, as in refusals.
pub(crate) fn open<T: DeserializeOwned>(status: StatusCode, body: &[u8]) -> Opened<T> {
    if let Ok(Envelope { code: Some(0), request_id, data, .. }) =
        serde_json::from_slice::<Envelope<T>>(body)
    {
        let request_id = request_id.map(|id| id.to_string());
        // An operation without answer data may leave the object out.
        return match data.or_else(|| serde_json::from_str("{}").ok()) {
            Some(data) => Opened::Data(Answer { data, request_id }),
            None => Opened::Unreadable { request_id },
        };
    }
    let envelope = serde_json::from_slice::<Envelope<IgnoredAny>>(body);
    match envelope {
        Ok(Envelope { code: Some(code), message, request_id, .. }) if code != 0 => {
            let message = message.unwrap_or_default();
            let class = RefusalClass::of(code, message.as_str());
            Opened::Refused(Refusal {
                code,
                class,
                request_id: request_id.map(|id| id.to_string()),
            })
        }
        other => {
            let request_id = other.ok().and_then(|envelope| envelope.request_id);
            let request_id = request_id.map(|id| id.to_string());
            match by_status(status) {
                Some(class) => Opened::Refused(Refusal { code: -1, class, request_id }),
                None => Opened::Unreadable { request_id },
            }
        }
    }
}

/// What a gateway says that answers without an envelope.
fn by_status(status: StatusCode) -> Option<RefusalClass> {
    match status {
        StatusCode::TOO_MANY_REQUESTS => Some(RefusalClass::RateLimited),
        status if status.is_server_error() => Some(RefusalClass::Internal),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::wire;

    wire! {
        /// For the tests.
        struct Sample {
            id: Option<Text>,
        }
    }

    fn opened(status: u16, body: &str) -> Opened<Sample> {
        open(StatusCode::from_u16(status).unwrap(), body.as_bytes())
    }

    fn class(status: u16, body: &str) -> RefusalClass {
        match opened(status, body) {
            Opened::Refused(refusal) => refusal.class,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_code_decides_whatever_the_status_says() {
        assert_eq!(class(200, r#"{"code":105002,"data":null}"#), RefusalClass::TokenExpired);
        assert_eq!(class(200, r#"{"data":[1,2],"code":"36009002"}"#), RefusalClass::RateLimited);
        let success = r#"{"code":0,"request_id":"r1","data":{"id":5}}"#;
        match opened(500, success) {
            Opened::Data(answer) => {
                assert_eq!(answer.data.id.unwrap(), "5");
                assert_eq!(answer.request_id.as_deref(), Some("r1"));
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn codes_are_told_apart_as_a_whole() {
        assert_eq!(RefusalClass::of(36_009_002, ""), RefusalClass::RateLimited);
        assert_eq!(RefusalClass::of(36_009_004, "Invalid timestamp"), RefusalClass::Clock);
        assert_eq!(RefusalClass::of(36_009_004, "Invalid app key"), RefusalClass::Parameters);
        assert_eq!(RefusalClass::of(36_009_999, ""), RefusalClass::Other);
        assert_eq!(RefusalClass::of(105_002, ""), RefusalClass::TokenExpired);
        assert_eq!(RefusalClass::of(105_099, ""), RefusalClass::Other);
    }

    #[test]
    fn answers_without_envelope_are_judged_by_their_status() {
        assert_eq!(class(503, "<html>"), RefusalClass::Internal);
        assert_eq!(class(429, ""), RefusalClass::RateLimited);
        assert!(matches!(opened(404, "<html>"), Opened::Unreadable { .. }));
        assert!(matches!(opened(200, r#"{"data":{}}"#), Opened::Unreadable { .. }));
    }

    #[test]
    fn a_success_without_data_reads_as_empty() {
        for body in [r#"{"code":0}"#, r#"{"code":0,"data":null}"#, r#"{"code":0,"data":{}}"#] {
            assert!(matches!(opened(200, body), Opened::Data(_)), "{body}");
        }
    }
}
