//! The token that a person hands back to confirm what they were shown.

use alley_core::{Actor, Digest32, Keyring, MacCheck, MacPurpose, PlanId};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};

/// Proof that somebody was shown a plan. Bound to the plan, its content, the person, and ten
/// minutes. Not a secret of the person: it is worth nothing for another actor.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ConfirmToken(String);

impl ConfirmToken {
    /// How long a token is good for.
    pub const LIFE: TimeDelta = TimeDelta::minutes(10);

    /// Takes a text form back; it is checked when it is used.
    pub fn from_text(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text form, for a form field.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn issue(
        keyring: &Keyring,
        plan: PlanId,
        hash: &Digest32,
        actor: Actor,
        now: DateTime<Utc>,
    ) -> Self {
        let until = (now + Self::LIFE).timestamp_micros().to_be_bytes();
        let mac = keyring
            .mac(PURPOSE, &[plan.as_uuid().as_bytes(), hash.as_bytes(), &until, &name(actor)]);
        let mut bytes = until.to_vec();
        bytes.extend_from_slice(hash.as_bytes());
        bytes.extend_from_slice(mac.as_bytes());
        Self(URL_SAFE_NO_PAD.encode(bytes))
    }

    pub(crate) fn check(
        &self,
        keyring: &Keyring,
        plan: PlanId,
        hash: Option<&Digest32>,
        actor: Actor,
        now: DateTime<Utc>,
    ) -> Confirmation {
        let Ok(bytes) = URL_SAFE_NO_PAD.decode(&self.0) else {
            return Confirmation::Rejected;
        };
        let Some((until, rest)) = bytes.split_first_chunk::<8>() else {
            return Confirmation::Rejected;
        };
        let Some((shown, mac)) = rest.split_first_chunk::<32>() else {
            return Confirmation::Rejected;
        };
        let shown = Digest32::new(*shown);
        let (plan, name) = (plan.as_uuid(), name(actor));
        let parts: [&[u8]; 4] = [plan.as_bytes(), shown.as_bytes(), until, &name];
        if keyring.verify_mac(PURPOSE, &parts, mac) == MacCheck::Rejected {
            return Confirmation::Rejected;
        }
        if i64::from_be_bytes(*until) < now.timestamp_micros() {
            return Confirmation::Expired;
        }
        if hash == Some(&shown) { Confirmation::Confirmed } else { Confirmation::Changed }
    }
}

/// What became of a confirmation.
#[must_use]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Confirmation {
    /// The plan is confirmed.
    Confirmed,
    /// The token is older than [`ConfirmToken::LIFE`]; show the plan again.
    Expired,
    /// The plan is no longer what was shown; show it again.
    Changed,
    /// Not a token of this plan for this actor.
    Rejected,
    /// The plan is not a draft any more, or was refused.
    NotADraft,
}

fn name(actor: Actor) -> Vec<u8> {
    match actor {
        Actor::Account(account) => {
            let mut name = b"account:".to_vec();
            name.extend_from_slice(account.as_uuid().as_bytes());
            name
        }
        Actor::Job(job) => format!("job:{job}").into_bytes(),
        Actor::Platform(platform) => format!("platform:{platform}").into_bytes(),
        _ => b"anonymous".to_vec(),
    }
}

const PURPOSE: MacPurpose = MacPurpose::new("privacy.erasure.confirm");

#[cfg(test)]
mod tests {
    use alley_core::{AccountId, KeyId, SealKey};

    use super::*;

    #[test]
    fn a_token_is_good_for_one_actor_one_content_and_ten_minutes() {
        let keyring = Keyring::of(SealKey::from_bytes(KeyId::new(1), &[7; 32]).unwrap());
        let now = DateTime::UNIX_EPOCH;
        let id = |n| uuid::Uuid::from_u128(n);
        let (plan, other) = (PlanId::from_uuid(id(1)), PlanId::from_uuid(id(2)));
        let (anna, ben) = (AccountId::from_uuid(id(3)), AccountId::from_uuid(id(4)));
        let hash = Digest32::new([1; 32]);
        let token = ConfirmToken::issue(&keyring, plan, &hash, Actor::Account(anna), now);
        let check = |plan, hash: [u8; 32], actor, at| {
            token.check(&keyring, plan, Some(&Digest32::new(hash)), Actor::Account(actor), at)
        };
        assert_eq!(check(plan, [1; 32], anna, now), Confirmation::Confirmed);
        assert_eq!(check(plan, [1; 32], ben, now), Confirmation::Rejected);
        assert_eq!(check(other, [1; 32], anna, now), Confirmation::Rejected);
        assert_eq!(check(plan, [2; 32], anna, now), Confirmation::Changed);
        let late = now + ConfirmToken::LIFE + TimeDelta::microseconds(1);
        assert_eq!(check(plan, [1; 32], anna, late), Confirmation::Expired);
        for place in 0..token.as_str().len() {
            let mut text = token.as_str().to_owned().into_bytes();
            text[place] = if text[place] == b'A' { b'B' } else { b'A' };
            let text = String::from_utf8(text).unwrap();
            let changed = ConfirmToken::from_text(text);
            if changed != token {
                let actor = Actor::Account(anna);
                assert_ne!(
                    changed.check(&keyring, plan, Some(&hash), actor, now),
                    Confirmation::Confirmed
                );
            }
        }
    }
}
