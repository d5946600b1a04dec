//! Typed identifiers of our own records.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::random::{RandomError, SecureRandom};

/// Marks what an [`Id`] identifies.
pub trait Kind: Send + Sync + 'static {
    /// Short lower-case prefix of the text form, without the underscore: `acc`, `ten`.
    const PREFIX: &'static str;
}

/// Identifier of one of our own records: a UUIDv7 (RFC 9562, section 5.7), typed by what it identifies.
///
/// Ids sort by creation time with a resolution of one millisecond and show that time to anybody who
/// reads them. They are names, never secrets. The text form is `<prefix>_<32 hex digits>`.
pub struct Id<K> {
    uuid: Uuid,
    kind: PhantomData<fn() -> K>,
}

impl<K: Kind> Id<K> {
    /// Makes an id for a record that is created at `now`.
    ///
    /// # Errors
    /// When the random source fails. Instants before 1970 are taken as 1970.
    pub fn generate(now: DateTime<Utc>, random: &dyn SecureRandom) -> Result<Self, RandomError> {
        let mut bytes = [0_u8; 10];
        random.fill(&mut bytes)?;
        let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
        Ok(Self::from_uuid(uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()))
    }

    /// Takes a UUID that was stored before. Any version is accepted.
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self { uuid, kind: PhantomData }
    }

    /// The UUID inside.
    pub const fn as_uuid(&self) -> Uuid {
        self.uuid
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Id<K> {}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.uuid == other.uuid
    }
}
impl<K> Eq for Id<K> {}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.uuid.cmp(&other.uuid)
    }
}
impl<K> Hash for Id<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.uuid.hash(state);
    }
}
impl<K: Kind> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", K::PREFIX, self.uuid.simple())
    }
}
impl<K: Kind> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text is not an id of the expected kind.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not an id of this kind: expected \"{prefix}_\" and 32 hexadecimal digits")]
pub struct ParseIdError {
    prefix: &'static str,
}

impl<K: Kind> FromStr for Id<K> {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = ParseIdError { prefix: K::PREFIX };
        let rest = text.strip_prefix(K::PREFIX).and_then(|rest| rest.strip_prefix('_'));
        let hex = rest.filter(|hex| hex.len() == 32).ok_or(wrong)?;
        Uuid::try_parse(hex).map(Self::from_uuid).map_err(|_cause| wrong)
    }
}

impl<K: Kind> serde::Serialize for Id<K> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de, K: Kind> serde::Deserialize<'de> for Id<K> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Declares a kind of own record and the alias of its id:
/// `own_id! { /// docs  AccountId, AccountKind, "acc" }`.
#[macro_export]
macro_rules! own_id {
    ($(#[$meta:meta])* $alias:ident, $kind:ident, $prefix:literal) => {
        #[doc = concat!("Marks ids with the prefix `", $prefix, "`.")]
        #[derive(Clone, Copy, Debug)]
        #[non_exhaustive]
        pub struct $kind;
        impl $crate::Kind for $kind {
            const PREFIX: &'static str = $prefix;
        }
        $(#[$meta])*
        pub type $alias = $crate::Id<$kind>;
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{AccountId, TenantId};
    use crate::random::SeededRandom;

    #[test]
    fn text_form_round_trips_and_other_kinds_are_refused() {
        let random = SeededRandom::new(7);
        let id = AccountId::generate(DateTime::UNIX_EPOCH, &random).unwrap();
        let text = id.to_string();
        assert_eq!(text.parse::<AccountId>().unwrap(), id);
        assert!(text.parse::<TenantId>().is_err());
        assert!("acc_12".parse::<AccountId>().is_err());
        assert_eq!(id.as_uuid().get_version_num(), 7);
    }

    #[test]
    fn later_ids_sort_after_earlier_ones() {
        let random = SeededRandom::new(7);
        let at = |ms| DateTime::from_timestamp_millis(ms).unwrap();
        let early = AccountId::generate(at(1_000), &random).unwrap();
        let late = AccountId::generate(at(1_001), &random).unwrap();
        assert!(early < late);
    }
}
