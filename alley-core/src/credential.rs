//! What a person signs in with, as it is stored.

use chrono::{DateTime, TimeDelta, Utc};

use crate::commit::Versioned;
use crate::ids::AccountId;
use crate::seal::Sealed;
use crate::value::Digest32;
use crate::{Record, elements, own_id, text_enum};

own_id! {
    /// Identifies one authenticator app of an account.
    TotpId, TotpKind, "otp"
}
own_id! {
    /// Identifies a recovery code; says nothing about the code.
    RecoveryCodeId, RecoveryCodeKind, "rcv"
}

/// The password of an account. The PHC string is sealed for this row: a hash that is moved to
/// another row does not open, and the sealing key can be rotated without any password.
#[derive(Clone, Debug, Eq, PartialEq, Record)]
#[record(name = "password_credential", domain = "core", id = account_id, subject = account_id)]
#[record(owned_by(account = account_id))]
#[non_exhaustive]
pub struct PasswordCredential {
    /// Whose.
    #[record(technical)]
    pub account_id: AccountId,
    /// The sealed PHC string.
    #[record(element = elements::ACCOUNT_PASSWORD_HASH)]
    pub hash: Sealed,
    /// When the password was chosen; hashing it again with other parameters does not count.
    #[record(element = elements::ACCOUNT_PASSWORD_HASH)]
    pub chosen_at: DateTime<Utc>,
}

impl PasswordCredential {
    /// A password that was chosen at `chosen_at`.
    pub const fn new(account_id: AccountId, hash: Sealed, chosen_at: DateTime<Utc>) -> Self {
        Self { account_id, hash, chosen_at }
    }
}

/// An authenticator app. It counts as a second factor once it was confirmed with a code.
#[derive(Clone, Debug, Eq, PartialEq, Record)]
#[record(name = "totp_credential", domain = "core", id = totp_id, subject = account_id)]
#[record(owned_by(account = account_id))]
#[non_exhaustive]
pub struct TotpCredential {
    /// Names the authenticator.
    #[record(technical)]
    pub totp_id: TotpId,
    /// Whose.
    #[record(technical)]
    pub account_id: AccountId,
    /// The sealed secret.
    #[record(element = elements::ACCOUNT_TWO_FACTOR)]
    pub secret: Sealed,
    /// When the secret was drawn.
    #[record(element = elements::ACCOUNT_TWO_FACTOR)]
    pub begun_at: DateTime<Utc>,
    /// When the first code was accepted; absent while enrolment is pending.
    #[record(element = elements::ACCOUNT_TWO_FACTOR)]
    pub confirmed_at: Option<DateTime<Utc>>,
    /// The step of the last accepted code; only later ones are accepted.
    #[record(element = elements::ACCOUNT_TWO_FACTOR)]
    pub last_step: Option<i64>,
    /// Wrong codes since the last right one.
    #[record(element = elements::ACCOUNT_TWO_FACTOR)]
    pub failures_in_row: u32,
}

impl TotpCredential {
    /// After this many wrong codes in a row the authenticator is dead (NIST SP 800-63B-4, 3.2.2).
    pub const MOST_FAILURES: u32 = 100;
    /// How long an enrolment may stay without a first code.
    pub const PENDING_LIFE: TimeDelta = TimeDelta::minutes(10);
    /// Wrong first codes after which an enrolment must begin anew.
    pub const MOST_PENDING_FAILURES: u32 = 5;

    /// An enrolment that waits for its first code.
    pub const fn pending(
        totp_id: TotpId,
        account_id: AccountId,
        secret: Sealed,
        begun_at: DateTime<Utc>,
    ) -> Self {
        Self {
            totp_id,
            account_id,
            secret,
            begun_at,
            confirmed_at: None,
            last_step: None,
            failures_in_row: 0,
        }
    }

    /// What it is good for at `now`.
    pub fn state(&self, now: DateTime<Utc>) -> TotpState {
        match self.confirmed_at {
            Some(_) if self.failures_in_row >= Self::MOST_FAILURES => TotpState::Dead,
            Some(_) => TotpState::Active,
            None if self.failures_in_row >= Self::MOST_PENDING_FAILURES => TotpState::Dead,
            None if now.signed_duration_since(self.begun_at) >= Self::PENDING_LIFE => {
                TotpState::Dead
            }
            None => TotpState::Pending,
        }
    }

    /// The same after a right code of this step.
    #[must_use]
    pub fn accepted(mut self, step: u64, now: DateTime<Utc>) -> Self {
        self.last_step = i64::try_from(step).ok();
        self.failures_in_row = 0;
        self.confirmed_at.get_or_insert(now);
        self
    }

    /// The same after a wrong code.
    #[must_use]
    pub const fn failed(mut self) -> Self {
        self.failures_in_row = self.failures_in_row.saturating_add(1);
        self
    }

    /// Which of an account's confirmed authenticators go when the one of this id is removed, and
    /// whether recovery goes with them. Those that are dead stay only beside one that is active: alone they
    /// would ask for a factor that nobody has.
    pub(crate) fn removal(
        confirmed: &[Versioned<Self>],
        removed: TotpId,
        now: DateTime<Utc>,
    ) -> (Vec<&Versioned<Self>>, bool) {
        let is_it = |totp: &Versioned<Self>| totp.record.totp_id == removed;
        let is_active = |totp: &Versioned<Self>| totp.record.state(now) == TotpState::Active;
        let is_last = !confirmed.iter().any(|totp| !is_it(totp) && is_active(totp));
        (confirmed.iter().filter(|totp| is_last || is_it(totp)).collect(), is_last)
    }

