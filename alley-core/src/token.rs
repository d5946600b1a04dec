//! Tokens: random texts that prove something once, or prove a session. Only their hash is stored.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::ids::AccountId;
use crate::random::{RandomError, SecureRandom};
use crate::seal::Sealed;
use crate::value::Digest32;
use crate::{Record, elements, own_id, text_enum};

own_id! {
    /// Identifies a one-time token; says nothing about the token.
    TokenId, TokenKind, "tok"
}

text_enum! {
    /// What a one-time token proves. A token of one purpose is worth nothing for another.
    pub enum TokenPurpose {
        /// That mail to the address is read.
        VerifyEmail => "verify_email",
        /// That mail to the address is read, by somebody who forgot the password.
        ResetPassword => "reset_password",
        /// That the password was right and a second factor is to follow.
        SecondFactor => "second_factor",
    }
}

impl TokenPurpose {
    /// How long a token lives (NIST SP 800-63B-4, section 4.2.1.2, allows 24 hours by mail).
    pub const fn life(self) -> TimeDelta {
        match self {
            Self::VerifyEmail => TimeDelta::hours(24),
            Self::ResetPassword => TimeDelta::minutes(30),
            Self::SecondFactor => TimeDelta::minutes(10),
        }
    }

    /// What its tokens begin with, so that secret scanners know them.
    const fn prefix(self) -> &'static str {
        match self {
            Self::VerifyEmail => "alley_ver_",
            Self::ResetPassword => "alley_rst_",
            Self::SecondFactor => "alley_mfa_",
        }
    }
}

/// A token that was given out and not used yet; use deletes the row.
#[derive(Clone, Debug, Eq, PartialEq, Record)]
#[record(name = "one_time_token", domain = "core", id = token_id, subject = account_id)]
#[record(anchor = expires_at)]
#[record(owned_by(account = account_id))]
#[record(unique(by_token(token_hash)))]
#[non_exhaustive]
pub struct OneTimeToken {
    /// Names the token.
    #[record(technical)]
    pub token_id: TokenId,
    /// Whose.
    #[record(technical)]
    pub account_id: AccountId,
    /// What it proves.
    #[record(technical)]
    pub purpose: TokenPurpose,
    /// SHA-256 of the token's text.
    #[record(element = elements::ACCOUNT_SESSION)]
    pub token_hash: Digest32,
    /// The account's address when the token was given out; it must still be the same.
    #[record(element = elements::ACCOUNT_EMAIL)]
    pub email_index: Digest32,
    /// When it was given out.
    #[record(element = elements::ACCOUNT_SESSION)]
    pub issued_at: DateTime<Utc>,
    /// From this instant on it is worth nothing.
    #[record(element = elements::ACCOUNT_SESSION)]
    pub expires_at: DateTime<Utc>,
    /// Codes that were tried with it.
    #[record(element = elements::ACCOUNT_SESSION)]
    pub attempts: u32,
    /// For [`VerifyEmail`](TokenPurpose::VerifyEmail): the sealed hash of the password that was
    /// chosen in the registration that this token answers.
    #[record(element = elements::ACCOUNT_PASSWORD_HASH)]
    pub chosen_hash: Option<Sealed>,
}

impl OneTimeToken {
    /// How many codes may be tried with one token.
    pub const MOST_ATTEMPTS: u32 = 5;

    /// A token for `purpose` and the text to give out.
    ///
    /// # Errors
    /// When the random source fails.
    pub fn issue(
        purpose: TokenPurpose,
        token_id: TokenId,
        account_id: AccountId,
        email_index: Digest32,
        now: DateTime<Utc>,
        random: &dyn SecureRandom,
    ) -> Result<(Self, SecretString), RandomError> {
        let text = draw(purpose.prefix(), random)?;
        let token = Self {
            token_id,
            account_id,
            purpose,
            token_hash: digest(text.expose_secret()),
            email_index,
            issued_at: now,
            expires_at: now + purpose.life(),
            attempts: 0,
            chosen_hash: None,
        };
        Ok((token, text))
    }

    /// The hash to look a presented text up by; none for what cannot be a token of this purpose,
    /// which then costs no read.
    pub fn look_up(purpose: TokenPurpose, presented: &str) -> Option<Digest32> {
        is_token(purpose.prefix(), presented).then(|| digest(presented))
    }

