//! Sealing: how a secret looks before any store sees it.
//!
//! A sealed value of version 1 is
//! `version (1) | algorithm (1) | key id (4) | nonce (24) | commitment (32) | ciphertext | tag (16)`,
//! 78 octets more than the plaintext. The octets before the ciphertext are authenticated together
//! with the [`SealContext`], so that a value opens only in the row and field it was sealed for.
//! The key of a message and the commitment to it come from HKDF-SHA256 over the named key and the
//! nonce; without the commitment, one ciphertext could be built to open under two keys (the reason
//! for the committing suites 0478 and 0578 of the AWS Encryption SDK specification).

mod aead;
mod blind_index;
mod context;
mod keyring;

pub use self::aead::xchacha20poly1305_open;
pub use self::blind_index::{MacCheck, MacPurpose};
pub use self::context::SealContext;
pub use self::keyring::{KeyId, Keyring, KeyringBuilder, KeyringError, SealKey};

use secrecy::{ExposeSecret as _, SecretSlice, SecretString};
use subtle::ConstantTimeEq as _;

use crate::random::{RandomError, SecureRandom};
use crate::value::{Field, FieldError, Value, ValueKind};

/// A value under a key of the [`Keyring`]. Holds no plaintext; may be stored and copied.
///
/// Any octets can be a `Sealed`: what a store gives back is judged when it is opened.
#[derive(Clone, Eq, Hash, PartialEq)]
pub struct Sealed(Vec<u8>);

impl Sealed {
    /// Most octets that can be sealed as one value.
    pub const MAX_PLAINTEXT_BYTES: usize = 64 * 1024;
    /// How many octets a sealed value has more than its plaintext.
    pub const OVERHEAD_BYTES: usize = HEADER_BYTES + aead::TAG_BYTES;

    /// Takes what a store kept.
    pub fn from_bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }

    /// The octets to store.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The key that the header names; none if this is too short to have a header.
    pub fn key_id(&self) -> Option<KeyId> {
        let id = self.0.get(2..6)?;
        Some(KeyId::new(u32::from_be_bytes(id.try_into().ok()?)))
    }
}

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.key_id() {
            Some(id) => write!(f, "Sealed({id}, {} bytes)", self.0.len()),
            None => write!(f, "Sealed(no header, {} bytes)", self.0.len()),
        }
    }
}

impl Field for Sealed {
    const KIND: ValueKind = ValueKind::Sealed;

    #[inline]
    fn to_value(&self) -> Value {
        Value::bytes(self.0.as_slice())
    }

    #[inline]
    fn into_value(self) -> Value {
        Value::bytes(self.0)
    }

    #[inline]
    fn from_value(value: Value) -> Result<Self, FieldError> {
        match value {
            Value::Bytes(bytes) => Ok(Self(bytes.into_vec())),
            _ => Err(FieldError::new("a sealed value")),
        }
    }
}

impl Keyring {
    /// Seals `plaintext` under the primary key for the place that `context` names. Empty
    /// plaintext is sealed like any other; sealing twice gives two different values.
    ///
    /// # Errors
    /// When the plaintext is longer than [`Sealed::MAX_PLAINTEXT_BYTES`] or the random source
    /// fails.
    pub fn seal(
        &self,
        context: &SealContext<'_>,
        plaintext: &[u8],
        random: &dyn SecureRandom,
    ) -> Result<Sealed, SealError> {
        if plaintext.len() > Sealed::MAX_PLAINTEXT_BYTES {
            return Err(SealError::TooLong { found: plaintext.len() });
        }
        let mut nonce = [0_u8; aead::NONCE_BYTES];
        random.fill(&mut nonce)?;
        let (id, root) = self.primary();
        let keys = aead::MessageKeys::derive(root, &nonce);
        let header = Header { id, nonce, commitment: keys.commitment };
        write(&header, &keys, context, plaintext)
    }

    /// Opens a value that was sealed for the same place.
    ///
    /// # Errors
    /// [`OpenError::UnknownKey`] and [`OpenError::KeyDisabled`] name the key that the header asks
    /// for; every other cause is [`OpenError::Rejected`].
    pub fn open(
        &self,
        context: &SealContext<'_>,
        sealed: &Sealed,
    ) -> Result<SecretSlice<u8>, OpenError> {
        let (header, ciphertext) = Header::read(&sealed.0).ok_or(OpenError::Rejected)?;
        let root = self.sealing_root(header.id)?;
        let keys = aead::MessageKeys::derive(root, &header.nonce);
        if !bool::from(keys.commitment.ct_eq(&header.commitment)) {
            return Err(OpenError::Rejected);
        }
        let associated = context.associated_data(&header.to_bytes());
        aead::open(&keys.key, &header.nonce, &associated, ciphertext)
    }

