//! Lengthening of gaps that every process computes alike.

use sha2::{Digest as _, Sha256};

/// How many milliseconds the gap after one spend is lengthened: the first eight bytes, big endian,
/// of SHA-256 over seed, rule, scope key and spend id with 0x1F between them, modulo
/// `max_ms + 1`. Depends on nothing that differs between processes, and can only lengthen a gap.
pub fn jitter_ms(seed: &str, rule: &str, scope_key: &str, spend: &str, max_ms: u32) -> u64 {
    if max_ms == 0 {
        return 0;
    }
    let mut hash = Sha256::new();
    for (place, part) in [seed, rule, scope_key, spend].into_iter().enumerate() {
        if place > 0 {
            hash.update([0x1F]);
        }
        hash.update(part);
    }
    let digest: [u8; 32] = hash.finalize().into();
    let number = digest.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    number % (u64::from(max_ms) + 1)
}
