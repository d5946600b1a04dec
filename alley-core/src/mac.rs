//! HMAC-SHA256 with kept keys.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use crate::hex;

/// A key for HMAC-SHA256 (RFC 2104) whose hashed form is kept, so that each message costs only
/// its own octets. Wiped when dropped.
///
/// ```compile_fail
/// fn copy(key: &alley_core::webhook::HmacSha256Key) -> alley_core::webhook::HmacSha256Key {
///     Clone::clone(key)
/// }
/// ```
pub struct HmacSha256Key(Hmac<Sha256>);

impl HmacSha256Key {
    /// Takes a secret of any length. Only secrets of 32 octets and more give full strength.
    pub fn new(secret: &[u8]) -> Self {
        // Keys longer than a block are hashed first, shorter ones filled with zeros (RFC 2104,
        // section 2); doing so here leaves nothing that could fail.
        let mut block = zeroize::Zeroizing::new([0_u8; 64]);
        if secret.len() > block.len() {
            let hashed = <Sha256 as sha2::Digest>::digest(secret);
            block.iter_mut().zip(hashed).for_each(|(to, from)| *to = from);
        } else {
            block.iter_mut().zip(secret).for_each(|(to, from)| *to = *from);
        }
        Self(Hmac::new(&(*block).into()))
    }

    /// The code of all parts joined, without anything between them: the caller sees to it that
    /// the parts cannot be split in another way.
    pub fn parts(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = self.0.clone();
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// Whether `presented` is the code of the parts in hexadecimal, either case. Compared in
    /// constant time; anything but 64 digits is no.
    pub fn verify_hex(&self, parts: &[&[u8]], presented: &str) -> bool {
        // The code is computed also for what is no code, so that both take the same time.
        let expected = self.parts(parts);
        let presented = hex::decode::<32>(presented);
        presented.is_some_and(|presented| bool::from(expected.ct_eq(&*presented)))
    }
}

impl std::fmt::Debug for HmacSha256Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HmacSha256Key([REDACTED])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_joined_and_hexadecimal_of_either_case_is_taken() {
        let key = HmacSha256Key::new(b"secret");
        let code = key.parts(&[b"ab", b"c"]);
        assert_eq!(code, key.parts(&[b"abc"]));
        let text = hex::encode(&code);
        assert!(key.verify_hex(&[b"abc"], &text));
        assert!(key.verify_hex(&[b"abc"], &text.to_uppercase()));
        assert!(!key.verify_hex(&[b"abd"], &text));
        assert!(!HmacSha256Key::new(b"Secret").verify_hex(&[b"abc"], &text));
        for wrong in [
            "",
            text.get(..63).unwrap(),
            text.get(..62).unwrap(),
            &format!("{text}00"),
            &format!(" {text}"),
        ] {
            assert!(!key.verify_hex(&[b"abc"], wrong), "{wrong}");
        }
        assert_eq!(format!("{key:?}"), "HmacSha256Key([REDACTED])");
    }

    #[test]
    fn every_changed_digit_is_refused() {
        let key = HmacSha256Key::new(b"secret");
        let text = hex::encode(&key.parts(&[b"abc"]));
        for place in 0..64 {
            let mut changed = text.clone().into_bytes();
            changed[place] = if changed[place] == b'0' { b'1' } else { b'0' };
            assert!(!key.verify_hex(&[b"abc"], std::str::from_utf8(&changed).unwrap()));
        }
    }
}
