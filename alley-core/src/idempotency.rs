//! Requests that may come twice: the first caller works, the others wait or get its result.
//!
//! The effect and the result are two writes, and on purpose no part of one commit: a finish inside
//! [`Commit`](crate::Commit) would put this table into every store of every domain, also into a
//! host's own. Exactly once comes from the commit's id instead: the effect is committed under
//! [`RequestKey::commit_id`], which is the same for every attempt. A process that dies between
//! effect and [`finish`](Idempotency::finish) leaves a lease that runs out; whoever takes over
//! commits under the same id, hears `replayed`, reads the result back and finishes. What is done
//! elsewhere (a call to another system) needs a key of that system, made from the same request.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use secrecy::SecretSlice;
use sha2::{Digest as _, Sha256};

use crate::commit::CommitId;
use crate::error::{StoreError, StoreErrorKind};
use crate::ids::TenantId;
use crate::random::SecureRandom;
use crate::record::Key;
use crate::seal::{Keyring, MacPurpose, OpenError, SealContext, SealError, Sealed};
use crate::store::later;
use crate::value::Digest32;

/// Names a request: a keyed hash, within a tenant if it is a tenant's.
///
/// The tenant is part of the key and not of the hash: keys of one tenant lie together in a table,
/// and a key that was copied from one tenant is worth nothing in another.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct RequestKey {
    tenant: Option<TenantId>,
    digest: Digest32,
}

impl RequestKey {
    /// The key that a caller gave for a call of `operation`. Another operation, another tenant or
    /// another key is another request.
    ///
    /// The hash is made with the enabled key of the smallest number, so that processes agree while keys
    /// are added. Once that key is withdrawn every request that was begun before counts as a new one:
    /// withdraw it while nobody can still repeat a request, or make these hashes with a key of their own
    /// that is never withdrawn ([`from_digest`](Self::from_digest)).
    pub fn new(keyring: &Keyring, tenant: Option<TenantId>, operation: &str, key: &[u8]) -> Self {
        let digest = keyring.lasting_mac(KEYS, &[operation.as_bytes(), key]);
        Self { tenant, digest }
    }

    /// A key that was hashed elsewhere, with a secret.
    pub const fn from_digest(tenant: Option<TenantId>, digest: Digest32) -> Self {
        Self { tenant, digest }
    }

    /// The tenant, if it is a tenant's request.
    pub const fn tenant(&self) -> Option<TenantId> {
        self.tenant
    }

    /// What [`Idempotency::begin`] compares: a keyed hash over everything that makes the request
    /// what it is, in a fixed order.
    pub fn fingerprint(keyring: &Keyring, parts: &[&[u8]]) -> Digest32 {
        keyring.lasting_mac(FINGERPRINTS, parts)
    }

    /// The id under which the effect of this request is committed, whoever does it.
    pub fn commit_id(&self, fingerprint: &Digest32) -> CommitId {
        let digest = Sha256::new()
            .chain_update(b"alley request commit 1")
            .chain_update(self.to_bytes())
            .chain_update(fingerprint.as_bytes())
            .finalize();
        let mut bytes = [0_u8; 16];
        bytes.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
        CommitId::from_uuid(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }

    /// For stores: the form of [`Key::to_bytes`], the tenant first.
    pub fn to_bytes(&self) -> Vec<u8> {
        match self.tenant {
            Some(tenant) => Key::of(tenant, &self.digest).to_bytes(),
            None => Key::global(&self.digest).to_bytes(),
        }
    }

    /// Seals the result of this request.
    ///
    /// # Errors
    /// When it is longer than 64 KiB or the random source fails.
    pub fn seal(
        &self,
        keyring: &Keyring,
        result: &[u8],
        random: &dyn SecureRandom,
    ) -> Result<Sealed, SealError> {
        keyring.seal(&self.context(&self.to_bytes()), result, random)
    }

    /// Opens the result of this request.
    ///
    /// # Errors
    /// When it was sealed for another one, or its key is gone.
    pub fn open(&self, keyring: &Keyring, result: &Sealed) -> Result<SecretSlice<u8>, OpenError> {
        keyring.open(&self.context(&self.to_bytes()), result)
    }

    fn context<'a>(&self, key: &'a [u8]) -> SealContext<'a> {
        SealContext::field("idempotency", "result", self.tenant, key)
    }
}

/// For how long a request is held.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Terms {
    /// How long the first caller may work before another one may take over. Longer than any call
    /// takes; after a crash, callers wait for its end.
    pub lease: Duration,
    /// How long the result is kept after it is known, and a request that nobody finished after its
    /// lease.
    pub keep: Duration,
}

