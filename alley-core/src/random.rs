//! Randomness: one port, the operating system behind it, and a seeded stand-in for tests.

use std::sync::Mutex;
use std::sync::PoisonError;

use sha2::{Digest as _, Sha256};

/// Fills buffers with bytes that nobody can foretell.
///
/// # Contract
/// Either the whole buffer is filled, or an error is returned and its content must not be used.
pub trait SecureRandom: std::fmt::Debug + Send + Sync + 'static {
    /// Fills all of `buffer`.
    ///
    /// # Errors
    /// When the source cannot deliver; nothing may be derived from the buffer then.
    fn fill(&self, buffer: &mut [u8]) -> Result<(), RandomError>;
}

/// The random source did not deliver.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the random source did not deliver")]
#[non_exhaustive]
pub struct RandomError;

impl RandomError {
    /// For implementers of [`SecureRandom`].
    pub const fn new() -> Self {
        Self
    }
}

impl Default for RandomError {
    fn default() -> Self {
        Self::new()
    }
}

/// The generator of the operating system.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct OsRandom;

impl OsRandom {
    /// The generator of the operating system.
    pub const fn new() -> Self {
        Self
    }
}

impl SecureRandom for OsRandom {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), RandomError> {
        getrandom::fill(buffer).map_err(|_cause| RandomError)
    }
}

/// A stream that its seed determines: SHA-256 over seed and block number. For tests and
/// simulations only; whoever knows the seed knows every secret made from it.
#[derive(Debug)]
pub struct SeededRandom {
    seed: u64,
    block: Mutex<u64>,
}

impl SeededRandom {
    /// The stream of `seed`, from its beginning.
    pub const fn new(seed: u64) -> Self {
        Self { seed, block: Mutex::new(0) }
    }
}

impl SecureRandom for SeededRandom {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), RandomError> {
        let mut block = self.block.lock().unwrap_or_else(PoisonError::into_inner);
        for chunk in buffer.chunks_mut(32) {
            let digest = Sha256::new()
                .chain_update(self.seed.to_be_bytes())
                .chain_update(block.to_be_bytes())
                .finalize();
            *block = block.wrapping_add(1);
            for (to, from) in chunk.iter_mut().zip(digest) {
                *to = from;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(random: &SeededRandom) -> [u8; 40] {
        let mut buffer = [0; 40];
        random.fill(&mut buffer).unwrap();
        buffer
    }

    #[test]
    fn one_seed_gives_one_stream_without_repetition() {
        let (a, b) = (SeededRandom::new(1), SeededRandom::new(1));
        let first = draw(&a);
        assert_eq!(first, draw(&b));
        assert_ne!(first, draw(&a));
        assert_ne!(first, draw(&SeededRandom::new(2)));
    }
}
