//! The doors of all crates, without their background work.

use alley_core::{Accounts, Tenancy};

use super::Ports;

/// All doors over the same storage. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Doors {
    pub(super) accounts: Accounts,
    pub(super) tenancy: Tenancy,
    #[cfg(feature = "tiktok")]
    pub(super) tiktok: Option<alley_tiktok::Tiktok>,
    #[cfg(feature = "billing")]
    pub(super) billing: Option<alley_billing::Billing>,
    #[cfg(feature = "outreach")]
    pub(super) outreach: alley_outreach::Outreach,
    #[cfg(feature = "privacy")]
    pub(super) privacy: alley_privacy::Privacy,
}

impl Doors {
    /// The same doors, configured alike, inside a unit of work: a transaction that the host began and
    /// will end. What they do stands or falls with what the host does in it.
    ///
    /// There is no background work inside: these doors have no jobs, and facts that they commit are
    /// delivered by the application once the transaction is through. Nor is anybody called: what needs
    /// TikTok Shop or Stripe is refused. Limits stay those of the application and count at once. What
    /// holds for each door besides is said at its own `on`.
    ///
    /// A second database is no unit of work; assemble another [`Alley`](crate::Alley) over it.
    ///
    /// # Examples
    /// ```
    /// use alley_store::{Alley, Ports};
    ///
    /// // What `PostgresStore::join` made of the host's transaction.
    /// # fn example(alley: &Alley, unit: Ports) {
    /// let inside = alley.on(unit);
    /// let tenancy = inside.tenancy();
    /// # }
    /// ```
    ///
    /// ```compile_fail,E0599
    /// # fn example(alley: &alley_store::Alley, unit: alley_store::Ports) {
    /// alley.on(unit).jobs();
    /// # }
    /// ```
    #[must_use]
    pub fn on(&self, unit: impl Into<Ports>) -> Self {
        let ports = unit.into();
        Self {
            accounts: self.accounts.on(ports.core.clone()),
            tenancy: self.tenancy.on(ports.core),
            #[cfg(feature = "tiktok")]
            tiktok: self.tiktok.as_ref().map(|door| door.on(ports.tiktok)),
            #[cfg(feature = "billing")]
            billing: self.billing.as_ref().map(|door| door.on(ports.billing)),
            #[cfg(feature = "outreach")]
            outreach: self.outreach.on(ports.outreach),
            #[cfg(feature = "privacy")]
            privacy: self.privacy.on(ports.privacy, ports.personal),
        }
    }

    /// People: registration, sign-in, second factors, sessions.
    pub const fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    /// Sellers' organizations, their members, and access to their data.
    pub const fn tenancy(&self) -> &Tenancy {
        &self.tenancy
    }

    /// TikTok Shop.
    ///
    /// # Errors
    /// When [`Config::with_tiktok`](crate::Config::with_tiktok) was not called.
    #[cfg(feature = "tiktok")]
    pub fn tiktok(&self) -> Result<&alley_tiktok::Tiktok, NotConfigured> {
        self.tiktok.as_ref().ok_or(NotConfigured { door: "tiktok" })
    }

    /// Stripe.
    ///
    /// # Errors
    /// When [`Config::with_billing`](crate::Config::with_billing) was not called.
    #[cfg(feature = "billing")]
    pub fn billing(&self) -> Result<&alley_billing::Billing, NotConfigured> {
        self.billing.as_ref().ok_or(NotConfigured { door: "billing" })
    }

    /// Templates, drafts, review, pacing and confirmed deliveries.
    #[cfg(feature = "outreach")]
    pub const fn outreach(&self) -> &alley_outreach::Outreach {
        &self.outreach
    }

    /// Data map, retention, holds, export and erasure.
    #[cfg(feature = "privacy")]
    pub const fn privacy(&self) -> &alley_privacy::Privacy {
        &self.privacy
    }
}

/// A door was asked for that has no configuration.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{door} is not configured: call Config::with_{door} before the assembly")]
#[non_exhaustive]
pub struct NotConfigured {
    /// The door.
    pub door: &'static str,
}
