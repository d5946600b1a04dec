//! Passwords: what may be one, how it is hashed, and how a guess is judged.
//!
//! Normal form C and nothing else is applied (NIST SP 800-63B-4, section 3.1.1.2; RFC 8265,
//! `OpaqueString`): no trimming, no folding, no truncation. Hashing is Argon2id (RFC 9106).

mod blocklist;
mod breach;
mod cost;
mod hash;
mod legacy;
mod memory;
mod policy;

pub(crate) use self::breach::is_leaked;
pub use self::breach::{
    BreachCheck, BreachCheckFailed, HttpBreachCheck, NotABase, OnBreachFailure, RangePrefix,
};
pub use self::cost::{Cost, HashBounds, HashParams, WeakParams};
pub use self::hash::{Argon2idInput, HashError, Hasher, PasswordHash, Verification, argon2id};
pub use self::legacy::LegacyVerifier;
pub use self::policy::{NulRule, PasswordError, PasswordPolicy, PolicyError};

use secrecy::{ExposeSecret as _, SecretString};
use unicode_normalization::UnicodeNormalization as _;

/// A password as it is hashed: in normal form C, within the size limits. Made by
/// [`PasswordPolicy::accept`] for a new one and by [`PasswordPolicy::read`] for a guess.
///
/// ```compile_fail
/// fn show(password: &alley_core::password::Password) -> String {
///     password.to_string()
/// }
/// ```
/// ```compile_fail
/// fn same(a: &alley_core::password::Password, b: &alley_core::password::Password) -> bool {
///     a == b
/// }
/// ```
pub struct Password(SecretString);

impl Password {
    /// Normalises into memory of the right size, so that no copy is left behind by growth.
    fn normalize(text: &str) -> Self {
        let length = text.nfc().map(char::len_utf8).sum();
        let mut normal = String::with_capacity(length);
        normal.extend(text.nfc());
        Self(SecretString::from(normal))
    }

    /// How many code points it has.
    pub fn code_points(&self) -> usize {
        self.0.expose_secret().chars().count()
    }

    /// The octets that are hashed: UTF-8 in normal form C.
    pub fn expose_bytes(&self) -> &[u8] {
        self.0.expose_secret().as_bytes()
    }

    fn expose_text(&self) -> &str {
        self.0.expose_secret()
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password([REDACTED])")
    }
}
