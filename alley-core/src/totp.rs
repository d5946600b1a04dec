//! Time-based one-time codes (RFC 6238) and recovery codes.
//!
//! totp-rs computes and compares; which steps are looked at, that each is used once, and what
//! input is read is decided here.

mod recovery;

pub use self::recovery::{ParseRecoveryCodeError, RecoveryCode};

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret as _, SecretSlice, SecretString};

use crate::random::{RandomError, SecureRandom};
use crate::text_enum;

text_enum! {
    /// The hash inside a code. Many authenticator apps know only the first.
    pub enum TotpAlgorithm {
        /// HMAC-SHA-1, the default of RFC 6238.
        Sha1 => "SHA1",
        /// HMAC-SHA-256.
        Sha256 => "SHA256",
        /// HMAC-SHA-512.
        Sha512 => "SHA512",
    }
}

text_enum! {
    /// Which steps are accepted around the present one.
    pub enum TotpWindow {
        /// The present step only (ASVS 6.5.5: a code lives 30 seconds).
        Strict => "strict",
        /// The previous, the present and the next step: a deviation from ASVS 6.5.5 for phones
        /// whose clock is off and people who type slowly (RFC 6238, section 5.2).
        OneStep => "one_step",
    }
}

/// The secret that an account and an authenticator app share. Wiped when dropped; seal it before
/// it is stored.
///
/// ```compile_fail
/// fn copy(secret: &alley_core::totp::TotpSecret) -> alley_core::totp::TotpSecret {
///     Clone::clone(secret)
/// }
/// ```
/// ```compile_fail
/// fn show(secret: &alley_core::totp::TotpSecret) -> String {
///     secret.to_string()
/// }
/// ```
pub struct TotpSecret(SecretSlice<u8>);

impl TotpSecret {
    /// Draws 20 octets (RFC 4226, section 4, R6).
    ///
    /// # Errors
    /// When the random source fails.
    pub fn generate(random: &dyn SecureRandom) -> Result<Self, RandomError> {
        let mut bytes = vec![0_u8; 20];
        random.fill(&mut bytes)?;
        Ok(Self(SecretSlice::from(bytes)))
    }

    /// Takes a secret that was stored or came from elsewhere, 16 to 128 octets.
    ///
    /// # Errors
    /// When it is shorter or longer.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TotpError> {
        if (16..=128).contains(&bytes.len()) {
            return Ok(Self(SecretSlice::from(bytes.to_vec())));
        }
        Err(TotpError::SecretLength { found: bytes.len() })
    }

    /// The octets, to be sealed.
    pub fn expose_bytes(&self) -> &[u8] {
        self.0.expose_secret()
    }

    /// Base 32 without padding, as people type it into an app.
    pub fn to_base32(&self) -> SecretString {
        SecretString::from(totp_rs::Secret::new(self.expose_bytes().into()).to_base32())
    }
}

impl std::fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TotpSecret([REDACTED])")
    }
}

/// How codes are computed and which are accepted. The default is what every app supports:
/// SHA-1, 6 digits, 30 seconds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TotpSettings {
    algorithm: TotpAlgorithm,
    digits: u8,
    window: TotpWindow,
}

impl TotpSettings {
    /// Seconds of one step; fixed, because apps do not agree on any other.
    pub const STEP_SECONDS: u64 = 30;

    /// Chooses the hash.
    #[must_use]
    pub const fn with_algorithm(mut self, algorithm: TotpAlgorithm) -> Self {
        self.algorithm = algorithm;
        self
    }

    /// Chooses the length of codes, 6 to 8 digits.
    ///
    /// # Errors
    /// When `digits` is out of that range.
    pub const fn with_digits(mut self, digits: u8) -> Result<Self, TotpError> {
        if digits < 6 || digits > 8 {
            return Err(TotpError::Digits { found: digits });
        }
        self.digits = digits;
        Ok(self)
    }

    /// Chooses which steps are accepted.
    #[must_use]
    pub const fn with_window(mut self, window: TotpWindow) -> Self {
        self.window = window;
        self
    }

    /// The number of the step that `now` is in. Instants before 1970 are in step 0.
    pub fn step(now: DateTime<Utc>) -> u64 {
        u64::try_from(now.timestamp()).unwrap_or(0) / Self::STEP_SECONDS
    }

    /// The code of one step, as an app would show it. For tests and simulations; to judge a
    /// code, use [`check`](Self::check).
    pub fn code(&self, secret: &TotpSecret, step: u64) -> SecretString {
        let seconds = step.saturating_mul(Self::STEP_SECONDS);
        SecretString::from(self.totp(secret).generate(seconds).to_string())
    }