impl Terms {
    /// With another lease.
    #[must_use]
    pub const fn with_lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    /// With another time to keep. A commit's id is remembered for a day at least: longer than that, an
    /// effect may be done again. A request that is begun anew after it was forgotten, while the id is
    /// still remembered (two days in the stores of `alley-store`), is told `replayed` by its commit and has
    /// no second effect.
    #[must_use]
    pub const fn with_keep(mut self, keep: Duration) -> Self {
        self.keep = keep;
        self
    }
}

impl Default for Terms {
    /// A lease of a minute; kept for 24 hours.
    fn default() -> Self {
        Self { lease: Duration::from_mins(1), keep: Duration::from_hours(24) }
    }
}

/// The answer to [`Idempotency::begin`].
#[must_use]
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a caller must handle each")]
pub enum Begun {
    /// The caller is to do it. If [`Ticket::fencing`] is above 1, somebody may have done it before.
    Fresh(Ticket),
    /// Somebody does it at this moment, until then at the latest.
    InProgress(DateTime<Utc>),
    /// It is done; this is the result.
    Done(Sealed),
    /// The key was used for a request with another fingerprint.
    Mismatch,
}

/// Permission to do a request, for as long as nobody else took it over.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Ticket {
    /// The request.
    pub key: RequestKey,
    /// Rises with each caller that begins it, for as long as the store keeps it.
    pub fencing: i64,
    /// How long its result is kept.
    pub keep: Duration,
}

impl Ticket {
    /// For stores.
    pub const fn new(key: RequestKey, fencing: i64, keep: Duration) -> Self {
        Self { key, fencing, keep }
    }
}

/// Remembers which requests were begun and what came of them.
///
/// # Contract
/// - Of any number of callers that begin one key, one is told `Fresh`; the others `InProgress`
///   until it finished, gave up, or its lease ran out. Then the next one is told `Fresh`, with a
///   higher number, and what the one before says is refused.
/// - A result is kept for the time that its ticket says, and answered to whoever begins the same
///   key with the same fingerprint. Afterwards the key is new.
/// - While a request is kept, its key with another fingerprint is a `Mismatch`, unless it was given
///   up.
/// - Keys of one tenant are never seen through another.
/// - Whether a lease or a result ran out is decided by the store's own clock where it has one (a
///   server), by `now` elsewhere.
#[async_trait]
pub trait Idempotency: std::fmt::Debug + Send + Sync + 'static {
    /// Begins a request, or says why not.
    ///
    /// # Errors
    /// When the store fails. It may have been begun: a second call is told `InProgress` then.
    ///
    /// # Cancel safety
    /// A dropped call may leave a lease that runs out.
    async fn begin(
        &self,
        key: &RequestKey,
        fingerprint: &Digest32,
        terms: &Terms,
        now: DateTime<Utc>,
    ) -> Result<Begun, StoreError>;

    /// Keeps the result. `false` when somebody else took the request over or it was given up: the
    /// result is not kept then, and the caller should answer as the other one does. A second
    /// call with the same ticket answers as the first and keeps the first result.
    ///
    /// # Errors
    /// When the result is longer than [`MAX_RESULT_BYTES`], or the store fails.
    async fn finish(
        &self,
        ticket: &Ticket,
        result: &Sealed,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError>;

    /// Gives a request up of which nothing was done: the next caller may begin at once. Does nothing
    /// when somebody else took it over or it is finished.
    ///
    /// # Errors
    /// When the store fails; its lease then runs out.
    async fn abandon(&self, ticket: &Ticket) -> Result<(), StoreError>;
}

/// Longest sealed result that is kept: 64 KiB and what sealing adds.
pub const MAX_RESULT_BYTES: usize = Sealed::MAX_PLAINTEXT_BYTES + Sealed::OVERHEAD_BYTES;

/// Refuses a result that is too long to be kept. For stores.
///
/// # Errors
/// When it is longer than [`MAX_RESULT_BYTES`].
pub fn check_result(result: &Sealed) -> Result<(), StoreError> {
    if result.as_bytes().len() <= MAX_RESULT_BYTES {
        return Ok(());
    }
    let text = "the result of a request is longer than 64 KiB";
    Err(StoreError::with_source(StoreErrorKind::Other, text))
}

/// What a store keeps of a request, and what follows from it. For stores.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a store must handle all of it")]
pub struct Entry {
    /// What the request is.
    pub fingerprint: Digest32,
    /// How often it was begun.
    pub fencing: i64,
    /// When the lease of whoever does it ends; absent when it is finished or given up.
    pub until: Option<DateTime<Utc>>,
    /// The result, once it is known.
    pub result: Option<Sealed>,
    /// When it is forgotten.
    pub expires_at: DateTime<Utc>,
}

