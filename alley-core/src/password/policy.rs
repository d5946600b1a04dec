//! What may be a password.

use super::{Password, blocklist};

/// The rules for passwords. There are no composition rules and no expiry, on purpose
/// (NIST SP 800-63B-4, section 3.1.1.2, items 5 and 6).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PasswordPolicy {
    min_code_points: usize,
    max_bytes: usize,
    nul: NulRule,
}

/// Whether a password may hold the character NUL.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum NulRule {
    /// Refused, because other programs would cut the password there.
    #[default]
    Refuse,
    /// Hashed as any other character.
    Hash,
}

impl PasswordPolicy {
    /// No policy may ask for fewer code points than this (NIST SP 800-63B-4, 3.1.1.2, item 1).
    pub const LEAST_MIN_CODE_POINTS: usize = 8;
    /// No policy may refuse passwords of this many code points for being too long (item 2).
    pub const ALWAYS_ACCEPTED_CODE_POINTS: usize = 64;
    /// No policy may read more octets than this.
    pub const MOST_MAX_BYTES: usize = 16_384;

    /// Asks for at least `count` code points, 8 to 64. The default of 15 is for passwords that
    /// can be the only factor.
    ///
    /// # Errors
    /// When `count` is out of that range.
    pub const fn with_min_code_points(mut self, count: usize) -> Result<Self, PolicyError> {
        if count < Self::LEAST_MIN_CODE_POINTS || count > Self::ALWAYS_ACCEPTED_CODE_POINTS {
            return Err(PolicyError::MinCodePoints { found: count });
        }
        self.min_code_points = count;
        Ok(self)
    }

    /// Reads at most `count` octets, 256 (room for 64 code points of four octets) to 16,384.
    ///
    /// # Errors
    /// When `count` is out of that range.
    pub const fn with_max_bytes(mut self, count: usize) -> Result<Self, PolicyError> {
        if count < Self::ALWAYS_ACCEPTED_CODE_POINTS * 4 || count > Self::MOST_MAX_BYTES {
            return Err(PolicyError::MaxBytes { found: count });
        }
        self.max_bytes = count;
        Ok(self)
    }

    /// Decides about NUL. A policy that hashes NUL must not be changed back to one that refuses
    /// it while there are such passwords.
    #[must_use]
    pub const fn with_nul(mut self, rule: NulRule) -> Self {
        self.nul = rule;
        self
    }

    /// Reads a guess at an existing password: only the size and NUL are judged, so that an old
    /// password still signs in after the rules for new ones have changed. Costs nothing to speak
    /// of for input that is too large.
    ///
    /// # Errors
    /// When the text is too large or holds NUL.
    pub fn read(&self, text: &str) -> Result<Password, PasswordError> {
        if text.len() > self.max_bytes {
            return Err(PasswordError::TooLong { max_bytes: self.max_bytes });
        }
        if self.nul == NulRule::Refuse && text.contains('\0') {
            return Err(PasswordError::HasNul);
        }
        Ok(Password::normalize(text))
    }

    /// Judges a new password. `own_words` are words an attacker would try first at this account:
    /// the product's name, parts of the e-mail address and its domain.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn accept(&self, text: &str, own_words: &[&str]) -> Result<Password, PasswordError> {
        let password = self.read(text)?;
        if password.code_points() < self.min_code_points {
            return Err(PasswordError::TooShort { min_code_points: self.min_code_points });
        }
        if blocklist::contains(password.expose_text(), own_words) {
            return Err(PasswordError::Blocklisted);
        }
        Ok(password)
    }
}

impl Default for PasswordPolicy {
    /// At least 15 code points, at most 4,096 octets, no NUL.
    fn default() -> Self {
        Self { min_code_points: 15, max_bytes: 4_096, nul: NulRule::Refuse }
    }
}

/// A text cannot be a password here. Never holds the text.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PasswordError {
    /// Fewer code points than the policy asks for, counted in normal form C.
    #[error("password is too short: it needs at least {min_code_points} characters")]
    TooShort {
        /// How many are needed.
        min_code_points: usize,
    },
    /// More octets than are read. Nothing was hashed.
    #[error("password is too long: it may have at most {max_bytes} bytes")]
    TooLong {
        /// How many are read.
        max_bytes: usize,
    },
    /// Holds the character NUL.
    #[error("password holds the character NUL, which many programs cannot enter")]
    HasNul,
    /// One that attackers try early.
    #[error("password is among those that are guessed first: choose another")]
    Blocklisted,
    /// One that leaked somewhere, as [`BreachCheck`](super::BreachCheck) says.
    #[error("password has leaked from another service: choose another")]
    Leaked,
}

