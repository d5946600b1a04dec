//! What an operation of the API says about itself. One file an operation; nothing else knows its path.

use std::borrow::Cow;

use alley_core::http::Idempotency;
use bytes::Bytes;
use http::Method;
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};

/// Whether a call names the shop. Sent where it is not wanted the parameter is refused (36009004),
/// left out where it is wanted as well (106013).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Cipher {
    /// `shop_cipher` must be sent.
    Shop,
    /// `shop_cipher` must not be sent.
    None,
}

/// Query parameters, decoded.
#[derive(Clone, Debug, Default)]
pub struct Parameters(Vec<(Cow<'static, str>, String)>);

impl Parameters {
    /// Adds a parameter.
    pub fn add(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) {
        self.0.push((name.into(), value.into()));
    }

    /// Adds a parameter if there is a value.
    pub fn add_some(&mut self, name: &'static str, value: Option<impl ToString>) {
        if let Some(value) = value {
            self.add(name, value.to_string());
        }
    }

    /// Names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), value.as_str()))
    }
}

/// One operation: the implementing struct is its request.
///
/// A host may implement this for an operation that the crate does not have; see also
/// [`RawCall`].
pub trait Operation: Send + Sync {
    /// Name in errors and in [`Config::with_version`](crate::Config::with_version).
    const NAME: &'static str;
    /// The method.
    const METHOD: Method;
    /// The path, with `{version}` where the version stands.
    const PATH: &'static str;
    /// The version this crate was written against, `YYYYMM`.
    const VERSION: &'static str;
    /// Whether the shop is named.
    const CIPHER: Cipher;
    /// Whether it may be sent again when it is not known if it was acted on.
    const IDEMPOTENCY: Idempotency;
    /// The scope that the seller must have granted; `None` where the documentation names none.
    const SCOPE: Option<&'static str>;
    /// The `data` of the answer.
    type Response: DeserializeOwned + Send;

    /// Adds the operation's own query parameters.
    fn query(&self, _parameters: &mut Parameters) {}

    /// The JSON body; `None` sends none, which is also what an empty object must become
    /// (implementations disagree on how `{}` is signed).
    ///
    /// # Errors
    /// When the request cannot be written as JSON.
    fn body(&self) -> Result<Option<Bytes>> {
        Ok(None)
    }
}

/// A call of an operation that the catalogue does not have. Signed, retried and classified like
/// all others; calls that would write to a creator or a buyer are refused.
#[derive(Clone, Debug)]
pub struct RawCall {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) cipher: Cipher,
    pub(crate) idempotency: Idempotency,
    pub(crate) parameters: Parameters,
    pub(crate) body: Option<Bytes>,
}

impl RawCall {
    /// A call of `path` (version included, no query). GET is sent again freely, anything else only
    /// when it certainly was not acted on.
    pub fn new(method: Method, path: impl Into<String>, cipher: Cipher) -> Self {
        let idempotency =
            if method == Method::GET { Idempotency::Idempotent } else { Idempotency::Once };
        Self {
            method,
            path: path.into(),
            cipher,
            idempotency,
            parameters: Parameters::default(),
            body: None,
        }
    }

    /// Adds a query parameter; lists are one value joined by commas.
    #[must_use]
    pub fn with_parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parameters.add(Cow::Owned(name.into()), value);
        self
    }

    /// Sets a JSON body, which is sent exactly as given.
    #[must_use]
    pub fn with_json(mut self, body: impl Into<Bytes>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Says that sending twice is the same as sending once.
    #[must_use]
    pub const fn idempotent(mut self) -> Self {
        self.idempotency = Idempotency::Idempotent;
        self
    }
}

/// Serializes a body; an object without fields becomes no body.
#[cfg(any(feature = "affiliate", feature = "order", feature = "product", feature = "seller"))]
pub(crate) fn json_body(request: &impl serde::Serialize) -> Result<Option<Bytes>> {
    let body = serde_json::to_vec(request)
        .map_err(|_unwritable| Error::InvalidRequest("the body cannot be written as JSON"))?;
    Ok(if body == b"{}" { None } else { Some(body.into()) })
}

/// Whether a call writes to a creator or a buyer, in any version of its path: messages, new
/// conversations, invitations, engagement campaigns. Mark-read and conflict checks are not such.
pub fn sends_to_person(method: &Method, path: &str) -> bool {
    if !matches!(*method, Method::POST | Method::PUT | Method::PATCH) {
        return false;
    }
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let family = segments.first().copied().unwrap_or_default();
    let last = segments.last().copied().unwrap_or_default();
    let talks = family.starts_with("affiliate") || family.starts_with("customer_");
    let opens = matches!(last, "messages" | "message" | "conversations" | "target_collaborations");
    let changes_invitation = *method != Method::POST && segments.contains(&"target_collaborations");
    talks && (opens || changes_invitation || segments.contains(&"engagement_tasks"))
}

/// Takes a path of a raw call: plain segments only, so that no encoding hides what it is.
pub(crate) fn plain_path(path: &str) -> Result<()> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/_-.".contains(&byte);
    if path.starts_with('/') && path.bytes().all(plain) && !path.contains("..") {
        return Ok(());
    }
    Err(Error::InvalidRequest("a path starts with / and has only letters, digits and / _ - ."))
}

/// The path with its version.
pub(crate) fn versioned(path: &str, version: &str) -> Result<String> {
    let digits = version.len() == 6 && version.bytes().all(|byte| byte.is_ascii_digit());
    if !digits {
        return Err(Error::InvalidRequest("a version has six digits, YYYYMM"));
    }
    Ok(path.replace("{version}", version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_to_people_are_told_from_reads() {
        for path in [
            "/affiliate_seller/202508/conversations",
            "/affiliate_seller/202412/conversations/7/messages",
            "/affiliate_seller/202412/conversations/7/messages/",
            "/affiliate_seller/202508/target_collaborations",
            "/affiliate_partner/202508/conversations",
            "/customer_service/202606/conversations/7/messages",
            "/customer_engagement/202412/messages",
            "/customer_engagement/202502/engagement_tasks/custom",
        ] {
            assert!(sends_to_person(&Method::POST, path), "{path}");
            assert!(!sends_to_person(&Method::GET, path), "{path}");
        }
        for path in [
            "/affiliate_seller/202508/target_collaborations/search",
            "/affiliate_seller/202605/target_collaborations/conflicts/check",
            "/affiliate_seller/202608/marketplace_creators/search",
            "/order/202309/orders/search",
        ] {
            assert!(!sends_to_person(&Method::POST, path), "{path}");
        }
    }

    #[test]
    fn changing_an_invitation_counts_as_sending_and_hidden_paths_are_refused() {
        let path = "/affiliate_seller/202508/target_collaborations/7";
        assert!(sends_to_person(&Method::PUT, path));
        assert!(!sends_to_person(&Method::DELETE, path));
        assert!(plain_path(path).is_ok());
        for wrong in ["a", "/a?b=c", "/a/%6dessages", "/a/../b", "/a b"] {
            assert!(plain_path(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn only_a_version_of_six_digits_is_taken() {
        assert_eq!(versioned("/a/{version}/b", "202309").unwrap(), "/a/202309/b");
        for wrong in ["", "2023", "20230a", "../../x"] {
            assert!(versioned("/a/{version}/b", wrong).is_err(), "{wrong}");
        }
    }
}
