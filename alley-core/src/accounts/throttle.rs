//! Limits on passwords, codes and mails.

use std::net::IpAddr;

use chrono::TimeDelta;

use super::Accounts;
use crate::email::Email;
use crate::error::Error;
use crate::ids::AccountId;
use crate::rate_limit::{Decision, Limit};
use crate::seal::MacPurpose;
use crate::session::Client;

impl Accounts {
    /// Counts an attempt at a password; the wait, if there were too many.
    pub(super) async fn throttle_password(
        &self,
        canonical: &[u8],
        client: &Client,
    ) -> Result<Option<TimeDelta>, Error> {
        let limits = &self.config.limits;
        let address = self
            .throttle("password from address", address(client), limits.passwords_per_address)
            .await?;
        let account = self
            .throttle(
                "password for account",
                Some(canonical.to_vec()),
                limits.passwords_per_account,
            )
            .await?;
        Ok(address.max(account))
    }

    /// Counts an attempt at a code; the wait, if there were too many.
    pub(super) async fn throttle_code(
        &self,
        account: AccountId,
    ) -> Result<Option<TimeDelta>, Error> {
        let key = account.as_uuid().as_bytes().to_vec();
        self.throttle("code for account", Some(key), self.config.limits.codes_per_account).await
    }

    /// Counts a mail; whether it may be sent.
    pub(super) async fn may_mail(&self, email: &Email, client: &Client) -> Result<bool, Error> {
        let limits = &self.config.limits;
        let canonical = email.canonical().to_vec();
        let account =
            self.throttle("mail to account", Some(canonical), limits.mails_per_account).await?;
        let address =
            self.throttle("mail from address", address(client), limits.mails_per_address).await?;
        Ok(account.is_none() && address.is_none())
    }

    async fn throttle(
        &self,
        what: &'static str,
        key: Option<Vec<u8>>,
        limit: Limit,
    ) -> Result<Option<TimeDelta>, Error> {
        let Some(key) = key else { return Ok(None) };
        let key = self.env.keyring.mac(PURPOSE, &[what.as_bytes(), &key]);
        Ok(match self.stores.limiter.take(&key, &limit, 1).await? {
            Decision::Allowed { .. } => None,
            Decision::Denied { retry_after } => Some(retry_after),
        })
    }
}

/// One IPv4 address, or the first 64 bits of an IPv6 address: what one subscriber has at least.
fn address(client: &Client) -> Option<Vec<u8>> {
    Some(match client.address?.to_canonical() {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().into_iter().take(8).collect(),
    })
}

const PURPOSE: MacPurpose = MacPurpose::new("rate limit");
