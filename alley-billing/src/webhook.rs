//! Signed calls from Stripe: verification on the raw octets, before anything is parsed.

use alley_core::webhook::{HmacSha256Key, TimestampWindow};
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret as _, SecretString};
use std::sync::Arc;

use crate::error::{Error, Result};

mod event;

pub(crate) use event::{Envelope, State, Target, is_listened_to};

/// Name of the header that carries time and signatures.
pub const SIGNATURE_HEADER: &str = "stripe-signature";

/// Largest body that is taken. Stripe names no limit; events of large objects reach some hundred
/// KiB.
pub const MAX_BODY_BYTES: usize = 1024 * 1024;

/// Longest signature header that is looked at.
const MAX_HEADER_BYTES: usize = 4 * 1024;

/// How far the time of a call may lie from ours.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Tolerance {
    /// At most this much older or younger, whole seconds, bounds included.
    Within(TimeDelta),
    /// The time is not looked at; recorded calls can be replayed. For tests.
    Unchecked,
}

impl Default for Tolerance {
    /// Five minutes, as in the official libraries. Those let the future pass without limit; here
    /// the same five minutes hold.
    fn default() -> Self {
        Self::Within(TimeDelta::seconds(300))
    }
}

/// Why a call is not Stripe's, or not of now.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Rejection {
    /// The header is missing, or has no single time and at least one `v1` signature.
    #[error("the signature header cannot be read")]
    Header,
    /// No signature was made with an active secret over exactly this time and body.
    #[error("no signature matches")]
    Signature,
    /// The call is too old or from the future.
    #[error("the time of the call is too far from ours")]
    Time,
}

/// The active signing secrets of a webhook endpoint: two while one is being rolled.
#[derive(Clone)]
pub struct Secrets(Arc<[HmacSha256Key]>);

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secrets({})", self.0.len())
    }
}

impl Secrets {
    /// Takes the secrets as Stripe shows them, `whsec_` included.
    ///
    /// # Errors
    /// [`Error::Config`] when there is none, or one is empty or blank: everybody could sign then.
    pub fn new(secrets: &[SecretString]) -> Result<Self> {
        if secrets.is_empty() {
            return Err(Error::Config("a webhook endpoint needs a signing secret"));
        }
        if secrets.iter().any(|secret| secret.expose_secret().trim().is_empty()) {
            return Err(Error::Config("a signing secret of the webhook endpoint is blank"));
        }
        let key = |secret: &SecretString| HmacSha256Key::new(secret.expose_secret().as_bytes());
        Ok(Self(secrets.iter().map(key).collect()))
    }

    /// Verifies a call: the signature first, then its age. Nothing is parsed before.
    ///
    /// The header is read more strictly than in the official libraries: a second `t`, upper-case
    /// digits or spaces between the parts are refused. Schemes other than `v1` are passed over.
    ///
    /// # Errors
    /// Why the call must not be believed.
    pub fn verify(
        &self,
        header: &str,
        body: &[u8],
        tolerance: Tolerance,
        now: DateTime<Utc>,
    ) -> Result<(), Rejection> {
        let signed = Signed::read(header).ok_or(Rejection::Header)?;
        let message = [signed.time_text.as_bytes(), b".", body];
        let mut genuine = false;
        for signature in &signed.signatures {
            for key in self.0.iter() {
                genuine |= key.verify_hex(&message, signature);
            }
        }
        if !genuine {
            return Err(Rejection::Signature);
        }
        let Tolerance::Within(span) = tolerance else {
            return Ok(());
        };
        let at = DateTime::from_timestamp(signed.time, 0).ok_or(Rejection::Time)?;
        // Stripe's time has whole seconds; ours is cut to them, so that 300 s pass and 301 do not.
        let now = DateTime::from_timestamp(now.timestamp(), 0).ok_or(Rejection::Time)?;
        if TimestampWindow::new(span, span).admits(at, now) { Ok(()) } else { Err(Rejection::Time) }
    }
}

struct Signed<'a> {
    time_text: &'a str,
    time: i64,
    signatures: Vec<&'a str>,
}

impl<'a> Signed<'a> {
    fn read(header: &'a str) -> Option<Self> {
        if header.len() > MAX_HEADER_BYTES {
            return None;
        }
        let mut time_text = None;
        let mut signatures = Vec::new();
        for (name, value) in header.split(',').filter_map(|piece| piece.split_once('=')) {
            match name {
                "t" if time_text.replace(value).is_some() => return None,
                "v1" if !value.bytes().any(|byte| byte.is_ascii_uppercase()) => {
                    signatures.push(value);
                }
                _ => {}
            }
        }
        let time_text = time_text?;
        if !time_text.bytes().all(|byte| byte.is_ascii_digit()) || signatures.is_empty() {
            return None;
        }
        Some(Self { time_text, time: time_text.parse().ok()?, signatures })
    }
}

#[cfg(test)]
mod tests;
