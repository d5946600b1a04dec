//! Codes for those who lost their authenticator.

use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use crate::ids::AccountId;
use crate::random::{RandomError, SecureRandom};
use crate::seal::{Keyring, MacPurpose};
use crate::value::Digest32;

/// A second factor for one use: 25 characters of Crockford's base 32, which are 125 random bits.
/// At that size a keyed hash is enough to store (NIST SP 800-63B-4, section 3.1.2.2), and finding
/// a code is one read.
///
/// ```compile_fail
/// fn same(a: &alley_core::totp::RecoveryCode, b: &alley_core::totp::RecoveryCode) -> bool {
///     a == b
/// }
/// ```
pub struct RecoveryCode(SecretString);

impl RecoveryCode {
    /// How many codes an account gets by default.
    pub const DEFAULT_COUNT: usize = 10;
    /// Random bits of a code.
    pub const ENTROPY_BITS: usize = LETTERS * 5;

    /// Draws a code.
    ///
    /// # Errors
    /// When the random source fails.
    pub fn generate(random: &dyn SecureRandom) -> Result<Self, RandomError> {
        let mut bytes = Zeroizing::new([0_u8; 16]);
        random.fill(&mut bytes[..])?;
        let number = Zeroizing::new(u128::from_be_bytes(*bytes));
        let mut code = String::with_capacity(LETTERS);
        code.extend((0..LETTERS).map(|place| {
            let index = (*number >> (place * 5)) & 31;
            usize::try_from(index).ok().and_then(|at| ALPHABET.get(at)).map_or('0', |b| (*b).into())
        }));
        Ok(Self(SecretString::from(code)))
    }

    /// Reads what a person typed: case, spaces and hyphens do not matter, O is 0, I and L are 1.
    ///
    /// # Errors
    /// When that does not leave 25 characters of the alphabet.
    pub fn parse(typed: &str) -> Result<Self, ParseRecoveryCodeError> {
        let mut code = Zeroizing::new(String::with_capacity(LETTERS));
        for letter in typed.chars().filter(|letter| !matches!(letter, ' ' | '-')) {
            let folded = match letter.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            let known = u8::try_from(folded).is_ok_and(|byte| ALPHABET.contains(&byte));
            if !known || code.len() == LETTERS {
                return Err(ParseRecoveryCodeError);
            }
            code.push(folded);
        }
        if code.len() != LETTERS {
            return Err(ParseRecoveryCodeError);
        }
        Ok(Self(SecretString::from(code.as_str())))
    }

    /// Five groups of five, to be shown once.
    pub fn to_groups(&self) -> SecretString {
        let mut shown = String::with_capacity(LETTERS + 4);
        for (place, letter) in self.0.expose_secret().chars().enumerate() {
            if place > 0 && place % 5 == 0 {
                shown.push('-');
            }
            shown.push(letter);
        }
        SecretString::from(shown)
    }

    /// What is stored: a keyed hash that holds for this account only.
    pub fn digest(&self, account: AccountId, keyring: &Keyring) -> Digest32 {
        keyring.mac(PURPOSE, &[account.as_uuid().as_bytes(), self.0.expose_secret().as_bytes()])
    }

    /// What is looked for: the stored form under each enabled key, the primary first.
    pub fn digest_candidates(&self, account: AccountId, keyring: &Keyring) -> Vec<Digest32> {
        let account = account.as_uuid();
        let parts = [&account.as_bytes()[..], self.0.expose_secret().as_bytes()];
        keyring.mac_candidates(PURPOSE, &parts)
    }
}

impl std::fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RecoveryCode([REDACTED])")
    }
}

/// A text is no recovery code.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not a recovery code: expected 25 letters and digits")]
#[non_exhaustive]
pub struct ParseRecoveryCodeError;

const LETTERS: usize = 25;
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const PURPOSE: MacPurpose = MacPurpose::new("recovery code");

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use static_assertions::assert_not_impl_any;

    use super::*;
    use crate::random::SeededRandom;
    use crate::seal::{KeyId, SealKey};

    assert_not_impl_any!(RecoveryCode: Clone, std::fmt::Display, PartialEq, serde::Serialize);

    fn key(number: u32) -> SealKey {
        SealKey::generate(KeyId::new(number), &SeededRandom::new(number.into())).unwrap()
    }

    fn account(number: u128) -> AccountId {
        AccountId::from_uuid(uuid::Uuid::from_u128(number))
    }

    #[test]
    fn rc_01_codes_are_five_groups_of_five_and_differ() {
        let random = SeededRandom::new(1);
        let mut shown: Vec<_> = (0..1_000)
            .map(|_| RecoveryCode::generate(&random).unwrap().to_groups())
            .map(|code| code.expose_secret().to_owned())
            .collect();
        assert!(
            shown
                .iter()
                .all(|code| { code.len() == 29 && code.split('-').all(|group| group.len() == 5) })
        );
        let used: std::collections::BTreeSet<_> = shown.iter().flat_map(|c| c.bytes()).collect();
        assert_eq!(used.len(), 33, "each letter of the alphabet occurs, and the hyphen");
        shown.sort();
        shown.dedup();
        assert_eq!(shown.len(), 1_000);
        assert_eq!(RecoveryCode::ENTROPY_BITS, 125);
    }

    #[test]
    fn rc_07_what_people_type_is_folded() {
        let read = |text| {
            RecoveryCode::parse(text).map(|code| code.to_groups().expose_secret().to_owned())
        };
        let same = "01111-ABCDE-FGHJK-MNPQR-STVWX";
        for typed in [
            same,
            "01111abcdefghjkmnpqrstvwx",
            "oIlLi abcde fghjk mnpqr stvwx",
            " O1-1-1 1a BCDEFGHJKMNPQRSTVWX ",
        ] {
            assert_eq!(read(typed).as_deref(), Ok(same), "{typed}");
        }
        for wrong in ["", "01111-ABCDE", "01111-ABCDE-FGHJK-MNPQR-STVWU", &format!("{same}0")] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,60}") {
            let _ = RecoveryCode::parse(&text);
        }
    }

    #[test]
    fn rc_03_a_digest_holds_for_one_account_and_survives_key_rotation() {
        let (before, code) = (Keyring::of(key(1)), RecoveryCode::parse(&"A".repeat(25)).unwrap());
        let stored = code.digest(account(1), &before);
        assert_eq!(stored, code.digest(account(1), &before));
        assert_ne!(stored, code.digest(account(2), &before));
        let during = Keyring::builder(key(2)).decrypt_only(key(1)).build().unwrap();
        assert_ne!(stored, code.digest(account(1), &during));
        assert!(code.digest_candidates(account(1), &during).contains(&stored));
        assert!(!code.digest_candidates(account(2), &during).contains(&stored));
    }
}
