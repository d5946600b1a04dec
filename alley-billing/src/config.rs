//! What a host decides about billing.

use chrono::TimeDelta;
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use crate::decision::AccessPolicy;
use crate::error::{Error, Result};
use crate::retry::RetryRule;
use crate::webhook::{Secrets, Tolerance};

/// Which of Stripe's two worlds the account key belongs to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "Stripe's `livemode` is a boolean")]
pub enum Mode {
    /// Real money.
    Live,
    /// Test mode and sandboxes.
    Test,
}

impl Mode {
    /// Stripe's `livemode`.
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Live)
    }
}

/// What an event is taken for.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum SyncMode {
    /// A hint: the state is read from Stripe. Nothing of the event but ids is stored.
    #[default]
    Refetch,
    /// The state itself, applied under guards against repetition and disorder; for hosts that do
    /// not call Stripe in the background. What is needed of the object is stored sealed until it
    /// is applied. Thin events carry no state and are refetched all the same.
    Snapshot,
}

/// The account at Stripe and the host's choices.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    api_key: SecretString,
    base: String,
    secrets: Secrets,
    mode: Mode,
    sync: SyncMode,
    tolerance: Tolerance,
    policy: AccessPolicy,
    retry: RetryRule,
    reconcile_every: TimeDelta,
}

impl Config {
    /// An account by its key (`sk_…` or `rk_…`) and the signing secrets of its webhook endpoint:
    /// all that are active, two while one is being rolled.
    ///
    /// # Errors
    /// [`Error::Config`] when the key is empty or of the other mode, or a secret is blank.
    pub fn new(
        mode: Mode,
        api_key: SecretString,
        webhook_secrets: &[SecretString],
    ) -> Result<Self> {
        if !is_plausible_key(&api_key) {
            return Err(Error::Config("the API key is empty, too long or holds spaces"));
        }
        let other = match mode {
            Mode::Live => "_test_",
            Mode::Test => "_live_",
        };
        if api_key.expose_secret().get(2..8) == Some(other) {
            return Err(Error::Config("the API key is of the other mode than configured"));
        }
        Ok(Self {
            api_key,
            base: "https://api.stripe.com".to_owned(),
            secrets: Secrets::new(webhook_secrets)?,
            mode,
            sync: SyncMode::default(),
            tolerance: Tolerance::default(),
            policy: AccessPolicy::default(),
            retry: RetryRule::default(),
            reconcile_every: TimeDelta::days(1),
        })
    }

    /// Speaks to another address than `https://api.stripe.com`: a double on the own machine.
    ///
    /// # Errors
    /// [`Error::Config`] when it is not an absolute http or https URL without query.
    pub fn with_base(mut self, base: &str) -> Result<Self> {
        let wrong = Error::Config("the base address must be an absolute http or https URL");
        let Ok(url) = Url::parse(base) else {
            return Err(wrong);
        };
        if !matches!(url.scheme(), "http" | "https") || url.query().is_some() || !url.has_host() {
            return Err(wrong);
        }
        base.trim_end_matches('/').clone_into(&mut self.base);
        Ok(self)
    }

    /// Chooses what events are taken for.
    #[must_use]
    pub const fn with_sync(mut self, sync: SyncMode) -> Self {
        self.sync = sync;
        self
    }

    /// Chooses how far the time of a webhook may lie from ours.
    #[must_use]
    pub const fn with_tolerance(mut self, tolerance: Tolerance) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Chooses which states grant access.
    #[must_use]
    pub const fn with_policy(mut self, policy: AccessPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// Chooses how often calls are repeated.
    #[must_use]
    pub const fn with_retry(mut self, retry: RetryRule) -> Self {
        self.retry = retry;
        self
    }

    /// Chooses the age at which a customer's state is read anew without an event; a day unless
    /// chosen, and at least a minute. Stripe gives up on an undelivered event after three days.
    #[must_use]
    pub fn with_reconcile_every(mut self, span: TimeDelta) -> Self {
        self.reconcile_every = span.max(TimeDelta::minutes(1));
        self
    }

    pub(crate) const fn api_key(&self) -> &SecretString {
        &self.api_key
    }

    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    pub(crate) const fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    pub(crate) const fn mode(&self) -> Mode {
        self.mode
    }

    pub(crate) const fn sync(&self) -> SyncMode {
        self.sync
    }

    pub(crate) const fn tolerance(&self) -> Tolerance {
        self.tolerance
    }

    pub(crate) const fn policy(&self) -> &AccessPolicy {
        &self.policy
    }

    pub(crate) const fn retry(&self) -> RetryRule {
        self.retry
    }

    pub(crate) const fn reconcile_every(&self) -> TimeDelta {
        self.reconcile_every
    }
}

/// The key as configured, for [`StripeClient::new`]; checked there and nowhere shown.
fn is_plausible_key(key: &SecretString) -> bool {
    let key = key.expose_secret();
    !key.is_empty() && key.len() <= 255 && key.bytes().all(|byte| byte.is_ascii_graphic())
}
