//! People with a sign-in: the record, and what may be done with it.

use chrono::{DateTime, Utc};

use crate::ids::AccountId;
use crate::random::{RandomError, SecureRandom};
use crate::seal::Sealed;
use crate::value::Digest32;
use crate::{Record, elements, text_enum};

text_enum! {
    /// Whether an account may be used.
    pub enum AccountStatus {
        /// It may, once its address is verified.
        Active => "active",
        /// The operator has switched it off.
        Disabled => "disabled",
        /// Its person has closed it; it waits for erasure.
        Closed => "closed",
    }
}

/// A person with a sign-in.
///
/// The row is the guard of everything that hangs on it: whoever adds or removes a credential, a
/// token or a session of the account writes this row in the same commit, so that two decisions
/// over such a set cannot both hold.
#[derive(Clone, Debug, Eq, PartialEq, Record)]
#[record(name = "account", domain = "core", id = account_id, subject = account_id)]
#[record(anchor = closed_at)]
#[record(unique(by_email(email_index), by_customer_id(customer_id)))]
#[non_exhaustive]
pub struct Account {
    /// Names the person everywhere.
    #[record(element = elements::ACCOUNT_IDENTITY)]
    pub account_id: AccountId,
    /// Ten digits that the person can say on the phone.
    #[record(element = elements::ACCOUNT_CUSTOMER_ID)]
    pub customer_id: String,
    /// Whether it may be used.
    #[record(element = elements::ACCOUNT_IDENTITY)]
    pub status: AccountStatus,
    /// The sealed address; mail goes nowhere else.
    #[record(element = elements::ACCOUNT_EMAIL)]
    pub email: Sealed,
    /// The keyed hash by which the address is found.
    #[record(element = elements::ACCOUNT_EMAIL)]
    pub email_index: Digest32,
    /// When it was shown that mail to the address is read.
    #[record(element = elements::ACCOUNT_EMAIL)]
    pub verified_at: Option<DateTime<Utc>>,
    /// The sealed name to greet the person with.
    #[record(element = elements::ACCOUNT_IDENTITY)]
    pub display_name: Option<Sealed>,
    /// When it was registered.
    #[record(element = elements::ACCOUNT_IDENTITY)]
    pub created_at: DateTime<Utc>,
    /// When a credential, token or session was last added or removed; see above.
    #[record(element = elements::ACCOUNT_IDENTITY)]
    pub touched_at: DateTime<Utc>,
    /// When its person closed it; starts its retention.
    #[record(element = elements::ACCOUNT_IDENTITY)]
    pub closed_at: Option<DateTime<Utc>>,
}

impl Account {
    /// An account whose address is not verified yet.
    pub const fn new(
        account_id: AccountId,
        customer_id: String,
        email: Sealed,
        email_index: Digest32,
        created_at: DateTime<Utc>,
    ) -> Self {
        Self {
            account_id,
            customer_id,
            status: AccountStatus::Active,
            email,
            email_index,
            verified_at: None,
            display_name: None,
            created_at,
            touched_at: created_at,
            closed_at: None,
        }
    }

    /// Whether its person may act: switched on, not closed, address verified.
    pub fn standing(&self) -> Standing {
        match (self.status, self.verified_at) {
            (AccountStatus::Active, Some(_)) => Standing::Good,
            (AccountStatus::Active, None) => Standing::Unverified,
            (AccountStatus::Disabled, _) => Standing::Disabled,
            (AccountStatus::Closed, _) => Standing::Closed,
        }
    }

    /// The same after something that hangs on it was added or removed.
    #[must_use]
    pub fn touched(mut self, now: DateTime<Utc>) -> Self {
        self.touched_at = now;
        self
    }

    /// The same, with a verified address.
    #[must_use]
    pub fn verified(mut self, now: DateTime<Utc>) -> Self {
        self.verified_at.get_or_insert(now);
        self.touched(now)
    }

    /// The same, closed.
    #[must_use]
    pub fn closed(mut self, now: DateTime<Utc>) -> Self {
        self.status = AccountStatus::Closed;
        self.closed_at = Some(now);
        self.touched(now)
    }
}

/// Whether the person behind an account may act.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Standing {
    /// Yes.
    Good,
    /// Not before the address is verified.
    Unverified,
    /// No: switched off.
    Disabled,
    /// No: closed.
    Closed,
}

impl Standing {
    /// The code for the audit trail.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Unverified => "unverified",
            Self::Disabled => "disabled",
            Self::Closed => "closed",
        }
    }
}

/// Ten digits that name an account or a tenant on the phone. Not secret; drawn, so that they do
/// not tell how many there are.
pub(crate) fn draw_customer_id(random: &dyn SecureRandom) -> Result<String, RandomError> {
    let mut bytes = [0_u8; 8];
    random.fill(&mut bytes)?;
    let number = u64::from_be_bytes(bytes) % 10_000_000_000;
    Ok(format!("{number:010}"))
}

#[cfg(test)]
mod tests;
