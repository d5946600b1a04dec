//! Argon2id: hashing, verifying and the stored form.

use argon2::{Algorithm, Argon2, AssociatedData, ParamsBuilder, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::Password;
use super::cost::{Cost, HashBounds, HashParams};
use super::memory::Pool;
use crate::random::{RandomError, SecureRandom};

/// A stored hash: a PHC string with algorithm, version, parameters and salt. Not shown, because
/// whoever has it can guess off-line. It is no [`Field`](crate::Field): what is stored is the PHC
/// string sealed for its account, so that hashes cannot be guessed without the key nor moved to
/// another account.
///
/// ```compile_fail
/// fn show(hash: &alley_core::password::PasswordHash) -> String {
///     hash.to_string()
/// }
/// ```
#[derive(Clone)]
pub struct PasswordHash(Zeroizing<String>);

impl PasswordHash {
    /// Takes what was stored; it is judged when it is verified.
    pub fn from_phc(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The PHC string.
    pub fn expose_phc(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash([REDACTED])")
    }
}

/// How a guess compares.
#[must_use]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Verification {
    /// It is the password.
    Verified {
        /// Whether the stored hash has other parameters than new ones get; hash again and store
        /// the result if the stored value is still the same.
        rehash: bool,
    },
    /// It is not.
    Rejected,
}

/// No hash could be computed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum HashError {
    /// The stored value is no Argon2id hash that may be computed here.
    #[error("stored password hash is not an argon2id PHC string within the bounds on its cost")]
    CorruptHash,
    /// The system refused the working memory.
    #[error("no memory for password hashing")]
    OutOfMemory,
    /// Argon2 does not take these inputs.
    #[error("argon2id refuses its input: {0}")]
    Input(&'static str),
    /// No salt could be drawn.
    #[error(transparent)]
    Random(#[from] RandomError),
}

/// Hashes and verifies passwords; shared by all who do, because it owns the working memory.
///
/// Each call keeps a processor busy for tens of milliseconds: put it behind an
/// [`Offload`](crate::offload::Offload).
///
/// ```
/// use alley_core::password::{Hasher, PasswordPolicy, Verification};
/// use alley_core::OsRandom;
///
/// let (policy, hasher) = (PasswordPolicy::default(), Hasher::default());
/// let password = policy.accept("a goose in galoshes", &["alley"])?;
/// let stored = hasher.hash(&password, &OsRandom::new())?;
/// let guess = policy.read("a goose in galoshes")?;
/// assert_eq!(hasher.verify(&guess, &stored)?, Verification::Verified { rehash: false });
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Default)]
pub struct Hasher {
    params: HashParams,
    bounds: HashBounds,
    pool: Pool,
}

impl Hasher {
    /// Makes new hashes with `params`.
    pub fn new(params: HashParams) -> Self {
        Self { params, ..Self::default() }
    }

    /// Verifies stored hashes up to `bounds`.
    #[must_use]
    pub fn with_bounds(mut self, bounds: HashBounds) -> Self {
        self.bounds = bounds;
        self
    }

    /// Hashes with a fresh salt of 16 octets.
    ///
    /// # Errors
    /// When there is no memory or no randomness.
    pub fn hash(
        &self,
        password: &Password,
        random: &dyn SecureRandom,
    ) -> Result<PasswordHash, HashError> {
        let mut salt = [0_u8; SALT_BYTES];
        random.fill(&mut salt)?;
        self.hash_with_salt(password, &salt)
    }

    /// Whether a stored hash is one that [`verify`](Self::verify) takes. Costs no hash.
    pub fn knows(&self, stored: &PasswordHash) -> bool {
        self.read(stored).is_some()
    }

    /// Compares a guess with a stored hash, at the cost that the stored hash names.
    ///
    /// # Errors
    /// [`HashError::CorruptHash`] at once when the stored value is unreadable or beyond the
    /// bounds.
    pub fn verify(
        &self,
        password: &Password,
        stored: &PasswordHash,
    ) -> Result<Verification, HashError> {
        let stored = self.read(stored).ok_or(HashError::CorruptHash)?;
        let mut computed = Zeroizing::new(vec![0_u8; stored.output.len()]);
        let input = Argon2idInput::new(password.expose_bytes(), &stored.salt);
        compute(&self.pool, stored.cost, &input, &mut computed)?;
        if !bool::from(computed.ct_eq(&stored.output)) {
            return Ok(Verification::Rejected);
        }
        let current = stored.cost == self.params.cost()
            && stored.salt.len() == SALT_BYTES
            && stored.output.len() == OUTPUT_BYTES;
        Ok(Verification::Verified { rehash: !current })
    }

