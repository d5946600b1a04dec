//! XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) and the keys of one message.

use chacha20poly1305::aead::{Aead as _, AeadInOut as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305};
use hkdf::Hkdf;
use secrecy::SecretSlice;
use sha2::Sha256;
use zeroize::{Zeroize as _, Zeroizing};

use super::OpenError;

pub(super) const NONCE_BYTES: usize = 24;
pub(super) const COMMITMENT_BYTES: usize = 32;
pub(super) const TAG_BYTES: usize = 16;

/// What one message is sealed with. Both halves come from one HKDF expansion, so that the
/// commitment binds the key.
pub(super) struct MessageKeys {
    pub(super) key: Zeroizing<[u8; 32]>,
    pub(super) commitment: [u8; COMMITMENT_BYTES],
}

impl MessageKeys {
    pub(super) fn derive(root: &[u8; 32], nonce: &[u8; NONCE_BYTES]) -> Self {
        let mut okm = Zeroizing::new([0_u8; 64]);
        expand(&Hkdf::new(Some(nonce), root), &[b"alley seal 1 xchacha20poly1305"], &mut okm[..]);
        let mut key = Zeroizing::new([0_u8; 32]);
        let mut commitment = [0_u8; COMMITMENT_BYTES];
        for (to, from) in key.iter_mut().chain(&mut commitment).zip(okm.iter()) {
            *to = *from;
        }
        Self { key, commitment }
    }
}

/// HKDF-Expand (RFC 5869, section 2.3) for outputs of at most 255 blocks.
pub(super) fn expand(hkdf: &Hkdf<Sha256>, info: &[&[u8]], out: &mut [u8]) {
    let outcome = hkdf.expand_multi_info(info, out);
    debug_assert!(outcome.is_ok(), "callers ask for at most two blocks");
}

/// Ciphertext and tag; none if the cipher refuses the length.
pub(super) fn seal(
    key: &[u8; 32],
    nonce: &[u8; NONCE_BYTES],
    associated: &[u8],
    plaintext: &[u8],
) -> Option<Vec<u8>> {
    let cipher = XChaCha20Poly1305::new(key.into());
    cipher.encrypt(nonce.into(), Payload { msg: plaintext, aad: associated }).ok()
}

pub(super) fn open(
    key: &[u8; 32],
    nonce: &[u8; NONCE_BYTES],
    associated: &[u8],
    ciphertext: &[u8],
) -> Result<SecretSlice<u8>, OpenError> {
    let (message, tag) = ciphertext.split_last_chunk::<TAG_BYTES>().ok_or(OpenError::Rejected)?;
    let mut message = message.to_vec();
    let cipher = XChaCha20Poly1305::new(key.into());
    let outcome = cipher.decrypt_inout_detached(
        nonce.into(),
        associated,
        message.as_mut_slice().into(),
        tag.into(),
    );
    if outcome.is_err() {
        message.zeroize();
        return Err(OpenError::Rejected);
    }
    Ok(SecretSlice::from(message))
}

/// The bare cipher that the keyring uses, for opening only: `ciphertext` ends in the tag of 16
/// octets. There is no public counterpart that seals, because a nonce that a caller chooses is a
/// nonce that can repeat.
///
/// # Errors
/// [`OpenError::Rejected`] when the tag does not fit.
pub fn xchacha20poly1305_open(
    key: &[u8; 32],
    nonce: &[u8; 24],
    associated_data: &[u8],
    ciphertext: &[u8],
) -> Result<SecretSlice<u8>, OpenError> {
    open(key, nonce, associated_data, ciphertext)
}
