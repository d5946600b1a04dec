//! E-mail addresses: parsed once, compared in one form, never shown by accident.

use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

/// An e-mail address that mail can be sent to: one `@`, a local part of at most 64 octets, at
/// most 254 octets in all (RFC 5321, sections 4.5.3.1.1 and 4.5.3.1.3), and a domain that UTS 46
/// accepts, kept in its ASCII form in lower case.
///
/// The local part stays as it was given, because only its server knows whether case matters.
/// Personal data: `Debug` shows nothing and there is no `Display`.
///
/// ```compile_fail
/// fn show(email: &alley_core::Email) -> String {
///     email.to_string()
/// }
/// ```
#[derive(Clone, Eq, Hash, PartialEq)]
pub struct Email {
    address: String,
    at: usize,
}

impl Email {
    /// Reads an address whose local part is ASCII. Nothing is trimmed; quoted local parts and
    /// address literals are refused.
    ///
    /// # Errors
    /// The first rule that the text breaks.
    pub fn parse(text: &str) -> Result<Self, EmailError> {
        Self::read(text, LocalPart::Ascii)
    }

    /// As [`parse`](Self::parse), but the local part may hold letters and digits of any script
    /// (RFC 6531). Look-alike letters of different scripts make different addresses.
    ///
    /// # Errors
    /// The first rule that the text breaks.
    pub fn parse_international(text: &str) -> Result<Self, EmailError> {
        Self::read(text, LocalPart::International)
    }

    /// The address to send to: the local part as it was given, the domain in ASCII.
    pub fn expose(&self) -> &str {
        &self.address
    }

    /// What is before the `@`.
    pub fn expose_local_part(&self) -> &str {
        self.address.split_at_checked(self.at).map_or("", |(local, _)| local)
    }

    /// What is behind the `@`, in ASCII and lower case.
    pub fn domain(&self) -> &str {
        self.address.split_at_checked(self.at + 1).map_or("", |(_, domain)| domain)
    }

    /// The octets to look the address up by: normal form C in lower case. Dots and `+` tags stay,
    /// because they tell mailboxes apart at some providers.
    pub fn canonical(&self) -> Zeroizing<Vec<u8>> {
        let folded: String = self.address.nfc().flat_map(char::to_lowercase).collect();
        Zeroizing::new(folded.into_bytes())
    }

    fn read(text: &str, allowed: LocalPart) -> Result<Self, EmailError> {
        let (local, domain) = text.split_once('@').ok_or(EmailError::At)?;
        if domain.contains('@') {
            return Err(EmailError::At);
        }
        if local.len() > 64 || text.len() > 1_024 {
            return Err(EmailError::TooLong);
        }
        if local.split('.').any(|atom| atom.is_empty() || !atom.nfc().all(|c| allowed.has(c))) {
            return Err(EmailError::LocalPart);
        }
        let domain = idna::domain_to_ascii_strict(domain).map_err(|_idna| EmailError::Domain)?;
        if !domain.contains('.') || domain.ends_with('.') {
            return Err(EmailError::Domain);
        }
        let address = format!("{local}@{domain}");
        if address.len() > 254 {
            return Err(EmailError::TooLong);
        }
        Ok(Self { address, at: local.len() })
    }
}

impl std::fmt::Debug for Email {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Email([REDACTED])")
    }
}

/// A text is no e-mail address that is accepted here. Never holds the text.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EmailError {
    /// There is not exactly one `@`.
    #[error("e-mail address needs exactly one @")]
    At,
    /// The part before the `@` or the whole is too long.
    #[error("e-mail address is too long: at most 64 bytes before the @ and 254 in all")]
    TooLong,
    /// The part before the `@` is empty or holds characters that are not accepted.
    #[error("e-mail address has characters before the @ that are not accepted")]
    LocalPart,
    /// The part behind the `@` is no domain name.
    #[error("e-mail address needs a domain name with a dot behind the @")]
    Domain,
}

#[derive(Clone, Copy)]
enum LocalPart {
    Ascii,
    International,
}

impl LocalPart {
    /// `atext` of RFC 5322, section 3.2.3, and letters of RFC 6531 where they are asked for.
    fn has(self, letter: char) -> bool {
        letter.is_ascii_alphanumeric()
            || "!#$%&'*+-/=?^_`{|}~".contains(letter)
            || (matches!(self, Self::International)
                && !letter.is_ascii()
                && letter.is_alphanumeric())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use static_assertions::assert_not_impl_any;

    use super::*;

    assert_not_impl_any!(Email: std::fmt::Display, serde::Serialize);

    fn canonical(text: &str) -> String {
        let email = Email::parse_international(text).unwrap();
        String::from_utf8(email.canonical().to_vec()).unwrap()
    }

    #[test]
    fn id_02_the_local_part_is_kept_and_the_domain_is_folded() {
        let email = Email::parse("Ann.Lee+shop@EXAMPLE.test").unwrap();
        assert_eq!(email.expose(), "Ann.Lee+shop@example.test");
        assert_eq!(email.expose_local_part(), "Ann.Lee+shop");
        assert_eq!(email.domain(), "example.test");
        assert_eq!(canonical("Ann.Lee+shop@EXAMPLE.test"), "ann.lee+shop@example.test");
        assert_eq!(Email::parse("a@bücher.test").unwrap().domain(), "xn--bcher-kva.test");
    }

    #[test]
    fn id_02_id_03_dots_tags_and_look_alikes_stay_different() {
        assert_ne!(canonical("annlee@example.test"), canonical("ann.lee@example.test"));
        assert_ne!(canonical("ann+a@example.test"), canonical("ann@example.test"));
        // Cyrillic a, Latin a.
        assert_ne!(canonical("\u{430}nn@example.test"), canonical("ann@example.test"));
        assert_eq!(canonical("e\u{301}va@example.test"), canonical("\u{c9}va@example.test"));
        assert_eq!(Email::parse("\u{430}nn@example.test").err(), Some(EmailError::LocalPart));
    }

    #[test]
    fn id_02_what_is_no_address_is_refused_with_its_rule() {
        let long = format!("{}@example.test", "a".repeat(65));
        let longer = format!("{}@{}example.test", "a".repeat(64), "abcdefghi.".repeat(20));
        for (text, rule) in [
            ("ann", EmailError::At),
            ("ann@lee@example.test", EmailError::At),
            ("@example.test", EmailError::LocalPart),
            (".ann@example.test", EmailError::LocalPart),
            ("ann..lee@example.test", EmailError::LocalPart),
            ("ann lee@example.test", EmailError::LocalPart),
            ("\"ann\"@example.test", EmailError::LocalPart),
            ("ann\n@example.test", EmailError::LocalPart),
            ("ann@", EmailError::Domain),
            ("ann@localhost", EmailError::Domain),
            ("ann@[127.0.0.1]", EmailError::Domain),
            ("ann@exa mple.test", EmailError::Domain),
            ("ann@example.test ", EmailError::Domain),
            ("ann@-example.test", EmailError::Domain),
            (&long, EmailError::TooLong),
            (&longer, EmailError::TooLong),
        ] {
            assert_eq!(Email::parse(text).err(), Some(rule), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_and_reads_again_as_itself(text in "[a-zA-Z.+@é-]{0,30}") {
            if let Ok(email) = Email::parse(&text) {
                prop_assert_eq!(Email::parse(email.expose()).unwrap(), email);
            }
        }
    }

    #[test]
    fn debug_shows_nothing_of_it() {
        let email = Email::parse("canary@example.test").unwrap();
        assert_eq!(format!("{email:?}"), "Email([REDACTED])");
    }
}
