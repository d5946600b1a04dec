//! The signed value that a browser keeps.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use secrecy::{ExposeSecret as _, SecretString};

use crate::seal::{KeyId, Keyring, MacCheck, MacPurpose};
use crate::token;
use crate::value::Digest32;

/// A session token with proof that this application gave it out: `v1.<key>.<token>.<mac>`.
/// Whatever bears no valid proof is refused without a look into storage.
pub struct SessionCookie(SecretString);

impl SessionCookie {
    /// The value alone; for hosts that set cookies themselves.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// The value of a `Set-Cookie` header: name `__Host-<name>`, `Secure`, `HttpOnly`,
    /// `SameSite=Lax`, for the whole host and no other (NIST SP 800-63B-4, section 5.1.1).
    /// `name` is the host's choice of ASCII letters, digits, `-` and `_`; other characters are
    /// left out.
    pub fn to_header(&self, name: &str, life: TimeDelta) -> SecretString {
        self.header("__Host-", name, life, "; Secure")
    }

    /// As [`to_header`](Self::to_header) without `Secure` and the prefix that asks for it, for
    /// development on plain HTTP. Anybody on the way can read the cookie.
    pub fn to_insecure_header(&self, name: &str, life: TimeDelta) -> SecretString {
        self.header("", name, life, "")
    }

    /// Signs a token with the primary key.
    pub(super) fn sign(token: &SecretString, keyring: &Keyring) -> Self {
        let key = keyring.primary_id().get().to_string();
        let token = token.expose_secret();
        let mac = keyring.mac(PURPOSE, &[VERSION.as_bytes(), key.as_bytes(), token.as_bytes()]);
        let mac = URL_SAFE_NO_PAD.encode(mac.as_bytes());
        Self(SecretString::from(format!("{VERSION}.{key}.{token}.{mac}")))
    }

    fn header(&self, prefix: &str, name: &str, life: TimeDelta, secure: &str) -> SecretString {
        let is_kept = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        let name: String = name.chars().filter(is_kept).collect();
        let (value, seconds) = (self.expose(), life.num_seconds().max(0));
        SecretString::from(format!(
            "{prefix}{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"
        ))
    }
}

impl std::fmt::Debug for SessionCookie {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SessionCookie([REDACTED])")
    }
}

/// A presented cookie whose proof holds.
pub(crate) struct Presented {
    /// What to look the session up by.
    pub(crate) hash: Digest32,
    /// The same token under the present signing key, if it was signed with an older one.
    pub(crate) reissue: Option<SessionCookie>,
}

impl Presented {
    /// Reads a cookie value; none unless a key of this keyring signed it.
    pub(crate) fn read(text: &str, keyring: &Keyring) -> Option<Self> {
        if text.len() > 200 {
            return None;
        }
        let mut parts = text.split('.');
        let (version, key, token, mac) =
            (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        if version != VERSION || parts.next().is_some() || !token::is_token(PREFIX, token) {
            return None;
        }
        let id = KeyId::new(key.parse().ok()?);
        if id.get().to_string() != key {
            return None;
        }
        let mac = URL_SAFE_NO_PAD.decode(mac).ok()?;
        let signed = [version.as_bytes(), key.as_bytes(), token.as_bytes()];
        let reissue = match keyring.verify_mac_of(id, PURPOSE, &signed, &mac) {
            Ok(MacCheck::Current) => None,
            Ok(MacCheck::Outdated) => Some(SessionCookie::sign(&token.into(), keyring)),
            Ok(MacCheck::Rejected) | Err(_) => return None,
        };
        Some(Self { hash: token::digest(token), reissue })
    }
}

/// What session tokens begin with, so that secret scanners know them.
pub(super) const PREFIX: &str = "alley_ses_";
const VERSION: &str = "v1";
const PURPOSE: MacPurpose = MacPurpose::new("session cookie");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeededRandom;
    use crate::seal::SealKey;

    fn key(number: u32) -> SealKey {
        SealKey::from_bytes(KeyId::new(number), &[u8::try_from(number).unwrap(); 32]).unwrap()
    }

    fn cookie(keyring: &Keyring) -> SessionCookie {
        let token = token::draw(PREFIX, &SeededRandom::new(1)).unwrap();
        SessionCookie::sign(&token, keyring)
    }

    #[test]
    fn se_03_a_cookie_reads_back_and_any_changed_character_is_refused() {
        let keyring = Keyring::of(key(1));
        let cookie = cookie(&keyring);
        let read = Presented::read(cookie.expose(), &keyring).unwrap();
        assert!(read.reissue.is_none());
        let text = cookie.expose();
        for (place, byte) in text.bytes().enumerate() {
            let mut changed = text.as_bytes().to_vec();
            changed[place] = if byte == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            // The last character of each base64 group has bits that must be zero, so even those
            // changes are seen.
            assert!(Presented::read(&changed, &keyring).is_none(), "place {place}");
        }
        let cut = text.split_at(text.len() - 1).0;
        for wrong in ["", "v1", "v1.1.", cut, &format!("{text}A"), &format!("{text}.A")] {
            assert!(Presented::read(wrong, &keyring).is_none(), "{wrong}");
        }
    }

    #[test]
    fn se_04_an_older_key_signs_until_it_is_disabled_and_asks_for_reissue() {
        let old = cookie(&Keyring::of(key(1)));
        let rotated = Keyring::builder(key(2)).decrypt_only(key(1)).build().unwrap();
        let read = Presented::read(old.expose(), &rotated).unwrap();
        let reissued = read.reissue.unwrap();
        let again = Presented::read(reissued.expose(), &rotated).unwrap();
        assert!(again.reissue.is_none());
        assert_eq!(again.hash, read.hash);
        let disabled = Keyring::builder(key(2)).disabled(KeyId::new(1)).build().unwrap();
        assert!(Presented::read(old.expose(), &disabled).is_none());
        assert!(Presented::read(old.expose(), &Keyring::of(key(2))).is_none());
    }

    #[test]
    fn se_05_the_header_is_bound_to_the_host_and_hidden_from_scripts() {
        let cookie = cookie(&Keyring::of(key(1)));
        let header = cookie.to_header("al ley;", TimeDelta::hours(1));
        let expected = format!(
            "__Host-alley={}; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax; Secure",
            cookie.expose()
        );
        assert_eq!(header.expose_secret(), expected);
        let insecure = cookie.to_insecure_header("alley", TimeDelta::hours(1));
        assert!(!insecure.expose_secret().contains("__Host-"));
        assert_eq!(format!("{cookie:?}"), "SessionCookie([REDACTED])");
    }
}
