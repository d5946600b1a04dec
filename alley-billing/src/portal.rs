//! The customer portal: a page at Stripe on which a customer manages payment and subscription.

use secrecy::SecretString;
use serde_json::Value;

use crate::form::Form;
use crate::ids::CustomerRef;
use crate::wire::{Malformed, Object};

/// Which page to open.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct PortalRequest {
    return_url: String,
    configuration: Option<String>,
}

impl PortalRequest {
    /// The portal as configured in the Stripe account; its "back" link leads to `return_url`.
    pub fn new(return_url: impl Into<String>) -> Self {
        Self { return_url: return_url.into(), configuration: None }
    }

    /// Uses another portal configuration, `bpc_…`.
    #[must_use]
    pub fn with_configuration(mut self, configuration: impl Into<String>) -> Self {
        self.configuration = Some(configuration.into());
        self
    }

    pub(crate) fn return_url(&self) -> &str {
        &self.return_url
    }

    pub(crate) fn form(&self, customer: &CustomerRef) -> Form {
        Form::new()
            .set("customer", customer.as_str())
            .set("return_url", self.return_url.as_str())
            .set_some("configuration", self.configuration.as_deref())
    }
}

/// A portal page that was just opened. Its address lets in whoever holds it: redirect to it at
/// once, store it nowhere, log it never.
#[must_use]
#[derive(Debug)]
#[non_exhaustive]
pub struct PortalPage {
    /// Where to send the browser.
    pub url: SecretString,
}

impl PortalPage {
    pub(crate) fn read(value: &Value) -> Result<Self, Malformed> {
        let url = Object::new("billing_portal.session", value).text("url");
        let url = url.ok_or(Malformed::new("billing_portal.session", "url"))?;
        Ok(Self { url: SecretString::from(url) })
    }
}
