//! Proof key for code exchange (RFC 7636), method S256. The method "plain" does not exist here.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

use super::random_text;
use crate::hex;
use crate::random::{RandomError, SecureRandom};

/// The secret that proves, when a code is exchanged, who began. One for each attempt.
///
/// ```compile_fail
/// fn copy(verifier: &alley_core::oauth::PkceVerifier) -> alley_core::oauth::PkceVerifier {
///     Clone::clone(verifier)
/// }
/// ```
pub struct PkceVerifier(SecretString);

impl PkceVerifier {
    /// Draws 256 bits, written as 43 characters.
    ///
    /// # Errors
    /// When the random source fails.
    pub fn generate(random: &dyn SecureRandom) -> Result<Self, RandomError> {
        random_text(random).map(Self)
    }

    /// Takes a verifier that was kept: letters and digits of ASCII and `-`, `.`, `_`, `~`, 43 to 128 in
    /// number.
    ///
    /// # Errors
    /// When it is anything else.
    pub fn parse(text: SecretString) -> Result<Self, ParseVerifierError> {
        let kept = text.expose_secret();
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        if (43..=128).contains(&kept.len()) && kept.bytes().all(allowed) {
            return Ok(Self(text));
        }
        Err(ParseVerifierError)
    }

    /// The verifier, for the token request and for sealing.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// `code_challenge` for `code_challenge_method=S256`: base64url of SHA-256 (section 4.2).
    pub fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.expose()))
    }

    /// The same hash in lower-case hexadecimal, as TikTok's Login Kit for Desktop wants it in
    /// place of the form of RFC 7636.
    pub fn challenge_hex(&self) -> String {
        hex::encode(&Sha256::digest(self.expose()))
    }
}

impl std::fmt::Debug for PkceVerifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PkceVerifier([REDACTED])")
    }
}

/// A text is no PKCE verifier.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not a PKCE verifier: expected 43 to 128 of the characters A-Z a-z 0-9 - . _ ~")]
#[non_exhaustive]
pub struct ParseVerifierError;

#[cfg(test)]
mod tests {
    use static_assertions::assert_not_impl_any;

    use super::*;
    use crate::random::SeededRandom;

    assert_not_impl_any!(PkceVerifier: Clone, std::fmt::Display, PartialEq, serde::Serialize);

    #[test]
    fn generated_verifiers_are_new_and_read_back() {
        let random = SeededRandom::new(1);
        let [a, b] = [(); 2].map(|()| PkceVerifier::generate(&random).unwrap());
        assert_ne!(a.expose(), b.expose());
        let kept = PkceVerifier::parse(SecretString::from(a.expose())).unwrap();
        assert_eq!(kept.challenge(), a.challenge());
        assert_eq!(a.challenge().len(), 43);
    }

    #[test]
    fn lengths_and_characters_outside_the_standard_are_refused() {
        let parse = |text: String| PkceVerifier::parse(SecretString::from(text)).is_ok();
        assert!(parse("a".repeat(43)) && parse("~".repeat(128)));
        assert!(!parse("a".repeat(42)) && !parse("a".repeat(129)));
        assert!(!parse(format!("{}+", "a".repeat(43))));
        assert!(!parse(format!("{}ä", "a".repeat(43))));
    }
}
