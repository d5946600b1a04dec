//! The keys of a process and their states.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hkdf::Hkdf;
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::{OpenError, aead};
use crate::hex;
use crate::random::{RandomError, SecureRandom};

/// Names a key for ever: it is written into every sealed value, so a number is never used for
/// a second key.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct KeyId(u32);

impl KeyId {
    /// Takes the number of a key.
    pub const fn new(number: u32) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl std::fmt::Display for KeyId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "key {}", self.0)
    }
}

/// A key of 32 octets with its number. Wiped when dropped; neither copied nor shown.
///
/// ```compile_fail
/// # use alley_core::{KeyId, SealKey};
/// let key = SealKey::from_bytes(KeyId::new(1), &[7; 32]).unwrap();
/// let copy = key.clone();
/// ```
/// ```compile_fail
/// # use alley_core::{KeyId, SealKey};
/// let key = SealKey::from_bytes(KeyId::new(1), &[7; 32]).unwrap();
/// serde_json::to_string(&key);
/// ```
/// ```compile_fail
/// # use alley_core::{KeyId, SealKey};
/// println!("{}", SealKey::from_bytes(KeyId::new(1), &[7; 32]).unwrap());
/// ```
pub struct SealKey {
    id: KeyId,
    bytes: Zeroizing<[u8; 32]>,
}

impl SealKey {
    /// Takes exactly 32 random octets. A passphrase is no key, whatever its length.
    ///
    /// # Errors
    /// When there are more or fewer, or all are zero.
    pub fn from_bytes(id: KeyId, bytes: &[u8]) -> Result<Self, KeyringError> {
        let array = <[u8; 32]>::try_from(bytes);
        let array = array.map_err(|_wrong| KeyringError::Length { id, found: bytes.len() })?;
        Self::checked(id, Zeroizing::new(array))
    }

    /// Reads standard base64 with padding: 44 characters, as `openssl rand -base64 32` prints
    /// them, without spaces or line ends.
    ///
    /// # Errors
    /// When the text is anything else, or the key is all zeros.
    pub fn from_base64(id: KeyId, text: &str) -> Result<Self, KeyringError> {
        if text.len() != 44 {
            return Err(KeyringError::Base64 { id });
        }
        let mut buffer = Zeroizing::new([0_u8; 33]);
        match STANDARD.decode_slice(text, &mut buffer[..]) {
            Ok(32) => {
                let mut bytes = Zeroizing::new([0_u8; 32]);
                bytes.iter_mut().zip(buffer.iter()).for_each(|(to, from)| *to = *from);
                Self::checked(id, bytes)
            }
            _ => Err(KeyringError::Base64 { id }),
        }
    }

    /// Reads 64 hexadecimal digits, as `openssl rand -hex 32` prints them.
    ///
    /// # Errors
    /// When the text is anything else, or the key is all zeros.
    pub fn from_hex(id: KeyId, text: &str) -> Result<Self, KeyringError> {
        Self::checked(id, hex::decode(text).ok_or(KeyringError::Hex { id })?)
    }

    /// Draws a new key.
    ///
    /// # Errors
    /// When the random source fails.
    pub fn generate(id: KeyId, random: &dyn SecureRandom) -> Result<Self, RandomError> {
        let mut bytes = Zeroizing::new([0_u8; 32]);
        random.fill(&mut bytes[..])?;
        Ok(Self { id, bytes })
    }

    /// The number of the key.
    pub const fn id(&self) -> KeyId {
        self.id
    }

    fn checked(id: KeyId, bytes: Zeroizing<[u8; 32]>) -> Result<Self, KeyringError> {
        if bytes.iter().all(|byte| *byte == 0) {
            return Err(KeyringError::Zero { id });
        }
        Ok(Self { id, bytes })
    }
}

impl std::fmt::Debug for SealKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SealKey({}, [REDACTED])", self.id)
    }
}

/// The keys that seal, open and sign: one primary for everything new, older ones that only open
/// and verify, and numbers that are refused. Shared as `Arc<Keyring>`.
///
/// From each key, independent keys are derived by HKDF-SHA256 for sealing and for every
/// [`MacPurpose`](crate::MacPurpose); the key itself is used for nothing else and is not kept.
///
/// ```compile_fail
/// fn copy(keyring: &alley_core::Keyring) -> alley_core::Keyring {
///     Clone::clone(keyring)
/// }
/// ```
pub struct Keyring {
    primary: Entry,
    decrypt_only: Vec<Entry>,
    disabled: Vec<KeyId>,
}

struct Entry {
    id: KeyId,
    sealing_root: Zeroizing<[u8; 32]>,
    derivation: Hkdf<Sha256>,
}

impl Keyring {
    /// A keyring of one key.
    #[expect(clippy::needless_pass_by_value, reason = "the key is wiped when this returns")]
    pub fn of(primary: SealKey) -> Self {
        Self { primary: Entry::new(&primary), decrypt_only: Vec::new(), disabled: Vec::new() }
    }

    /// Starts a keyring of several keys, of which `primary` seals.
    pub const fn builder(primary: SealKey) -> KeyringBuilder {
        KeyringBuilder { primary, decrypt_only: Vec::new(), disabled: Vec::new() }
    }

    /// The key that everything new is sealed under.
    pub const fn primary_id(&self) -> KeyId {
        self.primary.id
    }

