//! Events that another system sends, sometimes twice: kept once, under the id that their sender gave.
//!
//! Each crate keeps them as a record of its own, inserted in the commit that holds whatever is done
//! at once. The insert is the claim: of many deliveries one succeeds. A delivery that comes
//! after it is compared with the hash of the payload that was kept, so that an event that comes with
//! another content under the same id is not taken for a repetition.

use crate::audit::{Actor, AuditEntry, AuditOutcome};
use crate::commit::Committed;
use crate::env::Env;
use crate::error::StoreError;
use crate::random::RandomError;
use crate::roles::Purpose;
use crate::seal::{Keyring, MacPurpose};
use crate::value::Digest32;

/// What an event is, seen from those that came before it.
#[must_use]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a door must answer each")]
pub enum Received {
    /// It is kept; its effects follow.
    First,
    /// The same event was kept before.
    Duplicate,
    /// An event with this id and another content was kept before. That one stays; this one is not
    /// acted on and should be reported ([`altered`]).
    Altered,
}

/// What makes the content of an event, as keyed hashes.
#[derive(Clone, Debug)]
pub struct Payload {
    hashes: Vec<Digest32>,
}

impl Payload {
    /// Takes the parts that are the same in every delivery: mostly the body as it came.
    pub fn new(keyring: &Keyring, parts: &[&[u8]]) -> Self {
        Self { hashes: keyring.mac_candidates(PAYLOADS, parts) }
    }

    /// What to keep with the event.
    pub fn hash(&self) -> Option<Digest32> {
        self.hashes.first().copied()
    }

    /// What an event is whose id is taken; `kept` is the hash that was kept with it. Where none was,
    /// or the two cannot be compared, the id decides.
    pub fn compared(&self, kept: Option<Digest32>) -> Received {
        match kept {
            Some(kept) if !self.hashes.contains(&kept) => Received::Altered,
            _ => Received::Duplicate,
        }
    }
}

/// Keeps an event: `insert` is the commit that claims its id, `kept` reads the hash that was kept
/// with the event that has the id already, and is asked only then.
///
/// # Errors
/// When the store fails in another way than that the id is taken. The event may be kept then; the
/// sender sends it again.
pub async fn receive(
    payload: &Payload,
    insert: impl Future<Output = Result<Committed, StoreError>> + Send,
    kept: impl Future<Output = Result<Option<Digest32>, StoreError>> + Send,
) -> Result<Received, StoreError> {
    match insert.await {
        Ok(_) => Ok(Received::First),
        Err(error) if error.is_conflict() => Ok(payload.compared(kept.await?)),
        Err(error) => Err(error),
    }
}

/// What the audit trail says of an event that came again with another content.
///
/// # Errors
/// When the random source fails.
pub fn altered(
    env: &Env,
    platform: &'static str,
    record: &str,
    event: &str,
) -> Result<AuditEntry, RandomError> {
    let entry = env.audit(Actor::Platform(platform), "webhook.receive", Purpose::SecurityLegal)?;
    Ok(entry.target(record, event).outcome(AuditOutcome::Denied, "payload_altered"))
}

const PAYLOADS: MacPurpose = MacPurpose::new("inbox payload");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::{KeyId, SealKey};

    fn key(number: u8) -> SealKey {
        SealKey::from_bytes(KeyId::new(number.into()), &[number; 32]).unwrap()
    }

    #[test]
    fn another_content_is_told_from_a_repetition() {
        let keyring = Keyring::of(key(1));
        let payload = Payload::new(&keyring, &[b"paid", b"5"]);
        assert_eq!(payload.compared(payload.hash()), Received::Duplicate);
        let other = Payload::new(&keyring, &[b"paid5", b""]);
        assert_eq!(other.compared(payload.hash()), Received::Altered);
        assert_eq!(other.compared(None), Received::Duplicate);
    }

    #[test]
    fn a_repetition_is_recognized_after_the_keys_rotated() {
        let before = Payload::new(&Keyring::of(key(1)), &[b"paid"]);
        let rotated = Keyring::builder(key(2)).decrypt_only(key(1)).build().unwrap();
        let after = Payload::new(&rotated, &[b"paid"]);
        assert_ne!(after.hash(), before.hash());
        assert_eq!(after.compared(before.hash()), Received::Duplicate);
        let altered = Payload::new(&rotated, &[b"refunded"]);
        assert_eq!(altered.compared(before.hash()), Received::Altered);
    }
}
