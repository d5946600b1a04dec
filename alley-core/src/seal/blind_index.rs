//! Keyed hashes under the keyring: proofs of origin, and look-up of values that are sealed.

use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq as _};
use zeroize::Zeroizing;

use super::keyring::{KeyId, Keyring};
use super::{OpenError, aead, context};
use crate::mac::HmacSha256Key;
use crate::value::Digest32;

/// What a keyed hash is for. Each purpose has a key of its own, so that a hash made for one is
/// worth nothing for another.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct MacPurpose(&'static str);

impl MacPurpose {
    /// Names a purpose; the name is part of the stored format and must never change.
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }
}

/// How a presented keyed hash compares.
#[must_use]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum MacCheck {
    /// Made with the primary key.
    Current,
    /// Made with an older key that is still enabled; should be issued anew.
    Outdated,
    /// Not made by this keyring for this purpose and these parts.
    Rejected,
}

impl Keyring {
    /// HMAC-SHA256 over the parts (each behind its length) with the primary key's own key for
    /// this purpose.
    pub fn mac(&self, purpose: MacPurpose, parts: &[&[u8]]) -> Digest32 {
        let (_, derivation) = self.primary_derivation();
        keyed(derivation, b"alley mac 1", purpose.0, parts)
    }

    /// As [`mac`](Self::mac), with the enabled key of the smallest number: the same in all processes
    /// while a new key becomes the primary, until that oldest one is withdrawn. For hashes that must
    /// be equal rather than fresh.
    pub fn lasting_mac(&self, purpose: MacPurpose, parts: &[&[u8]]) -> Digest32 {
        let oldest = self.derivations().min_by_key(|(id, _)| *id);
        let (_, derivation) = oldest.unwrap_or_else(|| self.primary_derivation());
        keyed(derivation, b"alley mac 1", purpose.0, parts)
    }

    /// What [`mac`](Self::mac) gives or would have given under each enabled key, the primary
    /// first.
    pub fn mac_candidates(&self, purpose: MacPurpose, parts: &[&[u8]]) -> Vec<Digest32> {
        self.derivations()
            .map(|(_, derivation)| keyed(derivation, b"alley mac 1", purpose.0, parts))
            .collect()
    }

    /// Compares a presented hash with that of each enabled key, in a time that does not depend
    /// on where they differ.
    pub fn verify_mac(&self, purpose: MacPurpose, parts: &[&[u8]], presented: &[u8]) -> MacCheck {
        let mut current = Choice::from(0);
        let mut outdated = Choice::from(0);
        for (id, derivation) in self.derivations() {
            let expected = keyed(derivation, b"alley mac 1", purpose.0, parts);
            let equal = expected.as_bytes()[..].ct_eq(presented);
            if id == self.primary_id() {
                current |= equal;
            } else {
                outdated |= equal;
            }
        }
        if bool::from(current) {
            MacCheck::Current
        } else if bool::from(outdated) {
            MacCheck::Outdated
        } else {
            MacCheck::Rejected
        }
    }

    /// Compares with the hash of the one key that the presented value names.
    ///
    /// # Errors
    /// When that key is unknown or disabled.
    pub fn verify_mac_of(
        &self,
        key: KeyId,
        purpose: MacPurpose,
        parts: &[&[u8]],
        presented: &[u8],
    ) -> Result<MacCheck, OpenError> {
        let expected = keyed(self.derivation(key)?, b"alley mac 1", purpose.0, parts);
        let equal = bool::from(expected.as_bytes()[..].ct_eq(presented));
        Ok(match (equal, key == self.primary_id()) {
            (false, _) => MacCheck::Rejected,
            (true, true) => MacCheck::Current,
            (true, false) => MacCheck::Outdated,
        })
    }

    /// What to store beside a sealed value so that it can be found: a keyed hash of its canonical
    /// form and the name of the field. Equal values have equal indexes within one field only.
    pub fn blind_index(&self, field: &'static str, canonical: &[u8]) -> Digest32 {
        let (_, derivation) = self.primary_derivation();
        keyed(derivation, b"alley blind index 1", field, &[canonical])
    }

    /// What to look for: the index under each enabled key, the primary first, so that rows are
    /// found while keys rotate.
    pub fn blind_indexes(&self, field: &'static str, canonical: &[u8]) -> Vec<Digest32> {
        self.derivations()
            .map(|(_, derivation)| keyed(derivation, b"alley blind index 1", field, &[canonical]))
            .collect()
    }
}

fn keyed(derivation: &hkdf::Hkdf<Sha256>, use_: &[u8], name: &str, parts: &[&[u8]]) -> Digest32 {
    let mut key = Zeroizing::new([0_u8; 32]);
    let info = context::prefixed(&[use_, name.as_bytes()]);
    aead::expand(derivation, &[&info], &mut key[..]);
    Digest32::new(HmacSha256Key::new(&key[..]).parts(&[&context::prefixed(parts)]))
}