/// A policy would be weaker, or stricter, than may be.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// The least length is out of range.
    #[error("minimum of {found} characters refused: choose from 8 to 64")]
    MinCodePoints {
        /// The refused number.
        found: usize,
    },
    /// The greatest size is out of range.
    #[error("maximum of {found} bytes refused: choose from 256 to 16384")]
    MaxBytes {
        /// The refused number.
        found: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRICT: &[&str] = &["Alley", "alice", "example.test"];

    fn judge(text: &str) -> Result<(), PasswordError> {
        PasswordPolicy::default().accept(text, STRICT).map(|_| ())
    }

    #[test]
    fn pw_02_length_is_counted_in_code_points_after_composition() {
        let short = Err(PasswordError::TooShort { min_code_points: 15 });
        assert_eq!(judge("vexing-quartzy"), short);
        assert_eq!(judge("vexing-quartzyx"), Ok(()));
        let emoji: String = "😀🦀🌍🎲🧭🪁🧵🫖🥝🛶🪐🎷🧊🦉🪴".into();
        assert_eq!(judge(&emoji), Ok(()));
        assert_eq!(judge(emoji.trim_end_matches('🪴')), short);
        // 14 letters of which one is written with a combining accent: 15 before, 14 after.
        assert_eq!(judge("vexing-quartze\u{301}"), short);
    }

    #[test]
    fn pw_05_no_composition_is_asked_for() {
        assert_eq!(judge("wobblymarzipans"), Ok(()));
        assert_eq!(judge("               "), Err(PasswordError::Blocklisted));
        assert_eq!(judge(" leading and trailing "), Ok(()));
    }

    #[test]
    fn pw_03_pw_04_sizes_are_bounded_before_any_work() {
        let long = Err(PasswordError::TooLong { max_bytes: 4_096 });
        assert_eq!(judge(&"xy-".repeat(400_000)), long);
        let many = |count: u32| (0..count).filter_map(|n| char::from_u32(0x4e00 + n)).collect();
        let four_thousand: String = many(1_365);
        assert_eq!(judge(&four_thousand), Ok(()));
        assert_eq!(judge(&format!("{four_thousand}ab")), long);
        let sixty_four: String = many(64);
        let least = PasswordPolicy::default().with_max_bytes(256).unwrap();
        assert!(least.accept(&sixty_four, &[]).is_ok());
    }

    #[test]
    fn pw_18_more_than_three_thousand_that_are_long_enough_are_refused() {
        let mut refused = std::collections::BTreeSet::new();
        for entry in blocklist::entries() {
            if entry.chars().count() >= 15 {
                assert_eq!(judge(&entry), Err(PasswordError::Blocklisted), "{entry}");
                assert_eq!(
                    judge(&entry.to_uppercase()),
                    Err(PasswordError::Blocklisted),
                    "{entry}"
                );
                refused.insert(entry);
            }
        }
        assert!(refused.len() >= 3_000, "{} entries", refused.len());
        for own in ["alley-alice-2026", "Alice@Example.TEST", "AlleyAlleyAlley1"] {
            assert_eq!(judge(own), Err(PasswordError::Blocklisted), "{own}");
        }
        // Whole passwords are compared, never parts.
        assert_eq!(judge("my motdepasse is a herring"), Ok(()));
    }

    #[test]
    fn pw_07_nul_is_refused_or_hashed_but_never_cut_at() {
        let policy = PasswordPolicy::default();
        assert_eq!(policy.read("abc\0def").err(), Some(PasswordError::HasNul));
        let lenient = policy.with_nul(NulRule::Hash);
        assert_eq!(lenient.read("abc\0def").unwrap().expose_bytes(), b"abc\0def");
        assert_eq!(policy.read("a\u{1}\nb").unwrap().expose_bytes(), b"a\x01\nb");
    }

    #[test]
    fn a_guess_is_not_judged_by_the_rules_for_new_ones() {
        assert!(PasswordPolicy::default().read("short").is_ok());
    }

    #[test]
    fn pw_01_policies_out_of_range_are_refused() {
        let policy = PasswordPolicy::default();
        assert!(policy.with_min_code_points(7).is_err());
        assert!(policy.with_min_code_points(8).unwrap().accept("zpqmwlxk", &[]).is_ok());
        assert!(policy.with_min_code_points(65).is_err());
        assert!(policy.with_max_bytes(255).is_err());
        assert!(policy.with_max_bytes(16_385).is_err());
    }

    #[test]
    fn debug_shows_nothing_of_it() {
        let password = PasswordPolicy::default().read("canary canary").unwrap();
        assert_eq!(format!("{password:?}"), "Password([REDACTED])");
    }
}
