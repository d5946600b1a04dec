//! Hashes that another system made.

/// Verifies the password hashes of the system that a host's people come from: bcrypt, scrypt, PBKDF2.
///
/// A person whose stored hash is one of those signs in with it once; then the password is hashed anew as
/// all others. Calls are made where passwords are hashed ([`Offload`](crate::offload::Offload)), so they
/// may take their time. Every sign-in costs one of them besides our own hash: take the verifier out
/// again once few such hashes are left, and let those people reset their password.
pub trait LegacyVerifier: std::fmt::Debug + Send + Sync {
    /// Whether `stored` is a hash that this verifies, with parameters whose cost may be paid. Costs no
    /// hash.
    fn knows(&self, stored: &str) -> bool;

    /// A hash of the kind and cost that most stored ones have, of a password that nobody knows. It is
    /// verified wherever no stored one is, so that the time does not tell whose hash is one of those.
    fn decoy(&self) -> &str;

    /// Whether `password` is the one that `stored` was made of; only asked about what it knows. The
    /// octets are UTF-8 in normal form C, up to the most that the policy reads: an algorithm that reads
    /// fewer must cut them as the old system did. Compares in constant time.
    fn verify(&self, password: &[u8], stored: &str) -> bool;
}
