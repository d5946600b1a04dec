//! Pieces of OAuth 2 that every authorization by browser needs.

mod pkce;

pub use self::pkce::{ParseVerifierError, PkceVerifier};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::random::{RandomError, SecureRandom};

/// The value that ties a callback to the browser that began (RFC 6749, section 10.12): 256 random
/// bits as 43 characters. One for each attempt; keep it sealed, use it once.
///
/// ```compile_fail
/// fn same(a: &alley_core::oauth::State, b: &alley_core::oauth::State) -> bool {
///     a == b
/// }
/// ```
pub struct State(SecretString);

impl State {
    /// Draws a value.
    ///
    /// # Errors
    /// When the random source fails.
    pub fn generate(random: &dyn SecureRandom) -> Result<Self, RandomError> {
        random_text(random).map(Self)
    }

    /// Takes the value that was kept.
    pub fn from_kept(text: SecretString) -> Self {
        Self(text)
    }

    /// The value, for the authorization URL and for sealing.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Whether the callback brought this value, compared in constant time. An empty value is
    /// never the right one.
    pub fn is(&self, presented: &str) -> bool {
        let equal = self.expose().as_bytes().ct_eq(presented.as_bytes());
        bool::from(equal) && !presented.is_empty()
    }
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("State([REDACTED])")
    }
}

/// 256 random bits in base64url without padding: 43 characters.
fn random_text(random: &dyn SecureRandom) -> Result<SecretString, RandomError> {
    let mut bytes = Zeroizing::new([0_u8; 32]);
    random.fill(&mut bytes[..])?;
    Ok(SecretString::from(URL_SAFE_NO_PAD.encode(&bytes[..])))
}

#[cfg(test)]
mod tests {
    use static_assertions::assert_not_impl_any;

    use super::*;
    use crate::random::SeededRandom;

    assert_not_impl_any!(State: Clone, std::fmt::Display, PartialEq, serde::Serialize);

    #[test]
    fn each_state_is_new_and_matches_only_itself() {
        let random = SeededRandom::new(1);
        let [a, b] = [(); 2].map(|()| State::generate(&random).unwrap());
        assert_eq!(a.expose().len(), 43);
        assert!(a.is(a.expose()));
        assert!(!a.is(b.expose()));
        assert!(!a.is(a.expose().get(..42).unwrap()));
        assert!(!a.is(""));
        assert!(!State::from_kept(SecretString::from("")).is(""));
        assert_eq!(format!("{a:?}"), "State([REDACTED])");
    }
}