    pub(super) fn primary(&self) -> (KeyId, &[u8; 32]) {
        (self.primary.id, &self.primary.sealing_root)
    }

    pub(super) fn sealing_root(&self, id: KeyId) -> Result<&[u8; 32], OpenError> {
        self.entry(id).map(|entry| &*entry.sealing_root)
    }

    pub(super) fn primary_derivation(&self) -> (KeyId, &Hkdf<Sha256>) {
        (self.primary.id, &self.primary.derivation)
    }

    pub(super) fn derivation(&self, id: KeyId) -> Result<&Hkdf<Sha256>, OpenError> {
        self.entry(id).map(|entry| &entry.derivation)
    }

    pub(super) fn derivations(&self) -> impl Iterator<Item = (KeyId, &Hkdf<Sha256>)> {
        self.enabled().map(|entry| (entry.id, &entry.derivation))
    }

    fn enabled(&self) -> impl Iterator<Item = &Entry> {
        std::iter::once(&self.primary).chain(&self.decrypt_only)
    }

    fn entry(&self, id: KeyId) -> Result<&Entry, OpenError> {
        if let Some(entry) = self.enabled().find(|entry| entry.id == id) {
            return Ok(entry);
        }
        if self.disabled.contains(&id) {
            return Err(OpenError::KeyDisabled(id));
        }
        Err(OpenError::UnknownKey(id))
    }
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let old: Vec<_> = self.decrypt_only.iter().map(|entry| entry.id).collect();
        f.debug_struct("Keyring")
            .field("primary", &self.primary.id)
            .field("decrypt_only", &old)
            .field("disabled", &self.disabled)
            .finish()
    }
}

impl Entry {
    fn new(key: &SealKey) -> Self {
        let derivation = Hkdf::new(Some(b"alley keyring 1"), &key.bytes[..]);
        let mut sealing_root = Zeroizing::new([0_u8; 32]);
        aead::expand(&derivation, &[b"alley seal 1"], &mut sealing_root[..]);
        Self { id: key.id, sealing_root, derivation }
    }
}

/// Gathers the keys of a [`Keyring`].
#[derive(Debug)]
pub struct KeyringBuilder {
    primary: SealKey,
    decrypt_only: Vec<SealKey>,
    disabled: Vec<KeyId>,
}

impl KeyringBuilder {
    /// Adds an older key that opens and verifies, and seals nothing new.
    #[must_use]
    pub fn decrypt_only(mut self, key: SealKey) -> Self {
        self.decrypt_only.push(key);
        self
    }

    /// Names a key that was withdrawn. Its octets are not needed any more; values under it are
    /// told apart from values under a key that was never there.
    #[must_use]
    pub fn disabled(mut self, id: KeyId) -> Self {
        self.disabled.push(id);
        self
    }

    /// Checks the keys against each other.
    ///
    /// # Errors
    /// When a number occurs twice, or two numbers have the same octets.
    pub fn build(self) -> Result<Keyring, KeyringError> {
        let keys: Vec<_> = std::iter::once(&self.primary).chain(&self.decrypt_only).collect();
        let mut ids: Vec<_> = keys.iter().map(|key| key.id).collect();
        ids.extend(&self.disabled);
        ids.sort_unstable();
        if let Some([id, _]) = ids.array_windows().find(|[a, b]| a == b) {
            return Err(KeyringError::DuplicateId { id: *id });
        }
        for (index, key) in keys.iter().enumerate() {
            if let Some(same) = keys
                .iter()
                .skip(index + 1)
                .find(|other| bool::from(other.bytes.ct_eq(&key.bytes[..])))
            {
                return Err(KeyringError::DuplicateKey { id: key.id, other: same.id });
            }
        }
        Ok(Keyring {
            primary: Entry::new(&self.primary),
            decrypt_only: self.decrypt_only.iter().map(Entry::new).collect(),
            disabled: self.disabled,
        })
    }
}

/// Keys were refused. Never holds key material.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyringError {
    /// Not 32 octets.
    #[error("{id} has {found} bytes: a key is exactly 32 random bytes")]
    Length {
        /// The key's number.
        id: KeyId,
        /// How many octets it had.
        found: usize,
    },
    /// Not the base64 form of a key.
    #[error(
        "{id} is not a key in base64: expected 44 characters of standard base64 with padding, \
         as `openssl rand -base64 32` prints them"
    )]
    Base64 {
        /// The key's number.
        id: KeyId,
    },
    /// Not the hexadecimal form of a key.
    #[error(
        "{id} is not a key in hexadecimal: expected 64 digits, as `openssl rand -hex 32` prints \
         them"
    )]
    Hex {
        /// The key's number.
        id: KeyId,
    },
    /// All octets are zero.
    #[error("{id} is all zeros: a key is 32 random bytes")]
    Zero {
        /// The key's number.
        id: KeyId,
    },
    /// One number for two keys.
    #[error("{id} occurs twice in the keyring: each key needs a number of its own")]
    DuplicateId {
        /// The number.
        id: KeyId,
    },
    /// One key under two numbers.
    #[error("{id} and {other} are the same bytes: each number needs a key of its own")]
    DuplicateKey {
        /// The first number.
        id: KeyId,
        /// The second number.
        other: KeyId,
    },
}