impl Entry {
    /// Why a caller may not do the request now; `None` when it may.
    pub fn refusal(&self, fingerprint: &Digest32, now: DateTime<Utc>) -> Option<Begun> {
        let given_up = self.until.is_none() && self.result.is_none();
        if self.expires_at <= now || given_up {
            return None;
        }
        if self.fingerprint != *fingerprint {
            return Some(Begun::Mismatch);
        }
        match (&self.result, self.until) {
            (Some(result), _) => Some(Begun::Done(result.clone())),
            (None, Some(until)) if until > now => Some(Begun::InProgress(until)),
            (None, _) => None,
        }
    }

    /// The entry after somebody began the request; `before` is what was kept of it.
    pub fn begun(
        before: Option<&Self>,
        fingerprint: Digest32,
        terms: &Terms,
        now: DateTime<Utc>,
    ) -> Self {
        let until = later(now, terms.lease);
        Self {
            fingerprint,
            fencing: before.map_or(0, |before| before.fencing).saturating_add(1),
            until: Some(until),
            result: None,
            expires_at: later(until, terms.keep),
        }
    }
}

const KEYS: MacPurpose = MacPurpose::new("idempotency key");
const FINGERPRINTS: MacPurpose = MacPurpose::new("idempotency fingerprint");

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;
    use crate::random::SeededRandom;
    use crate::seal::{KeyId, SealKey};

    fn key(number: u32) -> SealKey {
        let byte = u8::try_from(number).unwrap();
        SealKey::from_bytes(KeyId::new(number), &[byte; 32]).unwrap()
    }

    fn tenant(number: u128) -> TenantId {
        TenantId::from_uuid(uuid::Uuid::from_u128(number))
    }

    #[test]
    fn processes_agree_on_a_key_while_keys_rotate() {
        let old = Keyring::of(key(1));
        let prepared = Keyring::builder(key(1)).decrypt_only(key(2)).build().unwrap();
        let rotated = Keyring::builder(key(2)).decrypt_only(key(1)).build().unwrap();
        let of = |keyring: &Keyring| RequestKey::new(keyring, Some(tenant(1)), "refund", b"abc");
        assert_eq!(of(&old), of(&prepared));
        assert_eq!(of(&old), of(&rotated));
        assert_ne!(of(&old), of(&Keyring::of(key(2))));
    }

    #[test]
    fn tenant_operation_and_key_each_make_another_request() {
        let keyring = Keyring::of(key(1));
        let of = |tenant, operation, key: &[u8]| {
            RequestKey::new(&keyring, tenant, operation, key).to_bytes()
        };
        let one = of(Some(tenant(1)), "refund", b"abc");
        assert_eq!(one, of(Some(tenant(1)), "refund", b"abc"));
        for other in [
            of(Some(tenant(2)), "refund", b"abc"),
            of(None, "refund", b"abc"),
            of(Some(tenant(1)), "refun", b"dabc"),
            of(Some(tenant(1)), "refund", b"abcd"),
        ] {
            assert_ne!(one, other);
        }
    }

    #[test]
    fn every_attempt_commits_under_one_id_and_no_other_request_does() {
        let keyring = Keyring::of(key(1));
        let print = |text: &[u8]| RequestKey::fingerprint(&keyring, &[text]);
        let one = RequestKey::new(&keyring, Some(tenant(1)), "refund", b"abc");
        let other = RequestKey::new(&keyring, Some(tenant(2)), "refund", b"abc");
        assert_eq!(one.commit_id(&print(b"5 EUR")), one.commit_id(&print(b"5 EUR")));
        assert_ne!(one.commit_id(&print(b"5 EUR")), one.commit_id(&print(b"6 EUR")));
        assert_ne!(one.commit_id(&print(b"5 EUR")), other.commit_id(&print(b"5 EUR")));
    }

    #[test]
    fn a_result_opens_for_its_own_request_only() {
        let keyring = Keyring::of(key(1));
        let random = SeededRandom::new(1);
        let one = RequestKey::new(&keyring, Some(tenant(1)), "refund", b"abc");
        let other = RequestKey::new(&keyring, Some(tenant(2)), "refund", b"abc");
        let sealed = one.seal(&keyring, b"done", &random).unwrap();
        assert_eq!(one.open(&keyring, &sealed).unwrap().expose_secret(), b"done");
        assert!(other.open(&keyring, &sealed).is_err());
        assert!(one.seal(&keyring, &vec![0; 65_537], &random).is_err());
    }
}