    /// Judges a code that a person typed.
    ///
    /// Accepted are codes of steps in the window that are later than `last_accepted`. The caller
    /// stores the step of an accepted code on the condition that the stored one is still
    /// `last_accepted`, and refuses the code if it is not; otherwise two requests could use one
    /// code. Every step of the window is computed and compared, whatever the others gave. Should
    /// two steps have the same code, the later one counts as used.
    pub fn check(
        &self,
        secret: &TotpSecret,
        typed: &str,
        last_accepted: Option<u64>,
        now: DateTime<Utc>,
    ) -> CodeCheck {
        let Some(code) = self.parse(typed) else {
            return CodeCheck::Rejected;
        };
        let totp = self.totp(secret);
        let present = Self::step(now);
        let (before, after) = match self.window {
            TotpWindow::Strict => (0, 0),
            TotpWindow::OneStep => (1, 1),
        };
        let mut accepted = None;
        for step in present.saturating_sub(before)..=present.saturating_add(after) {
            let seconds = step.saturating_mul(Self::STEP_SECONDS);
            let fits = totp.check(code.expose_secret(), seconds).is_some();
            if fits & last_accepted.is_none_or(|last| step > last) {
                accepted = Some(step);
            }
        }
        accepted.map_or(CodeCheck::Rejected, |step| CodeCheck::Accepted { step })
    }

    /// The URI that an app reads from a QR code (key URI format). `issuer` is the product,
    /// `account` what tells the person's accounts apart. Holds the secret.
    ///
    /// # Errors
    /// When either is empty or holds a colon, which separates them in the URI.
    pub fn uri(
        &self,
        secret: &TotpSecret,
        issuer: &str,
        account: &str,
    ) -> Result<SecretString, TotpError> {
        if [issuer, account].iter().any(|name| name.is_empty() || name.contains(':')) {
            return Err(TotpError::Label);
        }
        let (issuer, account) = (percent_encode(issuer), percent_encode(account));
        let secret = secret.to_base32();
        Ok(SecretString::from(format!(
            "otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}&algorithm={}&digits={}&period={}",
            secret.expose_secret(),
            self.algorithm,
            self.digits,
            Self::STEP_SECONDS,
        )))
    }

    /// ASCII digits of the right number, spaces and hyphens left out.
    fn parse(self, typed: &str) -> Option<SecretString> {
        let mut code = String::with_capacity(8);
        for letter in typed.chars().filter(|letter| !matches!(letter, ' ' | '-')) {
            if !letter.is_ascii_digit() || code.len() == usize::from(self.digits) {
                return None;
            }
            code.push(letter);
        }
        (code.len() == usize::from(self.digits)).then(|| SecretString::from(code))
    }

    fn totp(self, secret: &TotpSecret) -> totp_rs::Totp {
        // Noncompliant means unchecked: digits, step and secret length are checked by our own
        // constructors, to narrower ranges.
        totp_rs::Builder::new()
            .with_algorithm(match self.algorithm {
                TotpAlgorithm::Sha1 => totp_rs::Algorithm::SHA1,
                TotpAlgorithm::Sha256 => totp_rs::Algorithm::SHA256,
                TotpAlgorithm::Sha512 => totp_rs::Algorithm::SHA512,
            })
            .with_digits(self.digits)
            .with_skew(0)
            .with_step_duration(Self::STEP_SECONDS)
            .with_secret(totp_rs::Secret::new(secret.expose_bytes().into()))
            .build_noncompliant()
    }
}

impl Default for TotpSettings {
    fn default() -> Self {
        Self { algorithm: TotpAlgorithm::Sha1, digits: 6, window: TotpWindow::OneStep }
    }
}

/// How a code was judged.
#[must_use]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum CodeCheck {
    /// Right and not used before.
    Accepted {
        /// To be stored as the last accepted step.
        step: u64,
    },
    /// Wrong, used before, too old or not a code at all.
    Rejected,
}

/// A secret, a setting or a name cannot be used.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TotpError {
    /// The secret is too short or too long.
    #[error("TOTP secret of {found} bytes refused: it needs 16 to 128")]
    SecretLength {
        /// How many octets it has.
        found: usize,
    },
    /// Codes of that length are not used.
    #[error("TOTP codes of {found} digits refused: choose 6, 7 or 8")]
    Digits {
        /// The refused number.
        found: u8,
    },
    /// A name cannot be put into the URI.
    #[error("issuer and account of an otpauth URI must not be empty or hold a colon")]
    Label,
}

fn percent_encode(text: &str) -> String {
    use std::fmt::Write as _;

    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _infallible = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests;