    /// The step of the last accepted code.
    pub fn last_accepted(&self) -> Option<u64> {
        self.last_step.and_then(|step| u64::try_from(step).ok())
    }
}

/// What an authenticator is good for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum TotpState {
    /// Waits for its first code.
    Pending,
    /// Its codes are a second factor.
    Active,
    /// Its enrolment ran out, or it saw too many wrong codes. A dead authenticator that was once
    /// active still makes the account need a second factor: a recovery code.
    Dead,
}

/// The keyed hash of a recovery code that was not used yet; use deletes the row.
#[derive(Clone, Debug, Eq, PartialEq, Record)]
#[record(name = "recovery_code", domain = "core", id = code_id, subject = account_id)]
#[record(owned_by(account = account_id))]
#[record(unique(by_code(account_id, hash)))]
#[non_exhaustive]
pub struct StoredRecoveryCode {
    /// Names the code.
    #[record(technical)]
    pub code_id: RecoveryCodeId,
    /// Whose.
    #[record(technical)]
    pub account_id: AccountId,
    /// See [`RecoveryCode::digest`](crate::totp::RecoveryCode::digest).
    #[record(element = elements::ACCOUNT_TWO_FACTOR)]
    pub hash: Digest32,
    /// When it was given out.
    #[record(element = elements::ACCOUNT_TWO_FACTOR)]
    pub issued_at: DateTime<Utc>,
}

impl StoredRecoveryCode {
    /// A code that was given out at `issued_at`.
    pub const fn new(
        code_id: RecoveryCodeId,
        account_id: AccountId,
        hash: Digest32,
        issued_at: DateTime<Utc>,
    ) -> Self {
        Self { code_id, account_id, hash, issued_at }
    }
}

text_enum! {
    /// What was presented as a second factor.
    pub enum SecondFactor {
        /// A code of an authenticator app.
        Totp => "totp",
        /// A recovery code.
        RecoveryCode => "recovery_code",
    }
}

/// A second factor as a person typed it.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum SecondFactorProof<'a> {
    /// The code that an authenticator app shows.
    Totp(&'a str),
    /// A recovery code; it is gone after use.
    RecoveryCode(&'a str),
}

impl std::fmt::Debug for SecondFactorProof<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Totp(_) => "Totp([REDACTED])",
            Self::RecoveryCode(_) => "RecoveryCode([REDACTED])",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commit::Version;

    fn begun(at: DateTime<Utc>) -> TotpCredential {
        let account = AccountId::from_uuid(uuid::Uuid::from_u128(1));
        let id = TotpId::from_uuid(uuid::Uuid::from_u128(2));
        TotpCredential::pending(id, account, Sealed::from_bytes([0]), at)
    }

    #[test]
    fn an_enrolment_runs_out_after_ten_minutes_or_five_wrong_codes() {
        let start = DateTime::UNIX_EPOCH;
        let late = start + TotpCredential::PENDING_LIFE;
        assert_eq!(begun(start).state(late - TimeDelta::seconds(1)), TotpState::Pending);
        assert_eq!(begun(start).state(late), TotpState::Dead);
        let four = (0..4).fold(begun(start), |totp, _| totp.failed());
        assert_eq!(four.state(start), TotpState::Pending);
        assert_eq!(four.failed().state(start), TotpState::Dead);
    }

    #[test]
    fn to_12_a_hundred_wrong_codes_in_a_row_kill_it_and_a_right_one_resets() {
        let now = DateTime::UNIX_EPOCH;
        let active = begun(now).accepted(7, now);
        assert_eq!((active.state(now), active.last_accepted()), (TotpState::Active, Some(7)));
        let tired = (0..99).fold(active, |totp, _| totp.failed());
        assert_eq!(tired.state(now), TotpState::Active);
        assert_eq!(tired.clone().accepted(8, now).failures_in_row, 0);
        assert_eq!(tired.failed().state(now), TotpState::Dead);
    }

    #[test]
    fn dead_authenticators_go_with_the_last_active_one() {
        let now = DateTime::UNIX_EPOCH;
        let totp = |number, failures| {
            let mut totp = begun(now).accepted(7, now);
            totp.totp_id = TotpId::from_uuid(uuid::Uuid::from_u128(number));
            totp.failures_in_row = failures;
            Versioned::new(totp, Version::FIRST)
        };
        let gone = |all: &[Versioned<TotpCredential>], removed: usize| {
            let (gone, is_last) = TotpCredential::removal(all, all[removed].record.totp_id, now);
            let gone = gone.iter().map(|totp| totp.record.totp_id.as_uuid().as_u128());
            (gone.collect::<Vec<_>>(), is_last)
        };
        let (active, other, dead) = (totp(1, 0), totp(2, 99), totp(3, 100));
        assert_eq!(gone(&[active.clone(), other], 0), (vec![1], false));
        assert_eq!(gone(&[active.clone(), dead.clone()], 1), (vec![3], false));
        assert_eq!(gone(&[active.clone(), dead.clone()], 0), (vec![1, 3], true));
        assert_eq!(gone(&[active], 0), (vec![1], true));
        assert_eq!(gone(&[dead], 0), (vec![3], true));
    }

    #[test]
    fn debug_shows_no_code() {
        let shown = format!("{:?}", SecondFactorProof::RecoveryCode("CANARY"));
        assert!(!shown.contains("CANARY"));
    }
}