    /// Does the work of one verification at the current cost and rejects. To be called where
    /// there is no stored hash (unknown account, account without password), so that the time
    /// does not tell.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn reject_unknown(&self, password: &Password) -> Result<Verification, HashError> {
        let input = Argon2idInput::new(password.expose_bytes(), &[0x5a; SALT_BYTES]);
        let mut computed = Zeroizing::new([0_u8; OUTPUT_BYTES]);
        compute(&self.pool, self.params.cost(), &input, &mut computed[..])?;
        // As in `verify`; the result is looked at so that it cannot be left out.
        std::hint::black_box(computed[..].ct_eq(&[0; OUTPUT_BYTES]));
        Ok(Verification::Rejected)
    }

    /// The parts of a stored hash that may be computed here.
    fn read(&self, stored: &PasswordHash) -> Option<Stored> {
        Stored::read(stored.expose_phc()).filter(|stored| self.bounds.admits(stored.cost))
    }

    fn hash_with_salt(
        &self,
        password: &Password,
        salt: &[u8; SALT_BYTES],
    ) -> Result<PasswordHash, HashError> {
        let mut output = Zeroizing::new([0_u8; OUTPUT_BYTES]);
        let cost = self.params.cost();
        let input = Argon2idInput::new(password.expose_bytes(), salt);
        compute(&self.pool, cost, &input, &mut output[..])?;
        let Cost { memory_kib, passes, lanes } = cost;
        let (salt, output) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(&output[..]));
        Ok(PasswordHash::from_phc(format!(
            "$argon2id$v=19$m={memory_kib},t={passes},p={lanes}${salt}${output}"
        )))
    }
}

impl std::fmt::Debug for Hasher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hasher")
            .field("params", &self.params)
            .field("bounds", &self.bounds)
            .finish_non_exhaustive()
    }
}

/// The inputs of one Argon2id computation, by the names of RFC 9106, section 3.1.
#[derive(Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "RFC 9106 has exactly these four")]
pub struct Argon2idInput<'a> {
    /// The message (P).
    pub password: &'a [u8],
    /// The salt (S), at least 8 octets.
    pub salt: &'a [u8],
    /// The secret value (K); empty for none.
    pub secret: &'a [u8],
    /// The associated data (X), at most 32 octets; empty for none.
    pub associated_data: &'a [u8],
}

impl<'a> Argon2idInput<'a> {
    const fn new(password: &'a [u8], salt: &'a [u8]) -> Self {
        Self { password, salt, secret: &[], associated_data: &[] }
    }
}

impl std::fmt::Debug for Argon2idInput<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Argon2idInput([REDACTED])")
    }
}

/// Argon2id, version 0x13 (RFC 9106), as [`Hasher`] computes it: fills `output`, whose length is
/// the tag length and enters the computation. The working memory is wiped. No bounds apply: do
/// not pass a cost that somebody else chose.
///
/// # Errors
/// When the inputs are outside what RFC 9106 allows, or there is no memory.
pub fn argon2id(cost: Cost, input: &Argon2idInput<'_>, output: &mut [u8]) -> Result<(), HashError> {
    compute(&Pool::default(), cost, input, output)
}

fn compute(
    pool: &Pool,
    cost: Cost,
    input: &Argon2idInput<'_>,
    output: &mut [u8],
) -> Result<(), HashError> {
    let refuse = |_| HashError::Input("see RFC 9106, section 3.1, for the ranges");
    let data = AssociatedData::new(input.associated_data).map_err(refuse)?;
    let mut params = ParamsBuilder::new();
    params.m_cost(cost.memory_kib).t_cost(cost.passes).p_cost(cost.lanes);
    let params = params.output_len(output.len()).data(data).build().map_err(refuse)?;
    let mut memory = pool.take(params.block_count()).ok_or(HashError::OutOfMemory)?;
    let (algorithm, version) = (Algorithm::Argon2id, Version::V0x13);
    let argon2 = Argon2::new_with_secret(input.secret, algorithm, version, params);
    argon2
        .and_then(|argon2| {
            let (password, salt) = (input.password, input.salt);
            argon2.hash_password_into_with_memory(password, salt, output, memory.blocks())
        })
        .map_err(refuse)
}

/// The parts of a PHC string; only what this crate writes is read.
struct Stored {
    cost: Cost,
    salt: Vec<u8>,
    output: Zeroizing<Vec<u8>>,
}

impl Stored {
    fn read(text: &str) -> Option<Self> {
        if text.len() > 512 {
            return None;
        }
        let mut fields = text.strip_prefix("$argon2id$v=19$")?.split('$');
        let (params, salt, output) = (fields.next()?, fields.next()?, fields.next()?);
        if fields.next().is_some() {
            return None;
        }
        let mut params = params.split(',');
        let mut number = |name| -> Option<u32> {
            let digits = params.next()?.strip_prefix(name)?;
            let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
            (plain && !digits.starts_with('0')).then(|| digits.parse().ok())?
        };
        let cost = Cost { memory_kib: number("m=")?, passes: number("t=")?, lanes: number("p=")? };
        if params.next().is_some() {
            return None;
        }
        let salt = STANDARD_NO_PAD.decode(salt).ok()?;
        let output = Zeroizing::new(STANDARD_NO_PAD.decode(output).ok()?);
        let lengths = (8..=64).contains(&salt.len()) && (16..=64).contains(&output.len());
        lengths.then_some(Self { cost, salt, output })
    }
}

const SALT_BYTES: usize = 16;
const OUTPUT_BYTES: usize = 32;

#[cfg(test)]
mod tests;
