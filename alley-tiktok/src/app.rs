//! The app as registered in Partner Center, and where its calls go.

use std::collections::BTreeMap;
use std::time::Duration;

use alley_core::http::{RequestLimits, RetryPolicy};
use secrecy::SecretString;
use url::Url;

/// Key, secret and service id of one app (Partner Center, app details).
#[derive(Clone)]
pub struct AppCredentials {
    pub(crate) key: String,
    pub(crate) secret: SecretString,
    pub(crate) service_id: String,
}

impl AppCredentials {
    /// Takes the three values as Partner Center shows them.
    pub fn new(
        app_key: impl Into<String>,
        app_secret: SecretString,
        service_id: impl Into<String>,
    ) -> Self {
        Self { key: app_key.into(), secret: app_secret, service_id: service_id.into() }
    }

    /// The app key, which is no secret.
    pub fn app_key(&self) -> &str {
        &self.key
    }
}

impl std::fmt::Debug for AppCredentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AppCredentials").field("key", &self.key).finish_non_exhaustive()
    }
}

/// The three base addresses. There is one production environment and no sandbox host; a double on
/// the own machine is one call of [`Endpoints::local`].
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Endpoints {
    pub(crate) api: String,
    pub(crate) auth: String,
    pub(crate) authorize: String,
}

impl Endpoints {
    /// Sellers in the United States (Partner Center, "Authorization guide").
    pub fn us() -> Self {
        Self::production("https://services.us.tiktokshop.com/open/authorize")
    }

    /// Sellers everywhere else.
    pub fn global() -> Self {
        Self::production("https://services.tiktokshop.com/open/authorize")
    }

    fn production(authorize: &str) -> Self {
        Self {
            api: "https://open-api.tiktokglobalshop.com".to_owned(),
            auth: "https://auth.tiktok-shops.com".to_owned(),
            authorize: authorize.to_owned(),
        }
    }

    /// Everything at one base address, such as `http://127.0.0.1:4010`.
    ///
    /// # Errors
    /// When the address is not an absolute HTTP address without query.
    pub fn local(base: &str) -> Result<Self, EndpointError> {
        let base = checked(base)?;
        Ok(Self { authorize: format!("{base}/open/authorize"), api: base.clone(), auth: base })
    }

    /// Replaces the address of the authorize page; the documentation names two spellings for the
    /// United States.
    ///
    /// # Errors
    /// When the address is not an absolute HTTP address without query.
    pub fn with_authorize_page(mut self, address: &str) -> Result<Self, EndpointError> {
        self.authorize = checked(address)?;
        Ok(self)
    }
}

fn checked(address: &str) -> Result<String, EndpointError> {
    let url = Url::parse(address).map_err(|_unread| EndpointError)?;
    let http = matches!(url.scheme(), "https" | "http") && url.has_host();
    if !http || url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
        return Err(EndpointError);
    }
    Ok(address.trim_end_matches('/').to_owned())
}

/// An address is no base address.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("expected an absolute http or https address without query, such as https://example.com")]
#[non_exhaustive]
pub struct EndpointError;

/// Everything that the door needs beside ports.
#[derive(Clone, Debug)]
pub struct Config {
    pub(crate) app: AppCredentials,
    pub(crate) endpoints: Endpoints,
    pub(crate) limits: RequestLimits,
    pub(crate) retry: RetryPolicy,
    pub(crate) versions: BTreeMap<&'static str, String>,
}

impl Config {
    /// An app at these addresses: 30 seconds and 8 MiB an answer, six attempts, from a quarter of
    /// a second to 30 seconds apart.
    pub fn new(app: AppCredentials, endpoints: Endpoints) -> Self {
        Self {
            app,
            endpoints,
            limits: RequestLimits::new(Duration::from_secs(30), 8 * 1024 * 1024),
            retry: RetryPolicy::new(6, Duration::from_millis(250), Duration::from_secs(30)),
            versions: BTreeMap::new(),
        }
    }

    /// Sets how long an answer may take and how large it may be.
    #[must_use]
    pub const fn with_limits(mut self, limits: RequestLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets how often and at what distance a call is tried again.
    #[must_use]
    pub const fn with_retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = retry;
        self
    }

    /// Calls another version of one operation, named by its
    /// [`NAME`](crate::Operation::NAME). Versions are replaced monthly and retired
    /// two months later (Partner Center, "API versioning").
    #[must_use]
    pub fn with_version(mut self, operation: &'static str, version: impl Into<String>) -> Self {
        self.versions.insert(operation, version.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_base_addresses_are_taken() {
        assert_eq!(Endpoints::local("http://127.0.0.1:1/").unwrap().api, "http://127.0.0.1:1");
        for wrong in ["", "127.0.0.1", "ftp://x", "https://x?a=b", "https://u@x", "https://x#a"] {
            assert!(Endpoints::local(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn debug_shows_no_secret() {
        let app = AppCredentials::new("key", SecretString::from("hush"), "service");
        assert!(!format!("{app:?}").contains("hush"));
    }
}
