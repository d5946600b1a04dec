//! What a host decides about accounts.

use std::sync::Arc;

use chrono::TimeDelta;

use crate::offload::Offload;
use crate::password::{BreachCheck, HashParams, LegacyVerifier, OnBreachFailure, PasswordPolicy};
use crate::rate_limit::Limit;
use crate::session::SessionLimits;
use crate::totp::TotpSettings;

/// Names the product, says where passwords are hashed, and holds the rules; all but those two
/// have defaults.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AccountsConfig {
    /// Shown in authenticator apps, and refused as a password.
    pub product: String,
    /// Where passwords are hashed.
    pub offload: Arc<dyn Offload>,
    /// What may be a password.
    pub password_policy: PasswordPolicy,
    /// Who says whether a new password leaked, and what happens when nobody can. None by default: it asks
    /// another service.
    pub breach_check: Option<(Arc<dyn BreachCheck>, OnBreachFailure)>,
    /// Who verifies hashes that another system made. None by default.
    pub legacy_verifier: Option<Arc<dyn LegacyVerifier>>,
    /// How new passwords are hashed.
    pub hash_params: HashParams,
    /// How codes are computed and which are accepted.
    pub totp: TotpSettings,
    /// When sessions end.
    pub sessions: SessionLimits,
    /// How often what may be tried.
    pub limits: AccountLimits,
}

impl AccountsConfig {
    /// The defaults, for `product`, with passwords hashed by `offload`.
    pub fn new(product: impl Into<String>, offload: Arc<dyn Offload>) -> Self {
        Self {
            product: product.into(),
            offload,
            password_policy: PasswordPolicy::default(),
            breach_check: None,
            legacy_verifier: None,
            hash_params: HashParams::default(),
            totp: TotpSettings::default(),
            sessions: SessionLimits::default(),
            limits: AccountLimits::default(),
        }
    }

    /// Chooses what may be a password.
    #[must_use]
    pub const fn with_password_policy(mut self, policy: PasswordPolicy) -> Self {
        self.password_policy = policy;
        self
    }

    /// Has new passwords refused that leaked elsewhere.
    #[must_use]
    pub fn with_breach_check(
        mut self,
        check: Arc<dyn BreachCheck>,
        on_failure: OnBreachFailure,
    ) -> Self {
        self.breach_check = Some((check, on_failure));
        self
    }

    /// Has people sign in once with the hash that another system made; see
    /// [`Accounts::import`](crate::Accounts::import).
    #[must_use]
    pub fn with_legacy_verifier(mut self, verifier: Arc<dyn LegacyVerifier>) -> Self {
        self.legacy_verifier = Some(verifier);
        self
    }

    /// Chooses how new passwords are hashed; older ones are hashed anew at their next sign-in.
    #[must_use]
    pub const fn with_hash_params(mut self, params: HashParams) -> Self {
        self.hash_params = params;
        self
    }

    /// Chooses how codes are computed. Changing the algorithm or the number of digits makes
    /// authenticators that were enrolled before useless.
    #[must_use]
    pub const fn with_totp(mut self, settings: TotpSettings) -> Self {
        self.totp = settings;
        self
    }

    /// Chooses when sessions end.
    #[must_use]
    pub const fn with_sessions(mut self, limits: SessionLimits) -> Self {
        self.sessions = limits;
        self
    }

    /// Chooses how often what may be tried.
    #[must_use]
    pub const fn with_limits(mut self, limits: AccountLimits) -> Self {
        self.limits = limits;
        self
    }
}

/// How often what may be tried. Every attempt counts, whether an account exists or not.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct AccountLimits {
    /// Passwords from one network address.
    pub passwords_per_address: Limit,
    /// Passwords for one e-mail address.
    pub passwords_per_account: Limit,
    /// TOTP and recovery codes for one account.
    pub codes_per_account: Limit,
    /// Mails to one e-mail address; beyond it none is sent, and the answer looks the same.
    pub mails_per_account: Limit,
    /// Mails asked for from one network address; as above.
    pub mails_per_address: Limit,
}

impl Default for AccountLimits {
    /// 10 passwords a minute from one address; 10 for one account, then one each 30 seconds; 10
    /// codes an hour; 3 mails an hour to one account and 20 an hour from one address.
    fn default() -> Self {
        const MINUTE: TimeDelta = TimeDelta::minutes(1);
        const HOUR: TimeDelta = TimeDelta::hours(1);
        const {
            Self {
                passwords_per_address: per(10, MINUTE),
                passwords_per_account: per(10, TimeDelta::minutes(5)),
                codes_per_account: per(10, HOUR),
                mails_per_account: per(3, HOUR),
                mails_per_address: per(20, HOUR),
            }
        }
    }
}

#[expect(clippy::panic, reason = "called in a const block alone, where it is a compile error")]
const fn per(count: u32, period: TimeDelta) -> Limit {
    match Limit::per(count, period) {
        Ok(limit) => limit,
        Err(_) => panic!("a default limit is out of range"),
    }
}
