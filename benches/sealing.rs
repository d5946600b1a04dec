//! W10: sealing and opening 200 octets, against the bare cipher and the hashes that key derivation
//! and commitment need.

use std::hint::black_box;

use alley_benches::{Failure, Role, Variant, Workload, machine};
use alley_core::{KeyId, Keyring, SealContext, SealKey, SeededRandom};
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

fn main() -> Result<(), Failure> {
    machine::describe();
    let keyring = Keyring::of(SealKey::from_bytes(KeyId::new(1), &[7; 32])?);
    let random = SeededRandom::new(1);
    let text = [42_u8; 200];
    let context = SealContext::field("token", "access_token", None, b"0123456789abcdef");
    let sealed = keyring.seal(&context, &text, &random)?;

    let cipher = XChaCha20Poly1305::new(&Key::from([9; 32]));
    let nonce = XNonce::from([3; 24]);
    let aad = [1_u8; 64];
    let bare = |message: &[u8]| {
        // Extract and expand twice: what one message key and one commitment cost.
        for info in [&aad[..32], &aad[32..], &aad[..16]] {
            if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&[5; 32]) {
                mac.update(info);
                black_box(mac.finalize());
            }
        }
        black_box(cipher.encrypt(&nonce, Payload { msg: message, aad: &aad }).is_ok());
    };

    let aside = |text: &[u8]| {
        bare(black_box(text));
        Ok(())
    };
    Workload::new("W10 seal 200 octets", 15, 2_000).compare(&mut [
        Variant::new(
            "alley",
            Role::Ours,
            || (),
            |()| {
                black_box(keyring.seal(&context, black_box(&text), &random)?);
                Ok(())
            },
        ),
        Variant::new("bare cipher and hashes", Role::Peer, || (), |()| aside(&text)),
    ])?;
    Workload::new("W10 open 200 octets", 15, 2_000).compare(&mut [
        Variant::new(
            "alley",
            Role::Ours,
            || (),
            |()| {
                black_box(keyring.open(&context, black_box(&sealed))?);
                Ok(())
            },
        ),
        Variant::new("bare cipher and hashes", Role::Peer, || (), |()| aside(&text)),
    ])?;
    Ok(())
}