    /// Opens a value that was sealed from text.
    ///
    /// # Errors
    /// As [`open`](Self::open); octets that are no UTF-8 are [`OpenError::Rejected`].
    pub fn open_text(
        &self,
        context: &SealContext<'_>,
        sealed: &Sealed,
    ) -> Result<SecretString, OpenError> {
        let bytes = self.open(context, sealed)?;
        let text =
            std::str::from_utf8(bytes.expose_secret()).map_err(|_no_text| OpenError::Rejected)?;
        Ok(SecretString::from(text))
    }

    /// Whether the value is under another key than the primary. Reads only the header.
    pub fn needs_reseal(&self, sealed: &Sealed) -> bool {
        sealed.key_id() != Some(self.primary_id())
    }

    /// Opens a value and seals its content under the primary key. Store the result only if the
    /// record has not changed since it was read.
    ///
    /// # Errors
    /// When opening or sealing fails.
    pub fn reseal(
        &self,
        context: &SealContext<'_>,
        sealed: &Sealed,
        random: &dyn SecureRandom,
    ) -> Result<Sealed, ResealError> {
        let plaintext = self.open(context, sealed)?;
        Ok(self.seal(context, plaintext.expose_secret(), random)?)
    }
}

/// A value could not be sealed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// More octets than one value may have.
    #[error(
        "{found} bytes are too many for one sealed value: at most {}",
        Sealed::MAX_PLAINTEXT_BYTES
    )]
    TooLong {
        /// The length of the refused plaintext.
        found: usize,
    },
    /// No nonce could be drawn.
    #[error(transparent)]
    Random(#[from] RandomError),
}

/// A sealed value could not be opened.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Damaged, of another place, or of a newer version. These look alike on purpose.
    #[error("sealed value is not valid here")]
    Rejected,
    /// The keyring does not know the key.
    #[error("sealed value needs {0}, which is not in the keyring")]
    UnknownKey(KeyId),
    /// The keyring knows the key and refuses it.
    #[error("sealed value needs {0}, which is disabled in the keyring")]
    KeyDisabled(KeyId),
}

/// A value could not be moved to the primary key.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ResealError {
    /// The present value did not open.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Its content could not be sealed again.
    #[error(transparent)]
    Seal(#[from] SealError),
}

struct Header {
    id: KeyId,
    nonce: [u8; aead::NONCE_BYTES],
    commitment: [u8; aead::COMMITMENT_BYTES],
}

impl Header {
    fn read(bytes: &[u8]) -> Option<(Self, &[u8])> {
        if bytes.len() > Sealed::MAX_PLAINTEXT_BYTES + Sealed::OVERHEAD_BYTES {
            return None;
        }
        let (&[VERSION, ALGORITHM], rest) = bytes.split_first_chunk()? else {
            return None;
        };
        let (id, rest) = rest.split_first_chunk()?;
        let (nonce, rest) = rest.split_first_chunk()?;
        let (commitment, ciphertext) = rest.split_first_chunk()?;
        let id = KeyId::new(u32::from_be_bytes(*id));
        Some((Self { id, nonce: *nonce, commitment: *commitment }, ciphertext))
    }

    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER_BYTES);
        bytes.extend_from_slice(&[VERSION, ALGORITHM]);
        bytes.extend_from_slice(&self.id.get().to_be_bytes());
        bytes.extend_from_slice(&self.nonce);
        bytes.extend_from_slice(&self.commitment);
        bytes
    }
}

fn write(
    header: &Header,
    keys: &aead::MessageKeys,
    context: &SealContext<'_>,
    plaintext: &[u8],
) -> Result<Sealed, SealError> {
    let mut bytes = header.to_bytes();
    let associated = context.associated_data(&bytes);
    let ciphertext = aead::seal(&keys.key, &header.nonce, &associated, plaintext)
        .ok_or(SealError::TooLong { found: plaintext.len() })?;
    bytes.extend_from_slice(&ciphertext);
    Ok(Sealed(bytes))
}

const VERSION: u8 = 1;
/// XChaCha20-Poly1305 with HKDF-SHA256 message keys and commitment.
const ALGORITHM: u8 = 1;
const HEADER_BYTES: usize = 1 + 1 + 4 + aead::NONCE_BYTES + aead::COMMITMENT_BYTES;

#[cfg(test)]
mod tests;