    /// Whether it proves `purpose` for an account with this address at `now`.
    pub fn proves(&self, purpose: TokenPurpose, address: Digest32, now: DateTime<Utc>) -> bool {
        self.purpose == purpose && self.email_index == address && now < self.expires_at
    }
}

/// 32 random octets in base64url behind a prefix.
pub(crate) fn draw(prefix: &str, random: &dyn SecureRandom) -> Result<SecretString, RandomError> {
    let mut bytes = Zeroizing::new([0_u8; 32]);
    random.fill(&mut bytes[..])?;
    let mut text = Zeroizing::new(String::with_capacity(prefix.len() + TEXT_LENGTH));
    text.push_str(prefix);
    URL_SAFE_NO_PAD.encode_string(&bytes[..], &mut text);
    Ok(SecretString::from(text.as_str()))
}

/// Whether a text has the form that [`draw`] gives.
pub(crate) fn is_token(prefix: &str, text: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|rest| {
        rest.len() == TEXT_LENGTH
            && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    })
}

/// What is stored in a token's place. The prefix is part of it, so purposes do not mix.
pub(crate) fn digest(text: &str) -> Digest32 {
    Digest32::new(Sha256::digest(text.as_bytes()).into())
}

/// 32 octets in base64 without padding.
const TEXT_LENGTH: usize = 43;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::random::SeededRandom;

    fn issue(purpose: TokenPurpose) -> (OneTimeToken, SecretString) {
        let account = AccountId::from_uuid(uuid::Uuid::from_u128(1));
        let id = TokenId::from_uuid(uuid::Uuid::from_u128(2));
        let address = Digest32::new([3; 32]);
        let random = SeededRandom::new(4);
        OneTimeToken::issue(purpose, id, account, address, DateTime::UNIX_EPOCH, &random).unwrap()
    }

    #[test]
    fn se_01_tokens_have_a_prefix_and_256_bits_and_do_not_repeat() {
        let random = SeededRandom::new(1);
        let mut seen = BTreeSet::new();
        for _ in 0..100_000 {
            let text = draw("alley_ver_", &random).unwrap();
            assert!(is_token("alley_ver_", text.expose_secret()));
            assert!(seen.insert(digest(text.expose_secret())));
        }
    }

    #[test]
    fn tk_01_a_token_proves_one_purpose_for_one_address_until_it_expires() {
        let (token, text) = issue(TokenPurpose::ResetPassword);
        let hash = OneTimeToken::look_up(TokenPurpose::ResetPassword, text.expose_secret());
        assert_eq!(hash, Some(token.token_hash));
        assert_eq!(OneTimeToken::look_up(TokenPurpose::VerifyEmail, text.expose_secret()), None);
        let (address, start) = (Digest32::new([3; 32]), DateTime::UNIX_EPOCH);
        assert!(token.proves(TokenPurpose::ResetPassword, address, start));
        assert!(!token.proves(TokenPurpose::VerifyEmail, address, start));
        assert!(!token.proves(TokenPurpose::ResetPassword, Digest32::new([4; 32]), start));
        let end = start + TimeDelta::minutes(30);
        let just = end - TimeDelta::microseconds(1);
        assert!(token.proves(TokenPurpose::ResetPassword, address, just));
        assert!(!token.proves(TokenPurpose::ResetPassword, address, end));
    }

    #[test]
    fn texts_of_another_form_are_not_looked_up() {
        let (_, text) = issue(TokenPurpose::VerifyEmail);
        let text = text.expose_secret();
        let cut = text.split_at(52).0;
        for wrong in ["", "alley_ver_", cut, &format!("{text}A"), &text.replace('_', ".")] {
            assert_eq!(OneTimeToken::look_up(TokenPurpose::VerifyEmail, wrong), None, "{wrong}");
        }
    }

    #[test]
    fn debug_shows_neither_text_nor_hash() {
        let (token, text) = issue(TokenPurpose::SecondFactor);
        let shown = format!("{token:?} {text:?}");
        assert!(!shown.contains(text.expose_secret()));
        assert!(!shown.contains(&crate::hex::encode(token.token_hash.as_bytes())));
    }
}
