//! Whether a password is among those that leaked elsewhere, asked without telling which it is.
//!
//! Source: the range search of Pwned Passwords, API version 3
//! (`https://haveibeenpwned.com/API/v3#SearchingPwnedPasswordsByRange`), which others serve too.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderValue, Request, StatusCode};
use sha1::{Digest as _, Sha1};
use url::Url;
use zeroize::Zeroizing;

use super::Password;
use crate::hex;
use crate::http::{HttpTransport, RequestLimits};

/// Passwords that leaked, by ranges of their SHA-1. A port: a host may serve the ranges from a copy of
/// its own.
///
/// # Contract
/// - `range` answers every leaked password whose SHA-1 begins with the prefix: one line each, the other
///   35 hexadecimal digits, a colon, and how often it was seen. A count of 0 is padding.
/// - Nobody learns more of a password than the prefix, which it shares with about a millionth of all.
#[async_trait]
pub trait BreachCheck: std::fmt::Debug + Send + Sync + 'static {
    /// The lines of a range.
    ///
    /// # Errors
    /// When they cannot be had now; what then is to happen says [`OnBreachFailure`].
    async fn range(&self, prefix: &RangePrefix) -> Result<Bytes, BreachCheckFailed>;
}

/// The first five hexadecimal digits, in capitals, of a password's SHA-1.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RangePrefix(String);

impl RangePrefix {
    /// The five digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The ranges cannot be had.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("leaked passwords cannot be asked for now")]
#[non_exhaustive]
pub struct BreachCheckFailed;

impl BreachCheckFailed {
    /// For implementers of [`BreachCheck`].
    pub const fn new() -> Self {
        Self
    }
}

impl Default for BreachCheckFailed {
    fn default() -> Self {
        Self::new()
    }
}

/// What becomes of a new password while nobody can say whether it leaked.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum OnBreachFailure {
    /// It is taken; the audit trail says `password.breach_check`.
    #[default]
    Allow,
    /// It is refused, with an error that is worth another try.
    Refuse,
}

/// Asks a server over HTTP.
///
/// The range is asked for with padding, so that the length of an encrypted reply does not tell which
/// it was.
#[derive(Clone, Debug)]
pub struct HttpBreachCheck {
    transport: Arc<dyn HttpTransport>,
    base: Url,
    limits: RequestLimits,
}

impl HttpBreachCheck {
    /// The public service, which needs no key.
    pub const PUBLIC: &'static str = "https://api.pwnedpasswords.com/range/";

    /// Asks at `base`, to which the prefix is added as the last part of the path. Waits for two seconds.
    ///
    /// # Errors
    /// When `base` is no absolute `https` URL that ends with a slash.
    pub fn new(transport: Arc<dyn HttpTransport>, base: &str) -> Result<Self, NotABase> {
        let base = Url::parse(base).map_err(|_no_url| NotABase)?;
        let is_base = base.scheme() == "https"
            && base.path().ends_with('/')
            && base.query().is_none()
            && base.fragment().is_none();
        // A reply has about a thousand lines of 40 octets.
        let limits = RequestLimits::new(Duration::from_secs(2), 256 * 1024);
        if is_base { Ok(Self { transport, base, limits }) } else { Err(NotABase) }
    }

    /// Waits for another time.
    #[must_use]
    pub const fn with_timeout(mut self, timeout: Duration) -> Self {
        self.limits.timeout = timeout;
        self
    }
}

/// No URL to ask at.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "the base must be an https URL that ends with a slash, such as {}",
    HttpBreachCheck::PUBLIC
)]
#[non_exhaustive]
pub struct NotABase;

#[async_trait]
impl BreachCheck for HttpBreachCheck {
    async fn range(&self, prefix: &RangePrefix) -> Result<Bytes, BreachCheckFailed> {
        let url = self.base.join(prefix.as_str()).map_err(|_no_url| BreachCheckFailed)?;
        let mut request = Request::new(Bytes::new());
        *request.uri_mut() = url.as_str().parse().map_err(|_no_uri| BreachCheckFailed)?;
        request.headers_mut().insert("add-padding", HeaderValue::from_static("true"));
        request.headers_mut().insert(http::header::USER_AGENT, HeaderValue::from_static("alley"));
        let reply = self.transport.send(request, &self.limits).await;
        let reply = reply.map_err(|_no_reply| BreachCheckFailed)?;
        if reply.status() != StatusCode::OK {
            return Err(BreachCheckFailed);
        }
        Ok(reply.into_body())
    }
}

/// Whether the password is in the range that the check answers.
pub(crate) async fn is_leaked(
    check: &dyn BreachCheck,
    password: &Password,
) -> Result<bool, BreachCheckFailed> {
    let digest = Zeroizing::new(<[u8; 20]>::from(Sha1::digest(password.expose_bytes())));
    let digits = Zeroizing::new(hex::encode(&digest[..]).to_ascii_uppercase());
    let (prefix, suffix) = digits.split_at_checked(5).ok_or(BreachCheckFailed)?;
    let lines = check.range(&RangePrefix(prefix.to_owned())).await?;
    let lines = std::str::from_utf8(&lines).map_err(|_no_text| BreachCheckFailed)?;
    let mut leaked = false;
    for line in lines.lines() {
        let (found, count) = line.trim_end().split_once(':').ok_or(BreachCheckFailed)?;
        let count: u64 = count.trim().parse().map_err(|_no_count| BreachCheckFailed)?;
        leaked |= count > 0 && found.eq_ignore_ascii_case(suffix);
    }
    Ok(leaked)
}

#[cfg(test)]
mod tests;
