//! The key under which Stripe knows all attempts of one operation.

use alley_core::{RandomError, SecureRandom};

/// Names one operation over all its attempts: at most 255 visible ASCII characters.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// A new key of 128 random bits. Store it beside the pending operation before the call.
    ///
    /// # Errors
    /// When the random source fails.
    pub fn generate(random: &dyn SecureRandom) -> Result<Self, RandomError> {
        let mut bytes = [0_u8; 16];
        random.fill(&mut bytes)?;
        Ok(Self(format!("{:032x}", u128::from_be_bytes(bytes))))
    }

    /// Takes a key back that [`generate`](Self::generate) made.
    pub const fn stored(text: String) -> Self {
        Self(text)
    }

    /// The key of a follow-up to the same operation, such as undoing it.
    #[must_use]
    pub fn follow_up(&self, step: &str) -> Self {
        Self(format!("{}-{step}", self.0))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
