//! What a host decides, crate by crate.

use alley_core::RecordType;

use super::{AccountsConfig, Arc, Subscriber};

/// The configuration of the assembly. Accounts are needed; outreach and privacy work as they are;
/// TikTok and billing are there once they have credentials.
#[derive(Debug)]
pub struct Config {
    pub(super) accounts: AccountsConfig,
    #[cfg(feature = "tiktok")]
    pub(super) tiktok: Option<alley_tiktok::Config>,
    #[cfg(feature = "billing")]
    pub(super) billing: Option<alley_billing::Config>,
    #[cfg(feature = "outreach")]
    pub(super) outreach: alley_outreach::Config,
    #[cfg(feature = "privacy")]
    pub(super) map: Option<alley_privacy::DataMap>,
    #[cfg(feature = "privacy")]
    pub(super) profile: alley_privacy::Profile,
    #[cfg(feature = "privacy")]
    pub(super) host_records: Vec<&'static RecordType>,
    pub(super) subscribers: Vec<Arc<dyn Subscriber>>,
}

impl Config {
    /// Accounts, outreach and privacy as they come: the built-in data map, validated as a draft.
    pub fn new(accounts: AccountsConfig) -> Self {
        Self {
            accounts,
            #[cfg(feature = "tiktok")]
            tiktok: None,
            #[cfg(feature = "billing")]
            billing: None,
            #[cfg(feature = "outreach")]
            outreach: alley_outreach::Config::default(),
            #[cfg(feature = "privacy")]
            map: None,
            #[cfg(feature = "privacy")]
            profile: alley_privacy::Profile::Draft,
            #[cfg(feature = "privacy")]
            host_records: Vec::new(),
            subscribers: Vec::new(),
        }
    }

    /// Connects TikTok shops.
    #[cfg(feature = "tiktok")]
    #[must_use]
    pub fn with_tiktok(mut self, config: alley_tiktok::Config) -> Self {
        self.tiktok = Some(config);
        self
    }

    /// Bills through Stripe.
    #[cfg(feature = "billing")]
    #[must_use]
    pub fn with_billing(mut self, config: alley_billing::Config) -> Self {
        self.billing = Some(config);
        self
    }

    /// Checks contents of outreach by rules of one's own.
    #[cfg(feature = "outreach")]
    #[must_use]
    pub fn with_outreach(mut self, config: alley_outreach::Config) -> Self {
        self.outreach = config;
        self
    }

    /// Uses another data map than the built-in one, and validates it as strictly as `profile` asks.
    #[cfg(feature = "privacy")]
    #[must_use]
    pub fn with_data_map(
        mut self,
        map: alley_privacy::DataMap,
        profile: alley_privacy::Profile,
    ) -> Self {
        self.map = Some(map);
        self.profile = profile;
        self
    }

    /// Declares record types of the host, so that privacy exports and erases them as well. The
    /// store that keeps them goes into [`Storage::personal`](super::Storage::personal).
    #[cfg(feature = "privacy")]
    #[must_use]
    pub fn with_records(mut self, records: impl IntoIterator<Item = &'static RecordType>) -> Self {
        self.host_records.extend(records);
        self
    }

    /// Lets a part of the host hear facts.
    #[must_use]
    pub fn with_subscriber(mut self, subscriber: Arc<dyn Subscriber>) -> Self {
        self.subscribers.push(subscriber);
        self
    }
}

/// The record types of all crates of this build.
pub fn declarations() -> Vec<&'static RecordType> {
    [
        alley_core::RECORDS,
        #[cfg(feature = "tiktok")]
        alley_tiktok::RECORDS,
        #[cfg(feature = "billing")]
        alley_billing::RECORDS,
        #[cfg(feature = "outreach")]
        alley_outreach::RECORDS,
        #[cfg(feature = "privacy")]
        alley_privacy::RECORDS,
    ]
    .concat()
}
